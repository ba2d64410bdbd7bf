//! Tests of the core through its public face, against golden cases and independent oracles.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod aux_geoir_golden;
mod aux_geoir_rules;
mod baseline_golden;
mod detector_golden;
mod fortracc_golden;
mod fortracc_oracle;
mod fortracc_properties;
mod fortracc_rules;
mod track_summary;
