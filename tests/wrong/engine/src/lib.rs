//! A small approval engine for the conformance kit's sample provider, right but for one mistake at most.
//!
//! Without a mistake it keeps every promise of the contract. Each mistake is one `if wrong(...)` at the place where an
//! author could make it; the two digits that choose it are patched into the finished component.
#![expect(clippy::result_large_err, reason = "a problem ends the call that meets it and is made once")]

use std::cell::RefCell;

use bindings::exports::idaas::approval::approval_engine::{
    Account, CallbackOutcome, CallbackRequest, Configured, Depth, Description, Guest, MappingProblem, Member,
    Setting, SettingProblem, Submission, SubmissionRequest, SubmitProblem,
};
use bindings::exports::idaas::approval::types::{Approval, MappingProblemKind, Text};
use bindings::exports::idaas::approval::{
    approval_tracking as tracking, configuration_image as image, engine_diagnostics as diagnostics,
};

use crate::mistake::{Mistake, Omission};
use crate::settings::Config;

mod bindings;
mod callback;
mod check;
mod describe;
mod news;
mod people;
mod provider;
mod provision;
mod settings;
mod submit;
mod track;

#[path = "../../src/mistake.rs"]
#[allow(dead_code, unreachable_pub, reason = "the rest is for who patches")]
mod mistake;

struct Engine;

thread_local! {
    /// What `configure` made.
    static CONFIG: RefCell<Option<Config>> = const { RefCell::new(None) };
}

/// The place to patch: the marker and two digits.
static CHOICE: [u8; 25] = *b"wrong on purpose, with 00";

/// Whether this component makes `mistake`.
fn wrong(mistake: Mistake) -> bool {
    // Without the black box the compiler would know the digits.
    std::hint::black_box(&CHOICE).last_chunk() == Some(&mistake.number())
}

/// Whether this component leaves `omission` out.
fn omits(omission: Omission) -> bool {
    std::hint::black_box(&CHOICE).last_chunk() == Some(&omission.sign())
}

fn configured<T>(f: impl FnOnce(&Config) -> T) -> Option<T> {
    CONFIG.with_borrow(|config| match config {
        Some(config) => Some(f(config)),
        None if wrong(Mistake::AnswersUnconfigured) => Some(f(&Config::default())),
        None => None,
    })
}

/// A text in both languages.
fn text(en: &str, zh_cn: &str) -> Text {
    Text { en: en.to_owned(), zh_cn: zh_cn.to_owned() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Guest for Engine {
    fn describe() -> Description {
        describe::description()
    }

    fn configure(settings: Vec<Setting>) -> Result<Configured, Vec<SettingProblem>> {
        if wrong(Mistake::CallsOutInConfigure) {
            callback::call_out();
        }
        let (config, configured) = settings::read(&settings)?;
        CONFIG.set(Some(config));
        Ok(configured)
    }

    fn handle_callback(request: CallbackRequest) -> CallbackOutcome {
        configured(|config| callback::handle(config, &request)).unwrap_or_else(callback::not_configured)
    }

    fn resolve_user(account: Account, depth: Depth) -> Result<Member, MappingProblem> {
        configured(|config| match depth {
            Depth::Mapping => people::map(config, &account),
            Depth::Confirmed => people::confirm(config, &account),
        })
        .unwrap_or_else(|| Err(people::problem("", &account, MappingProblemKind::NotConfigured, None)))
    }

    fn submit(request: SubmissionRequest) -> Result<Submission, SubmitProblem> {
        configured(|config| submit::submit(config, &request)).unwrap_or(Err(SubmitProblem::NotConfigured))
    }
}

impl tracking::Guest for Engine {
    fn fetch(id: String) -> Result<Approval, tracking::TrackingProblem> {
        configured(|config| track::fetch(config, &id))
            .unwrap_or(Err(tracking::TrackingProblem::NotConfigured))
    }

    fn find_submission(
        query: tracking::SubmissionQuery,
    ) -> Result<Option<String>, tracking::TrackingProblem> {
        configured(|config| track::find(config, &query))
            .unwrap_or(Err(tracking::TrackingProblem::NotConfigured))
    }

    fn list_submitted(
        window: tracking::Window,
        cursor: Option<String>,
    ) -> Result<tracking::Page, tracking::TrackingProblem> {
        configured(|config| track::list(config, window, cursor.as_deref()))
            .unwrap_or(Err(tracking::TrackingProblem::NotConfigured))
    }
}

impl diagnostics::Guest for Engine {
    fn check(_: diagnostics::CheckOptions) -> Vec<diagnostics::Finding> {
        configured(check::check).unwrap_or_default()
    }

    fn provision() -> Result<Vec<Setting>, diagnostics::ProvisionProblem> {
        configured(provision::provision).unwrap_or(Err(diagnostics::ProvisionProblem::NotConfigured))
    }
}

impl image::Guest for Engine {
    fn save() -> Option<Vec<u8>> {
        if wrong(Mistake::SavesWhatIsNotThere) {
            return Some(CONFIG.with_borrow(Option::clone).unwrap_or_default().image());
        }
        let image = configured(Config::image);
        if wrong(Mistake::ForgetsWhatItSaves) {
            CONFIG.set(None);
        }
        image
    }

    fn restore(image: Vec<u8>) -> bool {
        if wrong(Mistake::RefusesItsImage) {
            return false;
        }
        let config = Config::of_image(&image);
        if config.is_none() && wrong(Mistake::TrapsOnAStrangeImage) {
            std::process::abort();
        }
        let taken = config.is_some() || wrong(Mistake::TakesAnyImage);
        if config.is_some() {
            CONFIG.set(config);
        }
        taken
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
