//! Lines about apps: which copies are judged, and what is known of apps that nothing found.

use super::{Case, OLD, app_line, catalogue, is, word};
use crate::audit::Verdict::{self, Fail, NotApplicable, Pass, Unresolved};
use crate::evidence::Answer::{AsItShouldBe, CannotTell, Otherwise};
use crate::evidence::{Fact, Origin, Platform, Presence, Reading, Source, Subject, Value};
use crate::profile::Ownership;

const THERE: &str = "whatsapp/app.installed=yes whatsapp/app.photos.permission=none";
const NOT_THERE: &str = "whatsapp/app.installed=no";
const UNSURE: &str = "it could not be told whether the app is installed: damaged";

fn android(facts: &str) -> Case {
    app_line(Platform::Android, facts)
}

#[test]
fn every_copy_is_judged_for_itself() {
    type Rows<'a> = &'a [(&'a str, Verdict, &'a str)];
    let table: Vec<(&str, Case, Rows)> = vec![
        (
            "a second copy whose photos nobody could read",
            android(&format!(
                "{THERE} whatsapp@95/app.installed=yes whatsapp@95/app.photos.permission!"
            )),
            &[
                ("whatsapp", Pass, "Access to photos: none"),
                (
                    "whatsapp@95",
                    Unresolved,
                    "Access to photos: could not tell (damaged)",
                ),
            ],
        ),
        (
            "only a second copy: the owner's own is not forgotten",
            android("whatsapp@95/app.installed=yes whatsapp@95/app.photos.permission=full"),
            &[
                (
                    "whatsapp",
                    Unresolved,
                    "it could not be told whether the app is installed: it was not read",
                ),
                ("whatsapp@95", Fail, "Access to photos: full"),
            ],
        ),
        (
            "not seen: that says nothing of a second copy",
            android("whatsapp/app.installed! whatsapp@95/app.installed!").looked_for(
                "whatsapp",
                Presence::NotThere,
                1,
            ),
            &[
                (
                    "whatsapp",
                    NotApplicable,
                    "seen on the phone: the app is not there",
                ),
                ("whatsapp@95", Unresolved, UNSURE),
            ],
        ),
        (
            "not seen, and a second copy that was read as not there",
            android(&format!("{NOT_THERE} whatsapp@95/app.installed=no")).looked_for(
                "whatsapp",
                Presence::NotThere,
                1,
            ),
            &[
                (
                    "whatsapp",
                    NotApplicable,
                    "seen on the phone: the app is not there",
                ),
                ("whatsapp@95", NotApplicable, "the app is not installed"),
            ],
        ),
        (
            "not shown: that says nothing of a second copy",
            android("whatsapp/app.installed! whatsapp@95/app.installed!").looked_for(
                "whatsapp",
                Presence::Declined,
                1,
            ),
            &[
                (
                    "whatsapp",
                    Verdict::Declined,
                    "the person declined to say whether the app is there",
                ),
                ("whatsapp@95", Unresolved, UNSURE),
            ],
        ),
        (
            "not shown, long ago",
            android("whatsapp/app.installed!").looked_for("whatsapp", Presence::Declined, OLD),
            &[("whatsapp", Unresolved, UNSURE)],
        ),
        (
            "not seen, long ago: it may have come since",
            android("whatsapp/app.installed!").looked_for("whatsapp", Presence::NotThere, OLD),
            &[("whatsapp", Unresolved, UNSURE)],
        ),
        (
            "looked for in vain",
            android("whatsapp/app.installed!").looked_for("whatsapp", Presence::CannotTell, 1),
            &[("whatsapp", Unresolved, UNSURE)],
        ),
        (
            "seen, where nothing was read of it",
            android("whatsapp/app.photos.permission=full").looked_for(
                "whatsapp",
                Presence::There,
                1,
            ),
            &[("whatsapp", Fail, "Access to photos: full")],
        ),
        (
            "seen, though it was read as not there",
            android(&format!("{NOT_THERE} whatsapp/app.photos.permission=full")).looked_for(
                "whatsapp",
                Presence::There,
                1,
            ),
            &[("whatsapp", Fail, "Access to photos: full")],
        ),
        (
            "not seen, though it was read as there",
            android(THERE).looked_for("whatsapp", Presence::NotThere, 1),
            &[("whatsapp", Pass, "Access to photos: none")],
        ),
        (
            "not there when the evidence was taken, too long ago",
            android(NOT_THERE).with(|case| case.evidence.as_of = None),
            &[(
                "whatsapp",
                Unresolved,
                "it could not be told whether the app is installed: it was not there when the evidence was taken, \
                 which is too long ago or not known",
            )],
        ),
        (
            "a search that finds nothing, of an id that nobody is sure of",
            android("whatsapp/app.installed~no"),
            &[(
                "whatsapp",
                Unresolved,
                "it could not be told whether the app is installed: it was not found, but spotcheck is not sure of \
                 its id: ask whether it is there",
            )],
        ),
        (
            "an app that the line is not about",
            android(THERE).with(|case| case.control.apps = vec!["signal".into()]),
            &[],
        ),
        (
            "what must not be there is judged where it is not",
            android(NOT_THERE)
                .passing(is(Fact::AppInstalled, Value::Bool(false), false))
                .with(|case| case.control.installed_or_not = true),
            &[("whatsapp", Pass, "Installed: no")],
        ),
        (
            "an app that there is not for this kind of phone",
            app_line(Platform::Ios, "gbwhatsapp/app.installed=no").with(|case| {
                case.apps = vec![catalogue::by_id("gbwhatsapp").expect("an app").clone()];
            }),
            &[(
                "gbwhatsapp",
                NotApplicable,
                "there is no such app for iPhone",
            )],
        ),
        (
            "a copy of another app",
            android(&format!(
                "{NOT_THERE} signal/app.installed=yes signal@95/app.installed=yes"
            )),
            &[("whatsapp", NotApplicable, "the app is not installed")],
        ),
        (
            "nobody said who owns the phone: said once, not for each app",
            android(THERE).with(|case| case.control.ownership = Some(Ownership::Trust)),
            &[(
                "device",
                Unresolved,
                "it depends on who owns the phone, which was not stated (--ownership)",
            )],
        ),
        (
            "a phone of that owner",
            android(THERE).with(|case| {
                case.control.ownership = Some(Ownership::Trust);
                case.context.about.ownership = Some(Ownership::Trust);
            }),
            &[("whatsapp", Pass, "Access to photos: none")],
        ),
        (
            "a phone of another owner",
            android(THERE).with(|case| {
                case.control.ownership = Some(Ownership::Trust);
                case.context.about.ownership = Some(Ownership::Personal);
            }),
            &[(
                "device",
                NotApplicable,
                "it applies only to phones of this ownership: trust",
            )],
        ),
        (
            "apps may have gone unseen",
            android(NOT_THERE)
                .with(|case| case.evidence.apps_unseen = vec!["a user could not be read".into()]),
            &[
                ("whatsapp", NotApplicable, "the app is not installed"),
                ("device", Unresolved, "a user could not be read"),
            ],
        ),
        (
            "the same on an iPhone, where each app in scope is settled",
            app_line(Platform::Ios, NOT_THERE).with(|case| {
                case.evidence.apps_unseen = vec!["the list of apps is damaged".into()]
            }),
            &[("whatsapp", NotApplicable, "the app is not installed")],
        ),
        (
            "the same on an iPhone, where one is not",
            app_line(Platform::Ios, "whatsapp/app.installed!").with(|case| {
                case.evidence.apps_unseen = vec!["the list of apps is damaged".into()]
            }),
            &[
                ("whatsapp", Unresolved, UNSURE),
                ("device", Unresolved, "the list of apps is damaged"),
            ],
        ),
    ];
    for (what, case, expected) in table {
        let audit = case.audit();
        let rows: Vec<(String, Verdict, &str)> = audit
            .findings
            .iter()
            .map(|f| (f.subject.to_string(), f.verdict, f.found.as_str()))
            .collect();
        let expected: Vec<(String, Verdict, &str)> = expected
            .iter()
            .map(|(s, v, f)| ((*s).to_owned(), *v, *f))
            .collect();
        assert_eq!(rows, expected, "{what}");
        for finding in &audit.findings {
            let advice = match finding.verdict {
                Pass | NotApplicable => "",
                _ => "Put it right",
            };
            assert_eq!(finding.put_right, advice, "{what}: {}", finding.subject);
        }
    }
}

/// The findings of apps of which nobody knows whether they are there.
#[test]
fn what_is_set_aside_of_apps_that_may_be_there() {
    let unread = |facts: &str| android(facts).unread();
    // As a reader says of an app whose id is not known.
    let no_id = || {
        android("").with(|case| {
            case.evidence.set(
                Fact::AppInstalled,
                Subject::app("whatsapp"),
                Reading::not_readable("no id"),
            );
        })
    };
    let damaged = "whatsapp/app.installed!";
    let table: Vec<(&str, Case, bool)> = vec![
        ("damaged", android(damaged), false),
        (
            "an uncertain id",
            android("whatsapp/app.installed~no"),
            false,
        ),
        ("looked at, in vain", no_id().seen(CannotTell), false),
        (
            "the person said no",
            unread(damaged).asked().said(Otherwise),
            false,
        ),
        (
            "the person said yes",
            unread(damaged).asked().said(AsItShouldBe),
            false,
        ),
        ("no id", no_id(), true),
        (
            "the best that can be had",
            android("whatsapp/app.installed~~no"),
            true,
        ),
        ("only the person knows", unread(damaged).asked(), true),
        ("nothing reads it", unread(damaged), true),
    ];
    for (what, case, aside) in table {
        let finding = case.clone().readable_only().finding();
        assert_eq!(finding.set_aside, aside, "{what}: {}", finding.found);
        assert!(!case.finding().set_aside, "{what}");
    }
    assert_eq!(no_id().finding().found, "no id");
}

/// A handset is a phone: the line stays open on it, and is beside the point on others.
#[test]
fn a_handset_of_the_catalogue() {
    let handset = |platform, facts: &str| {
        Case::new(platform, facts)
            .passing(word(Fact::AppPhotos, "none"))
            .with(|case| {
                case.control.per_app = true;
                case.apps = vec![catalogue::by_id("ascom-myco").expect("a handset").clone()];
            })
    };
    let android = |facts: &str| handset(Platform::Android, facts);
    let is = "the phone is this handset, whose own messages are not read: look at it";
    let is_not = "the phone is not this handset";
    let unsure = "it could not be told whether the phone is this handset: look at it";
    for (what, case, verdict, found, note) in [
        (
            "its maker",
            android("device.maker=Ascom device.model=x"),
            Unresolved,
            is,
            true,
        ),
        (
            "its model",
            android("device.maker=x device.model=Myco-3"),
            Unresolved,
            is,
            true,
        ),
        (
            "another phone",
            android("device.maker=x device.model=y"),
            NotApplicable,
            is_not,
            false,
        ),
        (
            "too little stated",
            android("device.maker=x"),
            Unresolved,
            unsure,
            false,
        ),
        (
            "as someone typed it",
            android("device.maker~Ascom device.model~x"),
            Unresolved,
            unsure,
            false,
        ),
        (
            "an iPhone",
            handset(Platform::Ios, "device.maker=Ascom"),
            NotApplicable,
            is_not,
            false,
        ),
        (
            "seen on the phone",
            android("").looked_for("ascom-myco", Presence::There, 1),
            Unresolved,
            is,
            false,
        ),
        (
            "seen not to be",
            android("").looked_for("ascom-myco", Presence::NotThere, 1),
            NotApplicable,
            is_not,
            false,
        ),
        (
            "its messages were looked at",
            android("").seen(Otherwise),
            Fail,
            "seen on the phone: not as it should be",
            false,
        ),
        (
            "another phone, whatever was looked at",
            android("device.maker=x device.model=y").seen(AsItShouldBe),
            NotApplicable,
            is_not,
            false,
        ),
    ] {
        let audit = case.audit();
        let finding = &audit.findings[0];
        assert_eq!(
            (finding.verdict, finding.found.as_str()),
            (verdict, found),
            "{what}"
        );
        let noted = audit
            .notes
            .iter()
            .any(|text| text.contains("an Ascom Myco handset"));
        assert_eq!(noted, note, "{what}: {:?}", audit.notes);
    }
}

/// Where someone can look up why it could not be told.
#[test]
fn where_it_could_not_be_told() {
    let place = Origin::new(Source::AndroidAdb, "a list of apps");
    let mut case = android("");
    case.evidence.set(
        Fact::AppInstalled,
        Subject::app("whatsapp"),
        Reading::unreadable("damaged").from(place.clone()),
    );
    assert_eq!(case.finding().origin, vec![place.clone()]);
    // The same where it was not there, too long ago.
    case.evidence.as_of = None;
    case.evidence.overrule(
        Fact::AppInstalled,
        Subject::app("whatsapp"),
        Reading::known(Value::Bool(false)).from(place.clone()),
    );
    let finding = case.finding();
    assert_eq!((finding.verdict, finding.origin), (Unresolved, vec![place]));
}
