//! Links between components.

use super::{Contradiction, Differences, Said, Suspects, odd_ones, those};
use crate::verify::facts::{LinkRow, RELATIONS};

pub(super) fn compare(said: &[Said], suspects: &Suspects) -> Vec<Contradiction> {
    odd_ones(&those(said, |facts| facts.links.as_ref()), suspects, |known, is| differ(known, is))
}

/// Both have the lineage's order.
fn differ(known: &[LinkRow], is: &[LinkRow]) -> Differences {
    let mut differences = Differences::default();
    for (at, (a, b)) in known.iter().zip(is).enumerate() {
        if a != b {
            let place = format!("link {at}");
            let told = (told(a), told(b));
            if told.0 == told.1 {
                differences.add(place, "has it at another time, or with another overlap", "has another");
            } else {
                differences.add(place, format!("has {}", told.1), format!("has {}", told.0));
            }
        }
    }
    if known.len() != is.len() {
        differences.add("links", format!("has {}", is.len()), format!("has {}", known.len()));
    }
    differences
}

fn told(link: &LinkRow) -> String {
    let relation = RELATIONS.get(usize::from(link.relation)).copied().unwrap_or_default();
    format!("{relation} of event {} to event {}, {} cells", link.parent, link.child, link.cells)
}
