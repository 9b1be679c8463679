//! oa/getapprovaldetail.

use fake_wecom::setup::{control, member};
use fake_wecom::{LEAVE_TEMPLATE_ID, Layout, MemberStatus};
use serde_json::json;

use crate::company::{T0, access_request, changed, example};

#[test]
fn a_pending_form_is_told_in_both_flow_views() {
    let company = example();
    let info = company.detail(&company.submit());
    assert_eq!(info["sp_no"], "202601010001");
    assert_eq!(info["sp_name"], "应用访问权限申请");
    assert_eq!(info["sp_status"], 1);
    assert_eq!(info["apply_time"], T0);
    assert_eq!(info["applyer"], json!({ "userid": "zhang.san", "partyid": "7" }));
    assert_eq!(info["notifyer"], json!([{ "userid": "audit01" }]));
    // The official sample has both an empty text and 0 for somebody who has not acted.
    let details = json!([
        { "approver": { "userid": "LiSi" }, "speech": "", "sp_status": 1, "sptime": "", "media_id": [] },
        { "approver": { "userid": "WangWu" }, "speech": "", "sp_status": 1, "sptime": 0, "media_id": [] },
    ]);
    assert_eq!(info["sp_record"], json!([{ "sp_status": 1, "approverattr": 2, "details": details }]));
    let people = json!([
        { "userid": "LiSi", "speech": "", "sp_yj": 1, "sptime": 0, "media_ids": [] },
        { "userid": "WangWu", "speech": "", "sp_yj": 1, "sptime": 0, "media_ids": [] },
    ]);
    assert_eq!(
        info["process_list"]["node_list"],
        json!([
            { "node_type": 1, "sp_status": 1, "apv_rel": 1, "sub_node_list": people },
            { "node_type": 2, "sub_node_list": [{ "userid": "audit01" }] },
        ])
    );
}

#[test]
fn a_value_carries_empty_fields_of_other_kinds() {
    let company = example();
    let info = company.detail(&company.submit());
    assert_eq!(
        info["apply_data"]["contents"][0],
        json!({
            "control": "Text", "id": control::TITLE, "title": [{ "text": "标题", "lang": "zh_CN" }],
            "value": {
                "text": "申请访问 ERP 只读角色", "tips": [], "members": [], "departments": [], "files": [],
                "children": [], "stat_field": [], "sum_field": [], "related_approval": [], "students": [],
                "classes": [],
            },
        })
    );
}

#[test]
fn the_server_adds_option_texts_and_the_zone_of_a_date() {
    let company = example();
    let mut request = access_request();
    let date = json!({ "date": { "type": "day", "s_timestamp": "1769817600" } });
    let entry = json!({ "control": "Date", "id": control::EXPIRES, "value": date });
    request["apply_data"]["contents"].as_array_mut().unwrap().push(entry);
    let sp_no = company.post("oa/applyevent", &request)["sp_no"].as_str().unwrap().to_owned();
    let contents = company.detail(&sp_no)["apply_data"]["contents"].clone();
    assert_eq!(
        contents[2]["value"]["selector"]["options"],
        json!([{ "key": "option-1700000000031", "value": [{ "text": "ERP", "lang": "zh_CN" }] }])
    );
    assert_eq!(
        contents[4]["value"]["date"]["timezone_info"],
        json!({ "zone_offset": "-8", "zone_desc": "UTC+8" })
    );
}

#[test]
fn a_layout_leaves_the_other_flow_view_out() {
    let legacy = changed(|setup| setup.layout = Layout::Legacy);
    let info = legacy.detail(&legacy.submit());
    assert!(info.get("sp_record").is_some() && info.get("process_list").is_none());

    let new = changed(|setup| setup.layout = Layout::New);
    let info = new.detail(&new.submit());
    assert!(info.get("sp_record").is_none() && info.get("process_list").is_some());
}

#[test]
fn comments_are_told_with_their_odd_names() {
    let company = example();
    let sp_no = company.submit();
    company.fake.comment(&sp_no, member::LI_SI, "请确认期限").unwrap();
    let comment = company.detail(&sp_no)["comments"][0].clone();
    assert_eq!(comment["commentUserInfo"], json!({ "userid": "LiSi" }));
    assert_eq!(comment["commenttime"], T0);
    assert_eq!(comment["commentcontent"], "请确认期限");
    assert_eq!(comment["commentid"].as_str().unwrap().len(), 19);
}

#[test]
fn unknown_forms_and_forms_of_invisible_or_departed_applicants_are_not_told() {
    let company = example();
    let orphaned = company.fake.submit_foreign(LEAVE_TEMPLATE_ID, member::WANG_WU).unwrap();
    company.fake.reconfigure(|setup| {
        let leaver = setup.members.iter_mut().find(|found| found.user_id == member::WANG_WU);
        leaver.unwrap().status = MemberStatus::Left;
    });
    let errcode = |body| company.post("oa/getapprovaldetail", &body)["errcode"].clone();
    let hidden = company.fake.submit_foreign(LEAVE_TEMPLATE_ID, member::OUT_OF_RANGE).unwrap();
    let number: u64 = hidden.parse().unwrap();
    assert_eq!(errcode(json!({ "sp_no": hidden })), 301_055);
    assert_eq!(errcode(json!({ "sp_no": orphaned })), 301_055);
    assert_eq!(errcode(json!({ "sp_no": "209901010001" })), 301_025);
    assert_eq!(errcode(json!({ "sp_no": number })), 40058);
    assert_eq!(errcode(json!({})), 40058);
}
