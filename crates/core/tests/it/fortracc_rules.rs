//! Single rules of ForTraCC, each on the smallest scene that shows it.

use eventscape_core::time::Calendar;
use eventscape_core::track::{Fortracc, FortraccOptions, OverlapRule, usual_step_seconds};
use eventscape_core::{Arrival, CellRange, CoreError, Departure, ErrorKind, Grid, Lineage, Relation, Timestamp};
use eventscape_testkit::synthetic::{MaskCube, half_hour};

use crate::fortracc_oracle::grid_of;

/// Masks from drawings: `#` is inside; scenes side by side.
fn drawn(rows: &[&str]) -> MaskCube {
    let scenes: Vec<Vec<&str>> = rows.iter().map(|row| row.split_whitespace().collect()).collect();
    let nt = scenes[0].len();
    let mask = |t: usize| scenes.iter().flat_map(|row| row[t].chars().map(|c| c == '#')).collect();
    MaskCube { ny: rows.len(), nx: scenes[0][0].len(), masks: (0..nt).map(mask).collect() }
}

fn track_with(cube: &MaskCube, options: FortraccOptions, times: &[Timestamp]) -> Result<Lineage, CoreError> {
    let mut tracker = Fortracc::new(options, &grid_of(cube))?;
    for (mut scene, &time) in cube.components(options.connectivity, false, 1).into_iter().zip(times) {
        scene.time = time;
        tracker.push(&scene)?;
    }
    Ok(tracker.finish())
}

fn track(cube: &MaskCube) -> Lineage {
    let times: Vec<_> = (0..cube.masks.len()).map(half_hour).collect();
    track_with(cube, FortraccOptions::default(), &times).unwrap()
}

fn tags(lineage: &Lineage, track: usize) -> Vec<(Arrival, Option<Departure>)> {
    lineage.tracks[track].members.iter().map(|m| (m.arrival, m.departure)).collect()
}

#[test]
fn two_blobs_that_touch_become_one_merge() {
    let lineage = track(&drawn(&[
        "###..## #######",
        "###..## #######", //
    ]));
    // equal fractions (both lie wholly in the child): the one whose first cell comes first goes on
    assert_eq!(lineage.track_ids, [vec![1, 2], vec![1]]);
    assert_eq!(tags(&lineage, 0), [(Arrival::Initiation, None), (Arrival::ContinuationMerge, None)]);
    assert_eq!(tags(&lineage, 1), [(Arrival::Initiation, Some(Departure::DissipationMerge))]);
    let relations: Vec<_> = lineage.links.iter().map(|l| (l.parent, l.cells, l.relation)).collect();
    assert_eq!(relations, [(0, 6, Relation::Continuation), (1, 4, Relation::Merge)]);
    assert_eq!((lineage.links[1].overlap_parent, lineage.links[1].overlap_child), (1.0, 4.0 / 14.0));
}

#[test]
fn a_blob_that_breaks_continues_in_the_part_with_the_larger_overlap() {
    let lineage = track(&drawn(&[
        "####### ##..###",
        "####### ##..###", //
    ]));
    assert_eq!(lineage.track_ids, [vec![1], vec![2, 1]]);
    assert_eq!(tags(&lineage, 0), [(Arrival::Initiation, None), (Arrival::ContinuationSplit, None)]);
    assert_eq!(tags(&lineage, 1), [(Arrival::InitiationSplit, None)]);
}

#[test]
fn both_ends_of_a_member_keep_their_tags() {
    let lineage = track(&drawn(&["#######.. ##..##... .........", "#######.. ##..##... ........."]));
    assert_eq!(tags(&lineage, 1), [(Arrival::InitiationSplit, Some(Departure::Dissipation))]);
    assert_eq!(lineage.tracks[1].members[0].tos2ca_tag(), "dissipation");
}

#[test]
fn an_overlap_in_pieces_counts_whole_by_the_correct_rule_alone() {
    // 3 of 8 cells stay, in two pieces: 37.5 %, which the reference halves
    let cube = drawn(&["######## ##.....#", "........ ########"]);
    let times = [half_hour(0), half_hour(1)];
    assert_eq!(track(&cube).tracks.len(), 1);
    let reference = FortraccOptions { mode: OverlapRule::Reference, min_overlap: 0.2, ..FortraccOptions::default() };
    let lineage = track_with(&cube, reference, &times).unwrap();
    // the child is larger and looks back: 3 / (8 + 1)
    assert_eq!(lineage.tracks.len(), 1);
    assert_eq!(lineage.links[0].overlap_parent, 3.0 / 16.0);
    let stricter = FortraccOptions { min_overlap: 0.35, ..reference };
    assert_eq!(track_with(&cube, stricter, &times).unwrap().tracks.len(), 2);
}

#[test]
fn an_overlap_equal_to_the_minimum_links_and_a_smaller_one_is_weak() {
    let cube = drawn(&["####... ...####"]);
    let times = [half_hour(0), half_hour(1)];
    assert_eq!(track(&cube).tracks.len(), 1);
    let stricter = FortraccOptions { min_overlap: 0.250_000_1, ..FortraccOptions::default() };
    let lineage = track_with(&cube, stricter, &times).unwrap();
    assert_eq!(lineage.tracks.len(), 2);
    assert_eq!(lineage.links[0].relation, Relation::Weak);
}

#[test]
fn nothing_links_across_a_gap_and_no_fate_is_claimed_there() {
    let cube = drawn(&["##. ##. ##."]);
    let times = [half_hour(0), half_hour(1), half_hour(4)];
    let limited = FortraccOptions { max_gap_seconds: Some(3600.0), ..FortraccOptions::default() };
    let lineage = track_with(&cube, limited, &times).unwrap();
    assert_eq!(lineage.track_ids, [[1], [1], [2]]);
    assert_eq!(tags(&lineage, 0)[1], (Arrival::Continuation, None));
    assert_eq!(tags(&lineage, 1), [(Arrival::Initiation, None)]);
    let unlimited = track_with(&cube, FortraccOptions::default(), &times).unwrap();
    assert_eq!(unlimited.tracks.len(), 1);
    assert_eq!(usual_step_seconds(&times), Some(5400.0));
    assert_eq!(usual_step_seconds(&times[..1]), None);
}

#[test]
fn times_that_repeat_or_go_back_are_refused_by_name() {
    let cube = drawn(&["#. #."]);
    for mode in [OverlapRule::Correct, OverlapRule::Reference] {
        let options = FortraccOptions { mode, ..FortraccOptions::default() };
        let error = track_with(&cube, options, &[half_hour(1), half_hour(1)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        assert!(error.to_string().contains("2020-01-01T00:30:00Z"), "{error}");
        let backwards = track_with(&cube, options, &[half_hour(1), half_hour(0)]);
        assert_eq!(backwards.is_ok(), mode == OverlapRule::Reference, "{backwards:?}");
    }
    let julian = Timestamp::from_micros(Calendar::Julian, half_hour(3).micros());
    let error = track_with(&cube, FortraccOptions::default(), &[half_hour(0), julian]).unwrap_err();
    assert!(error.to_string().contains("julian"), "{error}");
}

#[test]
fn a_refused_scene_leaves_the_tracker_as_it_was() {
    let cube = drawn(&["##. ##. ##."]);
    let scenes = cube.components(eventscape_core::Connectivity::Eight, false, 1);
    let mut tracker = Fortracc::new(FortraccOptions::default(), &grid_of(&cube)).unwrap();
    tracker.push(&scenes[0]).unwrap();
    tracker.push(&scenes[0]).unwrap_err();
    let mut outside = scenes[1].clone();
    outside.ranges[0] = CellRange::in_row(7, 0..2, cube.nx as u32);
    let error = tracker.push(&outside).unwrap_err();
    assert!(error.to_string().contains("row 7"), "{error}");
    // nor does a range go over the end of a row
    outside.ranges[0] = CellRange { start: cube.nx as u32 - 1, end: cube.nx as u32 + 1 };
    tracker.push(&outside).unwrap_err();
    tracker.push(&scenes[1]).unwrap();
    assert_eq!(tracker.finish().track_ids, [[1], [1]]);
}

#[test]
fn options_out_of_range_are_refused() {
    let grid = Grid::rectilinear(vec![0.0], vec![0.0]).unwrap();
    let refused =
        |options: FortraccOptions| Fortracc::new(options, &grid).err().is_some_and(|e| e.kind() == ErrorKind::Usage);
    for min_overlap in [f64::NAN, -0.1, 1.1] {
        assert!(refused(FortraccOptions { min_overlap, ..FortraccOptions::default() }));
    }
    for gap in [f64::NAN, 0.0, -3.0] {
        assert!(refused(FortraccOptions { max_gap_seconds: Some(gap), ..FortraccOptions::default() }));
    }
}

#[test]
fn no_scene_gives_an_empty_lineage() {
    let grid = Grid::rectilinear(vec![0.0], vec![0.0]).unwrap();
    assert_eq!(Fortracc::new(FortraccOptions::default(), &grid).unwrap().finish(), Lineage::default());
}
