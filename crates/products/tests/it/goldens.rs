//! The reference's own table of contents and hierarchy, from its own tracks.

use eventscape_core::time::{Calendar, Civil};
use eventscape_core::{Arrival, Lineage, Member, Timestamp, Track};
use eventscape_products::tos2ca::{write_hierarchy, write_toc};
use serde_json::Value;

use crate::support::fixtures;

fn time(stamp: &str) -> Timestamp {
    let part = |from: usize, to: usize| stamp[from..to].parse::<i32>().unwrap();
    let civil = Civil {
        year: part(0, 4),
        month: part(4, 6) as u8,
        day: part(6, 8) as u8,
        hour: part(8, 10) as u8,
        minute: part(10, 12) as u8,
        second: 0,
        micros: 0,
    };
    Timestamp::from_civil(Calendar::Standard, civil).unwrap()
}

fn lineage(expected: &Value) -> Lineage {
    let stamps: Vec<&str> = expected["timestamps"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    let track = |event: &Value| Track {
        id: event["id"].as_u64().unwrap() as u32,
        members: event["path"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| Member {
                scene: stamps.iter().position(|s| step["timestamp"] == **s).unwrap() as u32,
                component: 0,
                arrival: Arrival::Initiation,
                departure: None,
            })
            .collect(),
    };
    Lineage {
        times: stamps.iter().map(|s| time(s)).collect(),
        tracks: expected["events"].as_array().unwrap().iter().map(track).collect(),
        ..Lineage::default()
    }
}

#[test]
fn toc_and_hierarchy_equal_the_references_for_every_golden_case() {
    let mut cases = 0;
    for kind in ["tracking", "auxgeoir"] {
        for case in std::fs::read_dir(fixtures().join("golden").join(kind)).unwrap() {
            let case = case.unwrap().path();
            let read = |name: &str| -> Option<Value> {
                Some(serde_json::from_slice(&std::fs::read(case.join(name)).ok()?).unwrap())
            };
            let (Some(expected), Some(toc), Some(hierarchy)) =
                (read("expected.json"), read("expected-TOC.json"), read("expected-Hierarchy.json"))
            else {
                continue;
            };
            let Some(_) = expected["timestamps"].as_array() else { continue };
            let lineage = lineage(&expected);
            let mut out = Vec::new();
            write_toc(&mut out, &lineage).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), toc, "{}", case.display());
            let mut out = Vec::new();
            write_hierarchy(&mut out, &lineage).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), hierarchy, "{}", case.display());
            cases += 1;
        }
    }
    assert!(cases >= 40, "{cases} cases");
}
