//! `demo`: the whole story, as somebody who has just built the project sees it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use std::net::{Ipv4Addr, TcpListener};

use command::run;
use fake_wecom::{EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, SECRET};

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;

#[test]
fn the_story_comes_out_as_expected() {
    let ran = run(&["demo"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);

    let expected: Vec<&str> = ran.stdout.lines().filter(|line| line.trim_start().starts_with('✓')).collect();
    assert!(!ran.stdout.contains('✗'), "{}", ran.stdout);
    assert_eq!(
        ran.stdout.lines().last(),
        Some(format!("{} steps as expected, 0 not.", expected.len()).as_str())
    );
    insta::assert_snapshot!(expected.join("\n"));
}

#[test]
fn the_timeline_tells_who_did_what() {
    let ran = run(&["demo"]);
    for told in [
        "3 problems  [configure,",
        "address verified → 200  [handle-callback,",
        "address saved",
        "account u-1 is zhang.san, confirmed  [resolve-user,",
        "account u-9: inactive  [resolve-user,",
        "REQ-2026-0001 is approval ",
        "a member agreed: ",
        "a member rejected: ",
        "LiSi commented “until when?”",
        "known already, nothing changes → 200",
        "refused: forged",
        "foreign, only counted → 200",
        "9 steps pass, 0 warn, 0 fail, 0 are skipped  [check,",
        "compares the field map with 应用管理 > 审批 > the template",
        "gettoken                 3 calls, 0 refused",
    ] {
        assert!(ran.stdout.contains(told), "no {told:?} in:\n{}", ran.stdout);
    }
}

/// D21: at the level that logs the most.
#[test]
fn neither_output_nor_any_log_line_has_a_secret() {
    let ran = run(&["demo", "--log-level", "trace"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stderr.contains("/cgi-bin/gettoken"), "nothing is logged: {}", ran.stderr);
    for secret in
        [SECRET, EXAMPLE_CALLBACK_TOKEN, EXAMPLE_AES_KEY, "access_token=", "corpsecret=", "msg_signature="]
    {
        for (stream, text) in [("output", &ran.stdout), ("log", &ran.stderr)] {
            assert!(!text.contains(secret), "{secret} in the {stream}:\n{text}");
        }
    }
}

#[test]
fn a_port_in_use_is_told_with_the_option_that_changes_it() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for option in ["--wecom-port", "--host-port"] {
        let ran = run(&["demo", option, &port]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        let sentence = ran.sentence();
        assert!(sentence.starts_with(&format!("cannot listen on 127.0.0.1:{port}: ")), "{sentence}");
        assert!(sentence.ends_with(&format!("free the port or give another with {option}")), "{sentence}");
    }
}
