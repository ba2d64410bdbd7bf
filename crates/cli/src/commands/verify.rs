//! `eventscape verify`, and what `eventscape jobs verify` shares with it.

use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_core::ErrorKind;
use eventscape_pipeline::{PipelineError, Verification, VerifyRequest, verify};

use super::{Outcome, print, surroundings};
use crate::failure::exit_code;
use crate::report;
use crate::terminal::Terminal;

/// Verifies one folder after the other. Damage decides the exit code before a folder that is no job does, since it is worse.
pub(super) fn run(matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let around = surroundings(terminal)?;
    let (mut found, mut refused) = (Vec::new(), None);
    for place in matches.get_many::<String>("folder").into_iter().flatten() {
        let request = VerifyRequest { place: place.clone(), threads: matches.get_one::<u32>("threads").copied() };
        match verify(&request, &around) {
            Ok(verification) => found.push(verification),
            Err(error) if around.cancel.is_cancelled() => return Err(error),
            Err(error) => {
                terminal.error(&error.to_string(), error.kind());
                refused = refused.or(Some(error.kind()));
            }
        }
    }
    let is_sound = tell(&found, matches.get_flag("json"))?;
    Ok(match refused.filter(|_| is_sound) {
        Some(kind) => ExitCode::from(exit_code(kind)),
        None => code(is_sound),
    })
}

/// Prints what was found; gives whether all of it is sound.
pub(super) fn tell(found: &[Verification], json: bool) -> Result<bool, PipelineError> {
    if !found.is_empty() {
        print(&report::of_verifications(found, json))?;
    }
    Ok(found.iter().all(|verification| verification.is_sound))
}

/// Damaged products are bad data.
pub(super) fn code(is_sound: bool) -> ExitCode {
    if is_sound { ExitCode::SUCCESS } else { ExitCode::from(exit_code(ErrorKind::Data)) }
}
