//! Mail.

use std::path::{Path, PathBuf};

use super::Port;
use super::process::{Process, make_certificate, python};

/// A mail server with STARTTLS and login (`tester`, `very-secret-mail`).
pub struct Smtp {
    process: Process,
    port: Port,
    folder: tempfile::TempDir,
}

impl Smtp {
    /// Starts one, with a certificate of its own for `localhost`.
    ///
    /// # Panics
    /// If `openssl` or the Python package `aiosmtpd` is not there (`scripts/setup test` installs them).
    #[must_use]
    pub fn start() -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), Port::take());
        make_certificate(folder.path());
        let process = Self::spawn(folder.path(), &port);
        Self { process, port, folder }
    }

    fn spawn(folder: &Path, port: &Port) -> Process {
        let ready = folder.join("ready");
        let _ = std::fs::remove_file(&ready);
        let mut command = python("smtp_server.py");
        command.arg(port.number().to_string()).arg(folder);
        command.arg(folder.join("certificate.pem")).arg(folder.join("key.pem"));
        let mut process = Process::start("the mail server", folder, &mut command);
        process.wait_until(|| ready.exists());
        process
    }

    /// Ends it as a crash would; the mails that it took stay.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        self.kill();
        self.process = Self::spawn(self.folder.path(), &self.port);
    }

    /// Its port on `localhost`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// The file with its certificate.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// Whether mails are refused for now.
    pub fn refuse(&self, does: bool) {
        let path = self.folder.path().join("refuse");
        if does { std::fs::write(path, "").unwrap() } else { std::fs::remove_file(path).unwrap() }
    }

    /// The mails that it took.
    #[must_use]
    pub fn mails(&self) -> Vec<String> {
        (0..)
            .map(|k| self.folder.path().join(format!("{k}.eml")))
            .take_while(|path| path.exists())
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect()
    }
}
