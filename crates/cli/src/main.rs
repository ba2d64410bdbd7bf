//! `eventscape`: finds, follows and describes physical phenomena in Earth-observation data.

mod args;
mod commands;
mod failure;
mod report;
mod signals;
mod terminal;

use std::process::ExitCode;

fn main() -> ExitCode {
    signals::fail_on_large_files();
    let matches = match args::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return failure::usage(&error),
    };
    let terminal = terminal::Terminal::start(&matches);
    match commands::run(&matches, &terminal) {
        Ok(code) => code,
        Err(error) => failure::report(&error, &terminal),
    }
}
