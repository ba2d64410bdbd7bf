//! From a drawing to pixels.

use std::io::{self, Write};

use tiny_skia::{Color, FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Stroke, StrokeDash, Transform};

use super::drawing::{Colour, Drawing, Item, Path, Step};
use crate::ProductError;

/// A picture as pixels: rows from the top, three bytes (red, green, blue) a pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raster {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(crate) rgb: Vec<u8>,
}

impl Raster {
    /// Width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Writes it as PNG.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn write_png<W: Write>(&self, out: W) -> Result<(), ProductError> {
        let failed = |e: png::EncodingError| ProductError::Write {
            product: "a map".to_owned(),
            source: match e {
                png::EncodingError::IoError(e) => e,
                other => io::Error::other(other),
            },
        };
        let mut encoder = png::Encoder::new(out, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().map_err(failed)?;
        writer.write_image_data(&self.rgb).map_err(failed)?;
        writer.finish().map_err(failed)
    }

    /// Pictures in rows of so many, each in a field of the size of the largest, on white.
    #[must_use]
    pub fn tiled(pictures: &[Self], across: usize) -> Self {
        let across = across.clamp(1, pictures.len().max(1));
        let wide = pictures.iter().map(|p| p.width).max().unwrap_or(1) as usize;
        let high = pictures.iter().map(|p| p.height).max().unwrap_or(1) as usize;
        let (width, height) = (wide * across, high * pictures.len().div_ceil(across).max(1));
        let mut rgb = vec![255; width * height * 3];
        for (k, picture) in pictures.iter().enumerate() {
            let (x, y) = (k % across * wide, k / across * high);
            let line = 3 * picture.width as usize;
            for (row, pixels) in picture.rgb.chunks_exact(line.max(1)).enumerate() {
                let at = 3 * ((y + row) * width + x);
                if let Some(place) = rgb.get_mut(at..at + line) {
                    place.copy_from_slice(pixels);
                }
            }
        }
        Self { width: width as u32, height: height as u32, rgb }
    }

    /// The picture at `1 / factor` of its size, each pixel the mean of those that it covers.
    #[must_use]
    pub fn reduced(&self, factor: u32) -> Self {
        let factor = factor.max(1);
        let (width, height) = ((self.width / factor).max(1), (self.height / factor).max(1));
        let mut rgb = Vec::with_capacity((width * height * 3) as usize);
        for y in 0..height {
            for x in 0..width {
                let mut sum = [0_u32; 3];
                let mut count = 0;
                for row in y * factor..((y + 1) * factor).min(self.height) {
                    for col in x * factor..((x + 1) * factor).min(self.width) {
                        let at = (row * self.width + col) as usize * 3;
                        for (total, part) in sum.iter_mut().zip(&self.rgb[at..at + 3]) {
                            *total += u32::from(*part);
                        }
                        count += 1;
                    }
                }
                rgb.extend(sum.map(|total| (total / count) as u8));
            }
        }
        Self { width, height, rgb }
    }
}

/// Paints a drawing on white.
pub(super) fn paint(drawing: &Drawing) -> Raster {
    let Some(mut pixmap) = Pixmap::new(drawing.width, drawing.height) else {
        return Raster { width: 0, height: 0, rgb: Vec::new() };
    };
    pixmap.fill(Color::WHITE);
    for item in &drawing.items {
        match item {
            Item::Fill { path, colour } => {
                if let Some(path) = built(path) {
                    pixmap.fill_path(&path, &ink(*colour), FillRule::EvenOdd, Transform::identity(), None);
                }
            }
            Item::Stroke { path, colour, width, dash } => {
                if let Some(path) = built(path) {
                    let stroke = Stroke {
                        width: *width,
                        line_cap: LineCap::Round,
                        line_join: LineJoin::Round,
                        dash: dash.and_then(|dash| StrokeDash::new(dash.to_vec(), 0.0)),
                        ..Stroke::default()
                    };
                    pixmap.stroke_path(&path, &ink(*colour), &stroke, Transform::identity(), None);
                }
            }
            Item::Image { x, y, width, pixels, palette } => {
                let across = drawing.width;
                let data = pixmap.pixels_mut();
                for (row, line) in pixels.chunks(*width as usize).enumerate() {
                    let start = ((y + row as u32) * across + x) as usize;
                    let Some(target) = data.get_mut(start..start + line.len()) else { break };
                    for (pixel, number) in target.iter_mut().zip(line) {
                        if let Some([r, g, b, 255]) = palette.get(*number as usize) {
                            *pixel = tiny_skia::ColorU8::from_rgba(*r, *g, *b, 255).premultiply();
                        }
                    }
                }
            }
        }
    }
    let rgb = pixmap.data().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    Raster { width: drawing.width, height: drawing.height, rgb }
}

fn ink(colour: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    let [r, g, b, a] = colour;
    paint.set_color_rgba8(r, g, b, a);
    paint.anti_alias = true;
    paint
}

fn built(path: &Path) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::with_capacity(path.len(), path.len());
    for step in path {
        match *step {
            Step::Move(x, y) => builder.move_to(x, y),
            Step::Line(x, y) => builder.line_to(x, y),
            Step::Curve(x1, y1, x, y) => builder.quad_to(x1, y1, x, y),
            Step::Close => builder.close(),
        }
    }
    builder.finish()
}
