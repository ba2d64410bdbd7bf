use eventscape_catalog::{Catalog, CatalogError, Context, QualityChoice, Source, SubsetRequest, Swaths};
use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;

use crate::support::fixture;

fn request(collection: bool, variables: &[&str]) -> SubsetRequest {
    let folder = fixture("granules/ASCATB-L2-25km");
    let entry = Catalog::builtin().unwrap().get("ASCATB-L2-25km").unwrap().clone();
    SubsetRequest {
        source: Source {
            collection: collection.then_some(entry),
            inputs: vec![format!("{}/*.nc", folder.display())],
            root: None,
        },
        variables: variables.iter().map(|name| (*name).to_owned()).collect(),
        ..SubsetRequest::default()
    }
}

fn open(request: &SubsetRequest, quality: &QualityChoice) -> Result<Swaths, CatalogError> {
    Swaths::open(request, quality, &Context::default())
}

#[test]
fn swaths_give_each_cell_its_place_time_and_value() {
    for collection in [true, false] {
        let request = request(collection, &["wind_speed", "wind_dir"]);
        assert!(Swaths::are_meant(&request, &Context::default()));
        let swaths = open(&request, &QualityChoice::Catalogue).unwrap();
        assert_eq!((swaths.len(), swaths.is_empty()), (1, false));
        assert_eq!(swaths.variables()[0].units.as_deref(), Some("m s-1"));
        let orbit = swaths.read(0).unwrap();
        assert_eq!(orbit.start, Timestamp::parse("2020-01-04T01:00:00Z", Calendar::Standard).unwrap().0);
        assert_eq!(orbit.lat.len(), 60 * 42);
        // netCDF4-python's values of the cells (0, 0), (0, 1) and (1, 0)
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
        for (cell, lat, lon, speed, seconds) in
            [(0, -6.0, 300.0, 5.89, 0), (1, -5.95, 300.24, 5.46, 0), (42, -5.78, 300.05, 6.68, 4)]
        {
            near(orbit.lat[cell], lat);
            near(orbit.lon[cell], lon);
            near(orbit.values[0].get(cell).unwrap(), speed);
            near(orbit.values[1].get(cell).unwrap(), 90.0);
            assert_eq!(orbit.micros[cell] - orbit.start.micros(), seconds * 1_000_000);
        }
        assert_eq!(swaths.granules_read(), 1);
    }
}

#[test]
fn swaths_are_chosen_by_their_times() {
    let at = |text: &str| Timestamp::parse(text, Calendar::Standard).unwrap().0;
    for collection in [true, false] {
        let swaths = open(&request(collection, &["wind_speed"]), &QualityChoice::Any).unwrap();
        assert_eq!(swaths.between(at("2020-01-04T00:30Z"), at("2020-01-04T01:00Z")), [0]);
        assert!(swaths.between(at("2020-01-03T23:00Z"), at("2020-01-04T00:30Z")).is_empty());
        assert!(swaths.between(at("2020-01-04T04:00Z"), at("2020-01-04T05:00Z")).is_empty());
        let late = SubsetRequest {
            start: Some("2020-01-05".to_owned()),
            end: Some("2020-01-06".to_owned()),
            ..request(collection, &["wind_speed"])
        };
        assert!(matches!(open(&late, &QualityChoice::Any), Err(CatalogError::Empty(_))));
    }
}

#[test]
fn swaths_that_cannot_be_meant_so_are_refused_by_name() {
    let said =
        |variables: &[&str], quality: QualityChoice| open(&request(true, variables), &quality).unwrap_err().to_string();
    assert!(said(&[], QualityChoice::Any).contains("wind_speed"));
    assert!(said(&["wind"], QualityChoice::Any).contains("there is no variable `wind`"));
    assert!(said(&["lat"], QualityChoice::Any).contains("no swath"));
    let reject = QualityChoice::Reject(vec!["rainy".to_owned()]);
    let text = said(&["wind_speed"], reject);
    assert!(text.contains("rainy") && text.contains("knmi_quality_control_fails"), "{text}");
    let grid = SubsetRequest {
        source: Source { inputs: vec![fixture("granules/GPM_MERGIR").display().to_string()], ..Source::default() },
        variables: vec!["Tb".to_owned()],
        ..SubsetRequest::default()
    };
    assert!(!Swaths::are_meant(&grid, &Context::default()));
}
