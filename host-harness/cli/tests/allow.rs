//! From a line about a denied request to the option that allows it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use command::{Files, Ran, run, run_with};
use serde_json::json;

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;
#[path = "../../tests/support/submitting.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod submitting;

/// The origin of a server that has nothing to say, to anybody.
fn served() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // Of a request that small, one read has the whole.
            let read = stream.read(&mut [0; 16 << 10]).unwrap();
            assert_ne!(read, 0);
            stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
        }
    });
    origin
}

/// An engine whose `submit` asks for `url`, which its description does not name.
struct Asking {
    _files: Files,
    engine: String,
}

impl Asking {
    fn new(url: &str) -> Self {
        let files = Files::new();
        let engine = files.write("engine.wasm", submitting::engine(url, "(call $ask (i32.const 0))"));
        Self { _files: files, engine }
    }

    fn submit(&self, options: &[&str]) -> Ran {
        let account = json!({ "id": "u-1", "display-name": "张三", "attributes": [] });
        let input = json!({ "idempotency-key": "REQ-1", "applicant": account, "route": "template-flow" });
        let call = ["call", "submit", "--engine", &self.engine, "--input", "-", "--log-level", "info"];
        run_with(&[&call[..], options].concat(), &input.to_string(), &[])
    }
}

/// What the line about the denial says to add; `None` when the engine got its answer.
#[track_caller]
fn to_add(ran: &Ran) -> Option<String> {
    assert_eq!(ran.code, 0, "{ran:?}");
    let line = ran.stderr.lines().find(|line| line.contains("request-denied"));
    assert_eq!(line.is_none(), ran.stderr.contains("answered"), "{ran:?}");
    line.map(|line| {
        assert!(line.contains(" approval_host: host: request-denied "), "{line}");
        let (_, add) = line.split_once(" add=").unwrap_or_else(|| panic!("{line}"));
        let quote = add.chars().next().unwrap();
        add.split(quote).nth(1).unwrap().to_owned()
    })
}

#[test]
fn what_a_denial_says_to_add_has_an_option() {
    let origin = served();
    let asking = Asking::new(&format!("{origin}/v1/orders?key=S3"));
    let denied = |options: &[&str]| to_add(&asking.submit(options));

    assert_eq!(denied(&[]), Some(format!("egress.origins = [\"{origin}\"]")));
    assert_eq!(denied(&["--allow", &origin]), Some(String::from("egress.loopback = true")));
    assert_eq!(denied(&["--allow", &origin, "--loopback"]), None);

    let elsewhere = format!("{origin}/v2/");
    let other_path = ["--loopback", "--allow", &elsewhere];
    let prefix = format!("egress.paths = {{ \"{origin}\" = [\"/v1/orders/\"] }}");
    assert_eq!(denied(&other_path), Some(prefix));
    let its_path = format!("{origin}/v1/orders/");
    assert_eq!(denied(&[&other_path[..], &["--allow", &its_path]].concat()), None);
}

#[test]
fn what_cannot_be_allowed_is_told_by_every_command_that_calls_out() {
    let files = Files::new();
    let settings = files.write("settings.json", "{}");
    let key = files.write("key", "00".repeat(32));
    for command in [
        ["call", "submit"].as_slice(),
        &["record", "submit", "--key", &key, "--out", &settings],
        &["check"],
        &["provision"],
    ] {
        for (wrong, reason) in [
            ("api.example.com", "it is no origin"),
            ("ftp://api.example.com", "it is no origin"),
            ("https://api.example.com/v1/../v2", "its path is none"),
            ("https://api.example.com/v1?key=1", "its path is none"),
        ] {
            let ran = run(&[command, &["--settings", &settings, "--allow", wrong]].concat());
            assert_eq!(ran.code, 1, "{ran:?}");
            let expected =
                format!("cannot read the option --allow {wrong}: {reason}: give an origin such as ");
            assert!(ran.sentence().starts_with(&expected), "{ran:?}");
        }
    }
}
