//! What is told of many measured values: the middle, the spread, and how two contenders compare round by round.

/// One value a round, in the order of the rounds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    pub(crate) const fn new(values: Vec<f64>) -> Self {
        Self(values)
    }

    /// The value below which lies this part of all; between two values, on the line between them.
    fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        let place = part * last as f64;
        // The first place whose successor is not passed.
        let below = (0..last).take_while(|&at| (at + 1) as f64 <= place).count();
        let lower = sorted.get(below).copied().unwrap_or(f64::NAN);
        let upper = sorted.get(below + 1).copied().unwrap_or(lower);
        lower + (upper - lower) * (place - below as f64)
    }

    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// Between which two values the middle half lies.
    pub(crate) fn quartiles(&self) -> (f64, f64) {
        (self.quantile(0.25), self.quantile(0.75))
    }

    pub(crate) fn greatest(&self) -> f64 {
        self.quantile(1.0)
    }

    /// How often in a second, of what took so many seconds.
    pub(crate) fn rates(&self) -> Self {
        Self(self.0.iter().map(|seconds| 1.0 / seconds).collect())
    }

    /// How many times as large as those of `other`, each compared with the one of the same round: what slows a round
    /// down slows both.
    pub(crate) fn ratios(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(own, others)| own / others).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Samples;

    fn samples(values: &[f64]) -> Samples {
        Samples::new(values.to_vec())
    }

    #[test]
    fn the_median_is_the_middle_whatever_the_order() {
        assert_eq!(samples(&[9.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(samples(&[4.0, 1.0, 3.0, 2.0]).median(), 2.5);
        assert_eq!(samples(&[7.0]).median(), 7.0);
    }

    #[test]
    fn one_bad_round_moves_neither_median_nor_quartiles() {
        let [calm, disturbed] = [5.0, 1_000.0].map(|last| samples(&[1.0, 2.0, 3.0, 4.0, last]));
        assert_eq!(calm.median(), disturbed.median());
        assert_eq!(calm.quartiles(), disturbed.quartiles());
    }

    #[test]
    fn half_of_the_values_lie_between_the_quartiles() {
        assert_eq!(samples(&[1.0, 2.0, 3.0, 4.0, 5.0]).quartiles(), (2.0, 4.0));
        assert_eq!(samples(&[1.0, 2.0, 3.0, 4.0]).quartiles(), (1.75, 3.25));
    }

    #[test]
    fn the_greatest_is_a_value_that_was_measured() {
        assert_eq!(samples(&[3.0, 8.0, 5.0]).greatest(), 8.0);
    }

    #[test]
    fn rates_are_of_the_same_round() {
        assert_eq!(samples(&[0.5, 0.01]).rates(), samples(&[2.0, 100.0]));
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        let (slow, fast) = (samples(&[20.0, 400.0, 20.0]), samples(&[10.0, 100.0, 5.0]));
        assert_eq!(slow.ratios(&fast), samples(&[2.0, 4.0, 4.0]));
        assert_eq!(slow.ratios(&fast).median(), 4.0);
    }

    #[test]
    fn nothing_measured_is_no_number() {
        assert!(samples(&[]).median().is_nan());
    }
}
