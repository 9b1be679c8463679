//! What a text says once an encoding is taken off it, and where each decoded byte came from.

/// Layers of encoding that are taken off: percent signs inside JSON are two.
const LAYERS: usize = 2;

/// Bytes, and the place in the original text where each of them begins.
pub(super) struct Reading {
    pub(super) bytes: Vec<u8>,
    /// One entry for each byte and one for the end; empty when places are not wanted.
    places: Vec<usize>,
}

/// Takes the escape at the beginning of the bytes off: what it stands for, and how many bytes it has.
type Step = fn(&[u8]) -> Option<(Unescaped, usize)>;

/// Up to four bytes.
struct Unescaped([u8; 4], usize);

impl Unescaped {
    const fn byte(byte: u8) -> Self {
        Self([byte, 0, 0, 0], 1)
    }

    fn code(code: u32) -> Self {
        let mut bytes = [0; 4];
        let length =
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut bytes).len();
        Self(bytes, length)
    }
}

impl Reading {
    /// The text as it is. Without `places` only [`bytes`](Self::bytes) are of use.
    pub(super) fn of(text: &[u8], places: bool) -> Self {
        Self { bytes: text.to_vec(), places: if places { (0..=text.len()).collect() } else { Vec::new() } }
    }

    /// Whether `test` holds for this reading or for one below it, in each order of the encodings. One after another: of
    /// each layer, one reading is kept at a time.
    pub(super) fn any(&self, test: &mut dyn FnMut(&Self) -> bool) -> bool {
        self.any_below(LAYERS, test)
    }

    fn any_below(&self, layers: usize, test: &mut dyn FnMut(&Self) -> bool) -> bool {
        const STEPS: [Step; 4] = [percent, form, json, html];
        let Some(deeper) = layers.checked_sub(1) else { return test(self) };
        test(self)
            || STEPS.iter().any(|step| self.without(*step).is_some_and(|below| below.any_below(deeper, test)))
    }

    /// This reading and every one below it.
    pub(super) fn each(&self, look: &mut dyn FnMut(&Self)) {
        self.any(&mut |reading| {
            look(reading);
            false
        });
    }

    /// Where bytes of this reading stand in the original text.
    pub(super) fn place(&self, start: usize, end: usize) -> Option<std::ops::Range<usize>> {
        Some(*self.places.get(start)?..*self.places.get(end)?)
    }

    /// One encoding less; `None` when nothing is encoded in it.
    fn without(&self, step: Step) -> Option<Self> {
        let mut at = 0;
        let mut decoded = Self { bytes: Vec::new(), places: Vec::new() };
        let mut changed = false;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let place = self.places.get(at);
            if let Some((Unescaped(bytes, length), consumed)) = step(rest) {
                changed = true;
                decoded.bytes.extend(bytes.iter().take(length));
                decoded
                    .places
                    .extend(place.into_iter().flat_map(|place| std::iter::repeat_n(*place, length)));
                at += consumed;
            } else {
                decoded.bytes.extend(rest.first());
                decoded.places.extend(place);
                at += 1;
            }
        }
        decoded.places.extend(self.places.last());
        changed.then_some(decoded)
    }
}

/// `%41`, and `%u0041` as some servers take it.
fn percent(rest: &[u8]) -> Option<(Unescaped, usize)> {
    match rest {
        [b'%', b'u' | b'U', a, b, c, d, ..] => Some((Unescaped::code(number(&[*a, *b, *c, *d], 16)?), 6)),
        [b'%', a, b, ..] => Some((Unescaped::byte(u8::try_from(number(&[*a, *b], 16)?).ok()?), 3)),
        _ => None,
    }
}

/// As [`percent`], and a plus sign is a blank, as in a form.
fn form(rest: &[u8]) -> Option<(Unescaped, usize)> {
    match rest {
        [b'+', ..] => Some((Unescaped::byte(b' '), 1)),
        _ => percent(rest),
    }
}

/// The escapes of JSON, and `\x41` of other languages.
fn json(rest: &[u8]) -> Option<(Unescaped, usize)> {
    let code = |digits: &[u8]| number(digits, 16);
    match rest {
        [b'\\', b'u', a, b, c, d, tail @ ..] => {
            let high = code(&[*a, *b, *c, *d])?;
            if let (0xd800..=0xdbff, [b'\\', b'u', a, b, c, d, ..]) = (high, tail)
                && let Some(low @ 0xdc00..=0xdfff) = code(&[*a, *b, *c, *d])
            {
                let both = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Some((Unescaped::code(both), 12));
            }
            Some((Unescaped::code(high), 6))
        }
        [b'\\', b'x', a, b, ..] => Some((Unescaped::byte(u8::try_from(code(&[*a, *b])?).ok()?), 4)),
        [b'\\', escape, ..] => {
            let byte = match escape {
                b'"' | b'\\' | b'/' | b'\'' => *escape,
                b'b' => 0x08,
                b'f' => 0x0c,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                _ => return None,
            };
            Some((Unescaped::byte(byte), 2))
        }
        _ => None,
    }
}

/// Character references of HTML and XML.
fn html(rest: &[u8]) -> Option<(Unescaped, usize)> {
    const NAMED: [(&[u8], u8); 5] =
        [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    if let Some((name, byte)) = NAMED.iter().find(|(name, _)| rest.starts_with(name)) {
        return Some((Unescaped::byte(*byte), name.len()));
    }
    let digits = rest.strip_prefix(b"&#")?;
    let (radix, digits, head) = match digits {
        [b'x' | b'X', digits @ ..] => (16, digits, 3),
        digits => (10, digits, 2),
    };
    let length = digits.iter().take(8).position(|byte| *byte == b';')?;
    Some((Unescaped::code(number(digits.get(..length)?, radix)?), head + length + 1))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |sum, digit| {
        let digit = char::from(*digit).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each way to read `text` gives, below the text itself.
    fn readings(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        let mut keep = |reading: &Reading| all.push(String::from_utf8(reading.bytes.clone()).unwrap());
        Reading::of(text.as_bytes(), true).each(&mut keep);
        all.into_iter().skip(1).collect()
    }

    #[test]
    fn every_encoding_is_taken_off_and_one_below_another_as_well() {
        for (text, plain) in [
            ("a%2Fb%2fc", "a/b/c"),
            ("a%252Fb%252fc", "a/b/c"),
            ("a%u002Fb%U002fc", "a/b/c"),
            ("a+b", "a b"),
            (r"a\/b\u002fc", "a/b/c"),
            (r"a\\/b", r"a\/b"),
            (r"\ud83d\ude00 \ud83d", "\u{1f600} \u{fffd}"),
            (r"a\x2fb", "a/b"),
            ("a&#47;b&#x2F;c&amp;&quot;", "a/b/c&\""),
            (r"a%5Cu002fb", "a/b"),
            ("a\\u0025\\u0032Fb", "a/b"),
        ] {
            assert!(readings(text).iter().any(|reading| reading == plain), "{text}: {:?}", readings(text));
        }
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in
            ["100%", "%4", "%zz", "%u12", r"\q", r"\u12", r"\xz", "&", "&#;", "&#x;", "&#12", "&nope;"]
        {
            assert_eq!(readings(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_place_is_that_of_the_escape() {
        let mut places = Vec::new();
        Reading::of(b"x%2541y", true).each(&mut |reading| {
            if reading.bytes == b"xAy" {
                places.push((reading.place(1, 2), reading.place(0, 3)));
            }
        });
        assert_eq!(places.first(), Some(&(Some(1..6), Some(0..7))));
    }
}
