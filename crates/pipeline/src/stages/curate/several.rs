//! Jobs on several collections: one job for each.

use std::path::Path;

use eventscape_catalog::Entry;

use crate::error::{PipelineError, Result};
use crate::job::{CurationJob, CurationKeys, OutputKeys, Texts};
use crate::recipe::load_catalog;

/// The jobs of a request, one for each collection in the order of their names. `first` is the number of the first job where
/// the request names none.
pub(super) fn split(job: &CurationJob, first: u64) -> Result<Vec<CurationJob>> {
    let names = job.curation.collection.as_ref().map(Texts::names).unwrap_or_default();
    let [_, _, ..] = names.as_slice() else {
        let collection = names.first().cloned().map(Texts::One);
        let curation = CurationKeys { collection, ..job.curation.clone() };
        return Ok(vec![CurationJob { curation, ..job.clone() }]);
    };
    let catalog = load_catalog(job.source.catalog.as_deref().map(Path::new))?;
    let entries = names.iter().map(|name| Ok(catalog.get(name)?)).collect::<Result<Vec<&Entry>>>()?;
    if let Some(twice) = (1..entries.len()).find(|k| entries.iter().take(*k).any(|e| e.id == entries[*k].id)) {
        return Err(PipelineError::job("collection", format!("`{}` is named twice", entries[twice].id)));
    }
    let mut variables: Vec<Vec<String>> = vec![Vec::new(); entries.len()];
    for variable in job.curation.variable.as_ref().map(Texts::names).unwrap_or_default() {
        let (place, name) = owner(&variable, &entries, |name| catalog.get(name).ok().map(|e| e.id.clone()))?;
        if let Some(own) = variables.get_mut(place) {
            own.push(name);
        }
    }
    let first = job.output.job_id.unwrap_or(first);
    let one = |(place, (entry, own)): (usize, (&&Entry, Vec<String>))| {
        if own.is_empty() && entry.variables.len() > 1 {
            let known: Vec<&str> = entry.variables.keys().map(String::as_str).collect();
            let why = format!("none is of {}; it has {}", entry.id, known.join(", "));
            return Err(PipelineError::job("variable", why));
        }
        let curation = CurationKeys {
            collection: Some(Texts::One(entry.id.clone())),
            variable: (!own.is_empty()).then_some(Texts::Many(own)),
            ..job.curation.clone()
        };
        let output = OutputKeys {
            job_id: Some(first + place as u64),
            title: job.output.title.as_ref().map(|title| format!("{title}: {}", entry.id)),
            ..job.output.clone()
        };
        Ok(CurationJob { curation, output, ..job.clone() })
    };
    entries.iter().zip(variables).enumerate().map(one).collect()
}

/// The collection that a variable is of, by its place, and the variable's own name.
fn owner(variable: &str, entries: &[&Entry], id_of: impl Fn(&str) -> Option<String>) -> Result<(usize, String)> {
    if let Some((collection, name)) = variable.split_once(':') {
        let id = id_of(collection.trim());
        let place = entries.iter().position(|entry| Some(&entry.id) == id.as_ref());
        let place = place.ok_or_else(|| {
            PipelineError::job("variable", format!("`{variable}` is of a collection that --collection does not name"))
        })?;
        return Ok((place, name.trim().to_owned()));
    }
    let having: Vec<usize> = entries
        .iter()
        .enumerate()
        .filter(|(_, e)| e.variables.contains_key(variable))
        .map(|(place, _)| place)
        .collect();
    match having.as_slice() {
        [place] => Ok((*place, variable.to_owned())),
        [] => {
            let ids: Vec<&str> = entries.iter().map(|e| e.id.as_str()).collect();
            let why = format!(
                "the catalogue has no `{variable}` in any of {}; if one has it all the same, write COLLECTION:{variable}",
                ids.join(", ")
            );
            Err(PipelineError::job("variable", why))
        }
        [first, ..] => {
            let ids: Vec<&str> = having.iter().filter_map(|p| entries.get(*p)).map(|e| e.id.as_str()).collect();
            let example = entries.get(*first).map_or("", |e| e.id.as_str());
            let why = format!("`{variable}` is in {}; write {example}:{variable}", ids.join(" and "));
            Err(PipelineError::job("variable", why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs(collection: &str, variable: &str) -> Result<Vec<CurationJob>> {
        let text = |text: &str| Some(Texts::One(text.to_owned()));
        let job = CurationJob {
            curation: CurationKeys {
                collection: text(collection),
                variable: text(variable),
                ..CurationKeys::default()
            },
            output: OutputKeys { title: Some("t".to_owned()), ..OutputKeys::default() },
            ..CurationJob::default()
        };
        split(&job, 7)
    }

    #[test]
    fn each_collection_gets_its_variables_and_a_number() {
        let found = jobs("GPM_3IMERGHH, GPM_MERGIR", "Tb, precipitation").unwrap();
        let told: Vec<(String, Vec<String>, u64, String)> = found
            .into_iter()
            .map(|j| {
                let (c, v) = (j.curation.collection.unwrap().names(), j.curation.variable.unwrap().names());
                (c.join(","), v, j.output.job_id.unwrap(), j.output.title.unwrap())
            })
            .collect();
        let row = |id: &str, v: &str, n, title: &str| (id.to_owned(), vec![v.to_owned()], n, title.to_owned());
        assert_eq!(
            told,
            [row("GPM_3IMERGHH", "precipitation", 7, "t: GPM_3IMERGHH"), row("GPM_MERGIR", "Tb", 8, "t: GPM_MERGIR")]
        );
        assert_eq!(jobs("GPM_MERGIR", "anything").unwrap()[0].output.job_id, None);
        let named = jobs("GPM_3IMERGHH,GPM_MERGIR", "GPM_3IMERGHH:calibrated, GPM_MERGIR:Tb").unwrap();
        assert_eq!(named[0].curation.variable.as_ref().unwrap().names(), ["calibrated"]);
    }

    #[test]
    fn what_cannot_be_shared_out_is_told() {
        let said = |collection: &str, variable: &str| jobs(collection, variable).unwrap_err().to_string();
        assert!(said("GPM_3IMERGHH,GPM_MERGIR", "Tb,gust").contains("COLLECTION:gust"));
        assert!(said("ASCATB-L2-25km,ASCATC-L2-25km", "wind_speed").contains("ASCATB-L2-25km:wind_speed"));
        assert!(said("GPM_MERGIR,GPM_MERGIR.1", "Tb").contains("twice"));
        assert!(said("GPM_3IMERGHH,GPM_MERGIR", "M2I1NXINT:TQV,Tb").contains("--collection"));
        assert!(said("ASCATB-L2-25km,GPM_MERGIR", "Tb").contains("wind_speed"));
        assert!(said("GPM_MERGIR,NOT_THERE", "Tb").contains("NOT_THERE"));
    }
}
