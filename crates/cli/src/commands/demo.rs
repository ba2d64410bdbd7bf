//! `eventscape demo`: the main job on real data that the binary carries.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_io::IoError;
use eventscape_pipeline::{Job, PipelineError, ProductName, TextOrNumber, Texts, run_phdef};

use super::{Outcome, print, surroundings};
use crate::report;
use crate::terminal::Terminal;

/// OSTIA sea-surface temperature, monthly means 2006-04…2010-09, 5°S–5°N (Crown copyright, Open Government Licence).
const SAMPLE: &[u8] = include_bytes!("../../../../fixtures/ostia/ostia_monthly.nc");
const SAMPLE_NAME: &str = "ostia_monthly.nc";

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let out = PathBuf::from(matches.get_one::<String>("out").map_or("eventscape-demo", String::as_str));
    let input = sample(&out)?;
    let around = surroundings(terminal)?;
    let job = Job {
        input: Some(Texts::One(input.display().to_string())),
        variable: Some("surface_temperature".to_owned()),
        operator: Some("climatologyBeyond".to_owned()),
        value: Some(TextOrNumber::Text("1.2, window=31".to_owned())),
        bbox: Some(eventscape_pipeline::BoxText::Numbers([120.0, -5.0, -80.0, 5.0])),
        min_size: Some(60),
        title: Some("El Niño and La Niña in the tropical Pacific, OSTIA sea-surface temperature".to_owned()),
        out: Some(out.display().to_string()),
        products: Some(Texts::Many(products())),
        no_plots: matches.get_flag("no_plots"),
        ..Job::default()
    };
    let outcome = run_phdef(&job, &around)?;
    print(&report::of_job(&outcome, matches.get_flag("json")))?;
    Ok(ExitCode::SUCCESS)
}

/// Everything but the SVGs, which show what the PNGs show.
fn products() -> Vec<String> {
    ProductName::ALL.iter().filter(|(p, _)| *p != ProductName::Svg).map(|(_, name)| (*name).to_owned()).collect()
}

/// Puts the sample where the user can look at it, unless it is there.
fn sample(out: &Path) -> Result<PathBuf, PipelineError> {
    let folder = out.join("input");
    let path = folder.join(SAMPLE_NAME);
    let failed = |source| IoError::Io { action: "writing", location: path.display().to_string(), source };
    if std::fs::read(&path).is_ok_and(|bytes| bytes == SAMPLE) {
        return Ok(path);
    }
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let new = folder.join(".sample.new");
    std::fs::write(&new, SAMPLE).and_then(|()| std::fs::rename(&new, &path)).map_err(failed)?;
    Ok(path)
}
