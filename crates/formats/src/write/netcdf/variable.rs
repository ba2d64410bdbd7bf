//! What a variable is, before its values.

use super::attribute::{Attribute, Attributes};
use crate::write::hdf5::{Element, Kind};

/// A variable's name, type, dimensions and attributes.
#[derive(Clone, Debug)]
pub struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) dims: Vec<String>,
    pub(super) attributes: Attributes,
    pub(super) fill: Option<Vec<u8>>,
}

impl Variable {
    /// A variable of numbers of type `T` over these dimensions of its group.
    pub fn of<T: Element>(name: &str, dims: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            kind: T::KIND,
            dims: dims.iter().map(|&dim| dim.to_owned()).collect(),
            attributes: Attributes::default(),
            fill: None,
        }
    }

    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Attribute>) -> Self {
        self.attributes.set(name, value);
        self
    }

    /// With an attribute if there is a value.
    #[must_use]
    pub fn with_some(mut self, name: &str, value: Option<impl Into<Attribute>>) -> Self {
        self.attributes.set_some(name, value);
        self
    }

    /// With a `_FillValue`.
    #[must_use]
    pub fn fill<T: Element>(mut self, value: T) -> Self {
        self.fill = Some(T::to_bytes(&[value]));
        self.with("_FillValue", Attribute::numbers(&[value]))
    }
}
