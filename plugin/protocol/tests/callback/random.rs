//! What holds for any request whatever.

use proptest::prelude::*;
use wecom_protocol::callback::{Disposition, Error};

use crate::drawn::cases;
use crate::seal::{CORP, NOW, Sealer, changed, escaped, event, get, message, ours, post, request};

/// Texts that are nearly messages: pieces of real ones in any order.
fn near_message() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<xml>"),
        Just("</xml>"),
        Just("<MsgType>event</MsgType>"),
        Just("<Event>sys_approval_change</Event>"),
        Just("<Event>open_approval_change</Event>"),
        Just("<CreateTime>1767225661</CreateTime>"),
        Just("<ApprovalInfo>"),
        Just("</ApprovalInfo>"),
        Just("<SpNo>1</SpNo><SpStatus>2</SpStatus><TemplateId>t</TemplateId>"),
        Just("<Applyer><UserId>a</UserId></Applyer>"),
        Just("<ProcessList><NodeList>"),
        Just("</NodeList></ProcessList>"),
        Just("<SubNodeList/>"),
        Just("<SpRecord><Details>"),
        Just("</Details></SpRecord>"),
        Just("<![CDATA["),
        Just("]]>"),
        Just("<!--"),
        Just("-->"),
        Just("<!DOCTYPE "),
        Just("<?xml ?>"),
        Just("&#"),
        Just("&amp;"),
        Just("审"),
        Just("<"),
        Just(">"),
        Just("/>"),
        Just("\""),
        Just("\r\n"),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn whatever_is_sealed_is_given_back(
        echo in "[a-zA-Z0-9\u{4e00}-\u{4eff} +/=&%]{1,42}",
        random: [u8; 16],
        nonce in "[a-zA-Z0-9]{1,20}",
        timestamp in NOW - 600..=NOW + 600,
    ) {
        let sealer = Sealer { nonce: &nonce, random, timestamp, ..Sealer::default() };
        let outcome = sealer.get(&ours(), &echo);
        prop_assert_eq!(outcome.disposition, Disposition::VerifiedAddress);
        prop_assert_eq!(outcome.answer.body, echo.as_bytes());
    }

    #[test]
    fn whatever_is_written_is_read(
        random: [u8; 16],
        title in "[^\\x00-\\x1f<>&\\]]{0,40}",
        number in "[0-9A-Za-z-]{1,20}",
    ) {
        let text = message("2", "2", "")
            .replace("Access", &format!("<![CDATA[{title}]]>"))
            .replace("202601010007", &number);
        let sealer = Sealer { random, ..Sealer::default() };
        let event = event(sealer.post(&ours(), &text));
        prop_assert_eq!(event.approval.title, title);
        prop_assert_eq!(event.approval.id.0, number);
    }

    /// D2: a signature makes nothing true.
    #[test]
    fn signed_bytes_are_not_accepted(bytes: Vec<u8>) {
        let sealer = Sealer::default();
        let disposition = sealer.post_sealed(&ours(), &sealer.seal(&bytes)).disposition;
        prop_assert!(matches!(
            disposition,
            Disposition::Refused(Error::Undecryptable | Error::Unreadable(_))
        ));
    }

    /// D2: any frame at all.
    #[test]
    fn signed_frames_of_any_bytes_do_not_open(blocks in prop::collection::vec(any::<[u8; 16]>(), 0..8)) {
        let sealer = Sealer::default();
        let sealed = sealer.seal_frame(blocks.concat());
        let disposition = sealer.post_sealed(&ours(), &sealed).disposition;
        prop_assert!(matches!(disposition, Disposition::Refused(_)));
    }

    #[test]
    fn what_is_nearly_a_message_is_accepted_only_with_all_that_it_needs(text in near_message()) {
        let disposition = Sealer::default().post(&ours(), &text).disposition;
        if let Disposition::Accepted(_) = disposition {
            for needed in ["<MsgType>", "_approval_change", "<CreateTime>", "<ApprovalInfo>", "<SpNo>"] {
                prop_assert!(text.contains(needed), "{}", text);
            }
        }
    }

    #[test]
    fn a_cut_message_is_news_at_most(length in 0..700_usize) {
        let text = message("2", "2", "<SpRecord><Details/></SpRecord>");
        let text = text.get(..length.min(text.len() - 1)).unwrap();
        let outcome = Sealer::default().post(&ours(), text);
        match outcome.disposition {
            Disposition::Refused(error) => prop_assert!(matches!(error, Error::Unreadable(_)), "{}", error),
            _ => prop_assert_eq!(changed(outcome).approval.id.0, "202601010007"),
        }
    }

    #[test]
    fn strangers_are_refused_whatever_they_send(
        method in "GET|POST|PUT|",
        query in "((msg_signature|timestamp|nonce|echostr|\\PC{0,8})=?(%[0-9a-f]{0,2}|\\PC){0,9}&?){0,6}",
        body: Vec<u8>,
        received_at: u64,
    ) {
        let disposition = request(&ours(), &method, &query, &body, received_at).disposition;
        prop_assert!(matches!(disposition, Disposition::Refused(_)));
    }

    #[test]
    fn a_stamp_alone_proves_nothing(body in near_message(), echo in "\\PC{1,80}") {
        let stamp = Sealer { token: "stranger", ..Sealer::default() }.query("x");
        let by_post = post(&ours(), &stamp, &body).disposition;
        prop_assert!(matches!(by_post, Disposition::Refused(Error::Malformed(_) | Error::Forged)));
        let by_get = get(&ours(), &format!("{stamp}&echostr={}", escaped(&echo))).disposition;
        prop_assert!(matches!(by_get, Disposition::Refused(Error::Malformed(_) | Error::Forged)));
    }

    #[test]
    fn no_refusal_tells_more_than_200_bytes(receiver in "\\PC{0,300}") {
        let outcome = Sealer { receiver: &receiver, ..Sealer::default() }.post(&ours(), "");
        if let Disposition::Refused(error) = outcome.disposition {
            prop_assert!(receiver != CORP && error.to_string().len() <= 200, "{}", error);
        }
    }
}
