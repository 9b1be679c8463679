//! What people do to a form, and what becomes of it.

use fake_wecom::setup::member::{self, LI_SI, OPS_ZHAO, SEC_CHEN, WANG_WU, ZHANG_SAN};
use fake_wecom::{ActionRefused, ChangeEvent, FormStatus, StepStatus};
use serde_json::{Value, json};

use crate::company::{Company, T0, example};

fn approve(relation: u8, people: &[&str]) -> Value {
    json!({ "type": 1, "apv_rel": relation, "userid": people })
}

fn status(company: &Company, sp_no: &str) -> FormStatus {
    company.fake.form(sp_no).unwrap().status
}

fn waiting(company: &Company, sp_no: &str) -> Vec<String> {
    company.fake.form(sp_no).unwrap().waiting_for().into_iter().map(str::to_owned).collect()
}

fn step(company: &Company, sp_no: &str, node: usize, step: usize) -> StepStatus {
    company.fake.form(sp_no).unwrap().nodes[node].steps[step].status
}

#[test]
fn a_countersigned_form_passes_when_the_last_approver_agrees() {
    let company = example();
    let sp_no = company.submit();
    company.fake.agree(&sp_no, LI_SI, "ok").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Pending);
    assert_eq!(company.detail(&sp_no)["sp_record"][0]["sp_status"], 1);
    company.clock.advance(60);
    company.fake.agree(&sp_no, "wangwu", "").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Approved);
    let record = company.detail(&sp_no)["sp_record"][0].clone();
    assert_eq!(record["sp_status"], 2);
    assert_eq!(record["details"][0]["speech"], "ok");
    assert_eq!(record["details"][1]["sptime"], T0 + 60);
}

#[test]
fn one_agreement_is_enough_where_any_may_sign() {
    let company = example();
    let sp_no = company.submit_with(json!([approve(2, &[LI_SI, WANG_WU])]));
    company.fake.agree(&sp_no, WANG_WU, "").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Approved);
    assert_eq!(step(&company, &sp_no, 0, 0), StepStatus::Pending);
}

#[test]
fn in_turn_means_that_the_second_waits_for_the_first() {
    let company = example();
    let sp_no = company.submit_with(json!([approve(3, &[LI_SI, WANG_WU])]));
    assert_eq!(waiting(&company, &sp_no), [LI_SI]);
    assert_eq!(
        company.fake.agree(&sp_no, WANG_WU, ""),
        Err(ActionRefused::NotTheirTurn { user_id: WANG_WU.to_owned() })
    );
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    company.fake.agree(&sp_no, WANG_WU, "").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Approved);
}

#[test]
fn nodes_follow_each_other() {
    let company = example();
    let sp_no = company.submit_with(json!([approve(1, &[LI_SI]), approve(1, &[WANG_WU])]));
    assert_eq!(
        company.fake.agree(&sp_no, WANG_WU, ""),
        Err(ActionRefused::NotTheirTurn { user_id: WANG_WU.to_owned() })
    );
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    assert_eq!(waiting(&company, &sp_no), [WANG_WU]);
}

#[test]
fn one_no_rejects_the_form_for_good() {
    let company = example();
    let sp_no = company.submit();
    company.fake.reject(&sp_no, WANG_WU, "不需要").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Rejected);
    assert_eq!(company.detail(&sp_no)["sp_record"][0]["sp_status"], 3);
    assert_eq!(
        company.fake.agree(&sp_no, LI_SI, ""),
        Err(ActionRefused::WrongState { status: FormStatus::Rejected })
    );
}

#[test]
fn nobody_agrees_twice_and_no_stranger_at_all() {
    let company = example();
    let sp_no = company.submit();
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    assert_eq!(
        company.fake.agree(&sp_no, LI_SI, ""),
        Err(ActionRefused::NotTheirTurn { user_id: LI_SI.to_owned() })
    );
    for stranger in [SEC_CHEN, member::AUDIT, ZHANG_SAN] {
        assert_eq!(
            company.fake.agree(&sp_no, stranger, ""),
            Err(ActionRefused::NotAnApprover { user_id: stranger.to_owned() })
        );
    }
}

#[test]
fn actions_on_what_does_not_exist_are_refused() {
    let company = example();
    assert_eq!(company.fake.withdraw("1"), Err(ActionRefused::UnknownForm { sp_no: "1".to_owned() }));
    let sp_no = company.submit();
    for user_id in ["nobody", member::DISABLED] {
        assert_eq!(
            company.fake.agree(&sp_no, user_id, ""),
            Err(ActionRefused::UnknownMember { user_id: user_id.to_owned() })
        );
    }
    assert_eq!(
        company.fake.submit_foreign("3TmNone", LI_SI),
        Err(ActionRefused::UnknownTemplate { template_id: "3TmNone".to_owned() })
    );
}

#[test]
fn a_transferred_say_is_the_other_members() {
    let company = example();
    let sp_no = company.submit_with(json!([approve(1, &[LI_SI])]));
    company.fake.transfer(&sp_no, LI_SI, WANG_WU).unwrap();
    assert_eq!(waiting(&company, &sp_no), [WANG_WU]);
    let details = company.detail(&sp_no)["sp_record"][0]["details"].clone();
    assert_eq!((&details[0]["sp_status"], &details[1]["sp_status"]), (&json!(4), &json!(1)));
    company.fake.agree(&sp_no, WANG_WU, "").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Approved);
}

#[test]
fn nobody_is_asked_twice_in_one_node() {
    let company = example();
    let sp_no = company.submit();
    assert_eq!(
        company.fake.transfer(&sp_no, LI_SI, WANG_WU),
        Err(ActionRefused::AskedAlready { user_id: WANG_WU.to_owned() })
    );
}

#[test]
fn an_approver_added_with_agreement_comes_next() {
    let company = example();
    let sp_no = company.submit_with(json!([approve(1, &[LI_SI])]));
    company.fake.add_approver(&sp_no, LI_SI, SEC_CHEN, true).unwrap();
    assert_eq!(step(&company, &sp_no, 0, 0), StepStatus::AgreedAndAdded);
    assert_eq!(waiting(&company, &sp_no), [SEC_CHEN]);
    assert_eq!(status(&company, &sp_no), FormStatus::Pending);
    company.fake.agree(&sp_no, SEC_CHEN, "").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Approved);
}

#[test]
fn an_approver_added_without_agreement_comes_first() {
    let company = example();
    let sp_no = company.submit_with(json!([approve(1, &[LI_SI])]));
    company.fake.add_approver(&sp_no, LI_SI, SEC_CHEN, false).unwrap();
    assert_eq!(waiting(&company, &sp_no), [SEC_CHEN]);
    assert_eq!(step(&company, &sp_no, 1, 0), StepStatus::ApproverAdded);
    company.fake.agree(&sp_no, SEC_CHEN, "").unwrap();
    assert_eq!(waiting(&company, &sp_no), [LI_SI]);
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Approved);
}

#[test]
fn a_returned_form_is_asked_again_from_there() {
    let company = example();
    let sp_no = company.submit_with(json!([approve(2, &[LI_SI]), approve(2, &[WANG_WU])]));
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    company.fake.send_back(&sp_no, WANG_WU, LI_SI, "退回").unwrap();
    assert_eq!(waiting(&company, &sp_no), [LI_SI]);
    let nodes = company.detail(&sp_no)["process_list"]["node_list"].clone();
    assert_eq!((&nodes[0]["sp_status"], &nodes[1]["sp_status"]), (&json!(1), &json!(11)));
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    company.fake.agree(&sp_no, WANG_WU, "").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Approved);
}

#[test]
fn the_first_approver_cannot_send_a_form_back() {
    let company = example();
    let sp_no = company.submit();
    assert_eq!(
        company.fake.send_back(&sp_no, LI_SI, WANG_WU, ""),
        Err(ActionRefused::NothingToReturnTo { user_id: WANG_WU.to_owned() })
    );
}

#[test]
fn a_handler_carries_out_and_does_not_agree() {
    let company = example();
    let handle = json!({ "type": 3, "apv_rel": 2, "userid": [OPS_ZHAO] });
    let sp_no = company.submit_with(json!([approve(1, &[LI_SI]), handle]));
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Pending);
    assert_eq!(
        company.fake.agree(&sp_no, OPS_ZHAO, ""),
        Err(ActionRefused::WrongNode { user_id: OPS_ZHAO.to_owned() })
    );
    company.fake.transfer(&sp_no, OPS_ZHAO, SEC_CHEN).unwrap();
    company.fake.carry_out(&sp_no, SEC_CHEN, "已开通").unwrap();
    assert_eq!(status(&company, &sp_no), FormStatus::Approved);
    let info = company.detail(&sp_no);
    let node = &info["process_list"]["node_list"][1];
    assert_eq!(node["sp_status"], 14);
    assert_eq!(node["sub_node_list"][0]["sp_yj"], 15);
    assert_eq!(node["sub_node_list"][1]["sp_yj"], 14);
    assert_eq!(info["sp_record"].as_array().unwrap().len(), 1);
}

#[test]
fn a_withdrawn_form_keeps_the_state_of_its_nodes() {
    let company = example();
    let sp_no = company.submit();
    company.fake.withdraw(&sp_no).unwrap();
    let info = company.detail(&sp_no);
    assert_eq!((&info["sp_status"], &info["sp_record"][0]["sp_status"]), (&json!(4), &json!(1)));
    assert_eq!(
        company.fake.withdraw(&sp_no),
        Err(ActionRefused::WrongState { status: FormStatus::Withdrawn })
    );
}

#[test]
fn only_an_approved_form_can_be_revoked_or_paid() {
    let company = example();
    let sp_no = company.submit();
    let pending = Err(ActionRefused::WrongState { status: FormStatus::Pending });
    assert_eq!(company.fake.revoke(&sp_no), pending);
    assert_eq!(company.fake.mark_paid(&sp_no), pending);
    assert_eq!(company.fake.delete(&sp_no), pending);
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    company.fake.agree(&sp_no, WANG_WU, "").unwrap();
    company.fake.mark_paid(&sp_no).unwrap();
    assert_eq!(company.detail(&sp_no)["sp_status"], 10);
    company.fake.revoke(&sp_no).unwrap();
    assert_eq!(company.detail(&sp_no)["sp_status"], 6);
    company.fake.delete(&sp_no).unwrap();
    assert_eq!(company.detail(&sp_no)["sp_status"], 7);
}

#[test]
fn only_those_whom_a_form_names_comment_on_it() {
    let company = example();
    let sp_no = company.submit();
    for user_id in [ZHANG_SAN, LI_SI, member::AUDIT] {
        company.fake.comment(&sp_no, user_id, "好的").unwrap();
    }
    assert_eq!(
        company.fake.comment(&sp_no, SEC_CHEN, "?"),
        Err(ActionRefused::NotInvolved { user_id: SEC_CHEN.to_owned() })
    );
}

#[test]
fn each_action_is_written_down_and_a_refused_one_is_not() {
    let company = example();
    let sp_no = company.submit();
    company.fake.urge(&sp_no).unwrap();
    let _refused = company.fake.revoke(&sp_no);
    company.fake.withdraw(&sp_no).unwrap();
    let events: Vec<_> = company.fake.actions().into_iter().map(|action| action.event).collect();
    assert_eq!(events, [ChangeEvent::Urged, ChangeEvent::Withdrawn]);
}
