//! Undoing the codecs of a chunk.

use super::blosc;
use super::numbers::Numbers;
use crate::read::chunks::bunzip2;

/// One step of a pipeline.
#[derive(Clone, Debug)]
pub(crate) enum Codec {
    /// Elements in another order of dimensions.
    Transpose {
        /// For each dimension of the chunk, how many stored elements apart its indices are.
        strides: Vec<usize>,
        shape: Vec<usize>,
        size: usize,
    },
    /// Byte planes of elements of so many bytes.
    Shuffle(usize),
    Gzip,
    Zlib,
    Zstd,
    Lz4,
    Blosc,
    Bzip2,
    Crc32c,
    /// Numbers stored otherwise.
    Numbers(Numbers),
}

impl Codec {
    /// A transpose: stored dimension `k` is dimension `order[k]` of the array.
    pub(super) fn transpose(order: Vec<usize>, chunk: &[u64], size: usize) -> Result<Self, String> {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..chunk.len()) {
            return Err(format!("the order {order:?} of a transpose is no permutation"));
        }
        let shape: Vec<usize> =
            chunk.iter().map(|len| usize::try_from(*len)).collect::<Result<_, _>>().map_err(|e| e.to_string())?;
        let mut strides = vec![1; shape.len()];
        let mut stride = 1usize;
        for d in order.into_iter().rev() {
            strides[d] = stride;
            stride = stride.saturating_mul(shape[d]);
        }
        Ok(Self::Transpose { strides, shape, size })
    }
}

/// Decodes a chunk that holds `expected` bytes; the result may have another length when the chunk is damaged.
pub(crate) fn decode(raw: &[u8], codecs: &[Codec], expected: usize) -> Result<Vec<u8>, String> {
    // how many bytes each codec was given
    let mut given = Vec::with_capacity(codecs.len());
    let mut length = expected;
    for codec in codecs {
        given.push(length);
        if let Codec::Numbers(numbers) = codec {
            length = numbers.stored(length);
        }
    }
    let mut bytes = std::borrow::Cow::Borrowed(raw);
    for (codec, expected) in codecs.iter().zip(given).rev() {
        bytes = match codec {
            Codec::Crc32c => {
                let (data, stored) = bytes.split_last_chunk::<4>().ok_or("it is too short for its checksum")?;
                if crc32c(data) != u32::from_le_bytes(*stored) {
                    return Err("its CRC-32C does not match".to_owned());
                }
                data.to_vec().into()
            }
            Codec::Gzip => {
                let mut out = vec![0; expected];
                let len = libdeflater::Decompressor::new()
                    .gzip_decompress(&bytes, &mut out)
                    .map_err(|e| format!("it cannot be inflated ({e})"))?;
                out.truncate(len);
                out.into()
            }
            Codec::Zlib => {
                let mut out = vec![0; expected];
                let len = libdeflater::Decompressor::new()
                    .zlib_decompress(&bytes, &mut out)
                    .map_err(|e| format!("it cannot be inflated ({e})"))?;
                out.truncate(len);
                out.into()
            }
            Codec::Zstd => zstd(&bytes, expected)?.into(),
            Codec::Lz4 => {
                let (size, data) = bytes.split_first_chunk::<4>().ok_or("it is too short for its size")?;
                if u32::from_le_bytes(*size) as usize != expected {
                    return Err(format!("it tells {} bytes", u32::from_le_bytes(*size)));
                }
                lz4(data, expected)?.into()
            }
            Codec::Blosc => blosc::decode(&bytes, expected)?.into(),
            Codec::Bzip2 => bunzip2(&bytes, expected)?.into(),
            Codec::Numbers(numbers) => numbers.undo(&bytes).into(),
            Codec::Shuffle(size) => unshuffle(&bytes, *size).into(),
            Codec::Transpose { strides, shape, size } => transposed(&bytes, strides, shape, *size)?.into(),
        };
    }
    Ok(bytes.into_owned())
}

pub(crate) fn zstd(bytes: &[u8], expected: usize) -> Result<Vec<u8>, String> {
    zstd::bulk::decompress(bytes, expected).map_err(|e| format!("it is not zstd ({e})"))
}

pub(super) fn lz4(bytes: &[u8], expected: usize) -> Result<Vec<u8>, String> {
    let mut out = vec![0; expected];
    let len = lz4_flex::block::decompress_into(bytes, &mut out).map_err(|e| format!("it is not lz4 ({e})"))?;
    out.truncate(len);
    Ok(out)
}

/// Puts byte planes together; bytes that make no whole element are at the end as they are.
pub(super) fn unshuffle(bytes: &[u8], size: usize) -> Vec<u8> {
    let size = size.max(1);
    let count = bytes.len() / size;
    let mut out = bytes.to_vec();
    if size > 1 {
        for (k, plane) in bytes.chunks_exact(count.max(1)).take(size).enumerate() {
            for (element, byte) in out.chunks_exact_mut(size).zip(plane) {
                element[k] = *byte;
            }
        }
    }
    out
}

fn transposed(bytes: &[u8], strides: &[usize], shape: &[usize], size: usize) -> Result<Vec<u8>, String> {
    let count = shape.iter().try_fold(size, |product, len| product.checked_mul(*len));
    if count != Some(bytes.len()) {
        return Err(format!("it holds {} bytes, which do not fit its shape {shape:?}", bytes.len()));
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = vec![0usize; shape.len()];
    while out.len() < bytes.len() {
        let at: usize = index.iter().zip(strides).map(|(i, stride)| i * stride).sum::<usize>() * size;
        out.extend_from_slice(bytes.get(at..at + size).unwrap_or_default());
        for d in (0..index.len()).rev() {
            index[d] += 1;
            if index[d] < shape[d] {
                break;
            }
            index[d] = 0;
        }
    }
    Ok(out)
}

/// The checksum of iSCSI (Castagnoli's polynomial).
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0u32; 256];
        let mut i = 0;
        while i < 256 {
            let mut value = i as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0x82f6_3b78 } else { value >> 1 };
                bit += 1;
            }
            table[i] = value;
            i += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |crc: u32, byte| TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ crc >> 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_has_the_published_value() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn a_transpose_puts_elements_back_in_row_major_order() {
        // Stored in column-major order: 2 rows of 3 columns.
        let codec = Codec::transpose(vec![1, 0], &[2, 3], 1).unwrap();
        assert_eq!(decode(&[1, 4, 2, 5, 3, 6], &[codec], 6).unwrap(), [1, 2, 3, 4, 5, 6]);
        assert!(Codec::transpose(vec![0, 0], &[2, 3], 1).is_err());
    }

    #[test]
    fn a_shuffle_leaves_a_rest_at_the_end() {
        assert_eq!(unshuffle(&[1, 3, 5, 2, 4, 6, 7], 2), [1, 2, 3, 4, 5, 6, 7]);
    }
}
