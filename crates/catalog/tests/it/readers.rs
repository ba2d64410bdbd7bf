//! The reference's readers on the same granules: equal, except where its reader is at fault.

use std::sync::Arc;

use eventscape_catalog::Subset;
use eventscape_formats::{Granule, Hyperslab, OpenOptions};
use eventscape_io::stores::LocalFile;
use serde_json::Value;

use crate::support::{Ask, axes, collection, field, fixture, numbers};

struct Golden {
    expected: Value,
    images: Vec<Vec<f64>>,
}

fn golden(case: &str) -> Golden {
    let folder = fixture("golden/readers").join(case);
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
    let file = LocalFile::open(&folder.join("expected.nc")).unwrap();
    let granule = Granule::open(Arc::new(file), &OpenOptions::default()).unwrap();
    let image = granule.variable("image").unwrap();
    let shape = image.shape();
    let packing = eventscape_formats::Packing::from_attributes(image).unwrap().packing;
    let mut values = eventscape_core::Values::F64(Vec::new());
    granule.read_values("image", &Hyperslab::all(&shape), &packing, &mut values).unwrap();
    let cells = (shape[1] * shape[2]) as usize;
    Golden { expected, images: numbers(&values).chunks(cells).map(<[f64]>::to_vec).collect() }
}

/// Opens the golden case's subset; the span is that of the case unless another is given.
fn ours(golden: &Golden, bbox: [f64; 4], span: Option<(&str, &str)>) -> Subset {
    let text = |key: &str| golden.expected[key].as_str().unwrap();
    let (start, end) = span.unwrap_or((&text("startDate")[..10], &text("endDate")[..10]));
    let [w, s, e, n] = bbox;
    let request = collection(text("dataset"), &format!("granules/{}", text("fixture")));
    request.variable(text("variable")).span(start, end).bbox(w, s, e, n).open()
}

fn stamps(subset: &Subset) -> Vec<String> {
    subset.times().iter().map(|t| t.stamp()).collect()
}

#[track_caller]
fn assert_same(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (at, (a, b)) in found.iter().zip(wanted).enumerate() {
        assert!((a.is_nan() && b.is_nan()) || a == b, "cell {at}: {a} is not {b}");
    }
}

/// The corners of our grid as the reference lists them: number, first, last.
fn corners(values: &[f64]) -> Vec<f64> {
    vec![values.len() as f64, values[0], values[values.len() - 1]]
}

fn listed(golden: &Golden, key: &str) -> Vec<f64> {
    golden.expected[key].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

#[track_caller]
fn assert_equal_to_reference(case: &str, bbox: [f64; 4]) {
    let golden = golden(case);
    let subset = ours(&golden, bbox, None);
    let times: Vec<&str> =
        golden.expected["timestamps"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
    assert_eq!(stamps(&subset), times);
    let (lat, lon) = axes(&subset);
    assert_eq!(corners(&lat), listed(&golden, "lat"));
    assert_eq!(corners(&lon), listed(&golden, "lon"));
    for (index, image) in golden.images.iter().enumerate() {
        assert_same(&field(&subset, index), image);
    }
}

#[test]
fn mergir_is_read_as_by_the_reference() {
    assert_equal_to_reference("r01_mergir", [-59.8, 9.7, -58.4, 10.8]);
}

#[test]
fn imerg_is_read_as_by_the_reference() {
    assert_equal_to_reference("r02_imerg", [-60.0, 8.5, -58.0, 10.5]);
}

#[test]
fn a_monthly_collection_is_read_as_by_the_reference() {
    assert_equal_to_reference("r04_merra_int_monthly", [-63.0, 6.0, -57.0, 11.0]);
}

#[test]
fn mur_is_read_as_by_the_reference() {
    assert_equal_to_reference("r09_mur", [-59.95, 10.02, -59.6, 10.3]);
}

#[test]
fn ecco_days_outside_the_span_do_not_enter() {
    let golden = golden("r08_ecco");
    let subset = ours(&golden, [-63.0, 6.0, -57.0, 11.0], None);
    // fault: the reference also reads the day before
    assert_eq!(golden.images.len(), 2);
    assert_eq!(stamps(&subset), ["201712310600"]);
    assert_same(&field(&subset, 0), &golden.images[1]);
    let both = ours(&golden, [-63.0, 6.0, -57.0, 11.0], Some(("2017-12-30", "2017-12-31")));
    assert_same(&field(&both, 0), &golden.images[0]);
}

#[test]
fn sea_surface_height_west_of_greenwich_is_that_of_its_place() {
    let golden = golden("r10_ssh_2205");
    let subset = ours(&golden, [-2.0, -3.0, 2.0, 3.0], None);
    let (lat, lon) = axes(&subset);
    assert_eq!(corners(&lat), listed(&golden, "lat"));
    // from 358 east over Greenwich to 2 east, in the file's convention
    assert!(lon[0] > 358.0 && lon[lon.len() - 1] < 2.0, "{lon:?}");
    // fault: the reference relabels 178..182 east
    let far = ours(&golden, [178.0, -3.0, 182.0, 3.0], None);
    let elsewhere = field(&far, 0);
    let reference = &golden.images[0];
    let columns = reference.len() / lat.len();
    assert_eq!(columns, far.grid().nx());
    assert_same(&elsewhere, reference);
    // ours is the field itself, joined over Greenwich: east and west part read on their own
    let (west, east) = (ours(&golden, [-2.0, -3.0, 0.0, 3.0], None), ours(&golden, [0.0, -3.0, 2.0, 3.0], None));
    let (a, b, whole) = (field(&west, 0), field(&east, 0), field(&subset, 0));
    let (na, nb) = (west.grid().nx(), east.grid().nx());
    for row in 0..lat.len() {
        let line = &whole[row * (na + nb)..(row + 1) * (na + nb)];
        assert_same(&line[..na], &a[row * na..(row + 1) * na]);
        assert_same(&line[na..], &b[row * nb..(row + 1) * nb]);
    }
    assert!(whole.iter().zip(reference).any(|(x, y)| x != y), "the reference's field is another");
}

#[test]
fn salinity_of_version_1_comes_from_version_1() {
    let golden = golden("r12_oisss");
    // fault: for version 1 the reference opens the files of version 2
    let request = collection("OISSS_L4_multimission_7day_v1", "granules").variable("sss");
    let subset = request.span("2011-08-26", "2011-08-30").bbox(-63.0, 6.0, -57.0, 11.0).open();
    assert!(subset.granules()[0].location.ends_with("7d_v1.0_2011-08-28.nc"));
    assert_eq!(stamps(&subset), ["201108280000"]);
    assert_eq!(golden.expected["fixture"], "OISSS_L4_multimission_7day_v2");
    assert_same(&field(&subset, 0), &golden.images[0]);
}

#[test]
fn three_dimensional_carbon_monoxide_gives_scenes_of_two_dimensions() {
    let expected: Value = serde_json::from_str(
        &std::fs::read_to_string(fixture("golden/readers/r06_merra_chm_3d/expected.json")).unwrap(),
    )
    .unwrap();
    // fault: the reference makes images of (level, latitude, longitude)
    assert_eq!(expected["image_shapes"][0].as_array().unwrap().len(), 3);
    let request = collection("M2I3NVCHM_5.12.4", "granules/M2I3NVCHM_5.12.4").variable("CO");
    let subset = request.span("2020-01-04", "2020-01-04").bbox(-63.0, 6.0, -57.0, 11.0).level("72").open();
    assert_eq!(subset.len(), expected["timestamps"].as_array().unwrap().len());
    assert_eq!((subset.grid().ny(), subset.grid().nx()), (11, 9));
    assert_eq!(subset.read(0).unwrap().fields[0].len(), 99);
}

#[test]
fn a_collection_that_the_reference_cannot_read_for_phdef_is_read() {
    let expected: Value = serde_json::from_str(
        &std::fs::read_to_string(fixture("golden/readers/r07_merra_slv_no_day/expected.json")).unwrap(),
    )
    .unwrap();
    assert!(expected["error"].as_str().unwrap().contains("KeyError"));
    let request =
        collection("M2T1NXSLV_5.12.4", "granules/M2T1NXSLV_5.12.4").variable("T10M").span("2020-01-04", "2020-01-04");
    assert_eq!(request.open().len(), 24);
}
