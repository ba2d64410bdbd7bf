//! The database: SQLite, MySQL/MariaDB or PostgreSQL behind one set of queries.

mod address;
mod conflicts;
mod dialect;
mod migrations;
mod row;

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::any::{AnyArguments, AnyPoolOptions};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor};

use crate::error::{Result, ServiceError};
use dialect::Dialect;

pub(crate) use address::without_password;
pub(crate) use conflicts::{Conflicts, repeated};
pub(crate) use dialect::sqlite_file;
pub(crate) use row::Fields;

/// Connections that are held at once.
const CONNECTIONS: u32 = 8;
/// How long a database may take until it answers: one that starts beside the service is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pause before a database that refuses connections is tried again.
const PAUSE: Duration = Duration::from_millis(250);

/// A pool of connections. Queries are written with `?` for values and `{NOW}` for the database's clock (milliseconds since
/// 1970 in UTC).
#[derive(Clone, Debug)]
pub struct Database {
    pool: AnyPool,
    dialect: Dialect,
}

/// A transaction. Its first statement must write: so SQLite takes its lock at once instead of failing half-way.
pub(crate) type Transaction = sqlx::Transaction<'static, Any>;

impl Database {
    /// Connects to `sqlite:<file>`, `mysql://…` or `postgres://…`.
    ///
    /// # Errors
    /// An address of another kind; a database that does not answer within ten seconds, or refuses. Passwords are not in
    /// messages.
    pub async fn connect(url: &str) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url)?;
        dialect.make_place(url)?;
        let address = dialect.address(url);
        // a pool would only say that it waited
        reach(&address).await.map_err(|source| ServiceError::Unreached { place: without_password(url), source })?;
        let pool = AnyPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .after_connect(move |connection, _| Box::pin(prepare(connection, dialect)))
            .connect(&address)
            .await
            .map_err(failed("connecting"))?;
        Ok(Self { pool, dialect })
    }

    /// Whether there is a database of an address, as far as this can be seen without connecting: the file of SQLite.
    #[must_use]
    pub fn may_be_there(url: &str) -> bool {
        sqlite_file(url).is_none_or(Path::exists)
    }

    /// Brings the tables up to this version of the program.
    ///
    /// # Errors
    /// The database refuses, its tables are of a newer version, or they are another program's.
    pub async fn migrate(&self) -> Result<()> {
        // one connection for both: others would go on making tables as the database was when they came
        let (dialect, options) = (self.dialect, self.pool.connect_options().as_ref().clone());
        let one = AnyPoolOptions::new()
            .max_connections(1)
            .after_connect(move |connection, _| Box::pin(prepare(connection, dialect)))
            .connect_with(options)
            .await
            .map_err(failed("migrating"))?;
        self.prepare_for_ours(&one).await?;
        let done = migrations::migrator().run(&one).await;
        one.close().await;
        done.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(source) => ServiceError::Database { action: "migrating", source },
            other => ServiceError::config("database", format!("its tables cannot be brought up to date: {other}")),
        })
    }

    /// Whether all tables are there as this version needs them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_current(&self) -> Result<bool> {
        let sql = "SELECT MAX(version) AS version, COUNT(*) AS versions FROM _sqlx_migrations WHERE success";
        match sqlx::query(sql).fetch_one(&self.pool).await {
            Ok(row) => Ok((row.whole("version"), row.whole("versions")) == migrations::CURRENT),
            Err(sqlx::Error::Database(_)) => Ok(false),
            Err(source) => Err(ServiceError::Database { action: "looking for its version", source }),
        }
    }

    /// A TOS2CA database has tables of the same names, and what is migrated half is not undone on MySQL. A new one holds
    /// all letters, whatever the server's default is.
    async fn prepare_for_ours(&self, one: &AnyPool) -> Result<()> {
        if is_there(one, "SELECT version FROM _sqlx_migrations WHERE version = 0").await? {
            return Ok(());
        }
        if is_there(one, "SELECT jobID FROM jobs WHERE jobID = 0").await? {
            let why = "it has a table `jobs` of another program, as a TOS2CA database has; the service needs a \
                database of its own (a TOS2CA database is named by `tos2ca.database`)";
            return Err(ServiceError::config("database.url", why));
        }
        for statement in self.dialect.new_database() {
            one.execute(*statement).await.map_err(failed("setting the character set"))?;
        }
        Ok(())
    }

    /// Ends all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A query in this database's own words.
    pub(crate) fn sql<'q>(&self, text: &str) -> Query<'q, Any, AnyArguments> {
        sqlx::query(AssertSqlSafe(self.dialect.words(text)))
    }

    pub(crate) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    pub(crate) async fn begin(&self) -> Result<Transaction> {
        self.pool.begin().await.map_err(failed("beginning a transaction"))
    }

    /// The next `count` numbers of a counter: gives the first. Within a transaction, whose first statement it may be.
    pub(crate) async fn numbers(&self, tx: &mut Transaction, name: &str, count: i64) -> Result<i64> {
        let taking = "taking a number";
        self.sql("UPDATE counters SET value = value + ? WHERE name = ?")
            .bind(count)
            .bind(name.to_owned())
            .execute(&mut **tx)
            .await
            .map_err(failed(taking))?;
        let row = self
            .sql("SELECT value FROM counters WHERE name = ?")
            .bind(name.to_owned())
            .fetch_one(&mut **tx)
            .await
            .map_err(failed(taking))?;
        Ok(row.whole("value").unwrap_or(0) - count + 1)
    }

    /// The database's clock: milliseconds since 1970 in UTC.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn now(&self) -> Result<i64> {
        let row = self.sql("SELECT {NOW} AS now").fetch_one(&self.pool).await.map_err(failed("asking for the time"))?;
        row.whole("now").ok_or_else(|| ServiceError::Internal("the database has no clock".to_owned()))
    }
}

/// Whether an address is one of a database that is known.
pub(crate) fn check_address(url: &str) -> Result<()> {
    Dialect::of(url).map(|_| ())
}

/// Whether a database may answer in a moment: it does not listen yet, or starts (PostgreSQL's `cannot_connect_now`).
fn may_come(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(e) => {
            matches!(e.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof)
        }
        sqlx::Error::Database(e) => e.code().as_deref() == Some("57P03"),
        _ => false,
    }
}

/// Connects once, and waits for a database that starts.
async fn reach(address: &str) -> std::result::Result<(), sqlx::Error> {
    let began = Instant::now();
    loop {
        let left = PATIENCE.saturating_sub(began.elapsed());
        let found = tokio::time::timeout(left, AnyConnection::connect(address)).await;
        match found.map_err(|_| sqlx::Error::PoolTimedOut).flatten() {
            Ok(connection) => return connection.close().await,
            Err(error) if may_come(&error) && began.elapsed() + PAUSE < PATIENCE => {
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Whether a query can be asked: its table is there.
async fn is_there(pool: &AnyPool, sql: &'static str) -> Result<bool> {
    match sqlx::query(sql).fetch_optional(pool).await {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(_)) => Ok(false),
        Err(source) => Err(ServiceError::Database { action: "looking for its tables", source }),
    }
}

async fn prepare(connection: &mut AnyConnection, dialect: Dialect) -> std::result::Result<(), sqlx::Error> {
    for statement in dialect.settings() {
        connection.execute(*statement).await?;
    }
    Ok(())
}

/// An error of the database, with what was being done.
pub(crate) fn failed(action: &'static str) -> impl FnOnce(sqlx::Error) -> ServiceError {
    move |source| ServiceError::Database { action, source }
}
