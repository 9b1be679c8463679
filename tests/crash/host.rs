//! A host as a process of its own: the WeCom engine, the tracker, a SQLite file. The crash test kills it.
//!
//! `crash-host STORE WECOM SECONDS CODE` does one round and ends: submit the one request, reconcile, take callbacks,
//! settle, carry out the outbox. `WECOM` is where the fake listens, `SECONDS` what this host's clock shows, `CODE` where
//! compiled engines are kept. Before each thing it does, it says so in a line on stdout, and goes on when a line comes back
//! on stdin.
#![expect(clippy::expect_used, reason = "a host that cannot go on ends here, and its parent fails the test")]

use std::path::Path;
use std::sync::Arc;

use approval_tracker::{Budget, HostKey, Key, Outcome, Policy, Request, Store as _, StoreError, Tracker};
use approval_tracker_sqlite::SqliteStore;
use conformance::stepping::Stepping;
use conformance::{crash_wire, props};
use fake_wecom::setup::member;
use host_harness::clock::ManualClock;
use host_harness::contract::{CallbackRequest, Disposition, SubmissionRequest};
use host_harness::log::TracingLog;
use host_harness::outbound::https::Https;
use host_harness::pace::{Pace, Quota};
use host_harness::tokens::MemoryTokens;
use host_harness::{Allocation, CodeCache, Grant, Runtime, Services, Tenant};

use announced::Announced;
use parent::Parent;

mod announced;
mod parent;

struct Host {
    tracker: Tracker<Stepping<SqliteStore, Parent>>,
    tenant: Tenant,
    parent: Parent,
    now: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StoreError> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, store, wecom, now, code] = arguments.as_slice() else {
        return Err(StoreError::unavailable("usage: crash-host STORE WECOM SECONDS CODE"));
    };
    let now = now.parse().expect("seconds");
    Host::start(Path::new(store), wecom, now, Path::new(code)).await.round().await
}

impl Host {
    async fn start(store: &Path, wecom: &str, now: u64, code: &Path) -> Self {
        let (parent, clock) = (Parent, Arc::new(ManualClock::at(now)));
        let services = Services {
            outbound: Arc::new(Announced(Https::new().expect("a client"), parent)),
            tokens: Arc::new(MemoryTokens::new(clock.clone())),
            log: Arc::new(TracingLog),
            pace: Arc::new(Pace::new(clock, Quota::default())),
        };
        let code = CodeCache::open(code).expect("a directory of its own");
        let limits = conformance::limits();
        let runtime =
            Runtime::with_code_cache(limits, &Allocation::OnDemand, services, code).expect("a runtime");
        let engine = runtime.load(wecom_component::WECOM_ENGINE).await.expect("the WeCom engine");
        let settings = props::settings().with("api-base-url", wecom);
        let grant = Grant { loopback: true, ..Grant::trusting_description(&engine, &settings) };
        let tenant = engine.tenant(crash_wire::TENANT, &settings, &grant);
        let store = Stepping::new(SqliteStore::open(store).await.expect("a store"), parent);
        Self {
            tracker: Tracker::new(store, Policy::default(), HostKey::new(&crash_wire::HOST_KEY)),
            tenant,
            parent,
            now,
        }
    }

    async fn round(&self) -> Result<(), StoreError> {
        self.submit().await?;
        let engine = |_: &Request| Some(self.tenant.clone());
        self.tracker.reconcile(engine, &Budget::default(), self.now).await?;
        self.carry_out().await?;
        self.take_callbacks().await?;
        self.tracker.settle(engine, self.now).await?;
        self.carry_out().await
    }

    async fn submit(&self) -> Result<(), StoreError> {
        let key = Key { tenant: crash_wire::TENANT.into(), number: crash_wire::NUMBER.into() };
        let route = props::steps(&[member::LI_SI]);
        let request = SubmissionRequest { route, ..props::request(crash_wire::NUMBER) };
        self.tracker.submit_once(&self.tenant, &key, &request, self.now).await.map(drop)
    }

    /// WeCom gets its answer once what it told is stored.
    async fn take_callbacks(&self) -> Result<(), StoreError> {
        let callbacks: Vec<crash_wire::Callback> =
            serde_json::from_str(&self.parent.tell(crash_wire::CALLBACKS)).expect("callbacks");
        for callback in callbacks {
            let request = CallbackRequest {
                method: callback.method,
                query: callback.query,
                headers: Vec::new(),
                body: callback.body.into_bytes(),
                received_at: self.now,
            };
            let outcome = self.tenant.handle_callback(&request).await.expect("a verdict");
            if let Disposition::Accepted(events) = &outcome.disposition {
                self.tracker.receive(crash_wire::TENANT, events, self.now).await?;
            }
            self.parent.tell(&format!("{}{}", crash_wire::ANSWER, outcome.response.status));
        }
        Ok(())
    }

    /// The product acts on a message, and only then it leaves the outbox.
    async fn carry_out(&self) -> Result<(), StoreError> {
        for message in self.tracker.store().outbox().await? {
            match message.outcome {
                Outcome::SubmitAgain => self.submit().await?,
                decision @ (Outcome::Approved
                | Outcome::Rejected
                | Outcome::Withdrawn
                | Outcome::Deleted
                | Outcome::Expired
                | Outcome::Revoked) => {
                    let decision = format!("{}{} {decision:?}", crash_wire::DECIDE, message.key.number);
                    self.parent.tell(&decision);
                }
            }
            self.tracker.store().acknowledge(&message).await?;
        }
        Ok(())
    }
}
