//! WeCom's answers: to every function that asks, whatever comes back.
//!
//! A call whose token is refused costs three requests: it, another `gettoken`, and it again. The limits below are what each
//! function asks at most, if that happens to all that it asks.

use std::time::Duration;

use serde_json::Value;
use wecom_protocol::diagnostics::{self, CheckOptions};
use wecom_protocol::errcode::EGRESS_DENIED;
use wecom_protocol::exchange::{Acquired, Note, Outbound, Request, Response, SendError};
use wecom_protocol::model::{SpNo, UnixSeconds, UserId};
use wecom_protocol::secret::Secret;
use wecom_protocol::submit::{self, Route, SubmissionRequest, SubmitProblem};
use wecom_protocol::tracking::{self, SEARCH_REQUESTS, SubmissionQuery, Window};
use wecom_protocol::user::{self, Depth};

use crate::fixtures::{account, config};
use crate::forms::{MIDNIGHT, field, strings, table, text};

/// The first byte chooses the function. Then come the answers, each ended by a NUL: the first byte is the status or a
/// failure, and the rest the body. What is asked beyond them is not reached.
///
/// Nothing is asked for ever. `applyevent` is asked once, and once more when its token was refused; what it leaves open is
/// told as such.
pub fn answers(bytes: &[u8]) {
    let Some((function, answers)) = bytes.split_first() else { return };
    let mut wecom = WeCom { answers, token: None, asked: Vec::new(), applied: Vec::new() };
    let window = Window { starts_at: UnixSeconds(MIDNIGHT), ends_at: UnixSeconds(MIDNIGHT + 86_400) };
    let limit = match function {
        b's' => {
            submit(&mut wecom);
            1 + 3 * 3
        }
        b'f' => {
            let _ = tracking::fetch(&config(), &mut wecom, &SpNo("202601010007".into()));
            1 + 3
        }
        b'q' => {
            let applicant = Some(UserId("zhang.san".into()));
            let query = SubmissionQuery { idempotency_key: "REQ-2026-0007".into(), window, applicant };
            let _ = tracking::find_submission(&config(), &mut wecom, &query);
            1 + 3 * SEARCH_REQUESTS
        }
        b'l' => {
            let page = tracking::list_submitted(&config(), &mut wecom, window, None);
            if let Ok(Some(cursor)) = page.map(|page| page.cursor) {
                let _ = tracking::list_submitted(&config(), &mut wecom, window, Some(&cursor));
            }
            1 + 2 * 3
        }
        b'g' => {
            // The answers are the cursor as well.
            let cursor = String::from_utf8_lossy(answers);
            let _ = tracking::list_submitted(&config(), &mut wecom, window, Some(&cursor));
            1 + 3
        }
        b'c' => {
            let probe = Some(account("张三", "zhang.san"));
            let options = CheckOptions { now: UnixSeconds(MIDNIGHT), probe };
            assert!(!diagnostics::check(&config(), &mut wecom, &options).is_empty());
            // It has a token of its own, and asks for no other one.
            1 + 2 * 2
        }
        b'p' => {
            let _ = diagnostics::provision(&config(), &mut wecom);
            1 + 2 * 3
        }
        _ => {
            let _ = user::resolve(&config(), &mut wecom, &account("张三", "zhang.san"), Depth::Confirmed);
            1 + 3
        }
    };
    assert!(wecom.asked.len() <= limit, "{:?}", wecom.asked);
}

fn submit(wecom: &mut WeCom<'_>) {
    let fields = vec![
        field("Text-1", text("ERP")),
        field("系统", text("ERP")),
        field("Selector-1", wecom_protocol::form::Content::Choices(strings(&["ERP", "option-2"]))),
        field("Date-1", wecom_protocol::form::Content::Time(UnixSeconds(MIDNIGHT))),
        field("Number-1", wecom_protocol::form::Content::Number("12.50".into())),
        table("Table-7", &[&[("Text-71", "read"), ("期限", "1")]]),
    ];
    let request = SubmissionRequest {
        idempotency_key: "REQ-2026-0007".into(),
        applicant: account("张三", "zhang.san"),
        department: None,
        summary: Vec::new(),
        fields,
        route: Route::TemplateFlow,
    };
    let result = submit::submit(&config(), wecom, &request);
    let unknown = matches!(result, Err(SubmitProblem::UnknownOutcome(_)));
    match wecom.applied.as_slice() {
        [] => assert!(
            matches!(
                result,
                Err(SubmitProblem::Invalid(_)
                    | SubmitProblem::Mapping(_)
                    | SubmitProblem::Refused(_)
                    | SubmitProblem::TemplateDrift(_)
                    | SubmitProblem::Unavailable(_))
            ),
            "not sent, and told as {result:?}"
        ),
        [first, .., _] if !first.refused_its_token() => panic!("resent after {first:?}"),
        [_, _, _, ..] => panic!("sent {} times", wecom.applied.len()),
        [.., last] => match last {
            Applied::Denied => {
                assert!(
                    matches!(&result, Err(SubmitProblem::Refused(refusal)) if refusal.code == EGRESS_DENIED),
                    "denied, and told as {result:?}"
                );
            }
            Applied::Unreached => {
                assert!(
                    matches!(result, Err(SubmitProblem::Unavailable(_))),
                    "not reached, and told as {result:?}"
                );
            }
            Applied::Lost => assert!(unknown, "in doubt, and told as {result:?}"),
            Applied::Answered { status: 200, .. } => assert!(
                matches!(
                    result,
                    Ok(_)
                        | Err(SubmitProblem::UnknownOutcome(_)
                            | SubmitProblem::Refused(_)
                            | SubmitProblem::Unavailable(_))
                ),
                "sent, and told as {result:?}"
            ),
            Applied::Answered { .. } => assert!(unknown, "in doubt, and told as {result:?}"),
        },
    }
    if result.is_ok() {
        let told = wecom.applied.last().and_then(Applied::number);
        assert!(told.is_some_and(|number| !number.trim().is_empty()), "{:?}", wecom.applied);
    }
}

/// What an `applyevent` came to.
#[derive(Debug)]
enum Applied {
    /// The host did not let it out.
    Denied,
    /// It never left, for there was no connection.
    Unreached,
    /// It left, and no answer was read.
    Lost,
    Answered {
        status: u16,
        body: Value,
    },
}

impl Applied {
    fn refused_its_token(&self) -> bool {
        let Self::Answered { status: 200, body } = self else { return false };
        [40_014, 41_001, 42_001].map(Value::from).contains(&body["errcode"])
    }

    fn number(&self) -> Option<&str> {
        let Self::Answered { status: 200, body } = self else { return None };
        body["sp_no"].as_str()
    }
}

/// A WeCom that answers what the fuzzer has made up.
struct WeCom<'a> {
    answers: &'a [u8],
    token: Option<Secret>,
    asked: Vec<&'static str>,
    applied: Vec<Applied>,
}

impl WeCom<'_> {
    fn answer(&mut self) -> Result<Response, SendError> {
        let end = self.answers.iter().position(|byte| *byte == 0).unwrap_or(self.answers.len());
        let (answer, rest) = self.answers.split_at(end);
        self.answers = rest.get(1..).unwrap_or_default();
        let (kind, body) = answer.split_first().ok_or(SendError::Unreachable(String::new()))?;
        let status = match kind {
            b'u' => return Err(SendError::Unreachable(String::new())),
            b'i' => return Err(SendError::Interrupted(String::new())),
            b't' => return Err(SendError::TooLarge),
            b'd' => {
                let told = String::from_utf8_lossy(body).into_owned();
                return Err(SendError::Denied { setting: told.clone(), reason: told });
            }
            b'5' => 502,
            b'4' => 404,
            b'3' => 302,
            _ => 200,
        };
        Ok(Response { status, coding: None, body: body.to_vec() })
    }
}

impl Outbound for WeCom<'_> {
    fn acquire_token(&mut self, _key: &str, refused: Option<&Secret>) -> Acquired {
        if self.token.as_ref() == refused {
            self.token = None;
        }
        self.token.clone().map_or(Acquired::Lease, Acquired::Token)
    }

    fn publish_token(&mut self, _key: &str, token: &Secret, _lifetime: Duration) {
        assert!(!token.expose().is_empty(), "published no token");
        self.token = Some(token.clone());
    }

    fn block_credential(&mut self, _key: &str, errcode: i64) {
        assert_ne!(errcode, 0, "blocked without an error");
    }

    fn send(&mut self, request: &Request) -> Result<Response, SendError> {
        // Formatting must neither fail nor show the token.
        let shown = format!("{request:?}");
        if let Some(token) = request.token.as_ref().filter(|token| token.expose().len() >= 32) {
            assert!(!shown.contains(token.expose()), "shows the token");
        }
        self.asked.push(request.path);
        let answer = self.answer();
        if request.path == submit::PATH {
            self.applied.push(match &answer {
                Ok(Response { status, body, .. }) => Applied::Answered {
                    status: *status,
                    body: wecom_protocol::json::read(body).map(|read| read.value).unwrap_or_default(),
                },
                Err(SendError::Denied { .. }) => Applied::Denied,
                Err(SendError::Unreachable(_)) => Applied::Unreached,
                Err(SendError::Interrupted(_) | SendError::TooLarge) => Applied::Lost,
            });
        }
        answer
    }

    fn note(&mut self, note: Note) {
        let shown = format!("{note:?}");
        if let Some(token) = self.token.as_ref().filter(|token| token.expose().len() >= 32) {
            assert!(!shown.contains(token.expose()), "notes the token");
        }
    }
}
