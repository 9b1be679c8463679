//! For build servers.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::{Report, Verdict};

impl Report {
    /// The report as JUnit XML.
    ///
    /// # Errors
    /// - [`quick_junit::SerializeError`]: it cannot be written as XML.
    pub fn to_junit(&self) -> Result<String, quick_junit::SerializeError> {
        let suite_name = format!("{}-{}", self.engine, self.version);
        let mut suite = TestSuite::new(suite_name.clone());
        suite.add_test_cases(self.outcomes.iter().map(|outcome| {
            let case = &outcome.case;
            let status = match &outcome.verdict {
                Verdict::Passed => TestCaseStatus::success(),
                Verdict::Failed(misfits) => {
                    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                    status.set_message(case.title.clone());
                    status.set_description(misfits.join("\n"));
                    status
                }
                Verdict::NotApplicable(reason) => {
                    let mut status = TestCaseStatus::skipped();
                    status.set_message(reason.clone());
                    status
                }
            };
            let mut test = TestCase::new(case.name.clone(), status);
            test.set_classname(suite_name.clone());
            test
        }));
        let mut report = quick_junit::Report::new("conformance");
        report.add_test_suite(suite);
        report.to_string()
    }
}
