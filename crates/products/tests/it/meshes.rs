//! A grid that is a graph, all the way: found, described, tracked, in a table, in a CF file.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use eventscape_core::detect::{DetectOptions, Detector, Scratch};
use eventscape_core::sphere::{distance_km, unit_vector};
use eventscape_core::track::{AuxGeoir, AuxGeoirOptions, Fortracc, FortraccOptions, OverlapRule};
use eventscape_core::{Comparison, Condition, Connectivity, Grid, Lineage, Scene, SceneComponents, Values};
use eventscape_products::netcdf::write_masks;
use eventscape_products::polygons::Outliner;
use eventscape_products::tos2ca::write_mask_output;
use eventscape_products::{ProductError, write_geojson, write_tracks_parquet};
use eventscape_testkit::mesh::{Icosahedral, flood_fill};
use eventscape_testkit::synthetic::half_hour;
use netcdf_reader::{NcAttrValue, NcFile};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;

use crate::support::{Stored, job};

const COLD: Condition = Condition::Compare { comparison: Comparison::LessThan, threshold: 235.0 };

/// A cold cap that goes along the equator across ±180°, and one that stays near the north pole.
fn field(grid: &Grid, step: usize) -> Vec<f32> {
    let moving = (2.0, 165.0 + 10.0 * step as f64);
    let near = |centre: (f64, f64), place: (f64, f64), km: f64| distance_km(centre, place) < km;
    let value = |cell: u32| {
        let place = grid.centre_of(cell).unwrap();
        if near(moving, place, 2000.0) || near((88.0, 20.0), place, 1500.0) { 210.0 } else { 290.0 }
    };
    (0..grid.len() as u32).map(value).collect()
}

fn found(grid: &Grid, steps: usize) -> Vec<SceneComponents> {
    let detector = Detector::new(&COLD, &[], DetectOptions::default(), grid).unwrap();
    let scene = |step| Scene::single(half_hour(step), Values::F32(field(grid, step)));
    (0..steps).map(|step| detector.detect(&scene(step), None, &mut Scratch::default()).unwrap()).collect()
}

fn tracked(grid: &Grid, scenes: &[SceneComponents]) -> Lineage {
    let mut tracker = Fortracc::new(FortraccOptions::default(), grid).unwrap();
    scenes.iter().for_each(|scene| tracker.push(scene).unwrap());
    tracker.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn regions_are_those_of_a_flood_fill_over_the_neighbours(
        mask in prop::collection::vec(any::<bool>(), 320), four in any::<bool>()
    ) {
        let mesh = Icosahedral::new(2);
        let connectivity = if four { Connectivity::Four } else { Connectivity::Eight };
        let options = DetectOptions { connectivity, ..DetectOptions::default() };
        let detector = Detector::new(&COLD, &[], options, &mesh.grid).unwrap();
        let values: Vec<f32> = mask.iter().enumerate().map(|(k, cold)| if *cold { k as f32 * 0.5 } else { 290.0 }).collect();
        let scene = Scene::single(half_hour(0), Values::F32(values));
        let found = detector.detect(&scene, None, &mut Scratch::default()).unwrap();
        let expected = flood_fill(&mask, &mesh.neighbours(connectivity));
        prop_assert_eq!(found.detected as usize, expected.len());
        let areas = mesh.grid.areas();
        for (component, cells) in found.components.iter().zip(&expected) {
            let own: Vec<u32> = found.cells_of(component).iter().flat_map(|range| range.cells()).collect();
            prop_assert_eq!(&own, cells);
            let values: Vec<f64> = component.values.clone().map(|k| found.values.get(k).unwrap()).collect();
            prop_assert_eq!(values, cells.iter().map(|cell| f64::from(*cell) * 0.5).collect::<Vec<_>>());
            let area: f64 = cells.iter().map(|cell| areas.get(0, *cell as usize)).sum();
            prop_assert!((component.description.area_km2 / area - 1.0).abs() < 1e-12);
            let mean = cells.iter().map(|cell| areas.get(0, *cell as usize) * f64::from(*cell) * 0.5).sum::<f64>() / area;
            prop_assert!((component.description.mean - mean).abs() < 1e-9);
        }
    }

    #[test]
    fn outlines_hold_the_centres_of_their_cells_and_no_others(mask in prop::collection::vec(any::<bool>(), 320)) {
        let mesh = Icosahedral::new(2);
        let cells = eventscape_core::Cells::of((0..320).filter(|cell| mask[*cell as usize]), 320);
        let outline = Outliner::new(&mesh.grid).outline(&cells);
        for cell in 0..320u32 {
            let (lat, lon) = mesh.grid.centre_of(cell).unwrap();
            // edges are great circles on the mesh and straight lines in the outline, which differ near the poles
            if lat.abs() < 60.0 {
                let around = crate::outlines::polygons_around(&outline, [lon, lat]);
                prop_assert_eq!(around, usize::from(mask[cell as usize]), "{} {}", lat, lon);
            }
        }
    }
}

#[test]
fn a_cap_is_described_as_on_any_other_grid() {
    let mesh = Icosahedral::new(5);
    let components = found(&mesh.grid, 1);
    assert_eq!(components[0].components.len(), 2);
    let cap = components[0].components.iter().map(|c| c.description).find(|d| d.centroid_lat < 45.0).unwrap();
    let expected = 2.0 * std::f64::consts::PI * 6371.0_f64.powi(2) * (1.0 - (2000.0_f64 / 6371.0).cos());
    assert!((cap.area_km2 / expected - 1.0).abs() < 0.03, "{} {expected}", cap.area_km2);
    assert!((cap.centroid_lat - 2.0).abs() < 0.5 && (cap.centroid_lon - 165.0).abs() < 0.5, "{cap:?}");
    assert!((cap.major_axis_km / cap.minor_axis_km - 1.0).abs() < 0.05, "{cap:?}");
    assert!((cap.major_axis_km / 4000.0 - 1.0).abs() < 0.05, "{cap:?}");
    // a zigzag of edges is longer than the circle, by a half at most
    let circle = 2.0 * std::f64::consts::PI * 6371.0 * (2000.0_f64 / 6371.0).sin();
    assert!((1.0..1.5).contains(&(cap.perimeter_km / circle)), "{cap:?}");
    assert!(cap.west > 140.0 && cap.east < -170.0 && !cap.touches_edge, "{cap:?}");
}

#[test]
fn holes_are_filled_and_fields_smoothed_by_the_table_of_neighbours() {
    let mesh = Icosahedral::new(2);
    let all = mesh.neighbours(Connectivity::Eight);
    // the cells around one cell are cold, the cell itself is not
    let mut values = vec![290.0f32; 320];
    all[100].iter().for_each(|cell| values[*cell as usize] = 210.0);
    let find = |options: DetectOptions| {
        let detector = Detector::new(&COLD, &[], options, &mesh.grid).unwrap();
        let scene = Scene::single(half_hour(0), Values::F32(values.clone()));
        detector.detect(&scene, None, &mut Scratch::default()).unwrap()
    };
    let ring = find(DetectOptions::default());
    assert_eq!(ring.components[0].cells as usize, all[100].len());
    let filled = find(DetectOptions { max_hole_cells: 1, ..DetectOptions::default() });
    assert_eq!(filled.components[0].cells as usize, all[100].len() + 1);
    // the mean around the cell is cold, too
    let smooth = find(DetectOptions { smooth_cells: 1, ..DetectOptions::default() });
    assert!(smooth.cells_of(&smooth.components[0]).iter().any(|range| range.cells().contains(&100)));
}

#[test]
fn tracks_and_the_masks_file_hold_the_cells_of_the_mesh() {
    let mesh = Icosahedral::new(2);
    let scenes = found(&mesh.grid, 5);
    let lineage = tracked(&mesh.grid, &scenes);
    assert_eq!(lineage.tracks.len(), 2);
    assert!(lineage.tracks.iter().all(|track| track.members.len() == 5));
    let events = Stored(scenes.clone());
    let bytes = write_masks(std::io::Cursor::new(Vec::new()), &job(), &mesh.grid, &lineage, &events, &|_| {}).unwrap();
    let file = NcFile::from_vec(bytes.into_inner()).unwrap();
    assert_eq!(file.variable("track_id").unwrap().shape(), [5, 320]);
    assert_eq!(file.variable("lat").unwrap().shape(), [320]);
    assert_eq!(file.variable("lon_bnds").unwrap().shape(), [320, 3]);
    let coordinates = file.variable("track_id").unwrap().attribute("coordinates").map(|a| a.value.clone());
    assert_eq!(coordinates, Some(NcAttrValue::Chars("lat lon".to_owned())));
    let ids: Vec<i32> = file.read_variable::<i32>("track_id").unwrap().into_iter().collect();
    let mut expected = vec![0; 5 * 320];
    for (step, scene) in scenes.iter().enumerate() {
        for (component, id) in scene.components.iter().zip(&lineage.track_ids[step]) {
            for cell in scene.cells_of(component).iter().flat_map(|range| range.cells()) {
                expected[step * 320 + cell as usize] = *id as i32;
            }
        }
    }
    assert_eq!(ids, expected);
}

#[test]
fn the_masks_file_says_where_the_cells_of_the_mesh_lie() {
    let mesh = Icosahedral::new(2);
    let scenes = found(&mesh.grid, 1);
    let lineage = tracked(&mesh.grid, &scenes);
    let out = std::io::Cursor::new(Vec::new());
    let bytes = write_masks(out, &job(), &mesh.grid, &lineage, &Stored(scenes), &|_| {}).unwrap();
    let file = NcFile::from_vec(bytes.into_inner()).unwrap();
    let reals = |name: &str| -> Vec<f64> { file.read_variable::<f64>(name).unwrap().into_iter().collect() };
    let (lat, lon, areas) = (reals("lat"), reals("lon"), reals("cell_area"));
    let corners: Vec<(f64, f64)> = reals("lat_bnds").into_iter().zip(reals("lon_bnds")).collect();
    for (cell, corners) in corners.chunks(3).enumerate() {
        let points = corners.iter().map(|(lat, lon)| unit_vector(*lat, *lon));
        let sum = points.fold([0.0; 3], |sum, point| [0, 1, 2].map(|d| sum[d] + point[d]));
        let centre = (sum[2].atan2(sum[0].hypot(sum[1])).to_degrees(), sum[1].atan2(sum[0]).to_degrees());
        assert!(distance_km(centre, (lat[cell], lon[cell])) < 1e-6, "{cell}: {centre:?} {} {}", lat[cell], lon[cell]);
        assert!(corners.iter().all(|corner| (corner.1 - lon[cell]).abs() <= 180.0), "{cell}: {corners:?}");
    }
    // cells that share two corners in the file are those that share two in the test kit
    let is_same = |a: &(f64, f64), b: &(f64, f64)| distance_km(*a, *b) < 1e-3;
    for (cell, neighbours) in mesh.neighbours(Connectivity::Four).iter().enumerate() {
        let own = &corners[3 * cell..3 * cell + 3];
        for other in 0..320 {
            let shared = corners[3 * other..3 * other + 3].iter().filter(|a| own.iter().any(|b| is_same(a, b))).count();
            assert_eq!(shared == 2, neighbours.contains(&(other as u32)), "{cell} {other}");
        }
    }
    let earth = 5.100_656_217e14;
    assert!((areas.iter().sum::<f64>() / earth - 1.0).abs() < 1e-3, "{}", areas.iter().sum::<f64>());
}

#[test]
fn the_tables_hold_a_row_and_a_polygon_for_each_component() {
    let mesh = Icosahedral::new(2);
    let scenes = found(&mesh.grid, 5);
    let lineage = tracked(&mesh.grid, &scenes);
    let outliner = Outliner::new(&mesh.grid);
    let mut table = Vec::new();
    let rows = write_tracks_parquet(&mut table, &job(), &outliner, &lineage, &Stored(scenes.clone())).unwrap();
    assert_eq!(rows, 10);
    let batches = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(table)).unwrap().build().unwrap();
    let (mut tracks, mut cells, mut areas, mut means) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for batch in batches.map(Result::unwrap) {
        let column = |name: &str| batch.column_by_name(name).unwrap();
        tracks.extend_from_slice(column("track_id").as_primitive::<Int64Type>().values());
        cells.extend_from_slice(column("cells").as_primitive::<Int64Type>().values());
        areas.extend_from_slice(column("area_km2").as_primitive::<Float64Type>().values());
        means.extend_from_slice(column("mean").as_primitive::<Float64Type>().values());
    }
    assert!(means.iter().all(|mean| (mean - 210.0).abs() < 1e-9), "{means:?}");
    let all = mesh.grid.areas();
    let mut expected = Vec::new();
    for (step, scene) in scenes.iter().enumerate() {
        let cold = field(&mesh.grid, step).into_iter().map(|value| value < 235.0).collect::<Vec<bool>>();
        let regions = flood_fill(&cold, &mesh.neighbours(Connectivity::Eight));
        assert_eq!(regions.len(), scene.components.len());
        let mut rows: Vec<(i64, i64, f64)> = regions
            .iter()
            .zip(&lineage.track_ids[step])
            .map(|(region, track)| {
                let area = region.iter().map(|cell| all.get(0, *cell as usize)).sum();
                (i64::from(*track), region.len() as i64, area)
            })
            .collect();
        rows.sort_by_key(|row| row.0);
        expected.extend(rows);
    }
    assert_eq!(tracks, expected.iter().map(|row| row.0).collect::<Vec<_>>());
    assert_eq!(cells, expected.iter().map(|row| row.1).collect::<Vec<_>>());
    assert!(areas.iter().zip(&expected).all(|(area, row)| (area / row.2 - 1.0).abs() < 1e-12), "{areas:?}");
    let mut text = Vec::new();
    write_geojson(&mut text, &job(), &outliner, &lineage, 2, "stamp", &scenes[2]).unwrap();
    let table: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let features = table["features"].as_array().unwrap();
    assert_eq!(features.len(), 2);
    // the moving cap lies on both sides of ±180° by now
    assert!(features.iter().any(|feature| feature["geometry"]["type"] == "MultiPolygon"));
}

#[test]
fn what_needs_rows_and_columns_says_so() {
    let mesh = Icosahedral::new(1);
    let scenes = found(&mesh.grid, 1);
    let lineage = tracked(&mesh.grid, &scenes);
    let out = std::io::Cursor::new(Vec::new());
    let error = write_mask_output(out, &job(), &mesh.grid, &lineage, &Stored(scenes), &|_| {}).unwrap_err();
    assert!(matches!(&error, ProductError::Unrepresentable(why) if why.contains("TOS2CA's mask file")), "{error}");
    let error = AuxGeoir::new(AuxGeoirOptions::default(), &mesh.grid).err().unwrap();
    assert!(error.to_string().contains("AUX-GEOIR") && error.to_string().contains("mesh of 80 cells"), "{error}");
    let options = FortraccOptions { mode: OverlapRule::Reference, ..FortraccOptions::default() };
    assert!(Fortracc::new(options, &mesh.grid).is_err());
}
