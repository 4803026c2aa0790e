//! Which of the apps are installed, in which Android user, in which version.

use super::shared::{PACKAGE, USERS};
use super::{Out, Reader, View, settle, users};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::{Body, value};
use crate::evidence::{AppCopy, Fact, Reading, Value};

/// Most users whose apps are looked at; the script has the same number.
const MOST_USERS: usize = 12;

/// The apps of one user. `android` is the system itself, which every user has: if the phone denies even that, its
/// other answers mean nothing.
static APPS: Section = Section {
    id: "apps",
    span: Span::Users,
    shell: Shell::Fixed(
        r#"I=; for p in android $P; do w $u $p; [ $r = yes ] && [ $p != android ] && I="$I $p"; done; :; e"#,
    ),
    place: "pm path --user USER PACKAGE",
    keeps: "whether each of the apps is installed for this user; no other app is asked for",
};

pub struct Apps;

impl Reader for Apps {
    fn name(&self) -> &'static str {
        "installed apps"
    }

    fn facts(&self) -> &'static [Fact] {
        &[Fact::AppInstalled, Fact::AppVersion]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&USERS, &APPS, &PACKAGE] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        if view.apps().is_empty() {
            return;
        }
        let users = listed_users(view);
        match &users {
            Err(why) => out.unseen(format!(
                "The phone's list of users could not be read ({why}): copies of the apps in other users may have gone unseen."
            )),
            Ok(users) if users.len() > MOST_USERS => out.unseen(format!(
                "The phone has {} users, of which {MOST_USERS} were looked at: copies of the apps in the others may have gone unseen.",
                users.len()
            )),
            Ok(_) => {}
        }
        for user in looked_at(users) {
            for app in view.apps() {
                let copy = AppCopy {
                    app: app.id.clone(),
                    user,
                };
                let origin = view.copy_origin(&APPS, &copy);
                if view.package(&app.id).is_none() {
                    if user == 0 {
                        let why = if app.android.is_some() {
                            Reading::unreadable("the Android package of this app is malformed")
                        } else {
                            Reading::not_readable("no Android package of this app is known")
                        };
                        out.copy(Fact::AppInstalled, &copy, why);
                    }
                    continue;
                }
                let reading = match is_installed(view, &copy) {
                    Ok(true) => Reading::known(Value::Bool(true)),
                    Ok(false) if user == 0 => Reading::known(Value::Bool(false)),
                    Ok(false) => continue,
                    Err(why) => Reading::unreadable(why),
                };
                let installed = reading.value() == Some(&Value::Bool(true));
                out.copy(Fact::AppInstalled, &copy, reading.from(origin));
                if installed {
                    let version = settle(view.copy(&PACKAGE, &copy).and_then(version))
                        .from(view.copy_origin(&PACKAGE, &copy).key("versionName"));
                    out.copy(Fact::AppVersion, &copy, version);
                }
            }
        }
    }
}

fn listed_users(view: &View<'_>) -> Result<Vec<u32>, String> {
    let users = users::users(view.once(&USERS)?)?;
    Ok(users.iter().map(|user| user.id).collect())
}

/// The users whose apps the script looked at: those listed, or the owner alone if there is no list.
fn looked_at(users: Result<Vec<u32>, String>) -> Vec<u32> {
    let mut users = users.unwrap_or_else(|_| vec![0]);
    users.truncate(MOST_USERS);
    if !users.contains(&0) {
        users.insert(0, 0);
    }
    users
}

fn is_installed(view: &View<'_>, copy: &AppCopy) -> Result<bool, String> {
    let lines = view.user(&APPS, copy.user)?.lines()?;
    let package = view
        .package(&copy.app)
        .ok_or("no Android package of this app is known")?;
    if value(lines, "android")? != Some("yes") {
        return Err(format!(
            "the phone does not let a cable see the apps of user {}",
            copy.user
        ));
    }
    match value(lines, package)? {
        Some("yes") => Ok(true),
        Some("no") => Ok(false),
        Some(_) => Err("the phone refused to say whether the app is installed".into()),
        None => Err("the phone was not asked for this app".into()),
    }
}

/// The copies that are installed.
pub fn installed(view: &View<'_>) -> Vec<AppCopy> {
    let mut copies = Vec::new();
    for user in looked_at(listed_users(view)) {
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
    let end = lines
        .iter()
        .position(|line| line == "hidden")
        .unwrap_or(lines.len());
    lines
        .get(..end)
        .ok_or_else(|| "the phone describes the app in an unfamiliar way".into())
}

fn version(body: &Body) -> Result<Reading, String> {
    Ok(match value(current(body)?, "version")? {
        Some(version) if !version.is_empty() && version != "null" => {
            Reading::known(Value::text(version))
        }
        _ => Reading::absent("the phone does not state the app's version"),
    })
}
