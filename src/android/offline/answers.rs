//! From the texts of a saved dump to the sections that the readers know, section by section. What the dump does not
//! hold, or holds in another form than the command of the section prints, is left out with the reason.

use std::collections::BTreeMap;

use super::Raw;
use super::dumps::Lines;
use super::filters::{self, is_known_account};
use super::packages::Packages;
use crate::android::probe;
use crate::android::readers::{self, all_sections};
use crate::android::section::{Section, Span};
use crate::android::stream::{Answer, Body, Key};
use crate::evidence::Request;

/// Most users that are looked at, as in the script.
const MOST_USERS: usize = 12;

type Printed = Result<Vec<String>, String>;

/// The sections of one dump.
pub struct Sections<'a> {
    raw: &'a Raw,
    packages: Result<Packages, String>,
    /// API level and maker, as the script sees them; `None` if the dump does not state them.
    sdk: Option<u32>,
    maker: Option<String>,
}

impl<'a> Sections<'a> {
    pub fn new(raw: &'a Raw) -> Self {
        let property = |key| raw.props.as_ref().ok().and_then(|p| p.one(key));
        Sections {
            raw,
            packages: raw.service("package").and_then(Packages::read),
            sdk: property("ro.build.version.sdk")
                .and_then(|sdk| sdk.parse().ok())
                .filter(|sdk| (1..1000).contains(sdk)),
            maker: property("ro.product.manufacturer"),
        }
    }

    /// What the script would have answered, as far as the dump tells.
    pub fn answer(&self, request: &Request) -> Answer {
        let wanted = probe::wanted(request);
        let mut frames = BTreeMap::new();
        let mut put = |key: Key, printed: Option<Printed>| {
            if let Some(printed) = printed {
                frames.insert(key, printed.map(Body::printed));
            }
        };
        for section in wanted.iter().filter(|s| s.span == Span::Once) {
            put(Key::once(section), self.once(section));
        }
        let looked_for = probe::packages(&request.apps);
        let besides = probe::packages(&request.besides);
        for user in self.users() {
            let mut has = Vec::new();
            for section in wanted.iter().filter(|s| s.span == Span::Users) {
                let names = if readers::looks_besides(section) {
                    &besides
                } else {
                    &looked_for
                };
                put(Key::user(section, user), Some(self.presence(user, names)));
            }
            if let Ok(packages) = &self.packages {
                has.extend(looked_for.iter().filter(|p| packages.has(p, user) == "yes"));
            }
            for section in wanted.iter().filter(|s| s.span == Span::OtherUsers) {
                if user != 0 && !has.is_empty() {
                    put(Key::user(section, user), self.settings(section, user));
                }
            }
            for package in has {
                for section in wanted.iter().filter(|s| s.span == Span::Copies) {
                    put(
                        Key::copy(section, user, package),
                        self.copy(section, user, package),
                    );
                }
            }
        }
        Answer::of(frames)
    }

    /// The users that the phone lists; the owner alone if there is no list.
    fn users(&self) -> Vec<u32> {
        let listed = all_sections()
            .into_iter()
            .find(|section| section.id == "users")
            .and_then(|section| self.once(section)?.ok());
        let mut users: Vec<u32> = listed
            .iter()
            .flatten()
            .filter_map(|line| line.split_once(' ')?.0.parse().ok())
            .take(MOST_USERS)
            .collect();
        if users.is_empty() {
            users.push(0);
        }
        users
    }

    fn once(&self, section: &Section) -> Option<Printed> {
        if filters::settings_keys(&section.text()).is_some() {
            return self.settings(section, 0);
        }
        let dump = |name: &str| {
            self.raw
                .service(name)
                .and_then(whole)
                .map(|raw| filters::filter(section, raw).unwrap_or_default())
        };
        match section.id {
            "prop.base" | "prop.posture" => Some(self.properties(section)),
            "lock" => Some(dump("lock_settings")),
            "trust" => Some(dump("trust")),
            "power" => Some(dump("power")),
            "policy" => Some(dump("device_policy")),
            "front" => Some(self.in_front(section)),
            "users" => Some(self.user_list(section)),
            "accounts" => Some(self.accounts(section)),
            "safety" | "lockscreen" => self.from(33),
            "owners" => self.from(31),
            "keyguard" => match self.maker.as_deref() {
                None | Some("samsung" | "Samsung") => None,
                Some(_) => Some(skip()),
            },
            _ => None,
        }
    }

    /// A command that the script runs from this API level on, and that no dump holds.
    fn from(&self, level: u32) -> Option<Printed> {
        self.sdk.filter(|sdk| *sdk < level).map(|_| skip())
    }

    fn copy(&self, section: &Section, user: u32, package: &str) -> Option<Printed> {
        let packages = self.packages.as_ref().ok()?;
        // `for q in A B; do k $q; done; e` or `k A; e`
        let text = section.text();
        let names = text
            .strip_prefix("for q in ")
            .and_then(|rest| rest.split_once("; do k $q;"))
            .or_else(|| text.strip_prefix("k ")?.split_once("; e"))
            .map(|(names, _)| names);
        if let Some(names) = names {
            let answers = names
                .split(' ')
                .map(|name| format!("{name}={}", packages.granted(package, user, name)));
            return Some(Ok(answers.collect()));
        }
        match section.id {
            "package" => packages
                .block(package)
                .and_then(|block| filters::filter(section, block))
                .map(Ok),
            "allfiles" => self.from(30),
            _ => None,
        }
    }

    fn presence(&self, user: u32, names: &[&str]) -> Printed {
        let packages = self.packages.as_ref().map_err(Clone::clone)?;
        Ok(["android"]
            .iter()
            .chain(names)
            .map(|name| format!("{name}={}", packages.has(name, user)))
            .collect())
    }

    fn properties(&self, section: &Section) -> Printed {
        let props = self.raw.props.as_ref().map_err(Clone::clone)?;
        let text = section.text();
        let keys = text
            .split_once("for q in ")
            .and_then(|(_, rest)| rest.split_once("; do "))
            .map(|(keys, _)| keys)
            .unwrap_or_default();
        let mut lines = Vec::new();
        for key in keys.split(' ') {
            let values = props.all(key);
            if values.is_empty() {
                lines.push(format!("{key}="));
            }
            // Two that differ stay two: the readers see it.
            lines.extend(values.iter().map(|value| format!("{key}={value}")));
        }
        Ok(lines)
    }

    /// A list of settings: from the provider's own dump, from `settings list`, or, where both are there, from both,
    /// which must agree.
    fn settings(&self, section: &Section, user: u32) -> Option<Printed> {
        let text = section.text();
        let space = filters::namespace(&text)?;
        let dumped = self
            .raw
            .service("settings")
            .and_then(whole)
            .and_then(|raw| provider(raw, space, user));
        let print = |raw: &[String]| filters::filter(section, raw).unwrap_or_default();
        let dumped = dumped.map(|raw| print(&raw));
        let listed = match self.raw.settings.get(space).filter(|_| user == 0) {
            None => return Some(dumped),
            Some(listed) => listed.clone().map(|raw| print(&raw)),
        };
        let without_count = |printed: &[String]| {
            let mut lines = printed.to_vec();
            lines.pop();
            lines.retain(|line| !line.ends_with("=null"));
            lines.sort();
            lines
        };
        Some(match (dumped, listed) {
            (Ok(dumped), Ok(listed)) if without_count(&dumped) == without_count(&listed) => {
                Ok(listed)
            }
            (Ok(_), Ok(_)) => Err("two lists of these settings differ".into()),
            // A list does not say whose settings it holds: from Android 10 on they are those of whoever used the phone.
            (Err(why), _) => Err(why),
            (Ok(dumped), Err(_)) => Ok(dumped),
        })
    }

    /// `am get-current-user`, as two dumps tell it: that of the users from Android 10 on, and that of the trust agents.
    fn in_front(&self, section: &Section) -> Printed {
        let users = self.raw.service("user").and_then(whole);
        let trust = self.raw.service("trust").and_then(whole);
        let of_users = users.iter().copied().flatten().filter_map(|line| {
            let user = line.strip_prefix("Current user: ")?;
            Some(user.split(' ').next().unwrap_or(user).to_owned())
        });
        let of_trust = trust.iter().copied().flatten().filter_map(|line| {
            // The names of users are not kept: "User 0 (current): ..."
            let line = filters::trust(line)?;
            let (user, rest) = line.strip_prefix("User ")?.split_once(' ')?;
            rest.starts_with("(current)").then(|| user.to_owned())
        });
        let told: Vec<String> = of_users.chain(of_trust).collect();
        if told.is_empty() {
            return Err("the dump does not say".into());
        }
        Ok(filters::filter(section, &told).unwrap_or_default())
    }

    /// `dumpsys user` names the same users as `pm list users`, each with its state on a line of its own. A name can hold
    /// the end of a line: what is neither a whole user nor a field of one, or is a field twice, is unfamiliar.
    fn user_list(&self, section: &Section) -> Printed {
        const UNFAMILIAR: &str = "its list of users has an unfamiliar form";
        let raw = self.raw.service("user").and_then(whole)?;
        let mut listed: Vec<(String, Option<bool>)> = Vec::new();
        let mut inside = false;
        for line in raw {
            if !line.starts_with(' ') && !line.trim().is_empty() {
                inside = line == "Users:";
            }
            if line.contains("UserInfo{") || line.contains("} serialNo=") {
                let user = line.strip_prefix("  UserInfo{").filter(|_| inside);
                let (id, rest) = user.and_then(|u| u.split_once(':')).ok_or(UNFAMILIAR)?;
                let (head, _) = rest.rsplit_once("} serialNo=").ok_or(UNFAMILIAR)?;
                let (_, flags) = head.rsplit_once(':').ok_or(UNFAMILIAR)?;
                listed.push((format!("\tUserInfo{{{id}::{flags}}}"), None));
            } else if let Some(state) = line.strip_prefix("    State: ").filter(|_| inside) {
                let running = match state {
                    "RUNNING_LOCKED" | "RUNNING_UNLOCKING" | "RUNNING_UNLOCKED" => true,
                    "-1" | "BOOTING" | "STOPPING" | "SHUTDOWN" => false,
                    _ => return Err(UNFAMILIAR.into()),
                };
                match listed.last_mut() {
                    Some((_, state @ None)) => *state = Some(running),
                    _ => return Err(UNFAMILIAR.into()),
                }
            }
        }
        let mut lines = vec!["Users:".to_owned()];
        for (user, running) in listed {
            let running = running.ok_or(UNFAMILIAR)?;
            lines.push(format!("{user}{}", if running { " running" } else { "" }));
        }
        Ok(filters::filter(section, &lines).unwrap_or_default())
    }

    /// `dumpsys account` lists the accounts that `dumpsys account --checkin` counts.
    fn accounts(&self, section: &Section) -> Printed {
        const UNFAMILIAR: &str = "its list of accounts has an unfamiliar form";
        let raw = self.raw.service("account").and_then(whole)?;
        let mut lines = Vec::new();
        let mut rest = raw.iter();
        while let Some(line) = rest.next() {
            if line.trim_start().starts_with("User UserInfo{") {
                let whole = line.ends_with("}:").then(|| line.trim_start());
                let id = whole.and_then(|line| line.strip_prefix("User UserInfo{"));
                let id = id.and_then(|id| id.split(':').next()).ok_or(UNFAMILIAR)?;
                let count = rest.next().and_then(|l| l.strip_prefix("  Accounts: "));
                let count: usize = count.and_then(|n| n.parse().ok()).ok_or(UNFAMILIAR)?;
                lines.push(format!("User UserInfo{{{id}::0}}:"));
                let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
                for _ in 0..count {
                    let account = rest
                        .next()
                        .and_then(|l| l.strip_prefix("    Account {name="));
                    let kind = account
                        .and_then(|a| a.strip_suffix('}')?.rsplit_once(", type="))
                        .ok_or(UNFAMILIAR)?
                        .1;
                    *kinds.entry(kind).or_default() += 1;
                }
                let known = kinds.iter().filter(|(kind, _)| is_known_account(kind));
                lines.extend(known.map(|(kind, n)| format!("  {kind},{n}")));
            } else if line.trim_start().starts_with("Account {name=") {
                return Err(UNFAMILIAR.into());
            }
        }
        Ok(filters::filter(section, &lines).unwrap_or_default())
    }
}

fn skip() -> Printed {
    Ok(vec!["skip".into()])
}

/// A dump, if the phone did not give up on it.
fn whole(lines: &Lines) -> Result<&[String], String> {
    let lines = lines.as_ref().map_err(Clone::clone)?;
    if lines
        .iter()
        .any(|line| line.trim_start().starts_with("*** SERVICE '"))
    {
        return Err("the phone took too long to answer".into());
    }
    Ok(lines)
}

/// `_id:42 name:KEY pkg:android value:1 default:1 defaultSystemSet:true`, as lines of `settings list`
/// (SettingsProvider.dumpForUserLocked, Android 8 to 15).
fn provider(raw: &[String], space: &str, user: u32) -> Printed {
    let heading = format!("{} SETTINGS (user {user})", space.to_uppercase());
    let missing = || Err(format!("its list of {space} settings is not there"));
    let Some(start) = raw.iter().position(|line| *line == heading) else {
        return missing();
    };
    let below = raw.get(start + 1..).unwrap_or_default();
    if below.contains(&heading) {
        return Err(format!("its list of {space} settings came twice"));
    }
    let mut lines = Vec::new();
    for line in below {
        if line.contains(" SETTINGS (user ") && !line.starts_with("_id:") {
            break;
        }
        let Some(entry) = line.strip_prefix("_id:") else {
            continue;
        };
        let entry = entry
            .split_once(" name:")
            .and_then(|(_, entry)| entry.split_once(' '))
            .and_then(|(key, rest)| {
                let rest = match rest.strip_prefix("pkg:") {
                    Some(rest) => rest.split_once(' ')?.1,
                    None => rest,
                };
                Some((key, rest.strip_prefix("value:")?))
            });
        // A key that is not understood could be one that matters.
        let (key, value) =
            entry.ok_or_else(|| format!("its list of {space} settings has an unfamiliar form"))?;
        let (first, rest) = value.split_once(' ').unwrap_or((value, ""));
        let plain = rest.is_empty() || rest.starts_with("default:") || rest.starts_with("tag:");
        let value = match first {
            "{null}" => "null",
            _ if plain => first,
            _ => "",
        };
        lines.push(format!("{key}={value}"));
    }
    Ok(lines)
}
