//! The commands, one a file.

mod collections;
mod curate;
mod demo;
mod mask_from;
mod phdef;
mod plot;
#[cfg(feature = "service")]
mod service;
mod stitch;
mod verify;

use std::io::Write;
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_pipeline::{CurationJob, Environment, Job, JobTable, PipelineError};

use crate::args;
use crate::terminal::{Terminal, say};

type Outcome = Result<ExitCode, PipelineError>;

/// Runs the command of a command line.
pub(crate) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    match matches.subcommand() {
        Some(("demo", m)) => demo::run(m, terminal),
        Some(("phdef", m)) => phdef::run(m, terminal),
        Some(("validate", m)) => phdef::validate_only(m, terminal),
        Some(("mask-from", m)) => mask_from::run(m, terminal),
        Some(("curate", m)) => curate::run(m, terminal),
        Some(("plot", m)) => plot::run(m),
        Some(("stitch", m)) => stitch::run(m, terminal),
        Some(("verify", m)) => verify::run(m, terminal),
        Some(("collections", m)) => collections::run(m, terminal),
        #[cfg(feature = "service")]
        Some((name @ ("serve" | "worker" | "migrate" | "jobs" | "users" | "config"), m)) => {
            service::run(name, m, terminal)
        }
        #[cfg(not(feature = "service"))]
        Some((name, _)) if args::SERVICE_COMMANDS.contains(&name) => {
            Err(without_service(&format!("`eventscape {name}`")))
        }
        Some(("schema", m)) => {
            let schema = match m.get_one::<String>("kind").map(String::as_str) {
                Some("curation") => CurationJob::schema(),
                #[cfg(feature = "service")]
                Some("service") => eventscape_service::Config::schema(),
                #[cfg(not(feature = "service"))]
                Some("service") => return Err(without_service("the schema of a service's configuration")),
                _ => Job::schema(),
            };
            print(&format!("{schema:#}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Some(("completions", m)) => {
            if let Some(shell) = m.get_one::<clap_complete::Shell>("shell") {
                let mut script = Vec::new();
                clap_complete::generate(*shell, &mut args::command(), "eventscape", &mut script);
                print(&String::from_utf8_lossy(&script))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(PipelineError::Internal("the command line let an unknown command pass".to_owned())),
    }
}

/// What is said of a part of the service where it is not built in.
#[cfg(not(feature = "service"))]
fn without_service(what: &str) -> PipelineError {
    let how = "`cargo install --locked --path crates/cli --features full` in the project's folder builds all of it";
    PipelineError::State(format!("{what} belongs to the service, which this program was built without; {how}"))
}

/// Writes a result to stdout. A reader that went away (`| head`) ends the program as it does other tools.
pub(crate) fn print(text: &str) -> Result<(), PipelineError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(source) => {
            Err(eventscape_io::IoError::Io { action: "writing", location: "stdout".to_owned(), source }.into())
        }
        Ok(()) => Ok(()),
    }
}

/// What every job is run with: the terminal as observer, the clock, and Ctrl-C and SIGTERM to stop it.
pub(crate) fn environment(terminal: &Terminal) -> Result<Environment<'_>, PipelineError> {
    let mut env = Environment::new(terminal);
    env.now = Some(now());
    let asked = env.cancel.clone();
    ctrlc::set_handler(move || {
        // the second time the user does not want to wait
        if asked.is_cancelled() {
            std::process::exit(130);
        }
        say("stopping; what is complete is kept (once more to stop at once)");
        asked.cancel();
    })
    .map_err(|e| PipelineError::Internal(format!("signals cannot be watched: {e}")))?;
    Ok(env)
}

/// The time, ISO 8601 in UTC, to the second; `SOURCE_DATE_EPOCH` (seconds since 1970) in its place makes products
/// reproducible to the byte.
fn now() -> String {
    use eventscape_core::{Timestamp, time::Calendar};
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse::<i64>().ok());
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seconds = given.unwrap_or_else(|| i64::try_from(since.as_secs()).unwrap_or_default());
    Timestamp::from_micros(Calendar::ProlepticGregorian, seconds * 1_000_000).to_string()
}
