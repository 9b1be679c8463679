//! An engine's time is looked at in every import. One that does nothing but call them may never pass an epoch check.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use crate::Services;
use crate::bindings::idaas::approval::{http, log, token_cache};
use crate::clock::ManualClock;
use crate::cpu::CpuMeter;
use crate::egress::{Egress, Origin};
use crate::limits::{Exceeded, Limits, Meters, TotalMemory};
use crate::log::{Line, LogSink};
use crate::outbound::InProcess;
use crate::pace::{Pace, Quota};
use crate::redact::Known;
use crate::secret::Secret;
use crate::slots::TenantSlots;
use crate::state::{CallState, Identity, Purity};
use crate::tokens::{MemoryTokens, Scope};

const PROVIDER: &str = "https://api.example.com";

const SECRET: &str = "S3CR3T/+of the tenant";

#[derive(Default)]
struct Lines(Mutex<Vec<Line>>);

impl LogSink for Lines {
    fn write(&self, line: &Line) {
        self.0.lock().unwrap().push(line.clone());
    }
}

impl Lines {
    fn events(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|line| line.event.clone()).collect()
    }
}

/// A call, and what it has done to others.
struct World {
    state: CallState,
    sent: Arc<AtomicU32>,
    lines: Arc<Lines>,
}

fn world(cpu: CpuMeter) -> World {
    answering(cpu, "")
}

/// With a provider that answers so.
fn answering(cpu: CpuMeter, body: &str) -> World {
    let body = Bytes::from(body.to_owned());
    let (sent, lines) = (Arc::<AtomicU32>::default(), Arc::<Lines>::default());
    let clock = Arc::new(ManualClock::at(0));
    let counting = sent.clone();
    let services = Services {
        outbound: Arc::new(InProcess::new(move |_| {
            counting.fetch_add(1, Ordering::Relaxed);
            Ok(::http::Response::new(body.clone()))
        })),
        tokens: Arc::new(MemoryTokens::new(clock.clone())),
        log: lines.clone(),
        pace: Arc::new(Pace::new(clock, Quota::default())),
    };
    let origins = BTreeSet::from([Origin::of(PROVIDER).unwrap()]);
    let identity = Identity {
        engine: String::from("toy"),
        tenant: String::from("acme"),
        scope: Scope::of([]),
        credential: Scope::of([]),
        held: BTreeMap::from([(String::from("secret"), Secret::new(SECRET))]),
        secrets: Known::of([&Secret::new(SECRET)]),
        unseen: Known::of([&Secret::new(SECRET)]),
        egress: Egress { origins, ..Egress::default() },
        slots: TenantSlots::new(Arc::default()).of("toy", "acme"),
    };
    let total_memory = Arc::new(TotalMemory::new(&Limits::default()));
    let meters = Meters { requests: AtomicU32::new(0), cpu, total_memory };
    let ends_at = Instant::now() + Duration::from_secs(600);
    let limits = Arc::new(Limits::default());
    let state = CallState::new(
        Arc::new(identity),
        services,
        limits,
        Purity::Outbound,
        ends_at,
        Arc::new(meters),
        None,
    );
    World { state, sent, lines }
}

/// Calls every import once and tells which of them ended the call at which limit.
async fn call_all(state: &mut CallState) -> HashMap<&'static str, Option<Exceeded>> {
    fn end<T>(called: wasmtime::Result<T>) -> Option<Exceeded> {
        called.err().map(|error| *error.downcast_ref().unwrap())
    }
    let request = http::Request {
        method: http::Method::Get,
        url: PROVIDER.to_owned(),
        headers: Vec::new(),
        body: None,
        secrets: Vec::new(),
    };
    let key = || String::from("api");
    HashMap::from([
        ("send", end(http::Host::send(state, request).await)),
        ("acquire", end(token_cache::Host::acquire(state, key(), None).await)),
        ("publish", end(token_cache::Host::publish(state, key(), String::from("T1"), 7_200).await)),
        ("block", end(token_cache::Host::block(state, key(), String::from("40001")).await)),
        ("write", end(log::Host::write(state, log::Level::Info, String::from("said"), Vec::new()))),
    ])
}

#[tokio::test]
async fn every_import_ends_a_call_whose_time_is_spent_and_does_nothing_more_for_it() {
    let mut world = world(CpuMeter::spent());
    for (import, end) in call_all(&mut world.state).await {
        assert_eq!(end, Some(Exceeded("limits.cpu")), "{import}");
    }
    assert_eq!(world.sent.load(Ordering::Relaxed), 0);
    assert!(world.state.leases.is_empty());
    assert_eq!(world.lines.events(), Vec::<String>::new());
}

#[tokio::test]
async fn with_time_left_every_import_does_its_work() {
    let mut world = world(CpuMeter::new(Duration::from_secs(600)));
    for (import, end) in call_all(&mut world.state).await {
        assert_eq!(end, None, "{import}");
    }
    assert_eq!(world.sent.load(Ordering::Relaxed), 1);
    assert_eq!(world.lines.events(), ["request", "said"]);
}

/// What a line says, and how many secrets the host has masked in it.
fn last(lines: &Lines) -> (String, usize) {
    let lines = lines.0.lock().unwrap();
    lines.last().map(|line| (line.to_string(), line.secrets_masked)).unwrap()
}

#[tokio::test]
async fn what_a_call_knows_is_masked_in_its_lines_whichever_way_it_is_written() {
    let mut world = world(CpuMeter::new(Duration::from_secs(600)));
    let state = &mut world.state;
    let key = || String::from("api");
    assert!(matches!(
        token_cache::Host::acquire(state, key(), Some(String::from("old-T0KEN-value"))).await.unwrap(),
        token_cache::Acquired::Lease
    ));
    token_cache::Host::publish(state, key(), String::from("new/T0KEN+value"), 7_200).await.unwrap();
    let field = |key: &str, value: &str| log::Field {
        key: key.to_owned(),
        value: log::Value::Text(value.to_owned()),
    };
    let fields = vec![
        field("token", "new/T0KEN+value"),
        field("url", "/x?t=new%2FT0KEN%2Bvalue&u=1"),
        field("json", r#"{"t":"new\/T0KEN\u002bvalue"}"#),
        // `user:` and the secret.
        field("basic", "dXNlcjpTM0NSM1QvK29mIHRoZSB0ZW5hbnQ="),
        field("old", "old-T0KEN-value"),
        field("other", "plain"),
    ];
    log::Host::write(state, log::Level::Info, String::from("S3CR3T/+of the tenant"), fields).unwrap();
    let said = "engine: \"***\" token=\"***\" url=\"/x?t=***&u=1\" json='{\"t\":\"***\"}' basic=\"***\" old=\"***\" \
                other=\"plain\"";
    assert_eq!(last(&world.lines), (said.to_owned(), 6));
}

/// The second net has the names that the call itself uses.
#[tokio::test]
async fn values_behind_the_names_of_secret_slots_are_masked() {
    let mut world = world(CpuMeter::new(Duration::from_secs(600)));
    let state = &mut world.state;
    let slot = |place| http::SecretSlot { setting: String::from("secret"), place };
    let request = http::Request {
        method: http::Method::Get,
        url: PROVIDER.to_owned(),
        headers: Vec::new(),
        body: None,
        secrets: vec![
            slot(http::SecretPlace::Query(String::from("corp_pass"))),
            slot(http::SecretPlace::Header(String::from("x-pass-phrase"))),
        ],
    };
    http::Host::send(state, request).await.unwrap().unwrap();
    let event = String::from("?CORP%5Fpass=other&a=1 X-Pass-Phrase: other words");
    log::Host::write(state, log::Level::Info, event, Vec::new()).unwrap();
    assert_eq!(last(&world.lines), (String::from("engine: \"?CORP%5Fpass=***&a=1 X-Pass-Phrase: ***\""), 0));
}

/// What the engine is told of a request that carries the secret in these places.
async fn denial(state: &mut CallState, places: Vec<http::SecretPlace>) -> String {
    let slot = |place| http::SecretSlot { setting: String::from("secret"), place };
    let request = http::Request {
        method: http::Method::Get,
        url: PROVIDER.to_owned(),
        headers: vec![http::Header { name: String::from("x-plain"), value: String::from("1") }],
        body: None,
        secrets: places.into_iter().map(slot).collect(),
    };
    match http::Host::send(state, request).await.unwrap() {
        Err(http::Error::Denied(http::Denial { setting, reason })) => format!("{setting}: {reason}"),
        other => panic!("{other:?}"),
    }
}

/// A list of headers cannot hold more than 32,768, and a query that grows by a parameter is copied each time.
#[tokio::test]
async fn a_request_has_no_more_places_for_secrets_than_headers() {
    let mut world = world(CpuMeter::new(Duration::from_secs(600)));
    let state = &mut world.state;
    let header = |number| http::SecretPlace::Header(format!("x-{number}"));
    let query = |number| http::SecretPlace::Query(format!("q{number}"));
    let long = "contract: the URL, or the list of headers and secrets, is too long";
    assert_eq!(denial(state, (0..32_769).map(header).collect()).await, long);
    assert_eq!(denial(state, (0..32_769).map(query).collect()).await, long);
    assert_eq!(denial(state, (0..32).map(header).collect()).await, long);

    let place = "contract: the name of a secret's place is too long";
    assert_eq!(denial(state, vec![http::SecretPlace::Query("q".repeat(8_193))]).await, place);
    assert_eq!(denial(state, vec![http::SecretPlace::Header("q".repeat(1 << 20))]).await, place);
    let url = "contract: the URL is too long with its secrets";
    assert_eq!(denial(state, vec![http::SecretPlace::Query("q".repeat(8_192))]).await, url);
    assert_eq!(world.sent.load(Ordering::Relaxed), 0);
}

/// Searched on the calling thread or on another: no engine gets it.
#[tokio::test]
async fn an_answer_of_any_size_that_shows_a_secret_is_kept_back() {
    for bytes in [0, 1 << 20] {
        let mut world = answering(CpuMeter::new(Duration::from_secs(600)), &("x".repeat(bytes) + SECRET));
        let request = http::Request {
            method: http::Method::Get,
            url: PROVIDER.to_owned(),
            headers: Vec::new(),
            body: None,
            secrets: Vec::new(),
        };
        match http::Host::send(&mut world.state, request).await.unwrap() {
            Err(http::Error::Interrupted(reason)) => assert_eq!(reason, super::http::WITHHELD),
            other => panic!("{other:?}"),
        }
    }
}
