//! Every recorded and published message, sealed, sent when it happened, and read.

use wecom_protocol::model::CorpId;

use crate::seal::{Sealer, event, ours, when_it_happened};

/// Reads a message under the id of the company it was for, and keeps what was read as a snapshot.
macro_rules! samples {
    ($($name:ident: $file:literal,)*) => {$(
        #[test]
        fn $name() {
            let message = include_str!(concat!("../vectors/messages/", $file, ".xml"));
            let mut config = ours();
            config.corp_id = CorpId("ww1cSD21f1e9c0caaa".to_owned());
            let sealer = Sealer { receiver: config.corp_id.as_str(), ..Sealer::default() };
            let outcome = when_it_happened(&sealer, &config, message.as_bytes());
            assert_eq!((outcome.answer.status, outcome.answer.body.len()), (200, 0));
            insta::assert_debug_snapshot!($file, event(outcome));
        }
    )*};
}

samples! {
    open_flow_as_documented: "open_approval_change.fudiwei",
    open_flow_of_senparc: "open_approval_change.senparc",
    open_flow_of_wxjava: "open_approval_change.wxjava",
    bureau_form_has_no_sp_no: "synthetic.sys_approval_change.bureau-form-no-SpNo",
    commented: "synthetic.sys_approval_change.commented",
    deleted_by_an_unknown_event: "synthetic.sys_approval_change.deleted-unknown-event",
    handled_in_the_new_flow: "synthetic.sys_approval_change.handled-new-flow",
    one_of_two_agreed: "synthetic.sys_approval_change.partial-agree-countersign",
    rejected: "synthetic.sys_approval_change.rejected",
    returned: "synthetic.sys_approval_change.returned",
    revoked_after_approval: "synthetic.sys_approval_change.revoked-after-approval",
    transferred: "synthetic.sys_approval_change.transferred",
    urged: "synthetic.sys_approval_change.urged",
    approved_as_captured_in_2023: "sys_approval_change.capture-approved-2023",
    submitted_as_captured_in_2020: "sys_approval_change.capture-multinode-submit-2020",
    submitted_as_captured_in_2021: "sys_approval_change.capture-submit-2021",
    submitted_as_captured_in_2022: "sys_approval_change.capture-submit-2022",
    withdrawn_as_captured_in_2020: "sys_approval_change.capture-withdraw-2020",
    both_flows_as_documented: "sys_approval_change.fudiwei",
    shortest_as_documented: "sys_approval_change.official-91815",
    sequential_of_senparc: "sys_approval_change.senparc",
    approved_in_production: "sys_approval_change.wxjava-pr2880-reconstructed",
}
