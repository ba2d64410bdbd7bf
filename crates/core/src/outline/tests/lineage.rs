use super::super::{Follow, Followed, Masker, Outline, Phenomenon, Timeline, When};
use super::polygon;
use crate::{Arrival, Departure, Grid, Timestamp, time::Calendar};

const HOUR: i64 = 3_600_000_000;

fn at(hour: i64) -> Timestamp {
    Timestamp::from_micros(Calendar::Standard, hour * HOUR)
}

fn square(x: f64, when: When) -> Outline {
    Outline { when, shape: polygon(&[(x, 2.0), (x + 4.0, 2.0), (x + 4.0, 6.0), (x, 6.0)]) }
}

fn phenomenon(id: &str, outlines: Vec<Outline>) -> Phenomenon {
    Phenomenon { id: id.to_owned(), name: None, outlines }
}

fn followed(phenomena: &[Phenomenon], step: i64, span: (Option<Timestamp>, Option<Timestamp>)) -> Followed {
    let grid = Grid::regular(-1.0, 0.0, 30.0, 8.0, 1.0).unwrap();
    let masker = Masker::new(&grid, 1.0).unwrap();
    let timeline = Timeline::of(phenomena, step, span, |shape| masker.may_touch(shape)).unwrap();
    let mut follow = Follow::new(&timeline);
    for (scene, time) in timeline.times().iter().enumerate() {
        let active = timeline.active(scene).chunk_by(|a, b| a.phenomenon == b.phenomenon);
        let cells = active.map(|of_one| {
            let phenomenon = of_one[0].phenomenon;
            let outlines = &phenomena[phenomenon as usize].outlines;
            let shapes: Vec<_> = of_one.iter().map(|a| &outlines[a.outline as usize].shape).collect();
            (phenomenon, masker.cells(&shapes).into())
        });
        follow.push(&masker.scene(*time, cells.collect()));
    }
    follow.finish()
}

#[test]
fn each_phenomenon_is_one_track_through_all_its_times() {
    let lasting = |x, first, last| square(x, When::During { first: at(first), last: at(last) });
    let still = phenomenon("still", vec![lasting(10.0, 30, 80)]);
    let moving = phenomenon("moving", (0..4).map(|k| square(2.0 * k as f64, When::At(at(24 * k)))).collect());
    let Followed { lineage, origins } = followed(&[still, moving], 24 * HOUR, (None, None));
    assert_eq!(lineage.times, [at(0), at(24), at(48), at(72)]);
    assert_eq!(origins.iter().map(|o| o.phenomenon).collect::<Vec<_>>(), [1, 0]);
    assert!(origins.iter().all(|o| o.begins && o.ends));
    let [first, second] = &lineage.tracks[..] else { panic!("two tracks") };
    assert_eq!(first.members.iter().map(|m| m.scene).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(second.members.iter().map(|m| m.scene).collect::<Vec<_>>(), [1, 2, 3]);
    for track in [first, second] {
        let (last, rest) = track.members.split_last().unwrap();
        assert_eq!(rest[0].arrival, Arrival::Initiation);
        assert!(rest.iter().all(|m| m.departure.is_none()));
        assert_eq!((last.arrival, last.departure), (Arrival::Continuation, Some(Departure::Dissipation)));
    }
    // half of the moving one's cells stay its own; the still one keeps all
    assert_eq!(lineage.links.len(), 3 + 2);
    assert!(
        lineage.links.iter().all(|l| l.overlap_parent == l.overlap_child && [0.5, 1.0].contains(&l.overlap_parent))
    );
    // they share cells in the last scene, and stay two
    assert_eq!(lineage.track_ids[3], [1, 2]);
}

#[test]
fn a_short_one_has_its_scene_and_the_span_cuts() {
    let short = phenomenon("short", vec![square(1.0, When::During { first: at(30), last: at(31) })]);
    let long = phenomenon("long", vec![square(1.0, When::During { first: at(0), last: at(500) })]);
    let all = followed(&[short.clone(), long.clone()], 24 * HOUR, (None, None));
    assert_eq!(all.lineage.tracks[1].members.len(), 1);
    let cut = followed(&[short, long], 24 * HOUR, (Some(at(25)), Some(at(60))));
    assert_eq!(cut.lineage.times, [at(48)]);
    assert_eq!(cut.origins.len(), 1);
    assert_eq!((cut.origins[0].phenomenon, cut.origins[0].begins, cut.origins[0].ends), (1, false, false));
    assert_eq!(cut.lineage.tracks[0].members[0].departure, None);
}

#[test]
fn one_that_touches_the_edge_may_go_on_beyond() {
    let edge = phenomenon("edge", vec![square(-1.0, When::At(at(0))), square(5.0, When::At(at(6)))]);
    let origin = followed(&[edge], HOUR, (None, None)).origins[0];
    assert_eq!((origin.begins, origin.ends), (false, true));
}

#[test]
fn absurd_spans_and_steps_are_refused_before_anything_is_made() {
    let forever = When::During { first: at(-8_000_000), last: at(8_000_000) };
    let endless = [phenomenon("endless", vec![square(1.0, forever)])];
    assert!(Timeline::of(&endless, 1_000_000, (None, None), |_| true).is_err());
    assert!(Timeline::of(&endless, 0, (None, None), |_| true).is_err());
    let extreme = |micros| Timestamp::from_micros(Calendar::Standard, micros);
    let when = When::During { first: extreme(i64::MIN), last: extreme(i64::MAX) };
    let worst = [phenomenon("worst", vec![square(1.0, when)])];
    for step in [1, HOUR, i64::MAX] {
        // a refusal or a few scenes, no overflow
        let _ = Timeline::of(&worst, step, (Some(extreme(i64::MIN)), Some(extreme(i64::MAX))), |_| true);
    }
    let none = Timeline::of(&worst, HOUR, (Some(at(3)), Some(at(2))), |_| true).unwrap();
    assert!(none.times().is_empty() && !none.has(0));
}
