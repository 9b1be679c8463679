//! `check` against a fake WeCom in every state, both as a person runs them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use command::{Files, Ran, run};
use fake::Fake;
use fake_wecom::{EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, SECRET};
use serde_json::Value;

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;
#[path = "support/fake.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fake;
#[path = "../../tests/support/minimal.rs"]
mod minimal;

/// Both languages, without the time in WeCom's hints.
struct Told {
    en: String,
    zh_cn: String,
}

/// What `check` prints in `state`; its exit code must be `code`.
#[track_caller]
fn told(state: &str, code: i32) -> Told {
    let fake = Fake::start(state);
    // At the level that logs the most.
    let [en, zh_cn] = ["en", "zh-cn"].map(|language| {
        let ran = fake.check(&["--language", language, "--log-level", "trace"]);
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.stderr.contains("/cgi-bin/gettoken"), "nothing is logged: {ran:?}");
        without_secrets(&ran);
        without_hints(&ran.stdout)
    });
    Told { en, zh_cn }
}

#[track_caller]
fn without_secrets(ran: &Ran) {
    for secret in [SECRET, EXAMPLE_AES_KEY, EXAMPLE_CALLBACK_TOKEN, "access_token="] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret} in {ran:?}");
    }
}

/// `hint: [1767225661123456789012345]` holds the time.
fn without_hints(text: &str) -> String {
    let mut parts = text.split("hint: [");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (digits, rest) = part.split_once(']').unwrap();
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()), "{text}");
        out.push_str("hint: […]");
        out.push_str(rest);
    }
    out
}

/// The one step that fails, with its remedy; none warns.
#[track_caller]
fn only_fault<'a>(text: &'a str, to_do: &str) -> (&'a str, &'a str) {
    assert!(!text.lines().any(|line| line.starts_with('!')), "{text}");
    assert_eq!(text.matches(to_do).count(), 1, "{text}");
    let mut lines = text.lines().skip_while(|line| !line.starts_with('✗'));
    let (step, remedy) = (lines.next().unwrap(), lines.next().unwrap());
    assert!(!lines.any(|line| line.starts_with('✗')), "{text}");
    let (title, _evidence) = step.trim_start_matches("✗ ").split_once([':', '：']).unwrap();
    (title, remedy.trim_start().strip_prefix(to_do).unwrap())
}

/// In both languages the step `titles` alone fails, and its remedy holds what is expected.
#[track_caller]
fn one_remedy(told: &Told, titles: [&str; 2], remedies: [&str; 2]) {
    for (text, to_do, title, part) in
        [(&told.en, "to do: ", titles[0], remedies[0]), (&told.zh_cn, "处理办法：", titles[1], remedies[1])]
    {
        let (step, remedy) = only_fault(text, to_do);
        assert_eq!(step, title);
        assert!(remedy.contains(part), "{remedy}");
    }
}

macro_rules! snapshot {
    ($told:expr) => {
        insta::assert_snapshot!(format!("{}\n{}", $told.en, $told.zh_cn))
    };
}

#[test]
fn when_all_is_well_every_step_passes() {
    let told = told("well", 0);
    for text in [&told.en, &told.zh_cn] {
        let (engines, own) = text.trim_end().rsplit_once('\n').unwrap();
        assert!(engines.lines().all(|line| line.starts_with('✓')), "{text}");
        // Whether news arrives, no command sees.
        assert!(own.starts_with('–'), "{text}");
    }
    snapshot!(told);
}

#[test]
fn a_wrong_secret_is_to_be_copied_again() {
    let told = told("wrong-secret", 2);
    one_remedy(
        &told,
        ["WeCom gives a token for the credentials", "企业微信为该凭证签发 access_token"],
        ["copies the Secret again", "重新复制 Secret"],
    );
    snapshot!(told);
}

#[test]
fn an_address_that_is_not_allowed_is_to_be_added() {
    let told = told("address-not-allowed", 2);
    one_remedy(
        &told,
        ["WeCom allows this address", "企业微信允许本平台的 IP 地址"],
        ["adds the address 127.0.0.1 to the app's trusted IPs", "将地址 127.0.0.1 加入"],
    );
    snapshot!(told);
}

#[test]
fn an_app_that_is_not_permitted_is_to_be_added() {
    let told = told("app-not-permitted", 2);
    one_remedy(
        &told,
        ["The app can call the approval interfaces", "应用可以调用审批接口"],
        ["adds the app under 应用管理 > 审批 > API > 可调用接口的应用", "可调用接口的应用」中添加该应用"],
    );
    snapshot!(told);
}

#[test]
fn a_deleted_control_is_named_with_the_map_to_correct() {
    let told = told("control-deleted", 2);
    one_remedy(
        &told,
        ["The field map fits the template", "字段映射与模板一致"],
        ["compares the field map with 应用管理 > 审批 > the template", "字段映射"],
    );
    snapshot!(told);
}

#[test]
fn an_invisible_applicant_is_to_be_included_in_the_range() {
    let told = told("applicant-invisible", 2);
    one_remedy(
        &told,
        ["The test account's member can be confirmed", "可以确认测试账号对应的成员"],
        ["应用管理 > the app > 可见范围", "可见范围"],
    );
    snapshot!(told);
}

#[test]
fn every_state_is_explained_in_the_help() {
    let help = run(&["fake-wecom", "--help"]).stdout;
    for state in [
        "well",
        "wrong-secret",
        "address-not-allowed",
        "app-not-permitted",
        "control-deleted",
        "applicant-invisible",
    ] {
        let explained =
            help.lines().filter_map(|line| line.trim().strip_prefix(&format!("- {state}:"))).next();
        assert!(explained.is_some_and(|line| line.len() > 20), "{state}: {help}");
    }
}

#[test]
fn as_json_every_step_has_its_id_and_both_languages() {
    let ran = Fake::start("address-not-allowed").check(&["--json"]);
    assert_eq!(ran.code, 2);
    without_secrets(&ran);
    let findings: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    let words =
        |finding: &Value| ["id", "verdict"].map(|name| finding[name].as_str().unwrap().to_owned()).join(" ");
    let verdicts: Vec<String> = findings.iter().map(words).collect();
    insta::assert_snapshot!(verdicts.join("\n"));
    for finding in findings {
        for text in [&finding["title"], &finding["evidence"]] {
            assert!(text["en"].is_string() && text["zh-cn"].is_string(), "{finding}");
        }
    }
}

#[test]
fn settings_with_problems_fail_as_the_first_step_and_nothing_else_is_tried() {
    let files = Files::new();
    let settings = files.write("settings.json", r#"{"corp-id": "ww1"}"#);
    let ran = run(&["check", "--settings", &settings]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, ""));
    let steps: Vec<&str> = ran.stdout.lines().filter(|line| !line.starts_with(' ')).collect();
    assert!(steps.len() > 1, "{}", ran.stdout);
    assert!(steps.iter().all(|step| step.starts_with("✗ The settings are complete: ")), "{}", ran.stdout);
}

#[test]
fn an_engine_that_does_not_diagnose_is_told_in_one_sentence() {
    let files = Files::new();
    let engine = files.write("engine.wasm", minimal::engine());
    let settings = files.write("settings.json", "{}");
    for command in ["check", "provision"] {
        let ran = run(&[command, "--engine", &engine, "--settings", &settings]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        assert_eq!(
            ran.sentence(),
            "the engine does not offer engine-diagnostics, which an engine may leave out: do without, or take one \
             that exports it"
        );
    }
}

#[cfg(unix)]
#[test]
fn the_files_of_a_fake_are_gone_after_ctrl_c() {
    let mut fake = Fake::start("well");
    let files = || std::fs::read_dir(fake.directory.path()).unwrap().count();
    assert_eq!(files(), 1);
    let pid = fake.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(fake.child.wait().unwrap().code(), Some(0));
    assert_eq!(std::fs::read_dir(fake.directory.path()).unwrap().count(), 0);
}

/// Settings are in its memory, secrets among them.
#[cfg(target_os = "linux")]
#[test]
fn the_program_leaves_no_core_dump() {
    let fake = Fake::start("well");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", fake.child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
}
