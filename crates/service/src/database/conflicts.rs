//! Transactions that a database gives up for the sake of another.

use std::time::Duration;

use crate::error::{Result, ServiceError};

/// How often such a transaction is done in all.
const MOST: u32 = 6;
/// The pause after the first; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
/// Deadlock and lock wait of MySQL/MariaDB, serialization failure and deadlock of PostgreSQL, busy and busy snapshot of SQLite.
const CODES: [&str; 7] = ["40001", "1213", "1205", "40P01", "5", "261", "517"];

/// How often the database gave a transaction up so far.
#[derive(Default)]
pub(crate) struct Conflicts(u32);

impl Conflicts {
    /// Waits a little where a transaction was given up for the sake of another: nothing of it is done, and it may be done again.
    ///
    /// # Errors
    /// The error itself, where it is another one or there were too many.
    pub(crate) async fn after(&mut self, error: ServiceError) -> Result<()> {
        self.0 += 1;
        if self.0 >= MOST || !is_conflict(&error) {
            return Err(error);
        }
        tracing::debug!(%error, "a transaction is done again");
        tokio::time::sleep(FIRST_PAUSE * (1 << self.0)).await;
        Ok(())
    }
}

/// Does a transaction, and does it again where the database gave it up for the sake of another.
macro_rules! repeated {
    ($transaction:expr) => {{
        let mut conflicts = $crate::database::Conflicts::default();
        loop {
            match $transaction.await {
                Err(error) => conflicts.after(error).await?,
                done => break done,
            }
        }
    }};
}
pub(crate) use repeated;

fn is_conflict(error: &ServiceError) -> bool {
    let ServiceError::Database { source: sqlx::Error::Database(source), .. } = error else { return false };
    source.code().is_some_and(|code| CODES.contains(&code.as_ref()))
}
