//! The same in plain integers, for tests on any machine.

#[derive(Clone, Copy)]
pub(crate) struct Lanes(u128);

impl Lanes {
    pub(crate) fn of(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }

    pub(crate) fn bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// In each byte all bits, where it lies between these two.
    pub(crate) fn within(self, first: u8, last: u8) -> Self {
        Self::of(self.bytes().map(|byte| if (first..=last).contains(&byte) { 0xff } else { 0 }))
    }

    /// Whether no byte is zero.
    pub(crate) fn is_full(self) -> bool {
        self.bytes().iter().all(|byte| *byte != 0)
    }

    /// Each byte and that of the other together.
    pub(crate) fn plus(self, other: Self) -> Self {
        let mut others = other.bytes().into_iter();
        Self::of(self.bytes().map(|byte| byte.wrapping_add(others.next().unwrap_or_default())))
    }

    pub(crate) fn xor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }

    pub(crate) fn left<const BY: u32>(self) -> Self {
        Self(self.0 << BY)
    }

    pub(crate) fn right<const BY: u32>(self) -> Self {
        Self(self.0 >> BY)
    }

    /// In each byte all bits, where the one of this number is set.
    pub(crate) fn spread(self, bit: u8) -> Self {
        Self::of(self.bytes().map(|byte| (byte >> bit & 1).wrapping_neg()))
    }

    pub(crate) fn shuffled<
        const A: usize,
        const B: usize,
        const C: usize,
        const D: usize,
        const E: usize,
        const F: usize,
        const G: usize,
        const H: usize,
        const I: usize,
        const J: usize,
        const K: usize,
        const L: usize,
        const M: usize,
        const N: usize,
        const O: usize,
        const P: usize,
    >(
        self,
    ) -> Self {
        let from = [A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P];
        Self::of(from.map(|place| self.bytes().get(place).copied().unwrap_or_default()))
    }
}
