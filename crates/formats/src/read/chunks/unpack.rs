//! From stored elements to physical float values, block by block.

use super::element::{BLOCK, Decoded, Element};
use crate::read::packing::Factor;
use crate::read::{Number, Packing};

/// The output types of unpacking.
pub(crate) trait Float: Copy + Send + Sync + Default + 'static {
    const NAN: Self;
    fn of<T: Element>(value: T) -> Self;
    /// `data * scale + offset` with the roundings of the types of both.
    fn linear<T: Element>(values: &[T], out: &mut [Self], scale: Option<Factor>, offset: Option<Factor>, narrow: bool);
}

impl Float for f32 {
    const NAN: Self = f32::NAN;

    #[inline]
    fn of<T: Element>(value: T) -> Self {
        value.as_f32()
    }

    fn linear<T: Element>(values: &[T], out: &mut [Self], scale: Option<Factor>, offset: Option<Factor>, _: bool) {
        let (scale, offset) = (scale.map_or(1.0, narrowed), offset.map_or(-0.0, narrowed));
        for (out, value) in out.iter_mut().zip(values) {
            *out = value.as_f32() * scale + offset;
        }
    }
}

impl Float for f64 {
    const NAN: Self = f64::NAN;

    #[inline]
    fn of<T: Element>(value: T) -> Self {
        value.as_f64()
    }

    fn linear<T: Element>(values: &[T], out: &mut [Self], scale: Option<Factor>, offset: Option<Factor>, narrow: bool) {
        // -0.0 is the number that adds nothing to every float, -0.0 included.
        let wide_offset = offset.map_or(-0.0, Factor::as_f64);
        match scale {
            // A narrow type times a float32 scale is rounded to float32 before a float64 offset is added.
            Some(Factor::F32(scale)) if narrow => {
                for (out, value) in out.iter_mut().zip(values) {
                    *out = f64::from(value.as_f32() * scale) + wide_offset;
                }
            }
            _ => {
                let scale = scale.map_or(1.0, Factor::as_f64);
                for (out, value) in out.iter_mut().zip(values) {
                    *out = value.as_f64() * scale + wide_offset;
                }
            }
        }
    }
}

fn narrowed(factor: Factor) -> f32 {
    match factor {
        Factor::F32(x) => x,
        Factor::F64(x) => x as f32,
    }
}

/// The packing of a variable with its numbers in the stored type.
#[derive(Clone, Debug)]
pub(crate) struct Rule<T> {
    scale: Option<Factor>,
    offset: Option<Factor>,
    narrow: bool,
    missing: Vec<T>,
    low: Option<T>,
    high: Option<T>,
}

impl<T: Element> Rule<T> {
    /// `narrow` tells that the stored type has at most 16 bits or is float32.
    pub(crate) fn new(packing: &Packing, narrow: bool) -> Self {
        let typed = |number: Option<Number>| number.map(T::from_number);
        Self {
            scale: packing.scale,
            offset: packing.offset,
            narrow,
            // A missing value that is NaN needs no comparison: NaN is missing anyway.
            missing: packing.missing.iter().map(|n| T::from_number(*n)).filter(is_equal_to_itself).collect(),
            low: typed(packing.valid_min),
            high: typed(packing.valid_max),
        }
    }

    /// Unpacks a row that starts at the element `first`.
    pub(crate) fn unpack<O: Float>(&self, decoded: &Decoded<'_>, first: usize, out: &mut [O]) {
        let mut block = [T::default(); BLOCK];
        let mut at = first;
        for out in out.chunks_mut(BLOCK) {
            let values = &mut block[..out.len()];
            decoded.gather(at, values);
            self.unpack_block(values, out);
            at += out.len();
        }
    }

    #[inline]
    fn unpack_block<O: Float>(&self, values: &[T], out: &mut [O]) {
        let mut rest = self.missing.as_slice();
        if self.scale.is_none() && self.offset.is_none() {
            match self.missing.as_slice() {
                [] => each(values, out, |value, _| if value.is_infinite() { O::NAN } else { O::of(value) }),
                [a] => {
                    rest = &[];
                    let missing = |value: T| value == *a || value.is_infinite();
                    each(values, out, |value, _| if missing(value) { O::NAN } else { O::of(value) });
                }
                [a, b, others @ ..] => {
                    rest = others;
                    let missing = |value: T| value == *a || value == *b || value.is_infinite();
                    each(values, out, |value, _| if missing(value) { O::NAN } else { O::of(value) });
                }
            }
        } else {
            O::linear(values, out, self.scale, self.offset, self.narrow);
            each(values, out, |value, old| if value.is_infinite() { O::NAN } else { old });
        }
        for missing in rest {
            each(values, out, |value, old| if value == *missing { O::NAN } else { old });
        }
        if let Some(low) = self.low {
            each(values, out, |value, old| if value < low { O::NAN } else { old });
        }
        if let Some(high) = self.high {
            each(values, out, |value, old| if value > high { O::NAN } else { old });
        }
    }
}

#[inline]
fn each<T: Element, O: Float>(values: &[T], out: &mut [O], f: impl Fn(T, O) -> O) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = f(*value, *out);
    }
}

fn is_equal_to_itself<T: PartialEq>(value: &T) -> bool {
    let copy = value;
    value == copy
}
