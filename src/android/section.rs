//! What a reader asks of the phone: one section of the script each, with the filter that runs on the phone.

use std::borrow::Cow;

/// How often a section runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// Once, for the phone and its owner (user 0).
    Once,
    /// Once for each Android user. The shell variable `u` holds the user, `P` the packages that are looked at, and
    /// the section leaves those that this user has in `I`; `Q` holds those of which only the presence is asked.
    Users,
    /// Once for each Android user but the owner who holds one of the apps (`u`).
    OtherUsers,
    /// Once for each app copy: `u` holds its user, `p` its package.
    Copies,
}

/// One section of the script. Its shell text must hand its exit status to `e`, which writes the end mark; where it
/// filters, the end mark goes through the filter too, so that a filter that failed leaves the section unfinished.
#[derive(Debug)]
pub struct Section {
    /// Name in the stream.
    pub id: &'static str,
    /// How often it runs.
    pub span: Span,
    /// The shell text.
    pub shell: Shell,
    /// The command as a person would repeat it, for origins and the read log.
    pub place: &'static str,
    /// What of its output leaves the phone, in plain English.
    pub keeps: &'static str,
}

/// Shell text: fixed, or made from data that is built into the program.
#[derive(Debug)]
pub enum Shell {
    Fixed(&'static str),
    Made(fn() -> String),
}

impl Section {
    /// The shell text as it goes to the phone.
    pub fn text(&self) -> Cow<'static, str> {
        match self.shell {
            Shell::Fixed(text) => Cow::Borrowed(text),
            Shell::Made(make) => Cow::Owned(make()),
        }
    }

    /// A fingerprint of the shell text. It stands in the section's mark: what another version of the program filtered
    /// in another way is not mistaken for this section.
    pub fn print(&self) -> String {
        let mut hash: u32 = 0x811c_9dc5;
        for byte in PROLOGUE.bytes().chain(self.text().bytes()) {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        format!("{:05x}", hash >> 12)
    }
}

/// Whether text has the form of an Android package: only that may stand in a script, or in the mark of a section.
pub fn is_package(text: &str) -> bool {
    text.contains('.')
        && text.len() <= 120
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_')
}

/// The functions that frame and filter the sections.
///
/// `s` writes a start mark, `e` an end mark with the exit status of the command before it, `x` runs a
/// command and ends its section. `f` is the filter: it lets
/// the end mark through, keeps of a refusal only its kind, prints the number of lines that it met (so that "no line
/// matched" and "no output" differ), and leaves the rest to the expressions that it is given. `g` keeps the named keys
/// of a list of settings, and of a value that is no number only that it is none (`odd`). `V` is the API level,
/// `k` asks for one permission of one app copy, and `w` whether a user has a package: both write one of a few fixed
/// words, so that whatever else the phone answers stays on it.
///
/// Where the phone can limit a command's time (`timeout`), it gets `Y` seconds, so that one that hangs costs its own
/// section and no other. The command's own shell writes down its exit status, because that of `timeout` cannot be relied
/// on (toybox 0.8.9 says 127 of commands that end at once); a command without one was stopped. The filter ends with the
/// first end mark, not with its input: a command that was stopped can leave another one behind that holds the pipe. `z`
/// is for a command whose output is looked at on the phone: its status is the last thing that it prints.
pub const PROLOGUE: &str = r#"X='Permission Denial|Security exception|Exception|Can.t find service|No services match|Unknown command|\*\*\* SERVICE|Error|Failure|Failed|Invalid user|Aborted|Killed|cmd: |sh: '
s(){ echo "@$N $*"; }
e(){ echo "
@$N=$?"; }
Z=; command -v timeout >/dev/null && Z="timeout $Y"
x(){ $Z sh -c '"$@" 2>&1; echo "
@$0=$?"' $N "$@" || e; }
z(){ $Z sh -c '"$@" 2>&1; echo "@$0=$?"' $N "$@"; }
f(){ sed -nE -e "/^@$N=/{=;p;q;}" -e "s/^ *($X).*/!\1/p;t" -e 's/^ *(java\.|android\.[A-Za-z.]*Exception).*/!Exception/p;t' "$@"; }
g(){ f -e "s/^($1)=(-?[0-9]+|null)\$/&/p;t" -e "s/^($1)=.*/\1=odd/p"; }
k(){ case "$($Z dumpsys package check-permission android.permission.$1 $p $u 2>&1)" in 0) r=0;; -1) r=-1;; *) r=refused;; esac; echo "$1=$r"; }
w(){ case "$(z pm path --user $1 $2)" in package:*"@$N=0") r=yes;; "@$N=1") r=no;; *) r=refused;; esac; echo "$2=$r"; }
V=$(getprop ro.build.version.sdk); case $V in ''|*[!0-9]*) V=0;; esac
U='--user 0'; [ $V -lt 29 ] && case "$($Z settings --user 0 list global 2>&1)" in '--user not supported'*) U=;; esac"#;
