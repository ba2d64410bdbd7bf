//! A whole service in this process: SQLite, a folder, two workers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use eventscape_service::{Config, ServeSettings, serve};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

/// The repository's fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").canonicalize().unwrap()
}

pub(crate) struct Service {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) address: String,
    pub(crate) client: Client,
    stop: watch::Sender<bool>,
    ended: tokio::task::JoinHandle<eventscape_service::Result<()>>,
}

impl Service {
    pub(crate) async fn start(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_with(change, |_| ()).await
    }

    /// The same with settings that no configuration has.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config), set: impl FnOnce(&mut ServeSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.database.url = format!("sqlite:{}", folder.path().join("service.db").display());
        config.store.location = folder.path().join("jobs").display().to_string();
        config.http.listen = "127.0.0.1:0".to_owned();
        config.worker.count = 2;
        config.inputs.allow = vec![fixtures().display().to_string()];
        change(&mut config);
        let mut settings = config.settings().unwrap();
        set(&mut settings);
        Self::run(folder, settings).await
    }

    pub(crate) async fn run(folder: tempfile::TempDir, settings: ServeSettings) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (say, hear) = tokio::sync::oneshot::channel();
        let ended = tokio::spawn(serve(settings, stopped, |address| say.send(address).unwrap()));
        let address = format!("http://{}", hear.await.unwrap().unwrap());
        // reqwest is built without a provider of its own
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { folder, address, client: Client::new(), stop, ended }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let mut request = self.client.request(method, format!("{}{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, None, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(Method::POST, path, None, Some(body)).await
    }

    pub(crate) async fn ended(&self, job: &str) -> Value {
        for _ in 0..3000 {
            let (status, told) = self.get(&format!("/jobs/{job}")).await;
            assert_eq!(status, StatusCode::OK, "{told}");
            if !["accepted", "running"].contains(&told["status"].as_str().unwrap()) {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("job {job} does not end");
    }

    pub(crate) async fn stop(self) {
        self.stop.send(true).unwrap();
        tokio::time::timeout(Duration::from_secs(120), self.ended).await.unwrap().unwrap().unwrap();
    }
}

/// Waits until something has come about; for far longer than it takes, as the machine may do much else.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..1800 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what} does not come about");
}

pub(crate) fn phdef() -> Value {
    json!({"inputs": {
        "input": fixtures().join("ostia/ostia_monthly.nc").display().to_string(),
        "variable": "surface_temperature", "operator": "lessThan", "value": {"value": 297.5, "uom": "K"},
        "bbox": [-120, -6, -80, 6], "min_size": 20, "start": "2007-09-01", "end": "2008-03-31",
        "products": "mask-output,toc,hierarchy,tracks,table,geojson",
    }})
}
