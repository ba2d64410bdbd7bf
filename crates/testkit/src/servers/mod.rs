//! Servers on loopback, started from the machine's packages and stopped when they are dropped.

mod buckets;
mod databases;
mod mail;
mod port;
mod process;
mod redis;
mod secrets;

pub use buckets::Azure;
#[cfg(feature = "s3")]
pub use buckets::SeaweedFs;
pub use databases::{MariaDb, Postgres};
pub use mail::Smtp;
pub use port::Port;
pub use redis::Redis;
pub use secrets::SecretsManager;

/// The servers that a large service has.
#[cfg(feature = "s3")]
pub struct Components {
    /// Its database.
    pub database: MariaDb,
    /// Its scene cache.
    pub cache: Redis,
    /// Where its products go: the bucket `data`.
    pub store: crate::s3::S3Server,
    /// What takes its mail.
    pub mail: Smtp,
}

#[cfg(feature = "s3")]
impl Components {
    /// Starts all of them.
    ///
    /// # Panics
    /// If one of them cannot be started.
    #[must_use]
    pub fn start() -> Self {
        let (database, cache, store) = (MariaDb::start(), Redis::start(), crate::s3::S3Server::start());
        Self { database, cache, store, mail: Smtp::start() }
    }
}
