//! What the speed has to be, and what it is.

use std::io::{self, Write};

use crate::table::Table;

/// A goal and what was measured for it.
#[derive(Clone, Debug)]
pub(crate) struct Goal {
    what: &'static str,
    bound: Bound,
    unit: &'static str,
    measured: f64,
}

#[derive(Clone, Copy, Debug)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    pub(crate) const fn at_most(limit: f64, unit: &'static str, what: &'static str, measured: f64) -> Self {
        Self { what, bound: Bound::AtMost(limit), unit, measured }
    }

    pub(crate) const fn at_least(limit: f64, unit: &'static str, what: &'static str, measured: f64) -> Self {
        Self { what, bound: Bound::AtLeast(limit), unit, measured }
    }

    fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(limit) => self.measured <= limit,
            Bound::AtLeast(limit) => self.measured >= limit,
        }
    }
}

/// Prints the goals. A goal that is missed is no failure: a speed that was measured is no test.
pub(crate) fn print(goals: &[Goal], out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new("Goals", &["", "goal", "measured", ""]);
    for goal in goals {
        let (sign, limit) = match goal.bound {
            Bound::AtMost(limit) => ('≤', limit),
            Bound::AtLeast(limit) => ('≥', limit),
        };
        table.row([
            goal.what.to_owned(),
            format!("{sign} {limit} {}", goal.unit),
            format!("{:.2} {}", goal.measured, goal.unit),
            String::from(if goal.is_met() { "✓" } else { "✗" }),
        ]);
    }
    table.print(out)
}

#[cfg(test)]
mod tests {
    use super::Goal;

    #[test]
    fn a_goal_is_met_up_to_its_bound_and_no_number_meets_none() {
        let most = |measured| Goal::at_most(4.0, "×", "time", measured).is_met();
        assert_eq!([most(3.9), most(4.0), most(4.1), most(f64::NAN)], [true, true, false, false]);
        let least = |measured| Goal::at_least(1.8, "×", "two threads", measured).is_met();
        assert_eq!([least(1.7), least(1.8), least(f64::NAN)], [false, true, false]);
    }
}
