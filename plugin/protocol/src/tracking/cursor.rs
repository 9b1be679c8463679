//! The cursor of a list: where it stands, and a digest.
//!
//! ```text
//! 16 hexadecimal digits . template . span . page . mark . WeCom's cursor
//! ```
//!
//! The first digest covers the window and the templates too, so a cursor fits nothing but the list that it was made
//! for. It is no signature: whoever makes one up reads another page of what they may list anyway.
//!
//! `page` counts the pages of a span, and `mark` is the digest of the cursor that the last page of a power of two led
//! to (Brent's way to find a cycle): pages that go round in a circle come to the mark again, however long the circle
//! is, and although the engine remembers nothing between two calls.

use wecom_callback::digest;

use super::list::{CURSOR_BYTES, Listing, Place};
use super::{TrackingProblem, circle};
use crate::text::text;

/// How much of a digest is kept, in characters.
const DIGEST: usize = 16;

/// Where a list stands.
pub(super) struct Stand<'a> {
    pub(super) place: Place,
    page: u32,
    mark: &'a str,
    /// Empty before the first page of a span.
    pub(super) wecoms: &'a str,
}

/// Before everything.
pub(super) const START: Stand<'_> =
    Stand { place: Place { template: 0, slice: 0 }, page: 0, mark: "", wecoms: "" };

/// Reads a cursor that comes back.
pub(super) fn read<'a>(listing: &Listing<'_>, cursor: &'a str) -> Result<Stand<'a>, TrackingProblem> {
    stand(listing, cursor).ok_or(TrackingProblem::Invalid(text(
        "this cursor was not given for this list: begin again without one",
        "该游标不属于此列表：请不带游标重新开始",
    )))
}

/// The cursor behind a page that was asked for at `stand`; `None` at the end.
pub(super) fn after(
    listing: &Listing<'_>,
    stand: &Stand<'_>,
    next: Option<&str>,
) -> Result<Option<String>, TrackingProblem> {
    let Some(next) = next else {
        return Ok(listing.after(stand.place).map(|place| write(listing, &Stand { place, ..START })));
    };
    let page = stand.page.saturating_add(1);
    let here = seal(listing, next);
    if here == stand.mark {
        return Err(circle());
    }
    let mark = if page.is_power_of_two() { &here } else { stand.mark };
    Ok(Some(write(listing, &Stand { place: stand.place, page, mark, wecoms: next })))
}

fn write(listing: &Listing<'_>, stand: &Stand<'_>) -> String {
    let Stand { place: Place { template, slice }, page, mark, wecoms } = stand;
    let stand = format!("{template}.{slice}.{page}.{mark}.{wecoms}");
    format!("{}.{stand}", seal(listing, &stand))
}

fn stand<'a>(listing: &Listing<'_>, cursor: &'a str) -> Option<Stand<'a>> {
    let (digest, stand) = cursor.split_once('.')?;
    if stand.len() > CURSOR_BYTES + 128 || digest != seal(listing, stand) {
        return None;
    }
    let mut parts = stand.splitn(5, '.');
    let (template, slice) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let (page, mark, wecoms) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    let there = template < listing.templates() && slice < listing.slices();
    there.then_some(Stand { place: Place { template, slice }, page, mark, wecoms })
}

/// A digest of `text` that no other list gives.
fn seal(listing: &Listing<'_>, text: &str) -> String {
    let window = format!("{}-{}", listing.window.starts_at.0, listing.window.ends_at.0);
    let mut parts = vec![listing.config.credential_key.as_str(), &window, text];
    parts.extend((0..listing.templates()).filter_map(|at| listing.template(at)).map(|id| id.as_str()));
    let mut digest = digest::sha256_of_parts(&parts);
    digest.truncate(DIGEST);
    digest
}
