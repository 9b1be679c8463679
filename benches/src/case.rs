//! What is measured: callbacks, each with the settings of its tenant.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fake_wecom::{ACCESS_TEMPLATE_ID, LEAVE_TEMPLATE_ID};
use host_harness::contract::{CallbackRequest, Disposition};
use host_harness::{ApprovalEngine, Grant, Settings, Tenant};
use native_bench::outcome;
use wecom_provider::event::approval_change;
use wecom_provider::props;
use wecom_provider::sender::Sender;

use crate::Result;

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

/// What a case is named by in the goals.
pub(crate) const OWN: &str = "approval 4 KB";
pub(crate) const FOREIGN: &str = "foreign form 4 KB";
pub(crate) const FORGED: &str = "forged 4 KB";

/// The built-in ones: news of approvals of three sizes, of somebody else's form, and by somebody else.
pub(crate) fn built_in() -> Vec<Case> {
    let genuine = Sender::default();
    let stranger = Sender { token: "AnotherToken", ..genuine };
    let case = |name: &str, sender: &Sender<'_>, bytes, template| Case {
        name: name.to_owned(),
        callbacks: vec![Callback {
            settings: props::settings(),
            request: sender.post(&approval_change(bytes, template)),
        }],
    };
    vec![
        case("approval 1.2 KB", &genuine, 1_250, ACCESS_TEMPLATE_ID),
        case(OWN, &genuine, 4_100, ACCESS_TEMPLATE_ID),
        case("approval 32 KB", &genuine, 32_768, ACCESS_TEMPLATE_ID),
        case(FOREIGN, &genuine, 4_100, LEAVE_TEMPLATE_ID),
        case(FORGED, &stranger, 4_100, ACCESS_TEMPLATE_ID),
    ]
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
        native_bench::Callback {
            settings: self
                .settings
                .iter()
                .map(|(key, value)| (key.to_owned(), value.expose().to_owned()))
                .collect(),
            method: self.request.method.clone(),
            query: self.request.query.clone(),
            body: BASE64_STANDARD.encode(&self.request.body),
            received_at: self.request.received_at,
        }
    }
}

/// A case with its tenants in place.
pub(crate) struct Staged<'a>(Vec<(Tenant, &'a CallbackRequest)>);

impl<'a> Staged<'a> {
    pub(crate) fn new(engine: &ApprovalEngine, case: &'a Case) -> Self {
        let tenant = |callback: &Callback| engine.tenant("bench", &callback.settings, &Grant::default());
        Self(case.callbacks.iter().map(|callback| (tenant(callback), &callback.request)).collect())
    }

    /// What the component makes of each.
    pub(crate) async fn outcomes(&self) -> Result<Vec<String>> {
        let mut outcomes = Vec::with_capacity(self.0.len());
        for (tenant, request) in &self.0 {
            outcomes.push(match tenant.handle_callback(request).await?.disposition {
                Disposition::VerifiedAddress => outcome("verified-address", ""),
                Disposition::Accepted(_) => outcome("accepted", ""),
                Disposition::Foreign => outcome("foreign", ""),
                Disposition::Ignored(kind) => outcome("ignored", &kind),
                Disposition::Refused(refusal) => outcome("refused", &refusal.detail),
            });
        }
        Ok(outcomes)
    }

    /// Handles all of them, `passes` times, each on a fresh instance that is configured first.
    pub(crate) async fn handle(&self, passes: u32) -> Result<Duration> {
        timed(passes, async || {
            for (tenant, request) in &self.0 {
                tenant.handle_callback(request).await?;
            }
            Ok(())
        })
        .await
    }
}

/// The passes, after a few that are not measured: caches are cold after the others' turns.
pub(crate) async fn timed(passes: u32, mut pass: impl AsyncFnMut() -> Result<()>) -> Result<Duration> {
    const WARM_UP: u32 = 4;
    for _ in 0..passes.div_ceil(WARM_UP) {
        pass().await?;
    }
    let started = Instant::now();
    for _ in 0..passes {
        pass().await?;
    }
    Ok(started.elapsed())
}
