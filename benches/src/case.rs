//! What is measured: callbacks, each with the settings of its tenant.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fake_wecom::{ACCESS_TEMPLATE_ID, LEAVE_TEMPLATE_ID};
use host_harness::contract::CallbackRequest;
use host_harness::{ApprovalEngine, Settings};
use wecom_provider::event::approval_change;
use wecom_provider::props;
use wecom_provider::recorded::Recorded;
use wecom_provider::sender::Sender;

use crate::Result;
use crate::stage::Staged;

/// Callbacks that are measured together.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) callbacks: Vec<Callback>,
}

/// A callback and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) settings: Settings,
    pub(crate) request: CallbackRequest,
}

/// Those that there are goals for.
pub(crate) const OWN: &str = "approval 4 KB";
pub(crate) const FOREIGN: &str = "foreign form 4 KB";
pub(crate) const FORGED: &str = "forged 4 KB";

/// The built-in ones: news of approvals of three sizes, news of a form that is not ours, and a stranger's.
pub(crate) fn built_in() -> Vec<Case> {
    let stranger = Sender { token: "AnotherToken", ..Sender::default() };
    let case = |name: &str, sender: &Sender<'_>, bytes, template| Case {
        name: name.to_owned(),
        callbacks: vec![Callback {
            settings: props::settings(),
            request: sender.post(&approval_change(bytes, template)),
        }],
    };
    vec![
        case("approval 1.2 KB", &Sender::default(), 1_250, ACCESS_TEMPLATE_ID),
        Case { name: OWN.to_owned(), callbacks: vec![own()] },
        case("approval 32 KB", &Sender::default(), 32_768, ACCESS_TEMPLATE_ID),
        case(FOREIGN, &Sender::default(), 4_100, LEAVE_TEMPLATE_ID),
        case(FORGED, &stranger, 4_100, ACCESS_TEMPLATE_ID),
    ]
}

/// News of an approval of 4 KB.
pub(crate) fn own() -> Callback {
    let request = Sender::default().post(&approval_change(4_100, ACCESS_TEMPLATE_ID));
    Callback { settings: props::settings(), request }
}

/// Reads recorded callbacks.
pub(crate) fn read(path: &Path) -> Result<Vec<Callback>> {
    let text = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let lines = (1..).zip(text.split(|&byte| byte == b'\n'));
    let filled = lines.filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace));
    filled
        .map(|(number, line)| match Recorded::read(line) {
            Ok(Recorded { settings, request, .. }) => Ok(Callback { settings, request }),
            Err(error) => Err(format!("{} line {number}: {error}", path.display()).into()),
        })
        .collect()
}

/// Recorded callbacks by what the engine makes of them, and all together. Those that it has no verdict on are left out:
/// the second value tells how many, with the last reason.
pub(crate) async fn sort(
    recorded: &[Callback],
    engine: &ApprovalEngine,
) -> (Vec<Case>, Option<(usize, String)>) {
    let (mut by_outcome, mut left_out) = (BTreeMap::<&str, Vec<Callback>>::new(), None);
    for callback in recorded {
        match Staged::new(engine, callback).outcome().await {
            Ok(outcome) => by_outcome.entry(outcome).or_default().push(callback.clone()),
            Err(error) => {
                let before = left_out.map_or(0, |(count, _)| count);
                left_out = Some((before + 1, error.to_string()));
            }
        }
    }
    let all: Vec<Callback> = by_outcome.values().flatten().cloned().collect();
    let mut cases: Vec<Case> = by_outcome
        .into_iter()
        .map(|(outcome, callbacks)| Case { name: format!("{} {outcome}", callbacks.len()), callbacks })
        .collect();
    if cases.len() > 1 {
        cases.push(Case { name: format!("all {}", all.len()), callbacks: all });
    }
    (cases, left_out)
}

impl Case {
    /// The mean body.
    pub(crate) fn bytes(&self) -> usize {
        let sum: usize = self.callbacks.iter().map(|callback| callback.request.body.len()).sum();
        sum / self.callbacks.len().max(1)
    }
}

impl Callback {
    /// As the native program takes it.
    pub(crate) fn for_native(&self) -> native_bench::Callback {
        let settings = self.settings.iter();
        native_bench::Callback {
            settings: settings.map(|(key, value)| (key.to_owned(), value.expose().to_owned())).collect(),
            method: self.request.method.clone(),
            query: self.request.query.clone(),
            body: BASE64_STANDARD.encode(&self.request.body),
            received_at: self.request.received_at,
        }
    }
}
