//! What else reads along: notification listeners, accessibility services, keyboards, the cloud backup.

use super::shared::{BASE, FRONT, setting, switch};
use super::{Out, Reader, View, settle};
use crate::android::section::{Section, Shell, Span};
use crate::android::stream::{TOO_LONG, value};
use crate::evidence::{Fact, Reading, Value};

static COUNTS: Section = Section {
    id: "links",
    span: Span::Once,
    shell: Shell::Fixed(
        r#"c pm list packages -3 --user 0;T=$v;case $T in ''|package:*) ;;*) T=;r=refused;;esac;echo third=$r
set -f;for q in enabled_notification_listeners enabled_accessibility_services enabled_input_methods;do
c settings --user 0 get secure $q;n=0;m=0
case $v in null) v=;;*' '*|*'
'*) r=refused;;esac
O=$IFS;IFS=:;for w in $v;do case "$w" in */*) ;;'') continue;;*) r=refused;;esac;m=$((m+1));case "$T
" in *"package:${w%%/*}
"*) n=$((n+1));;esac;done;IFS=$O
echo "$q=$r $n $m";done;set +f
c settings --user 0 get secure backup_transport;case $v in com.google.android.gms/*) echo transport=google;;null|'') echo transport=none;;*) echo transport=other;;esac;e"#,
    ),
    place: "settings --user 0 get secure enabled_notification_listeners (and the like), pm list packages -3 --user 0",
    keeps: "how many notification listeners, accessibility services and keyboards there are, and how many of them come from outside the system; their names do not leave the phone. Whether the backup goes to Google",
};

static SECURE: Section = Section {
    id: "secure.links",
    span: Span::Once,
    shell: Shell::Fixed(r"x settings $U list secure | g 'backup_enabled'"),
    place: "settings --user 0 list secure",
    keeps: "whether the phone backs itself up",
};

pub struct Links;

impl Reader for Links {
    fn facts(&self) -> &'static [Fact] {
        &[
            Fact::NotificationListeners,
            Fact::AccessibilityServices,
            Fact::Keyboards,
            Fact::CloudBackup,
        ]
    }

    fn sections(&self) -> &'static [&'static Section] {
        const { &[&BASE, &FRONT, &COUNTS, &SECURE] }
    }

    fn read(&self, view: &View<'_>, out: &mut Out<'_>) {
        let counts = view.once(&COUNTS).and_then(|body| body.lines());
        for (fact, key) in [
            (
                Fact::NotificationListeners,
                "enabled_notification_listeners",
            ),
            (
                Fact::AccessibilityServices,
                "enabled_accessibility_services",
            ),
            (Fact::Keyboards, "enabled_input_methods"),
        ] {
            out.device(
                fact,
                settle(counts.clone().and_then(|lines| count(lines, key)))
                    .from(view.origin(&COUNTS).key(key)),
            );
        }
        out.device(
            Fact::CloudBackup,
            settle(backup(view))
                .from(view.origin(&SECURE).key("backup_enabled"))
                .from(view.origin(&COUNTS).key("backup_transport")),
        );
    }
}

fn count(lines: &[String], key: &str) -> Result<Reading, String> {
    match value(lines, "third")? {
        Some("0") => {}
        Some("124") => return Err(TOO_LONG.into()),
        _ => return Err("the phone refused to say which apps are from outside the system".into()),
    }
    let answer = value(lines, key)?.ok_or("the phone did not answer")?;
    let mut words = answer.split(' ');
    match (
        words.next(),
        words.next().map(str::parse::<u64>),
        words.next().map(str::parse::<u64>),
    ) {
        (Some("0"), Some(Ok(outside)), Some(Ok(all))) if outside <= all && all < 1000 => {
            Ok(Reading::known(Value::Count(outside)))
        }
        (Some("124"), ..) => Err(TOO_LONG.into()),
        _ => Err(format!(
            "the phone refused to list {key}, or listed it in an unfamiliar way"
        )),
    }
}

fn backup(view: &View<'_>) -> Result<Reading, String> {
    let lines = view.once(&COUNTS)?.lines()?;
    let transport = value(lines, "transport")?;
    let key = "backup_enabled";
    let Some(on) = setting(view.once(&SECURE)?, key)? else {
        return Ok(Reading::absent(
            "the phone does not say whether it backs itself up",
        ));
    };
    match (switch(key, on)?, transport) {
        (false, _) => Ok(Reading::known(Value::Bool(false))),
        (true, Some("google")) => Ok(Reading::known(Value::Bool(true))),
        (true, _) => Err("the phone backs itself up, but it is not known to where".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_why_there_is_none() {
        const SLOW: &str = "took too long";
        const OTHERS: &str = "which apps are from outside";
        const ODD: &str = "in an unfamiliar way";
        for (third, answer, expected) in [
            ("0", "0 0 0", Ok(0)),
            ("0", "0 2 3", Ok(2)),
            ("0", "0 3 3", Ok(3)),
            ("0", "0 0 999", Ok(0)),
            // More from outside the system than there are, or more than any phone has.
            ("0", "0 4 3", Err(ODD)),
            ("0", "0 0 1000", Err(ODD)),
            ("0", "0 1000 1000", Err(ODD)),
            ("0", "0 2", Err(ODD)),
            ("0", "0 x 3", Err(ODD)),
            ("0", "refused 0 0", Err(ODD)),
            ("0", "124 0 0", Err(SLOW)),
            ("124", "0 0 0", Err(SLOW)),
            ("refused", "0 0 0", Err(OTHERS)),
        ] {
            let lines = [format!("third={third}"), format!("key={answer}")];
            match (count(&lines, "key"), expected) {
                (Ok(reading), Ok(n)) => {
                    assert_eq!(reading.value(), Some(&Value::Count(n)), "{answer}");
                }
                (Err(why), Err(words)) => assert!(why.contains(words), "{third}, {answer}: {why}"),
                (found, _) => panic!("{third}, {answer}: {found:?}, expected {expected:?}"),
            }
        }
    }
}
