//! Repeatable randomness: one seed, one run.

/// SplitMix64. Every draw follows from the seed, so a run can be repeated bit for bit.
///
/// **Not for secrets.** Tokens, nonces and the 16 bytes before a message are drawn from it: whoever knows the
/// seed knows them all. That is what a test wants, and why this server must not face a network that matters.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound`; 0 for a bound of 0. The bias is below 2^-32 for the small bounds used here.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next_u64().checked_rem(bound).unwrap_or(0)
    }

    /// `length` letters and digits.
    pub(crate) fn letters_and_digits(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        self.pick_from(ALPHABET, length)
    }

    /// `length` decimal digits, the first of them not zero.
    pub(crate) fn digits(&mut self, length: usize) -> String {
        let mut text = self.pick_from(b"123456789", length.min(1));
        text.push_str(&self.pick_from(b"0123456789", length.saturating_sub(1)));
        text
    }

    /// The 16 bytes that stand before a message.
    pub(crate) fn block(&mut self) -> [u8; 16] {
        let pair = (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64());
        pair.to_be_bytes()
    }

    fn pick_from(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .filter_map(|_| {
                let index = usize::try_from(self.below(alphabet.len() as u64)).ok()?;
                alphabet.get(index).copied().map(char::from)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix64_gives_the_published_numbers() {
        // Reference output for seed 1234567 (Vigna, https://prng.di.unimi.it/splitmix64.c).
        let mut random = Random::new(1_234_567);
        assert_eq!(random.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(random.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_number_of_digits_never_starts_with_zero() {
        let mut random = Random::new(7);
        for _ in 0..200 {
            let text = random.digits(19);
            assert_eq!(text.len(), 19);
            assert!(!text.starts_with('0'));
        }
    }
}
