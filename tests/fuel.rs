//! What the engine computes, in WebAssembly's instructions. A regression shows here on the noisiest machine.
//!
//! Every change of the engine moves these numbers. Read the difference, and when it is meant, renew the snapshot with
//! `INSTA_UPDATE=always cargo test -p conformance --test fuel`. The compiler and the dependencies move them too; both
//! are pinned.
#![expect(clippy::unwrap_used, reason = "an engine that cannot be counted ends here")]

use std::fmt::Write as _;
use std::sync::Arc;

use conformance::sender::Sender;
use conformance::{CapturedLog, WorldClock, limits, props, services};
use fake_wecom::{ACCESS_TEMPLATE_ID, FakeWeCom, LEAVE_TEMPLATE_ID, ManualClock, Setup};
use host_harness::contract::CallbackRequest;
use host_harness::{
    Allocation, ApprovalEngine, CallFailure, FuelGauge, Grant, Limits, LoadError, Runtime, Tenant,
};
use wecom_component::WECOM_ENGINE;
use wecom_provider::event::approval_change;
use wecom_provider::{T0, WeCom};

async fn counted() -> (ApprovalEngine, Arc<FuelGauge>) {
    let (runtime, gauge) = runtime(limits());
    (runtime.load(WECOM_ENGINE).await.unwrap(), gauge)
}

fn runtime(limits: Limits) -> (Runtime, Arc<FuelGauge>) {
    let clock = WorldClock::new(ManualClock::new(T0));
    let fake = FakeWeCom::new(Setup::example(), clock.clone(), 1);
    let services = services(&fake, &clock, &Arc::<CapturedLog>::default(), &Arc::default());
    let gauge = Arc::<FuelGauge>::default();
    let runtime = Runtime::with_fuel_gauge(limits, &Allocation::Pooling, services, gauge.clone());
    (runtime.unwrap(), gauge)
}

/// A list of what was counted.
#[derive(Default)]
struct Counts(String);

impl Counts {
    fn note(&mut self, what: &str, fuel: u64) {
        writeln!(self.0, "{what:24}{:>12}", rounded(fuel)).unwrap();
    }
}

/// Three digits count: what a compiler moves by a few instructions is no news.
fn rounded(fuel: u64) -> String {
    let unit = 10_u64.pow(fuel.max(1).ilog10().saturating_sub(2));
    let digits = ((fuel + unit / 2) / unit * unit).to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).unwrap()).collect();
    groups.join("_")
}

#[test]
fn fuel_is_rounded_to_three_digits() {
    let cases = [0, 7, 999, 1_004, 1_005, 99_951, 2_012_345].map(rounded);
    assert_eq!(cases, ["0", "7", "999", "1_000", "1_010", "100_000", "2_010_000"]);
}

fn granted(engine: &ApprovalEngine) -> Grant {
    Grant::trusting_description(engine, &props::settings())
}

#[tokio::test]
async fn the_same_call_takes_the_same_fuel_again() {
    let (engine, gauge) = counted().await;
    let tenant = engine.tenant("acme", &props::settings(), &granted(&engine)).without_image();
    let _describe = gauge.take();
    let mut counts = Vec::new();
    for _ in 0..3 {
        tenant.configure().await.unwrap().unwrap();
        counts.push(gauge.take());
    }
    assert!(counts.iter().all(|count| *count > 1_000 && Some(count) == counts.first()), "{counts:?}");
    assert_eq!(gauge.take(), 0);
}

#[tokio::test]
async fn a_call_that_a_limit_ends_counts_too() {
    let (runtime, gauge) = runtime(Limits { stack_bytes: 256, ..limits() });
    let failed = runtime.load(WECOM_ENGINE).await.unwrap_err();
    assert_eq!(failed, LoadError::Description(CallFailure::Limit { setting: "limits.stack_bytes" }));
    assert!(gauge.take() > 0);
}

/// What an image saves: the settings are checked once for a tenant and all its clones.
#[tokio::test]
async fn settings_are_checked_once_for_a_tenant() {
    let (engine, gauge) = counted().await;
    let tenant = || engine.tenant("acme", &props::settings(), &granted(&engine));
    let request = Sender::default().post(&approval_change(1_250, ACCESS_TEMPLATE_ID));
    let fuel = async |tenant: &Tenant| {
        let _before = gauge.take();
        tenant.handle_callback(&request).await.unwrap();
        gauge.take()
    };

    let kept = tenant();
    let (first, second, clone) = (fuel(&kept).await, fuel(&kept).await, fuel(&kept.clone()).await);
    let unkept = kept.without_image();
    let (checked, again) = (fuel(&unkept).await, fuel(&unkept).await);
    let other = fuel(&tenant()).await;
    assert_eq!([second, checked, first], [clone, again, other]);
    assert!(
        second < checked && checked < first,
        "{second} by an image, {checked} by settings, {first} at first"
    );

    let (configured, confirmed) = (tenant(), fuel(&kept).await);
    configured.configure().await.unwrap().unwrap();
    assert_eq!(fuel(&configured).await, confirmed);
}

/// All but the first two are configured by an image.
#[tokio::test]
async fn a_call_takes_no_more_fuel_than_it_did() {
    let (engine, gauge) = counted().await;
    let tenant = engine.tenant("acme", &props::settings(), &granted(&engine));
    let mut counts = Counts::default();
    counts.note("describe", gauge.take());
    tenant.configure().await.unwrap().unwrap();
    counts.note("configure", gauge.take());

    let genuine = Sender::default();
    let stranger = Sender { token: "AnotherToken", ..genuine };
    let post = |sender: Sender<'_>, bytes, template| sender.post(&approval_change(bytes, template));
    let callbacks: [(&str, CallbackRequest); 5] = [
        ("callback 1.2 KB", post(genuine, 1_250, ACCESS_TEMPLATE_ID)),
        ("callback 4 KB", post(genuine, 4_100, ACCESS_TEMPLATE_ID)),
        ("callback 32 KB", post(genuine, 32_768, ACCESS_TEMPLATE_ID)),
        ("foreign callback 4 KB", post(genuine, 4_100, LEAVE_TEMPLATE_ID)),
        ("forged callback 4 KB", post(stranger, 4_100, ACCESS_TEMPLATE_ID)),
    ];
    for (what, request) in &callbacks {
        tenant.handle_callback(request).await.unwrap();
        counts.note(what, gauge.take());
    }
    insta::assert_snapshot!(counts.0);
}

#[tokio::test]
async fn a_conformance_case_takes_no_more_fuel_than_it_did() {
    let (engine, gauge) = counted().await;
    let mut counts = Counts::default();
    let _describe = gauge.take();
    conformance_kit::play_scripts(&engine, &WeCom, |case, misfits| {
        assert!(misfits.is_empty(), "{}: {misfits:?}", case.name);
        counts.note(&case.name, gauge.take());
    })
    .await
    .unwrap();
    insta::assert_snapshot!(counts.0);
}
