//! Values that must never be printed.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A secret text: redacted in `Debug`, wiped on drop, compared in constant time.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a text into custody.
    #[must_use]
    pub const fn new(value: String) -> Self {
        Self(value)
    }

    /// Gives the text away, to the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl Drop for Secret {
    /// One copy of the wiping loop, not one wherever a secret ends.
    #[inline(never)]
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_the_length_and_nothing_else() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".into())), "Secret(7 bytes)");
    }
}
