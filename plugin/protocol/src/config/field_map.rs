//! Which control a field's name stands for.

use core::fmt;

/// Names of fields, each with the id of its control. A list, because the dozen entries of one are found as fast as
/// in a tree, and each kind of tree takes 3 KB of the component.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FieldMap(Vec<(String, String)>);

impl FieldMap {
    /// Lets `name` stand for the control with this id, and for no other.
    pub fn insert(&mut self, name: String, control_id: String) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, id)) => *id = control_id,
            None => self.0.push((name, control_id)),
        }
    }

    /// Of the [entries](Self::entries) of another one.
    pub(super) const fn of(entries: Vec<(String, String)>) -> Self {
        Self(entries)
    }

    /// The id of the control that `name` stands for.
    #[must_use]
    pub fn control_id(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, id)| id.as_str())
    }

    /// Each name with its control id, in the order in which they came.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, id)| (name.as_str(), id.as_str()))
    }

    /// The first name that stands for the control with this id.
    #[must_use]
    pub fn name(&self, control_id: &str) -> Option<&str> {
        self.0.iter().find(|(_, id)| id == control_id).map(|(name, _)| name.as_str())
    }
}

impl fmt::Debug for FieldMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries()).finish()
    }
}
