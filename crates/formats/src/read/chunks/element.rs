//! Elements as they lie in a decoded chunk: any type, either byte order, shuffled into byte planes or not.

use crate::read::{Number, ScalarType};

/// Rows are converted in blocks of this many elements, which stay in the fastest cache.
pub(crate) const BLOCK: usize = 2048;

/// A number type of the file.
pub(crate) trait Element: Copy + PartialEq + PartialOrd + Send + Sync + Default + 'static {
    /// From the bytes of one element in the machine's order.
    fn from_bytes(bytes: &[u8]) -> Self;
    /// With the bytes in reverse order.
    fn swap(self) -> Self;
    /// Nearest float32.
    fn as_f32(self) -> f32;
    /// Nearest float64.
    fn as_f64(self) -> f64;
    /// From a number that the type holds exactly (floats are rounded).
    fn from_number(number: Number) -> Self;
    /// Whether it is an infinite number.
    fn is_infinite(self) -> bool;
}

macro_rules! integer {
    ($($t:ty),*) => {$(
        impl Element for $t {
            #[inline]
            fn from_bytes(bytes: &[u8]) -> Self {
                bytes.try_into().map(<$t>::from_le_bytes).unwrap_or_default()
            }
            #[inline]
            fn swap(self) -> Self {
                self.swap_bytes()
            }
            #[inline]
            fn as_f32(self) -> f32 {
                self as f32
            }
            #[inline]
            fn as_f64(self) -> f64 {
                self as f64
            }
            fn from_number(number: Number) -> Self {
                match number {
                    Number::Integer(x) => x as $t,
                    Number::Unsigned(x) => x as $t,
                    Number::Float32(x) => x as $t,
                    Number::Float(x) => x as $t,
                }
            }
            #[inline]
            fn is_infinite(self) -> bool {
                false
            }
        }
    )*};
}
integer!(i8, u8, i16, u16, i32, u32, i64, u64);

macro_rules! float {
    ($($t:ty),*) => {$(
        impl Element for $t {
            #[inline]
            fn from_bytes(bytes: &[u8]) -> Self {
                bytes.try_into().map(<$t>::from_le_bytes).unwrap_or_default()
            }
            #[inline]
            fn swap(self) -> Self {
                <$t>::from_bits(self.to_bits().swap_bytes())
            }
            #[inline]
            fn as_f32(self) -> f32 {
                self as f32
            }
            #[inline]
            fn as_f64(self) -> f64 {
                f64::from(self)
            }
            fn from_number(number: Number) -> Self {
                match number {
                    Number::Float32(x) => x as $t,
                    other => other.as_f64() as $t,
                }
            }
            #[inline]
            fn is_infinite(self) -> bool {
                self.abs() == <$t>::INFINITY
            }
        }
    )*};
}
float!(f32, f64);

/// The bytes of a decoded chunk (or a part of it).
#[derive(Clone, Copy)]
pub(crate) struct Decoded<'a> {
    /// The bytes; when shuffled, one plane of `bytes.len() / size` bytes for each byte of an element.
    pub(crate) bytes: &'a [u8],
    /// Whether the bytes are still in planes.
    pub(crate) shuffled: bool,
    /// Whether the elements are big-endian.
    pub(crate) big_endian: bool,
    /// Bytes of one element.
    pub(crate) size: usize,
}

impl Decoded<'_> {
    /// Copies elements from `first` on into `out`, in the machine's byte order. Elements past the end are left alone;
    /// the callers check the sizes of chunks before.
    #[inline]
    pub(crate) fn gather<T: Element>(&self, first: usize, out: &mut [T]) {
        let size = size_of::<T>();
        let count = out.len();
        if self.shuffled && size > 1 {
            let plane = self.bytes.len() / size;
            let planes = |k: usize| self.bytes.get(k * plane + first..k * plane + first + count);
            match size {
                2 => {
                    if let (Some(a), Some(b)) = (planes(0), planes(1)) {
                        interleave2(a, b, out);
                    }
                }
                4 => {
                    if let (Some(a), Some(b), Some(c), Some(d)) = (planes(0), planes(1), planes(2), planes(3)) {
                        interleave4([a, b, c, d], out);
                    }
                }
                _ => {
                    let mut all: [&[u8]; 8] = [&[]; 8];
                    for (k, slot) in all.iter_mut().enumerate() {
                        *slot = planes(k).unwrap_or_default();
                    }
                    interleave8(all, out);
                }
            }
        } else if let Some(bytes) = self.bytes.get(first * size..(first + count) * size) {
            for (value, bytes) in out.iter_mut().zip(bytes.chunks_exact(size)) {
                *value = T::from_bytes(bytes);
            }
        }
        if self.big_endian && size > 1 {
            for value in out.iter_mut() {
                *value = value.swap();
            }
        }
    }

    /// Copies the bytes of elements from `first` on, as stored, un-shuffled.
    pub(crate) fn gather_bytes(&self, first: usize, out: &mut [u8]) {
        let count = out.len() / self.size.max(1);
        if self.shuffled && self.size > 1 {
            let plane = self.bytes.len() / self.size;
            for (k, slot) in out.iter_mut().enumerate() {
                let at = (k % self.size) * plane + first + k / self.size;
                *slot = self.bytes.get(at).copied().unwrap_or_default();
            }
        } else if let Some(bytes) = self.bytes.get(first * self.size..(first + count) * self.size) {
            out[..bytes.len()].copy_from_slice(bytes);
        }
    }
}

/// One stored number, `None` for text or when the bytes are not those of one element.
pub(crate) fn number_of(bytes: &[u8], scalar: ScalarType, big_endian: bool) -> Option<Number> {
    let size = scalar.size();
    if !scalar.is_numeric() || bytes.len() != size {
        return None;
    }
    let decoded = Decoded { bytes, shuffled: false, big_endian, size };
    fn one<T: Element>(decoded: &Decoded<'_>) -> T {
        let mut out = [T::default()];
        decoded.gather(0, &mut out);
        out[0]
    }
    let d = &decoded;
    Some(match scalar {
        ScalarType::I8 => Number::Integer(one::<i8>(d).into()),
        ScalarType::U8 => Number::Integer(one::<u8>(d).into()),
        ScalarType::I16 => Number::Integer(one::<i16>(d).into()),
        ScalarType::U16 => Number::Integer(one::<u16>(d).into()),
        ScalarType::I32 => Number::Integer(one::<i32>(d).into()),
        ScalarType::U32 => Number::Integer(one::<u32>(d).into()),
        ScalarType::I64 => Number::Integer(one(d)),
        ScalarType::U64 => Number::Unsigned(one(d)),
        ScalarType::F32 => Number::Float32(one(d)),
        ScalarType::F64 => Number::Float(one(d)),
        ScalarType::Text | ScalarType::Char => return None,
    })
}

fn interleave2<T: Element>(a: &[u8], b: &[u8], out: &mut [T]) {
    let done = simd::interleave2(a, b, out);
    for ((value, a), b) in out.iter_mut().zip(a).zip(b).skip(done) {
        *value = T::from_bytes(&[*a, *b]);
    }
}

fn interleave4<T: Element>(planes: [&[u8]; 4], out: &mut [T]) {
    let done = simd::interleave4(planes, out);
    let [a, b, c, d] = planes;
    for ((((value, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d).skip(done) {
        *value = T::from_bytes(&[*a, *b, *c, *d]);
    }
}

fn interleave8<T: Element>(planes: [&[u8]; 8], out: &mut [T]) {
    let done = simd::interleave8(planes, out);
    for (i, value) in out.iter_mut().enumerate().skip(done) {
        let bytes: [u8; 8] = std::array::from_fn(|k| planes[k].get(i).copied().unwrap_or_default());
        *value = T::from_bytes(&bytes);
    }
}

/// Interleaving 16 elements at a time. Undoing the shuffle is the one step that costs as much as inflating when it is
/// done byte by byte; SSE2 is part of every x86-64. Each function returns how many elements it wrote.
#[cfg(target_arch = "x86_64")]
mod simd {
    use super::Element;
    use std::arch::x86_64::{
        __m128i, _mm_loadu_si128, _mm_storeu_si128, _mm_unpackhi_epi8, _mm_unpackhi_epi16, _mm_unpackhi_epi32,
        _mm_unpacklo_epi8, _mm_unpacklo_epi16, _mm_unpacklo_epi32,
    };

    #[inline]
    fn load(bytes: &[u8], at: usize) -> __m128i {
        let bytes = &bytes[at..at + 16];
        // SAFETY: the slice has 16 readable bytes, and the load has no alignment demand.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }

    #[inline]
    fn store<T: Element>(out: &mut [T], first_byte: usize, value: __m128i) {
        let first = first_byte / size_of::<T>();
        let out = &mut out[first..first + 16 / size_of::<T>()];
        // SAFETY: the slice has 16 writable bytes of a number type, for which every bit pattern is a value.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), value) }
    }

    pub(super) fn interleave2<T: Element>(a: &[u8], b: &[u8], out: &mut [T]) -> usize {
        let whole = out.len() / 16 * 16;
        for i in (0..whole).step_by(16) {
            let (a, b) = (load(a, i), load(b, i));
            // SAFETY: SSE2 is part of x86-64.
            let (low, high) = unsafe { (_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b)) };
            store(out, 2 * i, low);
            store(out, 2 * i + 16, high);
        }
        whole
    }

    pub(super) fn interleave4<T: Element>(planes: [&[u8]; 4], out: &mut [T]) -> usize {
        let whole = out.len() / 16 * 16;
        for i in (0..whole).step_by(16) {
            let [a, b, c, d] = planes.map(|plane| load(plane, i));
            // SAFETY: SSE2 is part of x86-64.
            let parts = unsafe {
                let (ab, ab_high) = (_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b));
                let (cd, cd_high) = (_mm_unpacklo_epi8(c, d), _mm_unpackhi_epi8(c, d));
                [
                    _mm_unpacklo_epi16(ab, cd),
                    _mm_unpackhi_epi16(ab, cd),
                    _mm_unpacklo_epi16(ab_high, cd_high),
                    _mm_unpackhi_epi16(ab_high, cd_high),
                ]
            };
            for (k, part) in parts.into_iter().enumerate() {
                store(out, 4 * i + 16 * k, part);
            }
        }
        whole
    }

    pub(super) fn interleave8<T: Element>(planes: [&[u8]; 8], out: &mut [T]) -> usize {
        let shortest = planes.iter().map(|plane| plane.len()).min().unwrap_or_default();
        let whole = out.len().min(shortest) / 16 * 16;
        for i in (0..whole).step_by(16) {
            let p = planes.map(|plane| load(plane, i));
            // SAFETY: SSE2 is part of x86-64.
            let parts = unsafe {
                let pairs: [[__m128i; 2]; 4] = std::array::from_fn(|k| {
                    [_mm_unpacklo_epi8(p[2 * k], p[2 * k + 1]), _mm_unpackhi_epi8(p[2 * k], p[2 * k + 1])]
                });
                let fours = |half: usize, first: usize| {
                    let (x, y) = (pairs[first][half], pairs[first + 1][half]);
                    [_mm_unpacklo_epi16(x, y), _mm_unpackhi_epi16(x, y)]
                };
                let mut parts = [p[0]; 8];
                for half in 0..2 {
                    let (low, high) = (fours(half, 0), fours(half, 2));
                    for quarter in 0..2 {
                        parts[4 * half + 2 * quarter] = _mm_unpacklo_epi32(low[quarter], high[quarter]);
                        parts[4 * half + 2 * quarter + 1] = _mm_unpackhi_epi32(low[quarter], high[quarter]);
                    }
                }
                parts
            };
            for (k, part) in parts.into_iter().enumerate() {
                store(out, 8 * i + 16 * k, part);
            }
        }
        whole
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod simd {
    pub(super) fn interleave2<T>(_: &[u8], _: &[u8], _: &mut [T]) -> usize {
        0
    }
    pub(super) fn interleave4<T>(_: [&[u8]; 4], _: &mut [T]) -> usize {
        0
    }
    pub(super) fn interleave8<T>(_: [&[u8]; 8], _: &mut [T]) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Element + std::fmt::Debug>(make: impl Fn(usize) -> T, bytes_of: impl Fn(T) -> Vec<u8>) {
        let size = size_of::<T>();
        for count in [0, 1, 15, 16, 17, 100, 1000] {
            let values: Vec<T> = (0..count).map(&make).collect();
            let plain: Vec<u8> = values.iter().flat_map(|v| bytes_of(*v)).collect();
            let mut planes = vec![0; plain.len()];
            for (i, byte) in plain.iter().enumerate() {
                planes[(i % size) * count + i / size] = *byte;
            }
            for (bytes, shuffled) in [(&plain, false), (&planes, true)] {
                let decoded = Decoded { bytes, shuffled, big_endian: false, size };
                for first in [0, 3.min(count)] {
                    let mut out = vec![T::default(); count - first];
                    decoded.gather(first, &mut out);
                    assert_eq!(out, values[first..], "{count} from {first}, shuffled {shuffled}");
                    let mut raw = vec![0; (count - first) * size];
                    decoded.gather_bytes(first, &mut raw);
                    assert_eq!(raw, plain[first * size..]);
                }
                let mut swapped = vec![T::default(); count];
                Decoded { big_endian: true, ..decoded }.gather(0, &mut swapped);
                assert_eq!(swapped, values.iter().map(|v| v.swap()).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn shuffled_and_plain_elements_of_every_width_are_gathered_alike() {
        check(|i| i as u8, |v| v.to_le_bytes().to_vec());
        check(|i| (i * 977) as i16, |v| v.to_le_bytes().to_vec());
        check(|i| (i as i32).wrapping_mul(77_777_777), |v| v.to_le_bytes().to_vec());
        check(|i| i as f32 * 1.25, |v| v.to_le_bytes().to_vec());
        check(|i| (i as u64).wrapping_mul(0x1234_5678_9abc_def1), |v| v.to_le_bytes().to_vec());
    }
}
