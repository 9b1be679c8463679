//! AES's state in registers: the moves of its rows, and blocks as planes of their bits.

use super::super::lanes::Lanes;
use super::sbox::{Bits, Planes};

impl Bits for Lanes {}

/// The places go along the rows of AES's state, where a block goes down its columns: then a row is 32 bits, and moving
/// whole rows is one instruction on most machines.
impl Lanes {
    /// Turns a block as it comes into one as it is computed upon, and back: makes rows of its columns.
    #[inline(always)]
    pub(super) fn turned(self) -> Self {
        self.shuffled::<0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15>()
    }

    /// Undoes ShiftRows.
    #[inline(always)]
    pub(super) fn rows_shifted_back(self) -> Self {
        self.shuffled::<0, 1, 2, 3, 7, 4, 5, 6, 10, 11, 8, 9, 13, 14, 15, 12>()
    }

    /// Puts at each place what stands one row below, in a circle within the column.
    #[inline(always)]
    pub(super) fn one_row_up(self) -> Self {
        self.shuffled::<4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3>()
    }

    /// The same, of two rows below.
    #[inline(always)]
    pub(super) fn two_rows_up(self) -> Self {
        self.shuffled::<8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7>()
    }
}

/// Swaps the bits `mask` of `b` with those that stand `BY` places above them in `a`.
#[inline(always)]
fn swapped<const BY: u32>(a: Lanes, b: Lanes, mask: u8) -> (Lanes, Lanes) {
    let differ = (a.right::<BY>() ^ b) & Lanes::of([mask; 16]);
    (a ^ differ.left::<BY>(), b ^ differ)
}

/// Turns eight blocks into the planes of their bits, and planes into blocks: bit `i` of a byte in block `k` becomes bit `k`
/// of the byte at its place in plane `i`.
#[inline(always)]
pub(super) fn transposed([a, b, c, d, e, f, g, h]: [Lanes; 8]) -> Planes<Lanes> {
    let ((a, b), (c, d)) = (swapped::<1>(a, b, 0x55), swapped::<1>(c, d, 0x55));
    let ((e, f), (g, h)) = (swapped::<1>(e, f, 0x55), swapped::<1>(g, h, 0x55));
    let ((a, c), (b, d)) = (swapped::<2>(a, c, 0x33), swapped::<2>(b, d, 0x33));
    let ((e, g), (f, h)) = (swapped::<2>(e, g, 0x33), swapped::<2>(f, h, 0x33));
    let ((a, e), (b, f)) = (swapped::<4>(a, e, 0x0f), swapped::<4>(b, f, 0x0f));
    let ((c, g), (d, h)) = (swapped::<4>(c, g, 0x0f), swapped::<4>(d, h, 0x0f));
    [a, b, c, d, e, f, g, h]
}

/// The planes of eight blocks that are all this one.
#[inline(always)]
pub(super) fn planes(block: Lanes) -> Planes<Lanes> {
    [0, 1, 2, 3, 4, 5, 6, 7].map(|bit| block.spread(bit))
}
