//! The number types of variables and attributes.

/// A number type, little-endian in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Signed 8-bit integers.
    I8,
    /// Unsigned 8-bit integers.
    U8,
    /// Signed 16-bit integers.
    I16,
    /// Signed 32-bit integers.
    I32,
    /// Unsigned 32-bit integers.
    U32,
    /// Signed 64-bit integers.
    I64,
    /// Unsigned 64-bit integers.
    U64,
    /// 32-bit floating point.
    F32,
    /// 64-bit floating point.
    F64,
    /// A byte of text, `char` of netCDF.
    Char,
    /// What netCDF gives a dimension that has no coordinate variable: big-endian float32, never written.
    Placeholder,
}

impl Kind {
    /// Bytes of one number.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 | Self::Char => 1,
            Self::I16 => 2,
            Self::I32 | Self::U32 | Self::F32 | Self::Placeholder => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }
}

/// A Rust type that can be written.
pub trait Element: Copy + Send + Sync {
    /// Its type in the file.
    const KIND: Kind;

    /// Appends the numbers, little-endian.
    fn extend_bytes(values: &[Self], bytes: &mut Vec<u8>);

    /// The numbers, little-endian.
    fn to_bytes(values: &[Self]) -> Vec<u8> {
        let mut bytes = Vec::new();
        Self::extend_bytes(values, &mut bytes);
        bytes
    }
}

macro_rules! element {
    ($($rust:ty => $kind:ident),*) => {$(
        impl Element for $rust {
            const KIND: Kind = Kind::$kind;

            fn extend_bytes(values: &[Self], bytes: &mut Vec<u8>) {
                const SIZE: usize = size_of::<$rust>();
                let start = bytes.len();
                bytes.resize(start + values.len() * SIZE, 0);
                for (to, value) in bytes[start..].chunks_exact_mut(SIZE).zip(values) {
                    to.copy_from_slice(&value.to_le_bytes());
                }
            }
        }
    )*};
}

element!(i8 => I8, u8 => U8, i16 => I16, i32 => I32, u32 => U32, i64 => I64, u64 => U64, f32 => F32, f64 => F64);

/// A byte of text (UTF-8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextByte(pub u8);

impl Element for TextByte {
    const KIND: Kind = Kind::Char;

    fn extend_bytes(values: &[Self], bytes: &mut Vec<u8>) {
        bytes.extend(values.iter().map(|byte| byte.0));
    }
}
