//! A format that the table does not have, handed in.

use eventscape_formats::FORMATS;
use eventscape_io::stores::{StoreOptions, Stores};
use eventscape_pipeline::{Doors, Environment, Job, JobTable, Silent, run_phdef};
use eventscape_testkit::text_grid::TEXT_GRID;

/// Two hours of a cold pair of cells that moves by a column, on 3 × 5 cells.
const SAMPLE: &str = "text grid
Tb K
time seconds since 2020-01-01: 0 3600
lat: 0 1 2
lon: 10 11 12 13 14
290 290 290 290 290
290 210 211 290 290
290 290 290 290 290
290 290 290 290 290
290 290 210 211 290
290 290 290 290 290
";

#[test]
fn a_format_of_an_embedding_program_runs_through_a_whole_job() {
    let folder = tempfile::tempdir().unwrap();
    // a folder of folders is searched for the endings of the formats
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("2020/01")).unwrap();
    std::fs::write(data.join("2020/01/tb.grid"), SAMPLE).unwrap();
    std::fs::write(data.join("2020/01/readme.txt"), "no format claims this").unwrap();
    let formats = FORMATS.iter().copied().chain([&TEXT_GRID]).collect::<Vec<_>>().leak();
    let mut options = StoreOptions::default();
    options.formats = formats;
    let keys = serde_json::json!({
        "input": data,
        "variable": "Tb",
        "operator": "lessThan",
        "value": 235,
        "min_size": 1,
        "no_plots": true,
        "out": folder.path().join("out"),
    });
    let job = Job::read(keys.as_object().unwrap().clone(), &Doors::default().methods).unwrap();
    let mut env = Environment::new(&Silent);
    env.stores = Stores::new(options);
    let report = run_phdef(&job, &env).unwrap();
    assert_eq!((report.scenes, report.tracks, report.components), (2, 1, 2));
}
