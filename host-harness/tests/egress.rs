//! D37: what happens between a name and a connection, and by which way requests leave.
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use host_harness::RuntimeError;
use host_harness::egress::AddressClass;
use host_harness::outbound::https::Https;
use host_harness::outbound::lookups::LookupError;
use host_harness::outbound::profile::{Names, Profile, Proxy};
use host_harness::outbound::{Addresses, BoxFuture, Departure, Outbound as _, SendError};
use server::{Server, ok};
use socks::Socks;

#[path = "support/server.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod server;
#[path = "support/socks.rs"]
mod socks;

/// Gives one answer after another, and keeps the names that it was asked for.
#[derive(Debug, Default)]
struct Answers {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<Vec<String>>,
}

impl Answers {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self { answers: Mutex::new(answers.iter().map(parse).collect()), asked: Mutex::default() })
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Names for Answers {
    fn addresses(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.lock().unwrap().push(name);
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async move { answer.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)) })
    }
}

fn named(names: &Arc<Answers>) -> Profile {
    Profile { names: names.clone(), ..Profile::default() }
}

fn departure(url: &str, addresses: Addresses) -> Departure {
    Departure {
        request: http::Request::get(url).body(Bytes::new()).unwrap(),
        addresses,
        timeout: Duration::from_secs(20),
        response_bytes: 1_000,
    }
}

async fn status(https: &Https, url: &str, addresses: Addresses) -> Result<u16, SendError> {
    https.send(departure(url, addresses)).await.map(|response| response.status().as_u16())
}

/// A name that turns inside between two connections: the second answer is checked like the first.
#[tokio::test]
async fn a_name_that_turns_inside_is_not_followed() {
    let server = Server::answering(ok("")).await;
    for (inside, class) in [
        ("10.0.0.1", AddressClass::Private),
        ("169.254.169.254", AddressClass::Never),
        ("::ffff:10.0.0.1", AddressClass::Private),
        ("100.64.0.1", AddressClass::Private),
    ] {
        let names = Answers::new(&[&["127.0.0.1"], &[inside]]);
        let https = Https::with_profile(&named(&names)).unwrap();
        let url = format!("http://rebind.example:{}/", server.address.port());

        assert_eq!(status(&https, &url, Addresses::Loopback).await, Ok(200));
        let second = status(&https, &url, Addresses::Loopback).await;

        assert_eq!(second, Err(SendError::ForbiddenAddress(class)), "{inside}");
        assert_eq!(names.asked(), 2);
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 4);
}

/// The answer that was checked is the one that is used: nobody asks again on the way to the connection.
#[tokio::test]
async fn a_connection_asks_for_its_name_once() {
    let server = Server::answering(ok("")).await;
    let names = Answers::new(&[&["127.0.0.1"]]);
    let https = Https::with_profile(&named(&names)).unwrap();
    let url = format!("http://once.example:{}/", server.address.port());
    assert_eq!(status(&https, &url, Addresses::Loopback).await, Ok(200));
    assert_eq!(*names.asked.lock().unwrap(), ["once.example"]);
}

/// The forbidden addresses of an answer are as if they were not there, wherever they stand.
#[tokio::test]
async fn of_a_mixed_answer_only_what_is_allowed_is_connected_to() {
    let server = Server::answering(ok("")).await;
    let url = format!("http://mixed.example:{}/", server.address.port());
    for mixed in [["10.0.0.1", "169.254.169.254", "127.0.0.1"], ["127.0.0.1", "fd00::1", "0.0.0.0"]] {
        let https = Https::with_profile(&named(&Answers::new(&[&mixed]))).unwrap();
        assert_eq!(status(&https, &url, Addresses::Loopback).await, Ok(200), "{mixed:?}");
    }
    for (addresses, class) in [
        (["127.0.0.1", "10.0.0.1"], AddressClass::Loopback),
        (["fd00::1", "127.0.0.1"], AddressClass::Private),
        (["::ffff:169.254.169.254", "::"], AddressClass::Never),
    ] {
        let https = Https::with_profile(&named(&Answers::new(&[&addresses]))).unwrap();
        let sent = status(&https, &url, Addresses::Public).await;
        assert_eq!(sent, Err(SendError::ForbiddenAddress(class)), "{addresses:?}");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_name_without_addresses_is_unreachable() {
    let https = Https::with_profile(&named(&Answers::new(&[&[]]))).unwrap();
    for _ in 0..2 {
        let sent = status(&https, "http://nowhere.example/", Addresses::Public).await;
        assert_eq!(sent, Err(SendError::Unreachable(LookupError::Unknown.to_string())));
    }
}

#[tokio::test]
async fn a_profile_leaves_from_its_own_address() {
    let server = Server::answering(ok("")).await;
    let source: IpAddr = "127.0.0.2".parse().unwrap();
    let https = Https::with_profile(&Profile { source: Some(source), ..Profile::default() }).unwrap();
    assert_eq!(status(&https, &server.url("/"), Addresses::Loopback).await, Ok(200));
    assert_eq!(server.peers.lock().unwrap().first().unwrap().ip(), source);
}

/// The system would choose a source of the other family by itself.
#[tokio::test]
async fn a_profile_with_a_source_leaves_from_no_other() {
    let server = Server::answering(ok("")).await;
    let source = Some("::1".parse().unwrap());
    let profile = Profile { source, ..named(&Answers::new(&[&["127.0.0.1"]])) };
    let https = Https::with_profile(&profile).unwrap();
    let port = server.address.port();
    let unreachable = Err(SendError::Unreachable(String::from("no connection")));
    for host in ["v4.example", "127.0.0.1"] {
        let sent = status(&https, &format!("http://{host}:{port}/"), Addresses::Loopback).await;
        assert_eq!(sent, unreachable, "{host}");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
}

/// The proxy is given an address that was checked, and never a name that it would resolve by itself.
#[tokio::test]
async fn a_proxy_is_asked_for_an_address_that_was_checked() {
    let server = Server::answering(ok("")).await;
    let socks = Socks::to(server.address).await;
    let names = Answers::new(&[&["10.0.0.1", "127.0.0.7"], &["2606:4700::1111"]]);
    let profile = Profile { proxy: Some(Proxy { address: socks.address, login: None }), ..named(&names) };
    let https = Https::with_profile(&profile).unwrap();

    assert_eq!(status(&https, "http://proxied.example:81/x", Addresses::Loopback).await, Ok(200));
    assert_eq!(status(&https, "http://127.0.0.9:82/x", Addresses::Loopback).await, Ok(200));
    assert_eq!(status(&https, "http://global.example:83/x", Addresses::Public).await, Ok(200));

    let mut global = vec![4, 0x26, 0x06, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11];
    global.extend([0, 83]);
    let asked = socks.asked.lock().unwrap().clone();
    assert_eq!(asked, [vec![1, 127, 0, 0, 7, 0, 81], vec![1, 127, 0, 0, 9, 0, 82], global]);
    assert!(server.requests.lock().unwrap().first().unwrap().contains("host: proxied.example:81"));
}

#[tokio::test]
async fn a_forbidden_address_is_not_asked_of_a_proxy_either() {
    let server = Server::answering(ok("")).await;
    let socks = Socks::to(server.address).await;
    let names = Answers::new(&[&["10.0.0.1"]]);
    let profile = Profile { proxy: Some(Proxy { address: socks.address, login: None }), ..named(&names) };
    let https = Https::with_profile(&profile).unwrap();
    for (url, class) in [
        ("http://inside.example/", AddressClass::Private),
        ("http://127.0.0.1/", AddressClass::Loopback),
        ("http://[::ffff:169.254.169.254]/", AddressClass::Never),
    ] {
        let sent = status(&https, url, Addresses::Public).await;
        assert_eq!(sent, Err(SendError::ForbiddenAddress(class)), "{url}");
    }
    assert!(socks.asked.lock().unwrap().is_empty());
}

#[test]
fn a_source_of_another_family_than_its_proxy_is_refused() {
    let proxy = Proxy { address: "127.0.0.1:1080".parse().unwrap(), login: None };
    let profile = Profile { source: Some("::1".parse().unwrap()), proxy: Some(proxy), ..Profile::default() };
    let error = Https::with_profile(&profile).unwrap_err();
    assert!(matches!(error, RuntimeError::Profile { .. }), "{error:?}");
    let said = "the egress profile is not possible: egress.source and egress.proxy are of different families: \
                correct it";
    assert_eq!(error.to_string(), said);
}
