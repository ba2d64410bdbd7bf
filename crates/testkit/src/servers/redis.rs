//! Redis.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Port;
use super::process::{Process, is_open, make_certificate, run};

/// A Redis server with a password (`a:b/c@d`), which keeps nothing on disk.
pub struct Redis {
    process: Process,
    port: Port,
    is_tls: bool,
    folder: tempfile::TempDir,
}

impl Redis {
    /// Starts one.
    ///
    /// # Panics
    /// If the package `redis-tools` is not there (`scripts/setup test` installs it).
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(false)
    }

    /// Starts one that speaks TLS alone, with a certificate of its own for `localhost`.
    ///
    /// # Panics
    /// As [`Redis::start`].
    #[must_use]
    pub fn start_with_tls() -> Self {
        Self::start_with(true)
    }

    fn start_with(is_tls: bool) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), Port::take());
        if is_tls {
            make_certificate(folder.path());
        }
        let process = Self::spawn(folder.path(), port.number(), is_tls);
        Self { process, port, is_tls, folder }
    }

    fn spawn(folder: &Path, port: u16, is_tls: bool) -> Process {
        let at = |name: &str| folder.join(name).display().to_string();
        let (number, none) = (port.to_string(), "0".to_owned());
        let (plain, tls) = if is_tls { (&none, &number) } else { (&number, &none) };
        // the package `redis-tools` has the server under the name of its checker, and starts no service
        let mut command = Command::new("/usr/bin/redis-check-rdb");
        std::os::unix::process::CommandExt::arg0(&mut command, "redis-server");
        command
            .args(["--port", plain, "--tls-port", tls, "--bind", "127.0.0.1", "--requirepass", "a:b/c@d"])
            .args(["--save", "", "--appendonly", "no", "--maxmemory", "256mb", "--maxmemory-policy", "volatile-ttl"])
            .args(["--dir", &folder.display().to_string()]);
        if is_tls {
            command.args(["--tls-cert-file", &at("certificate.pem"), "--tls-key-file", &at("key.pem")]);
            command.args(["--tls-auth-clients", "no"]);
        }
        let mut process = Process::start("redis-server", folder, &mut command);
        process.wait_until(|| is_open(port));
        process
    }

    /// Its address, with the password.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.is_tls { "rediss" } else { "redis" };
        format!("{scheme}://:a%3Ab%2Fc%40d@localhost:{}", self.port.number())
    }

    /// The file with its certificate.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Lets it stand still: it takes connections and answers nothing.
    pub fn pause(&self) {
        run(Command::new("kill").args(["-STOP", &self.process.id().to_string()]));
    }

    /// Lets it go on.
    pub fn resume(&self) {
        run(Command::new("kill").args(["-CONT", &self.process.id().to_string()]));
    }

    /// Starts it again on the same port, empty.
    pub fn restart(&mut self) {
        self.kill();
        self.process = Self::spawn(self.folder.path(), self.port.number(), self.is_tls);
    }

    /// Runs a command with its own client.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.number().to_string(), "-a", "a:b/c@d", "--no-auth-warning"]).args(words);
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}
