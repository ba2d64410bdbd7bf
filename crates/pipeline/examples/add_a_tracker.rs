//! Adds a tracker of your own and runs a job with it.
//!
//! `cargo run -p eventscape-pipeline --example add_a_tracker`
//!
//! A tracker is one type that implements [`MethodKind`]: its name, the keys that it has of its own, and a plan for one job. The plan
//! gives a finder, which finds the components of a scene, and a tracker, which links them. Here the finder is the one that
//! other trackers use, and the tracker follows nothing: each component is a track of its own, as in a census.

use eventscape_core::track::{
    ConditionSearch, Finder, LineageBuilder, Method, MethodContext, MethodError, MethodKind, PlannedMethod, Tracker,
};
use eventscape_core::{Arrival, CoreError, Grid, Lineage, SceneComponents};
use eventscape_pipeline::{Doors, Environment, Job, JobTable, Silent, find_phenomena};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The method.
struct Census;

/// The keys of its own. A job file may hold them once the method is handed in; their documentation is that of the schema.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct CensusKeys {
    /// Census: components of more cells than this are not counted (default: all are).
    largest: Option<u32>,
}

impl MethodKind for Census {
    const NAME: &'static str = "census";
    const TITLE: &'static str = "Census";
    const ABOUT: &'static str = "Every component of every scene is a track of its own.";

    type Keys = CensusKeys;

    fn plan(keys: CensusKeys, context: &MethodContext<'_>) -> Result<Box<dyn PlannedMethod>, MethodError> {
        if keys.largest == Some(0) {
            return Err(MethodError::key("largest", "0 cells are no component; give 1 or more, or leave it out"));
        }
        let largest = keys.largest.unwrap_or(u32::MAX);
        Ok(Box::new(Planned { search: ConditionSearch::new(context), largest }))
    }
}

/// The method with the options of one job.
#[derive(Debug)]
struct Planned {
    search: ConditionSearch,
    largest: u32,
}

impl PlannedMethod for Planned {
    /// What the products say of the options.
    fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = self.search.options();
        options.push(("largest", self.largest.to_string()));
        options
    }

    fn finder<'a>(&self, grid: &'a Grid) -> Result<Box<dyn Finder + 'a>, CoreError> {
        self.search.finder(grid)
    }

    fn tracker(&self, _: &Grid) -> Result<Box<dyn Tracker>, CoreError> {
        Ok(Box::new(Counting { largest: self.largest, lineage: LineageBuilder::default() }))
    }
}

/// The tracker while it runs: it is handed one scene after the other.
struct Counting {
    largest: u32,
    lineage: LineageBuilder,
}

impl Tracker for Counting {
    fn push(&mut self, scene: &SceneComponents) -> Result<(), CoreError> {
        self.lineage.begin_scene(scene)?;
        for (number, component) in (0u32..).zip(&scene.components) {
            if component.cells <= self.largest {
                self.lineage.start_track(number, Arrival::Initiation)?;
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Lineage {
        self.lineage.finish()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The one line that makes the method known. The command line and the service know those of `METHODS`.
    let mut env = Environment::new(&Silent);
    env.doors = Doors::default().with_method(Method::of::<Census>());

    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/ostia/ostia_monthly.nc");
    let keys = json!({
        "input": sample,
        "variable": "surface_temperature",
        "operator": "greaterThan",
        "value": "29.5 degC",
        "min_size": 20,
        "tracker": "census",
        "largest": 500,
    });
    let keys = keys.as_object().cloned().unwrap_or_default();
    let job = Job::read(keys, &env.doors.methods).map_err(|wrong| wrong.to_string())?;

    let found = find_phenomena(&job, &env)?;
    println!("{}: {} regions in {} scenes", found.info.title, found.lineage.tracks.len(), found.events.scenes());
    Ok(())
}
