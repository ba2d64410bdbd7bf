//! A TOS2CA database beside ours: its jobs are done by our workers, and it hears how they end.
//!
//! `bridge` goes to and fro between the two; `legacy` is all that is asked of the other database, `ledger` what we keep
//! of its jobs, `request` what its rows ask for, `again` does those again that wait there once more, and `history` copies
//! what was done before.

mod again;
mod bridge;
mod history;
mod ledger;
mod legacy;
mod request;
mod schema;
mod told;

use std::collections::BTreeMap;
use std::time::Duration;

pub use bridge::Bridge;
pub use history::{Copied, copy_history};
pub(crate) use request::{AUX_GEOIR_MIN_OVERLAP, AUX_GEOIR_MIN_SIZE};

use crate::error::Result;

/// Looks whether an address is that of a TOS2CA database.
pub(crate) async fn try_tos2ca(address: &str) -> Result<()> {
    legacy::Legacy::connect(address).await?.close().await;
    Ok(())
}

/// How a TOS2CA database is served.
#[derive(Clone, Debug)]
pub struct Tos2caSettings {
    /// Its address: `mysql://user:password@host/name`.
    pub database: String,
    /// How often it is looked into.
    pub poll: Duration,
    /// Whether its jobs are done as the reference does them, bit for bit.
    pub compat: bool,
    /// Where the granules of data sets are, by the names that the database has for them.
    pub datasets: BTreeMap<String, String>,
    /// Whether users hear by mail.
    pub sends_mail: bool,
}
