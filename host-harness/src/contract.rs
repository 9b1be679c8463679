//! The contract's types in Rust, as the WIT package `idaas:approval` declares and documents them.

pub mod version;

pub use crate::bindings::exports::idaas::approval::approval_engine::{
    CallbackOutcome, CallbackRefusal, CallbackRequest, CallbackResponse, Capability, Cell, Choice,
    Comparison, Configured, Content, Department, Depth, Description, Disposition, FieldContent, FieldProblem,
    FormField, Generator, GuideStep, Header, Interval, IntervalUnit, Leave, Location, Paste, PasteValue,
    PhoneNumber, Reach, RefusalReason, Route, RouteStep, Row, SettingField, SettingKind, SettingProblem,
    Submission, SubmissionRequest, SubmissionWarning, SubmitProblem, SummaryLine, Unavailability,
    Uncertainty,
};
pub use crate::bindings::exports::idaas::approval::approval_tracking::{
    Page, SubmissionQuery, TrackingProblem, Window,
};
pub use crate::bindings::exports::idaas::approval::engine_diagnostics::{
    CheckOptions, CheckVerdict, Finding, ProvisionProblem,
};
pub use crate::bindings::exports::idaas::approval::types::{
    Account, Approval, Attribute, Comment, Event, MappingProblem, MappingProblemKind, Member, Operation,
    Refusal, RefusalClass, Status, Step, StepKind, StepMember, StepMode, Text, Verdict,
};

// These hold secrets and print them: the host's own `Settings` do not.
pub(crate) use crate::bindings::exports::idaas::approval::approval_engine::{Setting, SettingValue};

/// The package and version this host speaks.
pub const PACKAGE: &str = "idaas:approval";

/// The version of the package this host was built with. It links engines of the same minor version.
pub const VERSION: &str = "0.1.1";

/// The interface that every engine exports, and those that one may leave out.
pub(crate) const APPROVAL_ENGINE: &str = "idaas:approval/approval-engine@0.1.1";
pub(crate) const APPROVAL_TRACKING: &str = "idaas:approval/approval-tracking@0.1.1";
pub(crate) const ENGINE_DIAGNOSTICS: &str = "idaas:approval/engine-diagnostics@0.1.1";
pub(crate) const CONFIGURATION_IMAGE: &str = "idaas:approval/configuration-image@0.1.1";

/// The interfaces an engine may import: all that it can reach.
pub const ALLOWED_IMPORTS: [&str; 3] = ["http", "token-cache", "log"];

/// Whether `import` is one of [`ALLOWED_IMPORTS`], in a version this host links.
#[must_use]
pub fn allows_import(import: &str) -> bool {
    ALLOWED_IMPORTS.iter().any(|interface| {
        import
            .strip_prefix(PACKAGE)
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(|rest| rest.strip_prefix(interface))
            .is_some_and(|version| version == "@0.1" || version.starts_with("@0.1."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_newest_that_the_host_speaks_and_that_of_the_wit() {
        let newest = version::SPOKEN.into_iter().max().unwrap();
        assert_eq!(newest.to_string(), VERSION);
        let wit = include_str!("../../wit/worlds.wit");
        assert!(wit.contains(&format!("\npackage {PACKAGE}@{VERSION};\n")));
    }

    #[test]
    fn only_the_three_interfaces_of_this_minor_version_are_allowed() {
        assert!(allows_import("idaas:approval/http@0.1.0"));
        assert!(allows_import("idaas:approval/token-cache@0.1.7"));
        assert!(!allows_import("idaas:approval/http@0.2.0"));
        assert!(!allows_import("idaas:approval/http@0.10.0"));
        assert!(!allows_import("idaas:approval/http-client@0.1.0"));
        assert!(!allows_import("wasi:http/outgoing-handler@0.2.6"));
    }
}
