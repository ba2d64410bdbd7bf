//! The command line that is built without the service, GeoPackages and Redis.

use crate::{eventscape, fixtures, said};

#[test]
fn what_is_not_built_in_says_so_by_name_and_how_to_get_it() {
    let command = |arguments: &[&str]| {
        let output = eventscape(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        said(&output)
    };
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["worker"],
        &["jobs", "list"],
        &["users", "add", "ada@example.org"],
        &["config", "check"],
        &["migrate"],
    ] {
        let text = command(arguments);
        assert!(text.contains(&format!("`eventscape {}`", arguments[0])) && text.contains("--features full"), "{text}");
    }
    let text = command(&["schema", "service"]);
    assert!(text.contains("--features full"), "{text}");
    let package = fixtures().join("outlines/floods.gpkg").display().to_string();
    let text = command(&["mask-from", &package, "--out", "out"]);
    assert!(text.contains("`geopackage`") && text.contains("ogr2ogr"), "{text}");
    let input = fixtures().join("ostia/ostia_monthly.nc").display().to_string();
    let job =
        ["phdef", "--input", &input, "--variable", "surface_temperature", "--operator", "lessThan", "--value", "297"];
    let text = command(&[&job[..], &["--cache", "redis://localhost", "--out", "out"]].concat());
    assert!(text.contains("`redis`"), "{text}");
}
