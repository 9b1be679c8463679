//! The address check and the events.

use bytes::Bytes;
use fake_wecom::setup::member::{LI_SI, WANG_WU};
use fake_wecom::{FaultPlan, LEAVE_TEMPLATE_ID, Layout, NoReceiveServer, ReceiveServer, SaveRefused};
use http::{Response, StatusCode};
use serde_json::json;

use crate::company::{
    Company, T0, changed, example, opened_body, opened_query, query_of, receive_server, value_of,
};

/// The XML of all events that are due, and reports them as accepted.
fn events(company: &Company) -> Vec<String> {
    let due = company.fake.due_deliveries(company.fake.now());
    due.into_iter()
        .map(|delivery| {
            company.fake.report(delivery.id, fake_wecom::Delivered { status: Some(200) }).unwrap();
            opened_body(&delivery.request)
        })
        .collect()
}

fn refused_server(change: impl FnOnce(&mut ReceiveServer)) -> SaveRefused {
    let mut server = receive_server();
    change(&mut server);
    example().fake.begin_save(server).unwrap_err()
}

#[test]
fn the_address_check_is_a_signed_get_with_a_long_number_inside() {
    let company = example();
    let check = company.fake.begin_save(receive_server()).unwrap();
    assert_eq!(check.method(), "GET");
    assert_eq!(check.uri().path(), "/callback/wecom");
    assert_eq!(value_of(&check, "timestamp"), T0.to_string());
    let echo = opened_query(&check);
    assert_eq!(echo.len(), 19);
    assert!(echo.bytes().all(|byte| byte.is_ascii_digit()));
}

#[test]
fn an_address_is_saved_only_if_it_answers_the_bare_echo() {
    let company = example();
    for spoil in [|echo: String| format!("\"{echo}\""), |echo| format!("{echo}\n"), |_| String::new()] {
        let check = company.fake.begin_save(receive_server()).unwrap();
        let body = spoil(opened_query(&check));
        let got = body.len();
        let answer = Response::new(Bytes::from(body));
        assert_eq!(company.fake.finish_save(&answer), Err(SaveRefused::EchoDiffers { expected: 19, got }));
        assert_eq!(company.fake.receive_server(), None);
    }
    let check = company.fake.begin_save(receive_server()).unwrap();
    let mut answer = Response::new(Bytes::from(opened_query(&check)));
    assert_eq!(company.fake.finish_save(&answer), Ok(()));
    assert_eq!(company.fake.receive_server(), Some(receive_server()));

    company.fake.begin_save(receive_server()).unwrap();
    *answer.status_mut() = StatusCode::FORBIDDEN;
    assert_eq!(company.fake.finish_save(&answer), Err(SaveRefused::Status(403)));
    assert_eq!(company.fake.finish_save(&answer), Err(SaveRefused::NotBegun));
    assert_eq!(company.fake.receive_server(), Some(receive_server()));
}

#[test]
fn settings_of_the_wrong_form_are_refused_before_any_request() {
    for url in ["idaas.example.com/a", "ftp://idaas.example.com/a", "http://idaas.example.com", "http:///a"] {
        assert_eq!(refused_server(|server| server.url = url.to_owned()), SaveRefused::Address, "{url}");
    }
    for token in ["", "with-dash", &"a".repeat(33)] {
        assert_eq!(refused_server(|server| server.token = token.into()), SaveRefused::Token, "{token}");
    }
    assert_eq!(refused_server(|server| server.aes_key = "short".into()), SaveRefused::AesKey);
}

#[test]
fn a_query_of_the_address_itself_is_kept() {
    let company = example();
    let server = ReceiveServer { url: "http://a.example/cb?tenant=7".to_owned(), ..receive_server() };
    let check = company.fake.begin_save(server).unwrap();
    assert_eq!(query_of(&check)[0], ("tenant".to_owned(), "7".to_owned()));
    assert_eq!(opened_query(&check).len(), 19);
}

#[test]
fn a_submission_sends_the_event_as_captures_have_it() {
    let company = changed(|setup| setup.layout = Layout::Legacy);
    company.save_server();
    company.submit_with(json!([
        { "type": 1, "apv_rel": 2, "userid": ["LiSi"] },
        { "type": 2, "userid": ["audit01"] },
    ]));
    let details = "<Approver><UserId><![CDATA[LiSi]]></UserId></Approver><Speech><![CDATA[]]></Speech>\
                   <SpStatus>1</SpStatus><SpTime>0</SpTime>";
    assert_eq!(
        events(&company),
        [format!(
            "<xml><ToUserName><![CDATA[ww0123456789abcdef]]></ToUserName>\
             <FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1767225600</CreateTime>\
             <MsgType><![CDATA[event]]></MsgType><Event><![CDATA[sys_approval_change]]></Event>\
             <AgentID>3010040</AgentID><ApprovalInfo><SpNo>202601010001</SpNo>\
             <SpName><![CDATA[应用访问权限申请]]></SpName><SpStatus>1</SpStatus>\
             <TemplateId><![CDATA[3TmExampleAccessTemplate0000000000000001]]></TemplateId>\
             <ApplyTime>1767225600</ApplyTime><Applyer><UserId><![CDATA[zhang.san]]></UserId>\
             <Party><![CDATA[7]]></Party></Applyer><SpRecord><SpStatus>1</SpStatus>\
             <ApproverAttr>1</ApproverAttr><Details>{details}</Details></SpRecord>\
             <Notifyer><UserId><![CDATA[audit01]]></UserId></Notifyer>\
             <StatuChangeEvent>1</StatuChangeEvent></ApprovalInfo></xml>"
        )]
    );
}

#[test]
fn the_newer_layout_has_a_process_list_and_a_number_as_text() {
    let company = changed(|setup| setup.layout = Layout::New);
    company.save_server();
    let sp_no = company.submit();
    company.clock.advance(61);
    company.fake.agree(&sp_no, LI_SI, "ok").unwrap();
    let xml = events(&company).pop().unwrap();
    assert!(xml.contains("<SpNoStr><![CDATA[202601010001]]></SpNoStr><SpNo>202601010001</SpNo>"), "{xml}");
    assert!(!xml.contains("<SpRecord>"), "{xml}");
    let li_si = "<SubNodeList><UserInfo><UserId><![CDATA[LiSi]]></UserId></UserInfo>\
                 <Speech><![CDATA[ok]]></Speech><SpYj>2</SpYj><Sptime>1767225661</Sptime></SubNodeList>";
    let audit = "<NodeList><NodeType>2</NodeType><SubNodeList><UserInfo>\
                 <UserId><![CDATA[audit01]]></UserId></UserInfo></SubNodeList></NodeList>";
    let head = "<NodeList><NodeType>1</NodeType><SpStatus>1</SpStatus><ApvRel>1</ApvRel>";
    for part in [li_si, audit, head, "<StatuChangeEvent>2</StatuChangeEvent>"] {
        assert!(xml.contains(part), "{part} in {xml}");
    }
}

#[test]
fn one_agreement_of_two_is_event_2_with_the_form_still_pending() {
    let company = example();
    company.save_server();
    let sp_no = company.submit();
    company.fake.agree(&sp_no, LI_SI, "").unwrap();
    company.fake.agree(&sp_no, WANG_WU, "").unwrap();
    let xml = events(&company);
    let state = |index: usize, status: u8| {
        let name = "<SpName><![CDATA[应用访问权限申请]]></SpName>";
        xml[index].contains(&format!("{name}<SpStatus>{status}</SpStatus>"))
            && xml[index].contains("<StatuChangeEvent>2</StatuChangeEvent>")
    };
    assert_eq!(xml.len(), 3);
    assert!(state(1, 1) && state(2, 2), "{xml:?}");
}

#[test]
fn markup_in_a_comment_stays_text() {
    let company = example();
    company.save_server();
    let sp_no = company.submit();
    company.fake.comment(&sp_no, LI_SI, "a <b> & ]]> c").unwrap();
    let xml = events(&company).pop().unwrap();
    assert!(xml.contains("<CommentContent><![CDATA[a <b> & ]]]]><![CDATA[> c]]></CommentContent>"), "{xml}");
    assert!(xml.contains("<StatuChangeEvent>10</StatuChangeEvent>"), "{xml}");
}

#[test]
fn undivided_a_section_ends_where_a_text_says_so() {
    let company = example();
    company.save_server();
    let sp_no = company.submit();
    company.fake.set_faults(FaultPlan::none().sections_undivided());
    company.fake.comment(&sp_no, LI_SI, "a[b[0]]>1").unwrap();
    let xml = events(&company).pop().unwrap();
    assert!(xml.contains("<CommentContent><![CDATA[a[b[0]]>1]]></CommentContent>"), "{xml}");
}

#[test]
fn only_ticked_templates_send_events() {
    let company = example();
    company.save_server();
    company.fake.submit_foreign(LEAVE_TEMPLATE_ID, LI_SI).unwrap();
    assert!(events(&company).is_empty());

    let both = ReceiveServer { templates: [LEAVE_TEMPLATE_ID.to_owned()].into(), ..receive_server() };
    let check = company.fake.begin_save(both).unwrap();
    company.fake.finish_save(&Response::new(Bytes::from(opened_query(&check)))).unwrap();
    company.fake.submit_foreign(LEAVE_TEMPLATE_ID, LI_SI).unwrap();
    assert_eq!(events(&company).len(), 1);
}

#[test]
fn without_a_server_changes_are_sent_to_nobody() {
    let company = example();
    company.submit();
    company.save_server();
    assert!(events(&company).is_empty());
    company.submit();
    company.fake.remove_receive_server();
    assert!(events(&company).is_empty());
    assert_eq!(company.fake.sealed_callback("<xml/>").unwrap_err(), NoReceiveServer);
}

#[test]
fn any_text_can_be_sent_as_a_sound_callback() {
    let company = example();
    company.save_server();
    let request = company.fake.sealed_callback("<xml>何か</xml>").unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(opened_body(&request), "<xml>何か</xml>");
    let body = std::str::from_utf8(request.body()).unwrap();
    assert!(body.starts_with("<xml><ToUserName><![CDATA[ww0123456789abcdef]]></ToUserName><Encrypt>"));
    assert!(body.ends_with("</Encrypt><AgentID><![CDATA[3010040]]></AgentID></xml>"));
}
