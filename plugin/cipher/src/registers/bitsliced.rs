//! AES-256 decryption of eight blocks at a time, one register for each of the eight bits of their bytes.
//!
//! Everything is done with `and`, `xor`, shifts, comparisons and moves whose places are constants: in the WebAssembly no
//! branch and no address depends on key or text. More than that no WebAssembly can promise: the host's compiler has the
//! last word.

use core::hint::black_box;

use self::sbox::Planes;
use self::schedule::Schedule;
use self::state::transposed;
use super::lanes::Lanes;
use crate::BLOCK;

mod sbox;
mod schedule;
mod state;

/// How many blocks are decrypted at once.
const ABREAST: usize = 8;

/// What the S-box adds; see [`sbox::inverse`].
const AFFINE: [u8; BLOCK] = [0x63; BLOCK];

/// Decrypts `blocks` in place. As [`crate::decrypt`].
pub(crate) fn decrypt(key: &[u8; 32], iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
    let keys = RoundKeys::new(key);
    let mut before = *iv;
    for group in blocks.chunks_mut(ABREAST) {
        let mut sealed = [[0; BLOCK]; ABREAST];
        for (sealed, block) in sealed.iter_mut().zip(group.iter()) {
            *sealed = *block;
        }
        let opened = keys.decrypt(sealed.map(|block| Lanes::of(block).turned()));
        for ((block, opened), sealed) in group.iter_mut().zip(opened).zip(sealed) {
            *block = (opened.turned() ^ Lanes::of(before)).bytes();
            before = sealed;
        }
    }
}

/// The round keys in the order of encryption, as planes of eight equal blocks. Wiped on drop.
struct RoundKeys([Planes<Lanes>; 15]);

impl RoundKeys {
    fn new(key: &[u8; 32]) -> Self {
        let mut schedule = Schedule::new(key);
        Self(core::array::from_fn(|round| {
            let constant = if round == 0 { [0; BLOCK] } else { AFFINE };
            state::planes(Lanes::of(schedule.next_key()).turned() ^ Lanes::of(constant))
        }))
    }

    /// The inverse cipher (FIPS 197, section 5.3).
    fn decrypt(&self, blocks: [Lanes; ABREAST]) -> [Lanes; ABREAST] {
        let Self([first, middle @ .., last]) = self;
        let mut planes = sum(transposed(blocks), *last);
        for key in middle.iter().rev() {
            planes = columns_unmixed(sum(substituted_back(planes), *key));
        }
        transposed(sum(substituted_back(planes), *first))
    }
}

impl Drop for RoundKeys {
    fn drop(&mut self) {
        self.0 = [[Lanes::of([0; BLOCK]); 8]; 15];
        // Or the compiler would leave out what nobody reads.
        black_box(self);
    }
}

/// Undoes SubBytes and ShiftRows.
#[inline(always)]
fn substituted_back(planes: Planes<Lanes>) -> Planes<Lanes> {
    sbox::inverse(planes.map(Lanes::rows_shifted_back))
}

#[inline(always)]
fn sum([a, b, c, d, e, f, g, h]: Planes<Lanes>, [i, j, k, l, m, n, o, p]: Planes<Lanes>) -> Planes<Lanes> {
    [a ^ i, b ^ j, c ^ k, d ^ l, e ^ m, f ^ n, g ^ o, h ^ p]
}

/// Undoes MixColumns: its matrix times (5, 0, 4, 0) is its own inverse, so the column is multiplied by that and mixed
/// once more.
#[inline(always)]
fn columns_unmixed(planes: Planes<Lanes>) -> Planes<Lanes> {
    let opposite = sum(planes, planes.map(Lanes::two_rows_up));
    let planes = sum(planes, doubled(doubled(opposite)));
    let next = planes.map(Lanes::one_row_up);
    let pairs = sum(planes, next);
    sum(sum(doubled(pairs), next), pairs.map(Lanes::two_rows_up))
}

/// Multiplies each byte by x in AES's field.
#[inline(always)]
fn doubled([a, b, c, d, e, f, g, h]: Planes<Lanes>) -> Planes<Lanes> {
    [h, a ^ h, b, c ^ h, d ^ h, e, f, g]
}

#[cfg(test)]
mod tests;
