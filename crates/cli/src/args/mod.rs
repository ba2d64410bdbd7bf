//! The command line.

mod job_flags;
#[cfg(feature = "service")]
mod service;
#[cfg(not(feature = "service"))]
#[path = "no_service.rs"]
mod service;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, value_parser};

pub(crate) use job_flags::JobFlags;
#[cfg(not(feature = "service"))]
pub(crate) use service::SERVICE_COMMANDS;

const STITCH_HELP: &str = "\
Examples:
  eventscape stitch out/1/chunks/* --out joined
  eventscape stitch 's3://bucket/out/1/chunks/*' --out s3://bucket/joined";

const PHDEF_HELP: &str = "\
Operators and their values (docs/guide.md):
  lessThan lessThanOrEqualTo greaterThan greaterThanOrEqualTo equalTo
                                    VALUE, with or without a unit (\"235 K\")
  between                           LOW,HIGH
  hysteresisBelow hysteresisAbove   SEED,GROW
  anomalyAbove, Below, Beyond       K standard deviations from the cell's mean
  percentileAbove, Below, Beyond    P (0..100) of the cell's own values
  climatologyAbove, Below, Beyond   K or pP[, window=11][, base=1991-2020]
  expression                        \"Tb < 235 K and precipitation > 1 mm/h\"

Products: mask-output toc hierarchy masks tracks table lineage geojson maps svg animation

Examples:
  eventscape phdef --input 'merg_*.nc4' --variable Tb --operator lessThan --value 235 \\
      --bbox=-70,-20,-30,5 --start 2015-08-12 --end 2015-08-12T06:00 --out out
  eventscape phdef job.toml --threads 2 --no-plots

Exit codes: 0 done, 1 our own fault, 2 wrong use or job, 3 bad or missing data, 4 not allowed, 5 done in part.";

/// The whole command line.
pub(crate) fn command() -> Command {
    Command::new("eventscape")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Find, follow and describe physical phenomena in Earth-observation data")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(
            Arg::new("log_format")
                .long("log-format")
                .global(true)
                .value_parser(PossibleValuesParser::new(["text", "json"]))
                .default_value("text")
                .help("How progress and logs are written to stderr"),
        )
        .arg(
            Arg::new("quiet")
                .short('q')
                .long("quiet")
                .global(true)
                .action(ArgAction::SetTrue)
                .help("No progress and no notices; the result and errors are still printed"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .global(true)
                .action(ArgAction::SetTrue)
                .help("Print the result as JSON instead of a table"),
        )
        .subcommand(demo())
        .subcommand(
            JobFlags::phdef().add_to(
                Command::new("phdef")
                    .about("Find and follow a phenomenon, and write its products")
                    .arg(job_file())
                    .after_help(PHDEF_HELP),
            ),
        )
        .subcommand(JobFlags::phdef().add_to(
            Command::new("validate").about("Say what a job would read and need, without running it").arg(job_file()),
        ))
        .subcommand(mask_from())
        .subcommand(curate())
        .subcommand(plot())
        .subcommand(stitch())
        .subcommand(verify())
        .subcommand(collections())
        .subcommands(service::commands())
        .subcommand(
            Command::new("schema").about("Print the JSON Schema of a job file or of a service's configuration").arg(
                Arg::new("kind")
                    .value_parser(PossibleValuesParser::new(["phdef", "curation", "service"]))
                    .default_value("phdef")
                    .help("Of what"),
            ),
        )
        .subcommand(
            Command::new("completions").about("Print shell completions").arg(
                Arg::new("shell").required(true).value_parser(value_parser!(clap_complete::Shell)).help("The shell"),
            ),
        )
}

fn job_file() -> Arg {
    Arg::new("job_file").value_name("JOB.toml|JOB.json").help("A job file; flags override its keys")
}

fn out(required: bool) -> Arg {
    Arg::new("out").long("out").value_name("DIR|URL").required(required).help("Where the products go")
}

fn demo() -> Command {
    Command::new("demo")
        .about("Both stages on real sea-surface temperatures, with no set-up: find El Niño and La Niña, look inside")
        .arg(out(false))
        .arg(Arg::new("no_plots").long("no-plots").action(ArgAction::SetTrue).help("Make no pictures"))
}

const MASK_FROM_HELP: &str = "\
Kinds:
  wildfires   perimeters of CAL FIRE; a scene a --step from ALARM_DATE to CONT_DATE
  cyclones    IBTrACS v04 (CSV, netCDF); the four quarters within the radii of --radius-of 34, 50 or 64 knots
  polygons    any polygons; --time-property, or --start-property and --end-property

A cell is inside when its centre is; an outline that holds no centre takes the cell that it lies in.
Coordinates are longitude and latitude, or web Mercator (EPSG:3857).

Examples:
  eventscape mask-from fires.geojson --bbox=-125.2,32.3,-114.1,42.1 --start 2018 --end 2018 --out out
  eventscape mask-from ibtracs.NA.list.v04r01.csv --only KATRINA --start 2005 --resolution 0.1 --out out
  eventscape mask-from floods.gpkg --start-property began --end-property ended --id-property id --resolution 0.01 --out out
  eventscape mask-from lakes.shp --time-property date --grid-like out/1/1-Masks.nc --out out --job-id 2";

fn mask_from() -> Command {
    JobFlags::mask_from().add_to(
        Command::new("mask-from")
            .about("Make masks of phenomena that are known: fire perimeters, tropical cyclones, polygons with times")
            .arg(
                Arg::new("file")
                    .value_name("FILE")
                    .conflicts_with("outlines")
                    .help("GeoJSON, GeoPackage, shapefile (.shp), or IBTrACS as CSV or netCDF"),
            )
            .after_help(MASK_FROM_HELP),
    )
}

const CURATION_HELP: &str = "\
Methods: collocation nearest linear mean conservative (default: by the two grids' spacings)
Products: curated hierarchy interpolated flat table statistics plots

Examples:
  eventscape curate --phdef out/1 --collection GPM_3IMERGHH --variable precipitation --out out
  eventscape curate --phdef out/1 --input 'era5_*.nc' --variable t2m,sp --method conservative --stationary --out out";

fn curate() -> Command {
    JobFlags::curation().add_to(
        Command::new("curate")
            .about("Gather other data inside the events of a PhDef job, on the events' own cells and times")
            .arg(job_file())
            .arg(
                Arg::new("dry_run")
                    .long("dry-run")
                    .action(ArgAction::SetTrue)
                    .help("Say what would be read, and make nothing")
                    .help_heading("Running"),
            )
            .after_help(CURATION_HELP),
    )
}

fn plot() -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).conflicts_with("time").help(help)
    };
    Command::new("plot")
        .about("Draw one track of an interpolated file: at one time, its whole life, or its statistics over time")
        .arg(
            text(
                "interpolated",
                "FILE|DIR",
                "The file `<job>-Interpolated.nc`, one in TOS2CA's layout, or the folder of the job",
            )
            .required(true),
        )
        .arg(text("time", "YYYYMMDDhhmm", "The time to draw"))
        .arg(
            Arg::new("track")
                .long("track")
                .alias("anomaly")
                .value_name("N")
                .value_parser(value_parser!(u32))
                .help("The track (default: the one that lives longest)"),
        )
        .arg(text("variable", "NAME", "The variable (default: the only one)"))
        .arg(switch("strip", "A picture for each time of its life (of long ones 24), in one").conflicts_with("series"))
        .arg(switch("series", "Mean, median and percentile bands over time"))
        .arg(text("out", "PNG|DIR", "The picture, or the folder that it goes to (default: here)"))
}

fn stitch() -> Command {
    Command::new("stitch")
        .about("Join the chunks of a job: the products equal those of one run")
        .after_help(STITCH_HELP)
        .arg(
            Arg::new("chunk_dir")
                .value_name("CHUNK_DIR|URL")
                .required(true)
                .num_args(1..)
                .help("Folders of the chunks, here or in a bucket; the last part may hold wildcards"),
        )
        .arg(out(true))
        .arg(
            Arg::new("job_id")
                .long("job-id")
                .value_parser(value_parser!(u64))
                .value_name("N")
                .help("Number of the job"),
        )
        .arg(Arg::new("title").long("title").value_name("TEXT").help("Title of the job, for people"))
        .arg(
            Arg::new("threads")
                .long("threads")
                .value_parser(value_parser!(u32))
                .value_name("N")
                .help("Threads to use (default: all cores)"),
        )
        .arg(Arg::new("products").long("products").value_name("LIST").help("Products to make"))
        .arg(Arg::new("no_plots").long("no-plots").action(ArgAction::SetTrue).help("Make no pictures"))
        .arg(
            Arg::new("overwrite")
                .long("overwrite")
                .action(ArgAction::SetTrue)
                .help("Start anew, even if the folder holds another job"),
        )
}

const VERIFY_HELP: &str = "\
Every file is held against the manifest (size, SHA-256) and read whole; then the products are held against each other.

Examples:
  eventscape verify out/1 out/2
  eventscape verify s3://bucket/out/1 --json

Exit codes: 0 all is as it was made, 2 a folder is not that of a finished job, 3 something is damaged or missing.";

fn verify() -> Command {
    Command::new("verify")
        .about("Read finished jobs back whole, and say what is damaged or missing")
        .arg(
            Arg::new("folder")
                .value_name("FOLDER|URL")
                .required(true)
                .num_args(1..)
                .help("Folders of jobs, here or in a bucket"),
        )
        .arg(
            Arg::new("threads")
                .long("threads")
                .value_parser(value_parser!(u32))
                .value_name("N")
                .help("Products to read side by side (default: as many as there are cores)"),
        )
        .after_help(VERIFY_HELP)
}

fn collections() -> Command {
    let catalog = || Arg::new("catalog").long("catalog").value_name("FILE").help("A file of further collections");
    Command::new("collections")
        .about("The collections that are known by name")
        .subcommand_required(true)
        .subcommand(Command::new("list").about("One line each").arg(catalog()))
        .subcommand(
            Command::new("show")
                .about("All that is known of one")
                .arg(Arg::new("name").required(true).help("Its name"))
                .arg(catalog()),
        )
        .subcommand(Command::new("check").about("Check every entry, those of --catalog included").arg(catalog()))
}
