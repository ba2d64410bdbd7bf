//! GeoJSON, tables and the manifest.

use std::fs::File;
use std::path::Path;

use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_products::polygons::Outliner;
use eventscape_products::{
    Artifact, InputGranule, JobInfo, PRODUCTS, Product, ProductError, Status, listed_files, manifest_name,
    scene_stamps, write_geojson, write_lineage_parquet, write_manifest, write_tracks_parquet,
};
use serde_json::Value;

use crate::support::{Stored, job, small_job, snapshot};

fn geojson(calendar: Calendar, index: usize) -> String {
    let (grid, scenes, lineage) = small_job(calendar);
    let stamps = scene_stamps(&lineage.times);
    let mut out = Vec::new();
    let outliner = Outliner::new(&grid);
    write_geojson(&mut out, &job(), &outliner, &lineage, index, &stamps[index], &scenes.0[index]).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_small_geojson_stays_as_it_is() {
    snapshot("polygons.json", &geojson(Calendar::Standard, 0));
}

#[test]
fn a_scene_without_events_is_a_collection_without_features() {
    let value: Value = serde_json::from_str(&geojson(Calendar::Standard, 2)).unwrap();
    assert_eq!(value, serde_json::json!({"type": "FeatureCollection", "features": []}));
}

#[test]
fn a_model_calendar_is_named_in_the_properties() {
    let value: Value = serde_json::from_str(&geojson(Calendar::Day360, 0)).unwrap();
    assert_eq!(value["features"][0]["properties"]["calendar"], "360_day");
    let properties = &value["features"][0]["properties"];
    assert_eq!(
        (&properties["time"], &properties["dateTime"]),
        (&"2015-02-27T00:30:00Z".into(), &"201502270030".into())
    );
    assert_eq!(properties["track_id"], properties["anomaly"]);
    let value: Value = serde_json::from_str(&geojson(Calendar::Standard, 0)).unwrap();
    assert!(value["features"][0]["properties"].get("calendar").is_none());
}

#[test]
fn a_scene_that_is_not_of_the_lineage_is_refused() {
    let (grid, scenes, lineage) = small_job(Calendar::Standard);
    let outliner = Outliner::new(&grid);
    let refused = write_geojson(Vec::new(), &job(), &outliner, &lineage, 1, "x", &scenes.0[0]);
    assert!(matches!(refused, Err(ProductError::Mismatch(_))), "{refused:?}");
}

fn product(name: &str) -> &'static Product {
    PRODUCTS.iter().find(|product| product.name == name).unwrap()
}

fn tracks_parquet_name(job: u64) -> String {
    product("table").files.of_job(job, false).unwrap()
}

fn lineage_parquet_name(job: u64) -> String {
    product("lineage").files.of_job(job, false).unwrap()
}

fn geojson_name(job: u64, stamp: &str) -> String {
    product("geojson").files.of_scene(job, stamp).unwrap()
}

fn artifact(name: &str) -> Artifact {
    Artifact::new(product("maps"), name.to_owned(), 3, "0a".repeat(32))
}

fn manifest(job: &JobInfo, files: &[Artifact], calendar: Calendar) -> Result<Vec<u8>, ProductError> {
    let (grid, _, lineage) = small_job(calendar);
    let mut out = Vec::new();
    write_manifest(&mut out, job, &grid, &lineage, files, Status::Partial, &["no granule at 03:00".to_owned()])?;
    Ok(out)
}

#[test]
fn a_small_manifest_stays_as_it_is() {
    let files = [artifact("7-201502270030.png"), artifact("7-Tracks.parquet")];
    let text = String::from_utf8(manifest(&job(), &files, Calendar::Standard).unwrap()).unwrap();
    snapshot("manifest.json", &text);
}

#[test]
fn names_with_anything_in_them_survive_or_are_refused() {
    let mut hostile = job();
    hostile.title = "a \"title\"\n\u{0}</script>\u{1F30D}".to_owned();
    let names = ["a b.png", "ä\"#?%.png", "..png", "\u{1F30D}", "a\nb", "con"];
    hostile.granules =
        names.iter().map(|name| InputGranule { location: format!("/data/{name}"), size: None }).collect();
    let files: Vec<Artifact> = names.iter().map(|name| artifact(name)).collect();
    let bytes = manifest(&hostile, &files, Calendar::Standard).unwrap();
    let value: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(value["properties"]["title"], hostile.title.as_str());
    for link in value["links"].as_array().unwrap() {
        let href = link["href"].as_str().unwrap();
        assert!(href.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}#?".contains(&b)), "{href}");
    }
    let mut listed: Vec<String> = listed_files(&bytes).unwrap().into_iter().map(|file| file.name).collect();
    let mut given: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    listed.sort();
    given.sort();
    assert_eq!(listed, given);
    for wrong in ["", "..", "a/b", "/etc/passwd", "a\0b"] {
        let refused = manifest(&job(), &[artifact(wrong)], Calendar::Standard);
        assert!(matches!(refused, Err(ProductError::Unrepresentable(_))), "{wrong:?}");
    }
    let twice = manifest(&job(), &[artifact("a"), artifact("a")], Calendar::Standard);
    assert!(matches!(twice, Err(ProductError::Unrepresentable(_))));
    let unchecked = manifest(&job(), &[Artifact { sha256: "xyz".to_owned(), ..artifact("a") }], Calendar::Standard);
    assert!(matches!(unchecked, Err(ProductError::Unrepresentable(_))));
}

#[test]
fn what_is_no_manifest_is_refused() {
    for bytes in [&b""[..], b"{}", b"[1]", b"{\"assets\":{\"a\":{}}}"] {
        assert!(matches!(listed_files(bytes), Err(ProductError::Unrepresentable(_))));
    }
}

#[test]
fn a_date_that_only_a_model_calendar_knows_becomes_a_real_one() {
    let (grid, _, mut lineage) = small_job(Calendar::Day360);
    lineage.times = vec![Timestamp::from_micros(Calendar::Day360, (30 + 29) * 86_400_000_000)];
    let mut out = Vec::new();
    write_manifest(&mut out, &job(), &grid, &lineage, &[], Status::Complete, &[]).unwrap();
    let value: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(value["properties"]["start_datetime"], "1970-02-28T00:00:00Z");
    assert_eq!(value["properties"]["eventscape:time_coverage"][0], "1970-02-30T00:00:00Z");
}

/// Writes the tables of a job into `folder`; the Python check opens them there.
fn write_folder(folder: &Path, calendar: Calendar) -> (u64, u64) {
    std::fs::create_dir_all(folder).unwrap();
    let (grid, scenes, lineage) = small_job(calendar);
    let (job, outliner) = (job(), Outliner::new(&grid));
    let create = |name: &str| File::create(folder.join(name)).unwrap();
    let rows = write_tracks_parquet(create(&tracks_parquet_name(7)), &job, &outliner, &lineage, &scenes).unwrap();
    let links = write_lineage_parquet(create(&lineage_parquet_name(7)), &job, &lineage).unwrap();
    let mut files = vec![(tracks_parquet_name(7), product("table")), (lineage_parquet_name(7), product("lineage"))];
    for (index, stamp) in scene_stamps(&lineage.times).iter().enumerate() {
        let name = geojson_name(7, stamp);
        write_geojson(create(&name), &job, &outliner, &lineage, index, stamp, &scenes.0[index]).unwrap();
        files.push((name, product("geojson")));
    }
    let files: Vec<Artifact> = files
        .into_iter()
        .map(|(name, kind)| {
            let bytes = std::fs::read(folder.join(&name)).unwrap();
            let sha256 = sha256(&bytes);
            Artifact::new(kind, name, bytes.len() as u64, sha256)
        })
        .collect();
    write_manifest(create(&manifest_name(7)), &job, &grid, &lineage, &files, Status::Complete, &[]).unwrap();
    (rows, links)
}

fn sha256(bytes: &[u8]) -> String {
    ring::digest::digest(&ring::digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn tables_have_a_row_a_component_and_a_row_a_link() {
    for calendar in [Calendar::Standard, Calendar::Day360, Calendar::Julian] {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tables").join(calendar.name());
        assert_eq!(write_folder(&folder, calendar), (3, 2));
        let first = std::fs::read(folder.join(tracks_parquet_name(7))).unwrap();
        assert!(first.starts_with(b"PAR1") && first.ends_with(b"PAR1"));
        write_folder(&folder, calendar);
        assert_eq!(
            std::fs::read(folder.join(tracks_parquet_name(7))).unwrap(),
            first,
            "the bytes differ from run to run"
        );
    }
}

#[test]
fn a_job_without_events_has_empty_tables() {
    let (grid, _, mut lineage) = small_job(Calendar::Standard);
    (lineage.tracks, lineage.links, lineage.track_ids) = (Vec::new(), Vec::new(), Vec::new());
    lineage.times.clear();
    let outliner = Outliner::new(&grid);
    assert_eq!(write_tracks_parquet(Vec::new(), &job(), &outliner, &lineage, &Stored(Vec::new())).unwrap(), 0);
    assert_eq!(write_lineage_parquet(Vec::new(), &job(), &lineage).unwrap(), 0);
}

/// An output that takes so many bytes and no more.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.min(bytes.len()) {
            0 if !bytes.is_empty() => Err(std::io::Error::new(std::io::ErrorKind::StorageFull, "no space left")),
            taken => {
                self.0 -= taken;
                Ok(taken)
            }
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_that_names_the_product() {
    let (grid, scenes, lineage) = small_job(Calendar::Standard);
    let (job, outliner) = (job(), Outliner::new(&grid));
    for room in [0, 3, 100, 500] {
        let refused = [
            write_tracks_parquet(Full(room), &job, &outliner, &lineage, &scenes).map(|_| ()),
            write_lineage_parquet(Full(room), &job, &lineage).map(|_| ()),
            write_geojson(Full(room), &job, &outliner, &lineage, 0, "x", &scenes.0[0]),
            write_manifest(Full(room), &job, &grid, &lineage, &[], Status::Complete, &[]),
        ];
        for error in refused {
            let text = error.unwrap_err().to_string();
            assert!(text.contains("writing the ") || text.contains("writing "), "{text}");
            assert!(text.contains("no space left") || text.contains("failed"), "{text}");
        }
    }
}
