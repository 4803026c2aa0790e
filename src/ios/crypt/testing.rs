//! What the tests of this folder share: synthetic key bags, and the way to the reference files.

use aes_kw::{KeyInit, KwAes256};

/// A file of the reference corpus, or `None` with a loud word on stderr. With `SPOTCHECK_STRICT=1` it must be there.
pub fn corpus(path: &str) -> Option<Vec<u8>> {
    let strict = std::env::var_os("SPOTCHECK_STRICT").is_some_and(|s| s == "1");
    match std::env::var_os("SPOTCHECK_CORPUS") {
        Some(folder) => {
            let path = std::path::Path::new(&folder).join(path);
            Some(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
        }
        None if strict => panic!("SPOTCHECK_STRICT=1, but SPOTCHECK_CORPUS is not set"),
        None => {
            eprintln!("SKIPPED: SPOTCHECK_CORPUS is not set, so {path} was not tested");
            None
        }
    }
}

/// RFC 3394.
pub fn wrap(kek: &[u8; 32], key: &[u8; 32]) -> Vec<u8> {
    let mut wrapped = vec![0; 40];
    KwAes256::new(kek.into())
        .wrap_key(key, &mut wrapped)
        .unwrap();
    wrapped
}

/// A synthetic key bag. The default one is an encrypted backup's of iOS 10.2 or later, with eleven classes.
pub struct KeyBagBuilder {
    pub header: Vec<([u8; 4], Vec<u8>)>,
    /// Class, `WRAP`, `WPKY`.
    pub classes: Vec<(u32, u32, Vec<u8>)>,
}

impl Default for KeyBagBuilder {
    fn default() -> Self {
        let number = |n: u32| n.to_be_bytes().to_vec();
        Self {
            header: vec![
                (*b"VERS", number(5)),
                (*b"TYPE", number(1)),
                (*b"UUID", vec![1; 16]),
                (*b"HMCK", vec![2; 40]),
                (*b"WRAP", number(2)),
                (*b"SALT", vec![3; 20]),
                (*b"ITER", number(100)),
                (*b"DPWT", number(1)),
                (*b"DPIC", number(1000)),
                (*b"DPSL", vec![4; 20]),
            ],
            classes: (1..=11).map(|class| (class, 2, vec![0; 40])).collect(),
        }
    }
}

impl KeyBagBuilder {
    pub fn set(&mut self, tag: &[u8; 4], value: &[u8]) {
        self.header.retain(|(t, _)| t != tag);
        self.header.push((*tag, value.to_vec()));
    }

    pub fn build(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut put = |tag: &[u8; 4], value: &[u8]| {
            bytes.extend_from_slice(tag);
            bytes.extend_from_slice(&(value.len() as u32).to_be_bytes());
            bytes.extend_from_slice(value);
        };
        for (tag, value) in &self.header {
            put(tag, value);
        }
        for (class, wrap, wrapped) in &self.classes {
            put(b"UUID", &[9; 16]);
            put(b"CLAS", &class.to_be_bytes());
            put(b"WRAP", &wrap.to_be_bytes());
            put(b"KTYP", &[0; 4]);
            put(b"WPKY", wrapped);
        }
        bytes
    }
}

/// Reproducible pseudo-random numbers (SplitMix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }
}
