//! What `dumpsys package` says of an app: whether each Android user has it, and what it may do there. The form is that
//! of Settings.dumpPackageLPr (frameworks/base, Android 8 to 16).
//!
//! Everything has to be where that form puts it. Whatever is not is "refused", as if the phone had not answered.

use std::collections::BTreeMap;

use super::dumps::{AFTER_PACKAGES, Lines, package_head};

const PACKAGES: &str = "Packages:";

/// What the dump says of the packages that were asked for.
pub struct Packages {
    blocks: BTreeMap<String, Option<Vec<String>>>,
}

impl Packages {
    /// Reads the kept lines of the dump.
    pub fn read(lines: &Lines) -> Result<Self, String> {
        let lines = lines.as_ref().map_err(Clone::clone)?;
        if let Some(line) = lines
            .iter()
            .find(|l| !l.starts_with(' ') && *l != PACKAGES && *l != AFTER_PACKAGES)
        {
            return Err(if line.starts_with("*** SERVICE") {
                "the phone took too long to answer".into()
            } else {
                "the phone did not permit it".into()
            });
        }
        let places = |heading: &str| -> Vec<usize> {
            let lines = lines.iter().enumerate();
            lines
                .filter(|(_, l)| *l == heading)
                .map(|(at, _)| at)
                .collect()
        };
        // An app that is not in a list that broke off is not for that reason not there.
        match (
            places(PACKAGES).as_slice(),
            places(AFTER_PACKAGES).as_slice(),
        ) {
            ([list], [after]) if list < after => {}
            _ => return Err("its list of apps is not whole, or of an unfamiliar form".into()),
        }
        let mut blocks: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
        let mut current: Option<String> = None;
        for line in lines {
            if let Some(name) = package_head(line) {
                current = Some(name.to_owned());
                // One that comes twice says nothing.
                blocks
                    .entry(name.to_owned())
                    .and_modify(|block| *block = None)
                    .or_insert_with(|| Some(Vec::new()));
            }
            if let Some(Some(block)) = current.as_ref().and_then(|name| blocks.get_mut(name)) {
                block.push(line.clone());
            }
        }
        Ok(Packages { blocks })
    }

    /// The lines about a package.
    pub fn block(&self, package: &str) -> Option<&[String]> {
        self.blocks.get(package)?.as_deref()
    }

    /// `yes`, `no` or `refused`: whether a user has a package. What the whole list does not name is not there.
    pub fn has(&self, package: &str, user: u32) -> &'static str {
        match self.blocks.get(package) {
            None => "no",
            Some(None) => "refused",
            Some(Some(block)) => match user_head(block, user).map(installed) {
                Some(Some(true)) => "yes",
                // One that is archived, or has left its data, is not gone.
                Some(Some(false)) if left_data(block, user) => "refused",
                Some(Some(false)) => "no",
                Some(None) | None => "refused",
            },
        }
    }

    /// `0`, `-1` or `refused`: whether a package may do something as a user.
    pub fn granted(&self, package: &str, user: u32, permission: &str) -> &'static str {
        let permission = format!("android.permission.{permission}");
        match self
            .block(package)
            .and_then(|b| granted(b, user, &permission))
        {
            Some(true) => "0",
            Some(false) => "-1",
            None => "refused",
        }
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The one line that begins a user's part.
fn user_head(block: &[String], user: u32) -> Option<&str> {
    let head = format!("    User {user}: ");
    let mut heads = block.iter().filter_map(|line| line.strip_prefix(&head));
    heads.next().filter(|_| heads.next().is_none())
}

/// `installed=true hidden=false ... instant=false`
fn installed(head: &str) -> Option<bool> {
    let field = |key: &str| {
        let mut values = head
            .split(' ')
            .filter_map(|word| word.strip_prefix(key)?.strip_prefix('='));
        values.next().filter(|_| values.next().is_none())
    };
    let off = |key| matches!(field(key), None | Some("false"));
    match field("installed")? {
        "true" if off("hidden") && off("instant") => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Whether a user who does not have an app has data of it: `ceDataInode=12 installed=false`. Of an app that came with the
/// phone that says nothing.
fn left_data(block: &[String], user: u32) -> bool {
    let system = block
        .iter()
        .any(|line| line.starts_with("    flags=[ SYSTEM "));
    let none = user_head(block, user)
        .is_some_and(|head| head.split(' ').any(|word| word == "ceDataInode=0"));
    !system && !none
}

fn granted(block: &[String], user: u32, permission: &str) -> Option<bool> {
    // Permissions of packages that share an id are kept elsewhere.
    if block
        .iter()
        .any(|line| line.trim_start().starts_with("sharedUser="))
        || user_head(block, user).and_then(installed) != Some(true)
    {
        return None;
    }
    let requested = list(block, 4, "requested permissions:")?;
    let head = format!("    User {user}: ");
    let start = block.iter().position(|line| line.starts_with(&head))?;
    let part = block.get(start + 1..)?;
    let part = part
        .iter()
        .position(|line| indent(line) <= 4)
        .and_then(|end| part.get(..end))
        .unwrap_or(part);
    let at_runtime = list(part, 6, "runtime permissions:").unwrap_or_default();
    let at_install = list(block, 4, "install permissions:").unwrap_or_default();
    let mut states = at_runtime
        .iter()
        .chain(&at_install)
        .filter_map(|line| line.strip_prefix(permission)?.strip_prefix(": "))
        .map(|state| match state.split(',').next() {
            Some("granted=true") => Some(true),
            Some("granted=false") => Some(false),
            _ => None,
        });
    match (states.next(), states.next()) {
        (Some(state), None) => state,
        (None, _) => {
            let asked = requested
                .iter()
                .any(|line| line.split(':').next() == Some(permission));
            // What an app does not ask for it has not got.
            (!asked).then_some(false)
        }
        _ => None,
    }
}

/// The lines below a heading, without their indent; `None` unless the heading stands there once.
fn list<'a>(block: &'a [String], depth: usize, heading: &str) -> Option<Vec<&'a str>> {
    let is_heading = |line: &String| indent(line) == depth && line.trim_start() == heading;
    let start = block.iter().position(is_heading)?;
    let below = block.get(start + 1..)?;
    if below.iter().any(is_heading) {
        return None;
    }
    Some(
        below
            .iter()
            .take_while(|line| indent(line) > depth)
            .map(|line| line.trim_start())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHATSAPP: &str = "Packages:
  Package [com.whatsapp] (2b):
    appId=10411
    versionName=2.26
    requested permissions:
      android.permission.READ_CONTACTS
      android.permission.CAMERA
      android.permission.RECORD_AUDIO
    install permissions:
      android.permission.INTERNET: granted=true
    User 0: ceDataInode=1 installed=true hidden=false suspended=false instant=false virtual=false
      gids=[3003]
      runtime permissions:
        android.permission.READ_CONTACTS: granted=true, flags=[ USER_SET]
        android.permission.CAMERA: granted=false
    User 10: ceDataInode=0 installed=false hidden=false instant=false
      runtime permissions:
        android.permission.CAMERA: granted=true";

    fn lines(text: &str) -> Lines {
        Ok(text.lines().map(str::to_owned).collect())
    }

    fn read(text: &str) -> Packages {
        Packages::read(&lines(&format!("{text}\nShared users:"))).expect("reads")
    }

    #[test]
    fn a_list_that_broke_off_says_nothing() {
        for text in [
            WHATSAPP.to_owned(),
            format!("Shared users:\n{WHATSAPP}"),
            format!("{WHATSAPP}\nShared users:\nShared users:"),
            format!("{WHATSAPP}\n{WHATSAPP}\nShared users:"),
            format!("{WHATSAPP}\nShared users:\n*** SERVICE 'package' DUMP TIMEOUT"),
            "Permission Denial: can't dump".to_owned(),
        ] {
            assert!(Packages::read(&lines(&text)).is_err(), "{text}");
        }
    }

    #[test]
    fn who_has_it_and_what_it_may_do() {
        let packages = read(WHATSAPP);
        for (package, user, has) in [
            ("com.whatsapp", 0, "yes"),
            ("com.whatsapp", 10, "no"),
            ("com.whatsapp", 11, "refused"),
            ("org.telegram.messenger", 0, "no"),
        ] {
            assert_eq!(packages.has(package, user), has, "{package} {user}");
        }
        for (permission, granted) in [
            ("READ_CONTACTS", "0"),
            ("CAMERA", "-1"),
            // Asked for, and no word of it.
            ("RECORD_AUDIO", "refused"),
            ("READ_MEDIA_IMAGES", "-1"),
            ("INTERNET", "0"),
        ] {
            assert_eq!(
                packages.granted("com.whatsapp", 0, permission),
                granted,
                "{permission}"
            );
        }
        assert_eq!(packages.granted("com.whatsapp", 10, "CAMERA"), "refused");
    }

    #[test]
    fn one_that_left_its_data_is_not_gone() {
        let there = "User 10: ceDataInode=0 ";
        assert!(WHATSAPP.contains(there));
        let left = WHATSAPP.replace(there, "User 10: ceDataInode=7 ");
        let system = left.replace("    appId=10411", "    flags=[ SYSTEM HAS_CODE ]");
        let unsaid = WHATSAPP.replace(there, "User 10: ");
        for (text, has) in [
            (WHATSAPP, "no"),
            (&left, "refused"),
            (&unsaid, "refused"),
            (&system, "no"),
        ] {
            assert_eq!(read(text).has("com.whatsapp", 10), has, "{text}");
        }
    }

    #[test]
    fn what_is_not_in_its_place_is_refused() {
        for (what, from, to) in [
            ("a second user 0", "    User 10:", "    User 0:"),
            (
                "a shared id",
                "    appId=10411",
                "    sharedUser=SharedUserSetting{1 x/1}",
            ),
            (
                "no list of what it asks for",
                "    requested permissions:",
                "    permissions:",
            ),
            ("hidden", "hidden=false suspended", "hidden=true suspended"),
            (
                "an unfamiliar state",
                "READ_CONTACTS: granted=true",
                "READ_CONTACTS: granted=once",
            ),
            (
                "two states",
                "android.permission.CAMERA: granted=false",
                "android.permission.READ_CONTACTS: granted=false",
            ),
        ] {
            let packages = read(&WHATSAPP.replacen(from, to, 1));
            assert_eq!(
                packages.granted("com.whatsapp", 0, "READ_CONTACTS"),
                "refused",
                "{what}"
            );
        }
        let twice = read(&format!(
            "{WHATSAPP}\n  Package [com.whatsapp] (3c):\n    appId=1"
        ));
        assert_eq!(twice.has("com.whatsapp", 0), "refused");
    }
}
