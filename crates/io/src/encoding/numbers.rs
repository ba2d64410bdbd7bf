//! Arrays of numbers as bytes, plain (little-endian) or shuffled: all first bytes, all second bytes, … The bytes of one
//! significance are alike in neighbouring values, which zstd finds only when they lie side by side.

use eventscape_core::Values;

/// A number of an array. Bits are kept, NaN payloads and signed zeros included.
pub(crate) trait Number: Copy + Default + Send + Sync {
    /// Bytes of one.
    const SIZE: usize;

    /// Splits the bytes of `values` into planes; `out` has `SIZE` bytes a value.
    fn shuffle(values: &[Self], out: &mut [u8]);

    /// Puts the planes together again; `planes` has `SIZE` bytes a value of `out`.
    fn unshuffle(planes: &[u8], out: &mut [Self]);

    /// Appends the plain little-endian bytes.
    fn write(values: &[Self], out: &mut Vec<u8>);

    /// Reads plain little-endian bytes (a rest shorter than one value is left).
    fn read(bytes: &[u8]) -> Vec<Self>;
}

/// A number that a field may have.
pub(crate) trait FieldNumber: Number {
    /// As the core has them.
    fn into_values(numbers: Vec<Self>) -> Values;
}

macro_rules! number {
    ($number:ty, $bits:ty, $size:literal, $to_bits:expr, $from_bits:expr, [$($plane:literal),*]) => {
        impl Number for $number {
            const SIZE: usize = $size;

            fn shuffle(values: &[Self], out: &mut [u8]) {
                // one loop a plane: each is a gather of bytes that the compiler turns into vector code
                let mut planes = out.chunks_exact_mut(values.len().max(1));
                $(
                    if let Some(plane) = planes.next() {
                        for (byte, value) in plane.iter_mut().zip(values) {
                            *byte = ($to_bits(*value) >> (8 * $plane)) as u8;
                        }
                    }
                )*
            }

            fn unshuffle(planes: &[u8], out: &mut [Self]) {
                let n = out.len();
                let plane = |k: usize| planes.get(k * n..(k + 1) * n).unwrap_or_default();
                let planes = [$(plane($plane)),*];
                if planes.iter().any(|p| p.len() != n) {
                    return;
                }
                for (i, value) in out.iter_mut().enumerate() {
                    *value = $from_bits($((<$bits>::from(planes[$plane][i]) << (8 * $plane)))|*);
                }
            }

            fn write(values: &[Self], out: &mut Vec<u8>) {
                let start = out.len();
                out.resize(start + values.len() * $size, 0);
                if let Some(new) = out.get_mut(start..) {
                    for (bytes, value) in new.as_chunks_mut::<$size>().0.iter_mut().zip(values) {
                        *bytes = value.to_le_bytes();
                    }
                }
            }

            fn read(bytes: &[u8]) -> Vec<Self> {
                bytes.as_chunks::<$size>().0.iter().map(|b| <$number>::from_le_bytes(*b)).collect()
            }
        }
    };
}

number!(f32, u32, 4, f32::to_bits, f32::from_bits, [0, 1, 2, 3]);
number!(f64, u64, 8, f64::to_bits, f64::from_bits, [0, 1, 2, 3, 4, 5, 6, 7]);
number!(u32, u32, 4, std::convert::identity::<u32>, std::convert::identity::<u32>, [0, 1, 2, 3]);

impl FieldNumber for f32 {
    fn into_values(numbers: Vec<Self>) -> Values {
        Values::F32(numbers)
    }
}

impl FieldNumber for f64 {
    fn into_values(numbers: Vec<Self>) -> Values {
        Values::F64(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffled_numbers_come_back_bit_for_bit() {
        let singles = [0.0_f32, -0.0, 1.5, f32::NAN, f32::from_bits(0x7fc1_2345), f32::INFINITY, 1e-42];
        let mut planes = vec![0; singles.len() * 4];
        f32::shuffle(&singles, &mut planes);
        let mut back = vec![0.0; singles.len()];
        f32::unshuffle(&planes, &mut back);
        assert_eq!(singles.map(f32::to_bits).as_slice(), back.iter().map(|x| x.to_bits()).collect::<Vec<_>>());
        assert_eq!(planes[..7], singles.map(|x| x.to_bits() as u8), "the first plane holds the lowest bytes");

        let doubles = [0.1_f64, -3e300, f64::from_bits(0x7ff8_dead_beef_0001)];
        let mut planes = vec![0; doubles.len() * 8];
        f64::shuffle(&doubles, &mut planes);
        let mut back = vec![0.0; doubles.len()];
        f64::unshuffle(&planes, &mut back);
        assert_eq!(doubles.map(f64::to_bits).as_slice(), back.iter().map(|x| x.to_bits()).collect::<Vec<_>>());
    }

    #[test]
    fn plain_numbers_come_back() {
        let mut bytes = vec![9];
        f64::write(&[1.0, -2.5], &mut bytes);
        assert_eq!(f64::read(&bytes[1..]), [1.0, -2.5]);
        assert_eq!(f32::read(&[0, 0, 128, 63, 1]), [1.0]);
        f32::shuffle(&[], &mut []);
        f32::unshuffle(&[], &mut []);
    }
}
