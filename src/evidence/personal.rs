//! Free text that auditors type: what looks like personal data is refused before it is kept.

/// The longest note, in characters.
pub const MAX_NOTE: usize = 200;

/// What a text seems to hold that points to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Personal {
    /// An `@` between words; `whatsapp@95` is none.
    Email,
    /// Ten digits with the right check digit, anywhere in the text.
    NhsNumber,
    /// A British or international phone number.
    PhoneNumber,
    /// A British postcode.
    Postcode,
    /// A date of birth, or one long past.
    BirthDate,
    /// A PIN, passcode or password.
    Secret,
    /// A National Insurance, hospital or registration number.
    OtherNumber,
    /// A person's name: after a title, or where a reference should be.
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
            Personal::BirthDate => "a date of birth",
            Personal::Secret => "a PIN or passcode",
            Personal::OtherNumber => "a personal number",
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
        by_words(text)
    }
}

/// What a word beside a number or a name gives away.
fn by_words(text: &str) -> Option<Personal> {
    const TITLES: [&str; 10] = [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "professor",
        "sir",
        "patient",
    ];
    const SECRETS: [&str; 3] = ["pin", "passcode", "password"];
    const NUMBERS: [&str; 8] = ["hospital", "gmc", "nmc", "hcpc", "mrn", "esr", "ni", "nino"];
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let is_one_of = |word: &str, list: &[&str]| list.contains(&word.to_lowercase().as_str());
    let digits = |word: &str| word.chars().filter(char::is_ascii_digit).count();
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase)
    };
    for (i, word) in words.iter().enumerate() {
        // The next words, past small ones such as "is" and "number".
        let near = || words.iter().skip(i + 1).take(3);
        if is_one_of(word, &["born", "dob", "birth"]) && near().any(|w| digits(w) > 0) {
            return Some(Personal::BirthDate);
        }
        if is_one_of(word, &SECRETS) && near().any(|w| digits(w) >= 4 && digits(w) == w.len()) {
            return Some(Personal::Secret);
        }
        if is_one_of(word, &NUMBERS) && near().any(|w| digits(w) >= 5) {
            return Some(Personal::OtherNumber);
        }
        if is_one_of(word, &TITLES) && near().next().is_some_and(|w| capital(w)) {
            return Some(Personal::Name);
        }
        if is_national_insurance(word) {
            return Some(Personal::OtherNumber);
        }
    }
    has_old_date(&words).then_some(Personal::BirthDate)
}

/// Two letters, six digits, a letter.
fn is_national_insurance(word: &str) -> bool {
    let bytes = word.as_bytes();
    matches!(bytes, [a, b, digits @ .., z]
        if bytes.len() == 9
            && [a, b, z].iter().all(|c| c.is_ascii_alphabetic())
            && digits.iter().all(u8::is_ascii_digit))
}

/// A whole date in figures of a time before smartphones: nothing that a check is about.
fn has_old_date(words: &[&str]) -> bool {
    let number = |word: &str, most: u32| {
        word.parse::<u32>()
            .is_ok_and(|n| (1..=most).contains(&n) && word.len() <= 2)
    };
    let old = |word: &str| word.parse::<u32>().is_ok_and(|n| (1900..2008).contains(&n));
    words.windows(3).any(|w| match w {
        [day, month, year] if old(year) => number(day, 31) && number(month, 31),
        [year, month, day] if old(year) => number(month, 12) && number(day, 31),
        _ => false,
    })
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
        None if text.chars().count() > MAX_NOTE => Err(format!(
            "It is longer than {MAX_NOTE} characters. Make it shorter."
        )),
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

/// Checks what a round of spot checks is called.
///
/// # Errors
/// Why it cannot be called that, as a sentence.
pub fn check_campaign(id: &str) -> Result<(), String> {
    check(id)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if id.is_empty() || id.len() > 40 || !id.chars().all(fits) {
        return Err("A campaign is called by 1 to 40 letters (a to z), digits, \"-\", \"_\" and \".\", e.g. 2026-11.".into());
    }
    Ok(())
}

/// Several words of nothing but letters.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text
        .split([' ', ',', '.', '_', '(', ')'])
        .filter(|word| !word.is_empty())
        .collect();
    let given = |word: &str| {
        let mut chars = word.chars();
        chars.next().is_some_and(char::is_uppercase)
            && word.chars().count() > 2
            && chars.all(|c| c.is_lowercase() || c == '-' || c == '\'')
    };
    if words
        .windows(2)
        .any(|pair| pair.iter().all(|word| given(word)))
    {
        return true;
    }
    let mut words = words.into_iter();
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
        // Full-width digits are digits too.
        let ascii = match c {
            '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(c) - 0xff10, 10).unwrap_or(c),
            _ => c,
        };
        if let Some(digit) = ascii.to_digit(10) {
            let digit = u8::try_from(digit).unwrap_or(0);
            match runs.last_mut() {
                Some((_, digits)) if open => digits.push(digit),
                _ => runs.push((plus, vec![digit])),
            }
            (open, plus, gap) = (true, false, 0);
        } else if open && gap < 4 && !c.is_alphanumeric() && c != '+' {
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
                // A copy of an app is written whatsapp@95.
                && after.starts_with(char::is_alphabetic)
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
            ("943 - 476 - 5919", "NHS number"),
            ("943_476_5919", "NHS number"),
            ("\u{ff19}434765919", "NHS number"),
            ("07700 - 900 - 123", "phone number"),
            ("jane@nhs", "e-mail address"),
            ("born 12/3/1975", "date of birth"),
            ("DOB 01/02/80", "date of birth"),
            ("seen 12/03/1975", "date of birth"),
            ("PIN 4821", "PIN or passcode"),
            ("passcode is 482193", "PIN or passcode"),
            ("GMC 7654321", "personal number"),
            ("hospital number K1234567", "personal number"),
            ("QQ123456C", "personal number"),
            ("Mrs Patel in bed 4", "name"),
            ("Dr Jane Smith", "name"),
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
            "seen on 12/11/2026",
            "whatsapp@95 is a second copy",
            "code of conduct 2024 read",
            "patient details hidden",
            "6 digit passcode set",
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
