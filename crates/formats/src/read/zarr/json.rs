//! JSON values as attributes and as stored numbers.

use serde_json::Value;

use crate::read::{Attribute, Attributes, Number, ScalarType};

/// The attributes of a JSON object. Objects and null become the text of their JSON.
pub(super) fn attributes(value: &Value) -> Attributes {
    let members = value.as_object();
    members.into_iter().flatten().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn attribute(value: &Value) -> Attribute {
    match value {
        Value::String(text) => Attribute::Text(text.clone()),
        Value::Number(_) | Value::Bool(_) => numbers(std::slice::from_ref(value)),
        Value::Array(values) if values.iter().all(|v| v.is_number() || v.is_boolean()) && !values.is_empty() => {
            numbers(values)
        }
        Value::Array(values) if values.iter().all(Value::is_string) => {
            Attribute::Texts(values.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        other => Attribute::Text(other.to_string()),
    }
}

fn numbers(values: &[Value]) -> Attribute {
    let integer = |v: &Value| v.as_i64().or_else(|| v.as_bool().map(i64::from));
    if let Some(integers) = values.iter().map(integer).collect::<Option<Vec<_>>>() {
        return Attribute::Integers(integers);
    }
    if let Some(unsigned) = values.iter().map(Value::as_u64).collect::<Option<Vec<_>>>() {
        return Attribute::Unsigned(unsigned);
    }
    Attribute::Floats(values.iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect())
}

/// A fill value as a number of the type; `None` for null and for what the type cannot hold.
pub(super) fn number(value: &Value, scalar: ScalarType) -> Option<Number> {
    let float = |x: f64| {
        Some(match scalar {
            ScalarType::F32 => Number::Float32(x as f32),
            ScalarType::F64 => Number::Float(x),
            _ => return None,
        })
    };
    match value {
        Value::String(text) => match text.as_str() {
            "NaN" => float(f64::NAN),
            "Infinity" => float(f64::INFINITY),
            "-Infinity" => float(f64::NEG_INFINITY),
            hex if hex.starts_with("0x") => {
                let bits = u64::from_str_radix(&hex[2..], 16).ok()?;
                match scalar {
                    ScalarType::F32 => Some(Number::Float32(f32::from_bits(u32::try_from(bits).ok()?))),
                    ScalarType::F64 => Some(Number::Float(f64::from_bits(bits))),
                    _ => None,
                }
            }
            _ => None,
        },
        Value::Bool(bit) => Some(Number::Integer(i64::from(*bit))),
        Value::Number(n) if matches!(scalar, ScalarType::F32 | ScalarType::F64) => float(n.as_f64()?),
        Value::Number(n) => match n.as_i64() {
            Some(x) => Some(Number::Integer(x)),
            None => n.as_u64().map(Number::Unsigned),
        },
        _ => None,
    }
}

/// The fill value that xarray writes into the attributes of version 3: base64 of a little-endian float64.
pub(super) fn float_in_base64(text: &str) -> Option<f64> {
    let bytes = base64(text)?;
    Some(f64::from_le_bytes(bytes.try_into().ok()?))
}

pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0u32, 0u32);
    for c in text.bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    Some(out)
}

/// An array of non-negative integers.
pub(super) fn lengths(value: Option<&Value>, what: &str) -> Result<Vec<u64>, String> {
    value
        .and_then(Value::as_array)
        .and_then(|values| values.iter().map(Value::as_u64).collect::<Option<Vec<_>>>())
        .ok_or_else(|| format!("{what} is missing or not a list of lengths"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base64_of_xarray_is_a_float() {
        assert!(float_in_base64("AAAAAAAA+H8=").unwrap().is_nan());
        assert_eq!(float_in_base64("AAAAAACHw8A="), Some(-9998.0));
        assert_eq!(float_in_base64("???"), None);
    }

    #[test]
    fn fill_values_are_read_in_every_spelling() {
        let is = |text: &str, scalar| number(&serde_json::from_str(text).unwrap(), scalar);
        assert_eq!(is("-9999", ScalarType::F32), Some(Number::Float32(-9999.0)));
        assert_eq!(is("\"-Infinity\"", ScalarType::F64), Some(Number::Float(f64::NEG_INFINITY)));
        assert_eq!(is("\"0x3f800000\"", ScalarType::F32), Some(Number::Float32(1.0)));
        assert_eq!(is("18446744073709551615", ScalarType::U64), Some(Number::Unsigned(u64::MAX)));
        assert_eq!(is("null", ScalarType::I32), None);
    }
}
