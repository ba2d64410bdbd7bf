//! Plain restatements of detection and tracking on label images, slow and obvious. They share no code with the core.

mod fortracc;
mod label;
mod mask;

pub use fortracc::{FortraccOracle, OracleStep};
pub use label::{components, label, no_description};
pub use mask::masks;
