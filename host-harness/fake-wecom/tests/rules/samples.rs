//! Events against captured and documented ones, byte for byte.

use fake_wecom::setup::member::{LI_SI, OPS_ZHAO, WANG_WU, ZHANG_SAN};
use fake_wecom::template::{Control, ControlKind};
use fake_wecom::{
    AGENT_ID, App, Delivered, FakeWeCom, Flow, FlowNode, Layout, ManualClock, Member, MemberStatus,
    ReceiveServer, Relation, Setup, Template, Visible,
};
use http::Response;

use crate::company::{opened_body, opened_query, receive_server};

/// A form of a sample: who asks whom for what, and when.
struct Sample {
    template: (&'static str, &'static str),
    layout: Layout,
    applicant: (&'static str, u32),
    applied_at: u64,
    /// The last four digits of the form number.
    number: u32,
    nodes: Vec<FlowNode>,
}

impl Sample {
    /// The form of the samples that were written after the documents.
    fn documented(layout: Layout, nodes: Vec<FlowNode>) -> Self {
        Self {
            template: ("3TmSyntheticTemplateId0000000000000000001", "应用访问权限申请"),
            layout,
            applicant: (ZHANG_SAN, 7),
            applied_at: 1_767_225_600,
            number: 7,
            nodes,
        }
    }

    /// The last event after `act`, which is told the form's number and may move the clock.
    fn last_event(self, act: impl FnOnce(&FakeWeCom, &ManualClock, &str)) -> String {
        let clock = ManualClock::new(self.applied_at);
        let fake = FakeWeCom::new(self.setup(), clock.clone(), 1);
        let templates = [self.template.0.to_owned()].into();
        let check = fake.begin_save(ReceiveServer { templates, ..receive_server() }).unwrap();
        fake.finish_save(&Response::new(opened_query(&check).into())).unwrap();
        let numbers: Vec<String> = (0..self.number)
            .map(|_| fake.submit_foreign(self.template.0, self.applicant.0).unwrap())
            .collect();
        act(&fake, &clock, numbers.last().unwrap());
        let mut last = String::new();
        for delivery in fake.due_deliveries(fake.now()) {
            fake.report(delivery.id, Delivered { status: Some(200) }).unwrap();
            last = opened_body(&delivery.request);
        }
        last
    }

    fn setup(&self) -> Setup {
        let people = self.nodes.iter().flat_map(|node| node.user_ids.clone());
        let mut ids: Vec<String> = people.chain([self.applicant.0.to_owned()]).collect();
        ids.sort();
        ids.dedup();
        let mut setup = Setup::empty("ww0123456789abcdef");
        setup.layout = self.layout;
        setup.members = ids.into_iter().map(|id| member(id, self.applicant.1)).collect();
        setup.apps = vec![App {
            agent_id: AGENT_ID,
            secret: "secret".into(),
            visible: Visible::Everyone,
            may_use_approval: true,
            trusted_addresses: None,
            enabled: true,
            contacts: true,
        }];
        setup.templates = vec![Template {
            id: self.template.0.to_owned(),
            name: self.template.1.to_owned(),
            controls: vec![Control::optional("Text-1", "标题", ControlKind::Text)],
            flow: Some(Flow { nodes: self.nodes.clone() }),
            record_type: None,
        }];
        setup
    }
}

fn member(user_id: String, department: u32) -> Member {
    let name = user_id.clone();
    Member { user_id, name, departments: vec![department], leader: None, status: MemberStatus::Active }
}

fn any(people: &[&str]) -> FlowNode {
    FlowNode::approve(Relation::Any, people.iter().copied())
}

fn all(people: &[&str]) -> FlowNode {
    FlowNode::approve(Relation::All, people.iter().copied())
}

#[test]
fn a_submission_is_told_as_captured_in_2022() {
    let sample = Sample {
        template: ("C4NyReplacedTemplateId000000000000000000A", "通用审批"),
        layout: Layout::Legacy,
        applicant: ("user01", 1),
        applied_at: 1_653_577_739,
        number: 1,
        nodes: vec![any(&["user01"]), FlowNode::notify(["User02"])],
    };
    let event = sample.last_event(|_, _, _| {});
    assert_eq!(event, include_str!("../vectors/events/capture-submit-2022.xml").trim_end());
}

#[test]
fn future_nodes_are_pending_from_the_start_as_captured_in_2020() {
    let sample = Sample {
        template: ("Bs7wReplacedTemplateId000000000000000000C", "测试"),
        layout: Layout::Legacy,
        applicant: ("user0615", 2),
        applied_at: 1_599_189_240,
        number: 5,
        nodes: vec![
            any(&["UserA"]),
            any(&["userb0615"]),
            all(&["UserA", "userb0615"]),
            any(&["UserA"]),
            FlowNode::notify(["userb0615", "UserA", "userb0615"]),
        ],
    };
    let event = sample.last_event(|_, _, _| {});
    assert_eq!(event, include_str!("../vectors/events/capture-multinode-submit-2020.xml").trim_end());
}

#[test]
fn a_withdrawal_is_told_as_captured_in_2020() {
    let sample = Sample {
        template: ("Bs5KReplacedTemplateId000000000000000000B", "出差"),
        layout: Layout::Legacy,
        applicant: ("User01", 1),
        applied_at: 1_578_967_166,
        number: 1,
        nodes: vec![any(&["User02"])],
    };
    let event = sample.last_event(|fake, clock, sp_no| {
        clock.set(1_578_967_772);
        fake.withdraw(sp_no).unwrap();
    });
    assert_eq!(event, include_str!("../vectors/events/capture-withdraw-2020.xml").trim_end());
}

#[test]
fn an_approval_is_told_as_captured_in_2023() {
    let copies = ["UserB", "UserC", "UserD", "UserB", "UserC", "UserD"];
    let sample = Sample {
        template: ("C4UEReplacedTemplateId000000000000000000D", "审批"),
        layout: Layout::Legacy,
        applicant: ("UserA", 397),
        applied_at: 1_692_336_153,
        number: 1,
        nodes: vec![any(&["UserA"]), FlowNode::notify(copies)],
    };
    let event = sample.last_event(|fake, clock, sp_no| {
        clock.set(1_692_336_160);
        fake.agree(sp_no, "UserA", "").unwrap();
    });
    assert_eq!(event, include_str!("../vectors/events/capture-approved-2023.xml").trim_end());
}

#[test]
fn a_partial_countersignature_is_told_in_both_views() {
    let sample = Sample::documented(Layout::Both, vec![all(&[LI_SI, WANG_WU])]);
    let event = sample.last_event(|fake, clock, sp_no| {
        clock.advance(61);
        fake.agree(sp_no, LI_SI, "ok").unwrap();
    });
    assert_eq!(event, include_str!("../vectors/events/partial-agree-countersign.xml").trim_end());
}

#[test]
fn a_rejection_is_told_in_both_views() {
    let sample = Sample::documented(Layout::Both, vec![any(&[LI_SI])]);
    let event = sample.last_event(|fake, clock, sp_no| {
        clock.advance(61);
        fake.reject(sp_no, LI_SI, "不符合最小权限").unwrap();
    });
    assert_eq!(event, include_str!("../vectors/events/rejected.xml").trim_end());
}

#[test]
fn work_done_by_a_handler_is_told_in_the_newer_view() {
    let nodes =
        vec![all(&[LI_SI]), FlowNode::handle(Relation::Any, [OPS_ZHAO]), FlowNode::notify(["audit01"])];
    let event = Sample::documented(Layout::New, nodes).last_event(|fake, clock, sp_no| {
        clock.advance(1);
        fake.agree(sp_no, LI_SI, "").unwrap();
        clock.advance(60);
        fake.carry_out(sp_no, OPS_ZHAO, "已开通").unwrap();
    });
    assert_eq!(event, include_str!("../vectors/events/handled-new-flow.xml").trim_end());
}

#[test]
fn a_returned_form_is_told_in_the_newer_view() {
    let sample = Sample::documented(Layout::New, vec![any(&[LI_SI]), any(&[WANG_WU])]);
    let event = sample.last_event(|fake, clock, sp_no| {
        fake.agree(sp_no, LI_SI, "").unwrap();
        clock.advance(61);
        fake.send_back(sp_no, WANG_WU, LI_SI, "退回").unwrap();
    });
    assert_eq!(event, include_str!("../vectors/events/returned.xml").trim_end());
}
