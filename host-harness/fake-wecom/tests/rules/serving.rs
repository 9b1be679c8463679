//! The fake behind a socket.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use fake_wecom::crypto::{AesKey, open};
use fake_wecom::serve::{deliver_due, save_receive_server, serve};
use fake_wecom::setup::member::{LI_SI, WANG_WU};
use fake_wecom::{
    CORP_ID, CallFault, CallOutcome, DeliveryOutcome, EXAMPLE_AES_KEY, FakeWeCom, FaultPlan, ManualClock,
    ReceiveServer, SECRET, SaveRefused, Setup, When,
};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use crate::company::{T0, receive_server};
use crate::serving::wire::{exchange, get};

mod faults;
pub(crate) mod wire;

/// A fake that listens. It stops when this is dropped.
pub(crate) struct Served {
    pub(crate) fake: FakeWeCom,
    pub(crate) clock: ManualClock,
    pub(crate) address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

pub(crate) async fn served() -> Served {
    let mut setup = Setup::example();
    // Nothing here is about time, so a slow machine must not decide a test.
    setup.patience.address_check = std::time::Duration::from_secs(60);
    setup.patience.event = std::time::Duration::from_secs(60);
    let clock = ManualClock::new(T0);
    let fake = FakeWeCom::new(setup, clock.clone(), 1);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _dropped = stopped.await;
    };
    tokio::spawn(serve(listener, fake.clone(), shutdown));
    Served { fake, clock, address, _stop: stop }
}

/// A receiver that answers the check rightly and events with the statuses it is told, then with 200. It
/// passes on the message of each event.
struct Receiver {
    address: SocketAddr,
    messages: mpsc::UnboundedReceiver<String>,
}

type Answers = Arc<Mutex<Vec<u16>>>;

async fn receiver(answers: Vec<u16>) -> Receiver {
    let (sender, messages) = mpsc::unbounded_channel();
    let answers: Answers = Arc::new(Mutex::new(answers));
    let app = Router::new().fallback(receive).with_state((sender, answers));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Receiver { address, messages }
}

async fn receive(
    State((sender, answers)): State<(mpsc::UnboundedSender<String>, Answers)>,
    request: Request,
) -> Response<String> {
    let key = AesKey::parse(EXAMPLE_AES_KEY).unwrap();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let echo = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "echostr");
    if let Some((_, sealed)) = echo {
        let opened = open(&key, &sealed).unwrap();
        return Response::new(String::from_utf8(opened.message).unwrap());
    }
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let sealed = body.split("<![CDATA[").nth(2).unwrap().split("]]>").next().unwrap();
    let opened = open(&key, sealed).unwrap();
    let mut response = Response::new(String::new());
    let next = answers.lock().unwrap().pop();
    if let Some(status) = next {
        *response.status_mut() = status.try_into().unwrap();
    }
    sender.send(String::from_utf8(opened.message).unwrap()).unwrap();
    response
}

impl Receiver {
    fn settings(&self) -> ReceiveServer {
        ReceiveServer { url: format!("http://{}/callback", self.address), ..receive_server() }
    }
}

#[tokio::test]
async fn the_api_answers_over_http() {
    let served = served().await;
    let answer =
        get(served.address, &format!("/cgi-bin/gettoken?corpid={CORP_ID}&corpsecret={SECRET}")).await;
    assert_eq!(answer.status, 200);
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["errcode"], 0);
    assert_eq!(get(served.address, "/cgi-bin/none").await.status, 404);
    assert!(served.fake.calls_to("gettoken")[0].peer.is_loopback());
}

#[tokio::test]
async fn a_cut_connection_carries_not_one_byte() {
    let served = served().await;
    for fault in [CallFault::RefuseConnection, CallFault::CutAfterEffect] {
        served.fake.set_faults(FaultPlan::none().on_call("gettoken", When::Nth(1), fault));
        let request =
            format!("GET /cgi-bin/gettoken?corpid={CORP_ID}&corpsecret={SECRET} HTTP/1.1\r\nhost: a\r\n\r\n");
        assert_eq!(exchange(served.address, &request).await, "");
    }
    let outcomes: Vec<_> = served.fake.calls().into_iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes, [CallOutcome::Refused, CallOutcome::Cut]);
}

#[tokio::test]
async fn events_reach_the_saved_server_in_order() {
    let served = served().await;
    let mut receiver = receiver(Vec::new()).await;
    save_receive_server(&served.fake, receiver.settings()).await.unwrap();

    let template = fake_wecom::ACCESS_TEMPLATE_ID;
    let sp_no = served.fake.submit_foreign(template, WANG_WU).unwrap();
    served.fake.agree(&sp_no, LI_SI, "").unwrap();
    for event in [1, 2] {
        let message = receiver.messages.recv().await.unwrap();
        assert!(message.contains(&format!("<StatuChangeEvent>{event}</StatuChangeEvent>")), "{message}");
    }
}

#[tokio::test]
async fn an_event_that_was_not_accepted_is_sent_again() {
    let served = served().await;
    let mut receiver = receiver(vec![500]).await;
    save_receive_server(&served.fake, receiver.settings()).await.unwrap();
    served.fake.submit_foreign(fake_wecom::ACCESS_TEMPLATE_ID, WANG_WU).unwrap();
    let first = receiver.messages.recv().await.unwrap();
    // The loop books the outcome after the receiver has answered; move on until it has.
    while served.fake.deliveries().is_empty() {
        tokio::task::yield_now().await;
    }
    served.clock.advance(10);
    served.fake.wake_deliveries();
    assert_eq!(receiver.messages.recv().await.unwrap(), first);
    assert_eq!(
        served.fake.deliveries()[0].outcome,
        DeliveryOutcome::Failed { status: Some(500), retry_at: Some(T0 + 10) }
    );
}

#[tokio::test]
async fn a_server_nobody_listens_at_is_not_saved_and_gets_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/callback", listener.local_addr().unwrap());
    drop(listener);
    let fake = FakeWeCom::new(Setup::example(), ManualClock::new(T0), 1);
    let server = ReceiveServer { url, ..receive_server() };
    assert_eq!(save_receive_server(&fake, server).await, Err(SaveRefused::Unreachable));
    assert_eq!(deliver_due(&fake).await, 0);
}

#[tokio::test]
async fn a_server_that_is_not_http_is_not_saved() {
    let fake = FakeWeCom::new(Setup::example(), ManualClock::new(T0), 1);
    let server = ReceiveServer { url: "https://idaas.example.com/callback".to_owned(), ..receive_server() };
    assert_eq!(save_receive_server(&fake, server).await, Err(SaveRefused::Unreachable));
}

#[tokio::test]
async fn serving_ends_when_it_is_told_to() {
    let fake = FakeWeCom::new(Setup::example(), ManualClock::new(T0), 1);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    serve(listener, fake, async {}).await.unwrap();
}
