//! The watched test: the person presses the power key once, and the phone says when it went dark and when it was locked.
//! No setting that a cable can read tells this on most makers' phones (see `lock.power_key_locks`).

use std::time::Duration;

use crate::evidence::{Fact, Value};

/// How long the person has to press the key, in seconds.
const PRESS_WITHIN: u64 = 12;

/// How long the phone is watched after it went dark, in seconds: longer than Android's own five-second delay.
const WATCH_FOR: u64 = 8;

/// Locked within this time counts as at once. Between two looks at the phone lies more than half a second.
const AT_ONCE: Duration = Duration::from_secs(2);

/// What the phone showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// From the last moment at which it was awake until it was locked it took so long at the most.
    Locked(Duration),
    /// It went dark and was not locked for so long at the least.
    StayedOpen(Duration),
    /// It was locked before the test began.
    LockedBefore,
    /// Its screen was dark before the test began.
    DarkBefore,
    /// The screen did not go dark.
    NotPressed,
}

impl Watched {
    /// Whether the power key locks at once; `None` where the test does not tell.
    pub fn at_once(self) -> Option<bool> {
        match self {
            Watched::Locked(after) if after <= AT_ONCE => Some(true),
            Watched::Locked(_) => None,
            Watched::StayedOpen(_) => Some(false),
            Watched::LockedBefore | Watched::DarkBefore | Watched::NotPressed => None,
        }
    }

    /// What that says of facts, for sure.
    pub fn shows(self) -> Vec<(Fact, Value)> {
        match self.at_once() {
            Some(true) => vec![(Fact::LockPowerKey, Value::Bool(true))],
            Some(false) => {
                let mut shown = vec![(Fact::LockPowerKey, Value::Bool(false))];
                if let Watched::StayedOpen(open) = self {
                    shown.push((Fact::LockGrace, Value::Duration(open)));
                }
                shown
            }
            None => Vec::new(),
        }
    }

    /// For people, as sentences.
    pub fn words(self) -> String {
        match self {
            Watched::Locked(after) if after <= AT_ONCE => {
                "The screen went dark, and the phone was locked at once.".into()
            }
            Watched::Locked(after) => format!(
                "The screen went dark, and the phone was locked {:.0} seconds later at the most. Whether at once cannot be told.",
                after.as_secs_f32().ceil()
            ),
            Watched::StayedOpen(watched) => format!(
                "The screen went dark, and {:.0} seconds later the phone was still open.",
                watched.as_secs_f32()
            ),
            Watched::LockedBefore => {
                "The phone was locked already. Unlock it and try again.".into()
            }
            Watched::DarkBefore => {
                "The screen was dark already. Unlock the phone and try again.".into()
            }
            Watched::NotPressed => "The screen did not go dark: the key was not pressed.".into(),
        }
    }
}

/// What the test runs, for the read log.
pub const PLACE: &str =
    "dumpsys power and dumpsys trust, twice a second while the power key was watched";

/// What the whole test may take.
pub const DEADLINE: Duration = Duration::from_secs(PRESS_WITHIN + WATCH_FOR + 10);

/// The script: twice a second one line with the time since the phone started, before and after both looks, whether it is
/// awake, and whether user 0 is locked. Nothing else of the two dumps leaves the phone.
pub fn script() -> String {
    format!(
        r#"n(){{ read t r </proc/uptime || t=$(date +%s); s=${{t%%.*}}; }}
n; e=$((s+{PRESS_WITHIN})); k=
while [ $s -lt $e ]; do
b=$t
w=$(dumpsys power | sed -nE 's/^ *mWakefulness=(Awake|Asleep|Dozing|Dreaming)$/\1/p' | head -n 1)
l=$(dumpsys trust | sed -nE 's/^ User .*\(id=0, .*\(current\).*deviceLocked=([01]).*/\1/p' | head -n 1)
n; echo "$b $t ${{w:-?}} ${{l:-?}}"
case $w in Asleep|Dozing) [ "$l" = 1 ] && break; [ "$k" ] || {{ k=1; e=$((s+{WATCH_FOR}+1)); }};; esac
sleep 0.5; n
done 2>/dev/null
exit 0"#
    )
}

/// What the script's answer says.
///
/// # Errors
/// Why it cannot be told, as a phrase.
pub fn read(answer: &[u8]) -> Result<Watched, String> {
    let text = std::str::from_utf8(answer).map_err(|_| ODD.to_owned())?;
    // When it was last seen awake: before that look it had not gone dark.
    let mut awake_at: Option<Duration> = None;
    let mut dark: Option<Duration> = None;
    let mut last: Option<Duration> = None;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let Poll {
            from,
            to,
            awake,
            locked,
        } = poll(line)?;
        if to < from || last.is_some_and(|before| from < before) {
            return Err(ODD.into());
        }
        match (awake, dark) {
            (true, None) if locked => return Ok(Watched::LockedBefore),
            (true, None) => awake_at = Some(from),
            // Somebody woke it again: what comes then says nothing about the key.
            (true, Some(_)) => return Err("the screen came on again during the test".into()),
            (false, _) => {
                let Some(awake_at) = awake_at else {
                    return Ok(Watched::DarkBefore);
                };
                if locked {
                    return Ok(Watched::Locked(to - awake_at));
                }
                dark = dark.or(Some(to));
            }
        }
        last = Some(to);
    }
    match (dark, last) {
        (_, None) => Err("the phone answered nothing".into()),
        (None, Some(_)) => Ok(Watched::NotPressed),
        (Some(since), Some(at)) if at - since >= Duration::from_secs(WATCH_FOR - 1) => {
            Ok(Watched::StayedOpen(at - since))
        }
        (Some(_), Some(_)) => Err("the phone was not watched for long enough".into()),
    }
}

const ODD: &str =
    "the phone does not say clearly whether its screen is on and whether it is locked";

/// One line.
struct Poll {
    from: Duration,
    to: Duration,
    awake: bool,
    locked: bool,
}

fn poll(line: &str) -> Result<Poll, String> {
    let words: Vec<&str> = line.split(' ').collect();
    let [from, to, awake, locked] = words.as_slice() else {
        return Err(ODD.into());
    };
    let time = |word: &str| {
        let seconds = word.parse::<f64>().ok()?;
        Duration::try_from_secs_f64(seconds).ok()
    };
    let awake = match *awake {
        "Awake" | "Dreaming" => Some(true),
        "Asleep" | "Dozing" => Some(false),
        _ => None,
    };
    let locked = match *locked {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    };
    match (time(from), time(to), awake, locked) {
        (Some(from), Some(to), Some(awake), Some(locked)) => Ok(Poll {
            from,
            to,
            awake,
            locked,
        }),
        _ => Err(ODD.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Platform;
    use crate::profile;

    #[test]
    fn what_was_seen() {
        let open = |from: u32, n: u32| {
            (from..from + n)
                .map(|i| format!("{i}.0 {i}.1 Asleep 0\n"))
                .collect::<String>()
        };
        let locked = |ms| Ok(Watched::Locked(Duration::from_millis(ms)));
        let cases: Vec<(String, Result<Watched, ()>)> = vec![
            ("1.0 1.1 Awake 0\n1.6 1.7 Asleep 1\n".into(), locked(700)),
            (
                "1 1.1 Awake 0\n1.5 1.6 Dozing 0\n2 2.25 Dozing 1\n".into(),
                locked(1250),
            ),
            (
                "1 1.1 Awake 0\n2 2.1 Asleep 0\n7 7.25 Asleep 1\n".into(),
                locked(6250),
            ),
            // A look that took long: it may have been dark for as long.
            ("1.0 1.1 Awake 0\n1.5 9.0 Asleep 1\n".into(), locked(8000)),
            ("1.0 5.1 Awake 0\n5.5 5.6 Asleep 1\n".into(), locked(4600)),
            ("1.0 1.1 Awake 0\n9.0 9.1 Asleep 1\n".into(), locked(8100)),
            (
                format!("1.0 1.1 Awake 0\n{}", open(2, 9)),
                Ok(Watched::StayedOpen(Duration::from_secs(8))),
            ),
            (format!("1.0 1.1 Awake 0\n{}", open(2, 3)), Err(())),
            (
                "1.0 1.1 Awake 0\n1.5 1.6 Awake 0\n".into(),
                Ok(Watched::NotPressed),
            ),
            (
                "1.0 1.1 Awake 1\n1.5 1.6 Asleep 1\n".into(),
                Ok(Watched::LockedBefore),
            ),
            (
                "1.0 1.1 Asleep 0\n1.5 1.6 Asleep 1\n".into(),
                Ok(Watched::DarkBefore),
            ),
            (
                "1 1.1 Awake 0\n1.5 1.6 Asleep 0\n2 2.1 Awake 0\n".into(),
                Err(()),
            ),
            ("1.0 1.1 Awake 0\n1.5 1.6 ? 0\n".into(), Err(())),
            ("1.0 1.1 Awake 0\n1.5 1.6 Asleep ?\n".into(), Err(())),
            ("2.0 2.1 Awake 0\n1.5 1.6 Asleep 1\n".into(), Err(())),
            ("2.0 1.9 Awake 0\n".into(), Err(())),
            ("x 1 Awake 0\n".into(), Err(())),
            ("-1 1 Awake 0\n".into(), Err(())),
            ("1 inf Awake 0\n".into(), Err(())),
            ("Permission Denial\n".into(), Err(())),
            (String::new(), Err(())),
        ];
        for (answer, expected) in cases {
            let found = read(answer.as_bytes()).map_err(|why| assert!(!why.is_empty()));
            assert_eq!(found, expected, "{answer}");
        }
        assert!(read(b"\xff").is_err());
    }

    #[test]
    fn only_what_is_clear_counts() {
        let after = |ms| Watched::Locked(Duration::from_millis(ms)).at_once();
        assert_eq!(
            (after(0), after(2000), after(2001)),
            (Some(true), Some(true), None)
        );
        let stayed = Watched::StayedOpen(Duration::from_secs(8));
        assert_eq!(stayed.at_once(), Some(false));
        for unclear in [
            Watched::LockedBefore,
            Watched::DarkBefore,
            Watched::NotPressed,
        ] {
            assert_eq!(unclear.at_once(), None);
            assert!(unclear.words().ends_with('.') && unclear.shows().is_empty());
        }
    }

    /// The test says something of the power key, and nothing of a delay or of what holds the lock open.
    #[test]
    fn what_it_settles() {
        let settles = |id: &str, set: &[(&str, &str)], control: &str, watched: Watched| {
            let set: Vec<(String, String)> = set
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect();
            let profile = profile::load(id, &set).expect("loads");
            let control = profile
                .controls
                .iter()
                .find(|c| c.is(control))
                .expect("there");
            control.settled_by(Platform::Android, &watched.shows())
        };
        let at_once = Watched::Locked(Duration::from_secs(1));
        let open = Watched::StayedOpen(Duration::from_secs(8));
        assert_eq!(settles("nhs-england", &[], "IM-05c", at_once), None);
        assert_eq!(settles("nhs-england", &[], "IM-05c", open), Some(false));
        let patient = [("grace_max", "1h")];
        assert_eq!(settles("nhs-england", &patient, "IM-05c", open), None);
        let power_key = profile::load("cis-android", &[]).expect("loads");
        let power_key = power_key
            .controls
            .iter()
            .find(|c| {
                c.decided_by(Platform::Android)
                    .contains(&Fact::LockPowerKey)
            })
            .expect("a line of its own");
        let alone = power_key.decided_by(Platform::Android).len() == 1;
        assert_eq!(
            settles("cis-android", &[], &power_key.id, at_once),
            alone.then_some(true)
        );
        assert_eq!(
            settles("cis-android", &[], &power_key.id, open),
            Some(false)
        );
    }
}
