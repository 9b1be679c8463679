//! The checks that come before the message, and their order.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use wecom_protocol::callback::{
    Answer, BODY_LIMIT, Disposition, Error, Fault, Parameter, QUERY_LIMIT, RETRY_SPAN, Shape, Unreadable,
};
use wecom_protocol::config::Config;
use wecom_protocol::model::{CorpId, UnixSeconds};

use crate::seal::{
    CORP, KEY, NOW, OTHER_KEY, Sealer, TOKEN, WINDOW, config, envelope, escaped, event, get, message, ours,
    post, refusal, request,
};

const ECHO: &str = "94966531020182955848408";

fn approved() -> String {
    message("2", "2", "")
}

// ---- method and size ----

#[test]
fn only_get_and_post_are_answered() {
    for method in ["HEAD", "PUT", "get", ""] {
        let outcome = request(&ours(), method, "", b"", NOW);
        assert_eq!(outcome.answer, Answer { status: 405, content_type: None, body: vec![] });
        assert_eq!(refusal(outcome), Error::Method);
    }
}

/// D5: bounded before anything is read.
#[test]
fn what_is_too_large_is_not_read() {
    let outcome = request(&ours(), "POST", "", &vec![0xff; BODY_LIMIT + 1], NOW);
    assert_eq!(outcome.answer.status, 413);
    assert_eq!(refusal(outcome), Error::TooLarge { limit: 1024 * 1024 });
    let outcome = request(&ours(), "GET", &"%".repeat(QUERY_LIMIT + 1), b"", NOW);
    assert_eq!(refusal(outcome), Error::TooLarge { limit: 16 * 1024 });
}

#[test]
fn the_largest_body_is_still_read() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(approved().as_bytes());
    let mut body = envelope(&sealed);
    body.push_str(&" ".repeat(BODY_LIMIT - body.len()));
    assert_eq!(event(post(&ours(), &sealer.query(&sealed), &body)).approval.id.as_str(), "202601010007");
}

// ---- query ----

#[test]
fn each_parameter_occurs_once_and_has_a_value() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(ECHO.as_bytes());
    let whole = format!("{}&echostr={}", sealer.query(&sealed), escaped(&sealed));
    for parameter in [Parameter::MsgSignature, Parameter::Timestamp, Parameter::Nonce, Parameter::Echostr] {
        let pair = whole.split('&').find(|pair| pair.starts_with(parameter.name())).unwrap();
        let without = |replacement: &str| whole.replace(pair, replacement);
        for missing in [without("x=y"), without(parameter.name()), without(&format!("{}=", parameter.name()))]
        {
            let outcome = get(&ours(), &missing);
            assert_eq!(outcome.answer, Answer { status: 400, content_type: None, body: vec![] });
            assert_eq!(refusal(outcome), Error::Malformed(Shape::Missing(parameter)), "{missing}");
        }
        let doubled = format!("{whole}&{pair}");
        assert_eq!(refusal(get(&ours(), &doubled)), Error::Malformed(Shape::Doubled(parameter)));
        let broken = without(&format!("{}=%fg", parameter.name()));
        assert_eq!(refusal(get(&ours(), &broken)), Error::Malformed(Shape::Encoding(parameter)));
    }
}

/// D6: four parts are signed. A gateway may add what it likes.
#[test]
fn extra_parameters_are_ignored() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(approved().as_bytes());
    let query = format!("a&trace=1&{}&echostr=%zz&echostr=&b=%ff&trace=2&=", sealer.query(&sealed));
    let outcome = post(&ours(), &query, &envelope(&sealed));
    assert_eq!(event(outcome).approval.id.as_str(), "202601010007");
}

#[test]
fn a_timestamp_is_digits() {
    for timestamp in ["now", "-1767225661", "%2B1767225661", "1767225661.0", "0x69", "99999999999999999999"] {
        let query = format!("msg_signature=0&timestamp={timestamp}&nonce=1");
        assert_eq!(refusal(post(&ours(), &query, "")), Error::Malformed(Shape::Timestamp), "{timestamp}");
    }
}

/// D7: `+` lost on the way.
#[test]
fn a_plus_in_an_echo_survives_whatever_a_gateway_made_of_it() {
    let sealer = Sealer { random: *b"plus000000000000", ..Sealer::default() };
    let sealed = sealer.seal(b"4567890123456789012");
    assert!(sealed.contains('+'), "{sealed}");
    for wire in [escaped(&sealed), sealed.clone(), sealed.replace('+', "%20"), sealed.replace('+', " ")] {
        let outcome = get(&ours(), &format!("{}&echostr={wire}", sealer.query(&sealed)));
        assert_eq!(outcome.disposition, Disposition::VerifiedAddress, "{wire}");
        assert_eq!(outcome.answer.body, b"4567890123456789012");
    }
}

#[test]
fn a_query_is_decoded_once() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(ECHO.as_bytes());
    let twice = escaped(&sealed).replace('%', "%25");
    let outcome = get(&ours(), &format!("{}&echostr={twice}", sealer.query(&sealed)));
    assert_eq!(refusal(outcome), Error::Forged);
}

// ---- envelope ----

/// D1: nothing outside `Encrypt` is read as fact.
#[test]
fn the_unsigned_part_of_an_envelope_changes_nothing() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(approved().as_bytes());
    let body = format!(
        "<xml><ToUserName>wwffffffffffffffff</ToUserName><Event>open_approval_change</Event>\
         <ApprovalInfo><SpNo>1</SpNo></ApprovalInfo><Encrypt>{sealed}</Encrypt><AgentID>0</AgentID></xml>"
    );
    let query = sealer.query(&sealed);
    assert_eq!(post(&ours(), &query, &body), post(&ours(), &query, &envelope(&sealed)));
}

/// D1: an unsigned message in the place of an envelope.
#[test]
fn a_message_without_its_seal_is_refused() {
    let sealer = Sealer::default();
    let outcome = post(&ours(), &sealer.query(""), &approved());
    assert_eq!(refusal(outcome), Error::Malformed(Shape::NoEncrypt));
}

#[test]
fn a_body_that_is_no_envelope_is_malformed() {
    let query = Sealer::default().query("x");
    for (body, shape) in [
        (&b""[..], Shape::Xml(Fault::Syntax)),
        (b"<xml><Encrypt>x</Encrypt>", Shape::Xml(Fault::Syntax)),
        (b"<!DOCTYPE xml><xml><Encrypt>x</Encrypt></xml>", Shape::Xml(Fault::Doctype)),
        (b"<xml><?a b?><Encrypt>x</Encrypt></xml>", Shape::Xml(Fault::Instruction)),
        (b"<xml><Encrypt>x</Encrypt><Encrypt>x</Encrypt></xml>", Shape::SeveralEncrypts),
        (b"<xml><Encrypt> </Encrypt></xml>", Shape::NoEncrypt),
        (b"<xml><Encrypt>x\xff</Encrypt></xml>", Shape::Utf8),
        (b"{\"encrypt\":\"x\",\"Encrypt\":\"x\"}", Shape::Json),
    ] {
        let outcome = request(&ours(), "POST", &query, body, NOW);
        assert_eq!(outcome.answer.status, 400);
        assert_eq!(refusal(outcome), Error::Malformed(shape));
    }
}

// ---- freshness ----

#[test]
fn a_callback_is_fresh_up_to_the_edge_of_the_window_and_no_further() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(approved().as_bytes());
    let (query, body) = (sealer.query(&sealed), envelope(&sealed));
    let at = |received_at| request(&ours(), "POST", &query, body.as_bytes(), received_at);
    for received_at in [NOW - 600, NOW, NOW + 600] {
        assert_eq!(event(at(received_at)).occurred_at, UnixSeconds(NOW), "{received_at}");
    }
    for received_at in [0, NOW - 601, NOW + 601, u64::MAX] {
        let outcome = at(received_at);
        assert_eq!(outcome.answer, Answer { status: 403, content_type: None, body: vec![] });
        assert_eq!(
            refusal(outcome),
            Error::Stale {
                timestamp: UnixSeconds(NOW),
                received_at: UnixSeconds(received_at),
                window: Duration::from_secs(600)
            }
        );
    }
}

/// A signature does not bind values to their names. A nonce that reads as a time makes a second sound stamp of a captured
/// callback, and only the time that is sealed tells that the event is old.
#[test]
fn a_captured_callback_is_not_fresh_again_when_timestamp_and_nonce_change_places() {
    let later = NOW + 30 * 86_400;
    let nonce = later.to_string();
    let sealer = Sealer { nonce: &nonce, ..Sealer::default() };
    let sealed = sealer.seal(approved().as_bytes());
    let body = envelope(&sealed);
    let swapped = format!("msg_signature={}&timestamp={later}&nonce={NOW}", sealer.sign(&sealed));
    let at = |query: &str, received_at| request(&ours(), "POST", query, body.as_bytes(), received_at);
    assert_eq!(event(at(&sealer.query(&sealed), NOW)).occurred_at, UnixSeconds(NOW));

    let outcome = at(&swapped, later);

    assert_eq!(outcome.answer, Answer { status: 403, content_type: None, body: vec![] });
    let (created_at, received_at) = (UnixSeconds(NOW), UnixSeconds(later));
    assert_eq!(refusal(outcome), Error::Outdated { created_at, received_at, window: WINDOW + RETRY_SPAN });
}

#[test]
fn an_event_is_news_up_to_the_edge_of_window_and_retries_and_no_further() {
    let edge = WINDOW.as_secs() + RETRY_SPAN.as_secs();
    let of = |created_at: u64| {
        let text = approved().replace(&NOW.to_string(), &created_at.to_string());
        Sealer::default().post(&ours(), &text)
    };
    for created_at in [NOW - edge, NOW, NOW + edge] {
        assert_eq!(event(of(created_at)).occurred_at, UnixSeconds(created_at));
    }
    for created_at in [1, NOW - edge - 1, NOW + edge + 1, u64::MAX] {
        let outdated = Error::Outdated {
            created_at: UnixSeconds(created_at),
            received_at: UnixSeconds(NOW),
            window: WINDOW + RETRY_SPAN,
        };
        assert_eq!(refusal(of(created_at)), outdated);
    }
    // News that names no more than a number is no less old.
    let broken = approved().replace("</xml>", "").replace(&NOW.to_string(), "1767139261");
    let outdated = Error::Outdated {
        created_at: UnixSeconds(NOW - 86_400),
        received_at: UnixSeconds(NOW),
        window: WINDOW + RETRY_SPAN,
    };
    assert_eq!(refusal(Sealer::default().post(&ours(), &broken)), outdated);
}

// ---- signature ----

/// D6: compared whole, and as WeCom writes it.
#[test]
fn a_signature_is_40_lower_case_digits_or_it_is_forged() {
    let sealer = Sealer::default();
    let sealed = sealer.seal(approved().as_bytes());
    let good = sealer.sign(&sealed);
    for bad in [good.to_uppercase(), good[..39].to_owned(), format!("{good}0"), "0".repeat(40), "é".into()] {
        let query = format!("msg_signature={bad}&timestamp={NOW}&nonce={}", sealer.nonce);
        assert_eq!(refusal(post(&ours(), &query, &envelope(&sealed))), Error::Forged, "{bad}");
    }
}

/// D33: during a rotation old and new pair both serve.
#[test]
fn either_pair_of_a_rotation_opens_what_it_sealed() {
    let config = config(CORP, &[("NewToken", OTHER_KEY), (TOKEN, KEY)]);
    let new = Sealer { token: "NewToken", key: OTHER_KEY, ..Sealer::default() };
    let old = Sealer::default();
    assert_eq!(event(new.post(&config, &approved())), event(old.post(&config, &approved())));
    assert_eq!(new.get(&config, ECHO).answer.body, ECHO.as_bytes());
    assert_eq!(old.get(&config, ECHO).answer.body, ECHO.as_bytes());
}

#[test]
fn the_pairs_of_a_rotation_do_not_mix() {
    let config = config(CORP, &[("NewToken", OTHER_KEY), (TOKEN, KEY)]);
    let mixed = Sealer { token: "NewToken", key: KEY, ..Sealer::default() };
    assert_eq!(refusal(mixed.post(&config, &approved())), Error::Undecryptable);
}

#[test]
fn a_rotation_may_keep_the_token() {
    let config = config(CORP, &[(TOKEN, OTHER_KEY), (TOKEN, KEY)]);
    for key in [KEY, OTHER_KEY] {
        let sealer = Sealer { key, ..Sealer::default() };
        assert_eq!(event(sealer.post(&config, &approved())).approval.id.as_str(), "202601010007");
    }
    let stranger = Sealer { receiver: "wwffffffffffffffff", ..Sealer::default() };
    assert_eq!(refusal(stranger.post(&config, &approved())), wrong_receiver("wwff…ff"));
}

#[test]
fn without_any_pair_everything_is_forged() {
    assert_eq!(refusal(Sealer::default().post(&config(CORP, &[]), &approved())), Error::Forged);
}

// ---- cipher and receiver ----

fn wrong_receiver(receiver: &str) -> Error {
    wrong_receiver_of(receiver, &["ww01…ef"], false)
}

fn wrong_receiver_of(receiver: &str, expected: &[&str], verification: bool) -> Error {
    let expected = expected.iter().map(|&id| id.to_owned()).collect();
    Error::WrongReceiver { receiver: receiver.to_owned(), expected, verification }
}

/// D1: another company's receiver id. D3: never "none configured means any".
#[test]
fn only_our_own_id_is_a_receiver() {
    for (receiver, shown) in [
        ("", ""),
        ("ww0123456789abcde", "ww01…de"),
        ("ww0123456789abcdef0", "ww01…f0"),
        ("WW0123456789ABCDEF", "WW01…EF"),
        ("ww\n123456789abcde\"", "ww_1…e\""),
    ] {
        let sealer = Sealer { receiver, ..Sealer::default() };
        assert_eq!(refusal(sealer.post(&ours(), &approved())), wrong_receiver(shown), "{receiver}");
        assert_eq!(refusal(sealer.get(&ours(), ECHO)), wrong_receiver_of(shown, &["ww01…ef"], true));
    }
    let nobody = Sealer { receiver: "", ..Sealer::default() };
    let unset = config("", &[(TOKEN, KEY)]);
    assert_eq!(refusal(nobody.post(&unset, &approved())), wrong_receiver_of("", &[""], false));
}

/// The receiver behind the message proves the key: a text that WeCom cut in the middle of a character, or wrote in another
/// encoding, is repaired and read, and the key is not blamed.
#[test]
fn a_text_that_is_not_utf_8_is_repaired_and_never_blames_the_key() {
    let sealer = Sealer::default();
    let with = |bytes: &[u8]| {
        let text = message("2", "2", "");
        let (before, behind) = text.split_once("Access").unwrap();
        [before.as_bytes(), b"<![CDATA[", bytes, b"]]>", behind.as_bytes()].concat()
    };
    for (bytes, read) in [
        (&b"OK \xf0\x9f\x98"[..], "OK \u{fffd}"),
        (b"\xc8\xa8\xcf\xde", "\u{228}\u{fffd}\u{fffd}"),
        (b"\xed\xa0\xbd\xed\xb8\x80!", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}!"),
        (b"\xff", "\u{fffd}"),
    ] {
        let message = with(bytes);
        let event = event(sealer.post_sealed(&ours(), &sealer.seal(&message)));
        assert_eq!((event.approval.id.as_str(), event.approval.raw_status.as_str()), ("202601010007", "2"));
        assert_eq!(event.approval.title, read);
        let digest: String = Sha256::digest(&message).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(event.message_digest, digest, "of the message as it came");
    }
    let unreadable = |message: &[u8]| refusal(sealer.post_sealed(&ours(), &sealer.seal(message)));
    assert_eq!(unreadable(b"<xml>\xff</xml>"), Error::Unreadable(Unreadable::Xml(Fault::Mixed)));
    let number = [&b"2026\xff"[..]].concat();
    let text = message("2", "2", "");
    let (before, behind) = text.split_once("202601010007").unwrap();
    let broken_number = [before.as_bytes(), &number, behind.as_bytes()].concat();
    assert_eq!(unreadable(&broken_number), Error::Unreadable(Unreadable::NotUtf8("SpNo")));
    let wrong_key = Sealer { key: OTHER_KEY, ..sealer };
    let outcome = sealer.post_sealed(&ours(), &wrong_key.seal(&with(b"\xff")));
    assert_eq!(refusal(outcome), Error::Undecryptable);
    let sealed = sealer.seal(b"12\xff");
    let echo = get(&ours(), &format!("{}&echostr={}", sealer.query(&sealed), escaped(&sealed)));
    assert_eq!(refusal(echo), Error::Unreadable(Unreadable::Echo));
}

/// A customised-development app: WeCom verifies its address in the name of the provider, and sends events in the
/// company's own.
#[test]
fn the_providers_company_is_the_receiver_of_a_verification_alone() {
    let provider = "wwfedcba9876543210";
    let company = "wpSyntheticEncryptedCorpId_0-123456";
    let config =
        Config { provider_corp_id: Some(CorpId(provider.to_owned())), ..config(company, &[(TOKEN, KEY)]) };
    let of = |receiver| Sealer { receiver, ..Sealer::default() };
    for receiver in [provider, company] {
        assert_eq!(of(receiver).get(&config, ECHO).answer.body, ECHO.as_bytes(), "{receiver}");
    }
    assert_eq!(event(of(company).post(&config, &approved())).approval.id.as_str(), "202601010007");
    let of_post = refusal(of(provider).post(&config, &approved()));
    assert_eq!(of_post, wrong_receiver_of("wwfe…10", &["wpSy…56"], false));
    let of_get = refusal(of(CORP).get(&config, ECHO));
    assert_eq!(of_get, wrong_receiver_of("ww01…ef", &["wpSy…56", "wwfe…10"], true));
    let without = Config { provider_corp_id: None, ..config };
    let not_set = refusal(of(provider).get(&without, ECHO));
    assert_eq!(not_set, wrong_receiver_of("wwfe…10", &["wpSy…56"], true));
    assert_eq!(
        not_set.to_string(),
        "callback receiver is \"wwfe…10\", this engine serves \"wpSy…56\": check the CorpId, and of a \
         customised-development app the Provider's CorpId"
    );
}

/// D3: a frame that is sound but for its filling, which goes to blocks of AES and not to blocks of 32 bytes.
#[test]
fn a_frame_filled_up_to_16_bytes_does_not_open() {
    let filled = |blocks: usize| {
        let mut frame = b"0123456789abcdef\0\0\0\x011".to_vec();
        frame.extend(CORP.as_bytes());
        let padding = blocks * 16 - frame.len();
        frame.resize(blocks * 16, u8::try_from(padding).unwrap());
        let sealer = Sealer::default();
        let sealed = sealer.seal_frame(frame);
        get(&ours(), &format!("{}&echostr={}", sealer.query(&sealed), escaped(&sealed)))
    };
    assert_eq!(filled(4).answer.body, b"1");
    assert_eq!(refusal(filled(3)), Error::Undecryptable);
}

/// D2: every way to fail before the frame, under a right signature.
#[test]
fn a_sealed_text_is_canonical_base64_of_whole_blocks() {
    let sealer = Sealer::default();
    let good = sealer.seal(ECHO.as_bytes());
    for bad in [
        "AA==".to_owned(),
        good.trim_end_matches('=').to_owned(),
        format!("{good}===="),
        format!("{}\n{}", &good[..4], &good[4..]),
        good.replace('/', "_").replace('+', "-") + "A===",
        sealer.seal_frame(vec![16; 16]),
        sealer.seal_frame(vec![1; 32]),
    ] {
        assert_eq!(refusal(sealer.post_sealed(&ours(), &bad)), Error::Undecryptable, "{bad}");
    }
}

// ---- the answer to a GET ----

#[test]
fn an_echo_is_given_back_to_the_byte() {
    for echo in [ECHO, "0", " 1 ", "\"quoted\"", "审批", &"7".repeat(128)] {
        let outcome = Sealer::default().get(&ours(), echo);
        assert_eq!(outcome.disposition, Disposition::VerifiedAddress, "{echo}");
        let answer = Answer { status: 200, content_type: Some("text/plain"), body: echo.into() };
        assert_eq!(outcome.answer, answer);
    }
}

/// The signature of a POST is as good for a GET: whoever saw a callback go by must not get it decrypted.
#[test]
fn a_captured_message_is_not_decrypted_for_its_captor() {
    for not_an_echo in [&approved(), "<xml/>", " <xml/>", "\u{feff}{}", "[1]", "", &"7".repeat(129)] {
        let outcome = Sealer::default().get(&ours(), not_an_echo);
        assert_eq!(outcome.answer, Answer { status: 403, content_type: None, body: vec![] });
        assert_eq!(refusal(outcome), Error::Unreadable(Unreadable::Echo), "{not_an_echo}");
    }
}

// ---- order ----

#[test]
fn the_first_check_to_fail_gives_the_reason() {
    let sealer = Sealer::default();
    let all_wrong = Sealer { token: "wrong", receiver: "wwffffffffffffffff", ..sealer };
    let sealed = all_wrong.seal(b"no message");
    let old = NOW + WINDOW.as_secs() + 1;
    let reason =
        |method, query: &str, body: &str, at| refusal(request(&ours(), method, query, body.as_bytes(), at));
    let huge = "x".repeat(BODY_LIMIT + 1);
    assert_eq!(reason("PUT", "", &huge, old), Error::Method);
    assert_eq!(reason("POST", "", &huge, old), Error::TooLarge { limit: BODY_LIMIT });
    let missing = Error::Malformed(Shape::Missing(Parameter::MsgSignature));
    assert_eq!(reason("POST", "", "", old), missing);
    let no_xml = Error::Malformed(Shape::Xml(Fault::Syntax));
    assert_eq!(reason("POST", &all_wrong.query(&sealed), "", old), no_xml);
    let stale = Error::Stale { timestamp: UnixSeconds(NOW), received_at: UnixSeconds(old), window: WINDOW };
    assert_eq!(reason("POST", &all_wrong.query(&sealed), &envelope(&sealed), old), stale);
    assert_eq!(reason("POST", &all_wrong.query(&sealed), &envelope(&sealed), NOW), Error::Forged);
    assert_eq!(reason("POST", &sealer.query("AAAA"), &envelope("AAAA"), NOW), Error::Undecryptable);
    assert_eq!(reason("POST", &sealer.query(&sealed), &envelope(&sealed), NOW), wrong_receiver("wwff…ff"));
}

#[test]
fn to_the_sender_all_refusals_from_freshness_on_look_alike() {
    let sealer = Sealer::default();
    let strangers = Sealer { receiver: "wwffffffffffffffff", ..sealer };
    let answers = [
        Sealer { timestamp: 0, ..sealer }.post(&ours(), &approved()).answer,
        Sealer { token: "wrong", ..sealer }.post(&ours(), &approved()).answer,
        Sealer { key: OTHER_KEY, ..sealer }.post(&ours(), &approved()).answer,
        strangers.post(&ours(), &approved()).answer,
        sealer.post(&ours(), "no message").answer,
        sealer.get(&ours(), &approved()).answer,
    ];
    assert_eq!(answers, [(); 6].map(|()| Answer { status: 403, content_type: None, body: vec![] }));
}
