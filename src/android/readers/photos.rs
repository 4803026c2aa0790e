//! What each app may do in the photo library.

use super::shared::{self, BASE, PACKAGE, granted};
use super::{Out, Reader, View, apps, settle};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::{Body, value};
use crate::evidence::{AppCopy, Fact, Reading, Value};

static PERMISSIONS: Section = Section {
    id: "perm.photos",
    span: Span::Copies,
    shell: Shell::Fixed(
        r#"for q in READ_MEDIA_IMAGES READ_MEDIA_VIDEO READ_MEDIA_VISUAL_USER_SELECTED READ_EXTERNAL_STORAGE WRITE_EXTERNAL_STORAGE; do k $q; done; e"#,
    ),
    place: "dumpsys package check-permission android.permission.READ_MEDIA_IMAGES (and the like) PACKAGE USER",
    keeps: "0 or -1 for each of the five permissions named in the command",
};

static ALL_FILES: Section = Section {
    id: "allfiles",
    span: Span::Copies,
    shell: Shell::Fixed(
        r"if [ $V -ge 30 ]; then x cmd appops get --user $u $p MANAGE_EXTERNAL_STORAGE | f -e 's/^(Uid mode: )?MANAGE_EXTERNAL_STORAGE: ([a-z]+).*/mode \2/p;t' -e 's/^Default mode: ([a-z]+).*/default \1/p;t' -e 's/^(No operations).*/\1/p;t' -e 's/.+/?/p'; else echo skip; e; fi",
    ),
    place: "cmd appops get --user USER PACKAGE MANAGE_EXTERNAL_STORAGE",
    keeps: "whether the app may use all files (from Android 11); when it last did so does not leave the phone",
};

pub struct Photos;

impl Reader for Photos {
    fn facts(&self) -> &'static [Fact] {
        &[Fact::AppPhotos]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &PERMISSIONS, &ALL_FILES, &PACKAGE] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        for copy in view.copies() {
            let reading = settle(access(view, copy))
                .from(view.copy_origin(&PERMISSIONS, copy))
                .from(view.copy_origin(&ALL_FILES, copy));
            out.copy(Fact::AppPhotos, copy, reading);
        }
    }
}

fn access(view: &View<'_>, copy: &AppCopy) -> Result<Reading, String> {
    let word = |word| Ok(Reading::known(Value::Word(word)));
    let sdk = shared::sdk(view)?;
    // The section must have come, but on newer phones "full" stands without it.
    let everything = match view.copy(&ALL_FILES, copy) {
        Ok(body) if sdk < 30 && body.skipped() => Ok(false),
        // The script asks by the level that the phone stated then.
        Ok(_) if sdk < 30 => return Err("the phone states two different API levels".into()),
        Ok(body) => all_files(body),
        Err(why) if sdk < 30 => return Err(why),
        Err(why) => Err(why),
    };
    let package = view.copy(&PACKAGE, copy)?;
    let lines = view.copy(&PERMISSIONS, copy)?.lines()?;
    let has = |permission| granted(lines, permission);

    if everything == Ok(true) {
        return word("full");
    }
    let old_style =
        || Ok::<_, String>(has("READ_EXTERNAL_STORAGE")? || has("WRITE_EXTERNAL_STORAGE")?);
    let found = if sdk < 33 {
        if old_style()? { "full" } else { "none" }
    } else if has("READ_MEDIA_IMAGES")?
        || has("READ_MEDIA_VIDEO")?
        || (old_style()? && !ignores_old_style(package)?)
    {
        "full"
    } else if sdk >= 34 && has("READ_MEDIA_VISUAL_USER_SELECTED")? {
        "limited"
    } else {
        "none"
    };
    // Only "full" stands without knowing about all files: they hold the photos too.
    if found != "full" {
        everything?;
    }
    word(found)
}

/// Apps made for Android 13 or later get nothing from the storage permissions of older versions there.
fn ignores_old_style(package: &Body) -> Result<bool, String> {
    let target = value(apps::current(package)?, "target")?
        .and_then(|target| target.parse::<u32>().ok())
        .ok_or("the phone does not state which Android version the app is made for, which its storage permission depends on")?;
    Ok(target >= 33)
}

fn all_files(body: &Body) -> Result<bool, String> {
    let lines = body.filtered(1)?;
    let mut decided: Option<bool> = None;
    for line in lines {
        match line.as_str() {
            "mode allow" => return Ok(true),
            "mode ignore" | "mode deny" | "mode default" | "default default" | "default deny"
            | "default ignore" => decided = Some(false),
            line if line.starts_with("No operations") => decided = decided.or(Some(false)),
            _ => {
                return Err(
                    "the phone says in an unfamiliar way whether the app may use all files".into(),
                );
            }
        }
    }
    decided.ok_or_else(|| "the phone does not say whether the app may use all files".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::android::stream::{Answer, Key};
    use crate::evidence::Source;

    /// What an answer says of all files must fit the version; it is asked from Android 11 on.
    #[test]
    fn all_files_and_the_version_that_they_were_asked_of() {
        const PACKAGE_NAME: &str = "com.whatsapp";
        let apps = [crate::apps::by_id("whatsapp").expect("there").clone()];
        let copy = AppCopy {
            app: "whatsapp".into(),
            user: 0,
        };
        let denied = || Ok(vec!["mode default", "9"]);
        let allowed = || Ok(vec!["mode allow", "9"]);
        let skipped = || Ok(vec!["skip"]);
        let lost = || Err("it is lost".to_owned());
        const TWO: &str = "two different API levels";
        for (sdk, all_files, photos, expected) in [
            (36, denied(), false, Ok("none")),
            (36, allowed(), false, Ok("full")),
            (36, denied(), true, Ok("full")),
            (36, skipped(), false, Err("filter")),
            (36, lost(), false, Err("it is lost")),
            // What is known to be granted is granted.
            (36, lost(), true, Ok("full")),
            (30, denied(), false, Ok("none")),
            (30, skipped(), false, Err("filter")),
            (30, lost(), false, Err("it is lost")),
            (30, lost(), true, Ok("full")),
            (29, skipped(), false, Ok("none")),
            (29, skipped(), true, Ok("full")),
            (29, denied(), false, Err(TWO)),
            (29, allowed(), false, Err(TWO)),
            (29, denied(), true, Err(TWO)),
            (29, lost(), false, Err("it is lost")),
            (29, lost(), true, Err("it is lost")),
        ] {
            let body =
                |lines: Vec<&str>| Body::printed(lines.into_iter().map(str::to_owned).collect());
            let grant = |name: &str, new: bool| {
                let granted = photos && new == (sdk >= 33);
                format!("{name}={}", if granted { "0" } else { "-1" })
            };
            let grants = [
                grant("READ_MEDIA_IMAGES", true),
                grant("READ_MEDIA_VIDEO", true),
                grant("READ_MEDIA_VISUAL_USER_SELECTED", true),
                grant("READ_EXTERNAL_STORAGE", false),
                grant("WRITE_EXTERNAL_STORAGE", false),
            ];
            let level = format!("ro.build.version.sdk={sdk}");
            let frames = [
                (Key::once(&BASE), Ok(body(vec![&level]))),
                (
                    Key::copy(&PERMISSIONS, 0, PACKAGE_NAME),
                    Ok(body(grants.iter().map(String::as_str).collect())),
                ),
                (
                    Key::copy(&PACKAGE, 0, PACKAGE_NAME),
                    Ok(body(vec!["target=36", "9"])),
                ),
                (
                    Key::copy(&ALL_FILES, 0, PACKAGE_NAME),
                    all_files.clone().map(body),
                ),
            ];
            let answer = Answer::of(frames.into());
            let copies = [copy.clone()];
            let view = View::new(&Photos, &answer, Source::AndroidAdb, &apps, &copies);
            let found = access(&view, &copy);
            let case = format!("{sdk}, {all_files:?}, {photos}: {found:?}");
            match (&found, expected) {
                (Ok(reading), Ok(word)) => {
                    assert_eq!(reading.value(), Some(&Value::Word(word)), "{case}");
                }
                (Err(why), Err(words)) => assert!(why.contains(words), "{case}"),
                _ => panic!("{case}, expected {expected:?}"),
            }
        }
    }
}
