//! Text as outlines of one font, so that a map looks the same everywhere and its labels can be measured.

use ttf_parser::{Face, OutlineBuilder};

use super::drawing::{Path, Step};

const FONT: &[u8] = include_bytes!("../../assets/DejaVuSans.ttf");

/// Which point of a text its position is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The font.
pub(super) struct Font {
    face: Option<Face<'static>>,
}

impl Font {
    pub(super) fn new() -> Self {
        // the font is part of the program; were it damaged, maps would have no text
        Self { face: Face::parse(FONT, 0).ok() }
    }

    /// Width of a text of some size (height of an em), pixels.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let Some(face) = &self.face else { return 0.0 };
        let advance = |c| face.glyph_hor_advance(face.glyph_index(c).unwrap_or_default()).unwrap_or(0);
        text.chars().map(|c| f32::from(advance(c))).sum::<f32>() * size / f32::from(face.units_per_em())
    }

    /// The outlines of a text whose base line goes through `y`.
    pub(super) fn path(&self, text: &str, size: f32, x: f32, y: f32, anchor: Anchor) -> Path {
        let Some(face) = &self.face else { return Path::new() };
        let scale = size / f32::from(face.units_per_em());
        let start = match anchor {
            Anchor::Start => x,
            Anchor::Middle => x - self.width(text, size) / 2.0,
            Anchor::End => x - self.width(text, size),
        };
        let mut pen = Pen { path: Path::new(), x: start, y, scale };
        for c in text.chars() {
            let glyph = face.glyph_index(c).unwrap_or_default();
            face.outline_glyph(glyph, &mut pen);
            pen.x += f32::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * scale;
        }
        pen.path
    }

    /// A text that fits a width: smaller, down to `least`, then shortened; gives text and size.
    pub(super) fn fit(&self, text: &str, size: f32, least: f32, width: f32) -> (String, f32) {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let natural = self.width(&clean, size);
        if natural <= width {
            return (clean, size);
        }
        let smaller = (size * width / natural).max(least).min(size);
        let mut short = clean;
        if self.width(&short, smaller) > width {
            while !short.is_empty() && self.width(&short, smaller) + self.width("…", smaller) > width {
                short.pop();
            }
            short.push('…');
        }
        (short, smaller)
    }
}

struct Pen {
    path: Path,
    x: f32,
    y: f32,
    scale: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.push(Step::Move(x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.push(Step::Line(x, y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.push(Step::Curve(x1, y1, x, y));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        // a TrueType font has none; the nearest quadratic curve
        self.quad_to((x1 + x2) / 2.0, (y1 + y2) / 2.0, x, y);
    }

    fn close(&mut self) {
        self.path.push(Step::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_is_there_and_knows_degrees_and_accents() {
        let font = Font::new();
        assert!(font.face.as_ref().is_some_and(|face| "°é–µ²⁻¹Ω<≥".chars().all(|c| face.glyph_index(c).is_some())));
    }

    #[test]
    fn a_long_text_is_made_to_fit() {
        let font = Font::new();
        let (short, size) = font.fit(&"brightness ".repeat(40), 20.0, 12.0, 300.0);
        assert!(short.ends_with('…') && size == 12.0 && font.width(&short, size) <= 300.0);
        assert_eq!(font.fit("Tb", 20.0, 12.0, 300.0), ("Tb".to_owned(), 20.0));
    }
}
