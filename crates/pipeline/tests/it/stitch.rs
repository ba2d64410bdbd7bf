//! The chunks of a job, joined.

use eventscape_pipeline::{Doors, StitchRequest, run_phdef, run_stitch};

use crate::job::{cold_job, environment, names, with, write_days};

#[test]
fn stitching_makes_what_the_job_asks_for_unless_it_is_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("x.nc"), folder.path().join("out"));
    write_days(&input, "days since 2020-01-01", "standard", &[0.0, 1.0, 2.0, 3.0], &[]);
    let env = environment(Doors::default());
    let job = with(cold_job(&input, &out), |job| {
        job.output.products = names("table,maps");
        job.output.title = Some("Cold boxes".to_owned());
        job.running.chunks = Some(2);
    });
    for chunk in 1..=2 {
        run_phdef(&with(job.clone(), |job| job.running.chunk = Some(chunk)), &env).unwrap();
    }
    let stitch = |out: &str, products| {
        let request = StitchRequest {
            chunks: vec![folder.path().join("out/1/chunks/*").display().to_string()],
            out: folder.path().join(out).display().to_string(),
            products,
            ..StitchRequest::default()
        };
        let report = run_stitch(&request, &env).unwrap();
        let files: Vec<String> = report.products.into_iter().map(|file| file.product).collect();
        (report.title, files)
    };
    let own = stitch("joined", None);
    assert_eq!(own, ("Cold boxes".to_owned(), vec!["table".to_owned(), "manifest".to_owned()]));
    let other = stitch("other", names("toc"));
    assert_eq!(other, ("Cold boxes".to_owned(), vec!["toc".to_owned(), "manifest".to_owned()]));
    // a chunk of other wishes
    run_phdef(
        &with(job, |job| {
            job.running.chunk = Some(2);
            job.output.products = names("lineage");
        }),
        &env,
    )
    .unwrap();
    let request = StitchRequest {
        chunks: vec![folder.path().join("out/1/chunks/*").display().to_string()],
        out: folder.path().join("third").display().to_string(),
        ..StitchRequest::default()
    };
    let error = run_stitch(&request, &env).unwrap_err().to_string();
    assert!(error.contains("different products") && error.contains("--products"), "{error}");
}
