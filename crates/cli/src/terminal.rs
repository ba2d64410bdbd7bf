//! Progress, notices and errors on stderr: bars on a terminal, plain lines or JSON otherwise.

use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::ArgMatches;
use eventscape_core::ErrorKind;
use eventscape_pipeline::{Observer, Stage};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::failure::exit_code;

/// How often a line of progress is written where there are no bars.
const LINE_EVERY: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Quiet,
    Bars,
    Lines,
    Json,
}

struct Counter {
    bar: Option<ProgressBar>,
    total: u64,
    done: u64,
    began: Instant,
    told: Instant,
}

/// Writes a line to stderr. Where nobody reads it any more, or it cannot be kept, the work goes on all the same.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Whether stderr is a terminal whose user did not ask for plain text (<https://no-color.org>).
fn colours() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|told| told.is_empty())
}

/// Where a command tells what it does.
pub(crate) struct Terminal {
    mode: Mode,
    bars: MultiProgress,
    stages: Mutex<HashMap<Stage, Counter>>,
}

impl Terminal {
    /// Sets up logging as the flags say.
    pub(crate) fn start(matches: &ArgMatches) -> Self {
        let json = matches.get_one::<String>("log_format").is_some_and(|f| f == "json");
        let mode = match (matches.get_flag("quiet"), json) {
            (true, _) => Mode::Quiet,
            (false, true) => Mode::Json,
            (false, false) if std::io::stderr().is_terminal() => Mode::Bars,
            (false, false) => Mode::Lines,
        };
        let filter = tracing_subscriber::EnvFilter::try_from_env("EVENTSCAPE_LOG")
            .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(colours())
            .log_internal_errors(false);
        // what runs for days tells when, unless the journal does
        let runs_long = matches!(matches.subcommand_name(), Some("serve" | "worker"));
        let is_timed = runs_long && std::env::var_os("JOURNAL_STREAM").is_none();
        // a second call in one process would fail; the first subscriber stays then
        let _ = match (json, is_timed) {
            (true, _) => log.json().try_init(),
            (false, true) => log.try_init(),
            (false, false) => log.without_time().try_init(),
        };
        Self { mode, bars: MultiProgress::new(), stages: Mutex::default() }
    }

    /// Tells of the error that ended the command.
    pub(crate) fn error(&self, message: &str, kind: ErrorKind) {
        if self.mode == Mode::Json {
            self.json(&serde_json::json!({
                "level": "error", "kind": kind.to_string(), "exit_code": exit_code(kind), "message": message,
            }));
        } else {
            self.line(&format!("error: {message}"));
        }
    }

    /// Tells something that is no progress and no error.
    #[cfg(feature = "service")]
    pub(crate) fn tell_line(&self, message: &str) {
        self.line(&self.line_of(message));
    }

    /// As it is written to stderr.
    #[cfg(feature = "service")]
    pub(crate) fn line_of(&self, message: &str) -> String {
        match self.mode {
            Mode::Json => serde_json::json!({ "level": "info", "message": message }).to_string(),
            _ => message.to_owned(),
        }
    }

    fn json(&self, line: &serde_json::Value) {
        say(&line.to_string());
    }

    fn line(&self, text: &str) {
        if self.mode == Mode::Bars {
            // the bars step aside for the line; without a terminal it would be lost
            self.bars.suspend(|| say(text));
        } else {
            say(text);
        }
    }

    fn with<R>(&self, stage: Stage, change: impl FnOnce(&mut Counter) -> R) -> Option<R> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&stage).map(change)
    }

    fn tell(&self, stage: Stage, counter: &mut Counter, ended: bool) {
        counter.told = Instant::now();
        let seconds = counter.began.elapsed().as_secs_f64();
        let rate = counter.done as f64 / seconds.max(1e-9);
        if self.mode == Mode::Json {
            self.json(&serde_json::json!({
                "level": "info", "stage": stage.title(), "unit": stage.unit(), "done": counter.done,
                "total": counter.total, "seconds": seconds, "ended": ended,
            }));
        } else if ended {
            say(&format!("{}: {} {} in {seconds:.1} s", stage.title(), counter.done, stage.unit()));
        } else {
            let left = counter.total.saturating_sub(counter.done) as f64 / rate.max(1e-9);
            let (title, unit) = (stage.title(), stage.unit());
            say(&format!(
                "{title}: {} of {} {unit}, {rate:.1} a second, {left:.0} s left",
                counter.done, counter.total
            ));
        }
    }
}

impl Observer for Terminal {
    fn begin(&self, stage: Stage, total: u64) {
        if self.mode == Mode::Quiet {
            return;
        }
        let bar = (self.mode == Mode::Bars).then(|| {
            let bar = self.bars.add(ProgressBar::new(total));
            let style = ProgressStyle::with_template(
                "{msg:>28} {bar:32.cyan/dim} {human_pos}/{human_len} {prefix} {per_sec:>10} {eta:>4} left",
            );
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.set_message(stage.title());
            bar.set_prefix(stage.unit());
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        let now = Instant::now();
        let counter = Counter { bar, total, done: 0, began: now, told: now };
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).insert(stage, counter);
    }

    fn advance(&self, stage: Stage, units: u64) {
        self.with(stage, |counter| {
            counter.done += units;
            match &counter.bar {
                Some(bar) => bar.inc(units),
                None if counter.told.elapsed() > LINE_EVERY => self.tell(stage, counter, false),
                None => {}
            }
        });
    }

    fn end(&self, stage: Stage) {
        self.with(stage, |counter| match &counter.bar {
            Some(bar) => bar.finish(),
            None => self.tell(stage, counter, true),
        });
    }

    fn notice(&self, severity: &str, message: &str) {
        match self.mode {
            Mode::Quiet => {}
            Mode::Json => self.json(&serde_json::json!({ "level": severity, "message": message })),
            Mode::Bars | Mode::Lines => self.line(&format!("{severity}: {message}")),
        }
    }
}
