//! Several granules: what is missing, doubled, or does not fit.

use eventscape_catalog::{CatalogError, Entry, NoticeCode, Source, SubsetRequest, ValueType};

use crate::support::{Ask, assert_cells, axes, cell, codes, field, files, fixture, stamps, text};

/// A collection of the daily granules.
fn daily() -> Entry {
    let toml = r#"
        id = "DAYS"
        title = "Days"
        capabilities = ["phdef"]
        format = "netCDF-3"
        [valid]
        start = "2020-01-01"
        [granules]
        pattern = "day_{YYYY}{MM}{DD}.nc"
        every = "P1D"
        steps = 1
        [axes]
        latitude = "lat"
        longitude = "lon"
        time = "time"
        order = ["time", "lat", "lon"]
        longitudes = "-180..180"
        resolution = [20.0, 45.0]
        [time]
        step = "P1D"
        encoding = "hours"
        [variables.x]
        units = "K"
    "#;
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), toml).unwrap();
    eventscape_catalog::Catalog::builtin().unwrap().with_file(file.path()).unwrap().get("DAYS").unwrap().clone()
}

pub(crate) fn days() -> SubsetRequest {
    let source = Source { collection: Some(daily()), inputs: Vec::new(), root: Some(text(&fixture("cf/days"))) };
    SubsetRequest { source, ..SubsetRequest::default() }
}

#[test]
fn each_granule_is_unpacked_by_its_own_attributes() {
    let subset = days().open();
    assert_eq!(subset.len(), 5);
    assert_eq!(subset.variables()[0].value_type, ValueType::F64);
    let (lat, lon) = axes(&subset);
    for (index, day) in [1.0, 2.0, 4.0, 5.0, 6.0].into_iter().enumerate() {
        let values = field(&subset, index);
        assert!(values[0].is_nan(), "each day has its own fill value");
        for (at, value) in values.iter().enumerate().skip(1) {
            let wanted = cell(0.0, lat[at / 8], lon[at % 8]) / 500.0;
            assert!((value - wanted).abs() <= 0.25 * day + 1e-9, "day {day}, cell {at}: {value} is not {wanted}");
        }
    }
}

#[test]
fn a_missing_granule_and_the_gap_are_told_by_name() {
    let subset = days().open();
    assert_eq!(codes(&subset), [NoticeCode::GranuleMissing, NoticeCode::TimeGap]);
    assert!(subset.notices()[0].message.contains("day_20200103.nc"), "{}", subset.notices()[0]);
    assert!(subset.notices()[1].message.contains("2020-01-02T12:00:00Z"), "{}", subset.notices()[1]);
    // also where the span is given and nothing is left at its ends
    let wide = days().span("2020-01-01", "2020-01-09").open();
    let missing: Vec<_> = wide.notices().iter().filter(|n| n.code == NoticeCode::GranuleMissing).collect();
    assert_eq!(missing.len(), 2);
    for name in ["day_20200107.nc", "day_20200108.nc", "day_20200109.nc"] {
        assert!(missing[1].message.contains(name), "{}", missing[1]);
    }
    assert!(days().span("2020-01-04", "2020-01-06").open().notices().is_empty());
}

#[test]
fn only_granules_of_the_span_are_opened() {
    let subset = days().span("2020-01-02", "2020-01-04").open();
    assert_eq!(subset.counts().granules_scanned, 2);
    assert_eq!(subset.granules().len(), 2);
    assert_eq!(stamps(&subset), ["2020-01-02T12:00:00Z", "2020-01-04T12:00:00Z"]);
}

#[test]
fn the_order_in_which_files_are_named_does_not_matter() {
    let names = [
        "days/day_20200105.nc",
        "days/day_20200101.nc",
        "days/day_20200106.nc",
        "days/day_20200102.nc",
        "days/day_20200104.nc",
    ];
    let shuffled = files(&names).open();
    let folder = files(&["days"]).open();
    let pattern = files(&["days/day_*.nc"]).open();
    for subset in [&folder, &pattern] {
        assert_eq!(stamps(subset), stamps(&shuffled));
        assert_eq!(field(subset, 2)[5], field(&shuffled, 2)[5]);
    }
    assert_eq!(shuffled.nominal_step_seconds(), Some(86_400.0));
    assert_eq!(codes(&shuffled), [NoticeCode::TimeGap]);
}

#[test]
fn a_file_named_twice_is_read_once_and_told() {
    let subset = files(&["days/day_20200105.nc", "days/day_20200105.nc"]).open();
    assert_eq!(subset.len(), 1);
    assert_eq!(codes(&subset), [NoticeCode::GranuleRepeated]);
}

#[test]
fn a_time_in_two_granules_is_read_from_the_first_by_name() {
    let subset = files(&["odd/same_time.nc", "global_180.nc"]).open();
    assert_eq!(subset.len(), 5);
    assert_cells(&subset, 1, 1.0);
    assert_cells(&subset, 4, 8.0);
    let repeated: Vec<_> = subset.notices().iter().filter(|n| n.code == NoticeCode::TimeRepeated).collect();
    assert_eq!(repeated.len(), 1);
    for name in ["global_180.nc", "same_time.nc", "2020-01-01T06:00:00Z"] {
        assert!(repeated[0].message.contains(name), "{}", repeated[0]);
    }
}

#[test]
fn other_files_of_a_folder_are_left_out_and_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture("cf/days/day_20200101.nc"), folder.path().join("day_20200101.nc")).unwrap();
    std::fs::write(folder.path().join("README.md"), "not data").unwrap();
    let mut request = days();
    request.source.inputs = vec![text(folder.path())];
    for request in
        [request.clone(), SubsetRequest { source: Source { collection: None, ..request.source.clone() }, ..request }]
    {
        let subset = request.open();
        assert_eq!(subset.len(), 1);
        assert_eq!(codes(&subset), [NoticeCode::FileIgnored]);
        assert!(subset.notices()[0].message.contains("README.md"));
    }
}

#[test]
fn granules_that_do_not_fit_are_refused_by_both_names() {
    for (name, reason) in [
        ("odd/other_grid.nc", "longitude number 0"),
        ("odd/other_units.nc", "`K` in the one and in `degC`"),
        ("odd/other_calendar.nc", "noleap"),
    ] {
        let error = files(&["global_180.nc", name]).refused();
        assert!(matches!(error, CatalogError::Mismatch { .. }), "{error}");
        let text = error.to_string();
        assert!(text.contains("global_180.nc") && text.contains(&name[4..]) && text.contains(reason), "{text}");
    }
}

#[test]
fn units_may_be_spelt_in_two_ways() {
    let subset = files(&["global_180.nc", "odd/same_units.nc"]).open();
    assert_eq!(subset.len(), 5);
    assert!(subset.notices().iter().all(|n| n.code == NoticeCode::TimeGap || n.code == NoticeCode::TimeRepeated));
}

#[test]
fn two_calendars_that_name_the_same_instants_fit() {
    let subset = files(&["global_180.nc", "odd/same_calendar.nc"]).open();
    assert_eq!(subset.len(), 5);
    assert!(subset.times().iter().all(|t| t.calendar() == subset.calendar()));
}

#[test]
fn the_widest_type_of_all_granules_is_that_of_all_scenes() {
    let subset = files(&["global_180.nc", "odd/double.nc"]).open();
    assert_eq!(subset.variables()[0].value_type, ValueType::F64);
    for index in [0, 4] {
        assert!(matches!(subset.read(index).unwrap().fields[0], eventscape_core::Values::F64(_)));
    }
}

#[test]
fn units_other_than_the_catalogue_s_are_told() {
    let mut request = days();
    request.source.collection.as_mut().unwrap().variables.get_mut("x").unwrap().units = Some("mm/h".to_owned());
    let subset = request.span("2020-01-04", "2020-01-06").open();
    assert_eq!(codes(&subset), [NoticeCode::UnitsUnexpected]);
}

#[test]
fn a_name_that_tells_another_time_is_told_and_the_file_counts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture("cf/days/day_20200101.nc"), folder.path().join("day_20200103.nc")).unwrap();
    let mut request = days();
    request.source.root = Some(text(folder.path()));
    let subset = request.open();
    assert_eq!(stamps(&subset), ["2020-01-01T12:00:00Z"]);
    assert_eq!(codes(&subset), [NoticeCode::TimeUnexpected]);
}

#[test]
fn a_span_beyond_the_collection_is_told() {
    let subset = days().span("2019-12-01", "2020-01-02").open();
    assert!(codes(&subset).contains(&NoticeCode::OutsideValidity));
    assert!(!codes(&subset).contains(&NoticeCode::GranuleMissing), "none is missing before the collection begins");
}

#[test]
fn nothing_found_says_where_and_what_a_name_looks_like() {
    let error = days().span("2020-02-01", "2020-02-02").refused();
    assert_eq!(error.kind(), eventscape_core::ErrorKind::Data);
    let text = error.to_string();
    assert!(text.contains("day_20200201.nc") && text.contains("5 granules of other times"), "{text}");
    let mut request = days();
    request.source.root = Some("no/such/folder".to_owned());
    assert!(request.refused().to_string().contains("no/such/folder"));
    let error = files(&["nothing_*.nc"]).refused().to_string();
    assert!(error.contains("nothing_*.nc"), "{error}");
    let error = SubsetRequest::default().refused().to_string();
    assert!(error.contains("--input"), "{error}");
}

#[test]
fn many_threads_read_the_same_scenes() {
    let subset = days().open();
    let bits = |i: usize| field(&subset, i).into_iter().map(f64::to_bits).collect::<Vec<_>>();
    let alone: Vec<_> = (0..5).map(bits).collect();
    std::thread::scope(|scope| {
        for k in 0..8 {
            let (alone, bits) = (&alone, &bits);
            scope.spawn(move || {
                for i in (0..5).map(|i| (i * 3 + k) % 5) {
                    assert_eq!(bits(i), alone[i]);
                }
            });
        }
    });
    assert!(subset.read(5).is_err());
}

#[test]
fn a_plan_tells_what_reading_would_cost() {
    let subset = days().open();
    let plan = subset.plan().unwrap();
    assert_eq!((plan.granules, plan.scenes, plan.is_estimate), (5, 5, false));
    assert_eq!(plan.decoded_bytes, 5 * 6 * 8 * 2);
    assert_eq!(plan.scene_bytes, 6 * 8 * 8);
    assert!(plan.stored_bytes > 0 && plan.requests >= 5);
    assert_eq!(subset.counts().from_source, 0);
}
