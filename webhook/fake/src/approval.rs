//! An approval and its flow.

use serde_json::{Value, json};

/// What an approver says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Agreed,
    /// No.
    Rejected,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Rejected => "rejected",
        }
    }
}

/// An act that the approval's state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAllowed {
    /// There is no such approval.
    Unknown,
    /// It is not this member's turn, or not in this state.
    NotNow,
}

/// One approval.
#[derive(Clone, Debug)]
pub struct Approval {
    /// The company's number.
    pub id: String,
    /// The idempotency key it was made for.
    pub key: String,
    /// The member who applied.
    pub applicant: String,
    /// As callbacks and answers tell it. Tests may set a word that nobody knows.
    pub status: String,
    /// What was posted.
    pub form: Value,
    pub(crate) application: String,
    pub(crate) submitted_at: u64,
    pub(crate) steps: Vec<Step>,
}

/// Verdict, words, time.
type Said = (Verdict, String, u64);

#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) kind: String,
    pub(crate) mode: String,
    /// Members, and what each has said.
    pub(crate) members: Vec<(String, Option<Said>)>,
}

impl Step {
    pub(crate) fn new(kind: &str, mode: &str, members: &[&str]) -> Self {
        Self {
            kind: kind.to_owned(),
            mode: mode.to_owned(),
            members: members.iter().map(|member| ((*member).to_owned(), None)).collect(),
        }
    }

    fn is_done(&self) -> bool {
        let mut said = self.members.iter().map(|(_, said)| said.is_some());
        match self.mode.as_str() {
            "any" => said.any(|said| said),
            "all" | "sequential" => said.all(|said| said),
            _ => true,
        }
    }

    fn verdict(&self) -> &'static str {
        if self.kind == "notification" {
            "unspecified"
        } else if self.is_done() {
            "agreed"
        } else {
            "pending"
        }
    }
}

impl Approval {
    /// Lets a member say yes or no.
    pub(crate) fn act(
        &mut self,
        member: &str,
        verdict: Verdict,
        words: &str,
        now: u64,
    ) -> Result<(), NotAllowed> {
        if self.status != "pending" {
            return Err(NotAllowed::NotNow);
        }
        let open = self.steps.iter_mut().find(|step| !step.is_done()).ok_or(NotAllowed::NotNow)?;
        let place = open.members.iter_mut().find(|(id, said)| id == member && said.is_none());
        let (_, said) = place.ok_or(NotAllowed::NotNow)?;
        *said = Some((verdict, words.to_owned(), now));
        if verdict == Verdict::Rejected {
            self.status = "rejected".to_owned();
        } else if self.steps.iter().all(Step::is_done) {
            self.status = "approved".to_owned();
        }
        Ok(())
    }

    /// As PROTOCOL.md writes it.
    pub(crate) fn json(&self) -> Value {
        let member = |(id, said): &(String, Option<Said>)| match said {
            Some((verdict, words, at)) => {
                json!({ "id": id, "verdict": verdict.word(), "comment": words, "acted-at": at })
            }
            None => json!({ "id": id, "verdict": "pending" }),
        };
        let step = |step: &Step| {
            json!({
                "kind": step.kind,
                "mode": step.mode,
                "verdict": step.verdict(),
                "members": step.members.iter().map(member).collect::<Vec<_>>(),
            })
        };
        json!({
            "id": self.id,
            "application": self.application,
            "title": "Access request",
            "status": self.status,
            "applicant": self.applicant,
            "submitted-at": self.submitted_at,
            "steps": self.steps.iter().map(step).collect::<Vec<_>>(),
        })
    }
}
