//! How stored numbers become physical values: scale, offset, missing values and valid range.
//!
//! The rules are those of netCDF4-python's automatic masking and scaling, with four deliberate differences, each of
//! which masks or keeps what the file's author meant: bytes have no default fill value (the rule of netCDF itself); a
//! float attribute is rounded to a float variable's type before it is compared (there it must be exactly representable,
//! or it is ignored); limits and missing values of an `_Unsigned` variable may also be written as unsigned numbers, and
//! its default fill value is that of the stored type; and a scale of 1 with an offset of 0 never narrows the type.

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
/// A stored number is missing when it equals one of `missing`, or is below `valid_min` or above `valid_max`; all of
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
    /// (one or several), `valid_min`, `valid_max`, `valid_range` and `_Unsigned`. Without a `_FillValue` the default
    /// fill value of netCDF is missing too, except for one-byte types and in Zarr.
    ///
    /// An attribute that cannot be used (a text, a number that the stored type cannot hold) is left out with a warning.
    #[must_use]
    pub fn from_attributes(variable: &Variable) -> Self {
        let mut packing = Self::none(variable.scalar);
        if !variable.scalar.is_numeric() {
            return packing;
        }
        let signed = matches!(variable.scalar, ScalarType::I8 | ScalarType::I16 | ScalarType::I32 | ScalarType::I64);
        packing.unsigned = signed
            && matches!(variable.attribute("_Unsigned").and_then(Attribute::text), Some("true" | "True" | "TRUE"));
        let scalar = packing.interpreted(variable.scalar);

        packing.missing = usable(variable, "missing_value", scalar, packing.unsigned);
        let fills = usable(variable, "_FillValue", scalar, packing.unsigned);
        if fills.is_empty() {
            if variable.fill.is_some() && scalar.size() > 1 {
                // what the library writes is of the stored type, also where it is read as unsigned
                let default = default_fill(variable.scalar).and_then(|fill| held_by(fill, scalar, packing.unsigned));
                packing.missing.extend(default);
            }
        } else {
            packing.missing.extend(fills);
        }
        packing.missing.dedup();

        match usable(variable, "valid_range", scalar, packing.unsigned)[..] {
            [low, high] => (packing.valid_min, packing.valid_max) = (Some(low), Some(high)),
            _ => {
                packing.valid_min = usable(variable, "valid_min", scalar, packing.unsigned).first().copied();
                packing.valid_max = usable(variable, "valid_max", scalar, packing.unsigned).first().copied();
            }
        }

        packing.set_factors(factor(variable, "scale_factor"), factor(variable, "add_offset"), scalar);
        packing
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

/// The fill value that netCDF writes into cells that nobody wrote, by type.
#[must_use]
pub fn default_fill(scalar: ScalarType) -> Option<Number> {
    Some(match scalar {
        ScalarType::I8 => Number::Integer(-127),
        ScalarType::U8 => Number::Integer(255),
        ScalarType::I16 => Number::Integer(-32_767),
        ScalarType::U16 => Number::Integer(65_535),
        ScalarType::I32 => Number::Integer(-2_147_483_647),
        ScalarType::U32 => Number::Integer(4_294_967_295),
        ScalarType::I64 => Number::Integer(-9_223_372_036_854_775_806),
        ScalarType::U64 => Number::Unsigned(18_446_744_073_709_551_614),
        ScalarType::F32 => Number::Float32(9.969_21e36),
        ScalarType::F64 => Number::Float(9.969_209_968_386_869e36),
        ScalarType::Text | ScalarType::Char => return None,
    })
}

/// A scale or an offset; integers count as float64.
fn factor(variable: &Variable, name: &str) -> Option<Factor> {
    let attribute = variable.attribute(name)?;
    match attribute {
        Attribute::Floats32(v) if v.len() == 1 => v.first().map(|x| Factor::F32(*x)),
        other if other.len() == 1 && other.number().is_some() => other.number().map(Factor::F64),
        _ => {
            tracing::warn!(variable = variable.path, attribute = name, "not one number, values are not unpacked by it");
            None
        }
    }
}

/// The numbers of an attribute in the variable's own type; those that it cannot hold are left out.
fn usable(variable: &Variable, name: &str, scalar: ScalarType, unsigned: bool) -> Vec<Number> {
    let Some(attribute) = variable.attribute(name) else { return Vec::new() };
    let numbers: Vec<Number> = match attribute {
        Attribute::Integers(v) => v.iter().map(|x| Number::Integer(*x)).collect(),
        Attribute::Unsigned(v) => v.iter().map(|x| Number::Unsigned(*x)).collect(),
        Attribute::Floats32(v) => v.iter().map(|x| Number::Float32(*x)).collect(),
        Attribute::Floats(v) => v.iter().map(|x| Number::Float(*x)).collect(),
        Attribute::Text(_) | Attribute::Texts(_) => Vec::new(),
    };
    let usable: Vec<Number> = numbers.iter().filter_map(|x| held_by(*x, scalar, unsigned)).collect();
    if usable.len() < attribute.len() {
        tracing::warn!(variable = variable.path, attribute = name, "does not fit the stored type and is left out");
    }
    usable
}

/// The number as the type holds it, `None` when it cannot.
fn held_by(number: Number, scalar: ScalarType, unsigned: bool) -> Option<Number> {
    match scalar {
        ScalarType::F32 => Some(Number::Float32(match number {
            Number::Float32(x) => x,
            other => other.as_f64() as f32,
        })),
        ScalarType::F64 => Some(Number::Float(number.as_f64())),
        ScalarType::Text | ScalarType::Char => None,
        integer => {
            let value: i128 = match number {
                Number::Integer(x) => i128::from(x),
                Number::Unsigned(x) => i128::from(x),
                other => {
                    let x = other.as_f64();
                    (x.fract() == 0.0 && x.abs() < 1e19).then_some(x as i128)?
                }
            };
            let bits = 8 * integer.size() as u32;
            let is_unsigned = matches!(integer, ScalarType::U8 | ScalarType::U16 | ScalarType::U32 | ScalarType::U64);
            let (low, high) = if is_unsigned {
                (0, (1i128 << bits) - 1)
            } else {
                (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
            };
            // The attribute of an `_Unsigned` variable has the variable's signed type: the same bits are meant.
            let value = if unsigned && value < 0 { value + (1i128 << bits) } else { value };
            if !(low..=high).contains(&value) {
                return None;
            }
            Some(i64::try_from(value).map_or(Number::Unsigned(value as u64), Number::Integer))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn variable(scalar: ScalarType, attributes: &[(&str, Attribute)]) -> Variable {
        Variable {
            path: "v".to_owned(),
            scalar,
            dims: Vec::new(),
            chunk: None,
            attributes: attributes.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect::<BTreeMap<_, _>>(),
            fill: default_fill(scalar),
        }
    }

    #[test]
    fn int16_with_a_float64_scale_becomes_float64_and_with_a_float32_scale_float32() {
        let wide = variable(ScalarType::I16, &[("scale_factor", Attribute::Floats(vec![0.001]))]);
        let narrow = variable(ScalarType::I16, &[("scale_factor", Attribute::Floats32(vec![0.001]))]);
        let int32 = variable(ScalarType::I32, &[("scale_factor", Attribute::Floats32(vec![0.001]))]);
        assert_eq!(Packing::from_attributes(&wide).output, Output::F64);
        assert_eq!(Packing::from_attributes(&narrow).output, Output::F32);
        assert_eq!(Packing::from_attributes(&int32).output, Output::F64);
    }

    #[test]
    fn a_fill_value_replaces_the_default_fill_and_missing_values_add_to_it() {
        let v = variable(
            ScalarType::I16,
            &[("_FillValue", Attribute::Integers(vec![-1])), ("missing_value", Attribute::Integers(vec![-2, -3]))],
        );
        let expected = vec![Number::Integer(-2), Number::Integer(-3), Number::Integer(-1)];
        assert_eq!(Packing::from_attributes(&v).missing, expected);
        let plain = variable(ScalarType::I16, &[]);
        assert_eq!(Packing::from_attributes(&plain).missing, vec![Number::Integer(-32_767)]);
        assert!(Packing::from_attributes(&variable(ScalarType::I8, &[])).missing.is_empty());
    }

    #[test]
    fn a_missing_value_that_the_type_cannot_hold_is_left_out() {
        let v = variable(ScalarType::I16, &[("missing_value", Attribute::Floats(vec![-9999.5, 1e9]))]);
        assert_eq!(Packing::from_attributes(&v).missing, vec![Number::Integer(-32_767)]);
    }

    #[test]
    fn unsigned_bytes_take_their_fill_value_by_its_bits() {
        let v = variable(
            ScalarType::I8,
            &[("_Unsigned", Attribute::Text("true".to_owned())), ("_FillValue", Attribute::Integers(vec![-1]))],
        );
        let packing = Packing::from_attributes(&v);
        assert!(packing.unsigned);
        assert_eq!(packing.missing, vec![Number::Integer(255)]);
    }

    #[test]
    fn the_default_fill_of_unsigned_numbers_is_the_stored_types_by_its_bits() {
        let v = variable(ScalarType::I16, &[("_Unsigned", Attribute::Text("true".to_owned()))]);
        assert_eq!(Packing::from_attributes(&v).missing, vec![Number::Integer(32_769)]);
    }

    #[test]
    fn a_scale_of_one_and_an_offset_of_zero_change_nothing_but_the_promotion() {
        let v = variable(
            ScalarType::F32,
            &[("scale_factor", Attribute::Floats32(vec![1.0])), ("add_offset", Attribute::Floats32(vec![0.0]))],
        );
        let packing = Packing::from_attributes(&v);
        assert!(packing.is_unscaled());
        assert_eq!(packing.output, Output::F32);
    }
}
