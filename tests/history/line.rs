//! The line between host and WeCom, in simulated time.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use conformance::EGRESS;
use fake_wecom::{Answer, FakeWeCom};
use host_harness::outbound::{BoxFuture, Departure, Outbound, SendError};
use http::Response;
use tokio::time::Instant;

use crate::turns::turn;

/// Carries requests to a fake. Others take turns before a request arrives, and before its answer does.
pub(crate) struct Line {
    fake: FakeWeCom,
    requests: AtomicU32,
}

impl Line {
    pub(crate) const fn new(fake: FakeWeCom) -> Self {
        Self { fake, requests: AtomicU32::new(0) }
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    async fn carry(&self, departure: Departure) -> Result<Response<Bytes>, SendError> {
        let too_late = || SendError::Interrupted(String::from("no answer in time"));
        let given_up = Instant::now() + departure.timeout;
        turn().await;
        if Instant::now() >= given_up {
            return Err(too_late());
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (late, answer) = match self.fake.handle(departure.request, EGRESS) {
            Answer::Slow(late, answer) => (late, *answer),
            Answer::SlowBody(late, response) => (late, Answer::Response(response)),
            answer @ (Answer::Response(_) | Answer::Refused | Answer::Cut | Answer::CutShort(..)) => {
                (Duration::ZERO, answer)
            }
        };
        let there = Instant::now() + late;
        turn().await;
        while Instant::now() < there.min(given_up) {
            turn().await;
        }
        if Instant::now() >= given_up {
            return Err(too_late());
        }
        match conformance::answer(answer)? {
            response if response.body().len() > departure.response_bytes => Err(SendError::TooLarge),
            response => Ok(response),
        }
    }
}

impl Outbound for Line {
    fn send(&self, departure: Departure) -> BoxFuture<'_, Result<Response<Bytes>, SendError>> {
        Box::pin(self.carry(departure))
    }
}
