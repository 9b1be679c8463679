//! The lines that lists and notifications show.

use serde_json::Value;

use crate::api::clean;
use crate::form::{SubmissionWarning, cut_warning};
use crate::json::object;
use crate::template::Template;
use crate::text::{Text, text};

/// The longest line, in characters (D91853).
pub const SUMMARY_CHARACTERS: usize = 20;

/// When neither the request nor the template has a word to say.
const NAMELESS: Text = text("Approval request", "审批申请");

/// `summary_list`. WeCom wants one line at least: without any, the template's name makes one.
pub(super) fn lines(
    summary: &[Text],
    template: &Template,
    warnings: &mut Vec<SubmissionWarning>,
) -> Vec<Value> {
    let mut cut = false;
    let mut lines: Vec<Value> = summary.iter().filter_map(|text| line(text, &mut cut)).collect();
    if cut {
        warnings.push(cut_warning("summary", SUMMARY_CHARACTERS));
    }
    if lines.is_empty() {
        lines.extend(line(&own(template), &mut cut));
    }
    lines
}

/// One line in the languages that it has; `None` when it is blank in both.
fn line(text: &Text, cut: &mut bool) -> Option<Value> {
    let mut info = Vec::new();
    for (text, lang) in [(&text.zh_cn, "zh_CN"), (&text.en, "en")] {
        let clean = clean::one_line(text);
        let clean = clean.trim();
        if clean.is_empty() {
            continue;
        }
        let short = clean::cut(clean, SUMMARY_CHARACTERS);
        *cut |= short.is_some();
        info.push(object([("text", short.as_deref().unwrap_or(clean).into()), ("lang", lang.into())]));
    }
    (!info.is_empty()).then(|| object([("summary_info", Value::Array(info))]))
}

fn own(template: &Template) -> Text {
    let named = |lang| template.names.iter().find(|name| name.lang == lang && !name.text.trim().is_empty());
    match (named("zh_CN"), named("en")) {
        (None, None) => NAMELESS,
        (chinese, english) => Text::made(
            english.or(chinese).map(|name| name.text.clone()).unwrap_or_default(),
            chinese.or(english).map(|name| name.text.clone()).unwrap_or_default(),
        ),
    }
}
