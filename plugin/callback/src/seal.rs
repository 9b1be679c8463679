//! Sealing a message as WeCom does, for a test of the configured pairs. Nothing sealed here ever leaves the engine.
//!
//! The engine has no use for AES in the other direction, and does not carry it. A frame begins with 16 bytes that may
//! be any: so its blocks are sealed from the last one to the first, each as the one that the **decryption** of its
//! successor asks for, and the first 16 bytes of the frame come out as they may.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wecom_cipher::BLOCK as AES_BLOCK;

use super::cipher;
use super::signature;
use crate::CallbackKey;

/// The query of a request that carries `message` to `receiver` as `echostr`, sent at `timestamp`.
pub fn query(pair: &CallbackKey, receiver: &str, timestamp: u64, nonce: &str, message: &str) -> String {
    let sealed = sealed(pair, receiver, message);
    let timestamp = timestamp.to_string();
    let signature = signature::signature(pair.token.expose(), &timestamp, nonce, &sealed);
    format!("msg_signature={signature}&timestamp={timestamp}&nonce={nonce}&echostr={sealed}")
}

fn sealed(pair: &CallbackKey, receiver: &str, message: &str) -> String {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(message.bytes().chain(receiver.bytes()));
    let padding = cipher::BLOCK - (AES_BLOCK + frame.len()) % cipher::BLOCK;
    frame.resize(frame.len() + padding, u8::try_from(padding).unwrap_or_default());
    let (blocks, _) = frame.as_chunks::<AES_BLOCK>();
    // Whatever the last block is: one key seals one text the same way each time.
    let mut block = [0x5a; AES_BLOCK];
    let mut sealed = vec![block];
    for plain in blocks.iter().rev() {
        let mut opened = [block];
        wecom_cipher::decrypt(pair.aes_key.expose(), &[0; AES_BLOCK], &mut opened);
        let [opened] = opened;
        block = core::array::from_fn(|at| {
            let byte = |of: &[u8; AES_BLOCK]| of.get(at).copied().unwrap_or_default();
            byte(&opened) ^ byte(plain)
        });
        sealed.push(block);
    }
    sealed.reverse();
    STANDARD.encode(sealed.as_flattened())
}
