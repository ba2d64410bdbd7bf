//! Tokens: shown once, kept as hashes.

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;

use super::{User, Users, user};
use crate::database::{Fields, failed};
use crate::error::{Result, ServiceError};

/// What tokens begin with, so that they are known where they are found.
const MARK: &str = "evs_";
/// Random bytes of a token.
const BYTES: usize = 32;

/// A new token. It cannot be shown again.
#[derive(Clone)]
pub struct NewToken {
    /// What the user sends: `Authorization: Bearer <secret>`.
    pub secret: String,
    /// Its number.
    pub token_id: i64,
}

/// A token as it is known: never what the user sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenRecord {
    /// Its number.
    pub token_id: i64,
    /// What it is for.
    pub label: String,
    /// When it was made, milliseconds since 1970 in UTC.
    pub created: i64,
    /// When it ends, if it does.
    pub expires: Option<i64>,
}

impl Users {
    /// The tokens of a user, the newest first; those that have ended, too.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tokens(&self, user: &User) -> Result<Vec<TokenRecord>> {
        let sql = "SELECT tokenID, label, created, expires FROM tokens WHERE userID = ? ORDER BY tokenID DESC";
        let query = self.db.sql(sql).bind(user.user_id);
        let rows = query.fetch_all(self.db.pool()).await.map_err(failed("listing tokens"))?;
        let of = |row: &sqlx::any::AnyRow| {
            let (token_id, created) = (row.whole("tokenID")?, row.whole("created")?);
            Some(TokenRecord { token_id, label: row.text("label")?, created, expires: row.whole("expires") })
        };
        let wrong = || ServiceError::Internal("a token cannot be read".to_owned());
        rows.iter().map(|row| of(row).ok_or_else(wrong)).collect()
    }

    /// Makes a token for a user, with an end after so many days if it is to have one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn token(&self, user: &User, label: &str, days: Option<u32>) -> Result<NewToken> {
        let what = "making a token";
        let mut bytes = [0u8; BYTES];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| ServiceError::Internal("this machine gives no random numbers".to_owned()))?;
        let secret = format!("{MARK}{}", hex(&bytes));
        let mut tx = self.db.begin().await?;
        let token_id = self.db.numbers(&mut tx, "token", 1).await?;
        let sql =
            "INSERT INTO tokens (tokenID, userID, hash, label, created, expires) VALUES (?, ?, ?, ?, {NOW}, {NOW} + ?)";
        self.db
            .sql(sql)
            .bind(token_id)
            .bind(user.user_id)
            .bind(hash(&secret))
            .bind(label.chars().take(128).collect::<String>())
            .bind(days.map(|days| i64::from(days) * 86_400_000))
            .execute(&mut *tx)
            .await
            .map_err(failed(what))?;
        tx.commit().await.map_err(failed(what))?;
        Ok(NewToken { secret, token_id })
    }

    /// Ends all tokens of a user, or those of a label; tells how many there were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke(&self, user: &User, label: Option<&str>) -> Result<u64> {
        let sql = match label {
            None => "DELETE FROM tokens WHERE userID = ?",
            Some(_) => "DELETE FROM tokens WHERE userID = ? AND label = ?",
        };
        let query = self.db.sql(sql).bind(user.user_id);
        let query = match label {
            None => query,
            Some(label) => query.bind(label.to_owned()),
        };
        Ok(query.execute(self.db.pool()).await.map_err(failed("revoking tokens"))?.rows_affected())
    }

    /// The user of a token that has not ended. The database compares hashes of 256 random bits, so that the time it takes
    /// tells nothing.
    ///
    /// # Errors
    /// There is no such token, or it has ended: both are told alike.
    pub async fn by_token(&self, secret: &str) -> Result<User> {
        let sql = "SELECT users.userID, email, firstName, lastName, role FROM users, tokens WHERE tokens.hash = ? \
            AND users.userID = tokens.userID AND (tokens.expires IS NULL OR tokens.expires > {NOW})";
        let query = self.db.sql(sql).bind(hash(secret));
        let row = query.fetch_optional(self.db.pool()).await.map_err(failed("finding a token"))?;
        row.as_ref().and_then(user).ok_or_else(|| {
            ServiceError::Unauthorized("the token is not known, or it has ended; ask for a new one".to_owned())
        })
    }
}

fn hash(secret: &str) -> String {
    hex(digest(&SHA256, secret.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
