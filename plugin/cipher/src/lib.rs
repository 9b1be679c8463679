//! Base64 and AES-256-CBC, decryption alone: all that opening a callback needs.
//!
//! Natively both are those of well-known crates, AES with the processor's own instructions. A sandbox has none of these,
//! and RustCrypto's portable code works there on two blocks at a time in 32-bit words; `registers` does the same kind
//! of work on eight in 128-bit ones. Neither looks into a table nor branches on what it decrypts. Base64 it decodes in
//! groups of sixteen characters, and leaves to the `base64` crate whatever needs judgement.

#![forbid(unsafe_code)]

#[cfg(all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128"))]
use registers as chosen;
#[cfg(not(all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128")))]
use stock as chosen;

#[cfg(test)]
mod drawn;
#[cfg(any(test, all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128")))]
mod registers;
#[cfg(any(test, not(all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128"))))]
mod stock;

/// What AES works on, in bytes.
pub const BLOCK: usize = 16;

/// Decrypts `blocks` in place (NIST SP 800-38A, section 6.2).
pub fn decrypt(key: &[u8; 32], iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
    chosen::decrypt(key, iv, blocks);
}

/// Decodes base64 of the standard alphabet, with its padding (RFC 4648, section 4). `None` when it is none.
#[must_use]
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    chosen::decoded(text)
}
