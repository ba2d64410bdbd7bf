//! What sound products say of one job, held against each other. Only what is there is compared.
//!
//! Of products that contradict each other the one that has most others against it is called wrong; where there are two, the
//! second.

mod counts;
mod events;
mod grids;
mod links;
mod spans;
mod times;
mod values;

use std::collections::BTreeSet;

use eventscape_products::Manifest;

use super::facts::Facts;
use super::finding::Fault;

/// Differences of two products that are told one by one.
const MOST: usize = 3;

/// A product by its name, or all of a kind by one, and what it says.
pub(super) type Said = (String, Facts);

/// What contradicts what: the name of a product, and what is wrong with it.
pub(super) type Contradiction = (String, Fault);

/// The names of products that were called wrong before.
pub(super) type Suspects = BTreeSet<String>;

/// Holds products against each other and the manifest.
pub(super) fn contradictions(said: &[Said], manifest_name: &str, manifest: &Manifest) -> Vec<Contradiction> {
    let calendar = manifest.calendar;
    let mut found = counts::compare(said, manifest_name, manifest);
    found.extend(times::compare(said, manifest, &named(&found)));
    found.extend(grids::compare(said, &named(&found)));
    found.extend(events::compare(said, calendar, &named(&found)));
    found.extend(spans::compare(said, calendar, &named(&found)));
    found.extend(links::compare(said, &named(&found)));
    found.extend(values::compare(said, calendar, &named(&found)));
    found
}

fn named(found: &[Contradiction]) -> Suspects {
    found.iter().map(|(name, _)| name.clone()).collect()
}

/// The things of one kind that products say, each with the product's name.
fn those<'a, T>(said: &'a [Said], of: impl Fn(&'a Facts) -> Option<&'a T>) -> Vec<(&'a str, &'a T)> {
    said.iter().filter_map(|(name, facts)| Some((name.as_str(), of(facts)?))).collect()
}

/// What the second of two products has otherwise than the first.
#[derive(Default)]
struct Differences {
    told: Vec<Difference>,
    more: usize,
}

struct Difference {
    /// The file, where it is another than the product's name.
    file: Option<String>,
    place: String,
    /// What the second has, and what the first has.
    is: String,
    known: String,
}

impl Differences {
    fn add(&mut self, place: impl Into<String>, is: impl Into<String>, known: impl Into<String>) {
        self.add_in(None, place, is, known);
    }

    fn add_in(
        &mut self,
        file: Option<String>,
        place: impl Into<String>,
        is: impl Into<String>,
        known: impl Into<String>,
    ) {
        if self.told.len() < MOST {
            self.told.push(Difference { file, place: place.into(), is: is.into(), known: known.into() });
        } else {
            self.more += 1;
        }
    }

    fn are_none(&self) -> bool {
        self.told.is_empty()
    }
}

/// Holds things of one kind against each other: `differ` tells what the second has otherwise than the first.
///
/// One after the other the thing that has most others against it is taken out, until those that are left agree; each of those taken
/// out is told with what it has otherwise than the first one left that it contradicts. Not every thing tells everything, so that one
/// which contradicts none may be no witness against a wrong one.
fn odd_ones<T>(
    things: &[(&str, &T)],
    suspects: &Suspects,
    differ: impl Fn(&T, &T) -> Differences,
) -> Vec<Contradiction> {
    // each pair once: whether it differs does not depend on the order
    let mut against = vec![BTreeSet::new(); things.len()];
    for first in 0..things.len() {
        for second in first + 1..things.len() {
            if !differ(things[first].1, things[second].1).are_none() {
                against[first].insert(second);
                against[second].insert(first);
            }
        }
    }
    let is_suspect: Vec<bool> = things.iter().map(|(name, _)| suspects.contains(*name)).collect();
    let (mut left, mut wrong) = (against.clone(), BTreeSet::new());
    while let Some(worst) =
        (0..things.len()).filter(|k| !left[*k].is_empty()).max_by_key(|k| (left[*k].len(), is_suspect[*k], *k))
    {
        for other in std::mem::take(&mut left[worst]) {
            left[other].remove(&worst);
        }
        wrong.insert(worst);
    }
    let mut found = Vec::new();
    for one in &wrong {
        let (name, thing) = things[*one];
        let Some(known) = against[*one].iter().find(|k| !wrong.contains(*k)).or(against[*one].first()) else {
            continue;
        };
        let Differences { told, more } = differ(things[*known].1, thing);
        for Difference { file, place, is, known: right } in told {
            let problem = format!("it {is}; `{}` {right}", things[*known].0);
            found.push((file.unwrap_or_else(|| name.to_owned()), Fault { place, problem }));
        }
        if more > 0 {
            let problem = format!("{more} more differences like these to `{}`", things[*known].0);
            found.push((name.to_owned(), Fault { place: String::new(), problem }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(things: &[(&str, &u32)]) -> Vec<String> {
        let differ = |a: &u32, b: &u32| {
            let mut differences = Differences::default();
            if a != b {
                differences.add("", format!("has {b}"), format!("has {a}"));
            }
            differences
        };
        odd_ones(things, &Suspects::from(["s".to_owned()]), differ)
            .into_iter()
            .map(|(name, fault)| format!("{name}: {}", fault.problem))
            .collect()
    }

    #[test]
    fn the_one_against_most_others_is_called_wrong() {
        assert_eq!(names(&[("a", &1), ("b", &2), ("c", &2)]), ["a: it has 1; `b` has 2"]);
        assert_eq!(names(&[("a", &1), ("b", &1), ("c", &2)]), ["c: it has 2; `a` has 1"]);
        assert_eq!(names(&[("a", &1), ("b", &2)]), ["b: it has 2; `a` has 1"]);
        assert_eq!(names(&[("s", &1), ("b", &2)]), ["s: it has 1; `b` has 2"], "one that was called wrong before");
        assert!(names(&[("a", &1), ("b", &1)]).is_empty() && names(&[("a", &1)]).is_empty() && names(&[]).is_empty());
    }
    /// A thing that tells nothing (0) contradicts none, and is no witness either.
    #[test]
    fn one_that_tells_nothing_hides_no_contradiction() {
        let differ = |a: &u32, b: &u32| {
            let mut differences = Differences::default();
            if a != b && *a * *b != 0 {
                differences.add("", format!("has {b}"), format!("has {a}"));
            }
            differences
        };
        let things = [("silent", &0), ("a", &1), ("b", &2), ("c", &1)];
        let found = odd_ones(&things, &Suspects::new(), differ);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].0.as_str(), found[0].1.problem.as_str()), ("b", "it has 2; `a` has 1"));
    }
}
