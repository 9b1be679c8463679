//! The table of WeCom's errcodes.

use std::collections::BTreeSet;

use wecom_protocol::errcode::{self, Refusal, RefusalClass, Treatment};
use wecom_protocol::secret::Secret;

#[test]
fn every_row_has_its_own_number_and_both_languages() {
    let mut numbers = BTreeSet::new();
    for row in errcode::known() {
        assert!(numbers.insert(row.errcode), "{} twice", row.errcode);
        for text in [&row.sentence, &row.remedy] {
            assert!(text.en.starts_with(|first: char| first.is_ascii_alphabetic()), "{}", text.en);
            assert!(text.zh_cn.chars().any(|character| character > '\u{4dff}'), "{}", text.zh_cn);
        }
    }
    assert!(errcode::known().is_sorted_by_key(|row| row.errcode));
}

/// The whole table, in one view for whoever reviews a change of it.
#[test]
fn the_classes_and_treatments_are_those_reviewed() {
    let mut table = String::new();
    for row in errcode::known() {
        table += &format!("{:>6} {:?} {:?}\n", row.errcode, row.class, row.treatment);
    }
    insta::assert_snapshot!(table);
}

#[test]
fn only_40014_41001_and_42001_renew_a_token_and_only_credentials_are_blocked() {
    let with = |treatment| {
        let rows = errcode::known().iter().filter(move |row| row.treatment == treatment);
        rows.map(|row| row.errcode).collect::<Vec<_>>()
    };
    assert_eq!(with(Treatment::RenewToken), [40_014, 41_001, 42_001]);
    assert_eq!(with(Treatment::BlockCredential), [40_001, 40_013, 40_091, 41_002, 41_004]);
    assert_eq!(with(Treatment::Doubtful), [-1, 301_057, 620_004]);
    assert_eq!(with(Treatment::Transient), [45_009, 45_033]);
}

#[test]
fn an_unknown_code_is_permanent_and_kept() {
    let refusal = Refusal::new(987_654, "something new", None);
    assert_eq!(errcode::treatment(987_654), Treatment::Permanent);
    assert_eq!((refusal.class, refusal.code.as_str()), (RefusalClass::Other, "987654"));
    assert_eq!(
        refusal.sentence.en,
        "WeCom refused the call with a code that this engine does not know: 987654"
    );
}

#[test]
fn the_remedy_of_60020_names_the_address_to_allow() {
    let sample: serde_json::Value =
        serde_json::from_str(include_str!("json/any.response.ip-not-allowed.json")).unwrap();
    let refusal = Refusal::new(60_020, sample["errmsg"].as_str().unwrap(), None);
    assert_eq!(refusal.class, RefusalClass::Address);
    insta::assert_snapshot!(refusal.remedy.en, @"the administrator adds the address 192.0.2.10 to the app's trusted IPs: 应用管理 > the app > 企业可信IP; it takes effect after a minute");
    insta::assert_snapshot!(refusal.remedy.zh_cn, @"请管理员将地址 192.0.2.10 加入「应用管理 > 对应应用 > 企业可信IP」，约一分钟后生效");
    insta::assert_snapshot!(refusal.provider_text, @"not allow to access from your ip, hint: [1767225600123456789012348], from ip: 192.0.2.10, more info at https://open.work.weixin.qq.com/devtool/query?e=60020");
}

#[test]
fn an_errmsg_cannot_smuggle_markup_into_the_remedy() {
    let refusal = Refusal::new(60_020, "from ip: <b>1.2.3</b>", None);
    assert!(!refusal.remedy.en.contains("<b>"));
}

#[test]
fn the_quoted_text_has_no_secret_no_control_character_and_512_bytes_at_most() {
    let errmsg = format!("bad\r\n\0 TOK-1 access_token=TOK-2&corpsecret=SEC-3 {}", "长".repeat(500));
    let quoted = Refusal::new(1, &errmsg, Some(&Secret::new("TOK-1".into()))).provider_text;
    assert!(quoted.len() <= 512);
    assert!(!["TOK-1", "TOK-2", "SEC-3"].iter().any(|secret| quoted.contains(secret)), "{quoted}");
    assert!(!quoted.contains(char::is_control), "{quoted}");
}
