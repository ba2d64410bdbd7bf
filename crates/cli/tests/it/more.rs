//! A job that is run again for further products.

use std::path::Path;

use serde_json::Value;

use crate::{eventscape, fixtures, said};

fn listed(job: &Path, number: u32) -> Vec<String> {
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(job.join(format!("{number}-Manifest.json"))).unwrap()).unwrap();
    let assets = manifest["assets"].as_object().unwrap();
    for (name, asset) in assets {
        assert_eq!(std::fs::metadata(job.join(name)).unwrap().len(), asset["file:size"].as_u64().unwrap(), "{name}");
    }
    assets.keys().cloned().collect()
}

#[test]
fn the_manifest_lists_what_earlier_runs_of_the_job_made() {
    let folder = tempfile::tempdir().unwrap();
    let (out, input) = (folder.path().to_str().unwrap(), fixtures().join("ostia/ostia_monthly.nc"));
    let run = |arguments: &[&str], products: &str| {
        let common = ["--quiet", "--input", input.to_str().unwrap(), "--variable=surface_temperature", "--out", out];
        let output = eventscape(&[arguments, &common, &["--products", products]].concat());
        assert!(output.status.success(), "{}", said(&output));
    };
    let phdef = ["phdef", "--operator=lessThan", "--value=297", "--end=2007-12-31"];
    let job = folder.path().join("1");
    run(&phdef, "toc,mask-output");
    let toc = std::fs::read(job.join("1-ForTraCC-TOC.json")).unwrap();
    run(&phdef, "tracks");
    assert_eq!(listed(&job, 1), ["1-ForTraCC-Mask-Output.nc4", "1-ForTraCC-TOC.json", "1-Tracks.nc"]);
    assert_eq!(std::fs::read(job.join("1-ForTraCC-TOC.json")).unwrap(), toc);
    // what has changed since is not listed but made anew when it is wanted
    std::fs::write(job.join("1-ForTraCC-TOC.json"), "{").unwrap();
    run(&phdef, "lineage");
    assert_eq!(listed(&job, 1), ["1-ForTraCC-Mask-Output.nc4", "1-Lineage.parquet", "1-Tracks.nc"]);
    run(&phdef, "toc");
    assert_eq!(std::fs::read(job.join("1-ForTraCC-TOC.json")).unwrap(), toc);

    let phdef = job.to_str().unwrap();
    let curate = ["curate", "--phdef", phdef];
    run(&curate, "statistics");
    run(&curate, "hierarchy");
    run(&curate, "plots");
    let names = listed(&folder.path().join("2"), 2);
    for name in ["2-Statistics.csv", "2-Curation-Hierarchy.json"] {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    assert!(names.iter().any(|name| name.ends_with(".png")), "{names:?}");
}
