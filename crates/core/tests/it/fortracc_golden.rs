//! The reference's own results, event by event.

use std::collections::BTreeMap;

use eventscape_core::cells::places;
use eventscape_core::track::{Fortracc, FortraccOptions, OverlapRule};
use eventscape_core::{Lineage, SceneComponents};
use eventscape_testkit::golden::{Event, PathStep, ReferenceOverlap, TrackingCase, mask_file, tracking_cases};
use eventscape_testkit::oracle;

fn components(case: &TrackingCase) -> Vec<SceneComponents> {
    let cube = &case.cube;
    let shape = (cube.lat.len(), cube.lon.len());
    let masks = oracle::masks(&case.condition(), &cube.image);
    (0..masks.len())
        .map(|t| {
            let (time, values) = (cube.times[t], &cube.image[t]);
            oracle::components(time, values, &masks[t], shape, case.connectivity(), false, case.expected.min_size)
        })
        .collect()
}

fn tracker(case: &TrackingCase) -> Fortracc {
    let options = FortraccOptions {
        min_overlap: case.expected.min_olap,
        connectivity: case.connectivity(),
        mode: OverlapRule::Reference,
        max_gap_seconds: None,
    };
    Fortracc::new(options, &case.cube.grid()).unwrap()
}

fn track(case: &TrackingCase, scenes: &[SceneComponents]) -> Lineage {
    let mut tracker = tracker(case);
    scenes.iter().for_each(|scene| tracker.push(scene).unwrap());
    tracker.finish()
}

fn as_events(lineage: &Lineage, scenes: &[SceneComponents]) -> Vec<Event> {
    let step = |member: &eventscape_core::Member| {
        let component = &scenes[member.scene as usize].components[member.component as usize];
        let b = component.cell_box;
        PathStep {
            timestamp: lineage.times[member.scene as usize].stamp(),
            tag: member.tos2ca_tag().to_owned(),
            area: component.cells,
            bbox: [b.row0, b.col0, b.row1, b.col1],
            label: component.label,
        }
    };
    let event = |track: &eventscape_core::Track| {
        let path: Vec<PathStep> = track.members.iter().map(step).collect();
        Event { id: track.id, start: path[0].timestamp.clone(), end: path[path.len() - 1].timestamp.clone(), path }
    };
    lineage.tracks.iter().map(event).collect()
}

#[test]
fn every_golden_case_gives_the_references_events() {
    let cases = tracking_cases();
    assert_eq!(cases.len(), 42);
    for case in cases {
        let scenes = components(&case);
        for (scene, count) in scenes.iter().zip(&case.expected.scenes) {
            assert_eq!(scene.components.len(), count.n_kept, "{} at {}", case.name, scene.time);
        }
        let events = as_events(&track(&case, &scenes), &scenes);
        assert_eq!(events.len(), case.expected.events.len(), "{}: number of events", case.name);
        for (ours, theirs) in events.iter().zip(&case.expected.events) {
            assert_eq!(ours, theirs, "{}", case.name);
        }
    }
}

#[test]
fn every_golden_overlap_has_the_references_fractions_to_the_last_bit() {
    let mut links = 0;
    for case in tracking_cases() {
        let Some(expected) = &case.expected.overlaps else { continue };
        let scenes = components(&case);
        let mut tracker = tracker(&case);
        for (index, scene) in scenes.iter().enumerate() {
            tracker.push(scene).unwrap();
            let Some(before) = index.checked_sub(1) else { continue };
            let found = tracker.last_overlaps().iter().map(|overlap| {
                let parent = &scenes[before].components[overlap.parent as usize];
                ReferenceOverlap {
                    prev: parent.label,
                    cur: scene.components[overlap.child as usize].label,
                    n_components: overlap.pieces,
                    overlap_area: overlap.cells,
                    forward: overlap.forward,
                    backward: overlap.backward,
                    true_fraction: f64::from(overlap.cells) / f64::from(parent.cells),
                }
            });
            let mut found: Vec<ReferenceOverlap> = found.collect();
            let mut theirs = expected[before].links.clone();
            found.sort_by_key(|l| (l.prev, l.cur));
            theirs.sort_by_key(|l| (l.prev, l.cur));
            assert_eq!(found, theirs, "{} at {}", case.name, scene.time);
            links += found.len();
        }
    }
    assert!(links > 1000, "only {links} links were compared");
}

#[test]
fn the_references_mask_files_hold_the_cells_of_our_tracks() {
    for case in tracking_cases() {
        let scenes = components(&case);
        let lineage = track(&case, &scenes);
        let by_stamp: BTreeMap<String, usize> =
            case.cube.times.iter().enumerate().map(|(index, time)| (time.stamp(), index)).collect();
        let masks = mask_file(&case.folder.join("expected_sparse.nc4"));
        assert_eq!(masks.len(), scenes.len(), "{}", case.name);
        for mask in masks {
            let index = by_stamp[&mask.stamp];
            let scene = &scenes[index];
            let mut ours: Vec<[i32; 3]> = Vec::new();
            for (component, &track) in scene.components.iter().zip(&lineage.track_ids[index]) {
                let cells = places(scene.cells_of(component), case.cube.lon.len() as u32);
                ours.extend(cells.map(|(row, column)| [row as i32, column as i32, track as i32]));
            }
            ours.sort_by_key(|cell| (cell[2], cell[0], cell[1]));
            assert_eq!(ours, mask.cells, "{} at {}", case.name, mask.stamp);
        }
    }
}

/// Chunks share a scene with the next; what is linked is the concatenation without the doubled scenes. The reference's
/// stitching gives the same ids and cells; it only forgets dissipations at the shared scenes, which ours keeps.
#[test]
fn stitched_chunks_equal_the_unchunked_run() {
    let mut compared = 0;
    for case in tracking_cases() {
        let (Some(chunks), Some(stitched)) = (&case.expected.chunks, &case.expected.stitched) else { continue };
        let scenes = components(&case);
        let mut tracker = tracker(&case);
        let mut last = String::new();
        for stamp in chunks.iter().flatten() {
            if *stamp == last {
                continue;
            }
            let index = case.cube.stamps.iter().position(|s| s == stamp).unwrap();
            tracker.push(&scenes[index]).unwrap();
            last.clone_from(stamp);
        }
        let lineage = tracker.finish();
        assert!(stitched.same_ids_and_pixels_as_unchunked, "{}", case.name);
        assert_eq!(lineage, track(&case, &scenes), "{}", case.name);
        assert_eq!(lineage.tracks.len(), stitched.num_events, "{}", case.name);
        let events = as_events(&lineage, &scenes);
        for difference in &stitched.tag_differences {
            let path = &events[difference.id as usize - 1].path;
            let step = path.iter().find(|step| step.timestamp == difference.timestamp).unwrap();
            assert_eq!(step.tag, difference.unchunked, "{}", case.name);
        }
        compared += 1;
    }
    assert_eq!(compared, 5);
}

/// What the reference's formula costs on real data.
#[test]
fn the_correct_overlap_leaves_24_of_the_30_events_of_2015_08_12() {
    let case = eventscape_testkit::golden::tracking_case("real_mergir_20150812");
    let scenes = components(&case);
    let mut tracker = Fortracc::new(FortraccOptions::default(), &case.cube.grid()).unwrap();
    scenes.iter().for_each(|scene| tracker.push(scene).unwrap());
    assert_eq!(tracker.finish().tracks.len(), 24);
    assert_eq!(track(&case, &scenes).tracks.len(), 30);
}
