//! Where stages meet: what curation makes of the masks of a job.

use eventscape_core::time::Calendar;
use eventscape_pipeline::{Doors, run_curation, run_phdef};
use eventscape_products::read::{InterpolatedReader, MaskFile};
use serde_json::Value;

use crate::job::{cold_job, curation, environment, granule, names, with, write_days};

#[test]
fn our_masks_and_those_of_tos2ca_give_the_same_values() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("x.nc"), folder.path().join("out"));
    write_days(&input, "days since 2020-01-01", "standard", &[0.0, 1.0, 2.0], &[]);
    let env = environment(Doors::default());
    run_phdef(&cold_job(&input, &out), &env).unwrap();
    let masks = |name: &str| MaskFile::open(granule(&out.join("1").join(name)), Calendar::Standard).unwrap();
    let (ours, theirs) = (masks("1-Masks.nc"), masks("1-ForTraCC-Mask-Output.nc4"));
    assert_eq!(ours.times(), theirs.times());
    for index in 0..3 {
        assert_eq!(ours.events(index).unwrap(), theirs.events(index).unwrap());
    }
    let made = run_curation(&curation(&input, &out, &out.join("1")), &env).unwrap();
    // ours come first where both are there
    let told = granule(&out.join("2/2-Interpolated.nc"));
    let masks = told.attributes("").unwrap().get("masks").unwrap().text().unwrap().to_owned();
    assert_eq!((masks.as_str(), made[0].cells), ("1/1-Masks.nc", 60));
    for name in ["1-Masks.nc", "1-ForTraCC-Mask-Output.nc4"] {
        let mut job = curation(&input, &out, &out.join("1").join(name));
        job.output.job_id = Some(3);
        job.output.overwrite = true;
        assert_eq!(run_curation(&job, &env).unwrap()[0].cells, 60);
        let values = |file: &str| {
            let file = InterpolatedReader::open(granule(&out.join(file)), Calendar::Standard).unwrap();
            let stamps: Vec<String> = file.stamps().into_iter().map(str::to_owned).collect();
            stamps.into_iter().map(|stamp| file.event(&stamp, 1, "x").unwrap()).collect::<Vec<_>>()
        };
        let (flat, layout) = (values("3/3-Interpolated.nc"), values("3/3-Interpolated-Data.nc4"));
        for (a, b) in flat.iter().zip(&layout) {
            assert_eq!((a.time, &a.cells, &a.values, &a.units), (b.time, &b.cells, &b.values, &b.units), "{name}");
        }
    }
}

#[test]
fn a_mask_time_without_events_is_there_and_empty() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("x.nc"), folder.path().join("out"));
    write_days(&input, "days since 2020-01-01", "standard", &[0.0, 1.0, 2.0], &[1]);
    let env = environment(Doors::default());
    run_phdef(&cold_job(&input, &out), &env).unwrap();
    let made = run_curation(&curation(&input, &out, &out.join("1")), &env).unwrap();
    assert_eq!((made[0].times, made[0].events), (2, 2));
    let groups = |name: &str| -> Vec<String> {
        let file = granule(&out.join("2").join(name));
        let mut groups: Vec<String> = file.groups().map(str::to_owned).collect();
        groups.sort();
        groups
    };
    let curated = groups("2-Curated-Data.nc4");
    assert!(curated.iter().any(|group| group == "20200102000000-1"), "{curated:?}");
    assert!(!curated.iter().any(|group| group.starts_with("20200102000000-1/")), "{curated:?}");
    let interpolated = groups("2-Interpolated-Data.nc4");
    assert!(interpolated.iter().any(|group| group == "202001020000"), "{interpolated:?}");
    assert!(!interpolated.iter().any(|group| group.starts_with("202001020000/")), "{interpolated:?}");
    let text = std::fs::read(out.join("2/2-Curation-Hierarchy.json")).unwrap();
    let hierarchy: Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(hierarchy["20200102000000-1"], serde_json::json!({}));
    assert!(hierarchy["20200101000000-1"].as_object().is_some_and(|events| events.len() == 1), "{hierarchy}");
    let file = granule(&out.join("2/2-Curated-Data.nc4"));
    let attributes = file.attributes("").unwrap();
    assert_eq!(attributes.get("SpatialCoverage").and_then(|a| a.text()), Some("not stated"));
}

#[test]
fn the_newest_names_of_tos2ca_are_read_as_the_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("x.nc"), folder.path().join("out"));
    write_days(&input, "days since 2020-01-01", "standard", &[0.0, 1.0], &[]);
    let env = environment(Doors::default());
    let new = Some(eventscape_pipeline::Tos2caNames::New);
    let job = with(cold_job(&input, &out), |job| {
        job.running.tos2ca_names = new;
        job.output.products = names("mask-output");
    });
    run_phdef(&job, &env).unwrap();
    let masks = granule(&out.join("1/1-Masks-Output.nc4"));
    assert_eq!(masks.attributes("").unwrap().get("algorithm").and_then(|a| a.text()), Some("ForTraCC"));
    assert_eq!(run_curation(&curation(&input, &out, &out.join("1")), &env).unwrap()[0].events, 2);
}
