//! RustCrypto's AES, and the `base64` crate.

use aes::Aes256;
use aes::cipher::{Array, BlockModeDecrypt as _, KeyIvInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::BLOCK;

/// As [`crate::decrypt`].
pub(crate) fn decrypt(key: &[u8; 32], iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]) {
    let (blocks, _) = Array::slice_as_chunks_mut(blocks.as_flattened_mut());
    cbc::Decryptor::<Aes256>::new(key.into(), iv.into()).decrypt_blocks(blocks);
}

/// As [`crate::decoded`].
pub(crate) fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
