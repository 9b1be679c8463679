//! TLS over the network, with a certificate that only these tests trust: directly and through the proxy it is with the
//! name, whatever address that name has.
//!
//! Linux alone: elsewhere no variable names the authorities that a process trusts.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a scenario that cannot go on ends here")]

use std::env;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use host_harness::outbound::https::Https;
use host_harness::outbound::profile::{Names, Profile, Proxy};
use host_harness::outbound::{Addresses, BoxFuture, Departure, Outbound as _, SendError};
use socks::Socks;
use tls::{Heard, TlsServer};

#[path = "support/socks.rs"]
mod socks;
#[path = "support/tls.rs"]
mod tls;

const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/authority.pem");

/// Whether this process trusts the tests' authority. One that does not runs the test in one that does.
fn trusts_the_authority(test: &str) -> bool {
    if env::var_os("SSL_CERT_FILE").is_some_and(|file| file == AUTHORITY) {
        return true;
    }
    let ran = Command::new(env::current_exe().unwrap())
        .args(["--exact", test])
        .env("SSL_CERT_FILE", AUTHORITY)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// Every name has this address.
#[derive(Debug)]
struct Everywhere(IpAddr);

impl Names for Everywhere {
    fn addresses(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let answer = vec![self.0];
        Box::pin(async move { Ok(answer) })
    }
}

fn https(address: &str, proxy: Option<SocketAddr>) -> Https {
    let names = Arc::new(Everywhere(address.parse().unwrap()));
    let proxy = proxy.map(|address| Proxy { address, login: None });
    Https::with_profile(&Profile { names, proxy, ..Profile::default() }).unwrap()
}

async fn status(https: &Https, url: &str) -> Result<u16, SendError> {
    let departure = Departure {
        request: http::Request::get(url).body(Bytes::new()).unwrap(),
        addresses: Addresses::Loopback,
        timeout: Duration::from_secs(20),
        response_bytes: 1_000,
    };
    https.send(departure).await.map(|response| response.status().as_u16())
}

fn heard(server: &TlsServer) -> Vec<Heard> {
    server.heard.lock().unwrap().clone()
}

fn request(path: &str) -> Heard {
    Heard { name: Some(String::from("tls.example")), line: format!("GET {path} HTTP/1.1") }
}

const NO_CONNECTION: &str = "no connection";

/// The proxy learns an address and a port. The name goes to the server alone, inside of what the proxy carries.
#[tokio::test]
async fn through_a_proxy_tls_is_with_the_name_and_the_proxy_gets_an_address() {
    if !trusts_the_authority("through_a_proxy_tls_is_with_the_name_and_the_proxy_gets_an_address") {
        return;
    }
    let server = TlsServer::start();
    let socks = Socks::to(server.address).await;
    let https = https("127.0.0.5", Some(socks.address));

    assert_eq!(status(&https, "https://tls.example/x").await, Ok(204));

    assert_eq!(*socks.asked.lock().unwrap(), [[1, 127, 0, 0, 5, 1, 187]]);
    assert_eq!(heard(&server), [request("/x")]);
}

/// Whoever answers at the address has to prove the name, or is told nothing.
#[tokio::test]
async fn a_certificate_for_another_name_ends_the_connection_before_the_request() {
    if !trusts_the_authority("a_certificate_for_another_name_ends_the_connection_before_the_request") {
        return;
    }
    let server = TlsServer::start();
    let port = server.address.port();
    let socks = Socks::to(server.address).await;
    for proxy in [None, Some(socks.address)] {
        let https = https("127.0.0.1", proxy);
        for host in ["other.example", "tls.example.evil.example", "127.0.0.1"] {
            let sent = status(&https, &format!("https://{host}:{port}/secret")).await;
            assert_eq!(sent, Err(SendError::Unreachable(NO_CONNECTION.to_owned())), "{host} {proxy:?}");
        }
        assert_eq!(status(&https, &format!("https://tls.example:{port}/mine")).await, Ok(204));
    }
    assert_eq!(heard(&server), [request("/mine"), request("/mine")]);
}

#[tokio::test]
async fn an_authority_that_the_system_does_not_know_proves_nothing() {
    let server = TlsServer::start();
    let socks = Socks::to(server.address).await;
    for proxy in [None, Some(socks.address)] {
        let url = format!("https://tls.example:{}/secret", server.address.port());
        let sent = status(&https("127.0.0.1", proxy), &url).await;
        assert_eq!(sent, Err(SendError::Unreachable(NO_CONNECTION.to_owned())), "{proxy:?}");
    }
    assert_eq!(heard(&server), []);
}
