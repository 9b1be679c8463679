//! Base64 and AES-256-CBC, decryption alone: all that opening a callback needs.
//!
//! Natively [`decrypt`] is RustCrypto's, with the processor's own instructions. A sandbox has none of these, and
//! RustCrypto's portable code works there on two blocks at a time in 32-bit words; `bitsliced` does the same kind
//! of work on eight in 128-bit ones. Neither looks into a table nor branches on what it decrypts.
//!
//! [`decoded`] is the `base64` crate's: natively altogether, and in a sandbox behind the groups of sixteen characters that
//! need no judgement.

#![forbid(unsafe_code)]

#[cfg(any(test, all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128")))]
mod base64;
#[cfg(any(test, all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128")))]
mod bitsliced;

/// What AES works on, in bytes.
pub const BLOCK: usize = 16;

/// Decrypts `blocks` in place (NIST SP 800-38A, section 6.2).
#[cfg(all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128"))]
pub fn decrypt(key: &[u8; 32], iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
    bitsliced::decrypt(key, iv, blocks);
}

/// Decrypts `blocks` in place (NIST SP 800-38A, section 6.2).
#[cfg(not(all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128")))]
pub fn decrypt(key: &[u8; 32], iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
    stock(key, iv, blocks);
}

/// Decodes base64 of the standard alphabet, with its padding (RFC 4648, section 4). `None` when it is none.
#[cfg(all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128"))]
#[must_use]
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    base64::decoded(text)
}

/// Decodes base64 of the standard alphabet, with its padding (RFC 4648, section 4). `None` when it is none.
#[cfg(not(all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128")))]
#[must_use]
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    use ::base64::Engine as _;

    ::base64::engine::general_purpose::STANDARD.decode(text).ok()
}

#[cfg(any(test, not(all(feature = "bitsliced", target_arch = "wasm32", target_feature = "simd128"))))]
fn stock(key: &[u8; 32], iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
    use aes::Aes256;
    use aes::cipher::{Array, BlockModeDecrypt as _, KeyIvInit as _};

    let (blocks, _) = Array::slice_as_chunks_mut(blocks.as_flattened_mut());
    cbc::Decryptor::<Aes256>::new(key.into(), iv.into()).decrypt_blocks(blocks);
}
