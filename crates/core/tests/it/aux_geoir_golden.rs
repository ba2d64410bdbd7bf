//! The storms of the reference's AUX-GEOIR, as sets of cells and times.

use std::collections::{BTreeMap, BTreeSet};

use eventscape_core::cells::places;
use eventscape_core::track::{AuxGeoir, AuxGeoirDetector, AuxGeoirOptions};
use eventscape_core::{Lineage, Link, Relation, SceneComponents};
use eventscape_testkit::golden::{AuxGeoirCase, aux_geoir_cases};

/// Time stamp, row and column.
type Cells = BTreeSet<(String, u32, u32)>;

fn options(case: &AuxGeoirCase, reference: bool) -> AuxGeoirOptions {
    AuxGeoirOptions {
        cold_kelvin: case.params.temp_thresh,
        warm_kelvin: case.params.temp_warmer_thresh,
        min_cells: case.params.min_size,
        max_cells: case.params.max_size_threshold,
        min_overlap: case.params.overlap_percentage,
        two_stages: case.params.toggle == "on",
        reference,
        ..AuxGeoirOptions::default()
    }
}

fn run(case: &AuxGeoirCase, reference: bool) -> (Lineage, Vec<SceneComponents>) {
    let (grid, options) = (case.cube.grid(), options(case, reference));
    let detector = AuxGeoirDetector::new(options, &grid).unwrap();
    let mut tracker = AuxGeoir::new(options, &grid).unwrap();
    let scenes = case.cube.scenes();
    let found: Vec<_> = (0..scenes.len()).map(|t| detector.detect(&scenes[t], scenes.get(t + 1)).unwrap()).collect();
    found.iter().for_each(|scene| tracker.push(scene).unwrap());
    (tracker.finish(), found)
}

fn cells_of(scene: &SceneComponents, component: usize, nx: usize) -> impl Iterator<Item = (String, u32, u32)> {
    let stamp = scene.time.stamp();
    let cells = places(scene.cells_of(&scene.components[component]), nx as u32);
    cells.map(move |(row, column)| (stamp.clone(), row, column))
}

fn our_storms(lineage: &Lineage, scenes: &[SceneComponents], nx: usize) -> BTreeSet<Cells> {
    let storm = |track: &eventscape_core::Track| {
        let members = track.members.iter();
        members.flat_map(|member| cells_of(&scenes[member.scene as usize], member.component as usize, nx)).collect()
    };
    lineage.tracks.iter().map(storm).collect()
}

fn their_storms(case: &AuxGeoirCase) -> BTreeSet<Cells> {
    let mut storms: BTreeMap<i32, Cells> = BTreeMap::new();
    for step in &case.masks {
        for &[row, column, id] in &step.cells {
            storms.entry(id).or_default().insert((step.stamp.clone(), row as u32, column as u32));
        }
    }
    storms.into_values().collect()
}

#[test]
fn every_golden_case_gives_the_references_storms() {
    let cases = aux_geoir_cases();
    assert_eq!(cases.len(), 9);
    for case in cases {
        let (lineage, scenes) = run(&case, true);
        assert_eq!(lineage.tracks.len(), case.events.len(), "{}: number of storms", case.name);
        assert!(
            our_storms(&lineage, &scenes, case.cube.lon.len()) == their_storms(&case),
            "{}: other cells",
            case.name
        );
        let mut ours: Vec<_> = lineage
            .tracks
            .iter()
            .map(|track| {
                let step = |m: &eventscape_core::Member| {
                    let component = &scenes[m.scene as usize].components[m.component as usize];
                    let b = component.cell_box;
                    (lineage.times[m.scene as usize].stamp(), component.cells, [b.row0, b.col0, b.row1, b.col1])
                };
                let mut path: Vec<_> = track.members.iter().map(step).collect();
                path.sort();
                path
            })
            .collect();
        let mut theirs: Vec<_> = case
            .events
            .iter()
            .map(|event| {
                let mut path: Vec<_> = event.path.iter().map(|s| (s.timestamp.clone(), s.area, s.bbox)).collect();
                path.sort();
                path
            })
            .collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{}", case.name);
    }
}

#[test]
fn values_are_those_of_their_own_cells() {
    let mut wrong_in_the_reference = Vec::new();
    for case in aux_geoir_cases() {
        let (_, scenes) = run(&case, true);
        let (nx, mut compared) = (case.cube.lon.len(), 0);
        for (scene, image) in scenes.iter().zip(&case.cube.image) {
            for (index, component) in scene.components.iter().enumerate() {
                for ((_, row, column), place) in
                    cells_of(scene, index, case.cube.lon.len()).zip(component.values.clone())
                {
                    let expected = f64::from(image[row as usize * nx + column as usize]);
                    assert_eq!(scene.values.get(place), Some(expected), "{}", case.name);
                    compared += 1;
                }
            }
        }
        // the reference's file agrees, but where it joined clusters
        let by_cell: BTreeMap<(String, i32, i32), f32> = case
            .masks
            .iter()
            .flat_map(|step| step.cells.iter().zip(&step.values).map(|(c, v)| ((step.stamp.clone(), c[0], c[1]), *v)))
            .collect();
        let differ = by_cell
            .iter()
            .filter(|((stamp, row, column), value)| {
                let time = case.cube.times.iter().position(|t| t.stamp() == *stamp).unwrap();
                case.cube.image[time][*row as usize * nx + *column as usize] != **value
            })
            .count();
        assert!(compared > 0 || case.masks.is_empty(), "{}: nothing was compared", case.name);
        if differ > 0 {
            wrong_in_the_reference.push(case.name);
        }
    }
    assert_eq!(wrong_in_the_reference, ["a08_edge_bbox_overlap", "a09_edge_merge_tir_order"]);
}

/// Clusters in several parts (a02, a05, a13) and boxes that overlap at the grid's edge (a08, a09, a12) are where the faults
/// of the reference show.
#[test]
fn the_default_differs_only_where_the_reference_is_wrong() {
    let mut different = Vec::new();
    for case in aux_geoir_cases() {
        let (lineage, scenes) = run(&case, false);
        if our_storms(&lineage, &scenes, case.cube.lon.len()) != their_storms(&case) {
            different.push(case.name[..3].to_owned());
        }
    }
    assert_eq!(different, ["a02", "a05", "a08", "a09", "a12", "a13"]);
}

#[test]
fn by_default_every_cluster_that_overlaps_an_earlier_one_follows_one() {
    let mut followed = 0;
    for case in aux_geoir_cases() {
        let (lineage, _) = run(&case, false);
        for link in &lineage.links {
            let parents =
                lineage.links.iter().filter(|other| (other.child_scene, other.child) == (link.child_scene, link.child));
            let strong = |l: &&Link| l.overlap_parent >= case.params.overlap_percentage;
            if parents.clone().any(|l| strong(&l)) {
                let follows = parents.clone().any(|l| l.relation == Relation::Continuation);
                assert!(follows, "{}: {link:?}", case.name);
                followed += 1;
            }
            assert_eq!(link.relation == Relation::Weak, !strong(&link), "{}: {link:?}", case.name);
        }
    }
    assert!(followed > 100);
}
