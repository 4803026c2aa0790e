//! What each app's own notification settings say.

use super::shared::{self, BASE, granted};
use super::{Out, Reader, View, previews, settle};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::Body;
use crate::evidence::{AppCopy, Fact, Reading, Value};

static PERMISSION: Section = Section {
    id: "perm.notify",
    span: Span::Copies,
    shell: Shell::Fixed("k POST_NOTIFICATIONS; e"),
    place: "dumpsys package check-permission android.permission.POST_NOTIFICATIONS PACKAGE USER",
    keeps: "whether the app may show notifications",
};

/// Notification settings of the app. A channel is named by people: one whose text holds a field's name twice is not
/// understood. The dump holds notifications of the app as well: only the words named in the
/// filter leave the phone.
static SETTINGS: Section = Section {
    id: "notify",
    span: Span::Copies,
    shell: Shell::Fixed(
        r#"A='s/^ *([a-zA-Z]+=)?NotificationChannel\{.*'; L=mLockscreenVisibility=
x dumpsys notification --package $p | f -e "/^ *AppSettings: $p \(/p" -e "$A($L.*$L|mDeleted=.*mDeleted=).*/channel ?/p;t" -e "$A$L(-?[0-9]+),.*mDeleted=true.*/deleted/p;t" -e "$A$L(-?[0-9]+).*/channel \2/p;t" -e "$A/channel ?/p;t" -e "s/.*$L.*/channel ?/p" -e '/^Current Notification Manager state/p' | grep -oE '^@.*|^!.*|^[0-9]+$|^(channel|Current).*|AppSettings: [A-Za-z0-9_.]+ \([0-9]+\)| (importance|visibility|appLockScreenVisibility)=[-A-Za-z0-9_]+' | uniq"#,
    ),
    place: "dumpsys notification --package PACKAGE",
    keeps: "the app's user id, and of its notification settings the words importance and lock-screen visibility; notifications, names of channels and conversations do not leave the phone",
};

/// No override: the app follows the phone.
const FOLLOWS: &str = "-1000";

pub struct Notices;

impl Reader for Notices {
    fn facts(&self) -> &'static [Fact] {
        &[
            Fact::AppNotificationsPreviews,
            Fact::AppNotificationsAllowed,
        ]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const {
            &[
                &BASE,
                &previews::SECURE,
                &previews::EDGE,
                &PERMISSION,
                &SETTINGS,
            ]
        }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        for copy in view.copies() {
            let settings = view
                .copy(&SETTINGS, copy)
                .and_then(|body| settings(body, &view.packages(&copy.app), copy.user));
            let origin = view.copy_origin(&SETTINGS, copy);
            let previews = settings
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|settings| previews(view, settings));
            out.copy(
                Fact::AppNotificationsPreviews,
                copy,
                settle(previews).from(origin.clone().key("visibility")),
            );
            let allowed = settings
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|settings| allowed(view, copy, settings));
            out.copy(
                Fact::AppNotificationsAllowed,
                copy,
                settle(allowed)
                    .from(view.copy_origin(&PERMISSION, copy))
                    .from(origin.key("importance")),
            );
        }
    }
}

/// Notification settings of one app copy.
#[derive(Debug, Default)]
struct Settings {
    /// Whether the phone holds any for this copy.
    found: bool,
    importance: Option<String>,
    visibility: Option<String>,
    samsung: Option<String>,
    channels: Vec<String>,
}

fn settings(body: &Body, packages: &[&str], user: u32) -> Result<Settings, String> {
    let lines = body.filtered(2)?;
    if !lines
        .iter()
        .any(|line| line.starts_with("Current Notification Manager state"))
    {
        return Err("the phone describes its notification settings in an unfamiliar way".into());
    }
    let mut found = Settings::default();
    let mut inside = false;
    let once = |slot: &mut Option<String>, value: &str| match slot {
        Some(first) if first != value => {
            Err("the phone states the app's notification settings twice, differently".to_owned())
        }
        _ => {
            *slot = Some(value.to_owned());
            Ok(())
        }
    };
    let mut begun = false;
    for line in lines {
        let line = line.trim();
        begun |= line.starts_with("AppSettings: ");
        // A name can hold the end of a line, and then what stands after it could belong to anybody.
        if begun && line == "channel ?" {
            return Err("a channel's lock-screen visibility has an unfamiliar value".into());
        }
        if let Some(app) = line.strip_prefix("AppSettings: ") {
            // "com.whatsapp (1010411)": user 10, app 10411
            let uid = packages
                .iter()
                .find_map(|package| app.strip_prefix(package)?.strip_prefix(" ("))
                .and_then(|rest| rest.strip_suffix(')'))
                .and_then(|uid| uid.parse::<u32>().ok());
            inside = uid.is_some_and(|uid| uid / 100_000 == user);
            found.found |= inside;
        } else if !inside {
            continue;
        } else if let Some(word) = line.strip_prefix("importance=") {
            once(&mut found.importance, word)?;
        } else if let Some(word) = line.strip_prefix("visibility=") {
            once(&mut found.visibility, word)?;
        } else if let Some(word) = line.strip_prefix("appLockScreenVisibility=") {
            once(&mut found.samsung, word)?;
        } else if let Some(word) = line.strip_prefix("channel ") {
            found.channels.push(word.to_owned());
        }
    }
    Ok(found)
}

/// What the app's own settings make of it: `inherit` where they leave it to the phone. An override that hides is the
/// setting itself only where every channel has it and the maker's lock screen adds nothing; elsewhere it points to it,
/// and the person can settle it, so it is never set aside.
fn previews(view: &View<'_>, settings: &Settings) -> Result<Reading, String> {
    // Settings that were not found could hold an override that shows text: nothing is taken for granted.
    if !settings.found || settings.channels.is_empty() {
        return Ok(Reading::absent(
            "the phone holds no notification settings of this app yet (open it once)",
        ));
    }
    let mut overrides: Vec<&str> = Vec::new();
    for channel in &settings.channels {
        overrides.push(
            level(Some(channel))
                .ok_or("a channel's lock-screen visibility has an unfamiliar value")?,
        );
    }
    let app = match settings.visibility.as_deref() {
        None => "follows",
        Some("PRIVATE") => "hidden",
        Some("SECRET") => "secret",
        Some("PUBLIC") => "shown",
        Some(_) => return Err("the app's lock-screen visibility is an unfamiliar word".into()),
    };
    let samsung = level(settings.samsung.as_deref())
        .ok_or("the app's lock-screen visibility has an unfamiliar value")?;
    let levels = [app, samsung];
    let all = |kinds: &[&str]| overrides.iter().all(|o| kinds.contains(o));
    if levels.contains(&"shown") || overrides.contains(&"shown") {
        return Ok(Reading::known(Value::Word("always")));
    }
    let every_channel = all(&["hidden", "secret"]);
    let word = if levels.contains(&"secret") || all(&["secret"]) {
        "never"
    } else if levels.contains(&"hidden") || every_channel {
        "when-unlocked"
    } else {
        return Ok(Reading::known(Value::Word("inherit")));
    };
    Ok(match (every_channel, previews::doubt(view)) {
        (true, Ok(None)) => Reading::known(Value::Word(if all(&["secret"]) {
            "never"
        } else {
            "when-unlocked"
        })),
        (true, Ok(Some(doubt))) => Reading::indicative(Value::Word(word)).from(doubt.origin(view)),
        _ => Reading::indicative(Value::Word(word)),
    })
}

/// The lock-screen visibility of a channel, or Samsung's of an app; `None` for an unfamiliar one.
fn level(value: Option<&str>) -> Option<&'static str> {
    match value {
        None | Some(FOLLOWS) => Some("follows"),
        Some("0") => Some("hidden"),
        Some("-1") => Some("secret"),
        Some("1") => Some("shown"),
        Some(_) => None,
    }
}

fn allowed(view: &View<'_>, copy: &AppCopy, settings: &Settings) -> Result<Reading, String> {
    let sdk = shared::sdk(view)?;
    let known = |allowed| Ok(Reading::known(Value::Bool(allowed)));
    let blocked = settings.importance.as_deref() == Some("NONE");
    if sdk < 33 {
        // There is no permission yet: the app's importance decides.
        return match (settings.found, blocked) {
            (true, blocked) => known(!blocked),
            (false, _) => Ok(Reading::absent(
                "the phone holds no notification settings of this app yet (open it once)",
            )),
        };
    }
    let permission = granted(view.copy(&PERMISSION, copy)?.lines()?, "POST_NOTIFICATIONS")?;
    match (permission, settings.importance.as_deref()) {
        (true, Some("NONE")) => {
            Err("the app has the permission to notify and yet is blocked".into())
        }
        (false, Some(other)) if other != "NONE" => {
            Err("the app lacks the permission to notify and yet is not blocked".into())
        }
        (permission, _) => known(permission),
    }
}
