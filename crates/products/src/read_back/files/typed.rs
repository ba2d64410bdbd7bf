//! From a type's name to the Rust type that the writer takes.

use std::collections::VecDeque;

use eventscape_formats::write::{Attribute, Codec, Element, TextByte};

/// A number of the writer, made of the bytes that the file must hold.
pub(super) trait Typed: Element {
    fn parse(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! typed {
    ($($rust:ty),*) => {$(
        impl Typed for $rust {
            fn parse(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks().0.iter().map(|number| Self::from_le_bytes(*number)).collect()
            }
        }
    )*};
}

typed!(i8, u8, i16, i32, u32, i64, u64, f32, f64);

impl Typed for TextByte {
    fn parse(bytes: &[u8]) -> Vec<Self> {
        bytes.iter().map(|byte| Self(*byte)).collect()
    }
}

/// Every type of the writer.
pub(super) const TYPES: [&str; 10] = ["i1", "u1", "i2", "i4", "u4", "i8", "u8", "f4", "f8", "S1"];

/// Runs a body with the Rust type of a name.
macro_rules! with_type {
    ($kind:expr, $T:ident => $body:expr) => {
        match $kind {
            "i1" => with_type!(@ i8, $T => $body),
            "u1" => with_type!(@ u8, $T => $body),
            "i2" => with_type!(@ i16, $T => $body),
            "i4" => with_type!(@ i32, $T => $body),
            "u4" => with_type!(@ u32, $T => $body),
            "i8" => with_type!(@ i64, $T => $body),
            "u8" => with_type!(@ u64, $T => $body),
            "f4" => with_type!(@ f32, $T => $body),
            "f8" => with_type!(@ f64, $T => $body),
            "S1" => with_type!(@ eventscape_formats::write::TextByte, $T => $body),
            other => panic!("there is no type {other}"),
        }
    };
    (@ $rust:ty, $T:ident => $body:expr) => {{
        type $T = $rust;
        $body
    }};
}
pub(super) use with_type;

/// The numbers as an attribute.
pub(super) fn numbers(kind: &str, bytes: &[u8]) -> Attribute {
    with_type!(kind, T => Attribute::numbers(&T::parse(bytes)))
}

/// The packed chunks of an array of elements of `size` bytes, row-major; cells beyond the array are zero.
pub(super) fn tiles(bytes: &[u8], size: usize, shape: &[usize], chunk: &[usize], codec: Codec) -> VecDeque<Vec<u8>> {
    let grid: Vec<usize> = shape.iter().zip(chunk).map(|(n, c)| n.div_ceil(*c)).collect();
    let cells: usize = chunk.iter().product();
    let index = |mut number: usize, of: &[usize]| -> Vec<usize> {
        let mut index = vec![0; of.len()];
        for (place, n) in index.iter_mut().zip(of).rev() {
            *place = number % n;
            number /= n;
        }
        index
    };
    let tile = |number: usize| {
        let first = index(number, &grid);
        let mut tile = vec![0; cells * size];
        for (cell, place) in tile.chunks_mut(size).enumerate() {
            let at: Vec<usize> = index(cell, chunk)
                .iter()
                .zip(&first)
                .zip(chunk)
                .map(|((in_tile, tile), c)| tile * c + in_tile)
                .collect();
            if at.iter().zip(shape).all(|(k, n)| k < n) {
                let at = at.iter().zip(shape).fold(0, |flat, (k, n)| flat * n + k);
                place.copy_from_slice(&bytes[at * size..][..size]);
            }
        }
        codec.encode(&tile, size).unwrap()
    };
    (0..grid.iter().product()).map(tile).collect()
}
