//! The same in plain integers, for tests on any machine.

#[derive(Clone, Copy)]
pub(in super::super) struct Lanes(u128);

impl Lanes {
    pub(in super::super) fn of(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }

    pub(in super::super) fn bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn xor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }

    pub(super) fn left<const BY: u32>(self) -> Self {
        Self(self.0 << BY)
    }

    pub(super) fn right<const BY: u32>(self) -> Self {
        Self(self.0 >> BY)
    }

    /// In each byte all bits, where this one is set.
    pub(super) fn spread(self, bit: u8) -> Self {
        Self::of(self.bytes().map(|byte| (byte >> bit.trailing_zeros() & 1).wrapping_neg()))
    }

    pub(super) fn shuffled<
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
