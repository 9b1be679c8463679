//! The signed-webhook engine as a component: the contract's functions over [`webhook_protocol`]. No decisions here.
#![expect(clippy::result_large_err, reason = "a problem ends the call that meets it and is made once")]
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, reason = "the exports use all of it, and natively there are none")
)]

use std::cell::RefCell;

use webhook_protocol::approval_engine::{
    CallbackOutcome, CallbackRequest, Configured, Depth, Description, Guest, Setting, SettingProblem,
    Submission, SubmissionRequest, SubmitProblem,
};
use webhook_protocol::approval_tracking::{self, Page, SubmissionQuery, TrackingProblem, Window};
use webhook_protocol::config::Config;
use webhook_protocol::endpoint::Outbound;
use webhook_protocol::engine_diagnostics::{self, CheckOptions, Finding, ProvisionProblem};
use webhook_protocol::types::{Account, Approval, MappingProblem, Member};
use webhook_protocol::{callback, describe, diagnostics, http, log, member, settings, submit, tracking};

mod panic;

/// The engine of this instance.
struct Engine;

thread_local! {
    /// What `configure` made. An instance has one thread, and nothing else is kept.
    static CONFIG: RefCell<Option<Config>> = const { RefCell::new(None) };
}

/// Runs `f` on the configuration, if there is one.
fn configured<T>(f: impl FnOnce(&Config) -> T) -> Option<T> {
    CONFIG.with_borrow(|config| config.as_ref().map(f))
}

/// The component's imports. There is no `token-cache` among them: every message is signed, so there is no token.
struct Imports;

impl Outbound for Imports {
    fn send(&mut self, request: &http::Request) -> Result<http::Response, http::Error> {
        http::send(request)
    }

    fn log(&mut self, level: log::Level, event: &str, fields: &[log::Field]) {
        log::write(level, event, fields);
    }
}

impl Guest for Engine {
    fn describe() -> Description {
        panic::report();
        describe::description()
    }

    fn configure(given: Vec<Setting>) -> Result<Configured, Vec<SettingProblem>> {
        panic::report();
        let (config, configured) = settings::read(&given)?;
        CONFIG.set(Some(config));
        Ok(configured)
    }

    fn handle_callback(request: CallbackRequest) -> CallbackOutcome {
        configured(|config| callback::handle(config, &request)).unwrap_or_else(callback::not_configured)
    }

    fn resolve_user(account: Account, _: Depth) -> Result<Member, MappingProblem> {
        configured(|config| member::resolve(config, &account))
            .unwrap_or_else(|| Err(member::not_configured(&account)))
    }

    fn submit(request: SubmissionRequest) -> Result<Submission, SubmitProblem> {
        configured(|config| submit::submit(config, &mut Imports, &request))
            .unwrap_or(Err(SubmitProblem::NotConfigured))
    }
}

impl approval_tracking::Guest for Engine {
    fn fetch(approval_id: String) -> Result<Approval, TrackingProblem> {
        configured(|config| tracking::fetch(config, &mut Imports, &approval_id))
            .unwrap_or(Err(TrackingProblem::NotConfigured))
    }

    fn find_submission(query: SubmissionQuery) -> Result<Option<String>, TrackingProblem> {
        configured(|config| tracking::find_submission(config, &mut Imports, &query))
            .unwrap_or(Err(TrackingProblem::NotConfigured))
    }

    fn list_submitted(window: Window, cursor: Option<String>) -> Result<Page, TrackingProblem> {
        configured(|config| tracking::list_submitted(config, &mut Imports, window, cursor.as_deref()))
            .unwrap_or(Err(TrackingProblem::NotConfigured))
    }
}

impl engine_diagnostics::Guest for Engine {
    fn check(options: CheckOptions) -> Vec<Finding> {
        configured(|config| diagnostics::check(config, &mut Imports, &options))
            .unwrap_or_else(diagnostics::not_configured)
    }

    fn provision() -> Result<Vec<Setting>, ProvisionProblem> {
        configured(|config| diagnostics::provision(config, &mut Imports))
            .unwrap_or(Err(ProvisionProblem::NotConfigured))
    }
}

#[cfg(target_arch = "wasm32")]
webhook_protocol::contract::export!(Engine with_types_in webhook_protocol::contract);
