//! Pictures decoded, to see whether they are whole.

use std::io::{BufReader, Read, Seek};

/// Decodes a PNG to its last row and its end mark; gives its width and height. Checksums of all parts are checked.
///
/// Memory: a few rows.
///
/// # Errors
/// Why it is no whole PNG.
pub fn read_png(file: impl Read + Seek) -> Result<(u32, u32), String> {
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().map_err(|e| e.to_string())?;
    let size = (reader.info().width, reader.info().height);
    while reader.next_row().map_err(|e| e.to_string())?.is_some() {}
    reader.finish().map_err(|e| e.to_string())?;
    Ok(size)
}

/// Decodes all frames of a GIF; gives their number.
///
/// Memory: a frame.
///
/// # Errors
/// Why it is no whole GIF.
pub fn read_gif(file: impl Read) -> Result<usize, String> {
    let mut options = gif::DecodeOptions::new();
    options.check_frame_consistency(true);
    let mut decoder = options.read_info(file).map_err(|e| e.to_string())?;
    let mut frames = 0;
    while decoder.read_next_frame().map_err(|e| e.to_string())?.is_some() {
        frames += 1;
    }
    Ok(frames)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_picture_that_is_cut_or_changed_is_not_whole() {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 7, 5);
        encoder.set_color(png::ColorType::Rgb);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&[9; 7 * 5 * 3]).unwrap();
        writer.finish().unwrap();
        assert_eq!(read_png(Cursor::new(&bytes)), Ok((7, 5)));
        for length in 0..bytes.len() {
            assert!(read_png(Cursor::new(&bytes[..length])).is_err(), "{length}");
        }
        for place in 8..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 0x55;
            assert!(read_png(Cursor::new(changed)).is_err(), "{place}");
        }
    }

    #[test]
    fn the_frames_of_an_animation_are_counted_and_one_that_is_cut_is_not_whole() {
        let mut bytes = Vec::new();
        let mut encoder = gif::Encoder::new(&mut bytes, 4, 4, &[0, 0, 0, 255, 255, 255]).unwrap();
        for shade in [0, 1, 0] {
            encoder.write_frame(&gif::Frame::from_indexed_pixels(4, 4, vec![shade; 16], None)).unwrap();
        }
        drop(encoder);
        assert_eq!(read_gif(&bytes[..]), Ok(3));
        for length in 0..bytes.len() {
            assert!(read_gif(&bytes[..length]).is_err(), "{length}");
        }
    }
}
