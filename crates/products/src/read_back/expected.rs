//! What a netCDF file must hold, apart from the code that writes it.

/// A number type, or a byte of text, by numpy's name of it.
pub(super) trait Plain: Copy {
    const TYPE: &'static str;

    /// The numbers, little-endian.
    fn bytes(values: &[Self]) -> Vec<u8>;
}

macro_rules! plain {
    ($($rust:ty => $name:literal),*) => {$(
        impl Plain for $rust {
            const TYPE: &'static str = $name;

            fn bytes(values: &[Self]) -> Vec<u8> {
                values.iter().flat_map(|value| value.to_le_bytes()).collect()
            }
        }
    )*};
}

plain!(i8 => "i1", u8 => "u1", i16 => "i2", i32 => "i4", u32 => "u4", i64 => "i8", u64 => "u8", f32 => "f4", f64 => "f8");

/// Bytes of one number of a type.
pub(super) fn size_of_type(kind: &str) -> usize {
    kind[1..].parse().unwrap()
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Numbers { kind: &'static str, bytes: Vec<u8> },
}

impl Value {
    pub(super) fn numbers<T: Plain>(values: &[T]) -> Self {
        Self::Numbers { kind: T::TYPE, bytes: T::bytes(values) }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Plain> From<T> for Value {
    fn from(number: T) -> Self {
        Self::numbers(&[number])
    }
}

/// Attributes by name.
pub(super) type Values = Vec<(String, Value)>;

/// A variable with all its values.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) dims: Vec<String>,
    pub(super) attributes: Values,
    pub(super) bytes: Vec<u8>,
}

impl Variable {
    pub(super) fn of<T: Plain>(name: &str, dims: &[&str], values: &[T]) -> Self {
        Self::raw(name, dims, T::TYPE, T::bytes(values))
    }

    pub(super) fn raw(name: &str, dims: &[&str], kind: &'static str, bytes: Vec<u8>) -> Self {
        let dims = dims.iter().map(|&dim| dim.to_owned()).collect();
        Self { name: name.to_owned(), kind, dims, attributes: Vec::new(), bytes }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

/// A group without the groups in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    /// From the root, without a slash at either end; the root's is empty.
    pub(super) path: String,
    pub(super) attributes: Values,
    pub(super) dimensions: Vec<(String, usize)>,
    pub(super) variables: Vec<Variable>,
}

impl Group {
    pub(super) fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    pub(super) fn dimension(&mut self, name: &str, size: usize) {
        self.dimensions.push((name.to_owned(), size));
    }

    pub(super) fn attribute(&mut self, name: &str, value: impl Into<Value>) {
        self.attributes.push((name.to_owned(), value.into()));
    }

    /// The shape of a variable of this group.
    pub(super) fn shape(&self, variable: &Variable) -> Vec<usize> {
        let size = |dim: &String| self.dimensions.iter().find(|(name, _)| name == dim).map(|(_, size)| *size).unwrap();
        variable.dims.iter().map(size).collect()
    }

    /// The path of a member.
    pub(super) fn join(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}/{name}", self.path) }
    }
}

/// A netCDF file: its groups, the root first.
#[derive(Clone, Debug, Default)]
pub(super) struct NetCdf {
    pub(super) groups: Vec<Group>,
}
