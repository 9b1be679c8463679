//! Engines that are wrong on purpose.
//!
//! One small engine for the kit's [sample provider] is built once, without a mistake. A mistake is chosen by two digits in
//! its data: [`engine`] patches them, so that all of these components cost one build. [`run`] has the conformance kit
//! try them, and judges whether its cases bite.
//!
//! [sample provider]: ../conformance_kit/sample/index.html

mod mistake;
mod trial;

pub use mistake::Mistake;
pub use trial::{Trial, TrialError, Tried, run};

/// The engine without a mistake.
static SOUND: &[u8] = include_bytes!(env!("WRONG_COMPONENT"));

/// The component of the engine that makes this mistake; without one, of the engine that makes none.
///
/// `None` when the component that was built has no single place for the choice.
#[must_use]
pub fn engine(mistake: Option<Mistake>) -> Option<Vec<u8>> {
    let marker = mistake::MARKER;
    let mut places = SOUND.windows(marker.len()).enumerate().filter(|(_, window)| window == marker);
    let (at, _) = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let mut component = SOUND.to_vec();
    let digits = component.get_mut(at + marker.len()..)?.first_chunk_mut::<2>()?;
    *digits = mistake.map_or(*b"00", Mistake::number);
    Some(component)
}
