//! Rounds: in each of them everybody has a turn of a few milliseconds. So whatever else the machine does, it does to
//! all of them alike, and two values of one round can be compared.

use std::time::Duration;

use crate::Result;
use crate::statistics::Samples;

/// How many rounds, and how long a turn is meant to last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) rounds: u32,
    pub(crate) turn: Duration,
}

/// Whoever is measured.
pub(crate) struct Contender<'a> {
    passes: Passes,
    /// What one pass counts for: a pass over ten callbacks is worth ten.
    worth: f64,
    turn: Box<dyn FnMut(u32) -> Result<Duration> + 'a>,
}

/// How often a turn does its work.
enum Passes {
    /// As often as it fits into a turn.
    Fitting,
    /// So often, because it cannot be done again without preparation.
    Fixed(u32),
}

impl<'a> Contender<'a> {
    /// `turn` does its work as often as it is told, and tells how long that took.
    pub(crate) fn new(worth: usize, turn: impl FnMut(u32) -> Result<Duration> + 'a) -> Self {
        Self { passes: Passes::Fitting, worth: worth as f64, turn: Box::new(turn) }
    }

    /// `turn` prepares what it needs and does its work once.
    pub(crate) fn once(mut turn: impl FnMut() -> Result<Duration> + 'a) -> Self {
        Self { passes: Passes::Fixed(1), worth: 1.0, turn: Box::new(move |_| turn()) }
    }

    /// The number of passes that takes a turn's time.
    fn fit(&mut self, turn: Duration) -> Result<u32> {
        match self.passes {
            Passes::Fixed(passes) => Ok(passes),
            Passes::Fitting => {
                let mut passes = 1_u32;
                loop {
                    // Of three tries the quickest: who is disturbed here would have short turns ever after.
                    let took = (self.turn)(passes)?.min((self.turn)(passes)?).min((self.turn)(passes)?);
                    if took * 2 > turn || passes > u32::MAX / 2 {
                        return Ok(scaled(passes, took, turn));
                    }
                    passes *= 2;
                }
            }
        }
    }
}

/// How many passes fit into a turn when so many took so long.
fn scaled(passes: u32, took: Duration, turn: Duration) -> u32 {
    let fitting = f64::from(passes) * turn.as_secs_f64() / took.as_secs_f64().max(1e-9);
    // Neither more than four times what was tried, nor none.
    (1..=passes.saturating_mul(4)).take_while(|&passes| f64::from(passes) <= fitting).last().unwrap_or(1)
}

/// Has everybody take their turns. The values are seconds for one piece of work, in the order of the contenders.
pub(crate) fn take(pace: Pace, mut contenders: Vec<Contender<'_>>) -> Result<Vec<Samples>> {
    let passes = contenders.iter_mut().map(|one| one.fit(pace.turn)).collect::<Result<Vec<u32>>>()?;
    let mut values = vec![Vec::new(); contenders.len()];
    for _ in 0..pace.rounds {
        for ((contender, passes), values) in contenders.iter_mut().zip(&passes).zip(&mut values) {
            let took = (contender.turn)(*passes)?.as_secs_f64();
            values.push(took / (f64::from(*passes) * contender.worth));
        }
    }
    Ok(values.into_iter().map(Samples::new).collect())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const PACE: Pace = Pace { rounds: 2, turn: Duration::from_millis(8) };

    #[test]
    fn everybody_has_one_turn_a_round() {
        let turns = RefCell::new(String::new());
        let contender = |name: char| {
            let turns = &turns;
            Contender::once(move || {
                turns.borrow_mut().push(name);
                Ok(Duration::from_secs(1))
            })
        };
        take(PACE, vec![contender('a'), contender('b')]).unwrap();
        assert_eq!(turns.take(), "abab");
    }

    #[test]
    fn a_turn_lasts_as_long_as_wanted_and_counts_for_one_pass() {
        let asked = RefCell::new(Vec::new());
        let millisecond = Contender::new(1, |passes| {
            asked.borrow_mut().push(passes);
            Ok(Duration::from_millis(1) * passes)
        });
        let values = take(PACE, vec![millisecond]).unwrap();
        asked.borrow_mut().dedup();
        assert_eq!(asked.take(), [1, 2, 4, 8]);
        assert_eq!(values, [Samples::new(vec![0.001, 0.001])]);
    }

    #[test]
    fn what_is_longer_than_a_turn_is_done_once() {
        let second = Contender::new(1, |passes| Ok(Duration::from_secs(1) * passes));
        assert_eq!(take(PACE, vec![second]).unwrap(), [Samples::new(vec![1.0, 1.0])]);
    }

    #[test]
    fn a_pass_over_many_counts_for_one_of_them() {
        let ten = Contender::new(10, |passes| Ok(Duration::from_millis(10) * passes));
        assert_eq!(take(PACE, vec![ten]).unwrap(), [Samples::new(vec![0.001, 0.001])]);
    }
}
