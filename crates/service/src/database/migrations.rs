//! The tables, version by version.

use std::borrow::Cow;

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Version, name and statements. What was published is never changed: a new version is added.
const ALL: [(i64, &str, &str); 5] = [
    (1, "jobs", include_str!("../../migrations/0001_jobs.sql")),
    (2, "tos2ca", include_str!("../../migrations/0002_tos2ca.sql")),
    (3, "response", include_str!("../../migrations/0003_response.sql")),
    (4, "tries", include_str!("../../migrations/0004_tries.sql")),
    (5, "products", include_str!("../../migrations/0005_products.sql")),
];

/// The newest version that this program needs, and how many there are.
pub(super) const CURRENT: (Option<i64>, Option<i64>) = (Some(ALL[ALL.len() - 1].0), Some(ALL.len() as i64));

pub(super) fn migrator() -> Migrator {
    let one = |(version, name, sql): &(i64, &'static str, &'static str)| {
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator::with_migrations(ALL.iter().map(one).collect())
}
