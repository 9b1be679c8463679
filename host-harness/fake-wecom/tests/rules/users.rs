//! user/get.

use fake_wecom::MemberStatus;
use fake_wecom::setup::member;
use serde_json::{Value, json};

use crate::company::{Company, changed, example};

fn user(company: &Company, user_id: &str) -> Value {
    company.get(&format!("/cgi-bin/user/get?access_token={}&userid={user_id}", company.token))
}

#[test]
fn a_member_is_found_in_any_case_and_named_in_the_canonical_one() {
    let company = example();
    assert_eq!(
        user(&company, "ZHANG.SAN"),
        json!({
            "errcode": 0, "errmsg": "ok", "userid": "zhang.san", "name": "张三", "department": [7, 12],
            "order": [0, 0], "position": "", "is_leader_in_dept": [0, 0], "direct_leader": ["LiSi"],
            "main_department": 7, "status": 1, "gender": "0",
        })
    );
    assert_eq!(user(&company, "lisi")["userid"], "LiSi");
}

#[test]
fn disabled_and_not_activated_members_are_found_with_their_status() {
    let company = example();
    assert_eq!(user(&company, member::DISABLED)["status"], 2);
    assert_eq!(user(&company, member::NOT_ACTIVATED)["status"], 4);
}

#[test]
fn unknown_invisible_and_departed_members_are_60111_with_empty_fields() {
    let company = example();
    company.fake.reconfigure(|setup| setup.members[1].status = MemberStatus::Left);
    for user_id in ["nobody", member::OUT_OF_RANGE, member::LI_SI] {
        let answer = user(&company, user_id);
        assert_eq!(answer["errcode"], 60111, "{user_id}");
        assert_eq!(answer["department"], json!([]), "{user_id}");
        assert_eq!(answer["direct_leader"], json!([]), "{user_id}");
        assert!(answer.get("userid").is_none(), "{user_id}");
    }
}

#[test]
fn user_ids_of_the_wrong_form_are_refused() {
    let company = example();
    assert_eq!(user(&company, "")["errcode"], 40058);
    assert_eq!(user(&company, &"a".repeat(65))["errcode"], 40058);
    assert_eq!(user(&company, "_leading")["errcode"], 40003);
    assert_eq!(user(&company, "a%20b")["errcode"], 40003);
}

#[test]
fn an_app_without_contacts_may_not_ask() {
    let company = changed(|setup| setup.apps[0].contacts = false);
    assert_eq!(user(&company, "LiSi")["errcode"], 48002);
}
