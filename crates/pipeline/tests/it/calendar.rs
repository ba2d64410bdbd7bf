//! On a calendar of 360 days nothing is lost: 30 February is a day as any other.

use std::path::{Path, PathBuf};

use eventscape_core::time::Calendar;
use eventscape_pipeline::{
    Doors, JobTable, MaskFromJob, PlotKind, PlotRequest, draw_plot, run_curation, run_mask_from, run_phdef,
};
use eventscape_products::read::{InterpolatedReader, MaskFile};

use crate::job::{cold_job, curation, environment, granule, names, with, write_days};

const STAMPS: [&str; 3] = ["200002290000", "200002300000", "200003010000"];

/// A job with the events of three days, by the products that are named, and the values inside them.
fn run(folder: &Path, products: Option<&str>) -> PathBuf {
    let (input, out) = (folder.join("x.nc"), folder.join("out"));
    write_days(&input, "days since 2000-02-29", "360_day", &[0.0, 1.0, 2.0], &[]);
    let env = environment(Doors::default());
    let job = with(cold_job(&input, &out), |job| job.output.products = products.and_then(names));
    assert_eq!(run_phdef(&job, &env).unwrap().tracks, 1);
    let made = run_curation(&curation(&input, &out, &out.join("1")), &env).unwrap();
    assert_eq!((made[0].times, made[0].events, made[0].without_value), (3, 3, 0), "{:?}", made[0].notices);
    out
}

#[test]
fn both_layouts_of_masks_hold_the_thirtieth_of_february() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(folder.path(), None);
    for name in ["1-Masks.nc", "1-ForTraCC-Mask-Output.nc4"] {
        let masks = MaskFile::open(granule(&out.join("1").join(name)), Calendar::Standard).unwrap();
        assert_eq!(masks.stamps(), STAMPS, "{name}");
        assert_eq!(masks.times()[1].to_string(), "2000-02-30T00:00:00Z");
        assert_eq!(masks.events(1).unwrap()[0].cells.count(), 20);
        assert_eq!(masks.attribute("job_id").as_deref(), Some("1"));
    }
}

#[test]
fn values_and_pictures_are_there_of_the_thirtieth_of_february() {
    // once with our masks, once where there are TOS2CA's alone
    for products in [None, Some("mask-output")] {
        let folder = tempfile::tempdir().unwrap();
        let out = run(folder.path(), products);
        for name in ["2-Interpolated.nc", "2-Interpolated-Data.nc4", ""] {
            let path = out.join("2").join(name);
            if !name.is_empty() {
                let file = InterpolatedReader::open(granule(&path), Calendar::Standard).unwrap();
                assert_eq!(file.stamps(), STAMPS, "{name}");
                let event = file.event(STAMPS[1], 1, "x").unwrap();
                let first = event.cells.places(file.grid().nx() as u32).next();
                assert_eq!((event.cells.count(), first), (20, Some((3, 6))), "{name}");
                assert!((event.values[0] - 200.69).abs() < 1e-4 && event.units.as_deref() == Some("K"), "{event:?}");
                let mean = event.statistic("Mean").unwrap();
                assert!((201.0..202.0).contains(&mean), "{mean}");
            }
            let request = |kind, time: Option<&str>| PlotRequest {
                interpolated: path.display().to_string(),
                kind,
                time: time.map(str::to_owned),
                track: None,
                variable: None,
            };
            let single = draw_plot(&request(PlotKind::Single, Some("200002300000"))).unwrap();
            assert_eq!(single.name, "2_200002300000_1_.png");
            let strip = draw_plot(&request(PlotKind::Strip, None)).unwrap();
            // three pictures side by side
            assert!(strip.raster.width() > single.raster.width(), "the pictures are not side by side");
            draw_plot(&request(PlotKind::Series, None)).unwrap();
        }
    }
}

#[test]
fn the_grid_of_masks_of_any_calendar_can_be_copied() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(folder.path(), None);
    let env = environment(Doors::default());
    for (number, name) in ["1-Masks.nc", "1-ForTraCC-Mask-Output.nc4"].into_iter().enumerate() {
        let keys = serde_json::json!({
            "outlines": out.join("1/1-200002290000.json"),
            "grid_like": out.join("1").join(name),
            "time_property": "time",
            "products": "masks",
            "out": out,
            "job_id": 7 + number,
        });
        let job = MaskFromJob::read(keys.as_object().unwrap().clone(), &[]).unwrap();
        let report = run_mask_from(&job, &env).unwrap();
        assert_eq!((report.tracks, report.grid), (1, (11, 21)), "{name}");
    }
}
