//! The numbers of attributes, also where they are texts, and as a stored type holds them.

use super::{Attribute, Number, ScalarType};

/// The numbers of an attribute, in the type in which they are stored; those of a text as it writes them. `None` for a text that is
/// not all numbers.
pub(super) fn read(attribute: &Attribute) -> Option<Vec<Number>> {
    match attribute {
        Attribute::Integers(v) => Some(v.iter().map(|x| Number::Integer(*x)).collect()),
        Attribute::Unsigned(v) => Some(v.iter().map(|x| Number::Unsigned(*x)).collect()),
        Attribute::Floats32(v) => Some(v.iter().map(|x| Number::Float32(*x)).collect()),
        Attribute::Floats(v) => Some(v.iter().map(|x| Number::Float(*x)).collect()),
        Attribute::Text(text) => in_text(text),
        Attribute::Texts(texts) => {
            texts.iter().map(|text| in_text(text)).collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
    }
}

/// `-9999`, `0.005`, `0, 100`, `[0 100]`, `1.0d-2` and numbers as CDL writes them (`-9999s`, `0.1f`).
fn in_text(text: &str) -> Option<Vec<Number>> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '[' | ']' | '(' | ')' | '\0'));
    words.filter(|word| !word.is_empty()).map(word).collect()
}

fn word(word: &str) -> Option<Number> {
    let number = |text: &str| {
        let integer = text.parse::<i64>().map(Number::Integer).or_else(|_| text.parse::<u64>().map(Number::Unsigned));
        integer.ok().or_else(|| text.parse::<f64>().ok().map(Number::Float))
    };
    let without_type = || {
        let digits = word.trim_end_matches(|c: char| "bBsSlLfFdDuU".contains(c));
        digits.ends_with(|c: char| c.is_ascii_digit() || c == '.').then(|| number(digits)).flatten()
    };
    number(word).or_else(without_type).or_else(|| number(&word.replace(['d', 'D'], "e")))
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

/// The numbers of the type that an attribute's number means: mostly one. A float32 attribute of a float64 variable means both its
/// own value and the decimal number that was written. None where the type cannot hold it.
pub(super) fn meant(number: Number, scalar: ScalarType, unsigned: bool) -> Vec<Number> {
    let mut meant: Vec<Number> = held_by(number, scalar, unsigned).into_iter().collect();
    if let (ScalarType::F64, Number::Float32(x)) = (scalar, number)
        && let Ok(decimal) = x.to_string().parse::<f64>()
        && decimal != f64::from(x)
    {
        meant.push(Number::Float(decimal));
    }
    meant
}

/// The number as the type holds it, `None` when it cannot.
pub(super) fn held_by(number: Number, scalar: ScalarType, unsigned: bool) -> Option<Number> {
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
