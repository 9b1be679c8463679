//! gzip without compression (RFC 1952): blocks that are stored as they are (RFC 1951, 3.2.4), and the check sum.

/// The most that one block holds.
const BLOCK_BYTES: usize = 65_535;

/// `plain` in the form of gzip.
pub(super) fn stored(plain: &[u8]) -> Vec<u8> {
    let mut coded = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    for block in plain.chunks(BLOCK_BYTES) {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        coded.push(0);
        coded.extend_from_slice(&length.to_le_bytes());
        coded.extend_from_slice(&(!length).to_le_bytes());
        coded.extend_from_slice(block);
    }
    // The last block is an empty one.
    coded.extend_from_slice(&[1, 0, 0, 0xFF, 0xFF]);
    coded.extend_from_slice(&crc32(plain).to_le_bytes());
    let size = u32::try_from(plain.len() & 0xFFFF_FFFF).unwrap_or(u32::MAX);
    coded.extend_from_slice(&size.to_le_bytes());
    coded
}

fn crc32(bytes: &[u8]) -> u32 {
    let byte = |sum: u32, byte: &u8| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    };
    !bytes.iter().fold(u32::MAX, byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of this sum, as every catalogue of them has it.
    #[test]
    fn the_check_sum_is_that_of_gzip() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
