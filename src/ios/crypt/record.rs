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

/// The number and how many bytes it takes, 1 to 9.
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (i, byte) in bytes.iter().take(9).enumerate() {
        if i == 8 {
            return Some((value << 8 | u64::from(*byte), 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, i + 1));
        }
    }
    None
}

/// All the values of a record, of which there may be `most` at most. The header and the body must fill the bytes
/// exactly.
pub(super) fn values(record: &[u8], most: usize) -> Result<Vec<Value<'_>>, Flaw> {
    const FLAW: Flaw = "a malformed record";
    let (header, size) = varint(record).ok_or(FLAW)?;
    let header = usize::try_from(header).map_err(|_| FLAW)?;
    let mut types = record.get(size..header).ok_or(FLAW)?;
    let mut body = record.get(header..).ok_or(FLAW)?;
    let mut values = Vec::new();
    while !types.is_empty() {
        let (serial, size) = varint(types).ok_or(FLAW)?;
        types = types.get(size..).ok_or(FLAW)?;
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
        let bytes = usize::try_from(bytes).map_err(|_| FLAW)?;
        let (data, rest) = body.split_at_checked(bytes).ok_or(FLAW)?;
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
            assert_eq!(varint(bytes), expected, "{bytes:x?}");
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
}
