//! `eventscape collections list|show|check`.

use std::path::Path;
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_catalog::{Catalog, Entry};
use eventscape_core::ErrorKind;
use eventscape_pipeline::{PipelineError, load_catalog};

use super::{Outcome, print};
use crate::failure::exit_code;
use crate::report::table;
use crate::terminal::Terminal;

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let json = matches.get_flag("json");
    match matches.subcommand() {
        Some(("list", m)) => print(&list(&catalog(m)?, json)?)?,
        Some(("show", m)) => {
            let catalog = catalog(m)?;
            let name = m.get_one::<String>("name").map(String::as_str).unwrap_or_default();
            print(&show(catalog.get(name)?, json)?)?;
        }
        Some(("check", m)) => {
            let catalog = catalog(m)?;
            let wrong = catalog.check();
            if !wrong.is_empty() {
                wrong.iter().for_each(|w| terminal.error(w, ErrorKind::Usage));
                return Ok(ExitCode::from(exit_code(ErrorKind::Usage)));
            }
            print(&format!("{} collections, nothing wrong\n", catalog.list().len()))?;
        }
        _ => return Err(PipelineError::Internal("the command line let an unknown command pass".to_owned())),
    }
    Ok(ExitCode::SUCCESS)
}

fn catalog(matches: &ArgMatches) -> Result<Catalog, PipelineError> {
    load_catalog(matches.get_one::<String>("catalog").map(Path::new))
}

fn list(catalog: &Catalog, json: bool) -> Result<String, PipelineError> {
    if json {
        return to_json(&catalog.list());
    }
    let rows = catalog.list().iter().map(|e| {
        let variables: Vec<&str> = e.variables.keys().map(String::as_str).take(4).collect();
        vec![e.id.clone(), e.title.clone(), variables.join(" ")]
    });
    Ok(table(&["collection", "title", "variables"], rows))
}

fn show(entry: &Entry, json: bool) -> Result<String, PipelineError> {
    if json {
        return to_json(entry);
    }
    toml::to_string_pretty(entry).map_err(|e| PipelineError::Internal(format!("the entry cannot be shown: {e}")))
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, PipelineError> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|e| PipelineError::Internal(format!("the catalogue cannot be shown: {e}")))
}
