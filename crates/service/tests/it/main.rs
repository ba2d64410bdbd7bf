//! The service, against real servers on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod databases;
mod queue;
mod tos2ca;
