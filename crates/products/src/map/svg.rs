//! From a drawing to SVG. Text is outlines, images are PNG inside.

use std::fmt::Write as _;
use std::io::Write;

use super::drawing::{Colour, Drawing, Item, Path, Step};
use crate::ProductError;

/// Writes a drawing as SVG 1.1.
pub(super) fn write<W: Write>(mut out: W, drawing: &Drawing) -> Result<(), ProductError> {
    let failed = |source| ProductError::Write { product: "a map".to_owned(), source };
    let (width, height) = (drawing.width, drawing.height);
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        escaped(&drawing.title)
    )
    .map_err(failed)?;
    for item in &drawing.items {
        let element = match item {
            Item::Fill { path, colour } => {
                format!("<path fill-rule=\"evenodd\" {} d=\"{}\"/>\n", ink("fill", *colour), data(path))
            }
            Item::Stroke { path, colour, width, dash } => {
                let dash = dash.map(|[on, off]| format!(" stroke-dasharray=\"{on} {off}\"")).unwrap_or_default();
                format!(
                    "<path fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\" stroke-width=\"{width}\"{dash} \
                     {} d=\"{}\"/>\n",
                    ink("stroke", *colour),
                    data(path)
                )
            }
            Item::Image { x, y, width, pixels, palette } => {
                let height = pixels.len() as u32 / (*width).max(1);
                let bytes =
                    palette_png(*width, height, pixels, palette).map_err(|e| failed(std::io::Error::other(e)))?;
                format!(
                    "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
                     style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,{}\"/>\n",
                    base64(&bytes)
                )
            }
        };
        out.write_all(element.as_bytes()).map_err(failed)?;
    }
    out.write_all(b"</svg>\n").and_then(|()| out.flush()).map_err(failed)
}

fn ink(what: &str, [r, g, b, a]: Colour) -> String {
    let mut text = format!("{what}=\"#{r:02x}{g:02x}{b:02x}\"");
    if a < 255 {
        // writing to a string cannot fail
        let _ = write!(text, " {what}-opacity=\"{:.2}\"", f32::from(a) / 255.0);
    }
    text
}

fn data(path: &Path) -> String {
    let mut text = String::with_capacity(path.len() * 12);
    for step in path {
        let _ = match step {
            Step::Move(x, y) => write!(text, "M{x:.1} {y:.1}"),
            Step::Line(x, y) => write!(text, "L{x:.1} {y:.1}"),
            Step::Curve(x1, y1, x, y) => write!(text, "Q{x1:.1} {y1:.1} {x:.1} {y:.1}"),
            Step::Close => write!(text, "Z"),
        };
    }
    text
}

fn palette_png(width: u32, height: u32, pixels: &[u8], palette: &[Colour]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette.iter().flat_map(|c| [c[0], c[1], c[2]]).collect::<Vec<u8>>());
    encoder.set_trns(palette.iter().map(|c| c[3]).collect::<Vec<u8>>());
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

fn escaped(text: &str) -> String {
    // XML 1.0 has no other control characters, not even escaped
    let plain = text.chars().filter(|c| !c.is_control() && !('\u{FFFE}'..='\u{FFFF}').contains(c));
    plain.fold(String::new(), |mut text, c| {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            c => text.push(c),
        }
        text
    })
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().enumerate().fold(0_u32, |bits, (k, byte)| bits | u32::from(*byte) << (16 - 8 * k));
        for k in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * k)) as usize & 63];
            text.push(if k <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let words = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let coded = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        for (word, code) in words.iter().zip(coded) {
            assert_eq!(base64(word.as_bytes()), code);
        }
    }

    #[test]
    fn a_title_cannot_break_out() {
        assert_eq!(escaped("a<b>&\u{0}\u{1b}"), "a&lt;b&gt;&amp;");
    }
}
