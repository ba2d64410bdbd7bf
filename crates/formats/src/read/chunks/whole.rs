//! Unpacking of values that are in memory already: for formats that give values, not bytes.

use eventscape_core::Values;

use super::element::{Decoded, Element};
use super::{Float, Rule};
use crate::read::{ArrayData, Output, Packing, ScalarType};

/// Turns stored values into physical ones, by the same rules as the fast path. Text gives nothing but NaN.
pub(crate) fn unpack_array(data: &ArrayData, packing: &Packing, out: &mut Values) {
    *out = match packing.output {
        Output::F32 => Values::F32(unpack(data, packing)),
        Output::F64 => Values::F64(unpack(data, packing)),
    };
}

fn unpack<O: Float>(data: &ArrayData, packing: &Packing) -> Vec<O> {
    fn run<T: Element, O: Float>(bytes: &[u8], packing: &Packing, narrow: bool) -> Vec<O> {
        let size = size_of::<T>();
        let mut out = vec![O::default(); bytes.len() / size];
        let decoded = Decoded { bytes, shuffled: false, big_endian: false, size };
        Rule::<T>::new(packing, narrow).unpack(&decoded, 0, &mut out);
        out
    }
    let (bytes, scalar) = little_endian(data);
    match packing.interpreted(scalar) {
        ScalarType::I8 => run::<i8, O>(&bytes, packing, true),
        ScalarType::U8 | ScalarType::Char => run::<u8, O>(&bytes, packing, true),
        ScalarType::I16 => run::<i16, O>(&bytes, packing, true),
        ScalarType::U16 => run::<u16, O>(&bytes, packing, true),
        ScalarType::I32 => run::<i32, O>(&bytes, packing, false),
        ScalarType::U32 => run::<u32, O>(&bytes, packing, false),
        ScalarType::I64 => run::<i64, O>(&bytes, packing, false),
        ScalarType::U64 => run::<u64, O>(&bytes, packing, false),
        ScalarType::F32 => run::<f32, O>(&bytes, packing, true),
        ScalarType::F64 => run::<f64, O>(&bytes, packing, false),
        ScalarType::Text => Vec::new(),
    }
}

/// The bytes of the values in little-endian order, and their type.
fn little_endian(data: &ArrayData) -> (Vec<u8>, ScalarType) {
    macro_rules! bytes {
        ($values:expr) => {
            $values.iter().flat_map(|value| value.to_le_bytes()).collect()
        };
    }
    match data {
        ArrayData::I8(v) => (bytes!(v), ScalarType::I8),
        ArrayData::U8(v) => (v.clone(), ScalarType::U8),
        ArrayData::I16(v) => (bytes!(v), ScalarType::I16),
        ArrayData::U16(v) => (bytes!(v), ScalarType::U16),
        ArrayData::I32(v) => (bytes!(v), ScalarType::I32),
        ArrayData::U32(v) => (bytes!(v), ScalarType::U32),
        ArrayData::I64(v) => (bytes!(v), ScalarType::I64),
        ArrayData::U64(v) => (bytes!(v), ScalarType::U64),
        ArrayData::F32(v) => (bytes!(v), ScalarType::F32),
        ArrayData::F64(v) => (bytes!(v), ScalarType::F64),
        ArrayData::Char(v) => (v.clone(), ScalarType::Char),
        ArrayData::Text(_) => (Vec::new(), ScalarType::Text),
    }
}
