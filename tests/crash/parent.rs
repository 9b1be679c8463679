//! The line to the parent.

use std::io::{Write as _, stdin, stdout};

use approval_tracker::StoreError;
use conformance::stepping::Steps;

/// Whoever decides whether this process goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent;

impl Parent {
    /// Says what comes next, and waits for the answer.
    pub(crate) fn tell(self, step: &str) -> String {
        let mut out = stdout().lock();
        writeln!(out, "{step}").and_then(|()| out.flush()).expect("a parent that listens");
        let mut answer = String::new();
        stdin().read_line(&mut answer).expect("a parent that answers");
        answer
    }
}

impl Steps for Parent {
    async fn before(&self, step: &str) -> Result<(), StoreError> {
        self.tell(step);
        Ok(())
    }
}
