//! Callbacks: a stranger's request, and what stands in one that is signed.

use wecom_protocol::callback::{Disposition, Error, Outcome, Unreadable};
use wecom_protocol::config::Config;
use wecom_protocol::model::TemplateId;

use crate::seal::{NOW, Sealer, ours, request as sent, when_it_happened};

/// Sealed and escaped, a longer text may be more than a query can hold.
const LONGEST_ECHO: usize = 4_096;

/// A request of somebody who has no key: a line that is the query, and a body. Without a body it is a GET.
///
/// It is refused, in few words, and proves nothing.
pub fn request(bytes: &[u8]) {
    let (query, body) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()));
    let query = String::from_utf8_lossy(query);
    let method = if body.is_empty() { "GET" } else { "POST" };
    let outcome = sent(&ours(), method, &query, body.get(1..).unwrap_or_default(), NOW);
    let Disposition::Refused(error) = &outcome.disposition else { panic!("believed: {outcome:?}") };
    assert!(
        !matches!(error, Error::Undecryptable | Error::Unreadable(_)),
        "took a signature for one: {error}"
    );
    sound(&outcome);
}

/// What AES gives back, in a callback whose signature is sound: nothing of it can be trusted.
pub fn frame(bytes: &[u8]) {
    let (blocks, _) = bytes.as_chunks::<16>();
    let sealer = Sealer::default();
    let sealed = sealer.seal_frame(blocks.as_flattened().to_vec());
    sound(&sealer.post_sealed(&ours(), &sealed));
}

/// The text inside, sealed and signed as it should be.
///
/// It means the same each time; and which templates are ours decides about an event, and about nothing else.
pub fn message(bytes: &[u8]) {
    let sealer = Sealer::default();
    let of_all = when_it_happened(&sealer, &ours(), bytes);
    sound(&of_all);
    assert_eq!(of_all, when_it_happened(&sealer, &ours(), bytes));
    let none = Config { template_id: Some(TemplateId("none has this id".to_owned())), ..ours() };
    let of_none = when_it_happened(&sealer, &none, bytes);
    match (&of_all.disposition, &of_none.disposition) {
        (Disposition::Accepted(_), Disposition::Foreign) => {}
        // A form that is not ours may lack what it likes.
        (Disposition::Refused(Error::Unreadable(_) | Error::Outdated { .. }), Disposition::Foreign) => {}
        (of_all, of_none) => assert_eq!(of_all, of_none),
    }
    if let Disposition::Accepted(events) = of_all.disposition {
        let template_id = events.first().map(|event| event.approval.template_id.clone());
        let its = Config { template_id, ..ours() };
        assert_eq!(when_it_happened(&sealer, &its, bytes).disposition, Disposition::Accepted(events));
    }
    let text = String::from_utf8_lossy(bytes);
    if text.len() > LONGEST_ECHO {
        return;
    }
    let echoed = sealer.get(&ours(), &text);
    sound(&echoed);
    match echoed.disposition {
        Disposition::VerifiedAddress => assert_eq!(echoed.answer.body, text.as_bytes()),
        disposition => assert_eq!(disposition, Disposition::Refused(Error::Unreadable(Unreadable::Echo))),
    }
}

/// What every outcome keeps to.
fn sound(outcome: &Outcome) {
    let body = &outcome.answer.body;
    match &outcome.disposition {
        Disposition::VerifiedAddress => assert!(outcome.answer.status == 200 && !body.is_empty()),
        Disposition::Accepted(events) => {
            assert!(outcome.answer.status == 200 && body.is_empty());
            assert!((1..=2).contains(&events.len()), "{events:?}");
            for event in events {
                assert!(!event.approval.id.0.is_empty(), "no number: {event:?}");
                for digest in [&event.deduplication_key, &event.message_digest] {
                    assert!(
                        digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()),
                        "{digest}"
                    );
                }
            }
        }
        Disposition::Foreign => assert!(outcome.answer.status == 200 && body.is_empty()),
        Disposition::Ignored(kind) => {
            assert!(outcome.answer.status == 200 && body.is_empty());
            assert!(kind.len() <= 80, "{kind}");
        }
        Disposition::Refused(error) => {
            assert!((400..500).contains(&outcome.answer.status) && body.is_empty());
            assert!(error.to_string().len() <= 200, "{error}");
        }
    }
}
