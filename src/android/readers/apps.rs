//! Which of the apps are installed, in which Android user, in which version.

use super::shared::{self, BASE, FRONT, PACKAGE, USERS};
use super::{Out, Reader, View, packages_of, settle, users};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::{Body, TOO_LONG, value};
use crate::apps::{self, App, no_such_app};
use crate::evidence::{AppCopy, Fact, Origin, Platform, Reading, Value};

/// Most users whose apps are looked at; the script has the same number.
const MOST_USERS: usize = 12;

/// The apps of one user. `android` is the system itself, which every user has: if the phone denies even that, its
/// other answers mean nothing.
static APPS: Section = Section {
    id: "apps",
    span: Span::Users,
    shell: Shell::Fixed(
        r#"l;I=;for p in android $P;do w $u $p;[ $r = yes ]&&[ $p != android ]&&I="$I $p";done;:;e"#,
    ),
    place: "pm path --user USER PACKAGE",
    keeps: "whether each of the apps is installed for this user, or hidden or archived (pm list packages -u -3 --user USER); the list of apps does not leave the phone",
};

/// Other messaging apps of the catalogue: one question for all of them. The list of the phone's apps stays on it.
pub static BESIDES: Section = Section {
    id: "besides",
    span: Span::Users,
    shell: Shell::Fixed(
        r#"l;c pm list packages --user $u;T=;[ $r = 0 ]&&T=" $(echo $v) ";for q in android $Q;do case $T in *" package:$q "*) r=yes;;*) h $q;;esac;echo $q=$r;done;[ ! $K ]||(exit 124);e"#,
    ),
    place: "pm list packages --user USER",
    keeps: "whether each of these messaging apps is installed for this user, or hidden or archived (the same with -u -3); the list of apps does not leave the phone",
};

pub struct Apps;

impl Reader for Apps {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::AppInstalled, Fact::AppVersion, Fact::AppSpace]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &FRONT, &USERS, &APPS, &BESIDES, &PACKAGE] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let users = listed_users(view);
        besides(view, &looked_at(&users), out);
        if view.apps().is_empty() {
            return;
        }
        match &users {
            Err(why) => out.unseen(format!(
                "The phone's list of users could not be read ({why}). Copies of the apps in other users may have gone unseen."
            )),
            Ok(users) if users.len() > MOST_USERS => out.unseen(format!(
                "The phone has {} users, of which {MOST_USERS} were looked at. Copies of the apps in the others may have gone unseen.",
                users.len()
            )),
            Ok(_) => {}
        }
        for user in looked_at(&users) {
            for app in view.apps() {
                let copy = AppCopy {
                    app: app.id.clone(),
                    user,
                };
                let origin = view.copy_origin(&APPS, &copy);
                if view.packages(&app.id).is_empty() {
                    if user == 0
                        && let Some(reading) = without_id(app)
                    {
                        out.copy(Fact::AppInstalled, &copy, reading);
                    }
                    continue;
                }
                let found = is_installed(view, &copy);
                let Some(reading) = presence(app, user, found) else {
                    continue;
                };
                let installed = reading.value() == Some(&Value::Bool(true));
                out.copy(Fact::AppInstalled, &copy, reading.from(origin));
                out.copy(Fact::AppSpace, &copy, settle(space(view, user)));
                if installed {
                    let version = settle(view.copy(&PACKAGE, &copy).and_then(version))
                        .from(view.copy_origin(&PACKAGE, &copy).key("versionName"));
                    out.copy(Fact::AppVersion, &copy, version);
                }
            }
        }
    }
}

/// The apps of which only the presence is asked.
fn besides(view: &View<'_>, users: &[u32], out: &mut Out<'_>) {
    for user in users {
        for app in view.besides() {
            let copy = AppCopy {
                app: app.id.clone(),
                user: *user,
            };
            let packages: Vec<&str> = packages_of(app).collect();
            if packages.is_empty() {
                if *user == 0
                    && let Some(reading) = without_id(app)
                {
                    out.copy(Fact::AppInstalled, &copy, reading);
                }
                continue;
            }
            let found = view
                .user(&BESIDES, *user)
                .and_then(|body| any_of(body.lines()?, &packages, *user));
            if let Some(reading) = presence(app, *user, found) {
                let origin = view.origin(&BESIDES);
                let place = origin.place.replace("USER", &user.to_string());
                out.copy(
                    Fact::AppInstalled,
                    &copy,
                    reading.from(Origin { place, ..origin }),
                );
            }
        }
    }
}

/// The reading of an app that cannot be looked for: never "not installed", unless there is no such app for Android.
fn without_id(app: &App) -> Option<Reading> {
    if app.kind == apps::Kind::Handset {
        None
    } else if !app.exists_on(Platform::Android) {
        Some(Reading::known(Value::Bool(false)).from(no_such_app(Platform::Android)))
    } else if app.android.is_some() {
        Some(Reading::unreadable(
            "the Android package of this app is malformed",
        ))
    } else {
        app.not_looked_for(Platform::Android)
            .map(Reading::not_readable)
    }
}

/// What a search for an app's packages came to: nothing to say of other users that do not have it.
fn presence(app: &App, user: u32, found: Result<bool, String>) -> Option<Reading> {
    match found {
        Ok(true) => Some(Reading::known(Value::Bool(true))),
        Ok(false) if user != 0 => None,
        Ok(false) if app.id_is_sure(Platform::Android) => Some(Reading::known(Value::Bool(false))),
        // Of an id that may be wrong nothing better can be had.
        Ok(false) => Some(Reading::indicative(Value::Bool(false)).at_its_best()),
        Err(why) => Some(Reading::unreadable(why)),
    }
}

/// What kind of space of the phone an Android user is.
fn space(view: &View<'_>, user: u32) -> Result<Reading, String> {
    let base = shared::base(view)?;
    // It decides nothing, and so a second list need not confirm it.
    let users = users::named(view)?;
    let user = users
        .iter()
        .find(|known| known.id == user)
        .ok_or("the phone does not list this user")?;
    Ok(Reading::known(Value::Word(user.space(base.maker.as_ref())))
        .from(view.origin(&USERS).key("flags")))
}

fn listed_users(view: &View<'_>) -> Result<Vec<u32>, String> {
    let users = users::named(view)?;
    Ok(users.iter().map(|user| user.id).collect())
}

/// The users whose apps the script looked at: those listed, or the owner alone if there is no list.
fn looked_at(users: &Result<Vec<u32>, String>) -> Vec<u32> {
    let mut users = users.clone().unwrap_or_else(|_| vec![0]);
    users.truncate(MOST_USERS);
    if !users.contains(&0) {
        users.insert(0, 0);
    }
    users
}

fn is_installed(view: &View<'_>, copy: &AppCopy) -> Result<bool, String> {
    let lines = view.user(&APPS, copy.user)?.lines()?;
    any_of(lines, &view.packages(&copy.app), copy.user)
}

/// Whether the lines say yes to one of the packages.
fn any_of(lines: &[String], packages: &[&str], user: u32) -> Result<bool, String> {
    match value(lines, "android")? {
        Some("yes") => {}
        Some("124") => return Err(TOO_LONG.into()),
        _ => {
            return Err(format!(
                "the phone does not let a cable see the apps of user {user}"
            ));
        }
    }
    let mut found = Err("no Android package of this app is known".to_owned());
    for (i, package) in packages.iter().enumerate() {
        let said = match value(lines, package)? {
            Some("yes") => return Ok(true),
            Some("no") => Ok(false),
            Some("124") => Err(TOO_LONG.to_owned()),
            Some("hidden") => Err("the app is hidden or archived on the phone, or is gone and has left its data: look at the list of all apps in the phone's settings".to_owned()),
            Some(_) => Err("the phone refused to say whether the app is installed".to_owned()),
            None => Err("the phone was not asked for this app".to_owned()),
        };
        // One package that is not there proves nothing of the others.
        if i == 0 || said.is_err() {
            found = said;
        }
    }
    found
}

/// The copies that are installed.
pub fn installed(view: &View<'_>) -> Vec<AppCopy> {
    let mut copies = Vec::new();
    for user in looked_at(&listed_users(view)) {
        for app in view.apps() {
            let copy = AppCopy {
                app: app.id.clone(),
                user,
            };
            if is_installed(view, &copy) == Ok(true) {
                copies.push(copy);
            }
        }
    }
    copies
}

/// The lines about the app itself; those about an older copy on the system partition come after them.
pub fn current(body: &Body) -> Result<&[String], String> {
    let lines = body.filtered(5)?;
    Ok(lines
        .split(|line| line == "hidden")
        .next()
        .unwrap_or_default())
}

fn version(body: &Body) -> Result<Reading, String> {
    Ok(match value(current(body)?, "version")? {
        Some(version) if !version.is_empty() && version != "null" => {
            Reading::known(Value::text(version))
        }
        _ => Reading::absent("the phone does not state the app's version"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::android::stream::{Answer, Key};
    use crate::evidence::Source;

    #[test]
    fn the_space_of_a_user_that_the_phone_does_not_list() {
        let body = |lines: &[&str]| {
            Ok(Body::printed(
                lines.iter().map(|l| (*l).to_owned()).collect(),
            ))
        };
        let frames = [
            (Key::once(&BASE), body(&["ro.build.version.sdk=36"])),
            (Key::once(&FRONT), body(&["user 0", "9"])),
            (
                Key::once(&USERS),
                body(&["Users:", "0 4c13 running", "10 1030", "9"]),
            ),
        ];
        let answer = Answer::of(frames.into());
        let view = View::new(&Apps, &answer, Source::AndroidAdb, &[], &[]);
        let word = |user| space(&view, user).map(|reading| reading.value().cloned());
        assert_eq!(word(10), Ok(Some(Value::Word("work-profile"))));
        assert_eq!(word(11), Err("the phone does not list this user".into()));
    }

    #[test]
    fn whether_one_of_its_packages_is_there_and_why_that_is_not_known() {
        for (lines, expected) in [
            (&["android=yes", "a=yes", "b=no"][..], Ok(true)),
            (&["android=yes", "a=no", "b=yes"], Ok(true)),
            (&["android=yes", "a=no", "b=no"], Ok(false)),
            // One that is not there proves nothing of the other.
            (&["android=yes", "a=no", "b=refused"], Err("refused to say")),
            (&["android=yes", "a=refused", "b=no"], Err("refused to say")),
            (&["android=yes", "a=124", "b=no"], Err("took too long")),
            (
                &["android=yes", "a=hidden", "b=no"],
                Err("is hidden or archived"),
            ),
            (
                &["android=yes", "a=no", "b=hidden"],
                Err("is hidden or archived"),
            ),
            (&["android=yes", "a=hidden", "b=yes"], Ok(true)),
            (&["android=yes", "a=no"], Err("was not asked for this app")),
            (&["android=124", "a=yes", "b=yes"], Err("took too long")),
            (
                &["android=no", "a=no", "b=no"],
                Err("does not let a cable see the apps of user 10"),
            ),
            (
                &["a=no", "b=no"],
                Err("does not let a cable see the apps of user 10"),
            ),
        ] {
            let said: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
            match (any_of(&said, &["a", "b"], 10), expected) {
                (Ok(found), Ok(there)) => assert_eq!(found, there, "{lines:?}"),
                (Err(why), Err(words)) => assert!(why.contains(words), "{lines:?}: {why}"),
                (found, _) => panic!("{lines:?}: {found:?}, expected {expected:?}"),
            }
        }
    }
}
