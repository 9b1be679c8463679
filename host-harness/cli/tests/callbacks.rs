//! `callbacks`: recordings in bulk, one JSON object a line in and out.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a recording that cannot be replayed ends here"
)]

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use command::run_with;
use fake_wecom::crypto::{AesKey, seal, sign};
use serde_json::{Value, json};

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;

const TOKEN: &str = "TestTokenForVectors01";
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const CORP: &str = "ww1cSD21f1e9c0caaa";

fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugin/protocol/tests/vectors")
}

fn vectors(group: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(recordings().join("vectors.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[group].as_array().unwrap().clone()
}

/// The answers to these lines, one each, from one run that ends well.
fn answers(lines: &[String]) -> Vec<Value> {
    let ran = run_with(&["callbacks"], &lines.join("\n"), &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    let answers: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    answers
}

fn envelope(sealed: &str) -> String {
    format!("<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>")
}

/// A line for a vector; `None` for the few that were published without what a request needs.
fn line(vector: &Value, op: &str) -> Option<String> {
    let signature = vector["msg_signature"].as_str().or(vector["correct_msg_signature"].as_str())?;
    let (sealed, corp) = (vector["encrypt"].as_str()?, vector["receiveid"].as_str()?);
    let mut query = json!({
        "msg_signature": signature,
        "timestamp": vector["timestamp"].as_str()?,
        "nonce": vector["nonce"].as_str()?,
    });
    if op == "verify_url" {
        query["echostr"] = json!(sealed);
    }
    let config = json!({ "token": vector["token"], "aes_key": vector["encoding_aes_key"], "corp_id": corp });
    let id = format!("{} {op}", vector["id"].as_str()?);
    Some(
        json!({ "id": id, "op": op, "config": config, "query": query, "body": envelope(sealed) }).to_string(),
    )
}

fn brief(answer: &Value) -> String {
    let text = |name: &str| answer[name].as_str().unwrap_or("-").to_owned();
    format!("{}: {} {} {}", text("id"), text("verdict"), text("disposition"), text("reason"))
}

#[test]
fn every_vector_has_its_verdict_and_none_traps() {
    let all = vectors("vectors");
    let lines: Vec<String> = all
        .iter()
        .flat_map(|vector| ["callback", "verify_url"].map(|op| line(vector, op)))
        .flatten()
        .collect();
    let answers = answers(&lines);

    for vector in &all {
        let id = format!("{} verify_url", vector["id"].as_str().unwrap());
        let answer = answers.iter().find(|answer| answer["id"] == id.as_str());
        if let Some(answer) = answer.filter(|answer| answer["disposition"] == "verified-address") {
            let body = BASE64_STANDARD.decode(answer["response"]["body_b64"].as_str().unwrap()).unwrap();
            assert_eq!(body, vector["plaintext"].as_str().unwrap().as_bytes(), "{id}");
        }
    }
    insta::assert_snapshot!(answers.iter().map(brief).collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_altered_vector_is_rejected() {
    let lines: Vec<String> =
        vectors("negative").iter().filter_map(|vector| line(vector, "callback")).collect();
    let answers = answers(&lines);
    assert_eq!(answers.len(), 13);
    for answer in answers {
        assert_eq!(answer["verdict"], "reject", "{answer}");
        assert_eq!(answer["response"], json!({ "status": 403, "body_b64": "" }), "{answer}");
        assert_eq!(answer["events"], json!([]));
    }
}

#[test]
fn every_recorded_message_is_accepted_with_its_event() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(recordings().join("messages"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let key = AesKey::parse(KEY).unwrap();
    let lines: Vec<String> = files
        .iter()
        .map(|file| {
            let message = std::fs::read(file).unwrap();
            let sealed = seal(&key, *b"0123456789abcdef", &message, CORP);
            let at = created(&message);
            let signature = sign(TOKEN, &at, "1", &sealed);
            json!({
                "id": file.file_stem().unwrap().to_str().unwrap(),
                "op": "callback",
                "config": { "token": TOKEN, "aes_key": KEY, "corp_id": CORP },
                "query": { "msg_signature": signature, "timestamp": at, "nonce": "1" },
                "body_b64": BASE64_STANDARD.encode(envelope(&sealed)),
            })
            .to_string()
        })
        .collect();

    for answer in answers(&lines) {
        assert_eq!(
            (&answer["verdict"], &answer["disposition"]),
            (&json!("accept"), &json!("accepted")),
            "{answer}"
        );
        assert_eq!(answer["events"].as_array().map(Vec::len), Some(1), "{answer}");
        assert_eq!(answer["response"]["status"], 200);
    }
}

/// When the event of a message was, so that it is sent on time.
fn created(message: &[u8]) -> String {
    let message = String::from_utf8_lossy(message);
    let (_, after) = message.split_once("<CreateTime>").unwrap();
    after.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect()
}

/// A bad line costs itself and nothing else.
#[test]
fn a_line_that_is_no_recording_gives_an_error_with_its_number() {
    let good = line(&vectors("negative")[0], "callback").unwrap();
    let both = good.replacen("\"body\":", "\"body_b64\":\"\",\"body\":", 1);
    let bad_config = good.replacen("TestTokenForVectors01", "not a token", 1);
    let lines = ["{", "[]", "{\"id\":1}", "\u{1}", &both, &bad_config, &good].map(str::to_owned);

    let answers = answers(&lines);

    for (number, answer) in (1..).zip(&answers).take(5) {
        assert_eq!(answer["line"], number, "{answer}");
        assert!(answer["error"].is_string(), "{answer}");
    }
    assert_eq!((&answers[5]["verdict"], &answers[5]["reason"]), (&json!("reject"), &json!("configuration")));
    assert_eq!((&answers[6]["verdict"], &answers[6]["reason"]), (&json!("reject"), &json!("forged")));
}

#[test]
fn nothing_in_gives_nothing_out() {
    let ran = run_with(&["callbacks"], "\n  \n", &[]);
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
}

/// D21: bad lines hold secrets too.
#[test]
fn no_line_out_quotes_a_secret_of_a_line_in() {
    let good = line(&vectors("negative")[0], "callback").unwrap();
    let cut = good.get(..good.len() / 2).unwrap();
    let wrong_type = good.replacen("\"op\":\"callback\"", "\"op\":\"TestTokenForVectors01\"", 1);
    let ran = run_with(&["callbacks", "--log-level", "trace"], &[&good, cut, &wrong_type].join("\n"), &[]);
    for secret in [TOKEN, KEY] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{ran:?}");
    }
}
