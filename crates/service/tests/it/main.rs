//! The service, against real servers on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod cors;
mod databases;
mod downloads;
mod features;
mod load;
mod migrations;
mod queue;
mod real;
mod reference;
mod service;
mod slow;
mod streams;
mod tos2ca;
mod verification;
