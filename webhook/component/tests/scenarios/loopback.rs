//! The same over a socket.

use std::sync::Arc;

use fake_webhook::serve::serve;
use fake_webhook::{Company, EXAMPLE};
use host_harness::Grant;
use host_harness::clock::ManualClock;
use host_harness::outbound::https::Https;
use tokio::net::TcpListener;

use crate::world::{T0, engine, request, services, settings};

#[tokio::test]
async fn a_request_is_submitted_and_read_back_over_http() {
    let company = Company::new(EXAMPLE, || T0);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/webhook", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, company.clone(), async { stopped.await.unwrap_or_default() }));

    let outbound = Arc::new(Https::new().unwrap());
    let engine =
        engine().await.with_services(services(outbound, &Arc::new(ManualClock::at(T0)), &Arc::default()));
    let settings = settings().with("endpoint", endpoint);
    let grant = Grant { loopback: true, ..Grant::trusting_description(&engine, &settings) };
    let tenant = engine.tenant("acme", &settings, &grant);
    let id = tenant.submit(&request("REQ-1")).await.unwrap().unwrap().approval_id;
    assert_eq!(tenant.fetch(&id).await.unwrap().unwrap().applicant, "zhang.san");
    assert_eq!(company.approvals().len(), 1);

    drop(tenant);
    drop(engine);
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
