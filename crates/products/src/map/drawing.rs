//! A picture as a list of what is painted, in order. It becomes pixels (`raster`) or SVG (`svg`).

/// Red, green, blue, opacity.
pub(super) type Colour = [u8; 4];

/// A step of a path, in pixels from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Move(f32, f32),
    Line(f32, f32),
    /// Control point and end of a quadratic curve.
    Curve(f32, f32, f32, f32),
    Close,
}

/// Lines and areas.
pub(super) type Path = Vec<Step>;

/// One thing that is painted.
pub(super) enum Item {
    /// An area, by the even-odd rule.
    Fill { path: Path, colour: Colour },
    /// A line; `dash`: lengths on and off.
    Stroke { path: Path, colour: Colour, width: f32, dash: Option<[f32; 2]> },
    /// An image of whole pixels, each the number of a colour.
    Image { x: u32, y: u32, width: u32, pixels: Vec<u8>, palette: Vec<Colour> },
}

/// The list, and the size of the picture.
pub(super) struct Drawing {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) title: String,
    pub(super) items: Vec<Item>,
}

impl Drawing {
    pub(super) fn fill(&mut self, path: Path, colour: Colour) {
        if !path.is_empty() {
            self.items.push(Item::Fill { path, colour });
        }
    }

    pub(super) fn stroke(&mut self, path: Path, colour: Colour, width: f32) {
        if !path.is_empty() {
            self.items.push(Item::Stroke { path, colour, width, dash: None });
        }
    }

    pub(super) fn dashed(&mut self, path: Path, colour: Colour, width: f32, dash: [f32; 2]) {
        if !path.is_empty() {
            self.items.push(Item::Stroke { path, colour, width, dash: Some(dash) });
        }
    }

    /// A line with a wider one below it, so that it shows on any ground.
    pub(super) fn cased(&mut self, path: Path, colour: Colour, width: f32, casing: Colour, casing_width: f32) {
        self.stroke(path.clone(), casing, casing_width);
        self.stroke(path, colour, width);
    }
}

/// A rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Frame {
    pub(super) fn right(self) -> f32 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> f32 {
        self.y + self.height
    }

    pub(super) fn path(self) -> Path {
        vec![
            Step::Move(self.x, self.y),
            Step::Line(self.right(), self.y),
            Step::Line(self.right(), self.bottom()),
            Step::Line(self.x, self.bottom()),
            Step::Close,
        ]
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// A circle of four curves.
pub(super) fn disc(x: f32, y: f32, r: f32) -> Path {
    let mut path = vec![Step::Move(x + r, y)];
    // eight quadratic curves are within 0.1 % of a circle
    for k in 0..8_u8 {
        let (from, to) = (f32::from(k), f32::from(k) + 1.0);
        let angle = |turns: f32| turns * std::f32::consts::FRAC_PI_4;
        let reach = r / (std::f32::consts::PI / 8.0).cos();
        let middle = angle((from + to) / 2.0);
        path.push(Step::Curve(
            x + reach * middle.cos(),
            y + reach * middle.sin(),
            x + r * angle(to).cos(),
            y + r * angle(to).sin(),
        ));
    }
    path.push(Step::Close);
    path
}
