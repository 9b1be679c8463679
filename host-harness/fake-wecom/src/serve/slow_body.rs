//! A body that takes its time.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// Pieces that a body is sent in.
const PIECES: u32 = 16;

/// Sends a body in pieces, evenly over a time; the last one at its end.
pub(super) struct SlowBody {
    left: Bytes,
    piece: usize,
    pace: Interval,
}

impl SlowBody {
    pub(super) fn new(body: Bytes, over: Duration) -> Self {
        let mut pace = interval((over / PIECES).max(Duration::from_millis(1)));
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick would be at once otherwise.
        pace.reset();
        Self { piece: body.len().div_ceil(PIECES as usize), left: body, pace }
    }
}

impl Body for SlowBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        ready!(self.pace.poll_tick(context));
        let piece = self.piece.min(self.left.len());
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(piece)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
