//! Times, calendars and spans.

use crate::support::{Ask, assert_cells, codes, files, stamps};
use eventscape_catalog::{NoticeCode, SubsetRequest, TimeOrder};
use eventscape_core::time::Calendar;

#[test]
fn every_cf_calendar_counts_its_own_days() {
    for (name, calendar, days) in [
        ("standard", Calendar::Standard, ["02-28", "03-01", "03-02"]),
        ("gregorian", Calendar::Standard, ["02-28", "03-01", "03-02"]),
        ("proleptic_gregorian", Calendar::ProlepticGregorian, ["02-28", "03-01", "03-02"]),
        ("julian", Calendar::Julian, ["02-28", "02-29", "03-01"]),
        ("noleap", Calendar::NoLeap, ["02-28", "03-01", "03-02"]),
        ("365_day", Calendar::NoLeap, ["02-28", "03-01", "03-02"]),
        ("all_leap", Calendar::AllLeap, ["02-28", "02-29", "03-01"]),
        ("366_day", Calendar::AllLeap, ["02-28", "02-29", "03-01"]),
        ("360_day", Calendar::Day360, ["02-28", "02-29", "02-30"]),
    ] {
        let subset = files(&[&format!("calendars/{name}.nc")]).open();
        assert_eq!(subset.calendar(), calendar, "{name}");
        assert_eq!(stamps(&subset), days.map(|d| format!("1900-{d}T00:00:00Z")), "{name}");
        assert_cells(&subset, 2, 2.0);
    }
}

#[test]
fn the_span_is_taken_on_the_data_s_calendar() {
    let subset = files(&["calendars/360_day.nc"]).span("1900-02-29", "1900-02-30").open();
    assert_eq!(stamps(&subset), ["1900-02-29T00:00:00Z", "1900-02-30T00:00:00Z"]);
    let error = files(&["calendars/noleap.nc"]).span("1900-02-29", "1900-03-01").refused().to_string();
    assert!(error.contains("noleap"), "{error}");
}

#[test]
fn both_bounds_of_the_span_are_inside() {
    let hours = |start: &str, end: &str| files(&["global_180.nc"]).span(start, end).open().len();
    assert_eq!(hours("2020-01-01T06:00", "2020-01-01T12:00"), 2);
    assert_eq!(hours("2020-01-01T06:01", "2020-01-01T12:00"), 1);
    assert_eq!(hours("2020-01-01", "2020-01-01"), 4);
    assert_eq!(hours("2020", "2020"), 4);
    assert_eq!(hours("2019-12-31", "2020-01-01T00:00Z"), 1);
}

#[test]
fn an_empty_span_is_refused_with_the_times_that_there_are() {
    let error = files(&["global_180.nc"]).span("2021-01-01", "2021-01-02").refused().to_string();
    assert!(error.contains("2020-01-01T00:00:00Z") && error.contains("2020-01-01T18:00:00Z"), "{error}");
    let error = files(&["global_180.nc"]).span("2020-01-02", "2020-01-01").refused().to_string();
    assert!(error.contains("before the start"), "{error}");
    let error = files(&["global_180.nc"]).span("yesterday", "2020-01-01").refused().to_string();
    assert!(error.contains("start") && error.contains("yesterday"), "{error}");
}

#[test]
fn a_single_time_comes_from_a_scalar_or_an_attribute() {
    assert_eq!(stamps(&files(&["scalar_time.nc"]).open()), ["2020-01-01T06:00:00Z"]);
    assert_eq!(stamps(&files(&["attribute_time.nc"]).open()), ["2020-03-04T05:00:00Z"]);
    let error = files(&["no_time.nc"]).refused().to_string();
    assert!(error.contains("no_time.nc") && error.contains("time_coverage_start"), "{error}");
    let error = files(&["steps_without_times.nc"]).variable("x").refused().to_string();
    assert!(error.contains("2 steps along `time`"), "{error}");
}

#[test]
fn half_hours_counted_in_days_fall_on_half_hours() {
    let subset = files(&["half_hours_in_days.nc"]).open();
    assert_eq!(subset.nominal_step_seconds(), Some(1800.0));
    assert!(subset.times().iter().all(|t| t.micros() % 1_800_000_000 == 0));
    assert_eq!(subset.times()[47].stamp(), "202001032330");
}

#[test]
fn times_are_sorted_and_a_repeated_one_is_read_once() {
    let subset = files(&["shuffled.nc"]).open();
    assert_eq!(stamps(&subset), ["00", "06", "12", "18"].map(|h| format!("2020-01-01T{h}:00:00Z")));
    for (index, step) in [1.0, 3.0, 0.0, 2.0].into_iter().enumerate() {
        assert_cells(&subset, index, step);
    }
    assert_eq!(codes(&subset), [NoticeCode::TimeRepeated]);
    assert!(subset.notices()[0].message.contains("2020-01-01T12:00:00Z"));
}

#[test]
fn scenes_of_one_granule_come_as_listed_where_that_is_asked_for() {
    let listed = |names: &[&str]| SubsetRequest { order: TimeOrder::AsListed, ..files(names) };
    let subset = listed(&["shuffled.nc"]).open();
    assert_eq!(stamps(&subset), ["12", "00", "18", "06"].map(|h| format!("2020-01-01T{h}:00:00Z")));
    for index in 0..4 {
        assert_cells(&subset, index, index as f64);
    }
    assert_eq!(codes(&subset), [NoticeCode::TimeRepeated, NoticeCode::TimeUnsorted]);
    assert_eq!(subset.nominal_step_seconds(), Some(6.0 * 3600.0));
    // in the span nothing is out of order
    let part = listed(&["shuffled.nc"]).span("2020-01-01T00", "2020-01-01T05").open();
    assert_eq!(codes(&part), []);
}
