//! Requests over the network, against a server that answers each connection as a test wants.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use host_harness::contract::{Depth, MappingProblemKind};
use host_harness::egress::AddressClass;
use host_harness::outbound::https::Https;
use host_harness::outbound::{Addresses, Departure, Outbound as _, SendError};
use host_harness::{Allocation, Grant, Runtime};
use server::{Server, ok};
use stage::Lines;
use tokio::net::TcpListener;
use wecom_provider::props;

#[path = "support/server.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod server;
#[path = "support/stage.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod stage;

fn departure(url: &str) -> Departure {
    Departure {
        request: http::Request::get(url).body(Bytes::new()).unwrap(),
        addresses: Addresses::Loopback,
        timeout: Duration::from_secs(20),
        response_bytes: 1_000,
    }
}

async fn send(departure: Departure) -> Result<http::Response<Bytes>, SendError> {
    Https::new().unwrap().send(departure).await
}

/// An address that nobody listens on: it was free a moment ago.
async fn closed() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_body_of_the_largest_size_allowed_is_read_whole() {
    let server = Server::answering(ok(&"x".repeat(1_000))).await;
    let response = send(departure(&server.url("/"))).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().len()), (200, 1_000));
}

#[tokio::test]
async fn a_body_one_byte_larger_is_too_large() {
    let server = Server::answering(ok(&"x".repeat(1_001))).await;
    assert_eq!(send(departure(&server.url("/"))).await.unwrap_err(), SendError::TooLarge);
}

/// D37: out of the granted origin through the back door.
#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = Server::answering(ok("secret")).await;
    let target = elsewhere.url("/inside");
    let redirect = format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n");
    let server = Server::answering(Some(redirect)).await;

    let response = send(departure(&server.url("/"))).await.unwrap();

    assert_eq!(response.status().as_u16(), 302);
    assert_eq!(elsewhere.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_refused_connection_is_unreachable() {
    let error = send(departure(&format!("http://{}/", closed().await))).await.unwrap_err();
    assert_eq!(error, SendError::Unreachable(String::from("no connection")));
}

#[tokio::test]
async fn no_answer_in_time_is_interrupted() {
    let server = Server::answering(None).await;
    let impatient = Departure { timeout: Duration::from_millis(300), ..departure(&server.url("/")) };
    let error = send(impatient).await.unwrap_err();
    assert_eq!(error, SendError::Interrupted(String::from("no answer in time")));
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_ends_early_is_interrupted() {
    let short = String::from("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\ntoo short");
    for answer in [short, String::new(), String::from("SSH-2.0-OpenSSH\r\n")] {
        let server = Server::answering(Some(answer.clone())).await;
        let error = send(departure(&server.url("/"))).await.unwrap_err();
        assert!(matches!(error, SendError::Interrupted(_)), "{answer:?}: {error:?}");
        assert_eq!(server.connections.load(Ordering::SeqCst), 1, "{answer:?}: sent again");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_sound_http_says_so() {
    for (answer, fault) in [
        ("HTTP/1.1 200 OK\r\nx-note: a\u{1}b\r\ncontent-length: 2\r\n\r\n{}", "invalid HTTP header parsed"),
        ("SSH-2.0-OpenSSH\r\n", "invalid HTTP version parsed"),
    ] {
        let server = Server::answering(Some(answer.to_owned())).await;
        let Err(SendError::Interrupted(reason)) = send(departure(&server.url("/"))).await else {
            panic!("not interrupted")
        };
        assert!(reason.starts_with(&format!("the answer is not sound HTTP: {fault}")), "{reason}");
    }
}

/// D37: by number and by name.
#[tokio::test]
async fn an_address_that_is_not_allowed_is_never_connected_to() {
    let server = Server::answering(ok("")).await;
    let port = server.address.port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        for addresses in [Addresses::Public, Addresses::Private] {
            let request = Departure { addresses, ..departure(&format!("http://{host}:{port}/")) };
            let forbidden = SendError::ForbiddenAddress(AddressClass::Loopback);
            assert_eq!(send(request).await.unwrap_err(), forbidden, "{host} {addresses:?}");
        }
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn through_an_engine_the_secret_arrives_and_no_log_line_has_it() {
    let server = Server::answering(ok(r#"{"errcode":40001,"errmsg":"invalid credential"}"#)).await;
    let log = Arc::<Lines>::default();
    let services = stage::services(Https::new().unwrap(), &log);
    let runtime = Runtime::new(stage::limits(), &Allocation::Pooling, services).unwrap();
    let engine = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap();
    let settings = props::settings().with("api-base-url", server.url(""));
    let tenant = engine.tenant(
        "acme",
        &settings,
        &Grant { loopback: true, ..Grant::trusting_description(&engine, &settings) },
    );

    let problem = tenant.resolve_user(&stage::account(), Depth::Confirmed).await.unwrap().unwrap_err();

    assert_eq!(problem.kind, MappingProblemKind::Refused);
    let requests = server.requests.lock().unwrap().clone();
    assert_eq!(requests.len(), 1);
    let secret = fake_wecom::SECRET.replace('-', "%2D");
    assert!(requests.iter().all(|request| request.contains(&format!("corpsecret={secret}"))), "{requests:?}");
    let lines: Vec<String> = log.all().iter().map(ToString::to_string).collect();
    assert!(lines.iter().any(|line| line.contains(&server.url("/cgi-bin/gettoken"))), "{lines:?}");
    for line in lines {
        assert!(!line.contains("corpsecret") && !line.contains("example-secret"), "{line}");
    }
}

#[tokio::test]
async fn through_an_engine_a_redirect_is_no_answer() {
    let redirect = String::from("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n");
    let server = Server::answering(Some(redirect)).await;
    let services = stage::services(Https::new().unwrap(), &Arc::default());
    let runtime = Runtime::new(stage::limits(), &Allocation::Pooling, services).unwrap();
    let engine = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap();
    let settings = props::settings().with("api-base-url", server.url(""));
    let tenant = engine.tenant(
        "acme",
        &settings,
        &Grant { loopback: true, ..Grant::trusting_description(&engine, &settings) },
    );

    let problem = tenant.resolve_user(&stage::account(), Depth::Confirmed).await.unwrap().unwrap_err();

    assert_eq!(problem.kind, MappingProblemKind::Unavailable);
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

/// Without the grant, loopback is as far away as any other forbidden place, and the setting is named.
#[tokio::test]
async fn loopback_without_a_grant_names_the_setting() {
    let server = Server::answering(ok("{}")).await;
    let services = stage::services(Https::new().unwrap(), &Arc::default());
    let runtime = Runtime::new(stage::limits(), &Allocation::Pooling, services).unwrap();
    let engine = runtime.load(wecom_component::WECOM_ENGINE).await.unwrap();
    let settings = props::settings().with("api-base-url", server.url(""));
    let tenant = engine.tenant("acme", &settings, &Grant::trusting_description(&engine, &settings));

    let problem = tenant.resolve_user(&stage::account(), Depth::Confirmed).await.unwrap().unwrap_err();

    let Some(refusal) = problem.refusal else { panic!("{problem:?}") };
    assert!(refusal.remedy.en.contains("egress.loopback"), "{}", refusal.remedy.en);
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
}
