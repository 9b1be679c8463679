//! The WeCom approval engine as a component: bindings, conversions and the way out. Decisions are in
//! [`wecom_protocol`].
#![expect(clippy::result_large_err, reason = "a problem ends the call that meets it and is made once")]

use std::cell::RefCell;

use wecom_protocol::config::{Config, image};
use wecom_protocol::model::SpNo;
use wecom_protocol::{callback, diagnostics, settings, submit, tracking, user};

use crate::bindings::exports::idaas::approval::approval_engine::{
    Account, CallbackOutcome, CallbackRequest, Configured, Depth, Description, Guest, MappingProblem, Member,
    Setting, SettingProblem, Submission, SubmissionRequest, SubmitProblem,
};
use crate::bindings::exports::idaas::approval::{approval_tracking, configuration_image, engine_diagnostics};
use crate::outbound::Imports;

mod bindings;
mod convert;
mod outbound;
mod panic;

#[cfg(target_arch = "wasm32")]
mod memory;

/// The engine of this instance.
struct Engine;

thread_local! {
    /// What `configure` or `restore` made. An instance has one thread, and nothing else is kept.
    static CONFIG: RefCell<Option<Config>> = const { RefCell::new(None) };
}

/// Runs `f` on the configuration, if there is one.
fn configured<T>(f: impl FnOnce(&Config) -> T) -> Option<T> {
    CONFIG.with_borrow(|config| config.as_ref().map(f))
}

impl Guest for Engine {
    fn describe() -> Description {
        panic::report();
        convert::description::description()
    }

    fn configure(settings: Vec<Setting>) -> Result<Configured, Vec<SettingProblem>> {
        panic::report();
        let given: Vec<_> = settings.into_iter().map(convert::settings::given).collect();
        match settings::read(&given) {
            Ok(configured) => {
                let (told, config) = convert::settings::configured(configured);
                CONFIG.set(Some(config));
                Ok(told)
            }
            Err(problems) => Err(problems.into_iter().map(Into::into).collect()),
        }
    }

    fn handle_callback(request: CallbackRequest) -> CallbackOutcome {
        let outcome = configured(|config| callback::handle(config, &convert::callback::request(&request)));
        outbound::note_left_out(outcome.as_ref());
        outcome.map_or_else(convert::callback::not_configured, Into::into)
    }

    fn resolve_user(account: Account, depth: Depth) -> Result<Member, MappingProblem> {
        let account = account.into();
        match configured(|config| user::resolve(config, &mut Imports, &account, depth.into())) {
            Some(resolved) => resolved.map(Into::into).map_err(Into::into),
            None => Err(convert::user::not_configured(account)),
        }
    }

    fn submit(request: SubmissionRequest) -> Result<Submission, SubmitProblem> {
        let request = request.into();
        match configured(|config| submit::submit(config, &mut Imports, &request)) {
            Some(submitted) => submitted.map(Into::into).map_err(Into::into),
            None => Err(SubmitProblem::NotConfigured),
        }
    }
}

impl approval_tracking::Guest for Engine {
    fn fetch(approval_id: String) -> Result<approval_tracking::Approval, approval_tracking::TrackingProblem> {
        let id = SpNo(approval_id);
        match configured(|config| tracking::fetch(config, &mut Imports, &id)) {
            Some(fetched) => fetched.map(Into::into).map_err(Into::into),
            None => Err(approval_tracking::TrackingProblem::NotConfigured),
        }
    }

    fn find_submission(
        query: approval_tracking::SubmissionQuery,
    ) -> Result<Option<String>, approval_tracking::TrackingProblem> {
        let query = query.into();
        match configured(|config| tracking::find_submission(config, &mut Imports, &query)) {
            Some(found) => found.map(|id| id.map(|id| id.0)).map_err(Into::into),
            None => Err(approval_tracking::TrackingProblem::NotConfigured),
        }
    }

    fn list_submitted(
        window: approval_tracking::Window,
        cursor: Option<String>,
    ) -> Result<approval_tracking::Page, approval_tracking::TrackingProblem> {
        let list = |config: &Config| {
            tracking::list_submitted(config, &mut Imports, window.into(), cursor.as_deref())
        };
        match configured(list) {
            Some(listed) => listed.map(Into::into).map_err(Into::into),
            None => Err(approval_tracking::TrackingProblem::NotConfigured),
        }
    }
}

impl engine_diagnostics::Guest for Engine {
    fn check(options: engine_diagnostics::CheckOptions) -> Vec<engine_diagnostics::Finding> {
        let options = options.into();
        configured(|config| diagnostics::check(config, &mut Imports, &options))
            .map_or_else(Vec::new, convert::diagnostics::findings)
    }

    fn provision() -> Result<Vec<Setting>, engine_diagnostics::ProvisionProblem> {
        match configured(|config| diagnostics::provision(config, &mut Imports)) {
            Some(Ok(settings)) => Ok(convert::diagnostics::settings(settings)),
            Some(Err(problem)) => Err(problem.into()),
            None => Err(engine_diagnostics::ProvisionProblem::NotConfigured),
        }
    }
}

impl configuration_image::Guest for Engine {
    fn save() -> Option<Vec<u8>> {
        configured(image::save)
    }

    fn restore(image: Vec<u8>) -> bool {
        panic::report();
        let config = image::restore(&image);
        let restored = config.is_some();
        if restored {
            CONFIG.set(config);
        }
        restored
    }
}

/// The functions that the host calls, as `export!` writes them.
#[cfg(target_arch = "wasm32")]
#[expect(
    unsafe_code,
    reason = "generated: exports get their arguments from the host as pointers and lengths"
)]
mod exports {
    use crate::{Engine, bindings};

    bindings::export!(Engine with_types_in bindings);
}
