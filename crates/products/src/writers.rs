//! What the writers of products are given.

use std::sync::OnceLock;

use eventscape_core::{EventSource, Grid, Lineage, SceneComponents, Timestamp};
use eventscape_io::IoError;
use eventscape_io::sink::ProductFile;

use crate::curation::{CuratedTime, CurationInfo, InterpolatedTime};
use crate::map::{Map, Raster};
use crate::members::{TrackedComponent, members_of};
use crate::polygons::Outliner;
use crate::{JobInfo, ProductError};

/// What products of tracks are made of.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct TracksContext<'a> {
    /// What the products say of the job.
    pub info: &'a JobInfo,
    /// The grid of the scenes.
    pub grid: &'a Grid,
    /// The tracks and links.
    pub lineage: &'a Lineage,
    /// The components, scene by scene.
    pub events: &'a dyn EventSource,
    /// Makes the outlines of cells.
    pub outliner: &'a Outliner,
    /// The longest gap that a track bridges, seconds; `None`: any.
    pub max_gap_seconds: Option<f64>,
    /// Whether TOS2CA's layouts are written as the newest TOS2CA writes them.
    pub newest_tos2ca: bool,
}

impl<'a> TracksContext<'a> {
    /// The parts of a job; any gap is bridged, and TOS2CA's layouts are those of 2024.
    #[must_use]
    pub fn new(
        info: &'a JobInfo,
        grid: &'a Grid,
        lineage: &'a Lineage,
        events: &'a dyn EventSource,
        outliner: &'a Outliner,
    ) -> Self {
        Self { info, grid, lineage, events, outliner, max_gap_seconds: None, newest_tos2ca: false }
    }
}

/// A scene as the writers of products see it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct SceneView<'a> {
    /// Its index in the job, from 0.
    pub index: usize,
    /// Its time as file names have it, see [`crate::scene_stamps`].
    pub stamp: &'a str,
    /// Its components, with cells and values.
    pub components: &'a SceneComponents,
    /// The map of the scene, for products that need the fields; `None` for all others.
    pub picture: Option<&'a Picture>,
    lineage: &'a Lineage,
}

impl<'a> SceneView<'a> {
    /// A scene of a job.
    #[must_use]
    pub fn new(context: &TracksContext<'a>, index: usize, stamp: &'a str, components: &'a SceneComponents) -> Self {
        Self { index, stamp, components, picture: None, lineage: context.lineage }
    }

    /// The same with a map.
    #[must_use]
    pub fn with_picture(self, picture: &'a Picture) -> Self {
        Self { picture: Some(picture), ..self }
    }

    /// The components that belong to a track, by ascending track id.
    ///
    /// # Errors
    /// [`ProductError::Mismatch`] where scene and lineage do not fit.
    pub fn tracked(&self) -> Result<Vec<TrackedComponent<'a>>, ProductError> {
        members_of(self.lineage, self.index, self.components)
    }

    /// The map.
    ///
    /// # Errors
    /// [`ProductError::Mismatch`] where nobody drew one.
    pub fn picture(&self) -> Result<&'a Picture, ProductError> {
        self.picture.ok_or_else(|| ProductError::Mismatch(format!("scene {} has no map", self.index)))
    }
}

/// The map of a scene, which all its pictures share.
pub struct Picture {
    map: Map,
    raster: OnceLock<Raster>,
}

impl Picture {
    /// Takes a map that is drawn.
    #[must_use]
    pub fn new(map: Map) -> Self {
        Self { map, raster: OnceLock::new() }
    }

    /// The map.
    #[must_use]
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// Its pixels, which are painted once.
    #[must_use]
    pub fn raster(&self) -> &Raster {
        self.raster.get_or_init(|| self.map.raster())
    }
}

/// Writes a product of tracks, scene by scene.
pub trait SceneWriter {
    /// Takes the next scene.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses; what the product cannot hold.
    fn scene(&mut self, scene: &SceneView<'_>) -> Result<(), ProductError>;

    /// Ends the file and gives it back.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    fn finish(self: Box<Self>) -> Result<ProductFile, ProductError>;
}

/// What products of curation are made of.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct CurationContext<'a> {
    /// What the products say of the job.
    pub info: &'a CurationInfo,
    /// The grid of the masks.
    pub grid: &'a Grid,
    /// The times of the masks.
    pub times: &'a [Timestamp],
    /// A time of the other data, which tells their calendar.
    pub other_time: Timestamp,
    /// Cells of all events at all times.
    pub cells: usize,
    /// The tracks that have a chart, ascending.
    pub charted: &'a [u32],
    /// Begins a file of the job's folder.
    pub create: &'a dyn Fn(&str) -> Result<ProductFile, IoError>,
}

impl<'a> CurationContext<'a> {
    /// The parts of a job; no track has a chart.
    #[must_use]
    pub fn new(
        info: &'a CurationInfo,
        grid: &'a Grid,
        times: &'a [Timestamp],
        other_time: Timestamp,
        create: &'a dyn Fn(&str) -> Result<ProductFile, IoError>,
    ) -> Self {
        Self { info, grid, times, other_time, cells: 0, charted: &[], create }
    }
}

/// What curation found at a mask time.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CurationTime<'a> {
    /// What was gathered; of swaths, from each orbit.
    pub curated: &'a [CuratedTime],
    /// The values on the events' cells.
    pub interpolated: &'a InterpolatedTime,
    /// The mask time on the other data's calendar.
    pub other_time: Timestamp,
}

impl<'a> CurationTime<'a> {
    /// The parts of a mask time.
    #[must_use]
    pub fn new(curated: &'a [CuratedTime], interpolated: &'a InterpolatedTime, other_time: Timestamp) -> Self {
        Self { curated, interpolated, other_time }
    }
}

/// Writes a product of curation, mask time by mask time.
pub trait CurationWriter {
    /// Takes the next mask time.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses; what the product cannot hold.
    fn time(&mut self, time: &CurationTime<'_>) -> Result<(), ProductError>;

    /// Ends the files and gives them back.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    fn finish(self: Box<Self>) -> Result<Vec<ProductFile>, ProductError>;
}
