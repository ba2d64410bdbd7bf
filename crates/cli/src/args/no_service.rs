//! The commands of a service, where it is not built in: they are known, and say how to get them.

use clap::{Arg, Command};

/// Their names.
pub(crate) const SERVICE_COMMANDS: [&str; 6] = ["serve", "worker", "migrate", "jobs", "users", "config"];

pub(super) fn commands() -> Vec<Command> {
    let about = "Not in this build: the service (build with `--features full`)";
    let rest = || Arg::new("rest").num_args(0..).trailing_var_arg(true).allow_hyphen_values(true).hide(true);
    SERVICE_COMMANDS.map(|name| Command::new(name).about(about).arg(rest())).into()
}
