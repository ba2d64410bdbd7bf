//! MariaDB.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::Port;
use crate::servers::process::{Process, in_memory, output, run};

/// A MariaDB server in a folder of its own.
pub struct MariaDb {
    process: Process,
    port: Port,
    folder: tempfile::TempDir,
}

impl MariaDb {
    /// Starts one, with an empty database `eventscape`.
    ///
    /// # Panics
    /// If the packages `mariadb-server-core` and `mariadb-client-core` are not there (`scripts/setup test` installs them).
    #[must_use]
    pub fn start() -> Self {
        let (folder, port) = (in_memory(), Port::take());
        install(folder.path());
        let process = Self::spawn(folder.path(), &port);
        let mut server = Self { process, port, folder };
        server.wait();
        server.sql("CREATE DATABASE eventscape CHARACTER SET utf8mb4");
        server.sql("CREATE USER tester@'127.0.0.1' IDENTIFIED BY 'a:b/c@d'");
        server.sql("GRANT ALL ON *.* TO tester@'127.0.0.1'");
        server
    }

    fn spawn(folder: &Path, port: &Port) -> Process {
        let at = |name: &str, file: &str| format!("--{name}={}", folder.join(file).display());
        let own = Path::new("/usr/sbin/mariadbd");
        let program = if own.exists() { own.to_owned() } else { PathBuf::from("mariadbd") };
        let mut command = Command::new(program);
        command
            .arg("--no-defaults")
            .args([at("datadir", "data"), at("socket", "s.sock"), at("pid-file", "pid"), at("tmpdir", TEMPORARY)])
            .args([format!("--port={}", port.number()), user()])
            .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=2"])
            .arg("--innodb-buffer-pool-size=64M");
        Process::start("mariadbd", folder, &mut command)
    }

    fn wait(&mut self) {
        let folder = self.folder.path();
        self.process.wait_until(|| client(folder).args(["-e", "select 1"]).output().is_ok_and(|o| o.status.success()));
    }

    /// Runs statements as its administrator.
    pub fn sql(&self, statements: &str) {
        run(client(self.folder.path()).args(["-e", statements]));
    }

    /// The address of the database `eventscape`; its password has characters that must be escaped.
    #[must_use]
    pub fn url(&self) -> String {
        format!("mysql://tester:a%3Ab%2Fc%40d@{}/eventscape", self.port.address())
    }

    /// Makes a TOS2CA database beside it, of files of `fixtures/tos2ca`.
    pub fn make_tos2ca(&self, files: &[&str]) {
        let text = |file: &&str| std::fs::read_to_string(crate::fixtures().join("tos2ca").join(file)).unwrap();
        let statements: String = files.iter().map(text).collect();
        self.sql(&format!("CREATE DATABASE tos2ca; USE tos2ca; {statements}"));
    }

    /// The address of the TOS2CA database.
    #[must_use]
    pub fn tos2ca_url(&self) -> String {
        self.url().replace("/eventscape", "/tos2ca")
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        self.kill();
        self.process = Self::spawn(self.folder.path(), &self.port);
        self.wait();
    }
}

/// Its folder for temporary files.
const TEMPORARY: &str = "temporary";

/// Makes the folder `data` with the tables of the system.
///
/// A server that starts removes all temporary tables in its temporary folder, whosever they are, and the installer runs a server. So it
/// must not use the system's temporary folder, as it does by default: several at once would fail with "Unknown table
/// 'mysql.tmp_user_sys'" or crash.
fn install(folder: &Path) {
    let temporary = folder.join(TEMPORARY);
    std::fs::create_dir(&temporary).unwrap();
    run(Command::new("mariadb-install-db")
        .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
        .args([format!("--datadir={}", folder.join("data").display()), user()])
        .arg(format!("--tmpdir={}", temporary.display()))
        .env("TMPDIR", &temporary));
}

fn user() -> String {
    format!("--user={}", output("id", &["-un"]))
}

fn client(folder: &Path) -> Command {
    let mut command = Command::new("mariadb");
    command.args(["--no-defaults", "-uroot", "-S"]).arg(folder.join("s.sock"));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_leaves_temporary_tables_of_others_alone() {
        let other = std::env::temp_dir().join(format!("#sql-temptable-{:x}-1-1.MAI", std::process::id()));
        std::fs::write(&other, "of another server").unwrap();
        drop(MariaDb::start());
        let is_there = other.exists();
        let _ = std::fs::remove_file(&other);
        assert!(is_there);
    }

    #[test]
    fn databases_that_start_together_all_come_up() {
        let starting: Vec<_> = (0..4).map(|_| std::thread::spawn(MariaDb::start)).collect();
        let servers: Vec<MariaDb> = starting.into_iter().map(|one| one.join().unwrap()).collect();
        servers.iter().for_each(|server| server.sql("CREATE TABLE eventscape.own (k INT PRIMARY KEY)"));
    }
}
