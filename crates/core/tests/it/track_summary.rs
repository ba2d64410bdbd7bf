//! Motion, growth and the ends of tracks.

use eventscape_core::track::{EndStatus, MemberState, StartStatus, TrackSummary, track_summary};
use eventscape_core::{Arrival, Departure, Lineage, Member, Timestamp, Track};
use eventscape_testkit::synthetic::half_hour;

const EARTH_RADIUS_M: f64 = 6_371_008.8;

fn state(lat: f64, lon: f64, area_km2: f64) -> MemberState {
    MemberState { area_km2, centroid_lat: lat, centroid_lon: lon, touches_edge: false }
}

fn member(scene: u32) -> Member {
    Member { scene, component: 0, arrival: Arrival::Initiation, departure: None }
}

fn lineage(times: usize) -> Lineage {
    Lineage { times: (0..times).map(half_hour).collect(), ..Lineage::default() }
}

fn summary(times: usize, members: Vec<Member>, states: &[MemberState]) -> TrackSummary {
    track_summary(&lineage(times), &Track { id: 1, members }, states, None).unwrap()
}

#[test]
fn speed_is_the_great_circle_distance_by_central_differences() {
    let states = [state(0.0, 10.0, 100.0), state(0.0, 11.0, 150.0), state(0.0, 13.0, 100.0)];
    let track = summary(9, (2..5).map(member).collect(), &states);
    let metres_a_degree = EARTH_RADIUS_M.to_radians();
    let expected = [(1.0, 1800.0, 100.0), (3.0, 3600.0, 0.0), (2.0, 1800.0, -100.0)];
    for (motion, (degrees, seconds, growth)) in track.motion.iter().zip(expected) {
        assert!((motion.speed_m_s - degrees * metres_a_degree / seconds).abs() < 1e-9 * motion.speed_m_s);
        assert!((motion.direction_deg - 90.0).abs() < 1e-9);
        assert!((motion.growth_km2_h - growth).abs() < 1e-9);
    }
    assert_eq!(track.duration_s, 3600.0);
}

#[test]
fn directions_count_clockwise_from_north() {
    for (lat, lon, expected) in [(1.0, 0.0, 0.0), (0.0, 1.0, 90.0), (-1.0, 0.0, 180.0), (0.0, -1.0, 270.0)] {
        let track = summary(9, vec![member(2), member(3)], &[state(0.0, 0.0, 1.0), state(lat, lon, 1.0)]);
        let direction = track.motion[0].direction_deg;
        assert!((direction - expected).abs() < 1e-9, "{direction} for {expected}");
    }
}

#[test]
fn a_step_across_180_degrees_is_short() {
    let track = summary(9, vec![member(2), member(3)], &[state(0.0, 179.5, 1.0), state(0.0, -179.5, 1.0)]);
    assert!(track.motion[0].speed_m_s < 100.0);
    assert!((track.motion[0].direction_deg - 90.0).abs() < 1e-9);
}

#[test]
fn a_track_of_one_time_has_no_motion() {
    let track = summary(9, vec![member(3)], &[state(5.0, 5.0, 10.0)]);
    assert_eq!(track.duration_s, 0.0);
    assert!(track.motion[0].speed_m_s.is_nan() && track.motion[0].growth_km2_h.is_nan());
}

#[test]
fn a_track_at_rest_has_speed_0_and_no_direction() {
    let track = summary(9, vec![member(2), member(3)], &[state(5.0, 5.0, 1.0), state(5.0, 5.0, 2.0)]);
    assert_eq!(track.motion[0].speed_m_s, 0.0);
    assert!(track.motion[0].direction_deg.is_nan());
    assert_eq!(track.motion[1].growth_km2_h, 2.0);
}

#[test]
fn several_members_at_a_time_move_as_one() {
    let states = [state(0.0, 0.0, 30.0), state(0.0, 0.0, 10.0), state(0.0, 4.0, 10.0)];
    let track = summary(9, vec![member(2), member(3), member(3)], &states);
    assert_eq!(track.motion.len(), 3);
    assert_eq!(track.motion[1], track.motion[2]);
    let expected = 2.0 * EARTH_RADIUS_M.to_radians() / 1800.0;
    assert!((track.motion[0].speed_m_s - expected).abs() < 1e-6);
    assert_eq!(track.motion[0].growth_km2_h, -20.0);
}

fn ends(times: &[Timestamp], members: Vec<Member>, edge: [bool; 2], gap: Option<f64>) -> (StartStatus, EndStatus) {
    let mut states = vec![state(0.0, 0.0, 1.0); members.len()];
    states[0].touches_edge |= edge[0];
    states[members.len() - 1].touches_edge |= edge[1];
    let lineage = Lineage { times: times.to_vec(), ..Lineage::default() };
    let summary = track_summary(&lineage, &Track { id: 1, members }, &states, gap).unwrap();
    (summary.start_status, summary.end_status)
}

#[test]
fn ends_within_the_job_are_told_and_others_are_censored() {
    use EndStatus::{Dissipation, Merge};
    use StartStatus::{Initiation, Split};
    let times: Vec<Timestamp> = [0, 1, 2, 3, 7, 8].into_iter().map(half_hour).collect();
    let (start, end) = (StartStatus::Censored, EndStatus::Censored);
    let inner = |from, to| (from..=to).map(member).collect::<Vec<_>>();
    assert_eq!(ends(&times, inner(1, 3), [false; 2], None), (Initiation, Dissipation));
    assert_eq!(ends(&times, inner(0, 3), [false; 2], None), (start, Dissipation));
    assert_eq!(ends(&times, inner(1, 5), [false; 2], None), (Initiation, end));
    assert_eq!(ends(&times, inner(1, 3), [true, false], None), (start, Dissipation));
    assert_eq!(ends(&times, inner(1, 3), [false, true], None), (Initiation, end));
    assert_eq!(ends(&times, inner(1, 3), [false; 2], Some(3600.0)), (Initiation, end), "a gap follows");
    assert_eq!(ends(&times, inner(4, 4), [false; 2], Some(3600.0)), (start, Dissipation), "a gap lies before");
    let mut split_and_merged = inner(1, 2);
    split_and_merged[0].arrival = Arrival::InitiationSplit;
    split_and_merged[1].departure = Some(Departure::DissipationMerge);
    assert_eq!(ends(&times, split_and_merged, [false; 2], None), (Split, Merge));
    assert_eq!((start.as_str(), Merge.as_str()), ("censored", "merge"));
}

#[test]
fn states_that_are_not_those_of_the_members_are_refused() {
    let track = Track { id: 7, members: vec![member(0), member(1)] };
    let error = track_summary(&lineage(2), &track, &[state(0.0, 0.0, 1.0)], None).unwrap_err();
    assert!(error.to_string().contains("track 7 has 2 members"), "{error}");
    let states = [state(0.0, 0.0, 1.0); 2];
    assert!(track_summary(&lineage(1), &track, &states, None).is_err());
}
