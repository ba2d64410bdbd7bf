use std::collections::{BTreeMap, BTreeSet};

use eventscape_formats::{ArrayData, Hyperslab};

use super::{cells_inside, json, masks, notices, polygons_of, run, run_on, tracks};
use crate::chunks::files;
use crate::{eventscape, fixtures, open, said};

/// A box around the fires of the north, so that tests are quick.
const NORTH: &str = "--bbox=-121.7,39.6,-121.3,39.95";

#[test]
fn mask_from_gives_each_fire_its_cells_on_each_of_its_days() {
    let folder = tempfile::tempdir().unwrap();
    // no centre lies on an edge of an outline
    let summary = run("fires_4326.geojson", &["--resolution=0.0201"], folder.path());
    assert_eq!(summary["tracks"], 5);
    assert_eq!(summary["title"], "5 phenomena of fires_4326.geojson: inside the perimeter, from alarm to containment");
    let (file, cells) = masks(folder.path());
    let names = tracks(folder.path());
    let fires = json(&fixtures().join("outlines/fires_4326.geojson"));
    let mut seen = 0;
    for (number, (name, id)) in names.iter().enumerate() {
        let is = |f: &&serde_json::Value| f["properties"]["OBJECTID"].as_u64() == id.parse().ok();
        let feature = fires["features"].as_array().unwrap().iter().find(is).expect("the id of a fire");
        assert_eq!(feature["properties"]["FIRE_NAME"].as_str(), name.as_deref());
        let expected = cells_inside(&file, &polygons_of(&feature["geometry"]));
        let days: Vec<&str> = cells.keys().filter(|key| key.1 == number as u32 + 1).map(|key| &key.0[..10]).collect();
        for day in &days {
            let found = &cells[&(format!("{day}T00:00:00Z"), number as u32 + 1)];
            // one that holds no centre has the cell that it lies in
            let expected = if name.as_deref() == Some("TINY") { found } else { &expected };
            assert_eq!(found, expected, "{name:?} on {day}");
            seen += found.len();
        }
        let first_and_last = (*days.first().unwrap(), *days.last().unwrap(), days.len());
        let known = match name.as_deref() {
            Some("CAMP") => ("2018-11-08", "2018-11-25", 18),
            Some("WOOLSEY") => ("2018-11-08", "2018-11-21", 14),
            Some("INSIDE CAMP") => ("2018-11-10", "2018-11-12", 3),
            Some("TINY") => ("2018-11-10", "2018-11-10", 1),
            None => ("2018-11-12", "2018-11-12", 1),
            Some(other) => panic!("{other} should be left out"),
        };
        assert_eq!(first_and_last, known, "{name:?}");
    }
    assert!(seen > 500, "{seen}");
    let tiny = names.iter().position(|(name, _)| name.as_deref() == Some("TINY")).unwrap() as u32 + 1;
    let only = cells[&("2018-11-10T00:00:00Z".to_owned(), tiny)].iter().next().copied().unwrap();
    let (lat, lon) = file.grid().centre(only.0 as usize, only.1 as usize).unwrap();
    assert!((lat - 39.0013).abs() <= 0.011 && (lon + 120.0009).abs() <= 0.011, "{lat} {lon}");

    let told = notices(&summary);
    for part in [
        "no date of containment",
        "STILL BURNING",
        "BACKWARDS",
        "the year of `CONT_DATE` is not one of 1800…2200: FAR FUTURE",
        "no polygon: NOWHERE",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    assert!(told.contains("without a date of alarm"), "{told}");
}

#[test]
fn mask_from_web_mercator_makes_the_same_bytes_but_for_the_file_s_name() {
    let folder = tempfile::tempdir().unwrap();
    let [metres, degrees] = ["fires_3857.geojson", "fires_4326.geojson"].map(|name| {
        let out = folder.path().join(name);
        run(name, &[NORTH, "--title=fires"], &out);
        masks(&out).1
    });
    assert!(metres.values().map(BTreeSet::len).sum::<usize>() > 10_000);
    assert_eq!(metres, degrees);
}

#[test]
fn mask_from_keeps_both_fires_that_share_cells() {
    let folder = tempfile::tempdir().unwrap();
    let summary = run("fires_4326.geojson", &[NORTH], folder.path());
    let (_, cells) = masks(folder.path());
    let names = tracks(folder.path());
    let id = |name: &str| names.iter().position(|(n, _)| n.as_deref() == Some(name)).unwrap() as u32 + 1;
    let (camp, inside) = (id("CAMP"), id("INSIDE CAMP"));
    let day = "2018-11-11T00:00:00Z".to_owned();
    let (large, small) = (&cells[&(day.clone(), camp)], &cells[&(day, inside)]);
    let shared = large.intersection(small).count();
    assert!(shared > 10 && small.len() >= shared, "{shared}");
    assert!(
        notices(&summary).contains(&format!("outlines-overlap: {} cells in 3 of 18 scenes", 3 * shared)),
        "{}",
        notices(&summary)
    );

    // the flat masks have one number a cell: there the smaller fire is seen in the larger one
    let flat = open(&folder.path().join("1/1-Masks.nc"));
    let variable = flat.variable("event_id").unwrap();
    let shape = variable.shape();
    let slab = Hyperslab(vec![3..4, 0..shape[1], 0..shape[2]]);
    let ids = flat.read("event_id", &slab).unwrap().data.to_i64().unwrap();
    let count = |id: u32| ids.iter().filter(|found| **found == i64::from(id)).count();
    assert_eq!(count(inside), small.len());
    assert_eq!(count(camp), large.len() - shared);
}

#[test]
fn mask_from_tells_names_in_every_table_and_keeps_the_reference_s_own_files_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    run("fires_4326.geojson", &[NORTH, "--only", "camp,21442"], folder.path());
    let job = folder.path().join("1");
    let toc = json(&job.join("1-ForTraCC-TOC.json"));
    assert_eq!(
        toc,
        serde_json::json!([
            {"name": "Anomaly 1", "start_date": "201811080000", "end_date": "201811250000"},
            {"name": "Anomaly 2", "start_date": "201811100000", "end_date": "201811120000"},
        ])
    );
    let tracks = open(&job.join("1-Tracks.nc"));
    let text = |name: &str| {
        let variable = tracks.variable(name).unwrap();
        let array = tracks.read(name, &Hyperslab::all(&variable.shape())).unwrap();
        let ArrayData::Char(bytes) = array.data else { panic!("{name} is no text") };
        let words = bytes.chunks(array.shape[1] as usize);
        words.map(|word| String::from_utf8_lossy(word).trim_end_matches('\0').to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(text("event_name"), ["CAMP", "INSIDE CAMP"]);
    assert_eq!(text("source_id"), ["21440", "21442"]);
    // given phenomena begin and end where they do, at the ends of the job too
    let status = |name: &str| tracks.read(name, &Hyperslab(vec![0..2])).unwrap().data.to_i64().unwrap();
    assert_eq!((status("start_status"), status("end_status")), (vec![0, 0], vec![0, 0]));
    let polygons = json(&job.join("1-201811100000.json"));
    let names: Vec<&str> =
        polygons["features"].as_array().unwrap().iter().map(|f| f["properties"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["CAMP", "INSIDE CAMP"]);
    let masks = open(&job.join("1-ForTraCC-Mask-Output.nc4"));
    let attribute = |name: &str| masks.attributes("").unwrap()[name].clone();
    assert_eq!(attribute("event_type").text(), Some("predefined_wildfire"));
    assert_eq!(attribute("dataset").text(), Some("fires_4326.geojson"));
    let values = masks.read("masks/201811100000/data_values", &Hyperslab(vec![0..3])).unwrap().data.to_f64();
    assert_eq!(values.unwrap(), [1.0; 3]);
    let table = std::fs::read(job.join("1-Tracks.parquet")).unwrap();
    let has = |word: &[u8]| table.windows(word.len()).any(|part| part == word);
    assert!(has(b"source_id"));
}

#[test]
fn mask_from_takes_steps_spans_and_open_ends_as_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let days = |more: &[&str], out: &str| {
        let out = folder.path().join(out);
        run("fires_4326.geojson", &[&["--resolution=0.05"], more].concat(), &out);
        let mut days: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let names = tracks(&out);
        for (time, id) in masks(&out).1.into_keys() {
            days.entry(names[id as usize - 1].0.clone().unwrap_or_default()).or_default().push(time);
        }
        days
    };
    let open = days(&["--open-days=3", "--only=still burning"], "open");
    assert_eq!(
        open["STILL BURNING"].iter().map(|t| &t[..10]).collect::<Vec<_>>(),
        ["2018-11-20", "2018-11-21", "2018-11-22"]
    );
    let half = days(&["--step=12h", "--only=INSIDE CAMP"], "half");
    assert_eq!(half["INSIDE CAMP"].len(), 6);
    let cut = days(&["--start=2018-11-12", "--end=2018-11-13"], "cut");
    assert_eq!(cut.keys().map(String::as_str).collect::<Vec<_>>(), ["", "CAMP", "INSIDE CAMP", "WOOLSEY"]);
    assert_eq!(cut["CAMP"], ["2018-11-12T00:00:00Z", "2018-11-13T00:00:00Z"]);
}

#[test]
fn mask_from_is_done_once_and_makes_the_same_bytes_again() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b] = ["a", "b"].map(|name| folder.path().join(name));
    let asked = [NORTH, "--threads=1"];
    assert_eq!(run("fires_4326.geojson", &asked, &a)["already_complete"], false);
    assert_eq!(run("fires_4326.geojson", &asked, &a)["already_complete"], true);
    run("fires_4326.geojson", &[NORTH, "--threads=2"], &b);
    assert!(files(&a.join("1")) == files(&b.join("1")), "threads change the products");
    let fires = fixtures().join("outlines/fires_4326.geojson");
    let other = eventscape(&["mask-from", fires.to_str().unwrap(), NORTH, "--step=6h", "--out", a.to_str().unwrap()]);
    assert_eq!(other.status.code(), Some(2));
    assert!(said(&other).contains("--overwrite"), "{}", said(&other));
}

#[test]
fn mask_from_makes_maps_when_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    run("fires_4326.geojson", &[NORTH, "--only=INSIDE CAMP", "--products=toc,maps"], folder.path());
    let png = std::fs::read(folder.path().join("1/1-201811100000.png")).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
}

/// Outlines along the edges of cells, made from masks, give these masks again.
#[test]
fn mask_from_reads_the_polygons_that_a_job_has_made() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    run("fires_4326.geojson", &[NORTH], &first);
    let polygons = first.join("1/1-201811110000.json");
    let like = first.join("1/1-Masks.nc");
    let asked = ["--time-property=dateTime", "--id-property=anomaly", "--name-property=name", "--grid-like"];
    run_on(&polygons, &[&asked[..], &[like.to_str().unwrap()]].concat(), &second);
    let (_, mut all) = masks(&first);
    all.retain(|(time, _), _| time.starts_with("2018-11-11"));
    let (_, again) = masks(&second);
    assert_eq!(again.len(), 2);
    assert_eq!(all.values().collect::<Vec<_>>(), again.values().collect::<Vec<_>>());
    // and on the grid of the reference's file, which is float32
    let third = folder.path().join("third");
    let like = first.join("1/1-ForTraCC-Mask-Output.nc4");
    run_on(&polygons, &[&asked[..], &[like.to_str().unwrap()]].concat(), &third);
    assert_eq!(masks(&third).1, again);
}
