use std::collections::BTreeSet;

use super::{json, masks, notices, run, tracks};
use crate::open;

const EARTH_RADIUS_KM: f64 = 6371.0088;

/// Distance by the law of cosines, and the quarter by the signs of what lies between.
fn within(storm: (f64, f64), point: (f64, f64), miles: [f64; 4]) -> bool {
    let (a, b) = (storm.0.to_radians(), point.0.to_radians());
    let lon = (point.1 - storm.1).to_radians();
    let cos = a.sin() * b.sin() + a.cos() * b.cos() * lon.cos();
    let north = a.cos() * b.sin() - a.sin() * b.cos() * lon.cos();
    let east = lon.sin() * b.cos();
    let quarter = match (north > 0.0, east > 0.0) {
        (true, true) => 0,
        (false, true) => 1,
        (false, false) => 2,
        (true, false) => 3,
    };
    cos.clamp(-1.0, 1.0).acos() * EARTH_RADIUS_KM <= miles[quarter] * 1.852
}

#[test]
fn mask_from_gives_a_storm_the_cells_within_its_radii() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("34");
    let summary = run("ibtracs.csv", &["--resolution=0.25"], &out);
    assert_eq!(
        tracks(&out),
        [(Some("DATELINE".to_owned()), "2018244N12177".to_owned()), (None, "2018245N20300".to_owned())]
    );
    let (file, cells) = masks(&out);
    let grid = file.grid();
    assert!(grid.nx() < 1000, "the box goes the short way round: {} columns", grid.nx());
    let mut compared = 0;
    for step in 0..9 {
        let k = f64::from(step);
        let hours = 3 * step;
        let time = format!("2018-09-{:02}T{:02}:00:00Z", 1 + hours / 24, hours % 24);
        let storm = (12.0 + 0.5 * k, (177.0 + 0.9 * k + 180.0) % 360.0 - 180.0);
        let miles = [120.0 + 5.0 * k, 100.0, 60.0, 90.0];
        let expected: BTreeSet<(u32, u32)> = (0..grid.ny())
            .flat_map(|row| (0..grid.nx()).map(move |column| (row, column)))
            .filter(|&(row, column)| within(storm, grid.centre(row, column).unwrap(), miles))
            .map(|(row, column)| (row as u32, column as u32))
            .collect();
        assert_eq!(cells[&(time, 1)], expected, "step {step}");
        compared += expected.len();
    }
    assert!(compared > 1000);
    // the second one has radii at the first and the last of its four times
    let times: Vec<&str> = cells.keys().filter(|key| key.1 == 2).map(|key| &key.0[..13]).collect();
    assert_eq!(times, ["2018-09-01T00", "2018-09-01T18"]);
    let told = notices(&summary);
    for part in ["NEVER (2018246S15060)", "2018245N20300 2 times", "DATELINE (2018244N12177) 1 time"] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    let file = open(&out.join("1/1-ForTraCC-Mask-Output.nc4"));
    assert_eq!(file.attributes("").unwrap()["threshold"].number(), Some(34.0));
    // polygons of a storm on ±180° are cut there
    let polygons = json(&out.join("1/1-201809010600.json"));
    assert_eq!(polygons["features"][0]["geometry"]["type"], "MultiPolygon");
}

#[test]
fn mask_from_reads_ibtracs_as_netcdf_too_and_other_speeds() {
    let folder = tempfile::tempdir().unwrap();
    for knots in ["34", "50", "64"] {
        let asked =
            [&format!("--radius-of={knots}")[..], "--resolution=0.1", "--only=DATELINE", "--products=mask-output"];
        let [table, file] = ["ibtracs.csv", "ibtracs.nc"].map(|name| {
            let out = folder.path().join(format!("{name}{knots}"));
            run(name, &asked, &out);
            masks(&out).1
        });
        assert_eq!(table.len(), if knots == "64" { 5 } else { 9 });
        // positions are float32 in the one and decimal in the other
        for (key, cells) in &table {
            let differ = cells.symmetric_difference(&file[key]).count();
            assert!(differ * 200 <= cells.len(), "{key:?}: {differ} of {} cells differ", cells.len());
        }
    }
}
