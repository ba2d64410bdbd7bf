//! Arrows between the crates, and between the folders inside a crate, go one way (docs/adr/0001-workspace.md).

use std::path::{Path, PathBuf};
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

/// Folders whose modules are in an order: a module may use only those before it; halves of one thing share a place. Folders of
/// other crates are added here.
const INSIDE: [(&str, &[&str]); 5] = [
    ("pipeline/src", &["error", "job", "doors", "recipe", "run", "stages", "verify"]),
    (
        "pipeline/src/job",
        &["text", "tos2ca_names", "duration", "keys", "file", "table", "parts", "phdef", "curation", "mask_from"],
    ),
    (
        "pipeline/src/recipe",
        &[
            "bounds", "command", "cut", "limits", "choices", "output", "reading", "data", "identity", "header",
            "search", "given",
        ],
    ),
    (
        "pipeline/src/run",
        &["progress", "environment", "choices", "chunk_folder", "job_folder", "ordered", "clock", "report", "threads"],
    ),
    (
        "pipeline/src/stages",
        &[
            "scenes",
            "baseline",
            "components",
            "lineage",
            "joined",
            "products pictures",
            "phdef",
            "stitch",
            "mask_from",
            "curate",
            "plot",
        ],
    ),
];

/// A file, the module of the folder that it belongs to, and how many modules deep it lies in the folder.
fn sources(folder: &Path) -> Vec<(PathBuf, String, usize)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(here) = open.pop() {
        for entry in std::fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            // unit tests may use what they like
            if path.file_stem().is_some_and(|name| name == "tests") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let parts: Vec<String> = path
                .strip_prefix(folder)
                .unwrap()
                .with_extension("")
                .iter()
                .map(|part| part.to_str().unwrap().to_owned())
                .filter(|part| part != "mod")
                .collect();
            if path.extension().is_some_and(|e| e == "rs") && !parts.is_empty() && parts != ["lib"] {
                found.push((path.clone(), parts[0].clone(), parts.len()));
            }
        }
    }
    found
}

/// The names that come after `prefix` in code, those in braces included.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        // `super::` inside `super::super::` and `my_crate::` are other paths
        let before = code.get(..at).and_then(|text| text.chars().next_back());
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            names.push(word(rest));
            continue;
        };
        let (mut depth, mut item) = (0, true);
        for (place, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => item = true,
                c if item && !c.is_whitespace() => {
                    names.push(word(&list[place..]));
                    item = false;
                }
                _ => {}
            }
        }
    }
    names
}

/// A file without comments and unit tests.
fn code_of(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn arrows_inside_a_crate_go_one_way() {
    for (folder, order) in INSIDE {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
        let position = |name: &str| order.iter().position(|known| known.split(' ').any(|known| known == name));
        let in_crate = folder.split_once("/src").map_or("", |(_, rest)| rest).replace('/', "::");
        let root = format!("crate{in_crate}::");
        let mut seen = 0;
        for (file, module, depth) in sources(&place) {
            let own = position(&module).unwrap_or_else(|| panic!("`{module}` has no place in the order of {folder}"));
            seen += 1;
            // files that are two halves of one thing
            let is_one = |position: usize| position == own && order[own].contains(' ');
            let code = code_of(&file);
            let used = [names_after(&code, &root), names_after(&code, &"super::".repeat(depth))].concat();
            for other in used.iter().filter(|other| **other != module) {
                if let Some(position) = position(other) {
                    assert!(
                        position < own || is_one(position),
                        "{}: `{module}` uses `{other}`, which comes after it",
                        file.display()
                    );
                } else if folder.ends_with("/src") {
                    panic!("{}: name the folder of `{other}`, so that the arrow can be seen", file.display());
                }
            }
        }
        let named = order.iter().flat_map(|names| names.split(' ')).count();
        assert!(seen >= named, "{folder}: {seen} files for {named} modules");
    }
}

#[test]
fn names_are_found_alone_and_in_braces() {
    let code = "use crate::job::{Job, keys::read}; use crate::{error::Result, run};\nfn f(x: crate::doors::Doors, y: my_crate::z) {}";
    assert_eq!(names_after(code, "crate::"), ["job", "error", "run", "doors"]);
    assert_eq!(names_after("use super::super::a; use super::b;", "super::"), ["super", "b"]);
    assert_eq!(names_after("use super::super::a; use super::b;", "super::super::"), ["a"]);
}
