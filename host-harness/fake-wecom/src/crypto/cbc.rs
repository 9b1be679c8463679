//! Cipher block chaining by hand over the AES-256 block cipher, and the 32-byte padding around it.

use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use super::{AesKey, CryptoError};

/// WeCom pads to this many bytes, twice the block of AES: a pad byte is 1..=32.
const PADDING_BLOCK: usize = 32;

const AES_BLOCK: usize = 16;

/// Encrypts `plain`, padded.
pub(super) fn encrypt(key: &AesKey, plain: &[u8]) -> Vec<u8> {
    let cipher = Aes256::new(key.bytes().into());
    let mut previous = key.initialisation_vector();
    let mut sealed = Vec::with_capacity(plain.len() + PADDING_BLOCK);
    for block in pad(plain).chunks_exact(AES_BLOCK) {
        let mut mixed = xor(block, &previous).into();
        cipher.encrypt_block(&mut mixed);
        previous = mixed.into();
        sealed.extend_from_slice(&previous);
    }
    sealed
}

/// Decrypts `sealed` and takes the padding off.
///
/// # Errors
/// [`CryptoError::Frame`]: no whole blocks, or a padding that no sender makes.
pub(super) fn decrypt(key: &AesKey, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let (blocks, rest) = sealed.as_chunks::<AES_BLOCK>();
    if blocks.is_empty() || !rest.is_empty() {
        return Err(CryptoError::Frame);
    }
    let cipher = Aes256::new(key.bytes().into());
    let mut previous = key.initialisation_vector();
    let mut plain = Vec::with_capacity(sealed.len());
    for block in blocks {
        let mut mixed = (*block).into();
        cipher.decrypt_block(&mut mixed);
        plain.extend_from_slice(&xor(&mixed, &previous));
        previous = *block;
    }
    unpad(plain)
}

fn xor(left: &[u8], right: &[u8; AES_BLOCK]) -> [u8; AES_BLOCK] {
    let mut mixed = *right;
    for (slot, byte) in mixed.iter_mut().zip(left) {
        *slot ^= byte;
    }
    mixed
}

fn pad(plain: &[u8]) -> Vec<u8> {
    let missing = PADDING_BLOCK - plain.len() % PADDING_BLOCK;
    let mut padded = plain.to_vec();
    padded.resize(plain.len() + missing, u8::try_from(missing).unwrap_or_default());
    padded
}

fn unpad(mut plain: Vec<u8>) -> Result<Vec<u8>, CryptoError> {
    let pad = plain.last().copied().map_or(0, usize::from);
    if !(1..=PADDING_BLOCK).contains(&pad) {
        return Err(CryptoError::Frame);
    }
    let kept = plain.len().checked_sub(pad).ok_or(CryptoError::Frame)?;
    if plain.iter().skip(kept).any(|byte| usize::from(*byte) != pad) {
        return Err(CryptoError::Frame);
    }
    plain.truncate(kept);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_comes_back_as_it_went_in() {
        let key = AesKey::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap();
        for length in 0..100 {
            let plain: Vec<u8> = (0..length).collect();
            let sealed = encrypt(&key, &plain);
            assert_eq!(sealed.len() % PADDING_BLOCK, 0);
            assert_eq!(decrypt(&key, &sealed), Ok(plain));
        }
    }
}
