//! One call: a fresh store and instance, configured, used once, dropped.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};
use wasmtime::component::InstancePre;
use wasmtime::{PoolConcurrencyLimitError, Store, Trap, UpdateDeadline};
use zeroize::Zeroizing;

use crate::bindings::exports::idaas::approval::{approval_engine, approval_tracking, engine_diagnostics};
use crate::call::functions::Functions;
use crate::contract::{APPROVAL_TRACKING, ENGINE_DIAGNOSTICS, Setting, SettingProblem};
use crate::error::{CallError, CallFailure};
use crate::fuel::FuelGauge;
use crate::limits::{Exceeded, Meters, TOTAL_MEMORY};
use crate::log::{self, Level, Line, Writer};
use crate::pace::verdict::SpeaksOfProvider;
use crate::pace::{Hold, Turn};
use crate::replay::Tape;
use crate::runtime::{Runtime, Services, one_line};
use crate::state::{CallState, Identity, Purity};
use crate::tenant::with_unfit;
use crate::timers;

mod functions;
mod image;

pub(crate) use functions::Images;
pub(crate) use image::Image;

/// Where an engine's interfaces are among its exports. The first every engine has.
pub(crate) struct Indices {
    engine: approval_engine::GuestIndices,
    functions: Functions,
    pub(crate) tracking: Option<approval_tracking::GuestIndices>,
    pub(crate) diagnostics: Option<engine_diagnostics::GuestIndices>,
}

impl Indices {
    /// Finds them. An interface that is there without one of its functions is an error; one that is missing is not,
    /// but for the first.
    pub(crate) fn new(pre: &InstancePre<CallState>) -> wasmtime::Result<Self> {
        let there = |interface| pre.component().get_export_index(None, interface).is_some();
        let tracking = there(APPROVAL_TRACKING);
        let diagnostics = there(ENGINE_DIAGNOSTICS);
        Ok(Self {
            engine: approval_engine::GuestIndices::new(pre)?,
            functions: Functions::find(pre.component())?,
            tracking: tracking.then(|| approval_tracking::GuestIndices::new(pre)).transpose()?,
            diagnostics: diagnostics.then(|| engine_diagnostics::GuestIndices::new(pre)).transpose()?,
        })
    }

    /// The functions of `configuration-image`.
    pub(crate) const fn images(&self) -> Option<&Images> {
        self.functions.images.as_ref()
    }

    /// Compares the types of all functions with ours, which wasmtime does in an instance alone.
    pub(crate) fn compare(
        &self,
        store: &mut Store<CallState>,
        instance: &wasmtime::component::Instance,
    ) -> wasmtime::Result<()> {
        self.engine.load(&mut *store, instance)?;
        self.functions.compare(store, instance)?;
        if let Some(tracking) = &self.tracking {
            tracking.load(&mut *store, instance)?;
        }
        if let Some(diagnostics) = &self.diagnostics {
            diagnostics.load(&mut *store, instance)?;
        }
        Ok(())
    }
}

/// A fresh instance, by its types and by its names.
pub(crate) struct Callee<'a> {
    indices: &'a Indices,
    pub(crate) instance: wasmtime::component::Instance,
}

impl Callee<'_> {
    /// The interface that every engine has. Compares the types of all its functions.
    pub(crate) fn approval_engine(
        &self,
        store: &mut Store<CallState>,
    ) -> wasmtime::Result<approval_engine::Guest> {
        self.indices.engine.load(store, &self.instance)
    }

    /// Reads a callback.
    pub(crate) async fn handle_callback(
        &self,
        store: &mut Store<CallState>,
        request: &approval_engine::CallbackRequest,
    ) -> wasmtime::Result<approval_engine::CallbackOutcome> {
        let function = self.indices.functions.handle_callback.of(store, &self.instance)?;
        let (outcome,) = function.call_async(store, (request,)).await?;
        Ok(outcome)
    }

    /// Checks the settings, and keeps the image of what the engine has made of them. Without one there is a verdict all
    /// the same.
    pub(crate) async fn configure(
        &self,
        store: &mut Store<CallState>,
        settings: &[Setting],
        image: Option<&Image>,
    ) -> wasmtime::Result<Result<approval_engine::Configured, Vec<approval_engine::SettingProblem>>> {
        let function = self.indices.functions.configure_and_read.of(store, &self.instance)?;
        let (configured,) = function.call_async(&mut *store, (settings,)).await?;
        if configured.is_ok()
            && let Err(error) = self.keep_image(store, image).await
        {
            let reason = vec![(String::from("reason"), one_line(&error))];
            store.data_mut().note(Level::Warn, "image-not-saved", reason);
        }
        Ok(configured)
    }

    /// Configures the engine for the call that follows: by the image if there is one, and if not, there is one
    /// afterwards. Without a place for images the settings alone count.
    async fn prepare(
        &self,
        store: &mut Store<CallState>,
        settings: &[Setting],
        image: Option<&Image>,
    ) -> wasmtime::Result<Result<(), Vec<approval_engine::SettingProblem>>> {
        if let Some((image, images)) = image.zip(self.indices.images())
            && let Some(kept) = image.get()
        {
            // Whoever comes to no end here ends one call, and not all that come after it.
            let attempt = image.attempt();
            if self.restore_image(store, images, kept).await? {
                attempt.succeeded();
                return Ok(Ok(()));
            }
        }
        if image.is_some_and(Image::was_given_up) {
            store.data_mut().note(Level::Warn, "image-given-up", Vec::new());
        }
        let function = self.indices.functions.configure.of(store, &self.instance)?;
        let (configured,) = function.call_async(&mut *store, (settings,)).await?;
        if configured.is_ok() {
            self.keep_image(store, image).await?;
        }
        Ok(configured.map(|_unread| ()))
    }

    /// Asks for the image of the configuration that the instance has: once for a tenant, whether it comes to an end or not.
    async fn keep_image(&self, store: &mut Store<CallState>, image: Option<&Image>) -> wasmtime::Result<()> {
        let untried = image.zip(self.indices.images()).filter(|(image, _)| image.is_untried());
        let Some((image, images)) = untried else { return Ok(()) };
        let attempt = image.attempt();
        let saved = self.save_image(store, images).await?;
        if let Some(bytes) = saved.as_ref().map(|saved| saved.len()).filter(|bytes| *bytes > Image::LIMIT) {
            let told = [("bytes", bytes), ("limit", Image::LIMIT)];
            let told = told.map(|(name, bytes)| (name.to_owned(), bytes.to_string()));
            store.data_mut().note(Level::Warn, "image-too-long", told.to_vec());
        }
        image.keep(saved);
        attempt.succeeded();
        Ok(())
    }

    /// The image of the instance's configuration; `None` when it has none.
    pub(crate) async fn save_image(
        &self,
        store: &mut Store<CallState>,
        images: &Images,
    ) -> wasmtime::Result<Option<Zeroizing<Vec<u8>>>> {
        let (image,) = images.save.of(store, &self.instance)?.call_async(store, ()).await?;
        Ok(image.map(Zeroizing::new))
    }

    /// Configures the instance by an image. `false` when the engine takes it for none.
    pub(crate) async fn restore_image(
        &self,
        store: &mut Store<CallState>,
        images: &Images,
        image: &[u8],
    ) -> wasmtime::Result<bool> {
        let (restored,) = images.restore.of(store, &self.instance)?.call_async(store, (image,)).await?;
        Ok(restored)
    }
}

/// What a call needs.
pub(crate) struct Call<'a> {
    pub(crate) runtime: &'a Runtime,
    pub(crate) services: &'a Services,
    pub(crate) pre: &'a InstancePre<CallState>,
    pub(crate) indices: &'a Indices,
    pub(crate) identity: Arc<Identity>,
    pub(crate) purity: Purity,
    /// The instance is configured by these first.
    pub(crate) settings: Option<&'a [Setting]>,
    /// What of the settings the engine does not get. With any, the call ends there.
    pub(crate) unfit: &'a [SettingProblem],
    /// Or gets back what the engine has made of them before. Not for a recorded call: settings are what is recorded.
    pub(crate) image: Option<&'a Image>,
    /// What the imports are asked and answer is written down here, or comes from here.
    pub(crate) tape: Option<Arc<Tape>>,
}

impl Call<'_> {
    /// Runs `function` on a fresh instance, within every limit.
    pub(crate) async fn run<T, F>(&self, function: F) -> Result<T, CallError>
    where
        T: SpeaksOfProvider,
        F: AsyncFnOnce(&mut Store<CallState>, &Callee<'_>) -> wasmtime::Result<T>,
    {
        timers::require()?;
        let meters = Arc::new(Meters::new(&self.runtime.0.limits, self.runtime.0.slots.memory.clone()));
        let (setting, limit) = self.wall_clock();
        let ends_at = Instant::now() + limit;
        let done = async {
            // The tenant's own place first: while it waits for that, it holds none of the others'.
            let own = self.identity.slots.of(self.purity);
            let Ok(Ok(_own)) = timeout_at(ends_at, own.acquire()).await else {
                return Err(CallFailure::Overloaded { setting: "limits.tenant_calls" });
            };
            let _turn = self.turn(ends_at).await?;
            // The pool refuses what it has no slot for. Waiting here makes a queue of it.
            let slots = self.runtime.0.slots.of(self.purity);
            let Ok(Ok(_slot)) = timeout_at(ends_at, slots.acquire()).await else {
                return Err(CallFailure::Overloaded { setting: "limits.concurrent_calls" });
            };
            // In a box, or its kilobytes would be moved from each of these futures into the next.
            let work = Box::pin(self.run_unlimited(&meters, ends_at, function));
            timeout_at(ends_at, meters.cpu.counting(work))
                .await
                .unwrap_or(Err(CallFailure::TimedOut { setting, limit }))
        };
        let done = done.await;
        let requests_sent = meters.requests.load(Ordering::Relaxed);
        // Without a request it was not the provider who spoke.
        if let Ok(verdict) = &done
            && requests_sent > 0
        {
            if let Some(wait) = verdict.wait() {
                self.services.pace.close(self.identity.credential, wait);
            }
            if verdict.proves_the_credential() {
                self.unblock().await;
            }
        }
        done.map_err(|error| CallError { error, requests_sent })
    }

    /// Lifts what is blocked. The call has its verdict, so nothing that the cache does may keep that back.
    async fn unblock(&self) {
        const PATIENCE: Duration = Duration::from_secs(1);
        let unblocking = self.services.tokens.unblock(self.identity.scope);
        if timeout(PATIENCE, unblocking).await.is_ok() {
            return;
        }
        let line = Line {
            writer: Writer::Host,
            engine: self.identity.engine.clone(),
            tenant: self.identity.tenant.clone(),
            level: Level::Warn,
            event: String::from("unblock-timed-out"),
            fields: vec![(String::from("seconds"), PATIENCE.as_secs().to_string())],
            secrets_masked: 0,
        };
        log::give(&*self.services.log, &line);
    }

    /// The credential's turn, for calls that reach out.
    async fn turn(&self, ends_at: Instant) -> Result<Option<Turn>, Hold> {
        Ok(match self.purity {
            Purity::Pure => None,
            Purity::Outbound => {
                let Identity { credential, tenant, .. } = &*self.identity;
                Some(self.services.pace.turn(*credential, tenant, ends_at).await?)
            }
        })
    }

    fn wall_clock(&self) -> (&'static str, Duration) {
        let limits = &self.runtime.0.limits;
        match self.purity {
            Purity::Pure => ("limits.pure_call", limits.pure_call),
            Purity::Outbound => ("limits.outbound_call", limits.outbound_call),
        }
    }

    async fn run_unlimited<T, F>(
        &self,
        meters: &Arc<Meters>,
        ends_at: Instant,
        function: F,
    ) -> Result<T, CallFailure>
    where
        F: AsyncFnOnce(&mut Store<CallState>, &Callee<'_>) -> wasmtime::Result<T>,
    {
        let mut store = self.store(meters.clone(), ends_at);
        let Some(gauge) = &self.runtime.0.fuel_gauge else {
            return self.run_in(&mut store, function).await;
        };
        let host = |error| CallFailure::Host { reason: one_line(&error) };
        FuelGauge::fill(&mut store).map_err(host)?;
        let done = self.run_in(&mut store, function).await;
        gauge.read(&store).map_err(host)?;
        done
    }

    async fn run_in<T, F>(&self, store: &mut Store<CallState>, function: F) -> Result<T, CallFailure>
    where
        F: AsyncFnOnce(&mut Store<CallState>, &Callee<'_>) -> wasmtime::Result<T>,
    {
        let host = |error: &wasmtime::Error| CallFailure::Host { reason: one_line(error) };
        let instance =
            self.pre.instantiate_async(&mut *store).await.map_err(|error| failure(&error, host))?;
        let callee = Callee { indices: self.indices, instance };
        // From here on the engine runs. The imports fail in one way alone, which has a type, so what has none is what
        // wasmtime ends a call for: a text that is no text, a case that there is not.
        let failed =
            |error: wasmtime::Error| failure(&error, |error| CallFailure::Trapped { trap: one_line(error) });
        if let Some(settings) = self.settings {
            // `configure` reaches nothing, whatever it stands in front of.
            store.data_mut().purity = Purity::Pure;
            let configured = callee.prepare(store, settings, self.image).await.map_err(failed)?;
            with_unfit(configured, self.unfit).map_err(CallFailure::Configuration)?;
            store.data_mut().purity = self.purity;
        }
        function(store, &callee).await.map_err(failed)
    }

    fn store(&self, meters: Arc<Meters>, ends_at: Instant) -> Store<CallState> {
        let shared = &self.runtime.0;
        let limits = shared.limits.clone();
        let copied_bytes = limits.copied_bytes;
        let state = CallState::new(
            self.identity.clone(),
            self.services.clone(),
            limits,
            self.purity,
            ends_at,
            meters.clone(),
            self.tape.clone(),
        );
        let mut store = Store::new(&shared.engine, state);
        store.limiter(|state| &mut state.space);
        store.set_hostcall_fuel(copied_bytes);
        // Looked at each tick that passes while the engine computes. tokio's own yield lets sockets and timers have
        // their turn as well, which a task that only wakes itself would put off.
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            meters.cpu.check()?;
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        store
    }
}

/// The one place where wasmtime's errors get a meaning.
fn failure(error: &wasmtime::Error, otherwise: fn(&wasmtime::Error) -> CallFailure) -> CallFailure {
    if error.is::<PoolConcurrencyLimitError>() {
        return CallFailure::Overloaded { setting: "limits.concurrent_calls" };
    }
    match error.downcast_ref() {
        Some(&Exceeded(setting @ TOTAL_MEMORY)) => return CallFailure::Overloaded { setting },
        Some(&Exceeded(setting)) => return CallFailure::Limit { setting },
        None => {}
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => CallFailure::Limit { setting: "limits.stack_bytes" },
        Some(trap) => CallFailure::Trapped { trap: trap.to_string() },
        // wasmtime 48 keeps this error's type to itself (`HostcallFuelExhausted`), and no limiter sees the sizes of
        // lists and texts before wasmtime has copied them. A test fails when the sentence changes.
        None if error.to_string().contains("fuel allocated for hostcalls has been exhausted") => {
            CallFailure::Limit { setting: "limits.copied_bytes" }
        }
        None => otherwise(error),
    }
}
