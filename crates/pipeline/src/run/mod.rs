//! What every stage runs with: the environment, the job's folder and its ledger, the order of work, the clock, the report.

mod choices;
mod chunk_folder;
mod clock;
mod environment;
mod job_folder;
mod notices;
mod ordered;
mod progress;
mod report;
mod threads;

pub(crate) use choices::beside as choices_beside;
pub(crate) use chunk_folder::{ChunkFolder, SPOOL};
pub(crate) use clock::Clock;
pub use clock::StageTime;
pub use environment::Environment;
pub(crate) use job_folder::{Earlier, JobFolder, is_unfinished};
pub(crate) use notices::tell;
pub(crate) use ordered::in_order;
pub use progress::{Cancel, Observer, Silent, Stage};
pub use report::Report;
pub(crate) use report::of_recipe;
pub(crate) use threads::on_threads_of;
