//! What an engine has made of a tenant's settings, kept for the instances of later calls.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

/// The image of a tenant's configuration, from the first call that was configured on. In memory alone, wiped on drop,
/// and shown to nobody: it holds what the settings hold.
#[derive(Default)]
pub(crate) struct Image {
    /// `None` when the engine gave none that is worth keeping.
    kept: OnceLock<Option<Zeroizing<Vec<u8>>>>,
    given_up: AtomicBool,
    told: AtomicBool,
}

impl Image {
    /// Longer ones are not kept. An engine that gives more knows of the contract that a host need not use it.
    pub(super) const LIMIT: usize = 64 << 10;

    /// Whether nobody has asked the engine for it yet.
    pub(super) fn is_untried(&self) -> bool {
        self.kept.get().is_none()
    }

    pub(super) fn get(&self) -> Option<&[u8]> {
        let kept = self.kept.get()?.as_deref()?;
        (!self.given_up.load(Ordering::Relaxed)).then_some(kept)
    }

    /// Keeps what the engine gave first. It is not asked again.
    pub(super) fn keep(&self, image: Option<Zeroizing<Vec<u8>>>) {
        self.kept.get_or_init(|| image.filter(|image| image.len() <= Self::LIMIT));
    }

    /// Something that has failed unless it [succeeds](Attempt::succeeded): a refusal and a trap end it, and so does a call
    /// that is cut off, of which nothing is heard but the drop.
    pub(super) const fn attempt(&self) -> Attempt<'_> {
        Attempt(self)
    }

    /// Whether there is none from here on because an attempt failed. Told once.
    pub(super) fn was_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed) && !self.told.swap(true, Ordering::Relaxed)
    }
}

/// What the engine is asked about an image, while it has not answered.
#[must_use]
pub(super) struct Attempt<'a>(&'a Image);

impl Attempt<'_> {
    /// It came to a good end.
    pub(super) const fn succeeded(self) {
        std::mem::forget(self);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let Self(image) = self;
        image.keep(None);
        image.given_up.store(true, Ordering::Relaxed);
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.get().is_some() { "Image(..)" } else { "Image(none)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(length: usize) -> Option<Zeroizing<Vec<u8>>> {
        Some(Zeroizing::new(vec![7; length]))
    }

    #[test]
    fn the_first_answer_counts_whatever_it_is() {
        let kept = Image::default();
        assert!(kept.is_untried());
        kept.keep(image(1));
        kept.keep(image(2));
        assert_eq!((kept.is_untried(), kept.get()), (false, Some(&[7][..])));

        let none = Image::default();
        none.keep(None);
        none.keep(image(1));
        assert_eq!((none.is_untried(), none.get()), (false, None));
    }

    #[test]
    fn an_image_that_is_too_long_is_none() {
        let (longest, longer) = (Image::default(), Image::default());
        longest.keep(image(Image::LIMIT));
        longer.keep(image(Image::LIMIT + 1));
        assert_eq!(longest.get().map(<[u8]>::len), Some(Image::LIMIT));
        assert_eq!((longer.get(), longer.is_untried(), longer.was_given_up()), (None, false, false));
    }

    #[test]
    fn an_attempt_without_an_end_has_failed() {
        let unsaved = Image::default();
        drop(unsaved.attempt());
        unsaved.keep(image(1));
        assert_eq!((unsaved.is_untried(), unsaved.get()), (false, None));

        let kept = Image::default();
        kept.keep(image(1));
        kept.attempt().succeeded();
        assert_eq!((kept.get(), kept.was_given_up()), (Some(&[7][..]), false));
        drop(kept.attempt());
        assert_eq!(kept.get(), None);
        assert_eq!([kept.was_given_up(), kept.was_given_up()], [true, false], "told once");
    }

    #[test]
    fn debug_shows_no_byte() {
        let kept = Image::default();
        assert_eq!(format!("{kept:?}"), "Image(none)");
        kept.keep(image(3));
        assert_eq!(format!("{kept:?}"), "Image(..)");
    }
}
