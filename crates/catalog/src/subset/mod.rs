//! What a job asks for, opened: grid, times, granules, and the scene of each time.
//!
//! The way of the data: [`SubsetRequest`] → candidates by name ([`source`]) → times and grid of each granule ([`scan`])
//! → one time axis ([`axis`]) and one window of the grid ([`window`]) → [`Subset::read`].

mod axis;
mod document;
mod grid_of;
mod missing;
mod notice;
pub(crate) mod open;
pub(crate) mod parallel;
mod plan;
pub(crate) mod pool;
mod request;
mod scan;
pub(crate) mod source;
pub(crate) mod stat;
mod units;
pub(crate) mod variable;
mod window;
mod windows;

pub use grid_of::grid_of;
pub(crate) use notice::some_of;
pub use notice::{Notice, NoticeCode, Severity};
pub use plan::SubsetPlan;
pub use request::{Context, Source, SubsetRequest, TimeOrder};
pub use variable::{ValueType, VariableMeta};
pub use windows::{SceneParts, WindowsPlan};

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use eventscape_core::time::Calendar;
use eventscape_core::{Grid, Scene, Timestamp, Values};
use eventscape_io::cache::SceneKey;

use crate::cf::LevelChoice;
use crate::{CatalogError, Entry, Result};
use axis::Step;
use document::SubsetMetadata;
use pool::{OpenGranule, Pool};
use scan::Opener;
use source::Candidate;
use stat::Stat;
use window::Part;

/// Scenes of a long subset are planned by this many examples.
const PLANNED_SCENES: usize = 64;

/// A granule of a subset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GranuleInfo {
    /// Where it is, without secrets.
    pub location: String,
    /// A text that changes when its bytes do.
    pub version: String,
    /// Its length in bytes, where it is known.
    pub size: Option<u64>,
    /// The job's times that are read from it.
    pub times: Vec<Timestamp>,
}

/// Where the scenes of a subset came from so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadCounts {
    /// Scenes from the cache.
    pub from_cache: usize,
    /// Scenes from their granules.
    pub from_source: usize,
    /// Granules that were opened to read scenes.
    pub granules_opened: usize,
    /// Granules that were opened to learn what they hold; 0 where the cache knew.
    pub granules_scanned: usize,
}

/// The granules of a request that fall in its span, cut to its domain. Any number of threads may read scenes at once.
pub struct Subset {
    context: Context,
    entry: Option<Entry>,
    level: Option<LevelChoice>,
    candidates: Vec<Candidate>,
    stats: Vec<Stat>,
    metadata: SubsetMetadata,
    times: Vec<Timestamp>,
    notices: Vec<Notice>,
    granules: Vec<GranuleInfo>,
    nominal_step: Option<f64>,
    scanned: usize,
    pool: Pool,
    from_cache: AtomicUsize,
    from_source: AtomicUsize,
}

impl std::fmt::Debug for Subset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subset")
            .field("collection", &self.entry.as_ref().map(|e| &e.id))
            .field("variables", &self.metadata.names)
            .field("scenes", &self.times.len())
            .field("granules", &self.granules.len())
            .finish_non_exhaustive()
    }
}

impl Subset {
    /// Finds the granules of a request and learns what they hold; reads no field.
    ///
    /// # Errors
    /// [`CatalogError::Empty`] where nothing is left; [`CatalogError::Granule`], [`CatalogError::Mismatch`] and
    /// [`CatalogError::Io`] name the granule that cannot be used; [`CatalogError::Variable`] and [`CatalogError::Level`]
    /// tell what there is to choose from.
    pub fn open(request: &SubsetRequest, context: &Context) -> Result<Self> {
        open::open(request, context)
    }

    /// The grid of the scenes: the granules' own, cut to the domain.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.metadata.grid
    }

    /// The times of the scenes, each once; ascending unless they were asked for as listed.
    #[must_use]
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// First and last instant, microseconds on the calendar, of the cell that a scene's values are means or sums over; `None` where
    /// they are those of its time.
    #[must_use]
    pub fn time_cell(&self, index: usize) -> Option<(i64, i64)> {
        self.metadata.steps.get(index)?.cell
    }

    /// Number of scenes; at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Never: a subset without scenes cannot be opened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The variables, in the order asked for; fields of the scenes are in the same order.
    #[must_use]
    pub fn variables(&self) -> &[VariableMeta] {
        &self.metadata.variables
    }

    /// The granules from which scenes are read, by name.
    #[must_use]
    pub fn granules(&self) -> &[GranuleInfo] {
        &self.granules
    }

    /// What the job should be told of its input.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The collection, if one was named.
    #[must_use]
    pub fn collection(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    /// Seconds from one scene to the next where none is missing; `None` for a single scene of no collection.
    #[must_use]
    pub fn nominal_step_seconds(&self) -> Option<f64> {
        self.nominal_step
    }

    /// The calendar of the times.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        self.metadata.calendar
    }

    /// Where scenes came from so far.
    #[must_use]
    pub fn counts(&self) -> ReadCounts {
        ReadCounts {
            from_cache: self.from_cache.load(Relaxed),
            from_source: self.from_source.load(Relaxed),
            granules_opened: self.pool.opened(),
            granules_scanned: self.scanned,
        }
    }

    /// The key of a scene in the cache: granule and version, variables, level, window and step, but nothing of what is
    /// done with it, nor of the span that was asked for. `None` past the end.
    #[must_use]
    pub fn scene_key(&self, index: usize) -> Option<SceneKey> {
        let step = self.metadata.steps.get(index)?;
        let granule = step.granule as usize;
        let (candidate, stat) = (self.candidates.get(granule)?, self.stats.get(granule)?);
        let paths: Vec<String> =
            self.metadata.variables.iter().map(|v| format!("{}:{:?}", v.path, v.value_type)).collect();
        let window = &self.metadata.part.window;
        Some(SceneKey::of(&[
            ("catalog", &document::VERSION.to_string()),
            ("granule", &candidate.location.to_string()),
            ("version", &stat.version),
            ("variables", &paths.join("\n")),
            ("level", &self.level.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("packing", &variable::packing_text(self.entry.as_ref())),
            ("rows", &format!("{:?}", window.rows)),
            ("columns", &format!("{:?}", window.columns)),
            ("step", &step.step.to_string()),
        ]))
    }

    /// Reads the scene of an index: from the cache if it is there, otherwise from its granule and into the cache.
    ///
    /// # Errors
    /// A granule or a cache that cannot be read, by its name; an index past the end.
    pub fn read(&self, index: usize) -> Result<Scene> {
        let Some((step, key)) = self.metadata.steps.get(index).zip(self.scene_key(index)) else {
            return Err(CatalogError::Request(format!("there is no scene {index} among {}", self.len())));
        };
        if let Some(cache) = &self.context.cache
            && let Some(mut scene) = cache.get(&key)?
            && scene.fields.len() == self.metadata.variables.len()
            && scene.check(self.grid()).is_ok()
        {
            scene.time = step.time;
            self.from_cache.fetch_add(1, Relaxed);
            return Ok(scene);
        }
        let scene = self.read_part(step, &self.metadata.part)?;
        scene.check(self.grid()).map_err(CatalogError::core(format!("scene {index}")))?;
        if let Some(cache) = &self.context.cache {
            cache.put(&key, &scene, self.grid().nx())?;
        }
        self.from_source.fetch_add(1, Relaxed);
        Ok(scene)
    }

    /// Reads some rows of the scene of an index, for passes over time by blocks of rows: from the cache if the scene is
    /// there; without a cache only these rows are read from the granule; otherwise the scene is read and kept.
    ///
    /// # Errors
    /// As [`Subset::read`]; rows past the end.
    pub fn read_rows(&self, index: usize, rows: Range<usize>) -> Result<Scene> {
        let Some((step, key)) = self.metadata.steps.get(index).zip(self.scene_key(index)) else {
            return Err(CatalogError::Request(format!("there is no scene {index} among {}", self.len())));
        };
        let (ny, nx) = (self.grid().ny(), self.grid().nx());
        if rows.start >= rows.end || rows.end > ny {
            return Err(CatalogError::Request(format!("there are no rows {rows:?} among {ny}")));
        }
        let Some(cache) = &self.context.cache else {
            let mut part = self.metadata.part.clone();
            let first = part.window.rows.start;
            part.window.rows = first + rows.start..first + rows.end;
            let scene = self.read_part(step, &part)?;
            self.from_source.fetch_add(1, Relaxed);
            return Ok(scene);
        };
        let kept = cache.get_rows(&key, rows.clone())?;
        let fits = |scene: &Scene| {
            scene.fields.len() == self.metadata.variables.len()
                && scene.fields.iter().all(|f| f.len() == rows.len() * nx)
        };
        if let Some(mut scene) = kept.filter(fits) {
            scene.time = step.time;
            self.from_cache.fetch_add(1, Relaxed);
            return Ok(scene);
        }
        let whole = self.read(index)?;
        let cells = rows.start * nx..rows.end * nx;
        let cut = |field: Values| match field {
            Values::F32(v) => Values::F32(v.get(cells.clone()).unwrap_or_default().to_vec()),
            Values::F64(v) => Values::F64(v.get(cells.clone()).unwrap_or_default().to_vec()),
        };
        Ok(Scene { time: whole.time, fields: whole.fields.into_iter().map(cut).collect() })
    }

    fn read_part(&self, step: &Step, part: &Part) -> Result<Scene> {
        let granule = self.granule(step.granule)?;
        let fields = granule
            .variables
            .iter()
            .zip(&self.metadata.variables)
            .map(|(variable, meta)| part.read(&granule.granule, variable, step.step, meta.value_type))
            .collect::<Result<Vec<Values>>>()?;
        Ok(Scene { time: step.time, fields })
    }

    /// What reading all scenes would fetch. Of more than 64 scenes some are looked at, evenly spread, and the totals are
    /// estimates. What the cache holds counts as if it were read.
    ///
    /// # Errors
    /// A granule that cannot be read, by its name.
    pub fn plan(&self) -> Result<SubsetPlan> {
        let scenes = self.len();
        let looked_at: Vec<usize> = if scenes <= PLANNED_SCENES {
            (0..scenes).collect()
        } else {
            (0..PLANNED_SCENES).map(|i| i * scenes / PLANNED_SCENES).collect()
        };
        let workers = open::workers(&self.context, &self.candidates);
        let plans = parallel::map(looked_at.len(), workers, |i| {
            let Some(step) = looked_at.get(i).and_then(|at| self.metadata.steps.get(*at)) else {
                return Ok(Vec::new());
            };
            let granule = self.granule(step.granule)?;
            let mut plans = Vec::new();
            for variable in &granule.variables {
                plans.extend(self.metadata.part.plan(&granule.granule, variable, step.step..step.step + 1)?);
            }
            Ok(plans)
        })?;
        let scaled = |sum: u64| (sum as f64 * scenes as f64 / looked_at.len().max(1) as f64).round() as u64;
        let total =
            |part: &dyn Fn(&eventscape_formats::ReadPlan) -> u64| scaled(plans.iter().flatten().map(part).sum());
        let cell_bytes: u64 = self.variables().iter().map(|v| v.value_type.bytes()).sum();
        Ok(SubsetPlan {
            granules: self.granules.len(),
            scenes,
            chunks: total(&|p| p.chunks as u64),
            stored_bytes: total(&|p| p.stored_bytes),
            decoded_bytes: total(&|p| p.decoded_bytes),
            requests: total(&|p| p.requests as u64),
            scene_bytes: cell_bytes * self.grid().len() as u64,
            is_estimate: looked_at.len() < scenes,
        })
    }

    fn granule(&self, index: u32) -> Result<std::sync::Arc<OpenGranule>> {
        let index = index as usize;
        self.pool.get(index, || {
            let opener = Opener {
                context: &self.context,
                entry: self.entry.as_ref(),
                names: &self.metadata.names,
                level: self.level.as_ref(),
            };
            match self.candidates.get(index) {
                Some(candidate) => opener.open(candidate),
                None => Err(CatalogError::Request(format!("there is no granule {index}"))),
            }
        })
    }
}
