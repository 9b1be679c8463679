//! Approval templates: the controls of a form and the flow it takes.

mod choices;
mod draft;
mod flow;
mod wire;

pub use choices::{Choice, ContactMode, DateUnit, RangeUnit, SelectOption};
pub(crate) use draft::read as read_draft;
pub use flow::{Flow, FlowNode, NodeKind, Relation};
pub(crate) use wire::chinese;

/// An approval template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Opaque id, as in the address of the console's template editor.
    pub id: String,
    /// The name, at most 40 characters and unique in the company (D97437).
    pub name: String,
    /// The controls, in the order people see them.
    pub controls: Vec<Control>,
    /// The flow set in the console; without one, `use_template_approver` 1 is refused.
    pub flow: Option<Flow>,
    /// The `record_type` filter of getapprovalinfo that finds its forms: 1 leave, 3 trip, 5 overtime …
    /// (D91816).
    pub record_type: Option<u8>,
}

impl Template {
    /// The control with this id.
    #[must_use]
    pub fn control(&self, id: &str) -> Option<&Control> {
        self.controls.iter().find(|control| control.id == id)
    }
}

/// One control of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// `Text-1569573600123` when made in the console, `Text-01` when made by API.
    pub id: String,
    /// What people see beside the control, at most 40 characters.
    pub title: String,
    /// The grey text inside an empty control, at most 80 characters.
    pub placeholder: String,
    /// Whether a form without it is refused.
    pub required: bool,
    /// What it holds.
    pub kind: ControlKind,
}

impl Control {
    /// A control that must be filled.
    #[must_use]
    pub fn required(id: &str, title: &str, kind: ControlKind) -> Self {
        Self { required: true, ..Self::optional(id, title, kind) }
    }

    /// A control that may be left out.
    #[must_use]
    pub fn optional(id: &str, title: &str, kind: ControlKind) -> Self {
        Self { id: id.to_owned(), title: title.to_owned(), placeholder: String::new(), required: false, kind }
    }
}

/// The kinds of control of D91853 and D97437.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlKind {
    /// One line of text.
    Text,
    /// Text of several lines.
    Textarea,
    /// A number.
    Number,
    /// An amount of money, two decimals at most.
    Money,
    /// A day or an hour.
    Date(DateUnit),
    /// One or several of a list.
    Selector {
        /// How many may be chosen.
        choice: Choice,
        /// What may be chosen.
        options: Vec<SelectOption>,
    },
    /// Members or departments.
    Contact {
        /// How many may be chosen.
        choice: Choice,
        /// What is chosen.
        mode: ContactMode,
    },
    /// A text that the form shows; callers send no value.
    Tips(String),
    /// Attachments.
    File,
    /// Rows of other controls.
    Table(Vec<Control>),
    /// From a time to a time.
    DateRange(RangeUnit),
    /// A place.
    Location,
    /// Other forms.
    RelatedApproval,
    /// Computed by the server; callers send no value.
    Formula,
    /// A telephone number.
    PhoneNumber,
    /// A bank account.
    BankAccount,
    /// Leave.
    Vacation,
    /// Trip, field work, overtime.
    Attendance,
    /// A corrected attendance punch.
    PunchCorrection,
}

impl ControlKind {
    /// The name on the wire, `control` of a property or a content.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Textarea => "Textarea",
            Self::Number => "Number",
            Self::Money => "Money",
            Self::Date(_) => "Date",
            Self::Selector { .. } => "Selector",
            Self::Contact { .. } => "Contact",
            Self::Tips(_) => "Tips",
            Self::File => "File",
            Self::Table(_) => "Table",
            Self::DateRange(_) => "DateRange",
            Self::Location => "Location",
            Self::RelatedApproval => "RelatedApproval",
            Self::Formula => "Formula",
            Self::PhoneNumber => "PhoneNumber",
            Self::BankAccount => "BankAccount",
            Self::Vacation => "Vacation",
            Self::Attendance => "Attendance",
            Self::PunchCorrection => "PunchCorrection",
        }
    }
}
