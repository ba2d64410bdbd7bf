//! TOS2CA's own endpoints, as a thin layer: its words in, its words out, our jobs behind.
//!
//! What differs, on purpose: who asks is told by the token, never by the `email` of a request; lists are of one's own jobs; what is
//! wrong is answered with an error's status and problem details, of submissions with TOS2CA's `Status` and `Message` beside them.

mod data;
mod extent;
mod lookup;
mod submit;
mod table;

use super::parameters::{Kind, Parameter};

pub(super) use data::{FILL, data};
pub(super) use lookup::{list_curation, list_phdef, location, products, status_curation, status_phdef};
pub(super) use submit::{submit_curation, submit_phdef};

/// The number of a job.
pub(super) const JOB: &[Parameter] = &[JOB_ID];
/// The number of a job, and a type of its products.
pub(super) const JOB_AND_TYPE: &[Parameter] = &[
    JOB_ID,
    Parameter::new("typep", Kind::Text, "type of products: `masks`, `toc`, `hierarchy`, `geoJSON`, `plot`, …")
        .required(),
];
const JOB_ID: Parameter = Parameter::new("jobID", Kind::Whole(1), "number of the job").required();
/// Whose jobs, as TOS2CA has it.
pub(super) const WHOSE: Parameter =
    Parameter::new("q", Kind::Text, "`{\"email\": …}`: one's own address; an administrator's may be that of another");
