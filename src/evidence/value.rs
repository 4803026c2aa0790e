use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::text;

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// How many there are.
    Count(u64),
    /// A length of time.
    Duration(Duration),
    /// A length of time that never ends ("Auto-Lock: Never").
    Never,
    /// One word of the fact's own closed vocabulary.
    Word(&'static str),
    /// Free text from the phone, cleaned (see [`Value::text`]).
    Text(String),
    /// A moment in UTC.
    Date(Timestamp),
}

impl Value {
    /// Text from a phone, with everything removed that could deceive a terminal.
    pub fn text(raw: &str) -> Self {
        Value::Text(text::clean(raw))
    }

    /// A length of time in seconds.
    pub fn seconds(seconds: u64) -> Self {
        Value::Duration(Duration::from_secs(seconds))
    }

    /// A length of time in milliseconds.
    pub fn millis(millis: u64) -> Self {
        Value::Duration(Duration::from_millis(millis))
    }

    /// The value for people: "2 minutes", "yes", "never".
    pub fn for_people(&self) -> String {
        match self {
            Value::Bool(true) => "yes".into(),
            Value::Bool(false) => "no".into(),
            Value::Count(n) => n.to_string(),
            Value::Duration(d) => duration_for_people(*d),
            Value::Never => "never".into(),
            Value::Word(w) => w.replace('-', " "),
            Value::Text(t) => t.clone(),
            Value::Date(t) => date_for_people(*t),
        }
    }
}

/// For machines: ISO 8601 durations and dates, the rest as it is.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(b) => b.fmt(f),
            Value::Count(n) => n.fmt(f),
            Value::Duration(d) => f.write_str(&duration_iso(*d)),
            Value::Never => f.write_str("never"),
            Value::Word(w) => f.write_str(w),
            Value::Text(t) => f.write_str(t),
            Value::Date(t) => f.write_str(&date_iso(*t)),
        }
    }
}

/// "6 August 2018", in UTC.
pub fn date_for_people(t: Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let date = t.to_zoned(jiff::tz::TimeZone::UTC).date();
    let month = MONTHS[(date.month() as usize).clamp(1, 12) - 1];
    format!("{} {month} {}", date.day(), date.year())
}

/// RFC 3339 in UTC, whole seconds.
pub fn date_iso(t: Timestamp) -> String {
    Timestamp::from_second(t.as_second()).map_or_else(|_| t.to_string(), |t| t.to_string())
}

/// ISO 8601 duration in hours, minutes and seconds: `PT2M`, `PT1H30M`, `PT0S`.
pub fn duration_iso(d: Duration) -> String {
    let (hours, minutes, seconds, millis) = split(d);
    let mut out = String::from("PT");
    if hours > 0 {
        out += &format!("{hours}H");
    }
    if minutes > 0 {
        out += &format!("{minutes}M");
    }
    if millis > 0 {
        let fraction = format!("{millis:03}");
        out += &format!("{seconds}.{}S", fraction.trim_end_matches('0'));
    } else if seconds > 0 || d.is_zero() {
        out += &format!("{seconds}S");
    }
    out
}

/// "2 minutes", "1 minute 30 seconds", "at once", "90 days".
pub fn duration_for_people(d: Duration) -> String {
    const TWO_DAYS: u64 = 2 * 86_400;
    if d.as_secs() >= TWO_DAYS && d.as_secs().is_multiple_of(86_400) && d.subsec_nanos() == 0 {
        return format!("{} days", d.as_secs() / 86_400);
    }
    if d.is_zero() {
        return "at once".into();
    }
    let (hours, minutes, seconds, millis) = split(d);
    let mut parts = Vec::new();
    for (n, unit) in [(hours, "hour"), (minutes, "minute")] {
        if n > 0 {
            parts.push(format!("{n} {unit}{}", if n == 1 { "" } else { "s" }));
        }
    }
    if millis > 0 {
        let fraction = format!("{millis:03}");
        parts.push(format!(
            "{seconds}.{} seconds",
            fraction.trim_end_matches('0')
        ));
    } else if seconds > 0 {
        parts.push(format!(
            "{seconds} second{}",
            if seconds == 1 { "" } else { "s" }
        ));
    }
    parts.join(" ")
}

fn split(d: Duration) -> (u64, u64, u64, u32) {
    let s = d.as_secs();
    (s / 3600, s % 3600 / 60, s % 60, d.subsec_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_for_people_and_machines() {
        for (millis, people, iso) in [
            (0, "at once", "PT0S"),
            (1_000, "1 second", "PT1S"),
            (5_000, "5 seconds", "PT5S"),
            (120_000, "2 minutes", "PT2M"),
            (90_000, "1 minute 30 seconds", "PT1M30S"),
            (3_600_000, "1 hour", "PT1H"),
            (7_776_000_000, "90 days", "PT2160H"),
            (1_500, "1.5 seconds", "PT1.5S"),
            (1, "0.001 seconds", "PT0.001S"),
        ] {
            let d = Duration::from_millis(millis);
            assert_eq!(duration_for_people(d), people);
            assert_eq!(duration_iso(d), iso);
        }
    }

    #[test]
    fn dates() {
        let t: Timestamp = "2018-08-06T23:59:59.5Z".parse().expect("a date");
        assert_eq!(date_for_people(t), "6 August 2018");
        assert_eq!(date_iso(t), "2018-08-06T23:59:59Z");
    }
}
