//! A dry run: what a job would read and need.

use eventscape_catalog::Subset;
use serde::Serialize;

use crate::doors::Doors;
use crate::error::Result;
use crate::job::Job;
use crate::recipe::{Recipe, Request};
use crate::run::{Environment, on_threads_of, tell};
use crate::stages::open;

/// What a job would read and need.
#[derive(Clone, Debug, Serialize)]
pub struct Validation {
    /// The job's title.
    pub title: String,
    /// The condition in words.
    pub condition: String,
    /// Variable and units.
    pub variable: String,
    /// Its units.
    pub units: Option<String>,
    /// Granules that would be read.
    pub granules: usize,
    /// Scenes.
    pub scenes: usize,
    /// First and last time.
    pub times: (String, String),
    /// The calendar.
    pub calendar: &'static str,
    /// Seconds between scenes, where it is known.
    pub step_seconds: Option<f64>,
    /// Rows and columns.
    pub grid: (usize, usize),
    /// West, south, east, north of the cells' edges.
    pub bounds: [f64; 4],
    /// Whether the grid goes round the globe.
    pub periodic: bool,
    /// Chunks that would be decoded.
    pub chunks: u64,
    /// Bytes that would be fetched.
    pub stored_bytes: u64,
    /// Bytes after decoding.
    pub decoded_bytes: u64,
    /// Whether the byte counts are extrapolated from some of the scenes.
    pub is_estimate: bool,
    /// Bytes of one scene.
    pub scene_bytes: u64,
    /// Scenes that would be in memory at once.
    pub scenes_in_flight: usize,
    /// Memory for them, bytes.
    pub memory_bytes: u64,
    /// Share of missing cells in a sample of the scenes.
    pub missing_share: f64,
    /// What the user should know.
    pub notices: Vec<String>,
}

/// Looks at a job alone: whether what it says makes sense before any of its data is looked at. `doors` has the kinds that it
/// may name.
///
/// # Errors
/// What is wrong with it, by its key.
pub fn check_job(job: &Job, doors: &Doors) -> Result<()> {
    let request = Request::of(job, doors)?;
    request.reading.subset.check_times()?;
    request.search.condition_without_units()?;
    Ok(())
}

/// Looks at everything that a job needs, and reads a few scenes for their missing cells. Writes nothing.
///
/// # Errors
/// What would stop the job.
pub fn validate(job: &Job, env: &Environment<'_>) -> Result<Validation> {
    let request = Request::of(job, &env.doors)?;
    let limits = request.limits;
    on_threads_of(&limits, || run(request, env))
}

fn run(request: Request, env: &Environment<'_>) -> Result<Validation> {
    let subset = open(&request.reading, &request.limits, false, env)?;
    let (mut recipe, phenomenon) = Recipe::of(request, &subset)?;
    let left_out = recipe.leave_out_impossible()?;
    tell(left_out.map(|text| ("warning", text)), recipe.output.strict, env)?;
    // what only tracking would find wrong
    phenomenon.method.finder(&recipe.data.grid)?;
    phenomenon.method.tracker(&recipe.data.grid)?;
    let info = recipe.info(None, Vec::new());
    let plan = subset.plan()?;
    let (_, window) = recipe.limits.readers(plan.scene_bytes, recipe.data.is_remote())?;
    let (b, grid) = (info.bounds, &recipe.data.grid);
    Ok(Validation {
        title: info.title.clone(),
        condition: info.condition_text.clone(),
        variable: info.variable.name.clone(),
        units: info.variable.units.clone(),
        granules: plan.granules,
        scenes: plan.scenes,
        times: (info.start.to_string(), info.end.to_string()),
        calendar: subset.calendar().name(),
        step_seconds: subset.nominal_step_seconds(),
        grid: (grid.ny(), grid.nx()),
        bounds: [b.west, b.south, b.east, b.north],
        periodic: grid.is_periodic(),
        chunks: plan.chunks,
        stored_bytes: plan.stored_bytes,
        decoded_bytes: plan.decoded_bytes,
        is_estimate: plan.is_estimate,
        scene_bytes: plan.scene_bytes,
        scenes_in_flight: window,
        memory_bytes: 2 * plan.scene_bytes * window as u64,
        missing_share: missing_share(&subset)?,
        notices: recipe.data.notices().map(|(_, text)| text).collect(),
    })
}

/// The share of cells without a value in the first, middle and last scene.
fn missing_share(subset: &Subset) -> Result<f64> {
    let mut sample = vec![0, subset.len() / 2, subset.len().saturating_sub(1)];
    sample.dedup();
    let (mut missing, mut all) = (0usize, 0usize);
    for index in sample {
        let scene = subset.read(index)?;
        if let Some(field) = scene.fields.first() {
            missing += (0..field.len()).filter(|k| field.get(*k).is_none_or(f64::is_nan)).count();
            all += field.len();
        }
    }
    Ok(missing as f64 / all.max(1) as f64)
}
