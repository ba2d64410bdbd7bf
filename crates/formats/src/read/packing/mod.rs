//! How stored numbers become physical values: scale, offset, missing values and valid range.
//!
//! The way of the data: attributes by any of their spellings ([`spelling`]) → numbers, also where they are texts ([`numbers`]) →
//! scale, offset and missing values ([`attributes`]), limits in packed or unpacked units ([`limits`]) → a [`Packing`], and what the
//! user should be told of it ([`Remark`]).
//!
//! The rules are those of the NetCDF Users' Guide and of netCDF4-python's automatic masking and scaling, with deliberate differences,
//! each of which masks or keeps what the file's author meant: bytes have no default fill value (the rule of netCDF itself); a
//! float attribute is rounded to a float variable's type before it is compared (there it must be exactly representable,
//! or it is ignored); limits and missing values of an `_Unsigned` variable may also be written as unsigned numbers, and
//! its default fill value is that of the stored type; a scale of 1 with an offset of 0 never narrows the type; limits of a wider type
//! than the packed numbers are in unpacked units (the Users' Guide has it so, netCDF4-python does not); numbers that are written as
//! texts, and the attributes of HDF-EOS, count; infinite values are missing.

mod attributes;
mod limits;
mod numbers;
mod spelling;
#[cfg(test)]
mod tests;

pub use numbers::default_fill;

use super::{Attribute, Number, ScalarType, Variable};

/// A factor in the type in which the file stores it, which decides the type of the result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Factor {
    /// A float32.
    F32(f32),
    /// A float64.
    F64(f64),
}

impl Factor {
    /// The factor as float64.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::F32(x) => f64::from(x),
            Self::F64(x) => x,
        }
    }
}

/// The type of unpacked values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Float32.
    F32,
    /// Float64.
    F64,
}

/// How the stored numbers of a variable become physical values. Missing cells become NaN.
///
/// A stored number is missing when it equals one of `missing`, is below `valid_min` or above `valid_max`, or is infinite; all of
/// these are in the stored type (after `unsigned` is applied) and are compared before scaling.
#[derive(Clone, Debug, PartialEq)]
pub struct Packing {
    /// Multiplied first.
    pub scale: Option<Factor>,
    /// Added second.
    pub offset: Option<Factor>,
    /// Stored numbers that mean "missing".
    pub missing: Vec<Number>,
    /// The smallest valid stored number.
    pub valid_min: Option<Number>,
    /// The largest valid stored number.
    pub valid_max: Option<Number>,
    /// Signed stored integers are read as unsigned ones of the same width.
    pub unsigned: bool,
    /// The type of the result, by numpy's promotion of the stored type, the scale and the offset. Integers without
    /// scale and offset become float64, in which all of them up to 53 bits are exact.
    pub output: Output,
}

/// A packing, and what the user should be told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Unpacking {
    /// The packing.
    pub packing: Packing,
    /// Attributes that are followed though they are unusual, and such as are not followed.
    pub remarks: Vec<Remark>,
}

/// What the user should be told of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The attribute says something of the values that is not followed.
    pub ignored: bool,
    /// A sentence for people.
    pub text: String,
}

/// Why the stored numbers of a variable cannot become physical values, with a way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);

impl Packing {
    /// No scaling, nothing is missing (a stored NaN stays NaN).
    #[must_use]
    pub fn none(scalar: ScalarType) -> Self {
        Self {
            scale: None,
            offset: None,
            missing: Vec::new(),
            valid_min: None,
            valid_max: None,
            unsigned: false,
            output: if scalar == ScalarType::F32 { Output::F32 } else { Output::F64 },
        }
    }

    /// The packing that the variable's attributes tell: `scale_factor`, `add_offset`, `_FillValue`, `missing_value`
    /// (one or several), `valid_min`, `valid_max`, `valid_range` and `_Unsigned`, in CF's spelling or another that is in use
    /// (`ScaleFactor`, `Offset`, `MissingValue` of HDF-EOS). Without a `_FillValue` the default fill value of netCDF is missing too,
    /// except for one-byte types and in Zarr.
    ///
    /// # Errors
    /// [`Unusable`] where a scale or an offset is no number: the values cannot be known.
    pub fn from_attributes(variable: &Variable) -> Result<Unpacking, Unusable> {
        attributes::read(variable)
    }

    /// The type that stored numbers are taken for.
    #[must_use]
    pub fn interpreted(&self, scalar: ScalarType) -> ScalarType {
        match scalar {
            ScalarType::I8 if self.unsigned => ScalarType::U8,
            ScalarType::I16 if self.unsigned => ScalarType::U16,
            ScalarType::I32 if self.unsigned => ScalarType::U32,
            ScalarType::I64 if self.unsigned => ScalarType::U64,
            other => other,
        }
    }

    /// Whether the packing leaves values as they are, apart from missing ones.
    #[must_use]
    pub fn is_unscaled(&self) -> bool {
        self.scale.is_none() && self.offset.is_none()
    }

    /// Sets scale and offset, drops those that change nothing, and derives the output type.
    pub fn set_factors(&mut self, scale: Option<Factor>, offset: Option<Factor>, scalar: ScalarType) {
        let trivial_scale = scale.is_none_or(|f| f.as_f64() == 1.0);
        let trivial_offset = offset.is_none_or(|f| f.as_f64() == 0.0);
        let plain = Self::none(scalar).output;
        (self.scale, self.offset) = (scale, offset);
        self.output = match (scale, offset) {
            (None, None) => plain,
            // A lone factor that changes nothing keeps the type, as netCDF4-python does.
            (Some(_), None) if trivial_scale => plain,
            (None, Some(_)) if trivial_offset => plain,
            _ => promote(scale, offset, scalar),
        };
        if trivial_scale && trivial_offset {
            (self.scale, self.offset) = (None, None);
        }
    }
}

/// The numpy 2 result type of `data * scale + offset`.
fn promote(scale: Option<Factor>, offset: Option<Factor>, scalar: ScalarType) -> Output {
    let narrow = matches!(
        scalar,
        ScalarType::I8 | ScalarType::U8 | ScalarType::I16 | ScalarType::U16 | ScalarType::F32 | ScalarType::Char
    );
    let wide_factor = [scale, offset].iter().flatten().any(|f| matches!(f, Factor::F64(_)));
    if narrow && !wide_factor { Output::F32 } else { Output::F64 }
}
