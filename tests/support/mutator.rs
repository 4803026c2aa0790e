//! Changes to bytes, made by a number: the same number makes the same change everywhere.

/// Numbers from a seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`; 0 where there is nothing.
    fn below(&mut self, n: usize) -> usize {
        match n {
            0 => 0,
            n => usize::try_from(self.next() % n as u64).unwrap_or(0),
        }
    }
}

/// Numbers at which parsers go wrong.
const EDGES: &[u64] = &[
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
];

/// The mutation of this number.
pub fn mutation(target: &str, round: u64, seeds: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let name = target.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut numbers = Numbers(name ^ round.wrapping_mul(0x2545_f491_4f6c_dd1d));
    // Each seed comes in its turn.
    let turn = usize::try_from(round).unwrap_or(0) % seeds.len().max(1);
    let mut bytes = seeds.get(turn).cloned().unwrap_or_default();
    for _ in 0..=numbers.below(4) {
        change(&mut bytes, &mut numbers, seeds, words);
    }
    bytes.truncate(1 << 20);
    bytes
}

fn change(bytes: &mut Vec<u8>, numbers: &mut Numbers, seeds: &[Vec<u8>], words: &[&str]) {
    let at = numbers.below(bytes.len());
    let length = numbers.below(bytes.len() - at).min(1 << numbers.below(12));
    let end = at + length;
    match numbers.below(10) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << numbers.below(8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = numbers.next() as u8;
            }
        }
        2 => drop(bytes.drain(at..end)),
        3 => bytes.truncate(at),
        4 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        5 => {
            let piece = bytes[at..end].to_vec();
            let to = numbers.below(bytes.len());
            let over = (to + piece.len()).min(bytes.len());
            bytes.splice(to..over, piece);
        }
        6 => {
            let edge = EDGES[numbers.below(EDGES.len())].to_be_bytes();
            let width = 1 << numbers.below(4);
            let over = (at + width).min(bytes.len());
            bytes.splice(at..over, edge[8 - width..].iter().copied());
        }
        7 => {
            // A number as text.
            let edge = EDGES[numbers.below(EDGES.len())].to_string();
            let digits = bytes[at..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count();
            bytes.splice(at..at + digits, edge.into_bytes());
        }
        8 => {
            if let Some(word) = words.get(numbers.below(words.len())) {
                let over = if numbers.below(2) == 0 { at } else { end };
                bytes.splice(at..over, word.bytes());
            }
        }
        _ => {
            if let Some(other) = seeds.get(numbers.below(seeds.len())) {
                let from = numbers.below(other.len());
                let piece =
                    &other[from..(from + 1 + numbers.below(other.len() - from)).min(other.len())];
                bytes.splice(at..end, piece.iter().copied());
            }
        }
    }
}
