//! Other people on the phone: spaces of their own and guests.

use super::shared::{self, BASE, FRONT, LOCK, Maker, TRUST, USERS, setting};
use super::{Out, Reader, View, lock, settle, trust};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::Body;
use crate::evidence::{Fact, Reading, Value};

static GLOBAL: Section = Section {
    id: "global.users",
    span: Span::Once,
    shell: Shell::Fixed(r"x settings $U list global | g 'add_users_when_locked'"),
    place: "settings --user 0 list global",
    keeps: "whether anyone at the lock screen can add a user",
};

const GUEST: u32 = 0x4;
const MANAGED: u32 = 0x20;
const FULL: u32 = 0x400;
const PROFILE: u32 = 0x1000;
const SECURE_FOLDER: u32 = 0x20000;
const DUAL_APP: u32 = 0x2000_0000;

pub struct Users;

impl Reader for Users {
    fn facts(&self) -> &'static [Fact] {
        &[
            Fact::SecondPersons,
            Fact::GuestRunning,
            Fact::GuestExists,
            Fact::UsersFromLockScreen,
        ]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &FRONT, &USERS, &LOCK, &GLOBAL, &TRUST] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let users = listed(view);
        let origin = view.origin(&USERS);
        let persons = users.as_ref().map_err(Clone::clone).and_then(|users| {
            let base = shared::base(view)?;
            second_persons(users, base.sdk, base.maker.as_ref())
        });
        out.device(
            Fact::SecondPersons,
            settle(persons).from(origin.clone().key("flags")),
        );
        for (fact, running_only) in [(Fact::GuestRunning, true), (Fact::GuestExists, false)] {
            let guest = users.as_ref().map_err(Clone::clone).map(|users| {
                Reading::known(Value::Bool(
                    users
                        .iter()
                        .any(|user| user.is(&[GUEST]) && (user.running || !running_only)),
                ))
            });
            out.device(fact, settle(guest).from(origin.clone().key("flags")));
        }
        let key = "add_users_when_locked";
        let adds = view
            .once(&GLOBAL)
            .and_then(|body| setting(body, key))
            .and_then(|value| match value {
                Some(value) => Ok(Reading::known(Value::Bool(shared::switch(key, value)?))),
                None => Ok(Reading::absent(
                    "the phone does not say whether users can be added at its lock screen",
                )),
            });
        out.device(
            Fact::UsersFromLockScreen,
            settle(adds).from(view.origin(&GLOBAL).key(key)),
        );
    }
}

/// An Android user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    pub id: u32,
    flags: u32,
    running: bool,
}

impl User {
    /// What the space is, in the words of `app.space`.
    pub fn space(&self, maker: Option<&Maker>) -> &'static str {
        match maker {
            _ if self.id == 0 => "owner",
            Some(Maker::Samsung) if self.id == 95 => "samsung-dual-messenger",
            Some(Maker::Samsung) if self.is_secure_folder() => "secure-folder",
            Some(Maker::Xiaomi) if self.id == 999 => "xiaomi-dual-app",
            Some(Maker::Oplus) if self.id == 999 => "app-clone",
            Some(Maker::Oplus) if self.is(&[DUAL_APP]) => "system-clone",
            _ if self.is(&[MANAGED]) => "work-profile",
            _ if self.is(&[GUEST]) => "guest",
            _ if self.is(&[PROFILE]) => "profile",
            _ if self.is(&[FULL]) => "other-person",
            _ => "other",
        }
    }

    /// Whether the user is of one of these kinds.
    fn is(&self, kinds: &[u32]) -> bool {
        kinds.iter().any(|kind| self.flags & kind != 0)
    }

    fn is_secure_folder(&self) -> bool {
        matches!(self.id, 150 | 151) && self.is(&[SECURE_FOLDER, PROFILE])
    }

    /// Whether this is a profile of the owner, or a space that the maker made for the owner's second copies of apps:
    /// neither can be switched to, and either can share the owner's screen lock.
    pub fn is_profile(&self, maker: Option<&Maker>) -> bool {
        self.is(&[MANAGED, PROFILE])
            || match maker {
                Some(Maker::Samsung) => self.id == 95,
                Some(Maker::Xiaomi | Maker::Oplus) => self.id == 999,
                _ => false,
            }
    }
}

/// The Android user in front. A profile is never that: the phone names the user whose profile it is.
pub fn in_front(body: &Body) -> Result<u32, String> {
    let mut stated = body
        .filtered(1)?
        .iter()
        .filter_map(|line| line.strip_prefix("user ")?.parse().ok());
    let user = stated.next().ok_or("the phone does not say")?;
    match stated.any(|other: u32| other != user) {
        true => Err("the phone names two".into()),
        false => Ok(user),
    }
}

/// The users that the phone lists, and what each of them is. Needs [`USERS`], [`LOCK`], [`TRUST`] and [`FRONT`].
///
/// A name can hold the end of a line and the beginning of another user's, whose number would then stand before the
/// flags of the first. The list of screen locks numbers the same users without their names.
pub fn listed(view: &View<'_>) -> Result<Vec<User>, String> {
    let users = named(view)?;
    let ids: Vec<u32> = users.iter().map(|user| user.id).collect();
    if view
        .once(&TRUST)
        .and_then(|body| trust::names_another(body, &ids))
        == Ok(true)
    {
        return Err("two lists of the phone name different users".into());
    }
    if users.len() > 1 {
        let locks = view.once(&LOCK).and_then(lock::users);
        let locks = locks.map_err(|why| {
            format!("a second list of its users, that of their screen locks, is missing: {why}")
        })?;
        if locks != ids.into_iter().collect() {
            return Err("two lists of the phone name different users".into());
        }
    }
    Ok(users)
}

/// The users that the phone lists, the owner and the one in front among them, whatever each of them is: a name can add
/// one that is not there, and take none away. Needs [`USERS`] and [`FRONT`].
pub fn named(view: &View<'_>) -> Result<Vec<User>, String> {
    let users = users(view.once(&USERS)?)?;
    // A list that leaves out the one who uses the phone can leave out others.
    match view.once(&FRONT).and_then(in_front) {
        Ok(front) if !users.iter().any(|user| user.id == front) => {
            Err("the phone's list of users does not hold the one in front".into())
        }
        _ => Ok(users),
    }
}

/// The users that the phone lists, the owner among them.
fn users(body: &Body) -> Result<Vec<User>, String> {
    let lines = body.filtered(1)?;
    let mut users: Vec<User> = Vec::new();
    for line in lines {
        if line.starts_with("Users:") {
            continue;
        }
        let mut words = line.split(' ').filter(|word| !word.is_empty());
        let user = match (words.next(), words.next(), words.next(), words.next()) {
            // Parsing numbers takes a sign too, and a phone writes none.
            (Some(id), Some(flags), running @ (None | Some("running")), None) => id
                .parse::<u32>()
                .ok()
                .filter(|_| !id.starts_with('+') && !flags.starts_with('+'))
                .zip(u32::from_str_radix(flags, 16).ok())
                .map(|(id, flags)| User {
                    id,
                    flags,
                    running: running.is_some(),
                }),
            _ => None,
        };
        let user = user.ok_or("the phone lists a user in an unfamiliar way")?;
        if users.iter().any(|known| known.id == user.id) {
            return Err("the phone lists a user twice".into());
        }
        users.push(user);
    }
    if !users.iter().any(|user| user.id == 0) {
        return Err("the phone's list of users does not hold its owner".into());
    }
    Ok(users)
}

fn second_persons(
    users: &[User],
    sdk: Option<u32>,
    maker: Option<&Maker>,
) -> Result<Reading, String> {
    let mut persons = 0;
    for user in users.iter().filter(|user| user.id != 0) {
        if user.is(&[GUEST, MANAGED, PROFILE]) || is_makers_own(user, maker) {
            continue;
        }
        match sdk {
            None => {
                return Err(
                    "the phone does not state its Android version, which its list of users needs"
                        .into(),
                );
            }
            Some(sdk) if sdk < 30 => persons += 1,
            Some(_) if user.is(&[FULL]) => persons += 1,
            Some(_) => {
                return Err(format!(
                    "user {} of the phone is of an unfamiliar kind",
                    user.id
                ));
            }
        }
    }
    Ok(Reading::known(Value::Count(persons)))
}

/// Spaces that makers add for the same person: second copies of apps, Secure Folder, System Cloner.
fn is_makers_own(user: &User, maker: Option<&Maker>) -> bool {
    match maker {
        Some(Maker::Samsung) => user.id == 95 || user.is_secure_folder(),
        Some(Maker::Xiaomi) => user.id == 999,
        Some(Maker::Oplus) => user.id == 999 || user.is(&[DUAL_APP]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_by_user_kind_and_maker() {
        for (id, flags, maker, space) in [
            (0, 0x4c13, Some(Maker::Google), "owner"),
            (
                95,
                0x2000_1010,
                Some(Maker::Samsung),
                "samsung-dual-messenger",
            ),
            (95, 0x410, Some(Maker::Samsung), "samsung-dual-messenger"),
            (95, 0x1010, Some(Maker::Google), "profile"),
            (999, 0x0080_0010, Some(Maker::Xiaomi), "xiaomi-dual-app"),
            (999, 0x410, Some(Maker::Oplus), "app-clone"),
            (10, 0x2000_0410, Some(Maker::Oplus), "system-clone"),
            (10, 0x1030, Some(Maker::Google), "work-profile"),
            (11, 0x30, None, "work-profile"),
            (10, 0x1010_1030, Some(Maker::Samsung), "work-profile"),
            (150, 0x1006_1030, Some(Maker::Samsung), "secure-folder"),
            (10, 0x410, Some(Maker::Google), "other-person"),
            (10, 0x410, Some(Maker::Samsung), "other-person"),
            (150, 0x410, Some(Maker::Samsung), "other-person"),
            (10, 0x410, Some(Maker::Xiaomi), "other-person"),
            (10, 0x410, Some(Maker::Oplus), "other-person"),
            (10, 0x414, Some(Maker::Google), "guest"),
            (10, 0x1010, Some(Maker::Google), "profile"),
            (12, 0x10, None, "other"),
        ] {
            let user = User {
                id,
                flags,
                running: true,
            };
            assert_eq!(
                user.space(maker.as_ref()),
                space,
                "user {id}, {flags:x}, {maker:?}"
            );
            assert!(Fact::AppSpace.word(space).is_some(), "{space}");
        }
    }

    #[test]
    fn profiles_and_persons() {
        use Maker::{Google, Motorola, Oplus, Samsung, Xiaomi};
        // Number and kind of a user, whether it is a profile of the owner's, and how many other persons there are.
        for (id, flags, maker, profile, persons) in [
            (10, MANAGED, Google, true, 0),
            (10, PROFILE, Google, true, 0),
            (10, GUEST | FULL, Google, false, 0),
            (10, FULL, Google, false, 1),
            (95, FULL, Samsung, true, 0),
            (96, FULL, Samsung, false, 1),
            (95, FULL, Motorola, false, 1),
            (999, FULL, Xiaomi, true, 0),
            (998, FULL, Xiaomi, false, 1),
            (999, FULL, Oplus, true, 0),
            (998, FULL, Oplus, false, 1),
            (999, FULL, Samsung, false, 1),
            (10, FULL | DUAL_APP, Oplus, false, 0),
            (10, FULL | DUAL_APP, Xiaomi, false, 1),
            (150, FULL | SECURE_FOLDER, Samsung, false, 0),
            (151, FULL | SECURE_FOLDER, Samsung, false, 0),
            (152, FULL | SECURE_FOLDER, Samsung, false, 1),
            (150, FULL, Samsung, false, 1),
            (150, FULL | SECURE_FOLDER, Motorola, false, 1),
        ] {
            let user = User {
                id,
                flags,
                running: true,
            };
            let case = format!("user {id}, {flags:x}, {maker:?}");
            assert_eq!(user.is_profile(Some(&maker)), profile, "{case}");
            for sdk in [29, 30, 36] {
                let found = second_persons(&[user], Some(sdk), Some(&maker));
                let found = settle(found);
                assert_eq!(found.value(), Some(&Value::Count(persons)), "{case}, {sdk}");
            }
        }
        let odd = [User {
            id: 10,
            flags: 0,
            running: true,
        }];
        for (sdk, persons) in [(Some(29), Some(1)), (Some(30), None), (None, None)] {
            let found = settle(second_persons(&odd, sdk, Some(&Google)));
            let value = persons.map(Value::Count);
            assert_eq!(found.value(), value.as_ref(), "{sdk:?}");
        }
    }

    #[test]
    fn lists_of_users_that_are_understood() {
        for (lines, found) in [
            (&["Users:", "0 4c13 running"][..], Ok(1)),
            (&["Users:", "0 4c13 running", "10 410"], Ok(2)),
            (&["0  4c13"], Ok(1)),
            (&["Users:"], Err("does not hold its owner")),
            (&["10 410"], Err("does not hold its owner")),
            (&["0 4c13", "0 4c13"], Err("twice")),
            (&["0 4c13", "+10 410"], Err("unfamiliar")),
            (&["0 4c13", "10 +410"], Err("unfamiliar")),
            (&["0 4c13", "10 x"], Err("unfamiliar")),
            (&["0 4c13", "x 410"], Err("unfamiliar")),
            (&["0 4c13", "10"], Err("unfamiliar")),
            (&["0 4c13", "10 410 stopped"], Err("unfamiliar")),
            (&["0 4c13", "10 410 running now"], Err("unfamiliar")),
            (&["0 4c13", "?"], Err("unfamiliar")),
        ] {
            let body = |lines: &[&str]| {
                let counted = lines.iter().chain(&["9"]).map(|line| (*line).to_owned());
                Body::printed(counted.collect())
            };
            match (users(&body(lines)), found) {
                (Ok(users), Ok(n)) => assert_eq!(users.len(), n, "{lines:?}"),
                (Err(why), Err(words)) => assert!(why.contains(words), "{lines:?}: {why}"),
                (users, _) => panic!("{lines:?}: {users:?}, expected {found:?}"),
            }
        }
    }
}
