//! What a request says about a form, in the contract's terms.

use crate::model::{Account, UnixSeconds};
use crate::template::IntervalUnit;

/// A span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Of the whole span.
    pub unit: IntervalUnit,
    /// For half days: 00:00 or 12:00 in China.
    pub starts_at: UnixSeconds,
    /// As `starts_at`; not before it. The moment that is no longer part of the span: a morning ends at 12:00.
    pub ends_at: UnixSeconds,
    /// As WeCom counts it, which may leave out nights and holidays, and so never longer than the span.
    pub duration_seconds: u64,
}

/// A leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leave {
    /// WeCom's key of the kind of leave, or its text.
    pub kind: String,
    /// When.
    pub interval: Interval,
}

/// A department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// WeCom's id: digits.
    pub id: String,
    /// As shown to people.
    pub name: String,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Decimal degrees, -90 to 90.
    pub latitude: String,
    /// Decimal degrees, -180 to 180.
    pub longitude: String,
    /// Its name.
    pub title: String,
    /// Its address.
    pub address: String,
    /// When somebody was there.
    pub at: UnixSeconds,
}

/// A telephone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    /// Such as `+86`.
    pub area: String,
    /// Digits.
    pub number: String,
}

/// The value of one control. Which one fits is the template's to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// For Text and Textarea.
    Text(String),
    /// A decimal number such as `-12.5`.
    Number(String),
    /// A decimal amount with at most two decimals.
    Money(String),
    /// A control that takes days gets the day in China that holds it.
    Time(UnixSeconds),
    /// Keys of options, or their texts.
    Choices(Vec<String>),
    /// People, mapped as the applicant is.
    Accounts(Vec<Account>),
    /// Departments.
    Departments(Vec<Department>),
    /// Media ids.
    Attachments(Vec<String>),
    /// For DateRange and Attendance.
    Interval(Interval),
    /// For Vacation.
    Leave(Leave),
    /// For Location.
    Location(Location),
    /// `sp_no` of other approvals.
    Approvals(Vec<String>),
    /// For PhoneNumber.
    Phone(PhoneNumber),
    /// The JSON object of `value`, for a kind of control that has no case here.
    ProviderJson(String),
}

/// One cell of a table's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// As [`FormField::name`], among the table's columns.
    pub name: String,
    /// What.
    pub content: Content,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// One for each column that the template requires, and for others as wanted.
    pub cells: Vec<Cell>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldContent {
    /// For every control but a table.
    Single(Content),
    /// The rows of a table; at least one.
    Rows(Vec<Row>),
}

/// One field of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// A name from the configured field map, or a control's id, or its title.
    pub name: String,
    /// What.
    pub content: FieldContent,
}
