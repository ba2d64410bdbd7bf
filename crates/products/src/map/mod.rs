//! Maps of scenes: the field, coasts, and the events with their numbers and paths; as PNG, as SVG, and as an animation.
//!
//! A [`Mapper`] is made once a job and draws scene by scene; it is shared between threads. The map is a plate carrée of
//! the grid's own extent (across ±180° where the grid goes there), with north up. Cells without a value are left open, so
//! that land and sea show through.

mod animation;
mod axes;
mod clip;
mod coast;
mod colours;
mod drawing;
mod events;
mod field;
mod legend;
mod paths;
mod raster;
mod series;
mod svg;
mod text;
mod view;

use std::io::Write;

use eventscape_core::{Grid, SceneComponents, Values};

pub use animation::Animation;
pub use colours::ValueRange;
pub use paths::{TrackPath, TrackPaths};
pub use raster::Raster;
pub use series::{Series, SeriesPoint};

use self::colours::Scale;
use self::drawing::{Drawing, Item, Path};
use self::field::Lookup;
use self::legend::Foot;
use self::text::Font;
use self::view::{Cells, Layout, View};
use crate::{JobInfo, ProductError};

const SEA: [u8; 4] = [233, 236, 239, 255];
const LAND: [u8; 4] = [216, 212, 203, 255];

/// How maps look.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MapOptions {
    /// Lowest and highest value of the colours, the same for all maps of a job (see [`ValueRange`]); by default each map
    /// has its own.
    pub range: Option<(f64, f64)>,
    /// A diverging scale with this value in its middle, for variables that are differences.
    pub diverging_about: Option<f64>,
}

/// What one map shows.
#[derive(Clone, Copy)]
pub struct MapScene<'a> {
    /// The field, `grid.len()` values; without it the map has outlines alone.
    pub values: Option<&'a Values>,
    /// The components.
    pub components: &'a SceneComponents,
    /// The track of each component, 0 for none (that is not drawn).
    pub track_ids: &'a [u32],
    /// The paths to draw.
    pub paths: &'a [TrackPath],
}

/// Draws the maps of one job.
pub struct Mapper<'a> {
    job: &'a JobInfo,
    grid: &'a Grid,
    options: MapOptions,
    cells: Cells,
    view: View,
    layout: Layout,
    lookup: Lookup,
    font: Font,
    land: Path,
    coast: Path,
}

impl<'a> Mapper<'a> {
    /// Lays out the maps of a job.
    #[must_use]
    pub fn new(job: &'a JobInfo, grid: &'a Grid, options: MapOptions) -> Self {
        let (cells, extent) = Cells::of(grid);
        let layout = Layout::of(extent);
        let view = View { extent, frame: layout.map };
        let lookup = Lookup::new(&cells, &view);
        let (land, coast) = coast::land_and_coast(&view);
        Self { job, grid, options, cells, view, layout, lookup, font: Font::new(), land, coast }
    }

    /// The map of a scene.
    ///
    /// # Errors
    /// [`ProductError::Mismatch`] where the field is not of the grid or the ids are not of the components.
    pub fn map(&self, scene: &MapScene<'_>) -> Result<Map, ProductError> {
        let ids = scene.track_ids;
        if ids.len() != scene.components.components.len() {
            return Err(ProductError::Mismatch(format!(
                "the scene of {} has {} components and {} track ids",
                scene.components.time,
                scene.components.components.len(),
                ids.len()
            )));
        }
        if self.grid.mesh().is_some() {
            return Err(ProductError::needs_lattice(self.grid, "a map"));
        }
        if let Some(values) = scene.values.filter(|values| values.len() != self.grid.len()) {
            return Err(ProductError::Mismatch(format!(
                "the field of {} has {} values, the grid {} cells",
                scene.components.time,
                values.len(),
                self.grid.len()
            )));
        }
        let (font, layout, frame) = (&self.font, &self.layout, self.layout.map);
        let time = scene.components.time;
        let title = format!("{}, {}", self.job.title, legend::moment(time));
        let mut drawing = Drawing { width: layout.width, height: layout.height, title, items: Vec::new() };
        drawing.fill(frame.path(), SEA);
        drawing.fill(self.land.clone(), LAND);
        let mut missing = false;
        let own = scene.values.and_then(|values| {
            let mut range = ValueRange::default();
            range.add(values);
            range.get()
        });
        let scale = own.map(|own| Scale::new(self.options.range.unwrap_or(own), self.options.diverging_about));
        if let (Some(values), Some(scale)) = (scene.values, &scale) {
            let (pixels, holes) = self.lookup.image(self.grid, values, scale, frame);
            missing = holes;
            drawing.items.push(Item::Image {
                x: frame.x as u32,
                y: frame.y as u32,
                width: frame.width as u32,
                pixels,
                palette: scale.palette.clone(),
            });
        }
        drawing.cased(self.coast.clone(), [30, 30, 30, 255], 0.8, [255, 255, 255, 130], 2.0);
        axes::draw(&mut drawing, font, &self.view);
        events::outlines(&mut drawing, &self.cells, &self.view, scene.components, ids);
        events::paths(&mut drawing, &self.view, scene.paths);
        events::numbers(&mut drawing, font, &self.view, scene.components, ids);
        let count = ids.iter().filter(|id| **id > 0).count();
        legend::title(&mut drawing, font, self.job, layout, time, count);
        if let (Some(scale), Some(own)) = (&scale, own) {
            let beyond =
                (own.0 < scale.low || self.options.range.is_none(), own.1 > scale.high || self.options.range.is_none());
            legend::colour_bar(&mut drawing, font, self.job, layout, scale, beyond);
        }
        let foot = Foot {
            events: count > 0,
            paths: scene.paths.iter().any(|path| path.points.len() > 1),
            missing,
            no_value: scene.values.is_some() && scale.is_none(),
        };
        legend::foot(&mut drawing, font, self.job, layout, &foot);
        Ok(Map { drawing })
    }
}

/// A finished map.
pub struct Map {
    drawing: Drawing,
}

impl Map {
    /// The map as pixels; for PNG ([`Raster::write_png`]) and the [`Animation`].
    #[must_use]
    pub fn raster(&self) -> Raster {
        raster::paint(&self.drawing)
    }

    /// Writes the map as SVG.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn write_svg<W: Write>(&self, out: W) -> Result<(), ProductError> {
        svg::write(out, &self.drawing)
    }
}
