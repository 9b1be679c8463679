//! What the configuration of a control can say.

/// Precision of a Date control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateUnit {
    /// `day`.
    Day,
    /// `hour`: date and minute.
    Hour,
}

impl DateUnit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
        }
    }
}

/// Precision of a DateRange control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeUnit {
    /// `halfday`: begins and ends at 00:00 or 12:00 in China.
    HalfDay,
    /// `hour`.
    Hour,
}

impl RangeUnit {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HalfDay => "halfday",
            Self::Hour => "hour",
        }
    }
}

/// How many of a list may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// `single`.
    Single,
    /// `multi`.
    Multi,
}

impl Choice {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Multi => "multi",
        }
    }
}

/// What a Contact control chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactMode {
    /// `user`.
    User,
    /// `department`.
    Department,
}

impl ContactMode {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Department => "department",
        }
    }
}

/// One choice of a Selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectOption {
    /// What calls carry, `option-15111111111`.
    pub key: String,
    /// What people see.
    pub text: String,
}
