//! Jobs through the pipeline's public face, as a program that embeds it runs them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod formats;
