//! A pressed button, carried out.

use crate::{ActionRefused, FakeWeCom};

/// Carries out `action` on a form; none if there is no such action. `body` is the form-encoded fields `user`,
/// `to` and `speech`, of which each action takes what it needs.
pub(super) fn press(
    fake: &FakeWeCom,
    sp_no: &str,
    action: &str,
    body: &[u8],
) -> Option<Result<(), ActionRefused>> {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| {
        fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str()).trim()
    };
    let (user, to, speech) = (field("user"), field("to"), field("speech"));
    Some(match action {
        "agree" => fake.agree(sp_no, user, speech),
        "reject" => fake.reject(sp_no, user, speech),
        "carry-out" => fake.carry_out(sp_no, user, speech),
        "transfer" => fake.transfer(sp_no, user, to),
        "add-approver" => fake.add_approver(sp_no, user, to, false),
        "agree-and-add" => fake.add_approver(sp_no, user, to, true),
        "send-back" => fake.send_back(sp_no, user, to, speech),
        "comment" => fake.comment(sp_no, user, speech),
        "urge" => fake.urge(sp_no),
        "withdraw" => fake.withdraw(sp_no),
        "revoke" => fake.revoke(sp_no),
        "pay" => fake.mark_paid(sp_no),
        "delete" => fake.delete(sp_no),
        _ => return None,
    })
}
