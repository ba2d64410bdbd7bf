//! Filters of numcodecs that store numbers otherwise: as differences, or scaled.

use serde_json::Value;

/// A type of numbers of numpy, of this machine's order or turned round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    letter: char,
    size: usize,
    big_endian: bool,
}

/// What was done to the numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    /// Each is the difference from the one before.
    Delta,
    /// `(x - offset) * scale`, rounded.
    Scaled { offset: f64, scale: f64 },
    /// Only the type.
    Cast,
}

/// Numbers of the one type stored as those of the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) change: Change,
    from: Kind,
    to: Kind,
}

impl Kind {
    fn of(text: &str) -> Option<Self> {
        let mut chars = text.trim_start_matches(['|', '=']).chars().peekable();
        let big_endian = match chars.peek()? {
            '>' => chars.next().is_some(),
            '<' => chars.next().is_none(),
            _ => false,
        };
        let letter = chars.next()?;
        let size = chars.collect::<String>().parse().ok()?;
        let fits = match letter {
            'i' | 'u' => [1, 2, 4, 8].contains(&size),
            'f' => [4, 8].contains(&size),
            _ => false,
        };
        fits.then_some(Self { letter, size, big_endian })
    }

    fn read(self, bytes: &[u8]) -> f64 {
        let mut own = [0u8; 8];
        let slot = &mut own[..self.size];
        slot.copy_from_slice(bytes);
        if self.big_endian {
            slot.reverse();
        }
        let bits = u64::from_le_bytes(own);
        let unused = 64 - 8 * self.size as u32;
        match self.letter {
            'f' if self.size == 4 => f64::from(f32::from_bits(bits as u32)),
            'f' => f64::from_bits(bits),
            'i' => ((bits << unused) as i64 >> unused) as f64,
            _ => bits as f64,
        }
    }

    fn write(self, value: f64, out: &mut Vec<u8>) {
        let bits = match self.letter {
            'f' if self.size == 4 => u64::from((value as f32).to_bits()),
            'f' => value.to_bits(),
            'i' => value as i64 as u64,
            _ => value as u64,
        };
        let bytes = bits.to_le_bytes();
        if self.big_endian { out.extend(bytes[..self.size].iter().rev()) } else { out.extend(&bytes[..self.size]) }
    }
}

impl Numbers {
    /// A filter's configuration: `dtype`, `astype`, `offset`, `scale`. `None` where a type is no number.
    pub(super) fn of(id: &str, told: &Value) -> Option<Self> {
        let kind = |name: &str| told.get(name).and_then(Value::as_str).and_then(Kind::of);
        let from = kind("dtype")?;
        let to = match told.get("astype").and_then(Value::as_str) {
            Some(text) => Kind::of(text)?,
            None => from,
        };
        let number = |name: &str, default: f64| told.get(name).and_then(Value::as_f64).unwrap_or(default);
        let change = match id {
            "delta" => Change::Delta,
            "fixedscaleoffset" => Change::Scaled { offset: number("offset", 0.0), scale: number("scale", 1.0) },
            "astype" => {
                // `encode_dtype` is stored, `decode_dtype` is meant
                return Some(Self { change: Change::Cast, from: kind("decode_dtype")?, to: kind("encode_dtype")? });
            }
            _ => Change::Cast,
        };
        let scaled_by_zero = matches!(change, Change::Scaled { scale, .. } if scale == 0.0);
        (!scaled_by_zero).then_some(Self { change, from, to })
    }

    /// How many bytes are stored for so many decoded ones.
    pub(super) fn stored(&self, decoded: usize) -> usize {
        decoded / self.from.size * self.to.size
    }

    pub(super) fn undo(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() / self.to.size * self.from.size);
        let whole = matches!(self.from.letter, 'i' | 'u') && matches!(self.to.letter, 'i' | 'u');
        let (mut sum, mut exact) = (0.0, 0i64);
        for element in bytes.chunks_exact(self.to.size) {
            match self.change {
                Change::Delta if whole => {
                    // whole numbers wrap, as numpy's do
                    exact = exact.wrapping_add(self.to.read(element) as i64);
                    let bytes = exact.to_le_bytes();
                    let own = &bytes[..self.from.size];
                    if self.from.big_endian { out.extend(own.iter().rev()) } else { out.extend(own) }
                }
                Change::Delta => {
                    sum += self.to.read(element);
                    if self.from.size == 4 {
                        sum = f64::from(sum as f32);
                    }
                    self.from.write(sum, &mut out);
                }
                Change::Scaled { offset, scale } => self.from.write(self.to.read(element) / scale + offset, &mut out),
                Change::Cast => self.from.write(self.to.read(element), &mut out),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_and_scaled_numbers_come_back() {
        let delta = Numbers::of("delta", &json!({"dtype": "<i4", "astype": "<i2"})).unwrap();
        let stored: Vec<u8> = [280i16, 20, -20].iter().flat_map(|x| x.to_le_bytes()).collect();
        let right: Vec<u8> = [280i32, 300, 280].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!((delta.undo(&stored), delta.stored(12)), (right, 6));
        let scaled =
            Numbers::of("fixedscaleoffset", &json!({"dtype": "<f4", "astype": ">i2", "offset": 250, "scale": 10}))
                .unwrap();
        let stored: Vec<u8> = [500i16, -5].iter().flat_map(|x| x.to_be_bytes()).collect();
        let right: Vec<u8> = [300f32, 249.5].iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(scaled.undo(&stored), right);
        assert!(Numbers::of("delta", &json!({"dtype": "<U4"})).is_none());
        assert!(Numbers::of("fixedscaleoffset", &json!({"dtype": "<f4", "scale": 0})).is_none());
    }
}
