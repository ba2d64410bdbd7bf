//! The commands of a service.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, value_parser};
use eventscape_service::JobStatus;

const SERVE_HELP: &str = "\
Without a configuration: SQLite and products in the folder eventscape-data, one worker, http://127.0.0.1:8080, this machine
alone, no token. Every key of the configuration may be set as EVENTSCAPE_<SECTION>_<KEY>; `eventscape schema service` lists them.

Examples:
  eventscape serve
  eventscape serve --config service.toml --listen 127.0.0.1:9000
  curl -X POST http://127.0.0.1:8080/processes/phdef/execution -H 'content-type: application/json' \\
      -d '{\"inputs\": {\"input\": \"sst.nc\", \"variable\": \"sst\", \"operator\": \"lessThan\", \"value\": 297}}'";

pub(super) fn commands() -> Vec<Command> {
    vec![
        Command::new("serve")
            .about("Run the HTTP API and workers in one process")
            .arg(config())
            .arg(
                Arg::new("listen")
                    .long("listen")
                    .value_name("ADDRESS:PORT")
                    .help("Where to listen (default: the configuration's; port 0 takes a free one)"),
            )
            .after_help(SERVE_HELP),
        Command::new("worker")
            .about("Run workers alone, on any machine that reaches the database and the store")
            .arg(config()),
        Command::new("migrate")
            .about("Bring the database's tables up to this version, and copy what TOS2CA did before")
            .arg(
                Arg::new("from_tos2ca")
                    .long("from-tos2ca")
                    .value_name("URL")
                    .num_args(0..=1)
                    .default_missing_value("")
                    .help(
                        "Copy users, jobs that ended and their products from a TOS2CA database, mysql://… (default: \
                         the configuration's tos2ca.database); once more, what is new",
                    ),
            )
            .arg(config()),
        jobs(),
        users(),
        Command::new("config").about("The configuration of a service").subcommand_required(true).subcommand(
            Command::new("check")
                .about("Say what is wrong with it, or show it; nothing is asked but secrets")
                .arg(
                    Arg::new("connect").long("connect").action(ArgAction::SetTrue).help(
                        "Ask the database, the store, the cache and the mail server, too, and say how each answered",
                    ),
                )
                .arg(config()),
        ),
    ]
}

fn config() -> Arg {
    Arg::new("config")
        .long("config")
        .value_name("FILE")
        .env("EVENTSCAPE_CONFIG")
        .help("The configuration, TOML (default: none)")
}

fn number() -> Arg {
    Arg::new("number").value_name("JOB").required(true).value_parser(value_parser!(i64)).help("Number of the job")
}

fn jobs() -> Command {
    Command::new("jobs")
        .about("The jobs of a service, straight in its database")
        .subcommand_required(true)
        .subcommand(
            Command::new("submit")
                .about("Put a job into the queue; prints its number")
                .arg(Arg::new("job_file").value_name("JOB.toml|JOB.json").required(true).help("The job file"))
                .arg(
                    Arg::new("kind")
                        .long("kind")
                        .value_parser(PossibleValuesParser::new(["phdef", "curation"]))
                        .default_value("phdef")
                        .help("The kind of job; of curation `phdef` in the file is the number of a job"),
                )
                .arg(
                    Arg::new("priority")
                        .long("priority")
                        .value_parser(value_parser!(i32))
                        .default_value("0")
                        .allow_hyphen_values(true)
                        .help("Smaller runs earlier"),
                )
                .arg(Arg::new("public").long("public").action(ArgAction::SetTrue).help("Let all users see it"))
                .arg(Arg::new("user").long("user").value_name("EMAIL").help("Whose it is (default: the local user)"))
                .arg(
                    Arg::new("no_mail")
                        .long("no-mail")
                        .action(ArgAction::SetTrue)
                        .help("Do not mail this user at the end, where the service sends mail"),
                )
                .arg(config()),
        )
        .subcommand(
            Command::new("list")
                .about("The newest jobs")
                .arg(
                    Arg::new("limit")
                        .long("limit")
                        .value_parser(value_parser!(u32).range(1..=1000))
                        .default_value("20")
                        .help("How many"),
                )
                .arg(
                    Arg::new("status")
                        .long("status")
                        .value_delimiter(',')
                        .value_parser(PossibleValuesParser::new(JobStatus::ALL.map(JobStatus::name)))
                        .help("Only those with one of these statuses"),
                )
                .arg(Arg::new("user").long("user").value_name("EMAIL").help("Only those of a user"))
                .arg(config()),
        )
        .subcommand(Command::new("show").about("All that is known of a job").arg(number()).arg(config()))
        .subcommand(Command::new("cancel").about("Cancel a job").arg(number()).arg(config()))
        .subcommand(Command::new("retry").about("Try a failed or cancelled job again").arg(number()).arg(config()))
        .subcommand(
            Command::new("verify")
                .about("Read a job's products back whole, and say what is damaged or missing")
                .arg(number())
                .arg(config()),
        )
        .subcommand(
            Command::new("remove").about("Remove a job that has ended, with its products").arg(number()).arg(config()),
        )
}

fn users() -> Command {
    let email = || Arg::new("email").value_name("EMAIL").required(true).help("The user's e-mail address");
    Command::new("users")
        .about("Who may use a service")
        .subcommand_required(true)
        .subcommand(
            Command::new("add")
                .about("Add a user")
                .arg(email())
                .arg(Arg::new("first").long("first-name").default_value("").help("First name"))
                .arg(Arg::new("last").long("last-name").default_value("").help("Last name"))
                .arg(Arg::new("admin").long("admin").action(ArgAction::SetTrue).help("An administrator: sees all jobs"))
                .arg(config()),
        )
        .subcommand(
            Command::new("token")
                .about("Make a token for a user; it is shown this once")
                .arg(email())
                .arg(Arg::new("label").long("label").value_name("TEXT").default_value("").help("What it is for"))
                .arg(
                    Arg::new("days")
                        .long("days")
                        .value_parser(value_parser!(u32).range(1..=36500))
                        .help("After how many days it ends (default: never)"),
                )
                .arg(config()),
        )
        .subcommand(Command::new("list").about("All users, and how many tokens they have").arg(config()))
        .subcommand(
            Command::new("tokens")
                .about("A user's tokens: what they are for, and when they end")
                .arg(email())
                .arg(config()),
        )
        .subcommand(
            Command::new("revoke")
                .about("End all tokens of a user at once")
                .arg(email())
                .arg(
                    Arg::new("label")
                        .long("label")
                        .value_name("TEXT")
                        .help("Only those that were made with this label"),
                )
                .arg(config()),
        )
}
