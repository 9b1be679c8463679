//! What goes wrong with messages of a kind: with the next one, or with all.

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No connection.
    Unreachable,
    /// The connection breaks before the message is looked at.
    CutBefore,
    /// The connection breaks after the message has taken effect.
    CutAfter,
    /// This status and body, and no effect.
    Status(u16, &'static str),
    /// This status, no effect, and a time to wait.
    Busy(u16, u32),
    /// 200 with this body, after the message has taken effect.
    Garbled(&'static str),
}
