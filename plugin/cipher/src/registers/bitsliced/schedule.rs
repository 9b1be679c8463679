//! The key schedule (FIPS 197, section 5.2), for 256 bits.

use core::hint::black_box;

use super::sbox;

/// The round keys in the order of encryption, four words each, the first byte lowest. Wiped on drop: the key can be
/// computed back from it.
pub(super) struct Schedule {
    /// The key that is next, and the one after it.
    words: [u32; 8],
    /// Whether the first of the two has been given away.
    halfway: bool,
    round_constant: u32,
}

impl Schedule {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let mut words = [0; 8];
        for (word, bytes) in words.iter_mut().zip(key.as_chunks().0) {
            *word = u32::from_le_bytes(*bytes);
        }
        Self { words, halfway: false, round_constant: 1 }
    }

    /// The key of the next round. The fifteenth is the last that AES-256 uses.
    pub(super) fn next_key(&mut self) -> [u8; 16] {
        let [a, b, c, d, e, f, g, h] = self.words;
        let key = if self.halfway { [e, f, g, h] } else { [a, b, c, d] };
        if self.halfway {
            self.advance();
        }
        self.halfway = !self.halfway;
        let [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]] = key.map(u32::to_le_bytes);
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
    }

    fn advance(&mut self) {
        let [a, b, c, d, e, f, g, h] = self.words;
        let a = a ^ substituted(h.rotate_right(8)) ^ self.round_constant;
        let (b, c, d) = (a ^ b, a ^ b ^ c, a ^ b ^ c ^ d);
        let e = e ^ substituted(d);
        self.words = [a, b, c, d, e, e ^ f, e ^ f ^ g, e ^ f ^ g ^ h];
        self.round_constant <<= 1;
    }
}

impl Drop for Schedule {
    fn drop(&mut self) {
        self.words = [0; 8];
        // Or the compiler would leave out what nobody reads.
        black_box(self);
    }
}

/// The S-box on each byte of a word.
fn substituted(word: u32) -> u32 {
    let planes = [0, 1, 2, 3, 4, 5, 6, 7].map(|bit| word >> bit & 0x0101_0101);
    let planes = sbox::forward(planes);
    let bits = [0, 1, 2, 3, 4, 5, 6, 7].into_iter().zip(planes);
    bits.fold(0x6363_6363, |word, (bit, plane)| word ^ plane << bit)
}
