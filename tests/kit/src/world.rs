//! The world of one case: a provider of its own, a clock that stands still, and two tenants of the engine.

use std::sync::Arc;

use host_harness::clock::ManualClock;
use host_harness::pace::{Pace, Quota};
use host_harness::{ApprovalEngine, Grant, Services, Settings};
use serde_json::Value;

use crate::T0;
use crate::case::Tenant;
use crate::provider::{Provider, Stage};
use crate::record::{Call, Recorder};

pub(crate) struct World {
    pub(crate) stage: Arc<dyn Stage>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) engine: ApprovalEngine,
    pub(crate) settings: Arc<Settings>,
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
        Self { engine: engine.with_services(services), stage, clock, settings, recorder }
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
        let called = self.engine.tenant(id, &self.settings, &Grant::default());
        let configured = tenant != Tenant::Unconfigured;
        let called = if configured { called } else { called.without_configure() };
        let output = called.call_json(function, &input).await;
        let (imports, lines) = self.recorder.take();
        Call { place, function, input, settings: self.settings.clone(), configured, output, imports, lines }
    }
}
