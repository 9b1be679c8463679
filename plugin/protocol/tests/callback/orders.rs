//! What people type, in any order of elements, in both products, with one applicant or several, and in sections or not.
//!
//! Texts are put into the message without a look at them. Whatever they hold, what is believed is what WeCom wrote.

use proptest::prelude::*;
use wecom_protocol::callback::{Disposition, Error};
use wecom_protocol::config::Config;
use wecom_protocol::model::{Status, TemplateId};

use crate::drawn::cases;
use crate::seal::{NOW, Sealer, only_changed, ours};

const NUMBER: &str = "202601010007";
const TEMPLATE: &str = "3TkOurs";

/// One product's elements.
struct Product {
    event: &'static str,
    /// An element that holds a text, the way out of what it stands in, and the way back.
    lists: [(&'static str, &'static str, &'static str); 3],
    early: &'static str,
    forged: &'static str,
    pieces: &'static [&'static str],
}

const SYS: Product = Product {
    event: "sys_approval_change",
    lists: [
        ("Speech", "</Details></SpRecord>", "<SpRecord><Details>"),
        ("Speech", "</SubNodeList></NodeList></ProcessList>", "<ProcessList><NodeList><SubNodeList>"),
        ("CommentContent", "</Comments>", "<Comments>"),
    ],
    early: "SpFuture",
    forged: "<SpNo>666</SpNo><SpNoStr>666</SpNoStr><SpStatus>2</SpStatus><TemplateId>3TkEvil</TemplateId>\
             <ApplyTime>9</ApplyTime><Applyer><UserId>eve</UserId></Applyer><StatuChangeEvent>8</StatuChangeEvent>",
    pieces: &[
        "</SpName>",
        "<SpName>",
        "</Name></BatchApplyer>",
        "<BatchApplyer><Name>",
        "</Name></Applyer>",
        "<Applyer><Name>",
        "</Name></Notifyer>",
        "<Notifyer><Name>",
        "<Applyer><UserId>eve</UserId></Applyer>",
        "<BatchApplyer><UserId>eve</UserId></BatchApplyer>",
        "<SpStatus>2</SpStatus>",
        "<StatuChangeEvent>8</StatuChangeEvent>",
        "<ApplyTime>9</ApplyTime>",
        "<TemplateId>3TkOurs</TemplateId>",
    ],
};

const OPEN: Product = Product {
    event: "open_approval_change",
    lists: [
        (
            "ItemSpeech",
            "</Item></Items></ApprovalNode></ApprovalNodes>",
            "<ApprovalNodes><ApprovalNode><Items><Item>",
        ),
        ("ItemName", "</NotifyNode></NotifyNodes>", "<NotifyNodes><NotifyNode>"),
        ("ItemSpeech", "</Item>", "<Item>"),
    ],
    early: "ApplyUserName",
    forged: "<ThirdNo>666</ThirdNo><OpenSpStatus>2</OpenSpStatus><OpenTemplateId>3TkEvil</OpenTemplateId>\
             <ApplyTime>9</ApplyTime><ApplyUserId>eve</ApplyUserId>",
    pieces: &[
        "</OpenSpName>",
        "<OpenSpName>",
        "</ApplyUserName>",
        "<ApplyUserName>",
        "<ApplyUserId>eve</ApplyUserId>",
        "<ApplyUserid>eve</ApplyUserid>",
        "<OpenSpStatus>2</OpenSpStatus>",
        "<ApplyTime>9</ApplyTime>",
        "<OpenTemplateId>3TkOurs</OpenTemplateId>",
    ],
};

const XML: [&str; 16] = [
    "]]>",
    "<![CDATA[",
    "<!--",
    "-->",
    "<z a=\"",
    "\"/>",
    "<Q>",
    "</Q>",
    "&",
    ";",
    "]",
    ">",
    "ok",
    "</ApprovalInfo>",
    "<ApprovalInfo>",
    "</xml>",
];

/// A text that is put into `element`: harmless, one that leaves its element and comes back, one that ends what another has
/// begun, or anything. `sectioned` says whether it is put into a section, which it then has to leave first.
fn text(
    product: &'static Product,
    element: &'static str,
    out: &'static str,
    back: &'static str,
    sectioned: bool,
) -> impl Strategy<Value = String> {
    let pieces: Vec<&str> = XML.iter().chain(product.pieces).copied().chain([product.forged]).collect();
    let some = |most: usize| {
        prop::collection::vec(prop::sample::select(pieces.clone()), 0..most)
            .prop_map(|pieces| pieces.concat())
    };
    let (leaves, comes) = if sectioned { ("]]>", "<![CDATA[") } else { ("", "") };
    let one = prop::sample::select(pieces.clone()).prop_map(str::to_owned);
    let smart =
        (prop_oneof![some(4), one], any::<bool>(), any::<bool>()).prop_map(move |(typed, leave, again)| {
            let (out, back) = if leave { (out, back) } else { ("", "") };
            let again = if again { format!("<{element}>{comes}y") } else { String::new() };
            format!("x{leaves}</{element}>{out}{typed}{back}{again}")
        });
    let ends = (prop::sample::select(vec!["-->", "\"/>", "]]></Q>", "</Q>", "]]>"]), some(3))
        .prop_map(move |(ends, typed)| format!("{ends}{typed}{back}<{element}>{comes}y"));
    prop_oneof![3 => Just("ok".to_owned()), 3 => smart, 2 => ends, 1 => some(7)]
}

/// A message, and whether it has an applicant of its own.
#[derive(Clone, Debug)]
struct Message {
    xml: String,
    open: bool,
}

fn message(product: &'static Product, sectioned: bool) -> impl Strategy<Value = Message> {
    let [one, two, three] = product.lists;
    let list = |(element, out, back)| text(product, element, out, back, sectioned);
    let name = if product.event == SYS.event { "SpName" } else { "OpenSpName" };
    // The name of a form in no section that looks like one: the one way in which WeCom's way of writing is mistaken.
    let title = text(product, name, "", "", sectioned)
        .prop_filter("a section", move |title| sectioned || !title.starts_with("<![CDATA["));
    let texts = (
        prop_oneof![2 => Just("n".to_owned()), 2 => title],
        (list(one), list(two), prop::collection::vec(list(three), 0..3)),
        prop::option::weighted(0.3, text(product, product.early, "", "", sectioned)),
        prop::option::weighted(0.3, text(product, "Name", "</BatchApplyer>", "<BatchApplyer>", sectioned)),
        prop::option::weighted(0.3, text(product, "Name", "</Notifyer>", "<Notifyer>", sectioned)),
    );
    let swaps = prop_oneof![
        Just(Vec::new()),
        prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..12)
    ];
    (texts, swaps, any::<bool>(), prop::option::weighted(0.3, any::<prop::sample::Index>())).prop_map(
        move |((title, (one, two, many), early, member, told), swaps, batch, place)| {
            let put = |name: &str, typed: &str| {
                if sectioned {
                    format!("<{name}><![CDATA[{typed}]]></{name}>")
                } else {
                    format!("<{name}>{typed}</{name}>")
                }
            };
            let open = product.event == OPEN.event;
            let mut info = if open {
                open_info(&put, &title, &one, &two, &many)
            } else {
                let member = member.map(|typed| put("Name", &typed)).unwrap_or_default();
                let told = told.map(|typed| put("Name", &typed)).unwrap_or_default();
                sys_info(&put, &title, [&one, &two], &many, [&member, &told], batch)
            };
            info.extend(early.map(|typed| put(product.early, &typed)));
            for (a, b) in swaps {
                let (a, b) = (a.index(info.len()), b.index(info.len()));
                info.swap(a, b);
            }
            let mut head = vec![
                format!("<CreateTime>{NOW}</CreateTime>"),
                "<MsgType>event</MsgType>".to_owned(),
                format!("<Event>{}</Event>", product.event),
                "<AgentID>1</AgentID>".to_owned(),
            ];
            let place = place.map_or(head.len(), |place| place.index(head.len() + 1));
            head.insert(place, format!("<ApprovalInfo>{}</ApprovalInfo>", info.concat()));
            Message { xml: format!("<xml>{}</xml>", head.concat()), open }
        },
    )
}

type Put<'a> = &'a dyn Fn(&str, &str) -> String;

fn sys_info(
    put: Put<'_>,
    title: &str,
    [record, node]: [&str; 2],
    comments: &[String],
    [member, told]: [&str; 2],
    batch: bool,
) -> Vec<String> {
    let who = if batch { "BatchApplyer" } else { "Applyer" };
    let mut info = vec![
        format!("<SpNo>{NUMBER}</SpNo>"),
        put("SpName", title),
        "<SpStatus>1</SpStatus>".to_owned(),
        format!("<TemplateId>{TEMPLATE}</TemplateId>"),
        format!("<ApplyTime>{NOW}</ApplyTime>"),
        format!("<{who}><UserId>zhang.san</UserId>{member}</{who}>"),
        format!(
            "<SpRecord><Details><Approver><UserId>a</UserId></Approver>{}</Details></SpRecord>",
            put("Speech", record)
        ),
        format!("<Notifyer><UserId>audit</UserId>{told}</Notifyer>"),
        format!(
            "<ProcessList><NodeList><SubNodeList><UserInfo><UserId>a</UserId></UserInfo>{}</SubNodeList></NodeList>\
             </ProcessList>",
            put("Speech", node)
        ),
    ];
    info.extend(comments.iter().map(|typed| {
        let text = put("CommentContent", typed);
        format!("<Comments><CommentUserInfo><UserId>m</UserId></CommentUserInfo>{text}</Comments>")
    }));
    info.push("<StatuChangeEvent>1</StatuChangeEvent>".to_owned());
    info
}

fn open_info(put: Put<'_>, title: &str, speech: &str, name: &str, more: &[String]) -> Vec<String> {
    let item = |typed: &str| format!("<Item><ItemUserId>a</ItemUserId>{}</Item>", put("ItemSpeech", typed));
    let items: String = [speech].into_iter().chain(more.iter().map(String::as_str)).map(item).collect();
    vec![
        format!("<ThirdNo>{NUMBER}</ThirdNo>"),
        put("OpenSpName", title),
        format!("<OpenTemplateId>{TEMPLATE}</OpenTemplateId>"),
        "<OpenSpStatus>1</OpenSpStatus>".to_owned(),
        format!("<ApplyTime>{NOW}</ApplyTime>"),
        "<ApplyUserId>zhang.san</ApplyUserId>".to_owned(),
        format!("<ApprovalNodes><ApprovalNode><Items>{items}</Items></ApprovalNode></ApprovalNodes>"),
        format!(
            "<NotifyNodes><NotifyNode><ItemUserId>b</ItemUserId>{}</NotifyNode></NotifyNodes>",
            put("ItemName", name)
        ),
    ]
}

/// Believes nothing that was typed.
fn check(Message { xml, open }: &Message) -> Result<(), TestCaseError> {
    let config = Config { template_id: Some(TemplateId(TEMPLATE.to_owned())), ..ours() };
    let events = match Sealer::default().post(&config, xml).disposition {
        Disposition::Accepted(events) => events,
        Disposition::Refused(Error::Unreadable(_)) => return Ok(()),
        other => return Err(TestCaseError::fail(format!("{other:?}\n{xml}"))),
    };
    prop_assert!((1..=2).contains(&events.len()), "{}", xml);
    for event in &events {
        let approval = &event.approval;
        if approval.status == Status::Unknown {
            prop_assert_eq!(event, &only_changed(event), "{}", xml);
            continue;
        }
        prop_assert_eq!(approval.id.as_str(), NUMBER, "{}", xml);
        prop_assert_eq!(approval.raw_status.as_str(), "1", "{}", xml);
        prop_assert_eq!(approval.template_id.as_str(), TEMPLATE, "{}", xml);
        prop_assert_eq!(event.raw_operation.as_str(), if *open { "" } else { "1" }, "{}", xml);
        prop_assert_eq!(approval.applicant.as_str(), "zhang.san", "{}", xml);
        prop_assert_eq!(approval.submitted_at.map(|at| at.0), Some(NOW), "{}", xml);
        prop_assert!(event.actor.as_ref().is_none_or(|actor| actor.0 == "zhang.san"), "{}", xml);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn the_approval_app_with_texts_in_sections(message in message(&SYS, true)) {
        check(&message)?;
    }

    #[test]
    fn the_approval_app_with_texts_as_they_are(message in message(&SYS, false)) {
        check(&message)?;
    }

    #[test]
    fn the_flow_engine_with_texts_in_sections(message in message(&OPEN, true)) {
        check(&message)?;
    }

    #[test]
    fn the_flow_engine_with_texts_as_they_are(message in message(&OPEN, false)) {
        check(&message)?;
    }
}
