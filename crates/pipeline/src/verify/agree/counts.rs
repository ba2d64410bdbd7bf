//! Numbers of things.

use std::collections::BTreeMap;

use eventscape_products::Manifest;

use super::{Contradiction, Differences, Said, named, odd_ones};
use crate::verify::facts::Values;

/// What is counted, what the manifest calls it, and what it is for people.
const COUNTED: [(&str, &[&str], &str); 8] = [
    ("times", &["scenes", "times"], "times"),
    ("rows", &["rows"], "rows"),
    ("columns", &["columns"], "columns"),
    ("tracks", &["tracks"], "tracks"),
    ("components", &["components"], "components"),
    ("links", &["links"], "links"),
    ("events", &["events"], "events at times"),
    ("cells", &["cells"], "cells of events"),
];

pub(super) fn compare(said: &[Said], manifest_name: &str, manifest: &Manifest) -> Vec<Contradiction> {
    let of_values: Vec<(&str, BTreeMap<&str, u64>)> =
        said.iter().filter_map(|(name, facts)| Some((name.as_str(), in_values(facts.values.as_ref()?)))).collect();
    let mut found = Vec::new();
    for (counted, names, what) in COUNTED {
        let in_manifest = names.iter().find_map(|name| manifest.counts.get(*name));
        let mut counts: Vec<(&str, &u64)> = in_manifest.map(|count| (manifest_name, count)).into_iter().collect();
        counts.extend(said.iter().filter_map(|(name, facts)| Some((name.as_str(), facts.counts.get(counted)?))));
        counts.extend(of_values.iter().filter_map(|(name, counts)| Some((*name, counts.get(counted)?))));
        let suspects = named(&found);
        found.extend(odd_ones(&counts, &suspects, |known, is| {
            let mut differences = Differences::default();
            if known != is {
                differences.add("", format!("has {is} {what}"), format!("has {known}"));
            }
            differences
        }));
    }
    found
}

/// Events at times that have values, and their cells, as any variable tells them.
fn in_values(values: &Values) -> BTreeMap<&'static str, u64> {
    let (mut events, mut cells, mut last) = (0, 0, None);
    for ((time, event, _), sum) in &values.rows {
        if last != Some((time, event)) {
            last = Some((time, event));
            events += 1;
            cells += sum.cells;
        }
    }
    BTreeMap::from([("events", events), ("cells", cells)])
}
