//! What a file of outlines tells.

use crate::sphere::{PolygonRings, check_rings};
use crate::{CoreError, Timestamp};

/// A phenomenon that is given: it becomes one track.
#[derive(Clone, Debug, PartialEq)]
pub struct Phenomenon {
    /// Its number or code where it comes from.
    pub id: String,
    /// Its name, for people.
    pub name: Option<String>,
    /// Where it is when.
    pub outlines: Vec<Outline>,
}

/// Where a phenomenon is at a time, or for some time.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// When it is there.
    pub when: When,
    /// Where it is.
    pub shape: Shape,
}

/// The times of an outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// An instant, which becomes a scene.
    At(Timestamp),
    /// From the step of a regular series of scenes that `first` falls into to that of `last`.
    During {
        /// The beginning.
        first: Timestamp,
        /// The end, not before the beginning.
        last: Timestamp,
    },
}

/// An area on the Earth.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape(pub(super) Kind);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Polygons(Vec<PolygonRings>),
    Quadrants(Quadrants),
}

/// Four quarters of discs around one centre, each with a radius of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quadrants {
    pub(super) lat: f64,
    pub(super) lon: f64,
    /// Of the north-eastern, south-eastern, south-western and north-western quarter.
    pub(super) radii_km: [f64; 4],
}

impl Shape {
    /// Polygons, each by the even-odd rule over its rings, together the area of any of them.
    ///
    /// # Errors
    /// [`CoreError::Domain`] where a ring is not closed, has fewer than four points, or leaves the Earth.
    pub fn polygons(polygons: Vec<PolygonRings>) -> Result<Self, CoreError> {
        check_rings(&polygons)?;
        Ok(Self(Kind::Polygons(polygons)))
    }

    /// All points whose great-circle distance from a centre is at most the radius of the quarter that their bearing from
    /// the centre falls into: north-east (0°…90°, clockwise from north), south-east, south-west, north-west.
    ///
    /// # Errors
    /// [`CoreError::Domain`] for a centre that is not on the Earth, or radii that are no numbers or all zero.
    pub fn quadrants(lat: f64, lon: f64, radii_km: [f64; 4]) -> Result<Self, CoreError> {
        /// Half of the way round the Earth.
        const FARTHEST_KM: f64 = 20_037.0;
        if !(lat.abs() <= 90.0 && lon.abs() <= 720.0) {
            return Err(CoreError::Domain(format!("latitude {lat}, longitude {lon} is no place on the Earth")));
        }
        let sensible = radii_km.iter().all(|r| (0.0..=FARTHEST_KM).contains(r));
        if !sensible || radii_km.iter().all(|r| *r == 0.0) {
            return Err(CoreError::Domain(format!("{radii_km:?} km are no radii of an area on the Earth")));
        }
        Ok(Self(Kind::Quadrants(Quadrants { lat, lon, radii_km })))
    }
}
