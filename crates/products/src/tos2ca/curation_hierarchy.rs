//! `<job>-Curation-Hierarchy.json`: the groups and variables of the curated file.

use std::io::Write;

use crate::ProductError;
use crate::curation::{CuratedTime, CurationInfo};

/// The hierarchy, as the reference has it: `{"<t>-<k>": {"<event>": ["<variable>"]}, …, "navigation": ["lat", "lon"]}`.
#[derive(Debug)]
pub struct CurationHierarchy<W> {
    out: W,
    variables: String,
}

impl<W: Write> CurationHierarchy<W> {
    /// Starts it.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn begin(mut out: W, info: &CurationInfo) -> Result<Self, ProductError> {
        let names: Vec<&str> = info.variables.iter().map(|v| v.name.as_str()).collect();
        let variables = serde_json::to_string(&names).map_err(|e| failed(e.into()))?.replace("\",\"", "\", \"");
        out.write_all(b"{").map_err(failed)?;
        Ok(Self { out, variables })
    }

    /// Adds a time.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn add(&mut self, time: &CuratedTime) -> Result<(), ProductError> {
        let events: Vec<String> =
            time.events.iter().map(|event| format!("\"{}\": {}", event.id, self.variables)).collect();
        // names are digits and a hyphen: nothing to escape
        write!(self.out, "\"{}\": {{{}}}, ", time.name, events.join(", ")).map_err(failed)
    }

    /// Ends it; gives the output back.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn end(mut self) -> Result<W, ProductError> {
        self.out.write_all(b"\"navigation\": [\"lat\", \"lon\"]}\n").and_then(|()| self.out.flush()).map_err(failed)?;
        Ok(self.out)
    }
}

fn failed(source: std::io::Error) -> ProductError {
    ProductError::Write { product: "the hierarchy of the curated file".to_owned(), source }
}
