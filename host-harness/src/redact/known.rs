//! The values that must not be printed, and where a text has them.

use std::ops::Range;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use memchr::memmem;
use zeroize::Zeroizing;

use super::reading::Reading;

/// How many bytes of a value are compared. A text in which a longer value begins is taken to be that value up to its end,
/// so that neither the patterns nor what is scanned for them grow with the value.
pub(super) const COMPARED: usize = 4_096;

/// One value, and what it looks like inside base64 and as hexadecimal digits.
#[derive(Clone)]
pub(super) struct Value {
    raw: Zeroizing<Vec<u8>>,
    /// Base64 groups three bytes, so a value in a longer text has one of three forms: what depends on the value alone.
    base64: [Zeroizing<Vec<u8>>; 3],
    hex: Zeroizing<Vec<u8>>,
    /// Whether the value has more bytes than are compared.
    is_cut: bool,
}

impl Value {
    pub(super) fn new(value: &str) -> Self {
        let raw = value.as_bytes().get(..COMPARED).unwrap_or(value.as_bytes());
        let hex = raw.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        Self {
            base64: [0, 1, 2].map(|before| inside_base64(raw, before)),
            hex: Zeroizing::new(hex.collect()),
            raw: Zeroizing::new(raw.to_vec()),
            is_cut: raw.len() < value.len(),
        }
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.raw == other.raw && self.is_cut == other.is_cut
    }

    pub(super) fn len(&self) -> usize {
        self.raw.len()
    }

    /// Every range of `readings` that holds the value, as places in the original text.
    fn find(&self, Prepared { reading, base64, lower }: &Prepared<'_>) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut add = |start: usize, end: usize| {
            found.extend(reading.place(start, if self.is_cut { reading.bytes.len() } else { end }));
        };
        for at in memmem::find_iter(&reading.bytes, &**self.raw) {
            add(at, at + self.raw.len());
        }
        for at in memmem::find_iter(lower, &**self.hex) {
            add(at, at + self.hex.len());
        }
        for pattern in &self.base64 {
            for at in memmem::find_iter(base64, &***pattern) {
                // The neighbours have bits of the value as well.
                let before = run(base64.get(..at).unwrap_or_default().iter().rev());
                let after = run(base64.get(at + pattern.len()..).unwrap_or_default().iter());
                add(at - before, at + pattern.len() + after);
            }
        }
        found
    }

    fn is_in(&self, Prepared { reading, base64, lower }: &Prepared<'_>) -> bool {
        memmem::find(&reading.bytes, &self.raw).is_some()
            || memmem::find(lower, &self.hex).is_some()
            || self.base64.iter().any(|pattern| memmem::find(base64, pattern).is_some())
    }
}

/// A reading, with what is compared ignoring an alphabet or a case.
struct Prepared<'a> {
    reading: &'a Reading,
    base64: Vec<u8>,
    lower: Vec<u8>,
}

impl<'a> Prepared<'a> {
    fn new(reading: &'a Reading) -> Self {
        let standard = |byte: &u8| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        };
        Self {
            base64: reading.bytes.iter().map(standard).collect(),
            lower: reading.bytes.to_ascii_lowercase(),
            reading,
        }
    }
}

/// Where `text` has one of `values`, under every encoding that is known here.
pub(super) fn places<'a>(values: impl Iterator<Item = &'a Value> + Clone, text: &[u8]) -> Vec<Range<usize>> {
    if values.clone().next().is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    Reading::of(text, true).each(&mut |reading| {
        let prepared = Prepared::new(reading);
        found.extend(values.clone().flat_map(|value| value.find(&prepared)));
    });
    found
}

/// Whether `bytes` have one of `values`, under every encoding that is known here.
pub(super) fn occur<'a>(values: impl Iterator<Item = &'a Value> + Clone, bytes: &[u8]) -> bool {
    if values.clone().next().is_none() {
        return false;
    }
    Reading::of(bytes, false).any(&mut |reading| {
        let prepared = Prepared::new(reading);
        values.clone().any(|value| value.is_in(&prepared))
    })
}

/// The digits of base64 that depend on `value` alone when so many bytes stand before it in their group.
fn inside_base64(value: &[u8], before: usize) -> Zeroizing<Vec<u8>> {
    let grouped: Zeroizing<Vec<u8>> =
        Zeroizing::new(std::iter::repeat_n(0, before).chain(value.iter().copied()).collect());
    let digits = Zeroizing::new(BASE64_STANDARD_NO_PAD.encode(&*grouped));
    let (from, to) = ((before * 8).div_ceil(6), grouped.len() * 8 / 6);
    Zeroizing::new(digits.as_bytes().get(from..to).unwrap_or_default().to_vec())
}

/// How many of the bytes, from the first on, are digits of base64.
fn run<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    bytes.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')).count()
}

const fn digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0' + nibble,
        _ => b'a' + nibble - 10,
    }
}
