//! The one place where an error becomes a message and an exit code.

use std::process::ExitCode;

use eventscape_core::ErrorKind;
use eventscape_pipeline::PipelineError;

use crate::terminal::Terminal;

/// The exit code of a kind of failure; they are documented and stay.
pub(crate) fn exit_code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Usage => 2,
        ErrorKind::Data => 3,
        ErrorKind::Denied => 4,
        ErrorKind::Partial => 5,
        // our own fault, or the machine's; and kinds that this version does not know
        _ => 1,
    }
}

/// Tells the user of a failed command.
pub(crate) fn report(error: &PipelineError, terminal: &Terminal) -> ExitCode {
    let kind = error.kind();
    terminal.error(&error.to_string(), kind);
    ExitCode::from(exit_code(kind))
}

/// Prints what clap has to say: help and version are no failures.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // a closed pipe is the reader's choice
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(exit_code(ErrorKind::Usage)) } else { ExitCode::SUCCESS }
}
