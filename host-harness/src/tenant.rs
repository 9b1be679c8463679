//! An engine with one tenant's settings: what an IDaaS host calls.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use wasmtime::component::Val;

use crate::call::{Call, Image};
use crate::contract::{
    Account, CallbackOutcome, CallbackRequest, Configured, Depth, MappingProblem, Member, Setting,
    SettingProblem, Submission, SubmissionRequest, SubmitProblem,
};
use crate::egress::{Egress, Origin, PathPrefix};
use crate::engine::ApprovalEngine;
use crate::error::{CallError, CallFailure};
use crate::json;
use crate::limits::Limits;
use crate::replay::Tape;
use crate::secret::Secret;
use crate::settings::{Passed, Settings, Split};
use crate::state::{Identity, Purity};
use crate::tokens::Scope;

mod plain_http;
mod tracked;

/// What the operator lets a tenant's engine reach. By default nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// The origins it may call.
    pub origins: BTreeSet<Origin>,
    /// Origins among them of which it may call these paths alone. The others it may call whole.
    pub paths: BTreeMap<Origin, BTreeSet<PathPrefix>>,
    /// Those among them that may lie on private addresses.
    pub private_origins: BTreeSet<Origin>,
    /// Whether loopback is allowed. For tests and demonstrations.
    pub loopback: bool,
}

impl Grant {
    /// A convenience that trusts the engine's author and the tenant's administrator: it grants the origins that this
    /// engine's description and these settings [name](ApprovalEngine::origins), whatever they are. An operator who does
    /// not trust both reads that list, and grants what is right of it in [`origins`](Self::origins).
    #[must_use]
    pub fn trusting_description(engine: &ApprovalEngine, settings: &Settings) -> Self {
        Self { origins: engine.origins(settings), ..Self::default() }
    }
}

/// One tenant of one engine. Cheap to clone. Every call runs on an instance of its own.
#[derive(Clone)]
pub struct Tenant {
    engine: ApprovalEngine,
    settings: Arc<Passed>,
    /// What of the settings the engine does not get. As long as there is any, no call goes further than `configure`.
    unfit: Arc<[SettingProblem]>,
    /// What the engine has made of them. Shared, as they are, by all clones.
    image: Option<Arc<Image>>,
    configures: bool,
    identity: Arc<Identity>,
    revision: u64,
}

impl Tenant {
    pub(crate) fn new(engine: ApprovalEngine, id: &str, settings: &Settings, grant: &Grant) -> Self {
        let description = engine.description();
        let Split { passed, held, unfit, secrets, unseen } = settings.split(description);
        let scope = Scope::of(
            [description.id.as_str(), id]
                .into_iter()
                .chain(settings.iter().flat_map(|(key, value)| [key, value.expose()])),
        );
        let credential = credential(&description.id, &held).unwrap_or(scope);
        let identity = Identity {
            engine: description.id.clone(),
            tenant: id.to_owned(),
            scope,
            credential,
            held,
            secrets,
            unseen,
            egress: Egress {
                origins: grant.origins.clone(),
                paths: grant.paths.clone(),
                private_origins: grant.private_origins.clone(),
                loopback: grant.loopback,
            },
            slots: engine.loaded.runtime.0.tenants.of(&description.id, id),
        };
        Self {
            engine,
            settings: Arc::new(passed),
            unfit: unfit.into(),
            image: Some(Arc::default()),
            configures: true,
            identity: Arc::new(identity),
            revision: 0,
        }
    }

    /// The same tenant, its settings being the host's revision of this number. Requests that are submitted here are
    /// pinned to it. Without a call, it is revision 0.
    #[must_use]
    pub fn at_revision(mut self, revision: u64) -> Self {
        self.revision = revision;
        self
    }

    /// Which revision of the host's settings this is.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// A tenant whose imports are answered by a recording: it may reach nothing.
    pub(crate) fn for_replay(engine: ApprovalEngine, settings: Vec<Setting>) -> Self {
        Self {
            settings: Arc::new(settings.into()),
            ..Self::new(engine, "replay", &Settings::new(), &Grant::default())
        }
    }

    /// What `configure` is called with. Holds secrets.
    pub(crate) fn passed_settings(&self) -> &[Setting] {
        &self.settings
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &ApprovalEngine {
        &self.engine
    }

    /// Where this tenant's tokens are kept: to [forget](crate::tokens::TokenCache::forget) them.
    #[must_use]
    pub fn token_scope(&self) -> Scope {
        self.identity.scope
    }

    /// How many seconds the provider's clock is ahead of the host's, by its last answer to a call with this tenant's
    /// credential and the time that has passed since. `None` when none has told yet, or long ago, and when it told a
    /// difference of more than a day.
    #[must_use]
    pub fn clock_skew(&self) -> Option<i64> {
        self.engine.services.pace.skew(self.identity.credential)
    }

    /// The same tenant whose calls skip `configure`: misuse, for a test of what the engine answers then.
    #[must_use]
    pub fn without_configure(&self) -> Self {
        Self { configures: false, ..self.clone() }
    }

    /// The same tenant, whose settings are checked for each call although the engine gives images: to measure what an
    /// image saves.
    #[must_use]
    pub fn without_image(&self) -> Self {
        Self { image: None, ..self.clone() }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.engine.loaded.runtime.0.limits
    }

    fn call(&self, purity: Purity) -> Call<'_> {
        Call {
            runtime: &self.engine.loaded.runtime,
            services: &self.engine.services,
            pre: &self.engine.loaded.pre,
            indices: &self.engine.loaded.indices,
            identity: self.identity.clone(),
            purity,
            settings: self.configures.then_some(self.passed_settings()),
            unfit: &self.unfit,
            image: self.image.as_deref(),
            tape: None,
        }
    }

    /// Checks the settings. The host calls it before it saves them. Problems that the host itself has with them, because
    /// the engine does not get a value, come before the engine's own. Where the engine
    /// [gives an image](ApprovalEngine::offers_images) of what it has made of them, calls from here on are configured
    /// by that.
    ///
    /// The problems are the engine's, or the host's own: settings that lead to plain http are refused here, unless it
    /// is to this machine and [`Grant::loopback`] allows that.
    ///
    /// # Errors
    /// - [`CallError`]: the engine gave no verdict.
    pub async fn configure(&self) -> Result<Result<Configured, Vec<SettingProblem>>, CallError> {
        let verdict = Call { settings: None, ..self.call(Purity::Pure) }
            .run(async |store, callee| {
                callee.configure(store, self.passed_settings(), self.image.as_deref()).await
            })
            .await?;
        let given = plain_http::texts(self.passed_settings());
        let verdict = with_unfit(verdict, &self.unfit);
        Ok(verdict.and_then(|configured| plain_http::refused(configured, &given, &self.identity.egress)))
    }

    /// Reads a request that reached the callback address. The host stores accepted events and only then sends the
    /// response.
    ///
    /// # Errors
    /// - [`CallError`]: the engine gave no verdict. The host answers 503 and the provider sends it again.
    pub async fn handle_callback(&self, request: &CallbackRequest) -> Result<CallbackOutcome, CallError> {
        let headers = request.headers.iter().map(|header| header.name.len() + header.value.len());
        let size = request.query.len() + request.body.len() + headers.sum::<usize>();
        if size > self.limits().callback_bytes {
            return Err(CallFailure::Limit { setting: "limits.callback_bytes" }.into());
        }
        self.call(Purity::Pure).run(async |store, callee| callee.handle_callback(store, request).await).await
    }

    /// Finds the member for an account.
    ///
    /// # Errors
    /// - [`CallError`]: the engine gave no verdict.
    pub async fn resolve_user(
        &self,
        account: &Account,
        depth: Depth,
    ) -> Result<Result<Member, MappingProblem>, CallError> {
        let purity = match depth {
            Depth::Mapping => Purity::Pure,
            Depth::Confirmed => Purity::Outbound,
        };
        self.call(purity)
            .run(async |store, callee| {
                callee.approval_engine(store)?.call_resolve_user(store, account, depth).await
            })
            .await
    }

    /// Submits one approval.
    ///
    /// # Errors
    /// - [`CallError`]: the engine gave no verdict. When its `requests_sent` is not 0, treat it like
    ///   `unknown-outcome`: look the key up before anything else.
    pub async fn submit(
        &self,
        request: &SubmissionRequest,
    ) -> Result<Result<Submission, SubmitProblem>, CallError> {
        self.call(Purity::Outbound)
            .run(async |store, callee| callee.approval_engine(store)?.call_submit(store, request).await)
            .await
    }

    /// Calls any function of the contract by name, but those of `configuration-image`, whose results are nobody's to see.
    /// Arguments and result are JSON in the contract's own names; see [`json`](mod@json) for the mapping. `configure`
    /// without an argument takes the tenant's own settings, and refuses as [`configure`](Self::configure) does.
    ///
    /// # Errors
    /// - [`CallError`] with [`CallFailure::Input`]: there is no such function, or an argument does not fit.
    /// - [`CallError`]: the engine gave no verdict.
    pub async fn call_json(&self, function: &str, arguments: &Value) -> Result<Value, CallError> {
        let result = self.run_json(&self.prepare_json(function, arguments)?, None).await?;
        if function != "configure" {
            return Ok(result);
        }
        let own = arguments.is_null().then(|| json::settings(self.passed_settings()));
        Ok(plain_http::refused_json(result, own.as_ref().unwrap_or(arguments), &self.identity.egress))
    }

    /// What of the settings the engine does not get.
    pub(crate) fn unfit(&self) -> &[SettingProblem] {
        &self.unfit
    }

    /// Finds the function and reads its arguments.
    pub(crate) fn prepare_json(&self, function: &str, arguments: &Value) -> Result<PreparedJson, CallError> {
        let found = json::Function::find(&self.engine.loaded.component, function)?;
        if found.is_too_large_a_callback(arguments, self.limits().callback_bytes) {
            return Err(CallFailure::Limit { setting: "limits.callback_bytes" }.into());
        }
        let purity = if found.is_pure(arguments) { Purity::Pure } else { Purity::Outbound };
        let own_settings = function == "configure" && arguments.is_null();
        let arguments = if own_settings {
            found.arguments(&json::settings(self.passed_settings()))?
        } else {
            found.arguments(arguments)?
        };
        Ok(PreparedJson { found, purity, arguments, own_settings })
    }

    /// Does what was prepared.
    pub(crate) async fn run_json(
        &self,
        prepared: &PreparedJson,
        tape: Option<Arc<Tape>>,
    ) -> Result<Value, CallError> {
        let PreparedJson { found, purity, arguments, own_settings } = prepared;
        let image = self.image.as_deref().filter(|_| tape.is_none());
        let mut call = Call { tape, image, ..self.call(*purity) };
        if found.configures_itself() {
            call.settings = None;
        }
        let answer =
            call.run(async |store, callee| found.call(store, &callee.instance, arguments).await).await?;
        Ok(if *own_settings { json::with_problems(answer, &self.unfit) } else { answer })
    }
}

/// A verdict on settings of which the engine does not get all.
pub(crate) fn with_unfit<T>(
    verdict: Result<T, Vec<SettingProblem>>,
    unfit: &[SettingProblem],
) -> Result<T, Vec<SettingProblem>> {
    match verdict {
        Ok(sound) if unfit.is_empty() => Ok(sound),
        Ok(_) => Err(unfit.to_vec()),
        Err(problems) => Err(unfit.iter().cloned().chain(problems).collect()),
    }
}

/// What a provider knows the calls by: the secrets they carry, whichever tenant it is that has them. An engine without
/// secrets gives nothing to tell by.
fn credential(engine: &str, held: &BTreeMap<String, Secret>) -> Option<Scope> {
    let secrets = held.iter().flat_map(|(key, secret)| [key, secret.expose()]);
    (!held.is_empty()).then(|| Scope::of([engine, "credential"].into_iter().chain(secrets)))
}

/// A call by name that fits its function.
pub(crate) struct PreparedJson {
    found: json::Function,
    purity: Purity,
    arguments: Vec<Val>,
    /// `configure` with the tenant's own settings.
    own_settings: bool,
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("engine", &self.identity.engine)
            .field("tenant", &self.identity.tenant)
            .field("egress", &self.identity.egress)
            .finish_non_exhaustive()
    }
}
