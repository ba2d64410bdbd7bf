//! Products that are not built in.

use std::fs::read_to_string;

use eventscape_pipeline::{Doors, Job, PipelineError, run_phdef};
use eventscape_products::listed_files;
use eventscape_testkit::COMPONENTS_CSV;

use crate::job::{environment, job, names, with};

fn doors() -> Doors {
    Doors::default().with_product(COMPONENTS_CSV)
}

#[test]
fn a_product_that_is_handed_in_is_made_listed_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let env = environment(doors());
    let asked = with(job(folder.path()), |job| job.output.products = names("table,components-csv"));
    let report = run_phdef(&asked, &env).unwrap();
    let made: Vec<(&str, &str)> = report.products.iter().map(|f| (f.product.as_str(), f.name.as_str())).collect();
    let known =
        [("table", "1-Tracks.parquet"), ("components-csv", "1-Components.csv"), ("manifest", "1-Manifest.json")];
    assert_eq!(made, known);
    let rows = read_to_string(folder.path().join("1/1-Components.csv")).unwrap();
    assert_eq!(rows.lines().count(), 1 + report.components);
    assert!(rows.starts_with("time,track_id,cells,area_km2\n2006-"), "{rows}");

    let manifest = std::fs::read(folder.path().join("1/1-Manifest.json")).unwrap();
    let listed = listed_files(&manifest).unwrap();
    let ours = listed.iter().find(|file| file.product == "components-csv").unwrap();
    assert_eq!((ours.title.as_str(), ours.media_type.as_str()), ("Components of tracks (CSV)", "text/csv"));
    assert_eq!(ours.roles, ["data", "tracks"]);

    // the same job with another product lists what is there already, and makes it no second time
    let before = std::fs::metadata(folder.path().join("1/1-Components.csv")).unwrap().modified().unwrap();
    let more = run_phdef(&with(job(folder.path()), |job| job.output.products = names("lineage")), &env).unwrap();
    assert!(more.products.iter().any(|file| file == ours), "{more:?}");
    assert_eq!(std::fs::metadata(folder.path().join("1/1-Components.csv")).unwrap().modified().unwrap(), before);
    assert!(run_phdef(&asked, &env).unwrap().already_complete);
}

#[test]
fn a_product_that_nobody_handed_in_is_an_error_that_lists_those_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let asked = with(job(folder.path()), |job| job.output.products = names("components-csv"));
    let error = run_phdef(&asked, &environment(Doors::default())).unwrap_err();
    let PipelineError::Job { subject, reason } = &error else { panic!("{error:?}") };
    assert!(subject == "products" && reason.contains("`components-csv`") && reason.contains("mask-output"), "{error}");
    let error =
        run_phdef(&with(asked, |job| job.output.products = names("nothing")), &environment(doors())).unwrap_err();
    assert!(error.to_string().ends_with("animation, components-csv"), "{error}");
}

#[test]
fn files_in_tos2cas_layouts_have_the_names_that_the_job_asks_for() {
    use eventscape_pipeline::Tos2caNames;
    let folder = tempfile::tempdir().unwrap();
    let env = environment(Doors::default());
    let old = with(job(folder.path()), |job| job.output.products = names("mask-output,toc,hierarchy"));
    let new = with(old.clone(), |job| {
        job.running.tos2ca_names = Some(Tos2caNames::New);
        job.output.job_id = Some(2);
    });
    let made = |job: &Job| -> Vec<String> {
        run_phdef(job, &env).unwrap().products.into_iter().map(|file| file.name).collect()
    };
    let known = |names: [&str; 3], job: u32| -> Vec<String> {
        names.iter().copied().chain(["Manifest.json"]).map(|name| format!("{job}-{name}")).collect()
    };
    let names = ["ForTraCC-Mask-Output.nc4", "ForTraCC-TOC.json", "ForTraCC-Mask-Output-Hierarchy.json"];
    assert_eq!(made(&old), known(names, 1));
    let names = ["Masks-Output.nc4", "Masks-TOC.json", "Masks-Output-Hierarchy.json"];
    assert_eq!(made(&new), known(names, 2));
}
