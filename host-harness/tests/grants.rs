//! D37: from what an engine asks for to what the operator grants, through a call.
#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a scenario that cannot go on ends here")]

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use host_harness::egress::{Origin, PathPrefix};
use host_harness::log::Level;
use host_harness::outbound::https::Https;
use host_harness::outbound::profile::{Names, Profile};
use host_harness::outbound::{BoxFuture, InProcess};
use host_harness::{Allocation, Grant, Runtime, Services, Settings};
use stage::Lines;
use wecom_provider::props;

#[path = "support/engines.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod engines;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

/// Every name has this address.
#[derive(Debug)]
struct Everywhere(IpAddr);

impl Names for Everywhere {
    fn addresses(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let answer = vec![self.0];
        Box::pin(async move { Ok(answer) })
    }
}

fn origins(urls: &[&str]) -> BTreeSet<Origin> {
    urls.iter().map(|url| Origin::of(url).unwrap()).collect()
}

/// What is logged about a request to `url`: what the engine was told, and the host's own words.
async fn logs(url: &str, grant: &Grant, log: &Arc<Lines>, services: Services) -> Vec<String> {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, services).unwrap();
    let engine = runtime.load(&engines::submitting::engine(url, "(call $ask (i32.const 0))")).await.unwrap();
    let tenant = engine.tenant("acme", &Settings::new(), grant);
    tenant.submit(&stage::request()).await.unwrap().unwrap();
    log.all().iter().filter(|line| line.level > Level::Debug).map(ToString::to_string).collect()
}

/// What [`Grant::trusting_description`] grants.
#[tokio::test]
async fn an_engine_tells_which_origins_it_asks_for_with_these_settings() {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    let engine = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap();
    assert_eq!(engine.origins(&props::settings()), origins(&["https://qyapi.weixin.qq.com"]));
    let own = props::settings().with("api-base-url", "https://wecom.example.com:8443/base");
    assert_eq!(engine.origins(&own), origins(&["https://wecom.example.com:8443"]));
    let none = props::settings().with("api-base-url", "no URL");
    assert_eq!(engine.origins(&none), BTreeSet::new());
}

#[tokio::test]
async fn an_origin_that_is_granted_in_part_is_denied_elsewhere() {
    for (url, said) in [
        ("https://api.example.com/v1/orders?key=S3", ["engine: answered"].as_slice()),
        (
            "https://api.example.com/v2/orders?key=S3",
            &[
                "host: request-denied setting=\"egress.paths\" \
                 reason=\"https://api.example.com/v2/orders is outside of the granted paths\" \
                 add='egress.paths = { \"https://api.example.com\" = [\"/v2/orders/\"] }'",
                "engine: egress.paths",
            ],
        ),
    ] {
        let prefixes = BTreeSet::from([PathPrefix::new("/v1").unwrap()]);
        let grant = Grant {
            origins: origins(&[url]),
            paths: BTreeMap::from([(Origin::of(url).unwrap(), prefixes)]),
            ..Grant::default()
        };
        let log = Arc::<Lines>::default();
        let services = stage::services(InProcess::new(|_| Ok(http::Response::new(Bytes::new()))), &log);
        assert_eq!(logs(url, &grant, &log, services).await, said);
    }
}

/// A name says nothing of where it leads. The operator reads what would allow it.
#[tokio::test]
async fn a_granted_name_that_leads_inside_is_denied_with_what_would_allow_it() {
    let url = "https://api.example.com/";
    for (address, said) in [
        (
            "10.0.0.1",
            [
                "host: request-denied setting=\"egress.private_origins\" \
                 reason=\"https://api.example.com has a private address\" \
                 add='egress.private_origins = [\"https://api.example.com\"]'",
                "engine: egress.private_origins",
            ],
        ),
        (
            "127.0.0.1",
            [
                "host: request-denied setting=\"egress.loopback\" \
                 reason=\"https://api.example.com has an address of this machine\" add=\"egress.loopback = true\"",
                "engine: egress.loopback",
            ],
        ),
        (
            "169.254.169.254",
            [
                "host: request-denied setting=\"egress.origins\" \
                 reason=\"https://api.example.com has an address that is link-local or reserved: none allows it\"",
                "engine: egress.origins",
            ],
        ),
    ] {
        let names = Arc::new(Everywhere(address.parse().unwrap()));
        let https = Https::with_profile(&Profile { names, ..Profile::default() }).unwrap();
        let log = Arc::<Lines>::default();
        let grant = Grant { origins: origins(&[url]), ..Grant::default() };
        let services = stage::services(https, &log);
        assert_eq!(logs(url, &grant, &log, services).await, said, "{address}");
    }
}

/// The engine takes http to this machine, for its tests. Whether the host has such a machine is the host's to say, before
/// the settings are saved.
#[tokio::test]
async fn settings_that_lead_to_plain_http_are_refused_without_the_grant() {
    let runtime = Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap();
    let engine = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap();
    let configure = async |address: &str, loopback| {
        let settings = props::settings().with("api-base-url", address);
        let grant = Grant { loopback, ..Grant::default() };
        engine.tenant("acme", &settings, &grant).configure().await.unwrap()
    };
    let problems = configure("http://127.0.0.1:4010", false).await.unwrap_err();
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!((problem.key.as_str(), problem.code.as_str()), ("api-base-url", "not-allowed"));
    assert_eq!(
        problem.sentence.en,
        "http://127.0.0.1:4010 is plain http to this machine, and this host does not allow loopback"
    );
    assert_eq!(
        problem.sentence.zh_cn,
        "http://127.0.0.1:4010 是连接本机的明文 http，而本宿主不允许访问回环地址"
    );
    for part in ["https", "egress.loopback = true"] {
        assert!(problem.remedy.en.contains(part) && problem.remedy.zh_cn.contains(part), "{problem:?}");
    }

    let allowed = configure("http://127.0.0.1:4010", true).await.unwrap();
    assert_eq!(allowed.origins, ["http://127.0.0.1:4010"]);
    configure("https://wecom.example.com", false).await.unwrap();
}
