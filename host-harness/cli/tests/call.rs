//! `call`: one function by hand, with settings and secrets from files and the environment.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::net::{Ipv4Addr, TcpListener};

use command::{Files, Ran, run, run_with};
use fake_wecom::setup::{control, member};
use fake_wecom::{
    ACCESS_TEMPLATE_ID, CORP_ID, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, FakeWeCom, ManualClock, SECRET,
    Setup, serve,
};
use serde_json::{Value, json};

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;

const SECRET_VARIABLE: &str = "HOST_HARNESS_TEST_SECRET";

/// Settings whose Secret is in the environment and whose Aes Key is in a file.
fn settings(files: &Files, api: &str) -> String {
    let key = files.write("aes-key", format!("{EXAMPLE_AES_KEY}\n"));
    let map = json!({
        "title": control::TITLE,
        "reason": control::REASON,
        "application": control::APPLICATION,
        "request-number": control::REQUEST_NUMBER,
    });
    let settings = json!({
        "corp-id": CORP_ID,
        "agent-id": "3010040",
        "secret": { "env": SECRET_VARIABLE },
        "sign-token": EXAMPLE_CALLBACK_TOKEN,
        "aes-key": { "file": key },
        "associated-user-attribute": "wecomUserId",
        "template-id": ACCESS_TEMPLATE_ID,
        "field-map": map.to_string(),
        "api-base-url": api,
    });
    files.write("settings.json", settings.to_string())
}

fn account(member: &str) -> Value {
    json!({
        "id": "u-1",
        "display-name": "张三",
        "attributes": [{ "name": "wecomUserId", "values": [member] }],
    })
}

fn submission() -> Value {
    json!({
        "idempotency-key": "REQ-1",
        "applicant": account(member::ZHANG_SAN),
        "fields": [
            { "name": "title", "content": { "single": { "text": "ERP" } } },
            { "name": "reason", "content": { "single": { "text": "季度对账" } } },
            { "name": "application", "content": { "single": { "choices": ["ERP"] } } },
        ],
        "route": "template-flow",
    })
}

/// Calls `function` with `input` on standard input.
fn call(function: &str, settings: &str, input: &Value) -> Ran {
    let arguments = ["call", function, "--settings", settings, "--input", "-", "--loopback"];
    run_with(&arguments, &input.to_string(), &[(SECRET_VARIABLE, SECRET)])
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"))
}

/// An address that nobody listens on: it was free a moment ago.
fn closed() -> String {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    format!("http://{address}")
}

#[test]
fn configure_takes_settings_as_the_contract_writes_them() {
    let text = |key: &str, value: &str| json!({ "key": key, "value": { "text": value } });
    let settings = json!({ "settings": [
        text("corp-id", CORP_ID),
        text("agent-id", "3010040"),
        text("sign-token", EXAMPLE_CALLBACK_TOKEN),
        text("aes-key", EXAMPLE_AES_KEY),
        text("associated-user-attribute", "wecomUserId"),
        text("api-base-url", "https://wecom.example.com"),
        { "key": "secret", "value": "held" },
    ] });

    let ran = run_with(&["call", "configure", "--input", "-"], &settings.to_string(), &[]);

    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
    let origins = json(&ran).pointer("/ok/origins").cloned();
    assert_eq!(origins, Some(json!(["https://wecom.example.com"])));
    for secret in [EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN] {
        assert!(!ran.stdout.contains(secret), "{}", ran.stdout);
    }
}

#[test]
fn problems_of_the_settings_are_printed_and_the_first_is_said() {
    let settings = json!({ "settings": [{ "key": "corp-id", "value": { "text": "ww1" } }] });
    let ran = run_with(&["call", "configure", "--input", "-"], &settings.to_string(), &[]);
    assert_eq!(ran.code, 2);
    let problems = json(&ran).pointer("/err").and_then(Value::as_array).map(Vec::len);
    assert_eq!(problems, Some(6), "{}", ran.stdout);
    assert!(ran.sentence().starts_with("configure: "), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_resolved_and_an_approval_submitted_over_http() {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    let fake = FakeWeCom::new(Setup::example(), ManualClock::new(1_767_225_600), 1);
    let serving = tokio::spawn(serve::serve(listener, fake.clone(), std::future::pending()));
    let (resolved, submitted, refused) = tokio::task::spawn_blocking(move || {
        let files = Files::new();
        let settings = settings(&files, &api);
        let resolve = |id: &str| json!({ "account": account(id), "depth": "confirmed" });
        (
            call("resolve-user", &settings, &resolve("ZHANG.SAN")),
            call("submit", &settings, &submission()),
            call("resolve-user", &settings, &resolve(member::DISABLED)),
        )
    })
    .await
    .unwrap();
    serving.abort();

    assert_eq!(json(&resolved), json!({ "ok": { "id": member::ZHANG_SAN, "confirmed": true } }));
    let form = fake.forms().pop().unwrap();
    assert_eq!(json(&submitted).pointer("/ok/approval-id"), Some(&json!(form.sp_no)));
    assert_eq!((resolved.code, submitted.code, refused.code), (0, 0, 2));
    assert_eq!(json(&refused).pointer("/err/kind"), Some(&json!("inactive")));
    // The fake's clock is not this machine's, which the host tells.
    let (clock, sentence) = refused.stderr.trim_end().split_once('\n').unwrap();
    assert!(clock.contains("host: clock-skew provider-ahead-seconds="), "{clock}");
    assert!(sentence.contains("activate the member"), "{sentence}");
}

#[test]
fn a_wecom_that_is_down_is_unavailable_in_one_sentence() {
    let files = Files::new();
    let ran = call("submit", &settings(&files, &closed()), &submission());
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(json(&ran).pointer("/err/unavailable").is_some(), "{}", ran.stdout);
    // The engine's line, which tracking has no other place for, and then the sentence.
    let line =
        r#"engine: no-answer path="/cgi-bin/gettoken" reason="WeCom cannot be reached: no connection""#;
    let sentence = "host-harness: submit: WeCom cannot be reached: no connection: ";
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert!(
        matches!(lines.as_slice(), [first, second] if first.contains(line) && second.starts_with(sentence)),
        "{ran:?}"
    );
}

#[test]
fn without_the_grant_this_machine_is_out_of_reach() {
    let files = Files::new();
    let settings = settings(&files, &closed());
    let arguments = ["call", "submit", "--settings", &settings, "--input", "-"];
    let ran = run_with(
        &[&arguments[..], &["--log-level", "off"]].concat(),
        &submission().to_string(),
        &[(SECRET_VARIABLE, SECRET)],
    );
    assert_eq!(ran.code, 2);
    assert_eq!(json(&ran).pointer("/err/refused/code"), Some(&json!("egress-denied")));
    assert!(ran.sentence().contains("egress.loopback"), "{}", ran.stderr);
}

#[test]
fn settings_that_are_no_json_are_told_by_their_place_alone() {
    let files = Files::new();
    let file = files.write("settings.json", format!("{{\n  \"secret\": {SECRET}\n}}"));
    let ran = call("configure", &file, &Value::Null);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let sentence = ran.sentence();
    assert!(
        sentence.starts_with(&format!("cannot read the settings {file}: not JSON at line 2 ")),
        "{sentence}"
    );
    assert!(!sentence.contains("example-secret"), "{sentence}");
}

#[test]
fn what_is_missing_is_named() {
    let files = Files::new();
    let settings = settings(&files, "https://wecom.example.com");
    let unset = run(&["call", "configure", "--settings", &settings]);
    let no_settings = run(&["call", "configure", "--settings", "/nowhere.json"]);
    let no_input = run(&["call", "describe", "--input", "/nowhere.json"]);
    let no_function = run(&["call", "approve-everything"]);

    for ran in [&unset, &no_settings, &no_input, &no_function] {
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    }
    assert!(unset.sentence().contains(SECRET_VARIABLE), "{}", unset.stderr);
    assert!(no_settings.sentence().starts_with("cannot read the settings /nowhere.json: "));
    assert!(no_input.sentence().starts_with("cannot read the input /nowhere.json: "));
    assert!(
        no_function.sentence().contains("approve-everything: it has describe, configure"),
        "{}",
        no_function.stderr
    );
}

#[test]
fn a_private_origin_that_is_none_is_refused_in_one_sentence() {
    for text in ["wecom.example.com", "ftp://wecom.example.com", "https://", ""] {
        let ran =
            run(&["call", "describe", "--private-origin", "https://a.example", "--private-origin", text]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{text}");
        let sentence = ran.sentence();
        assert!(
            sentence
                .starts_with(&format!("cannot read the option --private-origin {text}: it is no origin: ")),
            "{sentence}"
        );
    }
}

#[test]
fn an_argument_of_another_shape_is_named_by_its_place() {
    let files = Files::new();
    let mut wrong = submission();
    *wrong.pointer_mut("/fields/1/content/single").unwrap() = json!({ "colour": "red" });
    let ran = call("submit", &settings(&files, &closed()), &wrong);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    let sentence = ran.sentence();
    assert!(sentence.contains("fields[1].content.single: there is no case colour"), "{sentence}");
}
