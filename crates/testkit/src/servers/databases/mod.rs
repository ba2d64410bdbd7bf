//! Databases.

mod mariadb;
mod postgres;

pub use mariadb::MariaDb;
pub use postgres::Postgres;
