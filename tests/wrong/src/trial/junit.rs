//! For build servers.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::Trial;

const SUITE: &str = "wrong-engines";

impl Trial {
    /// The trial as JUnit XML: a test for each wrong engine, with the cases that caught it as its output, one for the
    /// engine without a mistake, and one for all cases when every mistake was tried.
    ///
    /// # Errors
    /// - [`SerializeError`]: it cannot be written as XML.
    pub fn to_junit(&self) -> Result<String, SerializeError> {
        let mut suite = TestSuite::new(SUITE);
        suite.add_test_case(test(
            "no-mistake",
            "the engine without a mistake passes every case",
            self.sound.failed().chain(self.sound.not_applicable()),
        ));
        for tried in &self.tried {
            let mut test = test(tried.mistake.name(), tried.mistake.about(), tried.missed());
            test.set_system_out(tried.caught_by.join("\n"));
            suite.add_test_case(test);
        }
        if let Some(toothless) = &self.toothless {
            let toothless = toothless.iter().map(String::as_str);
            suite.add_test_case(test("every-case-bites", "every case catches a wrong engine", toothless));
        }
        let mut report = Report::new("conformance");
        report.add_test_suite(suite);
        report.to_string()
    }
}

/// Fails when there are cases against it.
fn test<'a>(name: &str, claim: &str, against: impl Iterator<Item = &'a str>) -> TestCase {
    let against: Vec<&str> = against.collect();
    let status = if against.is_empty() {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(claim.to_owned());
        status.set_description(against.join("\n"));
        status
    };
    let mut test = TestCase::new(name.to_owned(), status);
    test.set_classname(SUITE);
    test
}
