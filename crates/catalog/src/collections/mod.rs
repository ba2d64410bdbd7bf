//! The catalogue: all collections that a job can name.

mod builtin;
mod dictionary;
mod names;

use std::path::Path;

use builtin::BUILTIN;

use crate::entry::{entries_of_text, read_entry};
use crate::{CatalogError, Entry, Result};

/// A catalogue file of more bytes is refused.
const LARGEST_FILE: u64 = 16 << 20;

/// The collections that jobs can name.
#[derive(Clone, Debug)]
pub struct Catalog {
    entries: Vec<Entry>,
}

impl Catalog {
    /// The collections that come with the program.
    ///
    /// # Errors
    /// None in a released program: its tests read every entry.
    pub fn builtin() -> Result<Self> {
        let entries = BUILTIN.iter().map(|(file, text)| read_entry(file, text)).collect::<Result<_>>()?;
        Ok(Self { entries })
    }

    /// Adds the collections of a file: one at its top, or a list `[[collections]]`, in TOML or JSON; or one of the
    /// reference's dictionaries (see [`Catalog::with_reference_dictionary`]). A collection of the same id is replaced.
    ///
    /// # Errors
    /// [`CatalogError::Entry`] names the file, the key's path, and what is wrong.
    pub fn with_file(self, path: &Path) -> Result<Self> {
        let (file, text) = read_text(path)?;
        let is_json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
        if is_json && dictionary::is_dictionary(&text) {
            return self.with_dictionary_text(&file, &text);
        }
        Ok(self.with_entries(entries_of_text(&file, &text, is_json)?))
    }

    /// Adds what a dictionary of the reference says (its PhDef or its data collection dictionary). Of a collection that
    /// the catalogue knows, location, dates, names and units are taken over; one that it does not know is added, without
    /// a rule for its granules' names: a job then names its files by `--input`.
    ///
    /// # Errors
    /// [`CatalogError::Entry`] names the file, the key's path, and what is wrong.
    pub fn with_reference_dictionary(self, path: &Path) -> Result<Self> {
        let (file, text) = read_text(path)?;
        self.with_dictionary_text(&file, &text)
    }

    fn with_dictionary_text(mut self, file: &str, text: &str) -> Result<Self> {
        for record in dictionary::read(file, text)? {
            match self.entries.iter_mut().find(|e| e.id == record.id) {
                Some(entry) => record.apply_to(entry),
                None => self.entries.push(record.into_entry()),
            }
        }
        Ok(self)
    }

    fn with_entries(mut self, entries: Vec<Entry>) -> Self {
        for entry in entries {
            match self.entries.iter_mut().find(|e| e.id == entry.id) {
                Some(old) => *old = entry,
                None => self.entries.push(entry),
            }
        }
        self
    }

    /// All collections.
    #[must_use]
    pub fn list(&self) -> &[Entry] {
        &self.entries
    }

    /// The collection of a name: its id with or without the version, or an alias; case and punctuation do not count.
    ///
    /// # Errors
    /// [`CatalogError::UnknownCollection`] suggests names like it; [`CatalogError::AmbiguousCollection`] where a name
    /// without version fits several.
    pub fn get(&self, name: &str) -> Result<&Entry> {
        if let Some(exact) = self.entries.iter().find(|e| e.id == name) {
            return Ok(exact);
        }
        let wanted = names::folded(name);
        let by_id = self.entries.iter().filter(|e| names::folded(&e.id) == wanted);
        let by_any_name = self.entries.iter().filter(|e| names::names_of(e).contains(&wanted));
        let mut found: Vec<&Entry> = by_id.collect();
        if found.is_empty() {
            found = by_any_name.collect();
        }
        match found[..] {
            [entry] => Ok(entry),
            [] => Err(CatalogError::UnknownCollection {
                name: name.to_owned(),
                hint: names::hint(name, self.entries.iter()),
            }),
            _ => Err(CatalogError::AmbiguousCollection {
                name: name.to_owned(),
                candidates: found.iter().map(|e| e.id.clone()).collect(),
            }),
        }
    }

    /// What is doubtful about the collections, a line each: names that two of them share, capabilities without what
    /// they need. Empty for the built-in catalogue.
    #[must_use]
    pub fn check(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        for (i, entry) in self.entries.iter().enumerate() {
            let id = &entry.id;
            if let Err((key, reason)) = entry.check() {
                doubts.push(format!("{id}: key `{key}`: {reason}"));
            }
            if entry.capabilities.is_empty() {
                doubts.push(format!("{id}: it can be used for nothing, `capabilities` is empty"));
            }
            if entry.granules.is_none() {
                doubts.push(format!("{id}: its granules' names are not known; jobs must name files with --input"));
            }
            if entry.can(crate::Capability::Curation) && entry.curation.is_none() && !entry.swath {
                doubts.push(format!("{id}: curation is possible, but `curation.margin` is not given; 0 is taken"));
            }
            for alias in &entry.aliases {
                let folded = names::folded(alias);
                let other = self.entries.iter().take(i).find(|e| names::names_of(e).contains(&folded));
                if let Some(other) = other {
                    doubts.push(format!("{id}: the alias `{alias}` is also a name of {}", other.id));
                }
            }
        }
        doubts
    }
}

fn read_text(path: &Path) -> Result<(String, String)> {
    let file = path.display().to_string();
    let wrong = |reason: String| CatalogError::Entry { file: file.clone(), key: String::new(), reason };
    let size = std::fs::metadata(path).map_err(|e| wrong(format!("it cannot be read: {e}")))?.len();
    if size > LARGEST_FILE {
        return Err(wrong(format!("it has {size} bytes; a catalogue has at most {LARGEST_FILE}")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("it cannot be read: {e}")))?;
    Ok((file, text))
}
