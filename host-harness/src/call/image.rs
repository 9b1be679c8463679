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
    refused: AtomicBool,
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
        (!self.refused.load(Ordering::Relaxed)).then_some(kept)
    }

    /// Keeps what the engine gave first. It is not asked again.
    pub(super) fn keep(&self, image: Option<Zeroizing<Vec<u8>>>) {
        self.kept.get_or_init(|| image.filter(|image| image.len() <= Self::LIMIT));
    }

    /// The engine would not take it back: there is none from here on.
    pub(super) fn give_up(&self) {
        self.refused.store(true, Ordering::Relaxed);
    }

    /// Something that has `failed` unless it [succeeds](Attempt::succeeded): a trap ends it, and so does a call that is
    /// cut off, of which nothing is heard but the drop.
    pub(super) const fn attempt(&self, failed: fn(&Self)) -> Attempt<'_> {
        Attempt { image: self, failed }
    }
}

/// What the engine is asked about an image, while it has not answered.
#[must_use]
pub(super) struct Attempt<'a> {
    image: &'a Image,
    failed: fn(&Image),
}

impl Attempt<'_> {
    /// It came to a good end.
    pub(super) const fn succeeded(self) {
        std::mem::forget(self);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        (self.failed)(self.image);
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
    fn an_image_that_is_too_long_or_was_refused_is_none() {
        let (longest, longer, refused) = (Image::default(), Image::default(), Image::default());
        longest.keep(image(Image::LIMIT));
        longer.keep(image(Image::LIMIT + 1));
        refused.keep(image(1));
        refused.give_up();
        assert_eq!(longest.get().map(<[u8]>::len), Some(Image::LIMIT));
        assert_eq!([longer.get(), refused.get()], [None, None]);
        assert_eq!([longer.is_untried(), refused.is_untried()], [false, false]);
    }

    #[test]
    fn an_attempt_without_an_end_has_failed() {
        let image = Image::default();
        drop(image.attempt(|image| image.keep(None)));
        assert_eq!((image.is_untried(), image.get()), (false, None));

        let image = Image::default();
        image.keep(self::image(1));
        image.attempt(Image::give_up).succeeded();
        assert_eq!(image.get(), Some(&[7][..]));
        drop(image.attempt(Image::give_up));
        assert_eq!(image.get(), None);
    }

    #[test]
    fn debug_shows_no_byte() {
        let kept = Image::default();
        assert_eq!(format!("{kept:?}"), "Image(none)");
        kept.keep(image(3));
        assert_eq!(format!("{kept:?}"), "Image(..)");
    }
}
