//! Which deliveries are the same change, and which changes are ours.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};
use wecom_protocol::callback::Disposition;
use wecom_protocol::model::{Event, TemplateId};

use crate::seal::{NOW, Sealer, envelope, event, message, ours, post};

fn read(message: &str) -> Event {
    event(Sealer::default().post(&ours(), message))
}

/// D10: the envelope does not enter.
#[test]
fn the_same_event_in_a_new_envelope_has_the_same_key() {
    let text = message("2", "2", "");
    let first = read(&text);
    let again = Sealer { nonce: "another", timestamp: NOW + 5, random: [7; 16], ..Sealer::default() };
    assert_eq!(event(again.post(&ours(), &text)), first);
    let sealed = again.seal(text.as_bytes());
    let bare = envelope(&sealed).replace("<![CDATA[", "").replace("]]>", "");
    assert_eq!(event(post(&ours(), &again.query(&sealed), &bare)), first);
}

/// D10: a batch of approvals in one second, and every later change of one of them.
#[test]
fn another_event_of_the_same_second_has_another_key() {
    let text = message("2", "2", "");
    let others = [
        text.clone(),
        text.replace("202601010007", "202601010008"),
        text.replace("<StatuChangeEvent>2", "<StatuChangeEvent>10"),
        text.replace("<SpStatus>2", "<SpStatus>10"),
        text.replace(&NOW.to_string(), &(NOW + 1).to_string()),
        text.replace("zhang.san", "zhang.si"),
        text.replace("<SpName>Access", "<SpName> Access"),
        text.replace("<SpNo>", "<SpNo >"),
    ];
    let keys: BTreeSet<_> = others.iter().map(|text| read(text).deduplication_key).collect();
    assert_eq!(keys.len(), others.len());
}

#[test]
fn keys_and_digests_are_lower_case_sha_256() {
    let text = message("2", "2", "");
    let event = read(&text);
    let digest: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(event.message_digest, digest);
    let parts = ["sys_approval_change", "202601010007", "2", "2", "1767225661", &digest];
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend((part.len() as u64).to_be_bytes());
        bytes.extend(part.as_bytes());
    }
    let key: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(event.deduplication_key, key);
}

/// D14: leave and expense forms of the same app.
#[test]
fn a_form_of_another_template_is_foreign() {
    let mut config = ours();
    let sealer = Sealer::default();
    let text = message("2", "2", "");
    config.template_id = Some(TemplateId("3Tm2".to_owned()));
    let outcome = sealer.post(&config, &text);
    assert_eq!(outcome.disposition, Disposition::Foreign);
    assert_eq!((outcome.answer.status, outcome.answer.body.len()), (200, 0));

    config.former_template_ids = vec![TemplateId("3Tm1".to_owned())];
    assert_eq!(event(sealer.post(&config, &text)).approval.template_id.as_str(), "3Tm1");

    config.former_template_ids.clear();
    config.template_id = Some(TemplateId("3tm1".to_owned()));
    assert_eq!(sealer.post(&config, &text).disposition, Disposition::Foreign);
}
