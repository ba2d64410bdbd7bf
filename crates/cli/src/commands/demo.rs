//! `eventscape demo`: both stages on real data that the binary carries.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_io::IoError;
use eventscape_pipeline::{
    BoxText, CurationJob, CurationKeys, Job, OutputKeys, PhenomenonKeys, PipelineError, RunningKeys, SourceKeys,
    TextOrNumber, Texts, run_curation, run_phdef,
};
use eventscape_products::{PRODUCTS, Product, ProductStage};

use super::plot::write_file;
use super::{Outcome, environment, print};
use crate::report;
use crate::terminal::Terminal;

/// OSTIA sea-surface temperature, monthly means 2006-04…2010-09, 5°S–5°N (Crown copyright, Open Government Licence).
const SAMPLE: &[u8] = include_bytes!("../../assets/ostia_monthly.nc");
const SAMPLE_NAME: &str = "ostia_monthly.nc";

pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let out = PathBuf::from(matches.get_one::<String>("out").map_or("eventscape-demo", String::as_str));
    let input = sample(&out)?;
    let env = environment(terminal)?;
    let job = Job {
        source: SourceKeys { input: Some(Texts::One(input.display().to_string())), ..SourceKeys::default() },
        phenomenon: PhenomenonKeys {
            variable: Some("surface_temperature".to_owned()),
            operator: Some("climatologyBeyond".to_owned()),
            value: Some(TextOrNumber::Text("1.2, window=31".to_owned())),
            bbox: Some(BoxText::Numbers([120.0, -5.0, -80.0, 5.0])),
            min_size: Some(60),
            ..PhenomenonKeys::default()
        },
        running: RunningKeys { no_plots: matches.get_flag("no_plots"), ..RunningKeys::default() },
        output: OutputKeys {
            title: Some("El Niño and La Niña in the tropical Pacific, OSTIA sea-surface temperature".to_owned()),
            out: Some(out.display().to_string()),
            products: Some(Texts::Many(products())),
            ..OutputKeys::default()
        },
        ..Job::default()
    };
    let json = matches.get_flag("json");
    let found = run_phdef(&job, &env)?;
    let curation = CurationJob {
        source: SourceKeys { input: Some(Texts::One(input.display().to_string())), ..SourceKeys::default() },
        curation: CurationKeys {
            phdef: Some(out.join("1").display().to_string()),
            variable: Some(Texts::One("surface_temperature".to_owned())),
            stationary: true,
            ..CurationKeys::default()
        },
        output: OutputKeys {
            title: Some("Sea-surface temperature inside the events of El Niño and La Niña".to_owned()),
            out: Some(out.display().to_string()),
            job_id: Some(2),
            products: matches.get_flag("no_plots").then(|| Texts::Many(without_plots())),
            ..OutputKeys::default()
        },
        ..CurationJob::default()
    };
    let gathered = run_curation(&curation, &env)?;
    if json {
        let both = serde_json::json!({ "phdef": found, "curation": gathered.first() });
        print(&format!("{both:#}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&format!("{}\n{}", report::of_job(&found, false), report::of_curations(&gathered, false)))?;
    Ok(ExitCode::SUCCESS)
}

/// Everything but the SVGs, which show what the PNGs show.
fn products() -> Vec<String> {
    names(ProductStage::Tracks, |product| product.name != "svg")
}

/// The products of curation but charts.
fn without_plots() -> Vec<String> {
    names(ProductStage::Curation, |product| product.name != "plots")
}

fn names(stage: ProductStage, is_meant: impl Fn(&Product) -> bool) -> Vec<String> {
    let all = PRODUCTS.iter().filter(|product| product.stage() == stage && product.can_be_named());
    all.filter(|product| is_meant(product)).map(|product| product.name.to_owned()).collect()
}

/// Puts the sample where the user can look at it, unless it is there.
fn sample(out: &Path) -> Result<PathBuf, PipelineError> {
    let folder = out.join("input");
    let path = folder.join(SAMPLE_NAME);
    if std::fs::read(&path).is_ok_and(|bytes| bytes == SAMPLE) {
        return Ok(path);
    }
    let failed = |source| IoError::Io { action: "making", location: folder.display().to_string(), source };
    std::fs::create_dir_all(&folder).map_err(failed)?;
    write_file(&path, SAMPLE)?;
    Ok(path)
}
