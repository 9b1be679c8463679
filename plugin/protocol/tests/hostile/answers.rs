//! WeCom's answers: to every function that asks, whatever comes back.

use std::time::Duration;

use wecom_protocol::diagnostics::{self, CheckOptions};
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
/// Nothing is asked for ever, and `applyevent` once; what it leaves open is told as such.
pub fn answers(bytes: &[u8]) {
    let Some((function, answers)) = bytes.split_first() else { return };
    let mut wecom = WeCom { answers, token: None, asked: Vec::new(), applied: None };
    let window = Window { starts_at: UnixSeconds(MIDNIGHT), ends_at: UnixSeconds(MIDNIGHT + 86_400) };
    let limit = match function {
        b's' => {
            submit(&mut wecom);
            8
        }
        b'f' => {
            let _ = tracking::fetch(&config(), &mut wecom, &SpNo("202601010007".into()));
            4
        }
        b'q' => {
            let applicant = Some(UserId("zhang.san".into()));
            let query = SubmissionQuery { idempotency_key: "REQ-2026-0007".into(), window, applicant };
            let _ = tracking::find_submission(&config(), &mut wecom, &query);
            SEARCH_REQUESTS + 3
        }
        b'l' => {
            let page = tracking::list_submitted(&config(), &mut wecom, window, None);
            if let Ok(Some(cursor)) = page.map(|page| page.cursor) {
                let _ = tracking::list_submitted(&config(), &mut wecom, window, Some(&cursor));
            }
            8
        }
        b'g' => {
            // The answers are the cursor as well.
            let cursor = String::from_utf8_lossy(answers);
            let _ = tracking::list_submitted(&config(), &mut wecom, window, Some(&cursor));
            4
        }
        b'c' => {
            let probe = Some(account("张三", "zhang.san"));
            let options = CheckOptions { now: UnixSeconds(MIDNIGHT), probe };
            assert!(!diagnostics::check(&config(), &mut wecom, &options).is_empty());
            4
        }
        b'p' => {
            let _ = diagnostics::provision(&config(), &mut wecom);
            8
        }
        _ => {
            let _ = user::resolve(&config(), &mut wecom, &account("张三", "zhang.san"), Depth::Confirmed);
            4
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
    match (&wecom.applied, &result) {
        (None, result) => {
            assert!(!matches!(result, Ok(_) | Err(SubmitProblem::UnknownOutcome(_))), "not sent: {result:?}");
        }
        // The token was refused, and the second attempt never left.
        (
            Some(_),
            Err(SubmitProblem::UnknownOutcome(_) | SubmitProblem::Refused(_) | SubmitProblem::Unavailable(_)),
        )
        | (Some(Ok(_)), Ok(_)) => {}
        (applied, result) => panic!("{applied:?} became {result:?}"),
    }
    if let Some(Err(SendError::Interrupted | SendError::TooLarge)) = wecom.applied {
        assert!(matches!(result, Err(SubmitProblem::UnknownOutcome(_))), "in doubt, and told as {result:?}");
    }
}

/// A WeCom that answers what the fuzzer has made up.
struct WeCom<'a> {
    answers: &'a [u8],
    token: Option<Secret>,
    asked: Vec<&'static str>,
    /// What the last `applyevent` came to.
    applied: Option<Result<u16, SendError>>,
}

impl WeCom<'_> {
    fn answer(&mut self) -> Result<Response, SendError> {
        let end = self.answers.iter().position(|byte| *byte == 0).unwrap_or(self.answers.len());
        let (answer, rest) = self.answers.split_at(end);
        self.answers = rest.get(1..).unwrap_or_default();
        let (kind, body) = answer.split_first().ok_or(SendError::Unreachable)?;
        let status = match kind {
            b'u' => return Err(SendError::Unreachable),
            b'i' => return Err(SendError::Interrupted),
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
        Ok(Response { status, body: body.to_vec() })
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
            // Once more after a refused token alone, which WeCom tells with status 200.
            let again = self.asked.iter().filter(|path| **path == submit::PATH).count() > 1;
            assert!(!again || self.applied == Some(Ok(200)), "resent after {:?}", self.applied);
            self.applied = Some(answer.as_ref().map(|answer| answer.status).map_err(Clone::clone));
        }
        answer
    }

    fn note(&mut self, note: Note) {
        let _ = format!("{note:?}");
    }
}
