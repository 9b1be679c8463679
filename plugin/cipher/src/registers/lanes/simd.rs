//! WebAssembly's own 128-bit registers.

use core::arch::wasm32::{
    i8x16_eq, i8x16_shuffle, u8x16_add, u8x16_all_true, u8x16_le, u8x16_splat, u8x16_sub, u64x2,
    u64x2_extract_lane, u64x2_shl, u64x2_shr, v128, v128_and, v128_or, v128_xor,
};

#[derive(Clone, Copy)]
pub(crate) struct Lanes(v128);

impl Lanes {
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "it is cut into halves")]
    pub(crate) fn of(bytes: [u8; 16]) -> Self {
        let whole = u128::from_le_bytes(bytes);
        Self(u64x2(whole as u64, (whole >> 64) as u64))
    }

    #[inline(always)]
    pub(crate) fn bytes(self) -> [u8; 16] {
        let (low, high) = (u64x2_extract_lane::<0>(self.0), u64x2_extract_lane::<1>(self.0));
        (u128::from(low) | u128::from(high) << 64).to_le_bytes()
    }

    #[inline(always)]
    pub(crate) fn and(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn or(self, other: Self) -> Self {
        Self(v128_or(self.0, other.0))
    }

    /// In each byte all bits, where it lies between these two.
    #[inline(always)]
    pub(crate) fn within(self, first: u8, last: u8) -> Self {
        let above = u8x16_sub(self.0, u8x16_splat(first));
        Self(u8x16_le(above, u8x16_splat(last.wrapping_sub(first))))
    }

    /// Whether no byte is zero.
    #[inline(always)]
    pub(crate) fn is_full(self) -> bool {
        u8x16_all_true(self.0)
    }

    /// Each byte and that of the other together.
    #[inline(always)]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self(u8x16_add(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn xor(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn left<const BY: u32>(self) -> Self {
        Self(u64x2_shl(self.0, BY))
    }

    #[inline(always)]
    pub(crate) fn right<const BY: u32>(self) -> Self {
        Self(u64x2_shr(self.0, BY))
    }

    /// In each byte all bits, where the one of this number is set.
    #[inline(always)]
    pub(crate) fn spread(self, bit: u8) -> Self {
        let bit = u8x16_splat(1 << bit);
        Self(i8x16_eq(v128_and(self.0, bit), bit))
    }

    #[inline(always)]
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
        Self(i8x16_shuffle::<A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P>(self.0, self.0))
    }
}
