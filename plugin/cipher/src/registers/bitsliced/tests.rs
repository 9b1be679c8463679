use proptest::prelude::*;

use super::sbox::Bits;
use super::*;
use crate::registers::decrypt;

impl Bits for u8 {}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let digit = |at: usize| char::from(hex.as_bytes()[at]).to_digit(16).unwrap();
    core::array::from_fn(|at| u8::try_from(16 * digit(2 * at) + digit(2 * at + 1)).unwrap())
}

fn blocks(hex: &str) -> Vec<[u8; BLOCK]> {
    hex.as_bytes().chunks(2 * BLOCK).map(|block| bytes(str::from_utf8(block).unwrap())).collect()
}

/// AES's field, by its definition.
fn product(mut a: u8, b: u8) -> u8 {
    (0..8).fold(0, |sum, bit| {
        let term = if b >> bit & 1 == 1 { a } else { 0 };
        a = a << 1 ^ if a & 0x80 == 0 { 0 } else { 0x1b };
        sum ^ term
    })
}

/// The S-box, by its definition (FIPS 197, section 5.1.1).
fn sbox(byte: u8) -> u8 {
    let inverse = (0..=255).find(|other| product(byte, *other) == 1).unwrap_or(0);
    (0..5).fold(0x63, |sum, by| sum ^ inverse.rotate_left(by))
}

fn planes(byte: u8) -> Planes<u8> {
    core::array::from_fn(|bit| byte >> bit & 1)
}

#[test]
fn the_circuit_is_the_sbox_in_both_directions() {
    for byte in 0..=255 {
        assert_eq!(sbox::forward(planes(byte)), planes(sbox(byte) ^ 0x63));
        assert_eq!(sbox::inverse(planes(sbox(byte) ^ 0x63)), planes(byte));
    }
}

/// FIPS 197, appendix A.3.
#[test]
fn the_schedule_is_that_of_the_standard() {
    let key = bytes("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let mut schedule = Schedule::new(&key);
    let keys: [_; 15] = core::array::from_fn(|_| schedule.next_key());
    assert_eq!(keys[2], bytes("9ba354118e6925afa51a8b5f2067fcde"));
    assert_eq!(keys[14], bytes("fe4890d1e6188d0b046df344706c631e"));
}

/// NIST SP 800-38A, F.2.6.
#[test]
fn the_example_of_the_mode_comes_out() {
    let key = bytes("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let iv = bytes("000102030405060708090a0b0c0d0e0f");
    let mut text = blocks(concat!(
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d",
        "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
    ));
    decrypt(&key, &iv, &mut text);
    let expected = concat!(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
    );
    assert_eq!(text, blocks(expected));
}

#[test]
fn every_multiblock_message_of_cavp_comes_out() {
    let vectors = include_str!("../../../tests/vectors/cavp-cbc-mmt-256.txt");
    assert_eq!(vectors.lines().count(), 20);
    for line in vectors.lines() {
        let mut parts = line.split(' ');
        let mut part = || parts.next().unwrap();
        let (key, iv, plain, sealed) = (bytes(part()), bytes(part()), part(), part());
        let mut text = blocks(sealed);
        decrypt(&key, &iv, &mut text);
        assert_eq!(text, blocks(plain));
    }
}

#[test]
fn every_vector_of_nessie_comes_out() {
    let vectors = include_str!("../../../tests/vectors/nessie-aes-256.txt");
    assert_eq!(vectors.lines().count(), 1_284);
    for line in vectors.lines() {
        let mut parts = line.split(' ');
        let mut part = || parts.next().unwrap();
        let (key, plain, sealed) = (bytes(part()), bytes(part()), bytes(part()));
        let mut text = [sealed];
        decrypt(&key, &[0; BLOCK], &mut text);
        assert_eq!(text, [plain]);
    }
}

proptest! {
    #![proptest_config(crate::drawn::cases(256))]

    #[test]
    fn any_text_under_any_key_is_what_rustcrypto_makes_of_it(
        key: [u8; 32],
        iv: [u8; BLOCK],
        text in prop::collection::vec(any::<[u8; BLOCK]>(), 0..40),
    ) {
        let (mut ours, mut theirs) = (text.clone(), text);
        decrypt(&key, &iv, &mut ours);
        crate::stock::decrypt(&key, &iv, &mut theirs);
        prop_assert_eq!(ours, theirs);
    }
}
