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
    /// Written in the source as it goes to the phone.
    Fixed(&'static str),
    /// Made when it is asked for, because it names what a built-in list holds.
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

    /// The settings that the section lets through, where it reads a list of them (by `g`).
    pub fn settings(&self) -> Option<Vec<String>> {
        let text = self.text();
        let (_, rest) = text.split_once("| g '")?;
        let keys = rest.split('\'').next()?;
        Some(keys.split('|').map(str::to_owned).collect())
    }

    /// A fingerprint of the shell text. It stands in the section's mark: what another version of the program filtered
    /// in another way is not mistaken for this section.
    pub fn print(&self) -> String {
        /// The same before every section.
        const PROLOGUES: u32 = fnv1a(0x811c_9dc5, PROLOGUE.as_bytes());
        let hash = fnv1a(PROLOGUES, self.text().as_bytes());
        format!("{:05x}", hash >> 12)
    }
}

/// Goes on with a 32-bit FNV-1a hash.
const fn fnv1a(mut hash: u32, mut bytes: &[u8]) -> u32 {
    while let [byte, rest @ ..] = bytes {
        hash = (hash ^ *byte as u32).wrapping_mul(0x0100_0193);
        bytes = rest;
    }
    hash
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
/// `s` writes a start mark, `e` an end mark with the exit status of the command before it, `x` runs a command and ends
/// its section. `f` is the filter: it lets the end mark through, keeps of a refusal only its kind, prints the number of
/// lines that it met (so that "no line matched" and "no output" differ), and leaves the rest to the expressions that it
/// is given. `g` keeps the named keys of a list of settings, and of a value that is no number only that it is none
/// (`odd`). `c` runs a command whose output is looked at on the phone: it leaves the lines in `v` and, by means of `d`,
/// the exit status in `r`. `V` is the API level, `k` asks for one permission of one app copy, and `w` whether a user has
/// a package: both write one of a few fixed words, so that whatever else the phone answers stays on it; `124` where the
/// command was stopped or not asked any more. A package that is hidden or archived has no path, and yet is there: `l`
/// lists (in `L`) the user's apps with those, and those that left their data, and `h` says `no` only of one that it does
/// not name. Of the apps that came with the system that list would name all that this user does not have: it is of the
/// others only.
///
/// Where the phone can limit a command's time (`timeout`), each gets `Y` seconds. The command's own shell writes down its
/// exit status, because that of `timeout` cannot be relied on (toybox 0.8.9 says 127 of commands that end at once); a
/// command without one was stopped. It is killed, because a shell that is only asked to end waits for its command first.
/// The filters end with the first end mark, not with their input: a command that was stopped can leave another one behind
/// that holds the pipe. A filter takes a line for the last one until the next has come: hence the empty one after a mark.
///
/// A section of which a command was stopped (`K`) is over: its other commands are answered at once as if they had been
/// stopped too, and so are other sections of its kind (`S`: the section's name up to its dot; those that were stopped are
/// in `H`), for they ask the same program for the same thing. After `C` of them nothing more is asked, so that what the
/// phone has said arrives in time; nor after `M` tenths of a second (`W` on the phone's clock, which `n` reads), for
/// many commands can be slow without one that is stopped. A pipeline cannot set `K`, because its parts are processes of
/// their own: `b` tells by the clock that what came since `E` took as long as a command may. `d` notices a stop itself,
/// and so it sets `E`: commands that are slow together are not taken for one that hangs.
pub const PROLOGUE: &str = r#"X='Permission Denial|Security exception|Exception|Can.t find service|No services match|Unknown command|\*\*\* SERVICE|Error|Failure|Failed|Invalid user|Aborted|Killed|cmd: |sh: '
s(){ b $1;echo @$N $*;}
e(){ echo "
@$N=$?
"; }
Z=;command -v timeout >/dev/null&&Z="timeout -s 9 $Y"
x(){ if [ $K ];then (exit 124);else $Z sh -c '"$@" 2>&1;echo "
@$0=$?
"' $N "$@"; fi||e;}
c(){ v=$(x "$@"|sed -nE "/./p;/^@$N=/q");d;}
d(){ n;E=$t;[ $C = 0 ]&&K=${K:-2};r=${v##*@$N=};v=${v%@$N=*};v=${v%?};case $r in ''|*[!0-9]*|124|137|143) r=124 v= K=${K:-1};;esac;}
n(){ read t r </proc/uptime||t=0.00;t=${t%?};t=${t%.*}${t#*.};[ $t -gt $W ]&&C=0;}
b(){ n;[ $((t-E)) -ge ${Y}0 ]&&K=${K:-1};[ "$K" = 1 ]&&H="$H $S "&&C=$((C-1));E=$t K= S=${1%%.*};case $C$H in [0-]*|*" $S "*) K=2;;esac;}
f(){ sed -nE -e "/^@$N=/{=;p;q;}" -e "s/^ *($X).*/!\1/p;t" -e 's/^ *(java\.|android\.[A-Za-z.]*Exception).*/!Exception/p;t' "$@"; }
g(){ f -e "s/^($1)=(-?[0-9]+|null)\$/&/p;t" -e "s/^($1)=.*/\1=odd/p"; }
k(){ c dumpsys package check-permission android.permission.$1 $p $u;case $r$v in 00|0-1);;124) v=124;;*) v=refused;;esac;echo $1=$v;}
w(){ c pm path --user $1 $2;case $r$v in 0package:*) r=yes;;1) h $2;;124);;*) r=refused;;esac;echo $2=$r;}
l(){ c pm list packages -u -3 --user $u;L=" "$(echo $v)" ";case $r$v in 0|0package:*) j=no;;124) j=124;;*) j=refused;;esac;}
h(){ r=$j;case $r$L in no*" package:$1 "*) r=hidden;;esac;}
E=0 H= L= K=2 j=no W=999999999;b prop;W=$((t+M))
c getprop ro.build.version.sdk;V=$v;case $V in ''|*[!0-9]*) V=0;;esac
U='--user 0';[ $V -lt 29 ]&&b global&&c settings --user 0 list global&&case $v in '--user not supported'*) U=;;esac"#;
