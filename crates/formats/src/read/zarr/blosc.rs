//! The container format of Blosc 1: blocks of streams, compressed by one of several codecs.

use super::codecs;

/// Streams are split by bytes of an element only up to this size of elements.
const MAX_SPLITS: usize = 16;
/// Streams shorter than this are not split.
const MIN_SPLIT: usize = 128;

struct Header {
    flags: u8,
    typesize: usize,
    nbytes: usize,
    blocksize: usize,
    cbytes: usize,
}

fn u32_at(bytes: &[u8], at: usize) -> Result<usize, String> {
    let raw = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or("the Blosc data are cut short")?;
    Ok(u32::from_le_bytes(*raw) as usize)
}

/// Decodes a buffer that holds at most `room` bytes.
pub(crate) fn blosc_within(bytes: &[u8], room: usize) -> Result<Vec<u8>, String> {
    let holds = u32_at(bytes, 4)?;
    if holds > room {
        Err(format!("the Blosc header tells {holds} bytes, more than {room}"))
    } else {
        decode(bytes, holds)
    }
}

/// Decodes a buffer that holds `expected` bytes.
pub(super) fn decode(bytes: &[u8], expected: usize) -> Result<Vec<u8>, String> {
    let head = bytes.first_chunk::<16>().ok_or("the Blosc header is cut short")?;
    let header = Header {
        flags: head[2],
        typesize: usize::from(head[3]).max(1),
        nbytes: u32_at(head, 4)?,
        blocksize: u32_at(head, 8)?,
        cbytes: u32_at(head, 12)?,
    };
    if head[0] > 2 {
        return Err(format!("version {} of Blosc is not supported", head[0]));
    }
    if header.nbytes != expected || header.cbytes > bytes.len() {
        return Err(format!("the Blosc header tells {} bytes instead of {expected}", header.nbytes));
    }
    let bytes = &bytes[..header.cbytes];
    if header.nbytes == 0 {
        return Ok(Vec::new());
    }
    if header.flags & 2 != 0 {
        return Ok(bytes.get(16..16 + expected).ok_or("the Blosc data are cut short")?.to_vec());
    }
    if header.blocksize == 0 || header.blocksize > header.nbytes.next_multiple_of(header.typesize).max(16) {
        return Err(format!("Blosc blocks of {} bytes do not fit", header.blocksize));
    }
    let mut out = Vec::with_capacity(expected);
    for block in 0..header.nbytes.div_ceil(header.blocksize) {
        let size = header.blocksize.min(header.nbytes - block * header.blocksize);
        let start = u32_at(bytes, 16 + 4 * block)?;
        let plain = decode_block(bytes, start, size, &header)?;
        if header.flags & 1 != 0 && header.typesize > 1 {
            out.extend(codecs::unshuffle(&plain, header.typesize));
        } else if header.flags & 4 != 0 && size >= header.typesize {
            out.extend(bit_unshuffle(&plain, header.typesize));
        } else {
            out.extend(plain);
        }
    }
    Ok(out)
}

fn decode_block(bytes: &[u8], start: usize, size: usize, header: &Header) -> Result<Vec<u8>, String> {
    let split = header.flags & 0x10 == 0
        && header.typesize <= MAX_SPLITS
        && header.blocksize / header.typesize >= MIN_SPLIT
        && size == header.blocksize;
    let streams = if split { header.typesize } else { 1 };
    let each = size / streams;
    let mut out = Vec::with_capacity(size);
    let mut at = start;
    for _ in 0..streams {
        let stored = u32_at(bytes, at)?;
        at += 4;
        let data = at.checked_add(stored).and_then(|end| bytes.get(at..end)).ok_or("a Blosc stream is cut short")?;
        at += stored;
        let before = out.len();
        if stored == each {
            out.extend_from_slice(data);
        } else {
            out.extend(match header.flags >> 5 {
                0 => blosclz(data, each)?,
                1 => codecs::lz4(data, each)?,
                3 => {
                    let mut plain = vec![0; each];
                    libdeflater::Decompressor::new()
                        .zlib_decompress(data, &mut plain)
                        .map_err(|e| format!("a Blosc stream cannot be inflated ({e})"))?;
                    plain
                }
                4 => codecs::zstd(data, each)?,
                other => return Err(format!("the codec {other} of Blosc is not supported")),
            });
        }
        if out.len() - before != each {
            return Err("a Blosc stream has the wrong length".to_owned());
        }
    }
    out.resize(size, 0);
    Ok(out)
}

/// Undoes the transposition of bits; a block whose number of elements is no multiple of 8 was not transposed.
fn bit_unshuffle(bytes: &[u8], typesize: usize) -> Vec<u8> {
    let count = bytes.len() / typesize;
    let mut out = bytes.to_vec();
    if !count.is_multiple_of(8) {
        return out;
    }
    let row = count / 8;
    for (i, element) in out.chunks_exact_mut(typesize).enumerate().take(count) {
        for (k, byte) in element.iter_mut().enumerate() {
            *byte = (0..8).fold(0, |value, bit| {
                let stored = bytes.get((k * 8 + bit) * row + i / 8).copied().unwrap_or_default();
                value | (stored >> (i % 8) & 1) << bit
            });
        }
    }
    out
}

/// Blosc's own codec, of the family of LZ77.
fn blosclz(input: &[u8], expected: usize) -> Result<Vec<u8>, String> {
    const MAX_NEAR: usize = 8191;
    let short = || "a BloscLZ stream is cut short".to_owned();
    let mut out: Vec<u8> = Vec::with_capacity(expected);
    let mut rest = input.iter().map(|b| usize::from(*b));
    let mut control = rest.next().ok_or_else(short)? & 31;
    loop {
        if control >= 32 {
            let mut len = (control >> 5) - 1;
            let high = (control & 31) << 8;
            if len == 6 {
                loop {
                    let more = rest.next().ok_or_else(short)?;
                    len += more;
                    if more != 255 {
                        break;
                    }
                }
            }
            let low = rest.next().ok_or_else(short)?;
            let mut distance = high + low;
            if low == 255 && high == 31 << 8 {
                distance = (rest.next().ok_or_else(short)? << 8) + rest.next().ok_or_else(short)? + MAX_NEAR;
            }
            let from = out.len().checked_sub(distance + 1).ok_or("a BloscLZ match points before the start")?;
            if out.len() + len + 3 > expected {
                return Err("a BloscLZ stream is too long".to_owned());
            }
            for i in from..from + len + 3 {
                out.push(out[i]);
            }
        } else {
            if out.len() + control + 1 > expected {
                return Err("a BloscLZ stream is too long".to_owned());
            }
            for _ in 0..=control {
                out.push(rest.next().ok_or_else(short)? as u8);
            }
        }
        match rest.next() {
            Some(next) => control = next,
            None => return Ok(out),
        }
    }
}
