//! Arrows between the crates go one way (docs/adr/0001-workspace.md).

use std::process::Command;

use serde_json::Value;

/// The crates in the order in which the data goes; a crate may use only those before it.
const ORDER: [&str; 8] = [
    "eventscape-core",
    "eventscape-formats",
    "eventscape-io",
    "eventscape-catalog",
    "eventscape-products",
    "eventscape-pipeline",
    "eventscape-service",
    "eventscape-cli",
];

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn arrows_between_crates_go_one_way() {
    let metadata = metadata();
    let mut seen = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let Some(place) = ORDER.iter().position(|o| *o == name) else {
            assert_eq!(name, "eventscape-testkit", "`{name}` has no place in the order of the crates");
            continue;
        };
        seen += 1;
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = dependency["name"].as_str().unwrap();
            let is_dev = dependency["kind"] == "dev";
            if let Some(position) = ORDER.iter().position(|o| *o == other) {
                assert!(position < place, "{name} uses {other}, which comes after it");
            }
            if other == "eventscape-testkit" {
                assert!(is_dev, "{name} uses the testkit outside its tests");
            }
        }
    }
    assert_eq!(seen, ORDER.len());
}

#[test]
fn the_core_needs_no_files_network_clock_or_runtime() {
    const FORBIDDEN: [&str; 6] = ["tokio", "object_store", "reqwest", "chrono", "tempfile", "tracing"];
    let metadata = metadata();
    let core = metadata["packages"].as_array().unwrap().iter().find(|p| p["name"] == ORDER[0]).unwrap();
    for dependency in core["dependencies"].as_array().unwrap() {
        if dependency["kind"].is_null() {
            let name = dependency["name"].as_str().unwrap();
            assert!(!FORBIDDEN.contains(&name), "the core depends on {name}");
        }
    }
}
