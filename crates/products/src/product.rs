//! The door for products: what a kind of file is called, what it needs, and who writes it.
//!
//! A kind is a [`Product`]; [`crate::PRODUCTS`] is the table of those that are built in. A program may hand in more: a
//! kind is a constant made with [`Product::of_scenes`], [`Product::of_tracks`] or [`Product::of_curation`].
//!
//! ```
//! use eventscape_products::{Files, Product, ProductError, ProductWriter, SceneView, SceneWriter, TracksContext};
//! # use eventscape_io::sink::ProductFile;
//! use std::io::Write;
//!
//! /// A line a scene: its time and how many components it has.
//! struct Counts(ProductFile);
//!
//! impl SceneWriter for Counts {
//!     fn scene(&mut self, scene: &SceneView<'_>) -> Result<(), ProductError> {
//!         let line = format!("{},{}\n", scene.stamp, scene.components.components.len());
//!         self.0.write_all(line.as_bytes()).map_err(|e| ProductError::write("the counts", e))
//!     }
//!
//!     fn finish(self: Box<Self>) -> Result<ProductFile, ProductError> {
//!         Ok(self.0)
//!     }
//! }
//!
//! fn begin<'c>(_: &'c TracksContext<'c>, out: ProductFile) -> Result<Box<dyn SceneWriter + 'c>, ProductError> {
//!     Ok(Box::new(Counts(out)))
//! }
//!
//! const COUNTS: Product =
//!     Product::of_scenes("counts", Files::One("Counts.csv"), "text/csv", begin).titled("Components of each time (CSV)");
//! assert_eq!(COUNTS.files.of_job(7, false).as_deref(), Some("7-Counts.csv"));
//! assert!(matches!(COUNTS.writer, ProductWriter::Scenes(_)));
//! ```

use eventscape_io::sink::ProductFile;

use crate::ProductError;
use crate::curation::StationaryFile;
use crate::writers::{CurationContext, CurationWriter, SceneWriter, TracksContext};

/// The media type of netCDF.
pub(crate) const NETCDF: &str = "application/x-netcdf";
/// The media type of Parquet.
pub(crate) const PARQUET: &str = "application/vnd.apache.parquet";
/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";
/// What TOS2CA's table of outputs calls a product that TOS2CA does not know.
const UNKNOWN_TO_TOS2CA: &str = "file";

/// A kind of file that a job hands out.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Product {
    /// Its name, as `--products` has it; unique among the products of its stage.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Its roles in STAC.
    pub roles: &'static [&'static str],
    /// Its word in TOS2CA's table of outputs; `file` for what TOS2CA does not know.
    pub tos2ca_type: &'static str,
    /// Its files.
    pub files: Files,
    /// What a job must have for it.
    pub needs: Needs,
    /// When a job makes it.
    pub choice: Choice,
    /// Who writes it.
    pub writer: ProductWriter,
}

/// The stage of jobs that makes a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProductStage {
    /// Finding and tracking (`phdef`, `mask-from`, `stitch`).
    Tracks,
    /// Data curation (`curate`).
    Curation,
}

/// The files of a product. Every name begins with the number of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Files {
    /// One: `<job>-<this>`.
    One(&'static str),
    /// One that TOS2CA renamed.
    Renamed {
        /// `<job>-<this>` in the TOS2CA of 2024.
        old: &'static str,
        /// `<job>-<this>` in the newest TOS2CA.
        new: &'static str,
    },
    /// One a scene: `<job>-<time>.<this>`.
    EachScene(&'static str),
    /// One for each track that has a chart, and each variable: `<job>-Series-<track>-<variable>.png`.
    EachSeries,
}

/// What a job must have for a product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needs {
    /// The fields, which are read again for it.
    pub fields: bool,
    /// Scenes in ascending order of time.
    pub ordered_times: bool,
    /// A grid of rows and columns.
    pub lattice: bool,
}

/// When a job makes a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choice {
    /// Where the job names no products, or names this one.
    Default,
    /// Where the job names it.
    OnDemand,
    /// Where the job sets this key of its own.
    Key(&'static str),
}

/// A product of tracks whose writer reads the scenes itself.
pub type WriteTracks = fn(&TracksContext<'_>, ProductFile) -> Result<ProductFile, ProductError>;
/// A product of tracks whose writer is handed the scenes.
pub type BeginScenes =
    for<'c> fn(&'c TracksContext<'c>, ProductFile) -> Result<Box<dyn SceneWriter + 'c>, ProductError>;
/// A product of curation.
pub type BeginCuration = for<'c> fn(&'c CurationContext<'c>) -> Result<Box<dyn CurationWriter + 'c>, ProductError>;
/// A product over the whole domain.
pub type BeginDomain = fn(&CurationContext<'_>, ProductFile) -> Result<StationaryFile<ProductFile>, ProductError>;

/// Who writes a product.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ProductWriter {
    /// Reads the scenes itself, as often and as many at once as its layout wants, or none.
    Tracks(WriteTracks),
    /// Is handed the scenes in the job's order, in one pass that all such products share. A product with a file a scene
    /// has a writer for each, which is handed that scene.
    Scenes(BeginScenes),
    /// Is handed what was gathered at one mask time after the other, in one pass that all products of curation share.
    Curation(BeginCuration),
    /// Is handed the values of all cells, chunk by chunk.
    Domain(BeginDomain),
}

impl Product {
    const fn new(name: &'static str, files: Files, media_type: &'static str, writer: ProductWriter) -> Self {
        Self {
            name,
            title: name,
            media_type,
            roles: &["data"],
            tos2ca_type: UNKNOWN_TO_TOS2CA,
            files,
            needs: Needs { fields: false, ordered_times: false, lattice: false },
            choice: Choice::Default,
            writer,
        }
    }

    /// A product of tracks whose writer reads the scenes itself.
    #[must_use]
    pub const fn of_tracks(name: &'static str, files: Files, media_type: &'static str, write: WriteTracks) -> Self {
        Self::new(name, files, media_type, ProductWriter::Tracks(write))
    }

    /// A product of tracks whose writer is handed the scenes in order.
    #[must_use]
    pub const fn of_scenes(name: &'static str, files: Files, media_type: &'static str, begin: BeginScenes) -> Self {
        Self::new(name, files, media_type, ProductWriter::Scenes(begin))
    }

    /// A product of curation.
    #[must_use]
    pub const fn of_curation(name: &'static str, files: Files, media_type: &'static str, begin: BeginCuration) -> Self {
        Self::new(name, files, media_type, ProductWriter::Curation(begin))
    }

    /// A product of curation over the whole domain.
    pub(crate) const fn of_domain(
        name: &'static str,
        files: Files,
        media_type: &'static str,
        begin: BeginDomain,
    ) -> Self {
        Self::new(name, files, media_type, ProductWriter::Domain(begin))
    }

    /// The same with a title for people (by default its name).
    #[must_use]
    pub const fn titled(self, title: &'static str) -> Self {
        Self { title, ..self }
    }

    /// The same with other roles in STAC (by default `data`).
    #[must_use]
    pub const fn with_roles(self, roles: &'static [&'static str]) -> Self {
        Self { roles, ..self }
    }

    /// The same with a word of TOS2CA's table of outputs.
    #[must_use]
    pub const fn known_to_tos2ca_as(self, tos2ca_type: &'static str) -> Self {
        Self { tos2ca_type, ..self }
    }

    /// The same for jobs whose fields can be read again.
    #[must_use]
    pub const fn needing_fields(self) -> Self {
        Self { needs: Needs { fields: true, ..self.needs }, ..self }
    }

    /// The same for jobs whose scenes are in order of time.
    #[must_use]
    pub const fn needing_ordered_times(self) -> Self {
        Self { needs: Needs { ordered_times: true, ..self.needs }, ..self }
    }

    /// The same for jobs on grids of rows and columns.
    #[must_use]
    pub const fn needing_lattice(self) -> Self {
        Self { needs: Needs { lattice: true, ..self.needs }, ..self }
    }

    /// The same, made only where a job names it.
    #[must_use]
    pub const fn on_demand(self) -> Self {
        Self { choice: Choice::OnDemand, ..self }
    }

    /// The same, made only where a job sets a key.
    #[must_use]
    pub const fn asked_for_by(self, key: &'static str) -> Self {
        Self { choice: Choice::Key(key), ..self }
    }

    /// The stage that makes it.
    #[must_use]
    pub const fn stage(&self) -> ProductStage {
        match self.writer {
            ProductWriter::Tracks(_) | ProductWriter::Scenes(_) => ProductStage::Tracks,
            ProductWriter::Curation(_) | ProductWriter::Domain(_) => ProductStage::Curation,
        }
    }

    /// Whether `--products` can name it.
    #[must_use]
    pub const fn can_be_named(&self) -> bool {
        !matches!(self.choice, Choice::Key(_))
    }
}

impl Files {
    /// The name where there is one file a job; `newest_tos2ca` takes the newest of TOS2CA's names.
    #[must_use]
    pub fn of_job(self, job_id: u64, newest_tos2ca: bool) -> Option<String> {
        match self {
            Self::One(rest) => Some(format!("{job_id}-{rest}")),
            Self::Renamed { old, new } => Some(format!("{job_id}-{}", if newest_tos2ca { new } else { old })),
            Self::EachScene(_) | Self::EachSeries => None,
        }
    }

    /// The name of a scene's file where there is one a scene; `stamp` as in [`crate::scene_stamps`].
    #[must_use]
    pub fn of_scene(self, job_id: u64, stamp: &str) -> Option<String> {
        match self {
            Self::EachScene(extension) => Some(format!("{job_id}-{stamp}.{extension}")),
            Self::One(_) | Self::Renamed { .. } | Self::EachSeries => None,
        }
    }

    /// The name of a chart where there is one a track and variable.
    #[must_use]
    pub fn of_series(self, job_id: u64, track: u32, variable: &str) -> Option<String> {
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' };
        match self {
            Self::EachSeries => {
                Some(format!("{job_id}-Series-{track}-{}.png", variable.chars().map(safe).collect::<String>()))
            }
            Self::One(_) | Self::Renamed { .. } | Self::EachScene(_) => None,
        }
    }

    /// Whether a name without the number of the job is one of these.
    pub(crate) fn has_name(self, rest: &str) -> bool {
        // before the year 0 a stamp begins with a minus
        let is_stamp = |stem: &str| !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        match self {
            Self::One(name) => rest == name,
            Self::Renamed { old, new } => rest == old || rest == new,
            Self::EachScene(ending) => rest.rsplit_once('.').is_some_and(|(stem, end)| end == ending && is_stamp(stem)),
            Self::EachSeries => rest.starts_with("Series-") && rest.ends_with(".png"),
        }
    }

    /// All names that a file of this job may have, where there is one a job.
    #[must_use]
    pub fn all_of_job(self, job_id: u64) -> Vec<String> {
        let mut names: Vec<String> = [false, true].into_iter().filter_map(|new| self.of_job(job_id, new)).collect();
        names.dedup();
        names
    }
}
