//! Attributes.

use crate::write::WriteError;
use crate::write::hdf5::{Element, Extent, Kind, attribute, text_type};
use crate::write::hdf5::{ObjectHeader, datatype_of};

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// A text.
    Text(String),
    /// Numbers of one type.
    Numbers {
        /// Their type.
        kind: Kind,
        /// How many.
        count: usize,
        /// The numbers, little-endian.
        bytes: Vec<u8>,
    },
}

impl Attribute {
    /// Several numbers.
    pub fn numbers<T: Element>(values: &[T]) -> Self {
        Self::Numbers { kind: T::KIND, count: values.len(), bytes: T::to_bytes(values) }
    }

    /// Adds the attribute to an object's header.
    pub(super) fn push_to(&self, name: &str, header: &mut ObjectHeader) -> Result<(), WriteError> {
        match self {
            // HDF5 has no text of no bytes
            Self::Text(text) if text.is_empty() => {
                header.push(attribute(name, &text_type(1, true), &Extent::Null, &[]))
            }
            Self::Text(text) => {
                let kind = text_type(text.len(), text.is_ascii());
                header.push(attribute(name, &kind, &Extent::Scalar, text.as_bytes()))
            }
            Self::Numbers { kind, count, bytes } => {
                header.push(attribute(name, &datatype_of(*kind), &Extent::list(*count), bytes))
            }
        }
    }
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Element> From<T> for Attribute {
    fn from(number: T) -> Self {
        Self::numbers(&[number])
    }
}

impl<T: Element, const N: usize> From<[T; N]> for Attribute {
    fn from(numbers: [T; N]) -> Self {
        Self::numbers(&numbers)
    }
}

/// Attributes by name, in the order in which readers list them.
#[derive(Clone, Debug, Default)]
pub struct Attributes(pub(super) Vec<(String, Attribute)>);

impl Attributes {
    /// Sets an attribute; a second value replaces the first.
    pub fn set(&mut self, name: &str, value: impl Into<Attribute>) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value.into(),
            None => self.0.push((name.to_owned(), value.into())),
        }
    }

    /// Sets an attribute if there is a value.
    pub fn set_some(&mut self, name: &str, value: Option<impl Into<Attribute>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }
}
