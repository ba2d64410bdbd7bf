//! Jobs that are whole, and jobs that were hurt in every way that we know of.

use std::ops::Range;
use std::path::{Path, PathBuf};

use eventscape_formats::{Granule, Hyperslab, OpenOptions};
use eventscape_io::stores::{Location, Stores};
use serde_json::Value;

use super::*;
use crate::{
    BoxText, CurationJob, CurationKeys, Job, MaskFromJob, OutlineKeys, OutputKeys, PhenomenonKeys, PipelineError,
    Silent, SourceKeys, TextOrNumber, Texts, run_curation, run_mask_from, run_phdef,
};

fn fixture(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name).display().to_string()
}

fn environment() -> Environment<'static> {
    Environment::new(&Silent)
}

/// A phenomenon of many short tracks that merge and split: anomalies beyond so many standard deviations.
fn phenomenon(beyond: &str, out: &str) -> Job {
    Job {
        source: SourceKeys { input: Some(Texts::One(fixture("ostia/ostia_monthly.nc"))), ..SourceKeys::default() },
        phenomenon: PhenomenonKeys {
            variable: Some("surface_temperature".to_owned()),
            operator: Some("anomalyBeyond".to_owned()),
            value: Some(TextOrNumber::Text(beyond.to_owned())),
            bbox: Some(BoxText::Numbers([120.0, -5.0, -80.0, 5.0])),
            min_size: Some(10),
            start: Some(TextOrNumber::Text("2007-09-01".to_owned())),
            end: Some(TextOrNumber::Text("2008-01-31".to_owned())),
            ..PhenomenonKeys::default()
        },
        output: OutputKeys {
            products: Some(Texts::One("all".to_owned())),
            out: Some(out.to_owned()),
            ..OutputKeys::default()
        },
        ..Job::default()
    }
}

/// Two finished jobs: a phenomenon in job 1, other data inside its events in job 2.
struct Jobs {
    folder: tempfile::TempDir,
}

impl Jobs {
    fn made() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().display().to_string();
        let job = phenomenon("1", &out);
        let report = run_phdef(&job, &environment()).unwrap();
        assert!(report.tracks > 2 && report.links > 2, "{} tracks", report.tracks);
        let curation = CurationJob {
            source: SourceKeys { input: Some(Texts::One(fixture("ostia/ostia_monthly.nc"))), ..SourceKeys::default() },
            curation: CurationKeys {
                phdef: Some(folder.path().join("1").display().to_string()),
                variable: Some(Texts::One("surface_temperature".to_owned())),
                stationary: true,
                ..CurationKeys::default()
            },
            output: OutputKeys { out: Some(out), job_id: Some(2), ..OutputKeys::default() },
            ..CurationJob::default()
        };
        run_curation(&curation, &environment()).unwrap();
        Self { folder }
    }

    fn job(&self, number: u32) -> HurtJob {
        let copy = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(self.folder.path().join(number.to_string())).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
            }
        }
        HurtJob { folder: copy, number }
    }
}

/// A copy of a job that may be hurt.
struct HurtJob {
    folder: tempfile::TempDir,
    number: u32,
}

impl HurtJob {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{}-{name}", self.number))
    }

    fn manifest(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.path("Manifest.json")).unwrap()).unwrap()
    }

    /// The names of all products without the job's number.
    fn names(&self) -> Vec<String> {
        let start = format!("{}-", self.number);
        let manifest = self.manifest();
        manifest["assets"]
            .as_object()
            .unwrap()
            .keys()
            .map(|name| name.strip_prefix(&start).unwrap().to_owned())
            .collect()
    }

    /// The names of one product of each kind.
    fn kinds(&self) -> Vec<String> {
        let kind = |name: &String| Content::of_name(&format!("{}-{name}", self.number));
        let all = self.names();
        let first = |k: &usize| !all[..*k].iter().any(|other| kind(other) == kind(&all[*k]));
        (0..all.len()).filter(first).map(|k| all[k].clone()).collect()
    }

    /// Says in the manifest that another version made the products.
    fn made_by(&self, version: &str) {
        let mut manifest = self.manifest();
        manifest["properties"]["processing:software"] = serde_json::json!({ "Eventscape": version });
        std::fs::write(self.path("Manifest.json"), manifest.to_string()).unwrap();
    }

    /// Writes other bytes, and their size and checksum into the manifest: as if they had been written so.
    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
        let mut manifest = self.manifest();
        let sum = ring::digest::digest(&ring::digest::SHA256, bytes);
        let sum: String = sum.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let asset = &mut manifest["assets"][format!("{}-{name}", self.number)];
        assert!(asset.is_object(), "{name}");
        asset["file:size"] = bytes.len().into();
        asset["file:checksum"] = format!("1220{sum}").into();
        asset["eventscape:sha256"] = sum.into();
        std::fs::write(self.path("Manifest.json"), manifest.to_string()).unwrap();
    }

    /// Where a variable lies in its file in one piece.
    fn place(&self, name: &str, variable: &str) -> Range<usize> {
        let source = Stores::default().open(&Location::Local(self.path(name))).unwrap();
        let granule = Granule::open(source, &OpenOptions::default()).unwrap();
        let slab = Hyperslab::all(&granule.variable(variable).unwrap().shape());
        let plan = granule.plan(variable, &slab).unwrap();
        let [range] = &plan.ranges[..] else { panic!("{variable} lies at {:?}", plan.ranges) };
        range.start as usize..range.end as usize
    }

    fn verified(&self) -> Verification {
        let request = VerifyRequest { place: self.folder.path().display().to_string(), threads: Some(2) };
        verify(&request, &environment()).unwrap()
    }

    /// The names of the products that are called damaged, without the job's number, and the places in them.
    fn damaged(&self) -> (Vec<String>, String) {
        let found = self.verified();
        let start = format!("{}-", self.number);
        let names = found.damaged.iter().map(|name| name.strip_prefix(&start).unwrap().to_owned()).collect();
        (names, found.findings.iter().map(|f| format!("{} {}: {}\n", f.product, f.place, f.problem)).collect())
    }
}

#[test]
fn jobs_that_are_whole_are_sound_and_all_their_products_are_read() {
    let jobs = Jobs::made();
    for number in [1, 2] {
        let job = jobs.job(number);
        let found = job.verified();
        assert!(found.is_sound && found.findings.is_empty(), "{found:#?}");
        assert_eq!(found.products, job.names().len());
        let bytes: u64 = job.names().iter().map(|name| std::fs::metadata(job.path(name)).unwrap().len()).sum();
        assert_eq!((found.bytes, found.job_id), (bytes, Some(u64::from(number))));
    }
    // all kinds of products are among them
    let names = [jobs.job(1).names(), jobs.job(2).names()].concat();
    assert!(names.len() > 25, "{names:?}");

    // what is not listed is no fault, and what is not asked for is not missed
    let job = jobs.job(1);
    std::fs::write(job.folder.path().join("notes.txt"), "mine").unwrap();
    std::fs::create_dir_all(job.folder.path().join("chunks/0001")).unwrap();
    std::fs::write(job.folder.path().join("chunks/0001/components.spool"), "").unwrap();
    let mut manifest = job.manifest();
    manifest["assets"].as_object_mut().unwrap().retain(|name, _| !name.contains("Tracks.nc"));
    std::fs::write(job.path("Manifest.json"), manifest.to_string()).unwrap();
    let found = job.verified();
    assert!(found.is_sound, "{found:#?}");
    let notes: Vec<&str> = found.findings.iter().map(|finding| finding.product.as_str()).collect();
    assert!(notes.contains(&"notes.txt") && notes.contains(&"chunks/") && notes.contains(&"1-Tracks.nc"), "{notes:?}");
    assert!(found.findings.iter().all(|finding| finding.severity == Severity::Note));
}

#[test]
fn phenomena_that_were_given_and_share_cells_are_sound() {
    let folder = tempfile::tempdir().unwrap();
    let outlines = folder.path().join("outlines.geojson");
    let square = |id: u32, west: f64, size: f64, time: &str| {
        serde_json::json!({"type": "Feature", "properties": {"id": id, "time": time, "name": format!("N{id}")},
            "geometry": {"type": "Polygon", "coordinates": [[[west, 0.0], [west + size, 0.0], [west + size, size], [west, size],
            [west, 0.0]]]}})
    };
    let days = ["2020-01-01", "2020-01-02"];
    // the second lies in the first at all times
    let features: Vec<Value> =
        days.iter().flat_map(|day| [square(1, 0.0, 8.0, day), square(2, 2.0, 3.0, day)]).collect();
    std::fs::write(&outlines, serde_json::json!({"type": "FeatureCollection", "features": features}).to_string())
        .unwrap();
    let job = MaskFromJob {
        outlines: OutlineKeys {
            outlines: Some(outlines.display().to_string()),
            id_property: Some("id".to_owned()),
            resolution: Some(0.5),
            ..OutlineKeys::default()
        },
        output: OutputKeys { out: Some(folder.path().display().to_string()), ..OutputKeys::default() },
        ..MaskFromJob::default()
    };
    run_mask_from(&job, &environment()).unwrap();
    let place = folder.path().join("1").display().to_string();
    let found = verify(&VerifyRequest { place, threads: None }, &environment()).unwrap();
    assert!(found.is_sound && found.findings.is_empty() && found.products > 6, "{found:#?}");
}

#[test]
fn a_product_that_was_changed_cut_or_lost_is_named() {
    let jobs = Jobs::made();
    for number in [1, 2] {
        let job = jobs.job(number);
        for name in job.kinds() {
            let right = std::fs::read(job.path(&name)).unwrap();
            let mut changed = right.clone();
            changed[right.len() / 2] ^= 0x10;
            for (bytes, why) in
                [(Some(&changed[..]), "SHA-256"), (Some(&right[..right.len() - 1]), "bytes"), (None, "not there")]
            {
                match bytes {
                    Some(bytes) => std::fs::write(job.path(&name), bytes).unwrap(),
                    None => std::fs::remove_file(job.path(&name)).unwrap(),
                }
                let found = job.verified();
                assert_eq!(found.damaged, [format!("{number}-{name}")], "{why}: {found:#?}");
                let first = &found.findings[0];
                assert!(first.problem.contains(why) && first.advice.contains("--overwrite"), "{first:?}");
            }
            std::fs::write(job.path(&name), &right).unwrap();
        }
        assert!(job.verified().is_sound);
    }
}

/// Release 0.1.0 wrote a block before those that were to come first: the bytes of both are there, the addresses are not.
#[test]
fn blocks_that_overtook_others_are_named_though_the_checksum_is_right() {
    let jobs = Jobs::made();
    let masks = ["time", "lat", "lon", "lat_bnds", "lon_bnds", "cell_area"];
    let mask_output = [
        "navigation/lat",
        "navigation/lon",
        "masks/200709160000/mask_indices",
        "masks/200709160000/data_values",
        "masks/200710161200/mask_indices",
        "masks/200710161200/data_values",
        "masks/200711160000/mask_indices",
    ];
    let stationary = ["time", "lat", "lon", "lat_bnds", "lon_bnds"];
    for (number, name, variables) in [
        (1, "Masks.nc", &masks[..]),
        (1, "ForTraCC-Mask-Output.nc4", &mask_output[..]),
        (2, "Stationary.nc", &stationary[..]),
    ] {
        let job = jobs.job(number);
        let right = std::fs::read(job.path(name)).unwrap();
        let places: Vec<Range<usize>> = variables.iter().map(|variable| job.place(name, variable)).collect();
        for (first, a) in places.iter().enumerate() {
            for (second, b) in places.iter().enumerate().skip(first + 1) {
                assert!(a.end <= b.start, "{variables:?} lie in their order");
                let mut wrong = right.clone();
                // only the values: what lies between them would be found by its own checksum
                let values = [&right[b.clone()], &right[a.clone()]].concat();
                let (to_a, to_b) = values.split_at(a.len());
                wrong[a.clone()].copy_from_slice(to_a);
                wrong[b.clone()].copy_from_slice(to_b);
                if wrong == right {
                    continue;
                }
                job.put(name, &wrong);
                let (damaged, told) = job.damaged();
                assert_eq!(damaged, [name], "{} and {}: {told}", variables[first], variables[second]);
            }
        }
        // a release that is known for it is named, of another one it is news
        for (version, part) in [("0.1.0", "Eventscape 0.1.0 wrote some files wrong"), ("9.9.9", "please report it")] {
            job.made_by(version);
            let advice = &job.verified().findings[0].advice;
            assert!(advice.contains(part) && advice.contains("--overwrite"), "{advice}");
        }
        job.put(name, &right);
        assert!(job.verified().is_sound);
    }
}

#[test]
fn values_of_two_scenes_that_were_swapped_are_named() {
    let job = Jobs::made().job(1);
    let name = "ForTraCC-Mask-Output.nc4";
    let right = std::fs::read(job.path(name)).unwrap();
    for variable in ["mask_indices", "data_values"] {
        let places =
            ["200709160000", "200711160000"].map(|stamp| job.place(name, &format!("masks/{stamp}/{variable}")));
        let length = places[0].len().min(places[1].len());
        let mut wrong = right.clone();
        wrong[places[0].start..][..length].copy_from_slice(&right[places[1].start..][..length]);
        wrong[places[1].start..][..length].copy_from_slice(&right[places[0].start..][..length]);
        job.put(name, &wrong);
        assert_eq!(job.damaged().0, [name], "{variable}: {}", job.damaged().1);
    }
}

#[test]
fn products_that_contradict_each_other_are_named() {
    let jobs = Jobs::made();
    type Change = fn(&str) -> String;
    let without_first_entry: Change = |text| {
        let mut list: Vec<Value> = serde_json::from_str(text).unwrap();
        list.remove(0);
        serde_json::to_string(&list).unwrap()
    };
    let without_first_time: Change = |text| {
        let mut told: Value = serde_json::from_str(text).unwrap();
        let first = told["masks"].as_object().unwrap().keys().next().unwrap().clone();
        told["masks"].as_object_mut().unwrap().remove(&first);
        told.to_string()
    };
    let without_feature: Change = |text| {
        let mut told: Value = serde_json::from_str(text).unwrap();
        told["features"].as_array_mut().unwrap().remove(0);
        told.to_string()
    };
    let other_area: Change = |text| text.replacen("\"area_km2\":", "\"area_km2\":1", 1);
    let open_ring: Change = |text| {
        let mut told: Value = serde_json::from_str(text).unwrap();
        let geometry = &mut told["features"][0]["geometry"]["coordinates"][0];
        let ring = if geometry[0][0].is_array() { &mut geometry[0] } else { geometry };
        ring.as_array_mut().unwrap().pop();
        told.to_string()
    };
    let other_end: Change = |text| {
        let mut list: Vec<Value> = serde_json::from_str(text).unwrap();
        list[0]["end_date"] = "209901010000".into();
        serde_json::to_string(&list).unwrap()
    };
    let without_row: Change =
        |text| text.lines().enumerate().filter(|(k, _)| *k != 1).map(|(_, line)| format!("{line}\r\n")).collect();
    let other_least: Change = |text| {
        let row = |(k, line): (usize, &str)| {
            let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
            if k == 2 {
                cells[9] = "17.5".to_owned();
            }
            cells.join(",") + "\r\n"
        };
        text.lines().enumerate().map(row).collect()
    };
    let without_event: Change = |text| {
        let mut told: Value = serde_json::from_str(text).unwrap();
        let members = told.as_object_mut().unwrap();
        let first = members.keys().find(|name| *name != "navigation").unwrap().clone();
        let events = members[&first].as_object_mut().unwrap();
        let event = events.keys().next().unwrap().clone();
        events.remove(&event);
        told.to_string()
    };
    for (number, name, change) in [
        (1, "ForTraCC-TOC.json", without_first_entry),
        (1, "ForTraCC-TOC.json", other_end),
        (1, "ForTraCC-Mask-Output-Hierarchy.json", without_first_time),
        (1, "200710161200.json", without_feature),
        (1, "200710161200.json", other_area),
        (1, "200710161200.json", open_ring),
        (2, "Statistics.csv", without_row),
        (2, "Statistics.csv", other_least),
        (2, "Curation-Hierarchy.json", without_event),
    ] {
        let job = jobs.job(number);
        let text = std::fs::read_to_string(job.path(name)).unwrap();
        job.put(name, change(&text).as_bytes());
        let (damaged, told) = job.damaged();
        assert_eq!(damaged, [name], "{told}");
    }
}

/// Parts of two files of one job that are each whole, but not of each other.
#[test]
fn tables_of_another_run_are_named() {
    let (jobs, folder) = (Jobs::made(), tempfile::tempdir().unwrap());
    let mut other = phenomenon("1.1", &folder.path().display().to_string());
    other.output.products = Some(Texts::One("masks,tracks,table,lineage,mask-output".to_owned()));
    run_phdef(&other, &environment()).unwrap();
    for name in ["Masks.nc", "Tracks.nc", "Tracks.parquet", "Lineage.parquet", "ForTraCC-Mask-Output.nc4"] {
        let job = jobs.job(1);
        job.put(name, &std::fs::read(folder.path().join(format!("1/1-{name}"))).unwrap());
        let (damaged, told) = job.damaged();
        assert_eq!(damaged, [name], "{told}");
    }
}

#[test]
fn flipped_bytes_with_a_fresh_checksum_give_an_answer_and_no_panic() {
    let jobs = Jobs::made();
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    for number in [1, 2] {
        let job = jobs.job(number);
        for name in job.kinds() {
            let right = std::fs::read(job.path(&name)).unwrap();
            for _ in 0..6 {
                let mut wrong = right.clone();
                for _ in 0..=random(4) {
                    wrong[random(right.len())] ^= 1 << random(8);
                }
                wrong.truncate(right.len() - random(2) * random(right.len()));
                job.put(&name, &wrong);
                let found = job.verified();
                assert!(found.findings.len() < 60, "{name}: {found:#?}");
            }
            job.put(&name, &right);
        }
        assert!(job.verified().is_sound);
    }
}

#[test]
fn what_is_no_finished_job_is_refused_and_a_damaged_manifest_is_named() {
    let jobs = Jobs::made();
    let refused = |place: &Path, part: &str| {
        let request = VerifyRequest { place: place.display().to_string(), threads: None };
        let error = verify(&request, &environment()).unwrap_err();
        assert!(matches!(error, PipelineError::Job { .. }), "{error}");
        assert!(error.to_string().contains(part), "{error}");
    };
    let job = jobs.job(1);
    refused(&jobs.folder.path().join("3"), "no such folder");
    refused(&job.path("Masks.nc"), "give the folder");
    refused(jobs.folder.path(), &jobs.folder.path().join("1").display().to_string());
    std::fs::copy(job.path("Manifest.json"), job.folder.path().join("7-Manifest.json")).unwrap();
    refused(job.folder.path(), "several manifests");
    std::fs::remove_file(job.folder.path().join("7-Manifest.json")).unwrap();

    // a name that leads out of the folder is not followed
    let manifest = std::fs::read(job.path("Manifest.json")).unwrap();
    let text = String::from_utf8(manifest.clone()).unwrap();
    std::fs::write(job.path("Manifest.json"), text.replace("\"1-Masks.nc\": {", "\"../1-Masks.nc\": {")).unwrap();
    let found = job.verified();
    assert_eq!(found.damaged, ["../1-Masks.nc"], "{found:#?}");

    std::fs::write(job.path("Manifest.json"), &manifest[..manifest.len() / 2]).unwrap();
    let found = job.verified();
    assert_eq!((found.damaged, found.job_id), (vec!["1-Manifest.json".to_owned()], None));

    std::fs::remove_file(job.path("Manifest.json")).unwrap();
    refused(job.folder.path(), "not the folder of a finished job");
    std::fs::create_dir(job.folder.path().join(".work")).unwrap();
    refused(job.folder.path(), "not finished");
}

#[test]
fn a_verification_that_nobody_waits_for_is_given_up() {
    let job = Jobs::made().job(1);
    let env = environment();
    env.cancel.cancel();
    let request = VerifyRequest { place: job.folder.path().display().to_string(), threads: None };
    assert!(matches!(verify(&request, &env), Err(PipelineError::Unverified)));
}

#[test]
fn a_job_without_any_event_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().display().to_string();
    run_phdef(&phenomenon("100", &out), &environment()).unwrap();
    let place = folder.path().join("1").display().to_string();
    let found = verify(&VerifyRequest { place, threads: None }, &environment()).unwrap();
    assert!(found.is_sound && found.findings.is_empty(), "{found:#?}");
}
