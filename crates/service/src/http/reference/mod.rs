//! TOS2CA's own endpoints, as a thin layer: its words in, its words out, our jobs behind.
//!
//! What differs, on purpose: who asks is told by the token, never by the `email` of a request; lists are of one's own jobs; what is
//! wrong is answered with an error's status, with TOS2CA's `Status` and `Message` beside the problem details.

mod data;
mod lookup;
mod submit;
mod table;

use super::parameters::{Kind, Parameter};

pub(super) use data::data;
pub(super) use lookup::{list_curation, list_phdef, location, status_curation, status_phdef};
pub(super) use submit::{submit_curation, submit_phdef};

/// The number of a job.
pub(super) const JOB: &[Parameter] = &[Parameter::new("jobID", Kind::Whole(1), "number of the job").required()];
