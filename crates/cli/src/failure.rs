//! The one place where an error becomes a message and an exit code.

use std::process::ExitCode;

use eventscape_core::ErrorKind;
use eventscape_pipeline::PipelineError;

use crate::terminal::Terminal;

/// Tells the user of a failed command.
pub(crate) fn report(error: &PipelineError, terminal: &Terminal) -> ExitCode {
    let kind = error.kind();
    terminal.error(&error.to_string(), kind);
    ExitCode::from(kind.exit_code())
}

/// Prints what clap has to say: help and version are no failures.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // a closed pipe is the reader's choice
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(ErrorKind::Usage.exit_code()) } else { ExitCode::SUCCESS }
}
