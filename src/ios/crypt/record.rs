//! SQLite's variable-length integers and records ("Database File Format", sections 1.6 and 2.1).

use super::page::Flaw;

/// A value of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Null,
    Integer(i64),
    /// Its value is never needed.
    Real,
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// The number in the first 1 to 9 bytes, and the bytes after it.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    let mut rest = bytes;
    for _ in 0..8 {
        let (byte, after) = rest.split_first()?;
        rest = after;
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, rest));
        }
    }
    let (byte, rest) = rest.split_first()?;
    Some((value << 8 | u64::from(*byte), rest))
}

fn split(bytes: &[u8], at: u64) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(usize::try_from(at).ok()?)
}

/// All the values of a record, of which there may be `most` at most. The header and the body must fill the bytes
/// exactly.
pub(super) fn values(record: &[u8], most: usize) -> Result<Vec<Value<'_>>, Flaw> {
    const FLAW: Flaw = "a malformed record";
    let (header, _) = varint(record).ok_or(FLAW)?;
    // The header's size counts itself.
    let (header, mut body) = split(record, header).ok_or(FLAW)?;
    let (_, mut types) = varint(header).ok_or(FLAW)?;
    let mut values = Vec::new();
    while !types.is_empty() {
        let (serial, after) = varint(types).ok_or(FLAW)?;
        types = after;
        if values.len() == most {
            return Err("a record with too many values");
        }
        let bytes = match serial {
            0 | 8 | 9 => 0,
            1..=4 => serial,
            5 => 6,
            6 | 7 => 8,
            10 | 11 => return Err(FLAW),
            12.. => (serial - 12) / 2,
        };
        let (data, rest) = split(body, bytes).ok_or(FLAW)?;
        body = rest;
        values.push(match serial {
            0 => Value::Null,
            1..=6 => Value::Integer(integer(data)),
            7 => Value::Real,
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            serial if serial % 2 == 0 => Value::Blob(data),
            _ => Value::Text(data),
        });
    }
    if !body.is_empty() {
        return Err(FLAW);
    }
    Ok(values)
}

/// Big-endian, two's complement, 1 to 8 bytes.
fn integer(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
    let start = if negative { -1 } else { 0 };
    bytes
        .iter()
        .fold(start, |value, byte| value << 8 | i64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints() {
        for (bytes, expected) in [
            (&[0x00][..], Some((0, 1))),
            (&[0x7f], Some((127, 1))),
            (&[0x81, 0x00], Some((128, 2))),
            (&[0xff; 9], Some((u64::MAX, 9))),
            (&[0x80; 8], None),
            (&[], None),
        ] {
            let found = varint(bytes).map(|(value, rest)| (value, bytes.len() - rest.len()));
            assert_eq!(found, expected, "{bytes:x?}");
        }
    }

    #[test]
    fn integers() {
        assert_eq!(integer(&[0x80]), -128);
        assert_eq!(integer(&[0xff, 0xff, 0xfe]), -2);
        assert_eq!(integer(&[0x7f, 0xff]), 32_767);
        assert_eq!(integer(&i64::MIN.to_be_bytes()), i64::MIN);
    }

    #[test]
    fn records_must_fill_their_bytes() {
        let record = [3, 1, 13 + 4, 5, b'a', b'b'];
        assert_eq!(
            values(&record, 2).unwrap(),
            [Value::Integer(5), Value::Text(b"ab")]
        );
        assert!(values(&record, 1).is_err());
        assert!(values(&record[..5], 2).is_err());
        assert!(values(&[record.as_slice(), &[0]].concat(), 2).is_err());
    }

    #[test]
    fn a_malformed_record_has_no_values() {
        for (record, what) in [
            (&[][..], "nothing"),
            (&[0x80; 8], "a header's size that does not end"),
            (&[0], "a header without its own size"),
            (&[0x80, 0x01], "a header that ends within its own size"),
            (&[3, 1], "a header longer than the record"),
            (&[0xff; 9], "a header longer than any memory"),
            (&[2, 0x81, 5], "a type that does not end"),
            (&[2, 10], "a type that SQLite keeps for itself"),
            (&[2, 11], "the other such type"),
            (&[2, 5, 0, 0, 0, 0, 0], "a number cut short"),
            (
                &[10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
                "an endless text",
            ),
        ] {
            assert_eq!(values(record, 9), Err("a malformed record"), "{what}");
        }
        assert_eq!(values(&[1], 0), Ok(Vec::new()));
    }
}
