//! `applyevent`: sent once, and every ambiguous end of it told as one.

use serde_json::Value;

use super::{PATH, SubmitProblem, Uncertainty};
use crate::api::{self, Doubt, Failure};
use crate::config::Config;
use crate::errcode::{self, Treatment};
use crate::exchange::{Note, Outbound};
use crate::model::{Member, SpNo};
use crate::text::{Text, text};
use crate::token;

/// Submits `body` and gives WeCom's number of the approval.
///
/// A refused token is renewed and the call repeated once, which is safe: WeCom tests the token before the body. After
/// any other end the call is not repeated.
pub(super) fn send(
    config: &Config,
    outbound: &mut dyn Outbound,
    body: Value,
    key: &str,
    applicant: &Member,
) -> Result<SpNo, SubmitProblem> {
    let result = token::call(config, outbound, api::post(config, PATH, body));
    let sentence = match result {
        Ok(answer) => {
            let number = answer.get("sp_no").text();
            if !number.trim().is_empty() {
                return Ok(SpNo(number.trim().to_owned()));
            }
            text(
                "WeCom accepted the approval and did not say its number",
                "企业微信已受理，但没有返回审批单号",
            )
        }
        Err(Failure::Refused { errcode, refusal, path }) => match errcode::treatment(errcode) {
            Treatment::Doubtful => Text::filled(
                format_args!("WeCom failed while it took the approval: {errcode}: {}", refusal.sentence.en),
                format_args!("企业微信受理审批时出错：{errcode}：{}", refusal.sentence.zh_cn),
            ),
            Treatment::Permanent
            | Treatment::Transient
            | Treatment::RenewToken
            | Treatment::BlockCredential => {
                return Err(Failure::Refused { errcode, refusal, path }.of_a_read().into());
            }
        },
        Err(Failure::NotSent(obstacle)) => return Err(obstacle.into()),
        Err(Failure::Unclear(doubt)) => unclear(&doubt),
    };
    outbound.note(Note::OutcomeUnknown);
    Err(SubmitProblem::UnknownOutcome(Uncertainty {
        idempotency_key: key.to_owned(),
        applicant: applicant.clone(),
        sentence,
        remedy: text(
            "the platform looks the request number up in WeCom before it submits again",
            "平台会先在企业微信中查找该申请编号，再决定是否重新提交",
        ),
    }))
}

fn unclear(doubt: &Doubt) -> Text {
    let Text { en, zh_cn } = doubt.sentence();
    Text::filled(format_args!("the approval was sent, and {}", en), format_args!("审批已发送，但{zh_cn}"))
}
