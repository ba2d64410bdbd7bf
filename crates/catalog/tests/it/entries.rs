//! Every collection on a granule of its form.

use serde_json::Value;

use crate::support::{Ask, assert_cells, axes, codes, collection, field, fixture, numbers, stamps};
use eventscape_catalog::{Catalog, NoticeCode, ValueType};
use eventscape_core::time::Calendar;

/// What netCDF4-python reads from the fixtures.
fn expected() -> Vec<Value> {
    serde_json::from_str(&std::fs::read_to_string(fixture("cf/expected.json")).unwrap()).unwrap()
}

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap_or(f64::NAN)).collect()
}

#[test]
fn every_collection_reads_its_granules_as_netcdf4_python_does() {
    let cases = expected();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let text = |key: &str| case[key].as_str().unwrap();
        let id = text("collection");
        let folder = format!("granules/{}", text("folder"));
        let mut request = collection(id, &folder).variable(text("variable")).span(text("start"), text("end"));
        if let [w, s, e, n] = case["box"].as_array().map(|_| floats(&case["box"])).unwrap_or_default()[..] {
            request = request.bbox(w, s, e, n);
        }
        if let Some(level) = case["level"].as_u64() {
            request = request.level(&format!("#{level}"));
        }
        let subset = request.open();
        let (lat, lon) = axes(&subset);
        assert_eq!(lat, floats(&case["lat"]), "{id}");
        assert_eq!(lon, floats(&case["lon"]), "{id}");
        let times: Vec<&str> = case["times"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
        assert_eq!(stamps(&subset), times, "{id}");
        for (step, values) in case["fields"].as_object().unwrap() {
            let (found, wanted) = (field(&subset, step.parse().unwrap()), floats(values));
            assert_eq!(found.len(), wanted.len(), "{id}");
            for (at, (a, b)) in found.iter().zip(&wanted).enumerate() {
                let same = (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-15 * b.abs().max(1.0);
                assert!(same, "{id}, step {step}, cell {at}: {a} is not {b}");
            }
        }
        assert_eq!(subset.calendar(), Calendar::Standard, "{id}");
    }
}

#[test]
fn the_collections_without_a_granule_at_hand_read_one_of_their_form() {
    let steps = [
        ("M2TMNXLND_5.12.4", "GWETTOP", 1, "2020-01-01T00:30:00Z"),
        ("M2I1NXLFO_5.12.4", "TLML", 24, "2020-01-04T23:00:00Z"),
        ("M2IMNXLFO_5.12.4", "TLML", 1, "2020-01-01T00:00:00Z"),
        ("M2I1NXASM_5.12.4", "T2M", 24, "2020-01-04T23:00:00Z"),
        ("M2IMNXASM_5.12.4", "T2M", 1, "2020-01-01T00:00:00Z"),
        ("M2I3NXGAS_5.12.4", "AODana", 8, "2020-01-04T21:00:00Z"),
        ("M2SMNXEDI_2", "R90P", 1, "2020-01-01T00:30:00Z"),
    ];
    for (id, variable, count, last) in steps {
        let request = collection(id, &format!("cf/merra2/{id}")).variable(variable).bbox(-59.5, 10.0, -58.0, 12.0);
        let subset = request.open();
        assert_eq!(subset.len(), count, "{id}");
        assert_eq!(stamps(&subset).last().unwrap(), last, "{id}");
        assert_eq!((subset.grid().ny(), subset.grid().nx()), (5, 3), "{id}");
        let (lat, lon) = axes(&subset);
        for index in [0, count - 1] {
            for (at, found) in field(&subset, index).into_iter().enumerate() {
                let wanted = crate::support::cell(index as f64, lat[at / 3], lon[at % 3]) as f32;
                assert_eq!(found, f64::from(wanted), "{id}");
            }
        }
        assert!(subset.notices().is_empty(), "{id}: {:?}", subset.notices());
    }
}

#[test]
fn missing_cells_are_nan() {
    let subset = collection("M2I1NXASM_5.12.4", "cf/merra2/M2I1NXASM_5.12.4").variable("T2M").open();
    let values = field(&subset, 3);
    assert!(values[0].is_nan());
    assert_eq!(values.iter().filter(|x| x.is_nan()).count(), 1);
}

#[test]
fn production_stream_401_is_found() {
    let september =
        collection("M2I1NXINT_5.12.4", "cf/merra2/M2I1NXINT_5.12.4").variable("TQV").span("2020-09-01", "2020-09-01");
    assert!(september.open().granules()[0].location.contains("MERRA2_401"));
    let daily = collection("M2SDNXSLV_5.12.4", "granules/M2SDNXSLV_5.12.4")
        .variable("T2MMEAN")
        .span("2020-09-04", "2020-09-04");
    assert!(daily.open().granules()[0].location.contains("MERRA2_401"));
}

#[test]
fn a_monthly_granule_is_read_once_whatever_days_are_asked_for() {
    let subset = collection("M2IMNXINT_5.12.4", "granules/M2IMNXINT_5.12.4")
        .variable("TQV")
        .span("2020-01-01", "2020-01-31")
        .open();
    assert_eq!(stamps(&subset), ["2020-01-01T00:00:00Z"]);
    assert_eq!(subset.granules().len(), 1);
    assert!(subset.notices().is_empty(), "{:?}", subset.notices());
    assert_eq!(subset.nominal_step_seconds(), Some(30.4375 * 86_400.0));
}

#[test]
fn only_times_inside_the_span_are_read() {
    let id = "ECCO_L4_ATM_STATE_05DEG_DAILY_V4R4";
    let subset = collection(id, &format!("granules/{id}")).variable("EXFatemp").span("2017-12-31", "2017-12-31").open();
    assert_eq!(stamps(&subset), ["2017-12-31T06:00:00Z"]);
}

#[test]
fn imerg_names_julian_and_means_standard() {
    let subset = collection("GPM_3IMERGHH", "granules/GPM_3IMERGHH.07")
        .variable("precipitation")
        .span("2020-01-04", "2020-01-04T01:00")
        .open();
    assert_eq!(subset.calendar(), Calendar::Standard);
    assert!(codes(&subset).contains(&NoticeCode::CalendarRelabelled));
    assert_eq!(subset.variables()[0].path, "Grid/precipitation");
    assert_eq!(subset.variables()[0].units.as_deref(), Some("mm/hr"));
    assert_eq!(subset.nominal_step_seconds(), Some(1800.0));
}

#[test]
fn a_three_dimensional_variable_needs_a_level() {
    let request =
        collection("M2I3NVCHM_5.12.4", "granules/M2I3NVCHM_5.12.4").variable("CO").span("2020-01-04", "2020-01-04");
    let error = request.refused().to_string();
    assert!(error.contains("#1 = 67") && error.contains("#6 = 72") && error.contains("layer"), "{error}");
    let by_value = request.clone().level("69 layer").open();
    let by_place = request.level("#3").open();
    assert_eq!(field(&by_value, 5), field(&by_place, 5));
    assert_eq!(by_place.variables()[0].level.as_deref(), Some("69 layer"));
}

#[test]
fn packed_sst_is_float64_by_its_own_scale_and_offset() {
    let id = "MUR-JPL-L4-GLOB-v4.1";
    let subset =
        collection(id, &format!("granules/{id}")).variable("analysed_sst").span("2020-01-04", "2020-01-04").open();
    assert_eq!(subset.variables()[0].value_type, ValueType::F64);
    let values = field(&subset, 0);
    assert_eq!(values.iter().filter(|x| x.is_nan()).count(), 64);
    assert!(values.iter().all(|x| x.is_nan() || (285.0..310.0).contains(x)));
}

#[test]
fn version_1_opens_version_1() {
    for version in ["v1", "v2"] {
        let id = format!("OISSS_L4_multimission_7day_{version}");
        let subset = collection(&id, "granules").variable("sss").span("2011-08-26", "2011-08-30").open();
        assert_eq!(subset.granules().len(), 1);
        assert!(subset.granules()[0].location.contains(&format!("7d_{version}.0")));
    }
}

#[test]
fn swaths_are_refused_with_the_reason() {
    let error = collection("ASCATB-L2-25km", "granules/ASCATB-L2-25km").variable("wind_speed").refused();
    assert!(error.to_string().contains("swath"), "{error}");
    // without the catalogue the file itself tells
    let input = fixture("granules/ASCATB-L2-25km").join("ascat_20200104_010000_metopb_38001_eps_o_250_2300_ovw.l2.nc");
    let mut request = crate::support::files(&[]);
    request.source.inputs = vec![crate::support::text(&input)];
    let error = request.variable("wind_speed").refused().to_string();
    assert!(error.contains("cell by cell"), "{error}");
}

#[test]
fn several_variables_are_fields_in_the_order_asked_for() {
    let folder = "granules/M2I1NXINT_5.12.4";
    let request = |names: &[&str]| {
        names
            .iter()
            .fold(collection("M2I1NXINT_5.12.4", folder).span("2020-01-04", "2020-01-04"), |r, n| r.variable(n))
            .open()
    };
    let (both, single) = (request(&["TQV", "TQI"]), request(&["TQI"]));
    let scene = both.read(7).unwrap();
    assert_eq!(scene.fields.len(), 2);
    // bits, since missing cells are NaN
    let bits = |v: Vec<f64>| v.into_iter().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(numbers(&scene.fields[1])), bits(field(&single, 7)));
    assert_eq!(both.variables().iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["TQV", "TQI"]);
}

#[test]
fn a_mask_time_finds_the_step_it_belongs_to() {
    let catalog = Catalog::builtin().unwrap();
    let round = |id: &str, time: &str| {
        let (time, _) = eventscape_core::Timestamp::parse(time, Calendar::Standard).unwrap();
        catalog.get(id).unwrap().round_time(time).unwrap().to_string()
    };
    for (id, time, step) in [
        ("GPM_MERGIR", "2020-01-04T00:14", "2020-01-04T00:00:00Z"),
        ("GPM_MERGIR", "2020-01-04T00:15", "2020-01-04T00:30:00Z"),
        ("GPM_MERGIR", "2020-01-04T23:50", "2020-01-05T00:00:00Z"),
        ("M2I1NXINT", "2020-01-04T05:59", "2020-01-04T05:00:00Z"),
        ("M2T1NXSLV", "2020-01-04T05:10", "2020-01-04T05:30:00Z"),
        ("M2TMNXLND", "2020-02-29T12:00", "2020-02-01T00:30:00Z"),
        ("ECCO_L4_ATM_STATE_05DEG_DAILY", "2017-12-30T23:00", "2017-12-30T12:00:00Z"),
        ("OSCAR_L4_OC_FINAL_V2.0", "2020-01-04T18:00", "2020-01-04T00:00:00Z"),
        ("SEA_SURFACE_HEIGHT_ALT_GRIDS_L4_2SATS_5DAY_6THDEG_V_JPL2205", "1992-10-12T18:00", "1992-10-10T12:00:00Z"),
        ("OISSS_L4_multimission_7day_v1", "2011-08-30T00:00", "2011-09-01T00:00:00Z"),
        ("MUR-JPL-L4-GLOB-v4.1", "2020-01-04T22:00", "2020-01-05T09:00:00Z"),
    ] {
        assert_eq!(round(id, time), step, "{id} {time}");
    }
}

#[test]
fn granules_copied_without_their_directories_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let from = fixture("granules/GPM_MERGIR/2020/004");
    for hour in ["00", "01"] {
        let name = format!("merg_20200104{hour}_4km-pixel.nc4");
        std::fs::copy(from.join(&name), folder.path().join(&name)).unwrap();
    }
    let mut request = collection("GPM_MERGIR", "").variable("Tb").span("2020-01-04", "2020-01-04T01:30");
    request.source.root = Some(crate::support::text(folder.path()));
    assert_eq!(request.open().len(), 4);
}

#[test]
fn a_global_grid_is_periodic_and_a_part_of_it_is_not() {
    let whole = crate::support::files(&["global_180.nc"]).open();
    assert!(whole.grid().is_periodic());
    assert_cells(&whole, 2, 2.0);
    let part = crate::support::files(&["global_180.nc"]).bbox(-100.0, -60.0, 100.0, 60.0).open();
    assert!(!part.grid().is_periodic());
}
