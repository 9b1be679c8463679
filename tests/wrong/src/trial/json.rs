//! For programs.

use serde_json::{Value, json};

use super::Trial;

impl Trial {
    /// The trial as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let engines: Vec<Value> = self
            .tried
            .iter()
            .map(|tried| {
                json!({
                    "mistake": tried.mistake.name(),
                    "about": tried.mistake.about(),
                    "meant-for": tried.mistake.meant_for(),
                    "caught-by": tried.caught_by,
                    "caught": tried.caught(),
                })
            })
            .collect();
        json!({
            "passed": self.passed(),
            "engines": engines,
            "toothless": self.toothless,
            "without-a-mistake": self.sound.to_json(),
        })
    }
}
