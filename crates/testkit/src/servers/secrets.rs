//! AWS Secrets Manager.

use super::Port;
use super::process::{Process, python};

/// AWS Secrets Manager with the secrets `tos/plain` and `tos/database` (JSON).
pub struct SecretsManager {
    _process: Process,
    port: Port,
    folder: tempfile::TempDir,
}

impl SecretsManager {
    /// Starts one.
    ///
    /// # Panics
    /// If the Python package `moto` is not there (`scripts/setup test` installs it).
    #[must_use]
    pub fn start() -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), Port::take());
        let mut command = python("aws_server.py");
        command.arg(port.number().to_string()).arg(folder.path());
        let mut process = Process::start("AWS Secrets Manager", folder.path(), &mut command);
        process.wait_until(|| folder.path().join("ready").exists());
        Self { _process: process, port, folder }
    }

    /// The environment in which a program finds it and has the right keys.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 4] {
        let keys = std::fs::read_to_string(self.folder.path().join("keys")).unwrap();
        let (id, secret) = keys.split_once(' ').unwrap();
        [
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", format!("http://{}", self.port.address())),
            ("AWS_REGION", "us-west-2".to_owned()),
            ("AWS_ACCESS_KEY_ID", id.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
        ]
    }
}
