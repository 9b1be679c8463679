//! JSON put right, in one pass.
//!
//! A string ends at the first quotation mark that no backslash takes away, whatever stands in front of it: what a person
//! wrote never becomes structure, and no structure is swallowed by a character that was cut.

/// A stretch of what came, and what takes its place.
pub(super) struct Piece<'a> {
    came: &'a [u8],
    put: Put,
}

/// What takes the place of a [`Piece`].
enum Put {
    Same,
    Text(&'static str),
    Character(char),
}

/// What stands for bytes that are no character.
const LOST: Put = Put::Text("\u{fffd}");

/// Walks over a JSON text.
pub(super) struct Pieces<'a> {
    rest: &'a [u8],
    within_string: bool,
}

/// The text with everything put right, and in how many places.
pub(super) fn repair(bytes: &[u8]) -> (Vec<u8>, usize) {
    let mut text = Vec::with_capacity(bytes.len());
    let mut places = 0;
    for Piece { came, put } in Pieces::new(bytes) {
        match put {
            Put::Same => text.extend_from_slice(came),
            Put::Text(instead) => text.extend_from_slice(instead.as_bytes()),
            Put::Character(instead) => text.extend_from_slice(instead.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        places += usize::from(!matches!(put, Put::Same));
    }
    (text, places)
}

impl<'a> Pieces<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, within_string: false }
    }

    /// How much of what came makes up the first `place` bytes of the text that was put right.
    pub(super) fn origin(self, place: usize) -> usize {
        let (mut came, mut written) = (0_usize, 0_usize);
        for piece in self {
            let length = match piece.put {
                Put::Same => piece.came.len(),
                Put::Text(instead) => instead.len(),
                Put::Character(instead) => instead.len_utf8(),
            };
            if written.saturating_add(length) >= place {
                // A stretch that is kept ends where the text does.
                let within = if matches!(piece.put, Put::Same) { place - written } else { piece.came.len() };
                return came.saturating_add(within);
            }
            came = came.saturating_add(piece.came.len());
            written = written.saturating_add(length);
        }
        came
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let (length, put) = match self.rest {
            [] => return None,
            [b'"', ..] => {
                self.within_string = !self.within_string;
                (1, Put::Same)
            }
            rest if self.within_string => inside(rest),
            rest => outside(rest),
        };
        let (came, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Piece { came, put })
    }
}

/// Between strings: blanks for what JSON does not take as one. What has no business there is kept, and no JSON.
fn outside(rest: &[u8]) -> (usize, Put) {
    match rest {
        [0xEF, 0xBB, 0xBF, ..] => (3, Put::Text(" ")),
        [b'\t' | b'\n' | b'\r', ..] => (1, Put::Same),
        [0..=0x1F, ..] => (1, Put::Text(" ")),
        _ => (1, Put::Same),
    }
}

/// In a string, where the next byte does not end it.
fn inside(rest: &[u8]) -> (usize, Put) {
    match rest {
        [b'\\', tail @ ..] => escape(tail),
        [b'\n', ..] => (1, Put::Text("\\n")),
        [b'\r', ..] => (1, Put::Text("\\r")),
        [b'\t', ..] => (1, Put::Text("\\t")),
        [0..=0x1F, ..] => (1, LOST),
        [0..=0x7F, ..] => (rest.iter().take_while(|byte| is_plain(**byte)).count(), Put::Same),
        // Two surrogates in UTF-8 (CESU-8), then one of them alone.
        [0xED, a @ 0xA0..=0xAF, b @ 0x80..=0xBF, 0xED, c @ 0xB0..=0xBF, d @ 0x80..=0xBF, ..] => {
            let half = |high: u8, low: u8| u32::from(high & 0x0F) << 6 | u32::from(low & 0x3F);
            (6, char::from_u32(0x1_0000 + (half(*a, *b) << 10 | half(*c, *d))).map_or(LOST, Put::Character))
        }
        [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => (3, LOST),
        _ => character(rest),
    }
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7F) && byte != b'"' && byte != b'\\'
}

/// A character of several bytes, or the part of one that came. What follows it is not touched.
fn character(rest: &[u8]) -> (usize, Put) {
    let head = rest.get(..4).unwrap_or(rest);
    let Some(chunk) = head.utf8_chunks().next() else { return (rest.len(), Put::Same) };
    match chunk.valid().chars().next() {
        Some(character) => (character.len_utf8(), Put::Same),
        None => (chunk.invalid().len(), LOST),
    }
}

/// An escape, from behind its backslash.
fn escape(tail: &[u8]) -> (usize, Put) {
    match tail {
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => (2, Put::Same),
        [b'u', digits @ ..] => match (unit(digits), digits.get(4..)) {
            (Some(0xD800..=0xDBFF), Some([b'\\', b'u', second @ ..]))
                if matches!(unit(second), Some(0xDC00..=0xDFFF)) =>
            {
                (12, Put::Same)
            }
            (Some(0xD800..=0xDFFF), _) => (6, LOST),
            (Some(_), _) => (6, Put::Same),
            (None, _) => (1, Put::Text("\\\\")),
        },
        _ => (1, Put::Text("\\\\")),
    }
}

/// The four hexadecimal digits of an escape.
fn unit(digits: &[u8]) -> Option<u32> {
    let digits = digits.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}
