//! Engines that are wrong on purpose.
//!
//! One small engine for the kit's [sample provider] is built once, without a mistake. A mistake is chosen by two digits in
//! its data: [`engine`] patches them, so that all of these components cost one build. [`run`] has the conformance kit
//! try them, and judges whether its cases bite.
//!
//! [sample provider]: ../conformance_kit/sample/index.html

mod mistake;
mod trial;

pub use mistake::{Mistake, Omission};
pub use trial::{Trial, TrialError, Tried, run};

/// The engine without a mistake.
static SOUND: &[u8] = include_bytes!(env!("WRONG_COMPONENT"));

/// The component of the engine that makes this mistake; without one, of the engine that makes none.
///
/// `None` when the component that was built has no single place for the choice.
#[must_use]
pub fn engine(mistake: Option<Mistake>) -> Option<Vec<u8>> {
    patched(mistake.map_or(*b"00", Mistake::number))
}

/// The component of an engine that makes no mistake and leaves out what an engine may leave out.
///
/// `None` when the component that was built has no single place for the choice.
#[must_use]
pub fn engine_without(omission: Omission) -> Option<Vec<u8>> {
    const INTERFACE: &[u8] = b"idaas:approval/engine-diagnostics@";
    const UNKNOWN: &[u8] = b"idaas:approval/engine-diagnosticz@";
    let mut component = patched(omission.sign())?;
    if omission == Omission::Diagnostics {
        // Under a name that no host knows, an interface is not there.
        let places: Vec<usize> = positions(&component, INTERFACE).collect();
        for at in places {
            component.get_mut(at..at + UNKNOWN.len())?.copy_from_slice(UNKNOWN);
        }
    }
    Some(component)
}

/// The component with these two characters in the place of the choice.
fn patched(sign: [u8; 2]) -> Option<Vec<u8>> {
    let marker = mistake::MARKER;
    let mut places = positions(SOUND, marker);
    let at = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let mut component = SOUND.to_vec();
    *component.get_mut(at + marker.len()..)?.first_chunk_mut()? = sign;
    Some(component)
}

fn positions(bytes: &[u8], wanted: &[u8]) -> impl Iterator<Item = usize> {
    let windows = bytes.windows(wanted.len()).enumerate();
    windows.filter(move |(_, window)| *window == wanted).map(|(at, _)| at)
}
