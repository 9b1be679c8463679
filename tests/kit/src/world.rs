//! The world of one case: a provider of its own, a clock that stands still, and two tenants of the engine.

use std::sync::Arc;

use host_harness::clock::ManualClock;
use host_harness::pace::{Pace, Quota};
use host_harness::{ApprovalEngine, CallError, CallFailure, Grant, Services, Settings};
use serde_json::Value;

use crate::T0;
use crate::call;
use crate::case::Tenant;
use crate::provider::{Provider, Stage};
use crate::record::{Call, Recorder};

pub(crate) struct World {
    pub(crate) stage: Arc<dyn Stage>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) engine: ApprovalEngine,
    /// As the host has stored them.
    pub(crate) settings: Arc<Settings>,
    /// What `provision` gave last.
    provisioned: Vec<(String, String)>,
    /// What `save` gave last.
    saved: Option<Value>,
    recorder: Arc<Recorder>,
}

impl World {
    pub(crate) fn new(engine: &ApprovalEngine, provider: &dyn Provider) -> Self {
        let clock = Arc::new(ManualClock::at(T0));
        let stage: Arc<dyn Stage> = Arc::from(provider.open(clock.clone()));
        let recorder = Arc::new(Recorder::new(stage.clone(), clock.clone()));
        let services = Services {
            outbound: recorder.clone(),
            tokens: recorder.clone(),
            pace: Arc::new(Pace::new(clock.clone(), Quota::default())),
            log: recorder.clone(),
        };
        let settings = Arc::new(stage.settings());
        let engine = engine.with_services(services);
        Self { engine, stage, clock, settings, provisioned: Vec::new(), saved: None, recorder }
    }

    /// Takes the template out of the settings. `false` when the provider does not know how.
    pub(crate) fn clear_template(&mut self) -> bool {
        let bare = self.stage.settings_without_template().map(Arc::new);
        bare.map(|bare| self.settings = bare).is_some()
    }

    /// Remembers what `provision` gave. A held secret is the host's: it is not given.
    pub(crate) fn provisioned(&mut self, given: &Value) {
        let text = |setting: &Value, at: &str| setting.pointer(at).and_then(Value::as_str).map(str::to_owned);
        if let Some(settings) = given.pointer("/ok").and_then(Value::as_array) {
            let pair = |setting| Some((text(setting, "/key")?, text(setting, "/value/text")?));
            self.provisioned = settings.iter().filter_map(pair).collect();
        }
    }

    /// Stores that together with what there was.
    pub(crate) fn store(&mut self) {
        let merged = self
            .provisioned
            .drain(..)
            .fold((*self.settings).clone(), |settings, (key, value)| settings.with(&key, value));
        self.settings = Arc::new(merged);
    }

    /// Remembers what `save` gave.
    pub(crate) fn save(&mut self, image: &Value) {
        self.saved = (!image.is_null()).then(|| image.clone());
    }

    /// What `save` gave last.
    pub(crate) fn saved(&self) -> Option<Value> {
        self.saved.clone()
    }

    /// Makes one call. `place` says for people where that was.
    pub(crate) async fn call(
        &self,
        tenant: Tenant,
        function: &'static str,
        input: Value,
        place: String,
    ) -> Call {
        let id = match tenant {
            Tenant::First | Tenant::Unconfigured => "first",
            Tenant::Second => "second",
        };
        let grant = Grant::trusting_description(&self.engine, &self.settings);
        let called = self.engine.tenant(id, &self.settings, &grant);
        let configured = tenant != Tenant::Unconfigured;
        let called = if configured { called } else { called.without_configure() };
        let prepared = if configured { leave_image(&called).await } else { Ok(()) };
        let (_none, mut lines) = self.recorder.take();
        let output = match prepared {
            Ok(()) => call::call(&called, function, &input).await,
            Err(error) => Err(error),
        };
        let (imports, more) = self.recorder.take();
        lines.extend(more);
        Call { place, function, input, settings: self.settings.clone(), configured, output, imports, lines }
    }
}

/// Lets the host keep an image, where the engine gives them: then the instance of the call that follows is configured by
/// that, and the instance of its replay is not. What an engine does not survive here is the call's own failure; that
/// settings are refused the call will tell by itself.
async fn leave_image(tenant: &host_harness::Tenant) -> Result<(), CallError> {
    if !tenant.engine().offers_images() {
        return Ok(());
    }
    match tenant.save_image().await {
        Ok(_) | Err(CallError { error: CallFailure::Configuration(_), .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
