//! One request from its submission to its decision, whatever becomes of the host in between.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};

use approval_tracker::{Key, Request, State, Store as _};
use approval_tracker_sqlite::SqliteStore;
use conformance::{World, crash_wire};
use fake_wecom::setup::member;
use fake_wecom::{Delivered, DeliveryId, Effect, FormStatus};
use host_harness::clock::Clock as _;
use tempfile::TempDir;
use tokio::sync::mpsc;

use crate::child::{Host, Step};
use crate::provider::Provider;

/// How a host's round ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It did all it had to do.
    ByItself,
    /// It was killed before this.
    Killed(String),
}

impl Ended {
    pub(crate) fn killed(step: &str) -> Self {
        Self::Killed(step.to_owned())
    }
}

/// What outlives a host: WeCom, the file, and the product that hears of decisions.
pub(crate) struct Story {
    pub(crate) world: World,
    file: TempDir,
    code: PathBuf,
    decisions: Vec<String>,
    on_their_way: VecDeque<DeliveryId>,
}

impl Story {
    /// Compiled engines are kept in `code`, so that each host need not compile its own.
    pub(crate) async fn begin(code: &Path) -> Self {
        let world = World::new().await;
        world.save_address(&world.tenant()).await;
        let file = TempDir::new().unwrap();
        let code = code.to_owned();
        Self { world, file, code, decisions: Vec::new(), on_their_way: VecDeque::new() }
    }

    /// Runs a host, and kills it before the first step whose number and name `kill` accepts.
    pub(crate) async fn run_host(&mut self, mut kill: impl FnMut(usize, &str) -> bool) -> Ended {
        let (steps, mut next) = mpsc::unbounded_channel();
        let provider = Provider::serve(self.world.fake.clone(), steps.clone()).await;
        let path = self.path();
        let now = self.world.clock.now().as_secs().to_string();
        let (store, code) = (path.to_str().unwrap(), self.code.to_str().unwrap());
        let mut host = Host::start([store, &provider.url, &now, code], steps);
        for taken in 0.. {
            let step = next.recv().await.unwrap();
            let Some(name) = step.name().map(str::to_owned) else { break };
            if kill(taken, &name) {
                host.kill();
                self.leave_unanswered();
                return Ended::Killed(name);
            }
            match step {
                Step::Host(_) => host.answer(&self.told(&name)),
                Step::Provider(_, go) => go.send(()).unwrap(),
                Step::End => {}
            }
        }
        host.finish();
        Ended::ByItself
    }

    /// What the world does about a step of the host's, and its answer.
    fn told(&mut self, step: &str) -> String {
        if step == crash_wire::CALLBACKS {
            return self.callbacks();
        }
        if let Some(status) = step.strip_prefix(crash_wire::ANSWER) {
            let id = self.on_their_way.pop_front().unwrap();
            self.world.fake.report(id, Delivered { status: Some(status.parse().unwrap()) }).unwrap();
        }
        if let Some(decision) = step.strip_prefix(crash_wire::DECIDE) {
            self.decisions.push(decision.to_owned());
        }
        String::new()
    }

    /// The approver agrees to what there is, and WeCom delivers.
    fn callbacks(&mut self) -> String {
        for form in self.world.fake.forms() {
            if form.status == FormStatus::Pending {
                self.world.fake.agree(&form.sp_no, member::LI_SI, "ok").unwrap();
            }
        }
        let mut callbacks = Vec::new();
        for delivery in self.world.fake.due_deliveries(self.world.fake.now()) {
            self.on_their_way.push_back(delivery.id);
            callbacks.push(crash_wire::Callback {
                method: delivery.request.method().to_string(),
                query: delivery.request.uri().query().unwrap_or_default().to_owned(),
                body: String::from_utf8(delivery.request.into_body().to_vec()).unwrap(),
            });
        }
        serde_json::to_string(&callbacks).unwrap()
    }

    /// WeCom has no answer from a host that is dead, and sends again.
    fn leave_unanswered(&mut self) {
        for id in self.on_their_way.drain(..) {
            self.world.fake.report(id, Delivered { status: None }).unwrap();
        }
    }

    /// One form, bound, approved; one decision, told again only where the host could not remember having told it.
    pub(crate) async fn check(&self, first: &Ended) {
        let forms = self.world.fake.forms();
        let [form] = forms.as_slice() else { panic!("{first:?}: {} forms", forms.len()) };
        let submissions = self.world.fake.calls().into_iter().filter_map(|call| call.effect);
        let submissions = submissions.filter(|effect| matches!(effect, Effect::FormSubmitted { .. })).count();
        assert_eq!(submissions, 1, "{first:?}");

        let store = SqliteStore::open(&self.path()).await.unwrap();
        let key = Key { tenant: crash_wire::TENANT.into(), number: crash_wire::NUMBER.into() };
        let Request { state, approval_id, conflict, .. } = store.request(&key).await.unwrap().unwrap();
        assert_eq!((state, conflict), (State::Approved, false), "{first:?}");
        assert_eq!(approval_id.as_deref(), Some(form.sp_no.as_str()), "{first:?}");
        assert_eq!(store.outbox().await.unwrap(), [], "{first:?}");
        assert_eq!(store.settleable(self.world.clock.now().as_secs(), 1).await.unwrap(), [], "{first:?}");

        let told = if *first == Ended::killed("acknowledge Approved") { 2 } else { 1 };
        assert_eq!(self.decisions, vec!["REQ-1 Approved"; told], "{first:?}");
    }

    fn path(&self) -> PathBuf {
        self.file.path().join("approvals.sqlite")
    }
}
