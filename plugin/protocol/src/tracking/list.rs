//! One page of WeCom's list of numbers (D91816).

use serde_json::Value;

use super::{LIST_PATH, TrackingProblem, Window};
use crate::api;
use crate::config::Config;
use crate::exchange::Outbound;
use crate::json::object;
use crate::model::{SpNo, TemplateId, UnixSeconds, UserId};
use crate::text::text;
use crate::token;

/// The longest span that WeCom lists, in seconds: 31 days.
const SPAN_SECONDS: u64 = 31 * 86_400;

/// The longest page that WeCom gives.
const PAGE_NUMBERS: u32 = 100;

/// The longest cursor of WeCom's that is passed on, in bytes. Those seen have some dozens.
pub(super) const CURSOR_BYTES: usize = 1_024;

/// What is listed: a window, cut into spans, for each of our templates. WeCom takes one template a call.
pub(crate) struct Listing<'a> {
    pub(crate) config: &'a Config,
    pub(crate) window: Window,
}

/// One span for one template, each counted from 0.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) template: usize,
    pub(crate) slice: u64,
}

/// A page as WeCom gave it.
pub(crate) struct WecomPage {
    pub(super) ids: Vec<SpNo>,
    /// Never empty.
    pub(super) next: Option<String>,
}

impl<'a> Listing<'a> {
    pub(crate) fn new(config: &'a Config, window: Window) -> Result<Self, TrackingProblem> {
        if window.starts_at < window.ends_at {
            return Ok(Self { config, window });
        }
        Err(TrackingProblem::Invalid(text(
            "the window ends before it starts, or at once",
            "时间范围的结束时间必须晚于开始时间",
        )))
    }

    /// The templates whose forms are ours, the one in use first. Without any every form is ours, which counts as one.
    pub(super) fn template(&self, at: usize) -> Option<&TemplateId> {
        self.config.template_id.iter().chain(&self.config.former_template_ids).nth(at)
    }

    pub(super) fn templates(&self) -> usize {
        let config = self.config;
        (usize::from(config.template_id.is_some()) + config.former_template_ids.len()).max(1)
    }

    pub(super) fn slices(&self) -> u64 {
        (self.window.ends_at.0 - self.window.starts_at.0).div_ceil(SPAN_SECONDS)
    }

    /// The place behind `place`: the next span, then the next template.
    pub(super) fn after(&self, place: Place) -> Option<Place> {
        if place.slice + 1 < self.slices() {
            return Some(Place { slice: place.slice + 1, ..place });
        }
        let template = place.template + 1;
        (template < self.templates()).then_some(Place { template, slice: 0 })
    }

    /// Asks for one page. `size`, `new_cursor` and the times are sent as WeCom's own sample has them: texts, but for
    /// the size.
    pub(crate) fn page(
        &self,
        outbound: &mut dyn Outbound,
        place: Place,
        creator: Option<&UserId>,
        cursor: &str,
    ) -> Result<WecomPage, TrackingProblem> {
        Ok(self.ask(outbound, place, creator, cursor)?)
    }

    /// [`page`](Self::page) with WeCom's own word on why there is none.
    pub(crate) fn ask(
        &self,
        outbound: &mut dyn Outbound,
        place: Place,
        creator: Option<&UserId>,
        cursor: &str,
    ) -> Result<WecomPage, api::Failure> {
        let Window { starts_at, ends_at: UnixSeconds(end) } = self.window;
        let start = starts_at.0.saturating_add(place.slice.saturating_mul(SPAN_SECONDS));
        let end = end.min(start.saturating_add(SPAN_SECONDS));
        let mut filters: Vec<Value> = Vec::new();
        if let Some(template) = self.template(place.template) {
            filters.push(filter("template_id", template.as_str()));
        }
        if let Some(creator) = creator {
            filters.push(filter("creator", creator.as_str()));
        }
        let body = object([
            ("starttime", start.to_string().into()),
            ("endtime", end.to_string().into()),
            ("new_cursor", cursor.into()),
            ("size", PAGE_NUMBERS.into()),
            ("filters", Value::Array(filters)),
        ]);
        let answer = token::call(self.config, outbound, api::post(self.config, LIST_PATH, body))?;
        let next = answer.get("new_next_cursor").text();
        if next.len() > CURSOR_BYTES {
            return Err(api::unusable(outbound, LIST_PATH, api::Fault::Lacks("new_next_cursor")));
        }
        let list = answer.get("sp_no_list");
        // An empty list proves that there is nothing, so the JSON of a proxy must not pass for one.
        if list.is_nothing() && answer.get("errcode").is_nothing() {
            return Err(api::unusable(outbound, LIST_PATH, api::Fault::Lacks("sp_no_list")));
        }
        let numbers = list.items().map(|number| number.text());
        let ids = numbers.filter(|number| !number.is_empty()).map(SpNo).collect();
        Ok(WecomPage { ids, next: Some(next).filter(|next| !next.is_empty()) })
    }
}

fn filter(key: &str, value: &str) -> Value {
    object([("key", key.into()), ("value", value.into())])
}
