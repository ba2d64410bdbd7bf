//! Every file that Eventscape hands out.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod error;
mod job_info;

pub use error::ProductError;
pub use job_info::{Bounds, InputGranule, JobInfo, VariableInfo};
