//! All maps of a job as an animated GIF.

use std::borrow::Cow;
use std::io::{self, Write};

use gif::{DisposalMethod, Encoder, Frame, Repeat};

use super::Raster;
use crate::ProductError;

/// A picture is made smaller by whole factors until it is no wider.
const WIDEST: u32 = 900;

/// Writes frames as they come; holds one of them. All frames have one palette, and each holds only what changed.
pub struct Animation<W: Write> {
    encoder: Encoder<W>,
    size: (u32, u32),
    factor: u32,
    /// For each colour of five bits a channel its number in the palette.
    nearest: Vec<u8>,
    last: Option<Vec<u8>>,
    delay: u16,
}

impl<W: Write> Animation<W> {
    /// Begins an animation of maps like this first one, each shown for so many hundredths of a second.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses, [`ProductError::Unrepresentable`] for a picture too large for GIF.
    pub fn begin(out: W, first: &Raster, delay: u16) -> Result<Self, ProductError> {
        let factor = first.width.div_ceil(WIDEST).max(1);
        let small = first.reduced(factor);
        let (Ok(width), Ok(height)) = (u16::try_from(small.width), u16::try_from(small.height)) else {
            return Err(ProductError::Unrepresentable(format!(
                "a picture of {} by {} pixels is too large for an animation",
                small.width, small.height
            )));
        };
        let palette = palette(&small);
        let mut encoder = Encoder::new(out, width, height, &palette.concat()).map_err(failed)?;
        encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
        let nearest = (0..1_u32 << 15).map(|c| nearest(&palette, c)).collect();
        Ok(Self { encoder, size: (small.width, small.height), factor, nearest, last: None, delay })
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// [`ProductError::Mismatch`] for a picture of another size, [`ProductError::Write`] when the output refuses.
    pub fn add(&mut self, raster: &Raster) -> Result<(), ProductError> {
        let small = raster.reduced(self.factor);
        if (small.width, small.height) != self.size {
            return Err(ProductError::Mismatch("the maps of an animation are not of one size".to_owned()));
        }
        let pixels: Vec<u8> = small.rgb.chunks_exact(3).map(|p| self.nearest[bucket(p)]).collect();
        let (left, top, right, bottom) = changed(self.last.as_deref(), &pixels, small.width as usize);
        let part: Vec<u8> = pixels
            .chunks(small.width as usize)
            .take(bottom)
            .skip(top)
            .flat_map(|row| row[left..right].iter().copied())
            .collect();
        let frame = Frame {
            delay: self.delay,
            dispose: DisposalMethod::Keep,
            left: left as u16,
            top: top as u16,
            width: (right - left) as u16,
            height: (bottom - top) as u16,
            buffer: Cow::Owned(part),
            ..Frame::default()
        };
        self.encoder.write_frame(&frame).map_err(failed)?;
        self.last = Some(pixels);
        Ok(())
    }

    /// Ends the animation and gives the output back.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn end(self) -> Result<W, ProductError> {
        let mut out = self.encoder.into_inner().map_err(failed)?;
        out.flush().map_err(|e| failed(e.into()))?;
        Ok(out)
    }
}

fn failed(error: gif::EncodingError) -> ProductError {
    let source = match error {
        gif::EncodingError::Io(e) => e,
        other => io::Error::other(other),
    };
    ProductError::Write { product: "the animation".to_owned(), source }
}

/// Greys for text and lines, the commonest colours of the first picture, and a coarse cube for what comes later.
fn palette(first: &Raster) -> Vec<[u8; 3]> {
    let mut palette: Vec<[u8; 3]> = (0..16_u8).map(|k| [k * 17; 3]).collect();
    let mut buckets = vec![([0_u64; 3], 0_u64); 1 << 15];
    for p in first.rgb.chunks_exact(3) {
        let (sum, count) = &mut buckets[bucket(p)];
        for (total, part) in sum.iter_mut().zip(p) {
            *total += u64::from(*part);
        }
        *count += 1;
    }
    let mut common: Vec<_> = buckets.into_iter().filter(|(_, count)| *count > 0).collect();
    common.sort_by_key(|(sum, count)| (std::cmp::Reverse(*count), *sum));
    palette.extend(common.into_iter().take(140).map(|(sum, count)| sum.map(|total| (total / count) as u8)));
    let cube = (0..100_usize).map(|c| [(c / 25 * 255 / 3) as u8, (c / 5 % 5 * 255 / 4) as u8, (c % 5 * 255 / 4) as u8]);
    palette.extend(cube);
    palette.truncate(256);
    palette
}

/// A colour of five bits a channel.
fn bucket(p: &[u8]) -> usize {
    usize::from(p[0] >> 3) << 10 | usize::from(p[1] >> 3) << 5 | usize::from(p[2] >> 3)
}

/// The palette's number nearest to a colour of five bits a channel.
fn nearest(palette: &[[u8; 3]], colour: u32) -> u8 {
    let wanted = [colour >> 10, colour >> 5 & 31, colour & 31].map(|part| (part * 255 / 31) as i32);
    let distance = |c: &[u8; 3]| -> i32 {
        let d = |k: usize| wanted[k] - i32::from(c[k]);
        2 * d(0) * d(0) + 4 * d(1) * d(1) + 3 * d(2) * d(2)
    };
    (0..palette.len().min(256)).min_by_key(|k| distance(&palette[*k])).unwrap_or(0) as u8
}

/// The box of what differs: left, top, right, bottom; one pixel where nothing does, everything for a first picture.
fn changed(last: Option<&[u8]>, pixels: &[u8], width: usize) -> (usize, usize, usize, usize) {
    let height = pixels.len() / width.max(1);
    let Some(last) = last else { return (0, 0, width, height) };
    let (mut left, mut right, mut top, mut bottom) = (width, 0, height, 0);
    for (row, (a, b)) in last.chunks(width).zip(pixels.chunks(width)).enumerate() {
        let Some(first) = a.iter().zip(b).position(|(a, b)| a != b) else { continue };
        let end = a.iter().zip(b).rposition(|(a, b)| a != b).map_or(first, |k| k) + 1;
        (left, right) = (left.min(first), right.max(end));
        (top, bottom) = (top.min(row), row + 1);
    }
    if right == 0 { (0, 0, 1, 1) } else { (left, top, right, bottom) }
}
