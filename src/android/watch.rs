//! The watched test: the person presses the power key once, and the phone says when it went dark and when it was locked.
//! No setting that a cable can read tells this on most makers' phones (see `lock.power_key_locks`).

use std::time::Duration;

/// How long the person has to press the key, in seconds.
const PRESS_WITHIN: u64 = 12;

/// How long the phone is watched after it went dark, in seconds: longer than Android's own five-second delay.
const WATCH_FOR: u64 = 8;

/// Locked within this time after the screen went dark counts as at once: the phone is asked twice a second.
const AT_ONCE: Duration = Duration::from_millis(1500);

/// What the phone showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// It was locked so long after the screen went dark, to half a second.
    Locked(Duration),
    /// It went dark and was not locked for so long.
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

    /// For people, as sentences.
    pub fn words(self) -> String {
        match self {
            Watched::Locked(after) if after <= AT_ONCE => {
                "The screen went dark, and the phone was locked at once.".into()
            }
            Watched::Locked(after) => format!(
                "The screen went dark, and the phone was locked {:.1} seconds later: not at once, but by its delay.",
                after.as_secs_f32()
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

/// The script: twice a second one line with the time since the phone started, whether it is awake, and whether user 0 is
/// locked. Nothing else of the two dumps leaves the phone.
pub fn script() -> String {
    format!(
        r#"n(){{ read t r </proc/uptime || t=$(date +%s); s=${{t%%.*}}; }}
n; e=$((s+{PRESS_WITHIN})); k=
while [ $s -lt $e ]; do
w=$(dumpsys power | sed -nE 's/^ *mWakefulness=(Awake|Asleep|Dozing|Dreaming)$/\1/p' | head -n 1)
l=$(dumpsys trust | sed -nE 's/^ User .*\(id=0, .*\(current\).*deviceLocked=([01]).*/\1/p' | head -n 1)
n; echo "$t ${{w:-?}} ${{l:-?}}"
case $w in Asleep|Dozing) [ "$l" = 1 ] && break; [ "$k" ] || {{ k=1; e=$((s+{WATCH_FOR}+1)); }};; esac
sleep 0.5
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
    let mut dark: Option<Duration> = None;
    let mut last: Option<Duration> = None;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (at, awake, locked) = poll(line)?;
        if last.is_some_and(|before| at < before) {
            return Err(ODD.into());
        }
        match (awake, dark) {
            (true, None) if locked => return Ok(Watched::LockedBefore),
            (true, None) => {}
            // Somebody woke it again: what comes then says nothing about the key.
            (true, Some(_)) => return Err("the screen came on again during the test".into()),
            (false, None) if last.is_none() => return Ok(Watched::DarkBefore),
            (false, None) if locked => return Ok(Watched::Locked(Duration::ZERO)),
            (false, None) => dark = Some(at),
            (false, Some(since)) if locked => return Ok(Watched::Locked(at - since)),
            (false, Some(_)) => {}
        }
        last = Some(at);
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

/// One line: when, awake, locked.
fn poll(line: &str) -> Result<(Duration, bool, bool), String> {
    let words: Vec<&str> = line.split(' ').collect();
    let [at, awake, locked] = words.as_slice() else {
        return Err(ODD.into());
    };
    let at = at
        .parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
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
    match (at, awake, locked) {
        (Some(at), Some(awake), Some(locked)) => Ok((at, awake, locked)),
        _ => Err(ODD.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen() {
        let open = |from: u32, n: u32| {
            (from..from + n)
                .map(|i| format!("{}.0 Asleep 0\n", i))
                .collect::<String>()
        };
        let locked = |ms| Ok(Watched::Locked(Duration::from_millis(ms)));
        let cases: Vec<(String, Result<Watched, ()>)> = vec![
            ("1.0 Awake 0\n1.5 Asleep 1\n".into(), locked(0)),
            (
                "1.0 Awake 0\n1.5 Dozing 0\n2.0 Dozing 1\n".into(),
                locked(500),
            ),
            (
                "1.0 Awake 0\n2 Asleep 0\n3 Asleep 0\n7.25 Asleep 1\n".into(),
                locked(5250),
            ),
            (
                format!("1.0 Awake 0\n{}", open(2, 9)),
                Ok(Watched::StayedOpen(Duration::from_secs(8))),
            ),
            (format!("1.0 Awake 0\n{}", open(2, 3)), Err(())),
            ("1.0 Awake 0\n1.5 Awake 0\n".into(), Ok(Watched::NotPressed)),
            (
                "1.0 Awake 1\n1.5 Asleep 1\n".into(),
                Ok(Watched::LockedBefore),
            ),
            (
                "1.0 Asleep 0\n1.5 Asleep 1\n".into(),
                Ok(Watched::DarkBefore),
            ),
            ("1.0 Awake 0\n1.5 Asleep 0\n2.0 Awake 0\n".into(), Err(())),
            ("1.0 Awake 0\n1.5 ? 0\n".into(), Err(())),
            ("1.0 Awake 0\n1.5 Asleep ?\n".into(), Err(())),
            ("2.0 Awake 0\n1.5 Asleep 1\n".into(), Err(())),
            ("x Awake 0\n".into(), Err(())),
            ("-1 Awake 0\n".into(), Err(())),
            ("inf Awake 0\n".into(), Err(())),
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
            (after(0), after(1500), after(1501)),
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
            assert!(unclear.words().ends_with('.'));
        }
    }
}
