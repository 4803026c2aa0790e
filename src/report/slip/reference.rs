//! The slip's reference: twelve letters and digits that are hard to mistake, the last a check character. It comes from
//! the audit's hash, so that the same audit always has the same slip.

/// Digits and letters without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters before the check character.
const DATA: usize = 11;

/// The reference of an audit with this hash (SHA-256 in hex), as it is printed: `7K3M-9QXD-2RTC`.
pub fn of(digest: &str) -> String {
    let mut bits: u64 = 0;
    for c in digest.chars().take(16) {
        bits = bits << 4 | u64::from(c.to_digit(16).unwrap_or(0));
    }
    let mut symbols: Vec<u8> = (0..DATA)
        .map(|i| (bits >> (59 - 5 * i)) as u8 & 31)
        .collect();
    symbols.push(check(&symbols));
    let text: Vec<char> = symbols
        .iter()
        .map(|s| char::from(ALPHABET[usize::from(*s)]))
        .collect();
    text.chunks(4)
        .map(String::from_iter)
        .collect::<Vec<_>>()
        .join("-")
}

/// A reference as somebody typed or scanned it, in the form in which it is printed.
///
/// # Errors
/// Says in a sentence what is wrong.
pub fn parse(typed: &str) -> Result<String, String> {
    let mut symbols = Vec::new();
    for c in typed.chars().filter(|c| *c != '-' && *c != ' ') {
        // Letters that are easily mistaken are taken for the digit that they look like.
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        match ALPHABET.iter().position(|a| char::from(*a) == c) {
            Some(at) => symbols.push(at as u8),
            None => {
                return Err(format!(
                    "The reference {typed} is not right: no reference holds \"{c}\"."
                ));
            }
        }
    }
    if symbols.len() != DATA + 1 {
        return Err(format!(
            "The reference {typed} is not right: it has {} letters and digits, and a reference has {}.",
            symbols.len(),
            DATA + 1
        ));
    }
    if check(&symbols[..DATA]) != symbols[DATA] {
        return Err(format!(
            "The reference {typed} is not right: its last character does not fit the others, so one was misread."
        ));
    }
    let text: Vec<char> = symbols
        .iter()
        .map(|s| char::from(ALPHABET[usize::from(*s)]))
        .collect();
    Ok(text
        .chunks(4)
        .map(String::from_iter)
        .collect::<Vec<_>>()
        .join("-"))
}

/// The check character: each character counts with its own power of two in the field of 32 elements, so that one wrong
/// character, or any two that changed places, never goes unseen.
fn check(symbols: &[u8]) -> u8 {
    // Horner's rule from the last to the first: the first counts twice, the second four times, ...
    symbols
        .iter()
        .rev()
        .fold(0, |sum, symbol| double(sum ^ symbol))
}

/// Doubles in the field of 32 elements (x^5 + x^2 + 1).
fn double(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 32 == 0 {
        doubled
    } else {
        (doubled ^ 0b10_0101) & 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn the_same_hash_gives_the_same_reference() {
        let printed = of(DIGEST);
        assert_eq!(printed, "KY3D-10C8-9HY3");
        assert_eq!(parse(&printed), Ok(printed.clone()));
        assert_eq!(parse(&printed.to_lowercase()), Ok(printed.clone()));
        assert_eq!(parse(&printed.replace('-', " ")), Ok(printed.clone()));
        assert_eq!(
            parse(&printed.replace('0', "o").replace('1', "l")),
            Ok(printed)
        );
        assert_ne!(of(DIGEST), of(&DIGEST.replace("9f", "9e")));
    }

    #[test]
    fn no_single_misread_character_and_no_swap_goes_unseen() {
        let printed = of(DIGEST);
        let good: Vec<char> = printed.chars().filter(|c| *c != '-').collect();
        for i in 0..good.len() {
            for other in ALPHABET.iter().map(|c| char::from(*c)) {
                let mut wrong = good.clone();
                wrong[i] = other;
                let text = String::from_iter(&wrong);
                assert_eq!(parse(&text).is_ok(), wrong == good, "{text}");
            }
            for j in 0..good.len() {
                let mut wrong = good.clone();
                wrong.swap(i, j);
                let text = String::from_iter(&wrong);
                assert_eq!(parse(&text).is_ok(), wrong == good, "{text}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (typed, part) in [
            ("", "has 0 letters"),
            ("KY3D-10C8-9HY", "has 11 letters"),
            ("KY3D-10C8-9HYU", "no reference holds \"U\""),
            ("KY3D-10C8-9HY\u{e9}", "no reference holds"),
            ("KY3D-10C8-9HY4", "one was misread"),
        ] {
            let error = parse(typed).expect_err(typed);
            assert!(error.contains(part), "{error}");
        }
    }
}
