//! Free text that auditors type: what looks like personal data is refused before it is kept.

/// The longest note, in characters.
pub const MAX_NOTE: usize = 200;

/// What a text seems to hold that points to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Personal {
    Email,
    NhsNumber,
    PhoneNumber,
    Postcode,
    Name,
}

impl Personal {
    /// In words: "an NHS number".
    pub fn words(self) -> &'static str {
        match self {
            Personal::Email => "an e-mail address",
            Personal::NhsNumber => "an NHS number",
            Personal::PhoneNumber => "a phone number",
            Personal::Postcode => "a postcode",
            Personal::Name => "a name",
        }
    }
}

/// What free text seems to hold; names cannot be told from other words in it.
fn in_text(text: &str) -> Option<Personal> {
    if has_email(text) {
        Some(Personal::Email)
    } else if has_nhs_number(text) {
        Some(Personal::NhsNumber)
    } else if has_phone_number(text) {
        Some(Personal::PhoneNumber)
    } else if has_postcode(text) {
        Some(Personal::Postcode)
    } else {
        None
    }
}

/// What a reference seems to hold.
pub fn in_reference(text: &str) -> Option<Personal> {
    in_text(text).or_else(|| is_name(text).then_some(Personal::Name))
}

/// Checks free text.
///
/// # Errors
/// Why it is not kept, as a sentence. The text itself is not repeated.
pub fn check(text: &str) -> Result<(), String> {
    match in_text(text) {
        Some(what) => Err(format!(
            "It holds something that looks like {}. Leave out everything that points to a person.",
            what.words()
        )),
        None if text.chars().count() > MAX_NOTE => {
            Err(format!("It is longer than {MAX_NOTE} characters."))
        }
        None => Ok(()),
    }
}

/// Checks a reference that stands for a member of staff.
///
/// # Errors
/// Why it is not kept, as a sentence.
pub fn check_reference(text: &str) -> Result<(), String> {
    check(text)?;
    if is_name(text) {
        return Err(
            "It looks like a name. Give a reference that only the trust can turn into a name."
                .into(),
        );
    }
    Ok(())
}

/// Several words of nothing but letters.
fn is_name(text: &str) -> bool {
    let mut words = text.split([' ', ',', '.']).filter(|word| !word.is_empty());
    words.clone().count() > 1
        && words.all(|word| {
            word.chars()
                .all(|c| c.is_alphabetic() || c == '-' || c == '\'')
        })
}

/// Runs of digits as people write numbers: with spaces, hyphens, dots, slashes or brackets between them.
fn numbers(text: &str) -> Vec<(bool, Vec<u8>)> {
    let mut runs: Vec<(bool, Vec<u8>)> = Vec::new();
    // A plus before the first digit makes it international.
    let (mut plus, mut open, mut gap) = (false, false, 0);
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            let digit = u8::try_from(digit).unwrap_or(0);
            match runs.last_mut() {
                Some((_, digits)) if open => digits.push(digit),
                _ => runs.push((plus, vec![digit])),
            }
            (open, plus, gap) = (true, false, 0);
        } else if open && gap < 2 && matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}') {
            gap += 1;
        } else {
            (open, plus, gap) = (false, c == '+', 0);
        }
    }
    runs
}

fn has_nhs_number(text: &str) -> bool {
    // A run may hold a date and a number side by side: every stretch of ten digits counts.
    numbers(text)
        .iter()
        .any(|(_, digits)| digits.windows(10).any(is_nhs_number))
}

/// Ten digits, the last of which is a check digit (modulus 11).
fn is_nhs_number(digits: &[u8]) -> bool {
    let Some((check, rest)) = digits.split_last() else {
        return false;
    };
    let sum: u32 = rest
        .iter()
        .zip((2..=10u32).rev())
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    match 11 - sum % 11 {
        11 => *check == 0,
        10 => false,
        expected => u32::from(*check) == expected,
    }
}

/// UK numbers have ten digits after the 0 (some nine); with a country code any number counts.
fn has_phone_number(text: &str) -> bool {
    numbers(text).iter().any(|(plus, digits)| {
        (*plus && digits.len() >= 8)
            || (digits.first() == Some(&0) && (10..=14).contains(&digits.len()))
            || (digits.starts_with(&[4, 4]) && (11..=13).contains(&digits.len()))
            || (digits.first() == Some(&7) && digits.len() == 10)
    })
}

fn has_email(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        word.split_once('@').is_some_and(|(before, after)| {
            before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
                && after.split_once('.').is_some_and(|(host, rest)| {
                    !host.is_empty() && rest.starts_with(char::is_alphabetic)
                })
        })
    })
}

/// A full UK postcode: one or two letters, a digit, perhaps a letter or digit; then a digit and two letters.
fn has_postcode(text: &str) -> bool {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_uppercase)
        .collect();
    let is_postcode = |outward: &str, inward: &str| is_outward(outward) && is_inward(inward);
    words
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if is_postcode(a, b)))
        || words.iter().any(|word| {
            word.len()
                .checked_sub(3)
                .and_then(|at| word.split_at_checked(at))
                .is_some_and(|(outward, inward)| is_postcode(outward, inward))
        })
}

fn is_outward(text: &str) -> bool {
    let letters = text.chars().take_while(char::is_ascii_uppercase).count();
    let rest: Vec<char> = text.chars().skip(letters).collect();
    (1..=2).contains(&letters)
        && match rest.as_slice() {
            [d] => d.is_ascii_digit(),
            [d, last] => d.is_ascii_digit() && last.is_ascii_alphanumeric(),
            _ => false,
        }
}

fn is_inward(text: &str) -> bool {
    // Five letters never stand in this part.
    let letter = |c: &char| c.is_ascii_uppercase() && !"CIKMOV".contains(*c);
    let chars: Vec<char> = text.chars().collect();
    matches!(chars.as_slice(), [d, a, b] if d.is_ascii_digit() && letter(a) && letter(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_points_to_a_person_is_refused() {
        for (text, what) in [
            // 943 476 5919 and 999 000 0018 are numbers of test data that the NHS publishes.
            ("NHS 943 476 5919", "NHS number"),
            ("9434765919", "NHS number"),
            ("943-476-5919.", "NHS number"),
            ("seen 12/11 9434765919", "NHS number"),
            ("call 07700 900123", "phone number"),
            ("+44 7700 900123", "phone number"),
            ("(020) 7946 0018", "phone number"),
            ("00447700900123", "phone number"),
            ("7700900123", "phone number"),
            ("+33 1 99 00 12 34", "phone number"),
            ("someone@example.org", "e-mail address"),
            ("mail <a.b@c.nhs.uk>", "e-mail address"),
            ("lives in SW1A 1AA", "postcode"),
            ("m11ae", "postcode"),
            ("at EC1A1BB.", "postcode"),
        ] {
            let why = check(text).expect_err(text);
            assert!(why.contains(what), "{text}: {why}");
            assert!(!why.contains(text), "{text}");
        }
        assert!(check(&"x ".repeat(101)).is_err());
    }

    #[test]
    fn ordinary_notes_are_kept() {
        for text in [
            "",
            "Show Previews was Always",
            "iOS 18.7.1, build 22H31",
            "Android 16, patch 2026-10-05",
            "WhatsApp 2.26.41.75",
            "two of 3 chats save to Photos",
            "Auto-Lock 5 minutes, not 2",
            "9434765918 is no such number",
            "@home",
            "policy v2.1 of 17 November 2025",
            "ward A1 2 beds",
            "CT scan room 12",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_reference_is_no_name() {
        for text in [
            "Jane Smith",
            "SMITH, Jane",
            "J. Smith-Jones",
            "x@example.org",
        ] {
            assert!(check_reference(text).is_err(), "{text}");
        }
        for text in ["S-0147", "Z4F", "smithj2", "ward 7 no 3", "20418833"] {
            assert_eq!(check_reference(text), Ok(()), "{text}");
        }
    }
}
