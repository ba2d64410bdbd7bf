//! The chunks of a job as one sequence of scenes.

use std::collections::{HashMap, HashSet};

use eventscape_core::{EventSource, SceneComponents, SourceError};
use eventscape_io::IoError;
use eventscape_io::spool::SpoolReader;
use eventscape_io::stores::{Location, Stores};

use crate::error::{PipelineError, Result};
use crate::recipe::{Data, OutputChoices};
use crate::run::{SPOOL, choices_beside};

/// A finished chunk.
pub(crate) struct Chunk {
    /// What messages call it.
    pub(crate) name: String,
    pub(crate) spool: SpoolReader,
}

/// The components of several chunks, in the order of the job's scenes.
pub(crate) struct Joined {
    parts: Vec<Chunk>,
    /// For each scene the part and the scene in it.
    places: Vec<(usize, usize)>,
}

impl Joined {
    /// Fetches chunks by their folders, and what each keeps of the job's wishes for its products.
    pub(crate) fn fetch(stores: &Stores, folders: &[String]) -> Result<(Vec<Chunk>, Vec<OutputChoices>)> {
        let mut parts = Vec::with_capacity(folders.len());
        let mut choices = Vec::new();
        for folder in folders {
            let location = Location::parse(folder)?;
            let not_there = |error| not_there(error, &location);
            for spool in spools(stores, folder, &location).map_err(not_there)? {
                let name = spool.to_string();
                choices.extend(choices_beside(&spool, stores)?);
                parts.push(Chunk { name, spool: SpoolReader::fetch(stores, &spool).map_err(not_there)? });
            }
        }
        Ok((parts, choices))
    }

    /// Joins chunks of one job. `index_of` is the index of each of the job's times, by its microseconds.
    ///
    /// # Errors
    /// Chunks of different jobs, a scene that is none of the job's.
    pub(crate) fn of(parts: Vec<Chunk>, index_of: &HashMap<i64, usize>) -> Result<Self> {
        let first = parts.first().ok_or_else(|| PipelineError::State("there is no chunk to join".to_owned()))?;
        if let Some(other) = parts.iter().find(|part| part.spool.header() != first.spool.header()) {
            let (first, other) = (&first.name, &other.name);
            return Err(PipelineError::State(format!("`{first}` and `{other}` are chunks of different jobs")));
        }
        let places = places(&parts, index_of)?;
        Ok(Self { parts, places })
    }

    /// Whether every scene of the job is there.
    ///
    /// # Errors
    /// How many are not, and the first.
    pub(crate) fn check_complete(&self, data: &Data) -> Result<()> {
        let times = data.times();
        let have: HashSet<i64> = self.parts.iter().flat_map(|p| p.spool.times()).map(|t| t.micros()).collect();
        let missing: Vec<String> =
            times.iter().filter(|t| !have.contains(&t.micros())).map(ToString::to_string).collect();
        match missing.first() {
            Some(first) => Err(PipelineError::State(format!(
                "{} of the job's {} scenes are in none of the chunks, the first is {first}; run the missing chunks",
                missing.len(),
                times.len()
            ))),
            None => Ok(()),
        }
    }
}

/// Where each scene is. The same scene of two chunks is the same, since components do not depend on the chunk.
fn places(parts: &[Chunk], index_of: &HashMap<i64, usize>) -> Result<Vec<(usize, usize)>> {
    let mut all: Vec<(usize, usize, usize)> = Vec::new();
    for (p, part) in parts.iter().enumerate() {
        for (s, time) in part.spool.times().iter().enumerate() {
            let index = index_of.get(&time.micros()).ok_or_else(|| {
                let name = &part.name;
                PipelineError::State(format!("`{name}` holds a scene of {time}, which is none of the job's"))
            })?;
            all.push((*index, p, s));
        }
    }
    all.sort_unstable();
    all.dedup_by_key(|(index, ..)| *index);
    Ok(all.into_iter().map(|(_, p, s)| (p, s)).collect())
}

/// The spools that an argument means: of one chunk, by its folder or by itself, or of all whose folders match a pattern.
fn spools(stores: &Stores, text: &str, location: &Location) -> std::result::Result<Vec<Location>, IoError> {
    let is_spool = location.name().ends_with(".spool");
    let of = |location: &Location| if is_spool { location.clone() } else { location.join(SPOOL) };
    match location {
        Location::Local(path) if path.is_dir() => Ok(vec![location.join(SPOOL)]),
        Location::Local(path) if path.exists() => Ok(vec![location.clone()]),
        Location::Http(_) => Ok(vec![of(location)]),
        _ if text.contains(['*', '?', '[']) => stores.expand(&[of(location).to_string()]),
        _ => Ok(vec![of(location)]),
    }
}

fn not_there(error: IoError, folder: &Location) -> PipelineError {
    match error {
        IoError::NotFound { .. } => PipelineError::State(format!(
            "`{folder}` is not the folder of a finished chunk: it has no `{SPOOL}`; run the chunk, or name its folder \
             (`<out>/<job>/chunks/0001`)"
        )),
        error => error.into(),
    }
}

impl EventSource for Joined {
    fn scenes(&self) -> usize {
        self.places.len()
    }

    fn read(&self, index: usize) -> std::result::Result<SceneComponents, SourceError> {
        let found = self.places.get(index).and_then(|(p, s)| self.parts.get(*p).map(|part| (part, *s)));
        let (part, scene) = found.ok_or_else(|| format!("there is no scene {index} among {}", self.places.len()))?;
        part.spool.read(scene)
    }
}
