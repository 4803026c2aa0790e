//! The hash chain.

use std::fmt;

use sha2::{Digest, Sha256};

use super::entry::hex;

/// A SHA-256.
pub type Hash = [u8; 32];

/// Who made a chain: 16 random bytes.
pub type ChainId = [u8; 16];

/// One record as it stands in a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The chain that it is in: its own register's, or one that was merged in.
    pub chain: ChainId,
    /// From 1, without gaps.
    pub number: u64,
    /// The moment at which it was written, as RFC 3339 in UTC.
    pub at: String,
    /// The day from which it is to be purged.
    pub delete_after: String,
    /// The record as JSON, with the salt that hides it in its hash; `None` once purged.
    pub said: Option<Said>,
    /// SHA-256 over salt and JSON: it stays when both are purged, and tells nothing without the salt.
    pub said_sha256: Hash,
    /// Hash of the record before; zeroes for the first.
    pub previous: Hash,
    /// Over chain, number, both dates, `said_sha256` and `previous`; the next record repeats it.
    pub hash: Hash,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// 32 random bytes: without them the hash tells nothing of the text.
    pub salt: Hash,
    /// The record's body (see [`super::entry::Body`]), byte for byte as it was hashed.
    pub json: String,
}

impl Said {
    /// SHA-256 over salt and JSON.
    pub fn sha256(&self) -> Hash {
        let mut hash = Sha256::new();
        hash.update(self.salt);
        hash.update(self.json.as_bytes());
        hash.finalize().into()
    }
}

impl Record {
    /// The hash that the record should have.
    pub fn expected_hash(&self) -> Hash {
        let mut hash = Sha256::new();
        hash.update(b"spotcheck register 1\n");
        hash.update(self.chain);
        hash.update(self.number.to_be_bytes());
        for text in [&self.at, &self.delete_after] {
            // With its length, so that no byte can move from one text to the other.
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.update(self.said_sha256);
        hash.update(self.previous);
        hash.finalize().into()
    }

    /// Its place as the head of the chain, as long as nothing comes after it.
    pub fn head(&self) -> Head {
        Head {
            chain: self.chain,
            number: self.number,
            hash: self.hash,
        }
    }
}

/// The end of a chain at some moment. Printed on paper, it shows later whether the end was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Which chain.
    pub chain: ChainId,
    /// Number of its last record then; 0 where it was left out.
    pub number: u64,
    /// Hash of that record.
    pub hash: Hash,
}

impl Head {
    /// As it is printed where it must not tell how many records there are: 0 stands for the number.
    pub fn without_number(&self) -> String {
        Head { number: 0, ..*self }.to_string()
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        PrintedHead::from(*self).fmt(f)
    }
}

/// A head as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedHead {
    /// First 4 bytes of the chain's id, as hex.
    pub chain: String,
    /// 0 where it was left out: records are numbered from 1.
    pub number: u64,
    /// First 12 bytes of the hash, as hex.
    pub hash: String,
}

impl From<Head> for PrintedHead {
    fn from(head: Head) -> Self {
        // Enough of each to tell it from any other by far.
        PrintedHead {
            chain: hex(&head.chain[..4]),
            number: head.number,
            hash: hex(&head.hash[..12]),
        }
    }
}

impl fmt::Display for PrintedHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.chain, self.number, self.hash)
    }
}

impl std::str::FromStr for PrintedHead {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{text}\" is no head of a register, such as 9f3c01ab-17-0011223344556677889900aa"
            )
        };
        let mut parts = text.trim().split('-');
        let is_hex = |part: &str, digits: usize| {
            part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit())
        };
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(chain), Some(number), Some(hash), None)
                if is_hex(chain, 8) && is_hex(hash, 24) =>
            {
                Ok(PrintedHead {
                    chain: chain.to_ascii_lowercase(),
                    number: number.parse().map_err(|_| wrong())?,
                    hash: hash.to_ascii_lowercase(),
                })
            }
            _ => Err(wrong()),
        }
    }
}
