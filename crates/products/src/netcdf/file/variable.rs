//! What a variable is, before its values.

use super::super::hdf5::{Element, Kind};
use super::attribute::{Attribute, Attributes};

/// A variable's name, type, dimensions and attributes.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) dims: Vec<String>,
    pub(super) attributes: Attributes,
    pub(super) fill: Option<Vec<u8>>,
}

impl Variable {
    /// A variable of numbers of type `T` over these dimensions of its group.
    pub(crate) fn of<T: Element>(name: &str, dims: &[&str]) -> Self {
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
    pub(crate) fn with(mut self, name: &str, value: impl Into<Attribute>) -> Self {
        self.attributes.set(name, value);
        self
    }

    /// With an attribute if there is a value.
    #[must_use]
    pub(crate) fn with_some(mut self, name: &str, value: Option<impl Into<Attribute>>) -> Self {
        self.attributes.set_some(name, value);
        self
    }

    /// With a `_FillValue`.
    #[must_use]
    pub(crate) fn fill<T: Element>(mut self, value: T) -> Self {
        self.fill = Some(T::to_bytes(&[value]));
        self.with("_FillValue", Attribute::numbers(&[value]))
    }
}
