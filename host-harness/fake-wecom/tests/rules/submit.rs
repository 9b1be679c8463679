//! oa/applyevent: who, along which flow, with which summary.

use fake_wecom::setup::member;
use fake_wecom::{Effect, FormStatus, LEAVE_TEMPLATE_ID};
use serde_json::{Value, json};

use crate::company::{Company, T0, access_request, changed, example};

fn submit(company: &Company, change: impl FnOnce(&mut Value)) -> Value {
    let mut request = access_request();
    change(&mut request);
    company.post("oa/applyevent", &request)
}

/// Errcode of a submission with something changed; a refused one must leave no form behind.
fn refused(change: impl FnOnce(&mut Value)) -> Value {
    let company = example();
    let answer = submit(&company, change);
    assert_ne!(answer["errcode"], 0, "{answer}");
    assert!(company.fake.forms().is_empty());
    answer["errcode"].clone()
}

#[test]
fn a_submission_gets_a_number_of_the_day_in_china() {
    let mut company = example();
    assert_eq!(company.submit(), "202601010001");
    assert_eq!(company.submit(), "202601010002");
    company.clock.set(T0 + 16 * 3_600);
    company.renew_token();
    assert_eq!(company.submit(), "202601020001");
}

#[test]
fn the_same_call_twice_makes_two_forms() {
    let company = example();
    company.submit();
    company.submit();
    let effects: Vec<_> =
        company.fake.calls_to("oa/applyevent").into_iter().map(|call| call.effect).collect();
    assert_eq!(
        effects,
        [
            Some(Effect::FormSubmitted { sp_no: "202601010001".to_owned() }),
            Some(Effect::FormSubmitted { sp_no: "202601010002".to_owned() }),
        ]
    );
}

#[test]
fn a_form_starts_pending_along_the_flow_of_its_template() {
    let company = example();
    let form = company.fake.form(&company.submit()).unwrap();
    assert_eq!(form.status, FormStatus::Pending);
    assert_eq!(form.applicant, "zhang.san");
    assert_eq!(form.waiting_for(), ["LiSi", "WangWu"]);
    assert_eq!(form.nodes.len(), 2);
    assert_eq!(form.summary, ["应用:ERP"]);
}

#[test]
fn the_creator_must_be_a_visible_member_who_can_take_part() {
    assert_eq!(refused(|r| r["creator_userid"] = json!("")), 40058);
    assert_eq!(refused(|r| r["creator_userid"] = json!(7)), 40058);
    assert_eq!(refused(|r| r["creator_userid"] = json!("nobody")), 60111);
    assert_eq!(refused(|r| r["creator_userid"] = json!(member::DISABLED)), 301_055);
    assert_eq!(refused(|r| r["creator_userid"] = json!(member::OUT_OF_RANGE)), 301_055);
}

#[test]
fn an_invisible_creator_is_told_so() {
    let answer = submit(&example(), |r| r["creator_userid"] = json!(member::OUT_OF_RANGE));
    assert_eq!(answer["errmsg"], "no approval auth:creator not in app visible range");
}

#[test]
fn user_ids_are_kept_in_their_canonical_spelling() {
    let company = example();
    let answer = submit(&company, |r| {
        r["creator_userid"] = json!("Zhang.San");
        r["use_template_approver"] = json!(0);
        r["process"] = json!({ "node_list": [{ "type": 1, "apv_rel": 2, "userid": ["LISI"] }] });
    });
    let form = company.fake.form(answer["sp_no"].as_str().unwrap()).unwrap();
    assert_eq!(form.applicant, "zhang.san");
    assert_eq!(form.waiting_for(), ["LiSi"]);
}

#[test]
fn an_unknown_template_is_refused() {
    assert_eq!(refused(|r| r["template_id"] = json!("3TmNone")), 301_025);
    assert_eq!(refused(|r| r["template_id"] = json!("")), 40058);
}

#[test]
fn the_department_must_be_one_of_the_creators() {
    let company = example();
    for (chosen, kept) in [(json!(12), 12), (json!(0), 7)] {
        let answer = submit(&company, |r| r["choose_department"] = chosen);
        assert_eq!(company.fake.form(answer["sp_no"].as_str().unwrap()).unwrap().department, kept);
    }
    assert_eq!(refused(|r| r["choose_department"] = json!(20)), 301_025);
    assert_eq!(refused(|r| r["choose_department"] = json!("12")), 40058);
}

#[test]
fn the_templates_flow_can_be_taken_only_if_there_is_one() {
    let company = changed(|setup| setup.templates[0].flow = None);
    assert_eq!(company.post("oa/applyevent", &access_request())["errcode"], 301_025);
}

#[test]
fn without_the_templates_flow_the_call_brings_exactly_one() {
    let process = json!({ "node_list": [{ "type": 1, "apv_rel": 1, "userid": ["LiSi"] }] });
    let approver = json!([{ "attr": 1, "userid": ["LiSi"] }]);
    let own = |r: &mut Value| {
        r.as_object_mut().unwrap().remove("use_template_approver");
    };
    assert_eq!(refused(own), 301_025);
    assert_eq!(
        refused(|r| {
            own(r);
            r["process"] = process.clone();
            r["approver"] = approver.clone();
        }),
        301_025
    );
    let company = example();
    for (field, flow) in [("process", process), ("approver", approver)] {
        let answer = submit(&company, |r| {
            own(r);
            r[field] = flow;
        });
        assert_eq!(answer["errcode"], 0, "{field}: {answer}");
    }
    assert_eq!(refused(|r| r["use_template_approver"] = json!(2)), 40058);
    assert_eq!(refused(|r| r["use_template_approver"] = json!("1")), 40058);
}

#[test]
fn attr_and_apv_rel_count_the_other_way_round() {
    let company = example();
    let any = company.submit_with(json!([{ "type": 1, "apv_rel": 2, "userid": ["LiSi", "WangWu"] }]));
    let legacy = submit(&company, |r| {
        r["use_template_approver"] = json!(0);
        r["approver"] = json!([{ "attr": 1, "userid": ["LiSi", "WangWu"] }]);
        r["notifyer"] = json!(["audit01"]);
        r["notify_type"] = json!(1);
    });
    let any = company.detail(&any);
    let legacy = company.detail(legacy["sp_no"].as_str().unwrap());
    assert_eq!(any["process_list"]["node_list"][0]["apv_rel"], 2);
    assert_eq!(any["sp_record"][0]["approverattr"], 1);
    assert_eq!(legacy["sp_record"], any["sp_record"]);
    assert_eq!(legacy["notifyer"], json!([{ "userid": "audit01" }]));
}

#[test]
fn nodes_that_make_no_flow_are_refused() {
    let with = |nodes: Value| {
        refused(|r| {
            r["use_template_approver"] = json!(0);
            r["process"] = json!({ "node_list": nodes });
        })
    };
    assert_eq!(with(json!([])), 301_025);
    assert_eq!(with(json!([{ "type": 4, "apv_rel": 1, "userid": ["LiSi"] }])), 301_025);
    assert_eq!(with(json!([{ "type": 1, "userid": ["LiSi"] }])), 301_025);
    assert_eq!(with(json!([{ "type": 1, "apv_rel": 1, "userid": [] }])), 301_025);
    assert_eq!(with(json!([{ "type": 2, "userid": ["LiSi"] }])), 301_025);
    assert_eq!(with(json!([{ "type": 1, "apv_rel": 1, "userid": ["nobody"] }])), 301_021);
    assert_eq!(with(json!([{ "type": 1, "apv_rel": 1, "userid": [member::OUT_OF_RANGE] }])), 301_021);
    assert_eq!(with(json!([{ "type": 1, "apv_rel": 1, "userid": [member::DISABLED] }])), 301_021);
}

#[test]
fn copies_need_a_notify_type() {
    let with = |notify_type: Value| {
        refused(|r| {
            r["use_template_approver"] = json!(0);
            r["approver"] = json!([{ "attr": 1, "userid": ["LiSi"] }]);
            r["notifyer"] = json!(["audit01"]);
            r["notify_type"] = notify_type;
        })
    };
    assert_eq!(with(json!(null)), 301_025);
    assert_eq!(with(json!(4)), 301_025);
}

#[test]
fn a_summary_has_one_to_three_lines_of_twenty_characters() {
    let line = |text: &str, lang: &str| json!({ "summary_info": [{ "text": text, "lang": lang }] });
    let with = |lines: Value| submit(&example(), |r| r["summary_list"] = lines)["errcode"].clone();
    let twenty = "二十个汉字一二三四五六七八九十一二三四五";
    assert_eq!(twenty.chars().count(), 20);
    assert_eq!(with(json!([line(twenty, "zh_CN"), line("b", "en"), line("c", "zh_CN")])), 0);
    assert_eq!(with(json!([line(&format!("{twenty}六"), "zh_CN")])), 301_025);
    assert_eq!(with(json!([line("", "zh_CN")])), 301_025);
    assert_eq!(with(json!([line("a", "zh-CN")])), 301_025);
    assert_eq!(with(json!([])), 301_025);
    assert_eq!(with(json!([line("a", "en"), line("b", "en"), line("c", "en"), line("d", "en")])), 301_025);
    assert_eq!(with(json!(null)), 301_025);
}

#[test]
fn a_form_made_in_the_client_belongs_to_the_member_who_made_it() {
    let company = example();
    let sp_no = company.fake.submit_foreign(LEAVE_TEMPLATE_ID, member::WANG_WU).unwrap();
    let form = company.fake.form(&sp_no).unwrap();
    assert_eq!((form.applicant.as_str(), form.template_name.as_str()), ("WangWu", "请假"));
    assert!(company.fake.calls_to("oa/applyevent").is_empty());
}
