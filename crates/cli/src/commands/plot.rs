//! `eventscape plot`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_io::IoError;
use eventscape_pipeline::{PipelineError, PlotKind, PlotRequest, draw_plot};

use super::{Outcome, print};

pub(super) fn run(matches: &ArgMatches) -> Outcome {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let kind = match (matches.get_flag("strip"), matches.get_flag("series")) {
        (true, _) => PlotKind::Strip,
        (_, true) => PlotKind::Series,
        _ => PlotKind::Single,
    };
    let plot = draw_plot(&PlotRequest {
        interpolated: text("interpolated").unwrap_or_default(),
        kind,
        time: text("time"),
        track: matches.get_one::<u32>("track").copied(),
        variable: text("variable"),
    })?;
    let mut path = PathBuf::from(text("out").unwrap_or_else(|| ".".to_owned()));
    if path.is_dir() {
        path.push(&plot.name);
    }
    let mut png = Vec::new();
    plot.raster.write_png(&mut png)?;
    write_file(&path, &png)?;
    print(&format!("{}\n", path.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file beside its place first, so that nothing half-written stays.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), PipelineError> {
    let failed = |source| IoError::Io { action: "writing", location: path.display().to_string(), source };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let new = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = std::fs::write(&new, bytes).and_then(|()| std::fs::rename(&new, path));
    if written.is_err() {
        // what is left of it is of no use; the error that counts is the first
        let _ = std::fs::remove_file(&new);
    }
    Ok(written.map_err(failed)?)
}
