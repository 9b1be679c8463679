//! The words that rows have for the cases of enums, each way from one list: a case without a word does not compile, and
//! what is written is read again.

use approval_tracker::{Outcome, State};
use host_harness::contract::Status;

/// Both ways between the cases of an enum and their words.
macro_rules! words {
    ($type:ident, $word:ident, $value:ident, $all:ident: $($case:ident $text:literal,)*) => {
        /// The word for a case.
        pub(crate) const fn $word(value: $type) -> &'static str {
            match value {
                $($type::$case => $text,)*
            }
        }

        /// The case that a word stands for; `None` for a word of another version.
        pub(crate) fn $value(word: &str) -> Option<$type> {
            match word {
                $($text => Some($type::$case),)*
                _ => None,
            }
        }

        /// Every case.
        #[cfg_attr(not(test), allow(dead_code, reason = "each list has a test, and one has another use"))]
        pub(crate) const $all: &[$type] = &[$($type::$case,)*];
    };
}

words! { State, state_word, state, STATES:
    Submitting "submitting",
    Unknown "unknown",
    Resubmit "resubmit",
    Failed "failed",
    Pending "pending",
    Approved "approved",
    Rejected "rejected",
    Withdrawn "withdrawn",
    Deleted "deleted",
    Expired "expired",
    Abandoned "abandoned",
    Revoked "revoked",
}

words! { Outcome, outcome_word, outcome, OUTCOMES:
    Approved "approved",
    Rejected "rejected",
    Withdrawn "withdrawn",
    Deleted "deleted",
    Expired "expired",
    Revoked "revoked",
    SubmitAgain "submit-again",
}

words! { Status, status_word, status, STATUSES:
    Pending "pending",
    Approved "approved",
    Rejected "rejected",
    Withdrawn "withdrawn",
    Revoked "revoked",
    Deleted "deleted",
    Unknown "unknown",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_what_it_was_written_for() {
        assert!(STATES.iter().all(|case| state(state_word(*case)) == Some(*case)));
        assert!(OUTCOMES.iter().all(|case| outcome(outcome_word(*case)) == Some(*case)));
        assert!(STATUSES.iter().all(|case| status(status_word(*case)) == Some(*case)));
        assert_eq!((state("held"), outcome(""), status("Approved")), (None, None, None));
    }
}
