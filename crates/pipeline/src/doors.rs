//! The kinds that jobs can name: those that are built in, and those that the program hands in.

use eventscape_core::track::{METHODS, Method};

/// The kinds that jobs of this program can name.
///
/// ```
/// use eventscape_pipeline::Doors;
///
/// let names: Vec<&str> = Doors::default().methods.iter().map(|method| method.name).collect();
/// assert_eq!(names, ["fortracc", "aux-geoir"]);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Doors {
    /// The trackers, each with its finder; the first is the default.
    pub methods: Vec<Method>,
}

impl Default for Doors {
    fn default() -> Self {
        Self { methods: METHODS.to_vec() }
    }
}

impl Doors {
    /// The same with one more tracker. One that has the name of another takes its place.
    #[must_use]
    pub fn with_method(mut self, method: Method) -> Self {
        match self.methods.iter_mut().find(|m| m.name == method.name) {
            Some(other) => *other = method,
            None => self.methods.push(method),
        }
        self
    }
}
