//! Files that are damaged, hostile or of something else: a message, the right code, nothing left behind.

use std::path::Path;

use crate::{eventscape, fixtures, said};

fn polygon(properties: &str, coordinates: &str) -> String {
    format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{properties},
        "geometry":{{"type":"Polygon","coordinates":{coordinates}}}}}]}}"#
    )
}

/// Name and bytes of a file, flags, exit code, part of the message.
type Case = (&'static str, Vec<u8>, &'static [&'static str], i32, &'static str);

const SQUARE: &str = "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]";

fn check(file: &Path, more: &[&str], code: i32, part: &str) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut arguments = vec!["mask-from", file.to_str().unwrap(), "--quiet", "--out", out.to_str().unwrap()];
    arguments.extend(more);
    let output = eventscape(&arguments);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    assert!(text.contains(part), "{arguments:?}: `{part}` is not in {text}");
    assert!(!text.contains("panicked"), "{text}");
    assert!(!out.join("1/1-Manifest.json").exists());
}

#[test]
fn mask_from_says_what_is_wrong_with_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let timed = r#"{"time":"2020-01-01"}"#;
    let deep = format!("{}{}", r#"{"type":"FeatureCollection","features":"#, "[".repeat(100_000));
    let cases: Vec<Case> = vec![
        ("empty.json", Vec::new(), &[], 3, "it is empty"),
        ("noise.json", vec![7; 5000], &[], 3, "none of GeoJSON"),
        (
            "open.json",
            b"{\"type\":\"FeatureCollection\",\"features\":[".to_vec(),
            &[],
            3,
            "not GeoJSON that can be understood",
        ),
        ("deep.json", deep.into_bytes(), &[], 3, "recursion limit"),
        ("topology.json", br#"{"type":"Topology"}"#.to_vec(), &[], 3, "Topology"),
        ("none.json", br#"{"type":"FeatureCollection","features":[]}"#.to_vec(), &["--time-property=t"], 2, "`t`"),
        ("untimed.json", polygon(r#"{"a":1}"#, SQUARE).into_bytes(), &[], 2, "--time-property"),
        ("lost.json", polygon(timed, SQUARE).into_bytes(), &["--time-property=when"], 2, "`when`"),
        ("undated.json", polygon(r#"{"time":"soon"}"#, SQUARE).into_bytes(), &[], 3, "`time` is not a date"),
        ("absurd.json", polygon(r#"{"time":"99999999-01-01"}"#, SQUARE).into_bytes(), &[], 3, "is not a date"),
        ("text.json", polygon(timed, r#"[[["a",0],[1,0],[1,1]]]"#).into_bytes(), &[], 3, "not GeoJSON"),
        ("nan.json", polygon(timed, "[[[null,0],[1,0],[1,1],[0,0]]]").into_bytes(), &[], 3, "not a number"),
        ("huge.json", polygon(timed, "[[[1e308,0],[1,0],[1,1],[0,0]]]").into_bytes(), &[], 3, "not on the Earth"),
        ("point.json", polygon(timed, "[[[0,0],[0,0]]]").into_bytes(), &[], 3, "no polygon"),
        (
            "albers.json",
            polygon(timed, SQUARE).replacen('{', r#"{"crs":{"properties":{"name":"EPSG:3310"}},"#, 1).into_bytes(),
            &[],
            3,
            "ogr2ogr",
        ),
        ("fine.json", polygon(timed, SQUARE).into_bytes(), &["--resolution=1e-9"], 2, "at most"),
        ("fine.json", polygon(timed, SQUARE).into_bytes(), &["--resolution=0"], 2, "positive number"),
        ("fine.json", polygon(timed, SQUARE).into_bytes(), &["--bbox=5,5,6,6"], 2, "lies in the grid"),
        ("fine.json", polygon(timed, SQUARE).into_bytes(), &["--kind=cyclones"], 2, "IBTrACS"),
        ("fine.json", polygon(timed, SQUARE).into_bytes(), &["--kind=wildfires"], 3, "ALARM_DATE"),
        ("fine.json", polygon(timed, SQUARE).into_bytes(), &["--kind=whales"], 2, "whales"),
        ("fine.json", polygon(timed, SQUARE).into_bytes(), &["--only=NOBODY"], 2, "NOBODY"),
        ("fine.json", polygon(timed, SQUARE).into_bytes(), &["--start=2021-01-01"], 2, "--start"),
        ("fine.json", polygon(timed, SQUARE).into_bytes(), &["--step=never"], 2, "30min"),
        ("damaged.gpkg", [b"SQLite format 3\0".as_slice(), &[9; 4000]].concat(), &[], 3, "GeoPackage"),
        ("damaged.shp", [[0u8, 0, 0x27, 0x0a].as_slice(), &[9; 4000]].concat(), &[], 3, ".dbf"),
        ("archive.zip", b"PK\x03\x04....".to_vec(), &[], 3, "unpack it"),
        ("storms.csv", b"SID,ISO_TIME,LAT\n1,2,3\n".to_vec(), &[], 3, "`LON`"),
        ("storms.nc", b"CDF\x01\0\0\0\0".to_vec(), &[], 3, "storms.nc"),
    ];
    for (name, bytes, more, code, part) in cases {
        let file = at(name, &bytes);
        let mut arguments = more.to_vec();
        if !more.iter().any(|argument| argument.starts_with("--resolution")) {
            arguments.push("--resolution=0.25");
        }
        check(&file, &arguments, code, part);
    }
    check(&folder.path().join("nowhere.json"), &[], 3, "no such file");
    check(folder.path(), &[], 2, "not a file");
    check(Path::new("s3://bucket/fires.json"), &[], 2, "copy it here");
    let head = "SID,NAME,ISO_TIME,LAT,LON,USA_R34_NE,USA_R34_SE,USA_R34_SW,USA_R34_NW\n";
    for (row, code, part) in [
        ("A,B,2018-01-01,10,20,,,,\n", 3, "storms without radii of 34 knots"),
        ("A,B,someday,10,20,1,1,1,1\n", 3, "line 2"),
        ("A,B,2018-01-01,ten,20,1,1,1,1\n", 3, "`ten`"),
        ("A,B,2018-01-01,10,20,1,1,1,99999\n", 3, "not of this Earth"),
        ("A,B,2018-01-01\n", 3, "line"),
    ] {
        check(&at("storms.csv", format!("{head}{row}").as_bytes()), &["--resolution=1"], code, part);
    }
    let storms = fixtures().join("outlines/ibtracs.csv");
    check(&storms, &["--resolution=1", "--radius-of=40"], 2, "34, 50 or 64");
    check(&storms, &["--resolution=1", "--kind=polygons"], 2, "storm tracks");
    check(&storms, &[], 2, "--grid-like");
}

#[test]
fn mask_from_mends_what_can_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mended.json");
    // a ring that is not closed, one that crosses itself, a hole of nothing
    let rings = "[[[0,0],[4,4],[4,0],[0,4]],[[1,1],[1,1]]]";
    std::fs::write(&file, polygon(r#"{"time":1577836800000}"#, rings)).unwrap();
    let summary = super::run_on(&file, &["--resolution=0.5"], &folder.path().join("out"));
    let told = super::notices(&summary);
    assert!(
        told.contains("rings that are not closed are closed") && told.contains("fewer than three corners"),
        "{told}"
    );
    let (file, cells) = super::masks(&folder.path().join("out"));
    let bow = vec![vec![vec![(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0), (0.0, 0.0)]]];
    // centres on the diagonals are a matter of rounding
    let expected = super::cells_inside(&file, &bow);
    let found = &cells[&("2020-01-01T00:00:00Z".to_owned(), 1)];
    assert!(found.symmetric_difference(&expected).count() <= 16 && found.len() > 20, "{found:?}");
}

/// No prefix and no changed byte of a good file makes the program fail otherwise than by an error.
#[test]
fn mask_from_survives_files_that_are_cut_or_changed() {
    let folder = tempfile::tempdir().unwrap();
    let outlines = fixtures().join("outlines");
    for name in ["floods.dbf", "floods.prj"] {
        std::fs::copy(outlines.join(name), folder.path().join(name)).unwrap();
    }
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below.max(1)
    };
    for name in ["floods.shp", "floods.dbf", "floods.gpkg", "fires_3857.geojson", "ibtracs.csv", "ibtracs.nc"] {
        let whole = std::fs::read(outlines.join(name)).unwrap();
        for round in 0..12 {
            let mut bytes = whole.clone();
            if round % 3 == 0 {
                bytes.truncate(next(whole.len()));
            } else {
                for _ in 0..=next(6) {
                    let place = next(if round % 3 == 1 { whole.len().min(200) } else { whole.len() });
                    bytes[place] = next(256) as u8;
                }
            }
            std::fs::write(folder.path().join(name), &bytes).unwrap();
            if name == "floods.dbf" {
                std::fs::copy(outlines.join("floods.shp"), folder.path().join("floods.shp")).unwrap();
            }
            let file = folder.path().join(if name == "floods.dbf" { "floods.shp" } else { name });
            let out = folder.path().join("out");
            let mut arguments =
                vec!["mask-from", file.to_str().unwrap(), "--resolution=1", "--products=toc", "--quiet"];
            arguments.extend(["--overwrite", "--out", out.to_str().unwrap()]);
            if name.starts_with("floods") {
                arguments.push("--time-property=began");
            }
            let output = eventscape(&arguments);
            let code = output.status.code();
            assert!(matches!(code, Some(0 | 2 | 3)), "{name}, round {round}: {code:?}, {}", said(&output));
        }
        std::fs::write(folder.path().join(name), &whole).unwrap();
    }
}
