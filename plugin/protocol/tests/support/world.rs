//! A world that follows a script: it answers what it is told to, in order, and keeps a journal.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;
use wecom_protocol::exchange::{Acquired, Note, Outbound, Request, Response, SendError};
use wecom_protocol::secret::Secret;

/// The token of a world that starts with one.
pub(crate) const FIRST_TOKEN: &str = "TOKEN-IN-CACHE-0000";

/// The script, the token cache and the journal. A leftover of the script fails the test.
#[derive(Debug, Default)]
pub(crate) struct World {
    script: VecDeque<(&'static str, Result<Response, SendError>)>,
    token: Option<Secret>,
    blocked: Option<i64>,
    busy: bool,
    pub(crate) acquired: Vec<Option<Secret>>,
    pub(crate) published: Vec<(Secret, Duration)>,
    pub(crate) sent: Vec<Request>,
    pub(crate) notes: Vec<Note>,
}

impl World {
    /// With an empty token cache.
    pub(crate) fn cold() -> Self {
        Self::default()
    }

    /// With [`FIRST_TOKEN`] in the cache.
    pub(crate) fn warm() -> Self {
        let mut world = Self::default();
        world.token = Some(Secret::new(FIRST_TOKEN.into()));
        world
    }

    /// With a credential that was refused earlier.
    pub(crate) fn blocked(errcode: i64) -> Self {
        let mut world = Self::default();
        world.blocked = Some(errcode);
        world
    }

    /// With somebody else fetching the token.
    pub(crate) fn busy() -> Self {
        let mut world = Self::default();
        world.busy = true;
        world
    }

    /// The next request goes to `path` and gets this JSON.
    pub(crate) fn answers(self, path: &'static str, body: impl Into<String>) -> Self {
        self.answers_with(path, 200, body.into().into_bytes())
    }

    /// The next request goes to `path` and gets these bytes.
    pub(crate) fn answers_with(self, path: &'static str, status: u16, body: Vec<u8>) -> Self {
        self.gives(path, Response { status, coding: None, body })
    }

    /// The next request goes to `path` and gets this response.
    pub(crate) fn gives(mut self, path: &'static str, response: Response) -> Self {
        self.script.push_back((path, Ok(response)));
        self
    }

    /// The next request goes to `path` and fails.
    pub(crate) fn fails(mut self, path: &'static str, error: SendError) -> Self {
        self.script.push_back((path, Err(error)));
        self
    }

    /// How often `path` was asked.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.sent.iter().filter(|request| request.path == path).count()
    }

    /// The bodies that `path` got.
    pub(crate) fn bodies(&self, path: &str) -> Vec<Value> {
        let bodies = self.sent.iter().filter(|request| request.path == path);
        bodies.map(|request| serde_json::from_slice(request.body.as_deref().unwrap()).unwrap()).collect()
    }
}

impl Outbound for World {
    fn acquire_token(&mut self, _key: &str, refused: Option<&Secret>) -> Acquired {
        self.acquired.push(refused.cloned());
        if self.busy {
            return Acquired::Busy;
        }
        if let Some(errcode) = self.blocked {
            return Acquired::Blocked(errcode);
        }
        if self.token.as_ref() == refused {
            self.token = None;
        }
        self.token.clone().map_or(Acquired::Lease, Acquired::Token)
    }

    fn publish_token(&mut self, _key: &str, token: &Secret, lifetime: Duration) {
        self.token = Some(token.clone());
        self.published.push((token.clone(), lifetime));
    }

    fn block_credential(&mut self, _key: &str, errcode: i64) {
        self.blocked = Some(errcode);
    }

    #[expect(clippy::panic, reason = "a request that the script does not have fails the test")]
    fn send(&mut self, request: &Request) -> Result<Response, SendError> {
        self.sent.push(request.clone());
        let (path, answer) =
            self.script.pop_front().unwrap_or_else(|| panic!("unexpected request: {request:?}"));
        assert_eq!(request.path, path, "the script expects another request");
        answer
    }

    fn note(&mut self, note: Note) {
        self.notes.push(note);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let left: Vec<&str> = self.script.iter().map(|(path, _)| *path).collect();
            assert!(left.is_empty(), "never asked: {left:?}");
        }
    }
}
