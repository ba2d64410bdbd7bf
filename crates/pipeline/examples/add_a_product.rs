//! A product of your own: a list of the largest component of each time.
//!
//! Run it with a file, a variable and a threshold, for example
//! `cargo run -p eventscape-pipeline --example add_a_product -- fixtures/ostia/ostia_monthly.nc surface_temperature 302`.

use std::error::Error;
use std::io::Write;

use eventscape_io::sink::ProductFile;
use eventscape_pipeline::{Doors, Environment, Job, JobTable, Silent, run_phdef};
use eventscape_products::{Files, Product, ProductError, SceneView, SceneWriter, TracksContext};
use serde_json::json;

/// The kind: its name for `--products`, its file, and who writes it. `of_scenes` means that the writer is handed the scenes in
/// order, in the pass that the built-in tables share.
const LARGEST: Product = Product::of_scenes("largest", Files::One("Largest.csv"), "text/csv", begin)
    .titled("The largest component of each time (CSV)")
    .on_demand();

/// Begins a file. The context has the tracks, the grid and what is known of the job.
fn begin<'c>(job: &'c TracksContext<'c>, mut out: ProductFile) -> Result<Box<dyn SceneWriter + 'c>, ProductError> {
    writeln!(out, "# {}", job.info.title).map_err(failed)?;
    Ok(Box::new(Largest { out }))
}

struct Largest {
    out: ProductFile,
}

impl SceneWriter for Largest {
    fn scene(&mut self, scene: &SceneView<'_>) -> Result<(), ProductError> {
        let area = |found: &eventscape_products::TrackedComponent<'_>| found.component.description.area_km2;
        let largest = scene.tracked()?.into_iter().max_by(|a, b| area(a).total_cmp(&area(b)));
        let Some(found) = largest else { return Ok(()) };
        let line = format!("{},{},{:.0}\n", scene.components.time, found.track, area(&found));
        self.out.write_all(line.as_bytes()).map_err(failed)
    }

    fn finish(self: Box<Self>) -> Result<ProductFile, ProductError> {
        Ok(self.out)
    }
}

fn failed(source: std::io::Error) -> ProductError {
    ProductError::write("the list of the largest components", source)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next =
        |what: &str| arguments.next().ok_or_else(|| format!("give a file, a variable and a threshold: {what}"));
    let (input, variable, value) = (next("no file")?, next("no variable")?, next("no threshold")?);
    let out = tempfile::tempdir()?;
    let mut env = Environment::new(&Silent);
    // the one line that makes the product known
    env.doors = Doors::default().with_product(LARGEST);
    let keys = json!({
        "input": input,
        "variable": variable,
        "operator": "greaterThan",
        "value": value,
        "products": "largest",
        "out": out.path(),
    });
    let keys = keys.as_object().cloned().unwrap_or_default();
    let job = Job::read(keys, &env.doors.methods).map_err(|wrong| wrong.to_string())?;
    let report = run_phdef(&job, &env)?;
    for file in report.products.iter().filter(|file| file.product == LARGEST.name) {
        println!("{} ({}):", file.name, file.title);
        print!("{}", std::fs::read_to_string(out.path().join("1").join(&file.name))?);
    }
    Ok(())
}
