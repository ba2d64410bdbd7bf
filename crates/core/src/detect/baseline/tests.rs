use proptest::prelude::*;

use super::*;
use crate::time::Calendar;
use crate::{Condition, Side, Spread, Timestamp, Values};

fn days(first: &str, count: usize, step: f64) -> Vec<Timestamp> {
    let (first, _) = Timestamp::parse(first, Calendar::Standard).unwrap();
    (0..count).map(|k| first.plus_seconds(86_400.0 * step * k as f64)).collect()
}

fn run(condition: &Condition, times: &[Timestamp], cube: &[Vec<f32>]) -> TileBaseline {
    let mut tile = TileStatistics::new(condition, times, cube[0].len()).unwrap();
    for (k, scene) in cube.iter().enumerate() {
        tile.push(k, Values::F32(scene.clone())).unwrap();
    }
    tile.finish().unwrap()
}

fn field(baseline: TileBaseline) -> Baseline {
    baseline.into_fields().remove(0)
}

#[test]
fn tos2ca_adds_in_float32_and_loses_a_cell_with_one_missing_time() {
    let cube = vec![vec![0.1f32, 1.0], vec![0.2, f32::NAN], vec![0.4, 3.0]];
    let got = field(run(&Condition::Tos2caAnomaly { factor: 1.0 }, &days("2020-01-01", 3, 1.0), &cube));
    // numpy: a.mean(axis=0), a.std(axis=0)
    let mean = (0.1f32 + 0.2 + 0.4) / 3.0;
    let std = (((0.1f32 - mean).powi(2) + (0.2 - mean).powi(2) + (0.4 - mean).powi(2)) / 3.0).sqrt();
    let Baseline::Moments { mean: Values::F32(m), std_dev: Values::F32(s) } = got else { panic!() };
    assert_eq!((m[0], s[0]), (mean, std));
    assert!(m[1].is_nan() && s[1].is_nan());
}

#[test]
fn ours_uses_the_valid_values() {
    let cube = vec![vec![1.0f32, 1.0, f32::NAN], vec![2.0, f32::NAN, f32::NAN], vec![6.0, 3.0, 5.0]];
    let condition = Condition::Anomaly { side: Side::Beyond, spread: Spread::Sigmas(2.0) };
    let got = field(run(&condition, &days("2020-01-01", 3, 1.0), &cube));
    let Baseline::Moments { mean: Values::F64(m), std_dev: Values::F64(s) } = got else { panic!() };
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
    let Baseline::Bounds { low: Some(Values::F64(low)), high: Some(Values::F64(high)) } =
        field(run(&condition(Side::Beyond, 90.0), &times, &cube))
    else {
        panic!()
    };
    assert!((low[0] - 1.2).abs() < 1e-12 && (high[0] - 7.0).abs() < 1e-12);
    let Baseline::Bounds { low: None, high: Some(Values::F64(high)) } =
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
    let baseline = run(&condition(Some((2019, 2020))), &times, &cube);
    assert_eq!(baseline.slots(), 366);
    // 1 January reaches back to 30 December; the seam of the year is no border
    let (first, march) = (baseline.slot_of(0), baseline.slot_of(59));
    assert_eq!(times[59].to_string(), "2019-03-01T00:00:00Z");
    let same_date = times.iter().position(|t| t.to_string().starts_with("2020-03-01")).unwrap();
    assert_eq!(march, baseline.slot_of(same_date), "a date has one slot in every year");
    let fields = baseline.into_fields();
    for slot in [first, march] {
        let Baseline::Moments { mean: Values::F64(mean), .. } = &fields[slot] else { panic!() };
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
    assert_eq!(Baseline::stack([part(0..1), part(1..3)]).unwrap(), whole);
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

/// Mean and population standard deviation, or `None` for fewer than two values.
fn plain_moments(valid: &[f64]) -> Option<(f64, f64)> {
    let n = valid.len() as f64;
    let mean = valid.iter().sum::<f64>() / n;
    let variance = valid.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    (valid.len() >= 2).then_some((mean, variance.sqrt()))
}

proptest! {
    #[test]
    fn a_climatology_equals_a_plain_search_of_days(
        start in 0i64..1500, count in 30usize..900, window in 0u32..20, base in 0i32..3, nan in 0u64..7, which in 0usize..6,
        lower in any::<bool>(),
    ) {
        let calendar = [
            Calendar::Standard, Calendar::NoLeap, Calendar::Day360, Calendar::AllLeap, Calendar::Julian,
            Calendar::ProlepticGregorian,
        ][which];
        let first = Timestamp::parse("2018-01-01T12:00", calendar).unwrap().0.plus_seconds(86_400.0 * start as f64);
        let times: Vec<Timestamp> = (0..count).map(|k| first.plus_seconds(86_400.0 * k as f64)).collect();
        let mut state = 1u64;
        let cube: Vec<Vec<f32>> = times
            .iter()
            .map(|_| {
                (0..2)
                    .map(|_| {
                        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                        if (state >> 33) % 10 < nan { f32::NAN } else { ((state >> 40) as f32) / 1e5 }
                    })
                    .collect()
            })
            .collect();
        let window_days = 2 * window + 1;
        let last_year = times[count - 1].civil().year;
        let base_years = (base > 0).then_some((first.civil().year, last_year - base + 1));
        prop_assume!(base_years.is_none_or(|(a, b)| a <= b));
        // the day's number in the calendar's longest year
        let ring = match calendar { Calendar::Day360 => 360, Calendar::NoLeap => 365, _ => 366 };
        let number = |t: &Timestamp| {
            let c = t.civil();
            if calendar == Calendar::Day360 {
                return i64::from(c.month - 1) * 30 + i64::from(c.day);
            }
            let lengths = [31, if calendar == Calendar::NoLeap { 28 } else { 29 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            lengths[..usize::from(c.month) - 1].iter().sum::<i64>() + i64::from(c.day)
        };
        let spread = if lower { Spread::Percentile(20.0) } else { Spread::Sigmas(1.0) };
        let condition = Condition::Climatology { side: Side::Below, spread, window_days, base_years };
        let baseline = run(&condition, &times, &cube);
        let slots: Vec<usize> = (0..count).map(|k| baseline.slot_of(k)).collect();
        let fields = baseline.into_fields();
        for k in (0..count).step_by(13) {
            for cell in 0..2 {
                let mut valid: Vec<f64> = (0..count)
                    .filter(|j| base_years.is_none_or(|(a, b)| (a..=b).contains(&times[*j].civil().year)))
                    .filter(|j| {
                        let apart = (number(&times[*j]) - number(&times[k])).rem_euclid(ring);
                        apart.min(ring - apart) <= i64::from(window)
                    })
                    .map(|j| f64::from(cube[j][cell]))
                    .filter(|x| !x.is_nan())
                    .collect();
                match &fields[slots[k]] {
                    Baseline::Moments { mean: Values::F64(mean), std_dev: Values::F64(std_dev) } => {
                        match plain_moments(&valid) {
                            None => prop_assert!(mean[cell].is_nan() && std_dev[cell].is_nan()),
                            Some((m, s)) => {
                                prop_assert!((mean[cell] - m).abs() <= 1e-9 * m.abs().max(1.0), "{} {m}", mean[cell]);
                                prop_assert!((std_dev[cell] - s).abs() <= 1e-9 * m.abs().max(1.0), "{} {s}", std_dev[cell]);
                            }
                        }
                    }
                    Baseline::Bounds { low: Some(Values::F64(low)), high: None } => {
                        valid.sort_by(f64::total_cmp);
                        if valid.len() < 2 {
                            prop_assert!(low[cell].is_nan());
                        } else {
                            let at = 0.2 * (valid.len() - 1) as f64;
                            let below = at.floor() as usize;
                            let next = valid[(below + 1).min(valid.len() - 1)];
                            let expected = valid[below] + (next - valid[below]) * (at - at.floor());
                            prop_assert!((low[cell] - expected).abs() < 1e-9, "{} {expected}", low[cell]);
                        }
                    }
                    other => prop_assert!(false, "{other:?}"),
                }
            }
        }
    }
}

#[test]
fn float32_sums_of_many_cells_equal_those_cell_by_cell() {
    // more cells than a block, so that blocks meet
    let cells = 2500;
    let value = |t: usize, c: usize| 200.0 + ((t * 7919 + c * 104_729) % 1000) as f32 / 7.0;
    let cube: Vec<Vec<f32>> = (0..9).map(|t| (0..cells).map(|c| value(t, c)).collect()).collect();
    let got = field(run(&Condition::Tos2caAnomaly { factor: 1.0 }, &days("2020-01-01", 9, 1.0), &cube));
    let Baseline::Moments { mean: Values::F32(mean), std_dev: Values::F32(std_dev) } = got else { panic!() };
    for c in 0..cells {
        let m = (0..9).fold(0.0f32, |sum, t| sum + cube[t][c]) / 9.0;
        let s = ((0..9).fold(0.0f32, |sum, t| sum + (cube[t][c] - m) * (cube[t][c] - m)) / 9.0).sqrt();
        assert_eq!((mean[c], std_dev[c]), (m, s), "cell {c}");
    }
}

#[test]
fn a_constant_cell_has_no_spread() {
    let condition = Condition::Anomaly { side: Side::Beyond, spread: Spread::Sigmas(0.5) };
    let times = days("2020-01-01", 7, 1.0);
    let mut tile = TileStatistics::new(&condition, &times, 1).unwrap();
    (0..7).for_each(|k| tile.push(k, Values::F64(vec![0.1])).unwrap());
    let Baseline::Moments { mean, std_dev } = field(tile.finish().unwrap()) else { panic!() };
    assert_eq!((mean, std_dev), (Values::F64(vec![0.1]), Values::F64(vec![0.0])));
}
