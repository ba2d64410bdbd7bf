//! Valid limits: in packed or in unpacked units, as numbers of the stored type.

use super::numbers::held_by;
use super::{Factor, Number, Packing, ScalarType};

/// A limit as the stored numbers keep it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Limit {
    /// No stored number is below it (or it is no limit at all).
    Idle,
    /// The smallest valid stored number.
    Low(Number),
    /// The largest valid stored number.
    High(Number),
    /// No stored number could be valid.
    Impossible,
}

/// Whether a limit is in unpacked units. By the NetCDF Users' Guide it is in packed ones where it is of the packed type, else, being
/// of a wider type such as that of the unpacked values, in unpacked ones.
pub(super) fn is_unpacked(number: Number, packing: &Packing, scalar: ScalarType) -> bool {
    let float32 = matches!(number, Number::Float32(_));
    let float64 = matches!(number, Number::Float(_));
    let wide_factor = [packing.scale, packing.offset].iter().flatten().any(|f| matches!(f, Factor::F64(_)));
    !packing.is_unscaled()
        && match scalar {
            ScalarType::F64 => false,
            ScalarType::F32 => float64 && wide_factor,
            _ => float32 || float64,
        }
}

/// The limit that an attribute's number is for stored numbers of type `scalar` (as they are interpreted).
pub(super) fn limit(number: Number, lower: bool, packing: &Packing, scalar: ScalarType) -> Limit {
    if number.as_f64().is_nan() {
        return Limit::Idle;
    }
    if !is_unpacked(number, packing, scalar) && matches!(scalar, ScalarType::F32 | ScalarType::F64) {
        let held = held_by(number, scalar, packing.unsigned);
        return held.map_or(Limit::Impossible, |n| if lower { Limit::Low(n) } else { Limit::High(n) });
    }
    let (value, doubt, lower) = if is_unpacked(number, packing, scalar) {
        stored_units(number, lower, packing)
    } else if let Some(held) = held_by(number, scalar, packing.unsigned) {
        return if lower { Limit::Low(held) } else { Limit::High(held) };
    } else {
        (number.as_f64(), 0.0, lower)
    };
    match scalar {
        ScalarType::F32 | ScalarType::F64 => {
            let wide = if lower { value - doubt } else { value + doubt };
            let held = held_by(Number::Float(wide), scalar, false);
            held.map_or(Limit::Idle, |n| if lower { Limit::Low(n) } else { Limit::High(n) })
        }
        _ => whole(value, doubt, lower, scalar),
    }
}

/// A limit in unpacked units as one in stored units; by how much roundings of the types may have moved it; and whether it is the
/// lower one of stored numbers (a negative scale turns them round).
fn stored_units(number: Number, lower: bool, packing: &Packing) -> (f64, f64, bool) {
    let (scale, offset) = (packing.scale.map_or(1.0, Factor::as_f64), packing.offset.map_or(0.0, Factor::as_f64));
    let narrow = matches!(number, Number::Float32(_))
        || [packing.scale, packing.offset].iter().flatten().any(|f| matches!(f, Factor::F32(_)));
    let epsilon = if narrow { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let value = number.as_f64();
    let doubt = 4.0 * epsilon * (value.abs() + offset.abs()) / scale.abs();
    ((value - offset) / scale, doubt, lower == (scale > 0.0))
}

/// The outermost integer of the type that a limit lets pass.
fn whole(value: f64, doubt: f64, lower: bool, scalar: ScalarType) -> Limit {
    let nearest = value.round();
    let integer = match ((value - nearest).abs() <= doubt, lower) {
        (true, _) => nearest,
        (false, true) => value.ceil(),
        (false, false) => value.floor(),
    };
    let (least, most) = extent(scalar);
    match (lower, integer < least, integer > most) {
        (true, true, _) | (false, _, true) => Limit::Idle,
        (true, _, true) | (false, true, _) => Limit::Impossible,
        _ => {
            let number = held_by(Number::Float(integer), scalar, false);
            number.map_or(Limit::Idle, |n| if lower { Limit::Low(n) } else { Limit::High(n) })
        }
    }
}

fn extent(scalar: ScalarType) -> (f64, f64) {
    match scalar {
        ScalarType::I8 => (f64::from(i8::MIN), f64::from(i8::MAX)),
        ScalarType::U8 => (0.0, f64::from(u8::MAX)),
        ScalarType::I16 => (f64::from(i16::MIN), f64::from(i16::MAX)),
        ScalarType::U16 => (0.0, f64::from(u16::MAX)),
        ScalarType::I32 => (f64::from(i32::MIN), f64::from(i32::MAX)),
        ScalarType::U32 => (0.0, f64::from(u32::MAX)),
        ScalarType::I64 => (i64::MIN as f64, i64::MAX as f64),
        ScalarType::U64 => (0.0, u64::MAX as f64),
        ScalarType::F32 | ScalarType::F64 | ScalarType::Text | ScalarType::Char => (f64::NEG_INFINITY, f64::INFINITY),
    }
}
