//! Users and their tokens.

mod token;

use serde::Serialize;

use crate::database::{Database, Fields, failed};
use crate::error::{Result, ServiceError};

pub use token::{NewToken, TokenRecord};

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Own jobs, and those of others that are public.
    User,
    /// All jobs.
    Admin,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// Their number.
    pub user_id: i64,
    /// Where mail goes.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// What they may do.
    pub role: Role,
}

impl User {
    /// Whether they may see or change everyone's jobs.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin
    }
}

/// The users of a database.
#[derive(Clone, Debug)]
pub struct Users {
    db: Database,
}

impl Users {
    /// The users that a database knows.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db }
    }

    /// Adds a user.
    ///
    /// # Errors
    /// An address that is no e-mail address, or is known already.
    pub async fn add(&self, email: &str, (first, last): (&str, &str), role: Role) -> Result<User> {
        let what = "adding a user";
        let email = checked(email)?;
        let mut tx = self.db.begin().await?;
        let user_id = self.db.numbers(&mut tx, "user", 1).await?;
        let known = self.db.sql("SELECT userID FROM users WHERE email = ?").bind(email.clone());
        if known.fetch_optional(&mut *tx).await.map_err(failed(what))?.is_some() {
            return Err(ServiceError::Conflict(format!("there is a user `{email}` already")));
        }
        let sql = "INSERT INTO users (userID, firstName, lastName, email, role, created) VALUES (?, ?, ?, ?, ?, {NOW})";
        self.db
            .sql(sql)
            .bind(user_id)
            .bind(first.chars().take(128).collect::<String>())
            .bind(last.chars().take(128).collect::<String>())
            .bind(email.clone())
            .bind(role.name())
            .execute(&mut *tx)
            .await
            .map_err(failed(what))?;
        tx.commit().await.map_err(failed(what))?;
        Ok(User { user_id, email, first_name: first.to_owned(), last_name: last.to_owned(), role })
    }

    /// The user of an address.
    ///
    /// # Errors
    /// There is none.
    pub async fn by_email(&self, email: &str) -> Result<User> {
        let email = checked(email)?;
        self.one("email = ?", email.clone()).await?.ok_or_else(|| ServiceError::NotFound(format!("user `{email}`")))
    }

    /// The user of a number; `None` where they are gone.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn by_id(&self, user_id: i64) -> Result<Option<User>> {
        let query = self.db.sql("SELECT userID, email, firstName, lastName, role FROM users WHERE userID = ?");
        let row = query.bind(user_id).fetch_optional(self.db.pool()).await.map_err(failed("finding a user"))?;
        Ok(row.as_ref().and_then(user))
    }

    /// The one user of a service that runs without authentication on this machine alone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn local(&self) -> Result<User> {
        const LOCAL: &str = "local@localhost";
        if let Some(user) = self.one("email = ?", LOCAL.to_owned()).await? {
            return Ok(user);
        }
        match self.add(LOCAL, ("Local", "User"), Role::Admin).await {
            // another process was faster
            Err(ServiceError::Conflict(_)) => self.by_email(LOCAL).await,
            other => other,
        }
    }

    /// All users, by their addresses, each with the number of tokens that have not ended.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list(&self) -> Result<Vec<(User, i64)>> {
        let sql = "SELECT userID, email, firstName, lastName, role, (SELECT COUNT(*) FROM tokens \
            WHERE tokens.userID = users.userID AND (tokens.expires IS NULL OR tokens.expires > {NOW})) AS tokens \
            FROM users ORDER BY email";
        let rows = self.db.sql(sql).fetch_all(self.db.pool()).await.map_err(failed("listing users"))?;
        Ok(rows.iter().filter_map(|row| Some((user(row)?, row.whole("tokens")?))).collect())
    }

    async fn one(&self, clause: &str, value: String) -> Result<Option<User>> {
        let sql = format!("SELECT userID, email, firstName, lastName, role FROM users WHERE {clause}");
        let query = self.db.sql(&sql).bind(value);
        let row = query.fetch_optional(self.db.pool()).await.map_err(failed("finding a user"))?;
        Ok(row.as_ref().and_then(user))
    }
}

fn user(row: &sqlx::any::AnyRow) -> Option<User> {
    Some(User {
        user_id: row.whole("userID")?,
        email: row.text("email")?,
        first_name: row.text("firstName")?,
        last_name: row.text("lastName")?,
        role: if row.text("role")? == Role::Admin.name() { Role::Admin } else { Role::User },
    })
}

/// An address in small letters.
fn checked(email: &str) -> Result<String> {
    let email = email.trim().to_ascii_lowercase();
    let parts = email.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
    if parts.is_none() || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(ServiceError::Request(format!("`{email}` is no e-mail address")));
    }
    Ok(email)
}
