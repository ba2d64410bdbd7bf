//! Polygons of components: outlines along the edges of cells.
//!
//! The area of a polygon (in square degrees) is the area of its cells, holes are holes, and neighbours share their
//! corners to the bit: the corners of the grid are rounded once (to 1e-7°, about a centimetre; to 1e-12° where cells are
//! smaller than 1e-4°) and every outline takes them from there. Shells go counter-clockwise, holes clockwise. Longitudes
//! are within -180..=180, and what lies across that cut is a polygon on either side of it.

mod columns;
mod cut;
mod graph;
mod mesh;
mod shape;
mod trace;
pub(crate) mod wkb;

pub use mesh::Outliner;
pub(crate) use mesh::every_corner;
pub use shape::{Outline, Point, Polygon, Ring};
pub(crate) use trace::{Corner, steps, trace};
