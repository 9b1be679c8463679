//! Faults that are about bytes, on a socket.

use std::time::Duration;

use fake_wecom::serve::save_receive_server;
use fake_wecom::{CORP_ID, CallFault, CallOutcome, FaultPlan, SECRET, When};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::company::access_request;
use crate::serving::wire::{exchange, get};
use crate::serving::{Served, receiver, served};

fn gettoken() -> String {
    format!(
        "GET /cgi-bin/gettoken?corpid={CORP_ID}&corpsecret={SECRET} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
    )
}

fn plan(served: &Served, path: &str, fault: CallFault) {
    served.fake.set_faults(FaultPlan::none().on_call(path, When::First(1), fault));
}

/// A POST of an access request, with a token.
async fn applyevent(served: &Served) -> String {
    let answer = exchange(served.address, &gettoken()).await;
    let (_, token) = answer.split_once("\"access_token\":\"").unwrap();
    let token = token.split('"').next().unwrap();
    let body = access_request().to_string();
    format!(
        "POST /cgi-bin/oa/applyevent?access_token={token} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len(),
    )
}

/// The head of an answer without the time it was sent at, and what follows it.
fn comparable(answer: &str) -> String {
    let is_date = |line: &&str| line.to_ascii_lowercase().starts_with("date:");
    answer.split("\r\n").filter(|line| !is_date(line)).collect::<Vec<_>>().join("\r\n")
}

#[tokio::test]
async fn an_answer_is_cut_after_any_byte() {
    let served = served().await;
    let whole = exchange(served.address, &gettoken()).await;
    for bytes in 0..whole.len() {
        plan(&served, "gettoken", CallFault::CutAnswer(bytes));
        let cut = exchange(served.address, &gettoken()).await;
        assert_eq!(cut.len(), bytes);
    }
    plan(&served, "gettoken", CallFault::CutAnswer(whole.len()));
    let uncut = exchange(served.address, &gettoken()).await;
    assert_eq!(comparable(&uncut), comparable(&whole));
}

#[tokio::test]
async fn a_request_is_cut_before_its_body_has_arrived() {
    let served = served().await;
    let request = applyevent(&served).await;
    plan(&served, "oa/applyevent", CallFault::CutRequest(10));
    let body_at = request.find("\r\n\r\n").unwrap() + 4;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    // The rest is never sent: whoever waited for it would wait for ever.
    stream.write_all(&request.as_bytes()[..body_at + 10]).await.unwrap();
    let mut answer = Vec::new();
    let _reset_or_closed = stream.read_to_end(&mut answer).await;
    assert_eq!(answer, b"");
    let call = served.fake.calls_to("oa/applyevent").remove(0);
    assert_eq!((call.outcome, call.effect), (CallOutcome::Cut, None));
    assert_eq!(served.fake.forms(), []);
}

#[tokio::test]
async fn a_body_is_cut_after_the_form_was_made() {
    let served = served().await;
    let request = applyevent(&served).await;
    plan(&served, "oa/applyevent", CallFault::CutAnswer(40));
    assert_eq!(exchange(served.address, &request).await.len(), 40);
    assert_eq!(served.fake.forms().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_begins_at_once_and_ends_late() {
    let served = served().await;
    let whole = exchange(served.address, &gettoken()).await;
    plan(&served, "gettoken", CallFault::SlowBody(3_600));
    let asked = Instant::now();
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(gettoken().as_bytes()).await.unwrap();
    let mut answer = vec![0; 64 << 10];
    let mut read = 0;
    while !answer[..read].windows(4).any(|end| end == b"\r\n\r\n") {
        read += stream.read(&mut answer[read..]).await.unwrap();
    }
    assert!(read < whole.len() / 2, "{read} bytes at once");
    let late = stream.read_to_end(&mut answer).await.unwrap();
    assert!(asked.elapsed() >= Duration::from_secs(3_600), "{:?}", asked.elapsed());
    assert_eq!(read + late, whole.len());
}

#[tokio::test]
async fn what_is_no_json_of_wecoms_arrives_as_planned() {
    let served = served().await;
    let target = format!("/cgi-bin/gettoken?corpid={CORP_ID}&corpsecret={SECRET}");
    let kind = |head: &str| {
        let line = head.lines().find(|line| line.starts_with("content-type:")).unwrap();
        line.split_once(": ").unwrap().1.to_owned()
    };
    plan(&served, "gettoken", CallFault::Html);
    let told = get(served.address, &target).await;
    assert_eq!((told.status, kind(&told.head).as_str()), (200, "text/html"));
    plan(&served, "gettoken", CallFault::ContentType("text/plain"));
    let told = get(served.address, &target).await;
    assert_eq!((told.status, kind(&told.head).as_str()), (200, "text/plain"));
    assert!(told.body.contains("\"access_token\""));
    plan(&served, "gettoken", CallFault::OversizedBody(5 << 20));
    assert!(get(served.address, &target).await.body.len() > 5 << 20);
    plan(&served, "gettoken", CallFault::Status(502, String::from("bad gateway")));
    let told = get(served.address, &target).await;
    assert_eq!((told.status, told.body.as_str()), (502, "bad gateway"));
}

#[tokio::test]
async fn a_callback_arrives_while_the_answer_to_its_submission_is_on_its_way() {
    let served = served().await;
    let mut receiver = receiver(Vec::new()).await;
    save_receive_server(&served.fake, receiver.settings()).await.unwrap();
    let request = applyevent(&served).await;
    plan(&served, "oa/applyevent", CallFault::Delay(3_600));
    let address = served.address;
    let answer = tokio::spawn(async move { exchange(address, &request).await });
    let message = receiver.messages.recv().await.unwrap();
    assert!(message.contains("<StatuChangeEvent>1</StatuChangeEvent>"), "{message}");
    assert!(!answer.is_finished());
    answer.abort();
}
