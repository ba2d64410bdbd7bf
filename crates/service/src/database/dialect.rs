//! What differs between databases.

use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use crate::error::{Result, ServiceError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    MySql,
    Postgres,
}

impl Dialect {
    /// By the scheme of an address.
    pub(super) fn of(url: &str) -> Result<Self> {
        match url.split(':').next().unwrap_or_default() {
            "sqlite" => Ok(Self::Sqlite),
            "mysql" | "mariadb" => Ok(Self::MySql),
            "postgres" | "postgresql" => Ok(Self::Postgres),
            other => Err(ServiceError::config(
                "database.url",
                format!("`{other}:` is no database that is known; there are sqlite:<file>, mysql://… and postgres://…"),
            )),
        }
    }

    /// The address for the driver: a SQLite file is made if it is not there.
    pub(super) fn address(self, url: &str) -> String {
        match self {
            Self::Sqlite if !url.contains('?') && !url.contains(":memory:") => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        }
    }

    /// Makes the folder of a SQLite file.
    pub(super) fn make_place(self, url: &str) -> Result<()> {
        let folder = sqlite_file(url).and_then(Path::parent);
        match folder.filter(|folder| !folder.as_os_str().is_empty()) {
            // for the service's own user alone, as the products of different users lie in it
            Some(folder) => std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|source| {
                ServiceError::Io { action: format!("making the folder `{}` of the database", folder.display()), source }
            }),
            None => Ok(()),
        }
    }

    /// What each connection begins with.
    pub(super) fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "PRAGMA busy_timeout = 20000",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = NORMAL",
                "PRAGMA foreign_keys = ON",
            ],
            Self::MySql => {
                &["SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", "SET SESSION time_zone = '+00:00'"]
            }
            Self::Postgres => &[],
        }
    }

    /// What a database without tables is given before they are made.
    pub(super) fn new_database(self) -> &'static [&'static str] {
        match self {
            Self::MySql => &["ALTER DATABASE CHARACTER SET utf8mb4"],
            Self::Sqlite | Self::Postgres => &[],
        }
    }

    /// A query in this database's words: `{NOW}` is its clock, `?` its mark of a value.
    pub(super) fn words(self, text: &str) -> String {
        let text = text.replace("{NOW}", self.clock());
        if self != Self::Postgres {
            return text;
        }
        let mut out = String::with_capacity(text.len() + 16);
        let mut count = 0;
        for c in text.chars() {
            if c == '?' {
                count += 1;
                out.push('$');
                out.push_str(&count.to_string());
            } else {
                out.push(c);
            }
        }
        out
    }

    fn clock(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)",
            Self::MySql => "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)",
            Self::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }
}

/// The file of a SQLite address; `None` for one in memory, or of another database.
pub(crate) fn sqlite_file(url: &str) -> Option<&Path> {
    if !matches!(Dialect::of(url), Ok(Dialect::Sqlite)) {
        return None;
    }
    let file = url.trim_start_matches("sqlite:").trim_start_matches("//").split('?').next().unwrap_or_default();
    (file != ":memory:").then(|| Path::new(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_for_postgres_alone() {
        let text = "UPDATE t SET a = ? WHERE b = ? AND c < {NOW}";
        assert!(Dialect::Postgres.words(text).starts_with("UPDATE t SET a = $1 WHERE b = $2 AND c < CAST(EXTRACT"));
        assert!(Dialect::MySql.words(text).starts_with("UPDATE t SET a = ? WHERE b = ? AND c < CAST(UNIX"));
    }

    #[test]
    fn an_address_of_no_known_kind_is_told() {
        let error = Dialect::of("oracle://x").unwrap_err().to_string();
        assert!(error.contains("`oracle:`") && error.contains("sqlite:"), "{error}");
    }
}
