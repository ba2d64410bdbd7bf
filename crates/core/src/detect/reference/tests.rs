use super::*;
use crate::{Condition, Side, Spread, Timestamp, Values};
use crate::time::Calendar;

fn days(first: &str, count: usize, step: f64) -> Vec<Timestamp> {
    let (first, _) = Timestamp::parse(first, Calendar::Standard).unwrap();
    (0..count).map(|k| first.plus_seconds(86_400.0 * step * k as f64)).collect()
}

fn run(condition: &Condition, times: &[Timestamp], cube: &[Vec<f32>]) -> TileReference {
    let mut tile = TileStatistics::new(condition, times, cube[0].len()).unwrap();
    for (k, scene) in cube.iter().enumerate() {
        tile.push(k, Values::F32(scene.clone())).unwrap();
    }
    tile.finish().unwrap()
}

fn field(reference: TileReference) -> ReferenceField {
    reference.into_fields().remove(0)
}

#[test]
fn the_reference_adds_in_float32_and_loses_a_cell_with_one_missing_time() {
    let cube = vec![vec![0.1f32, 1.0], vec![0.2, f32::NAN], vec![0.4, 3.0]];
    let got = field(run(&Condition::ReferenceAnomaly { factor: 1.0 }, &days("2020-01-01", 3, 1.0), &cube));
    // numpy: a.mean(axis=0), a.std(axis=0)
    let mean = (0.1f32 + 0.2 + 0.4) / 3.0;
    let std = (((0.1f32 - mean).powi(2) + (0.2 - mean).powi(2) + (0.4 - mean).powi(2)) / 3.0).sqrt();
    let ReferenceField::Moments { mean: Values::F32(m), std_dev: Values::F32(s) } = got else { panic!() };
    assert_eq!((m[0], s[0]), (mean, std));
    assert!(m[1].is_nan() && s[1].is_nan());
}

#[test]
fn ours_uses_the_valid_values() {
    let cube = vec![vec![1.0f32, 1.0, f32::NAN], vec![2.0, f32::NAN, f32::NAN], vec![6.0, 3.0, 5.0]];
    let condition = Condition::Anomaly { side: Side::Beyond, spread: Spread::Sigmas(2.0) };
    let got = field(run(&condition, &days("2020-01-01", 3, 1.0), &cube));
    let ReferenceField::Moments { mean: Values::F64(m), std_dev: Values::F64(s) } = got else { panic!() };
    assert_eq!((m[0], m[1]), (3.0, 2.0));
    assert!((s[0] - (14.0f64 / 3.0).sqrt()).abs() < 1e-12 && (s[1] - 1.0).abs() < 1e-12);
    assert!(m[2].is_nan(), "one value has no spread");
}

#[test]
fn percentiles_are_those_of_numpy() {
    // numpy.percentile([3, 1, 4, 1.5, 9], [10, 37.5, 90]) == [1.2, 2.25, 7.0]
    let cube: Vec<Vec<f32>> = [3.0, 1.0, 4.0, 1.5, 9.0].iter().map(|x| vec![*x]).collect();
    let condition = |side, p| Condition::Anomaly { side, spread: Spread::Percentile(p) };
    let times = days("2020-01-01", 5, 1.0);
    let ReferenceField::Bounds { low: Some(Values::F64(low)), high: Some(Values::F64(high)) } =
        field(run(&condition(Side::Beyond, 90.0), &times, &cube))
    else {
        panic!()
    };
    assert!((low[0] - 1.2).abs() < 1e-12 && (high[0] - 7.0).abs() < 1e-12);
    let ReferenceField::Bounds { low: None, high: Some(Values::F64(high)) } =
        field(run(&condition(Side::Above, 37.5), &times, &cube))
    else {
        panic!()
    };
    assert!((high[0] - 2.25).abs() < 1e-12);
}

#[test]
fn a_climatology_takes_the_days_around_the_date_in_every_base_year() {
    // daily, three years, the value is the year
    let times = days("2019-01-01", 365 + 366 + 365, 1.0);
    let cube: Vec<Vec<f32>> = times.iter().map(|t| vec![t.civil().year as f32]).collect();
    let condition = |base| Condition::Climatology {
        side: Side::Above,
        spread: Spread::Sigmas(1.0),
        window_days: 5,
        base_years: base,
    };
    let reference = run(&condition(Some((2019, 2020))), &times, &cube);
    assert_eq!(reference.slots(), 366);
    // 1 January reaches back to 30 December; the seam of the year is no border
    let (first, march) = (reference.slot_of(0), reference.slot_of(59));
    assert_eq!(times[59].to_string(), "2019-03-01T00:00:00Z");
    let same_date = times.iter().position(|t| t.to_string().starts_with("2020-03-01")).unwrap();
    assert_eq!(march, reference.slot_of(same_date), "a date has one slot in every year");
    let fields = reference.into_fields();
    for slot in [first, march] {
        let ReferenceField::Moments { mean: Values::F64(mean), .. } = &fields[slot] else { panic!() };
        assert!((mean[0] - 2019.5).abs() < 0.06, "{mean:?}");
    }
    let error = TileStatistics::new(&condition(Some((1991, 2000))), &times, 1).unwrap_err().to_string();
    assert!(error.contains("base period 1991-2000"), "{error}");
}

#[test]
fn tiles_join_to_the_whole() {
    let cube = vec![vec![1.0f32, 2.0, 5.0], vec![3.0, 2.0, 9.0]];
    let times = days("2020-01-01", 2, 1.0);
    let condition = Condition::Anomaly { side: Side::Above, spread: Spread::Percentile(80.0) };
    let whole = field(run(&condition, &times, &cube));
    let part = |range: std::ops::Range<usize>| {
        field(run(&condition, &times, &cube.iter().map(|s| s[range.clone()].to_vec()).collect::<Vec<_>>()))
    };
    assert_eq!(ReferenceField::stack([part(0..1), part(1..3)]).unwrap(), whole);
}

#[test]
fn a_time_that_is_missing_or_wrong_is_named() {
    let times = days("2020-01-01", 2, 1.0);
    let condition = Condition::Anomaly { side: Side::Above, spread: Spread::Sigmas(1.0) };
    let mut tile = TileStatistics::new(&condition, &times, 2).unwrap();
    assert!(tile.push(0, Values::F32(vec![1.0])).is_err());
    assert!(tile.push(2, Values::F32(vec![1.0, 2.0])).is_err());
    tile.push(0, Values::F32(vec![1.0, 2.0])).unwrap();
    assert!(tile.finish().unwrap_err().to_string().contains("time 1"));
    let compare = Condition::Between { low: 0.0, high: 1.0 };
    assert!(TileStatistics::new(&compare, &times, 1).is_err());
    assert!(TileStatistics::new(&condition, &[], 1).is_err());
}
