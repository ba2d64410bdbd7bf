//! Single rules of AUX-GEOIR, each on the smallest scene that shows it.

use eventscape_core::track::aux_geoir::detect;
use eventscape_core::track::{AuxGeoir, AuxGeoirOptions};
use eventscape_core::{Arrival, Departure, ErrorKind, Grid, Lineage, Relation, Scene, Values};
use eventscape_testkit::synthetic::half_hour;

/// Letters are temperatures: `c` cold (230 K), `w` between both thresholds (255 K), `.` warm (290 K), `?` missing.
fn scene(time: usize, rows: &[&str]) -> Scene {
    let kelvin = |letter| match letter {
        'c' => 230.0,
        'w' => 255.0,
        'v' => 252.0,
        '.' => 290.0,
        _ => f32::NAN,
    };
    Scene::single(half_hour(time), Values::F32(rows.iter().flat_map(|row| row.chars().map(kelvin)).collect()))
}

fn grid(rows: &[&str]) -> Grid {
    let axis = |count: usize| (0..count).map(|i| i as f64 * 0.1).collect();
    Grid::rectilinear(axis(rows.len()), axis(rows[0].len())).unwrap()
}

fn globe(ny: usize, nx: usize) -> Grid {
    let step = 360.0 / nx as f64;
    let lon = (0..nx).map(|i| -180.0 + (i as f64 + 0.5) * step).collect();
    Grid::rectilinear((0..ny).map(|i| i as f64).collect(), lon).unwrap()
}

fn any_size() -> AuxGeoirOptions {
    AuxGeoirOptions { min_cells: 1, min_steps: 1, ..AuxGeoirOptions::default() }
}

fn sizes(rows: &[&str], next: Option<&[&str]>, options: AuxGeoirOptions) -> Vec<u32> {
    let next = next.map(|rows| scene(1, rows));
    let found = detect(&scene(0, rows), next.as_ref(), &grid(rows), options).unwrap();
    found.components.iter().map(|c| c.cells).collect()
}

fn track(grid: &Grid, options: AuxGeoirOptions, scenes: &[Vec<&str>]) -> Lineage {
    let scenes: Vec<Scene> = scenes.iter().enumerate().map(|(time, rows)| scene(time, rows)).collect();
    let mut tracker = AuxGeoir::new(options, grid).unwrap();
    for (time, now) in scenes.iter().enumerate() {
        tracker.push(&detect(now, scenes.get(time + 1), grid, options).unwrap()).unwrap();
    }
    tracker.finish()
}

#[test]
fn cells_between_the_thresholds_count_only_if_they_cool_by_2_kelvin() {
    let now = ["ww.cc.ww"];
    assert_eq!(sizes(&now, Some(&["vv.cc.ww"]), any_size()), [2, 2]);
    assert_eq!(sizes(&now, None, any_size()), [2], "the last time has no next one");
    let one_stage = AuxGeoirOptions { two_stages: false, ..any_size() };
    assert_eq!(sizes(&now, Some(&["vv.cc.ww"]), one_stage), [2]);
}

#[test]
fn large_clusters_give_way_to_their_cold_parts_that_are_large_enough() {
    let (now, next) = (["ccwwwc", "ccwww."], ["ccvvvc", "ccvvv."]);
    let options = AuxGeoirOptions { max_cells: 10, min_cells: 2, ..any_size() };
    assert_eq!(sizes(&now, Some(&next), options), [4]);
    assert_eq!(sizes(&now, Some(&next), AuxGeoirOptions { max_cells: 11, ..options }), [11]);
    assert_eq!(sizes(&now, Some(&next), AuxGeoirOptions { min_cells: 5, ..options }), [11], "no part is large enough");
}

#[test]
fn missing_cells_are_filled_and_remembered() {
    let rows = ["c?c...", "......"];
    let found = detect(&scene(0, &rows), None, &grid(&rows), any_size()).unwrap();
    assert_eq!((found.components.len(), found.components[0].cells), (1, 3));
    assert_eq!(found.values, Values::F32(vec![230.0; 3]));
    assert_eq!((found.missing.len(), found.missing[0].start, found.valid_cells), (1, 1, 11));
}

#[test]
fn cells_outside_the_domain_are_neither_inside_nor_missing() {
    let rows = ["cc?.c?"];
    let grid = grid(&rows).with_domain(vec![true, false, true, true, true, false]).unwrap();
    let found = detect(&scene(0, &rows), None, &grid, any_size()).unwrap();
    assert_eq!(found.components.iter().map(|c| c.cells).collect::<Vec<_>>(), [1, 1]);
    assert_eq!((found.missing.len(), found.valid_cells), (1, 3));
}

#[test]
fn unbelievable_temperatures_are_compared_within_bounds_and_kept_as_they_are() {
    let mut cold = scene(0, &["cc.."]);
    cold.fields[0] = Values::F32(vec![100.0, 230.0, 290.0, 400.0]);
    let grid = grid(&["cc.."]);
    let found = detect(&cold, None, &grid, any_size()).unwrap();
    assert_eq!(found.values, Values::F32(vec![100.0, 230.0]));
    let reference = AuxGeoirOptions { reference: true, ..any_size() };
    let found = detect(&cold, None, &grid, reference).unwrap();
    assert_eq!(found.values, Values::F32(vec![182.0, 230.0]));
}

#[test]
fn a_storm_across_180_degrees_is_one_cluster_on_a_periodic_grid_alone() {
    let rows = ["c.......", "c......c", "...cc..."];
    let found = detect(&scene(0, &rows), None, &globe(3, 8), any_size()).unwrap();
    assert_eq!(found.components.iter().map(|c| c.cells).collect::<Vec<_>>(), [3, 2]);
    assert_eq!((found.components[0].cell_box.col0, found.components[0].cell_box.col1), (7, 9));
    assert_eq!(sizes(&rows, None, any_size()), [2, 1, 2]);
    let reference = AuxGeoirOptions { reference: true, ..any_size() };
    let found = detect(&scene(0, &rows), None, &globe(3, 8), reference).unwrap();
    assert_eq!(found.components.len(), 3, "the reference never joins west and east");
}

#[test]
fn the_reference_joins_clusters_at_one_edge_whose_boxes_overlap() {
    let rows = ["cccc..", ".....c", "c.c...", "ccc..."];
    let reference = AuxGeoirOptions { reference: true, ..any_size() };
    assert_eq!(sizes(&rows, None, reference), [4, 1, 5]);
    let nested = ["ccc...", "..c...", "c.c...", "......"];
    assert_eq!(sizes(&nested, None, reference), [6]);
    assert_eq!(sizes(&nested, None, any_size()), [5, 1]);
}

#[test]
fn a_cluster_follows_the_largest_of_the_earlier_clusters_it_overlaps() {
    let first = vec!["cc.ccc", "cc.ccc"];
    let lineage = track(&grid(&first), any_size(), &[first.clone(), vec!["cccccc", "......"]]);
    assert_eq!(lineage.track_ids, [vec![1, 2], vec![2]]);
    assert_eq!(lineage.tracks[1].members[1].arrival, Arrival::ContinuationMerge);
    assert_eq!(lineage.tracks[0].members[0].departure, Some(Departure::DissipationMerge));
    let relations: Vec<_> = lineage.links.iter().map(|l| l.relation).collect();
    assert_eq!(relations, [Relation::Merge, Relation::Continuation]);
}

#[test]
fn with_a_minimum_overlap_the_largest_fraction_counts() {
    let first = vec!["cc.ccc", "...ccc"];
    let scenes = [first.clone(), vec!["cccc..", "......"]];
    let options = AuxGeoirOptions { min_overlap: 0.5, ..any_size() };
    let lineage = track(&grid(&first), options, &scenes);
    assert_eq!(lineage.track_ids, [vec![1, 2], vec![1]]);
    assert_eq!(lineage.links[1].relation, Relation::Weak);
}

#[test]
fn a_storm_that_breaks_keeps_all_its_parts() {
    let first = vec!["cccccc"];
    let scenes = [first.clone(), vec!["cc..cc"], vec!["cc..cc"]];
    let lineage = track(&grid(&first), any_size(), &scenes);
    assert_eq!(lineage.track_ids, [vec![1], vec![1, 1], vec![1, 1]]);
    let arrivals: Vec<_> = lineage.tracks[0].members.iter().map(|m| m.arrival).collect();
    use Arrival::{Continuation, ContinuationSplit, Initiation};
    assert_eq!(arrivals, [Initiation, ContinuationSplit, ContinuationSplit, Continuation, Continuation]);
    // the reference remembers only the last part
    let reference = AuxGeoirOptions { reference: true, ..any_size() };
    let lineage = track(&grid(&first), reference, &scenes);
    assert_eq!(lineage.track_ids, [vec![1], vec![1, 1], vec![2, 1]]);
    assert_eq!(lineage.tracks[1].members[0].arrival, Arrival::InitiationSplit);
}

#[test]
fn times_without_clusters_are_skipped_unless_the_gap_is_too_long() {
    let scenes = [vec!["cc.."], vec!["...."], vec!["cc.."], vec!["...."]];
    let grid = grid(&scenes[0]);
    let lineage = track(&grid, any_size(), &scenes);
    assert_eq!(lineage.track_ids, [vec![1], vec![], vec![1], vec![]]);
    assert_eq!((lineage.links[0].parent_scene, lineage.links[0].child_scene), (0, 2));
    assert_eq!(lineage.tracks[0].members[1].departure, Some(Departure::Dissipation));
    let limited = AuxGeoirOptions { max_gap_seconds: Some(1000.0), ..any_size() };
    let lineage = track(&grid, limited, &scenes);
    assert_eq!(lineage.tracks.len(), 2);
    assert_eq!(lineage.tracks[0].members[0].departure, None, "what became of it is not known");
}

#[test]
fn short_storms_are_dropped_and_the_others_numbered_anew() {
    let scenes = [vec!["cc..c"], vec!["cc..."], vec!["cc..."]];
    let options = AuxGeoirOptions { min_steps: 3, ..any_size() };
    let lineage = track(&grid(&scenes[0]), options, &scenes);
    assert_eq!(lineage.track_ids, [vec![1, 0], vec![1], vec![1]]);
    assert_eq!(lineage.tracks.len(), 1);
    let none = track(&grid(&scenes[0]), AuxGeoirOptions { min_steps: 4, ..options }, &scenes);
    assert_eq!((none.tracks.len(), none.track_ids), (0, vec![vec![0, 0], vec![0], vec![0]]));
}

#[test]
fn storms_that_are_never_cold_nor_small_are_dropped() {
    let (now, next) = (vec!["wwww"], vec!["vvvv"]);
    let options = AuxGeoirOptions { max_cells: 3, ..any_size() };
    let scenes = [now, next];
    assert!(track(&grid(&scenes[0]), options, &scenes).tracks.is_empty());
    assert_eq!(track(&grid(&scenes[0]), any_size(), &scenes).tracks.len(), 1);
}

#[test]
fn scenes_and_options_that_do_not_fit_are_refused() {
    let rows = ["cc"];
    let grid = grid(&rows);
    let wide = Scene::single(half_hour(1), Values::F64(vec![1.0, 2.0]));
    let error = detect(&scene(0, &rows), Some(&wide), &grid, any_size()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    let short = Scene::single(half_hour(1), Values::F32(vec![1.0]));
    assert!(detect(&short, None, &grid, any_size()).is_err());
    for options in [
        AuxGeoirOptions { cold_kelvin: f64::NAN, ..any_size() },
        AuxGeoirOptions { warm_kelvin: f64::INFINITY, ..any_size() },
        AuxGeoirOptions { min_overlap: 1.5, ..any_size() },
        AuxGeoirOptions { max_gap_seconds: Some(-1.0), ..any_size() },
    ] {
        assert_eq!(AuxGeoir::new(options, &grid).err().unwrap().kind(), ErrorKind::Usage);
    }
}
