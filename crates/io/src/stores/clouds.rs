//! How buckets are opened: who keeps them, with which keys, how patiently.

use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};

use super::bucket::Bucket;
use super::location::{BucketName, Cloud};
use super::options::StoreOptions;
use super::traffic::Traffic;
use crate::credentials::{Daac, TemporaryKeys};
use crate::{IoError, Result};

/// A bucket of NASA's, and the keys that its centre gives.
pub(crate) struct OfDaac {
    pub(crate) daac: Daac,
    pub(crate) keys: Arc<TemporaryKeys>,
}

/// Opens a bucket with the keys of the options (of S3), or of the environment.
pub(super) fn open(name: &BucketName, options: &StoreOptions, traffic: &Arc<Traffic>) -> Result<Bucket> {
    let store: object_store::Result<Arc<dyn ObjectStore>> = match name.cloud {
        Cloud::S3 => s3(amazon(options), name, options, traffic),
        Cloud::Google => {
            let builder = GoogleCloudStorageBuilder::from_env();
            let endpoint = builder.get_config_value(&GoogleConfigKey::BaseUrl).unwrap_or_default();
            builder
                .with_bucket_name(&name.name)
                .with_client_options(client(options, endpoint.starts_with("http://")))
                .with_retry(retry(options))
                .with_http_connector(Counting { traffic: Arc::clone(traffic) })
                .build()
                .map(|store| Arc::new(store) as _)
        }
        Cloud::Azure => {
            let builder = MicrosoftAzureBuilder::from_env();
            let value = |key: AzureConfigKey| builder.get_config_value(&key).unwrap_or_default();
            let plain =
                value(AzureConfigKey::UseEmulator) == "true" || value(AzureConfigKey::Endpoint).starts_with("http://");
            builder
                .with_container_name(&name.name)
                .with_client_options(client(options, plain))
                .with_retry(retry(options))
                .with_http_connector(Counting { traffic: Arc::clone(traffic) })
                .build()
                .map(|store| Arc::new(store) as _)
        }
    };
    Ok(Bucket::new(store.map_err(|e| wrong(name, &e))?, name, traffic, None))
}

/// Opens a bucket of NASA's. Nothing of the environment counts: that is for buckets of one's own, maybe of another server.
pub(super) fn open_of_daac(
    name: &BucketName,
    options: &StoreOptions,
    traffic: &Arc<Traffic>,
    of: OfDaac,
) -> Result<Bucket> {
    let mut builder = AmazonS3Builder::new().with_region(of.daac.region).with_credentials(of.keys.clone());
    if let Some(endpoint) = of.daac.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let store = s3(builder, name, options, traffic).map_err(|e| wrong(name, &e))?;
    Ok(Bucket::new(store, name, traffic, Some(of.keys)))
}

fn wrong(name: &BucketName, error: &object_store::Error) -> IoError {
    let names = match name.cloud {
        Cloud::S3 => "AWS_*",
        Cloud::Google => "GOOGLE_*",
        Cloud::Azure => "AZURE_STORAGE_ACCOUNT_NAME and other AZURE_*",
    };
    IoError::Location { location: name.to_string(), reason: format!("{error} ({names} in the environment tell)") }
}

fn amazon(options: &StoreOptions) -> AmazonS3Builder {
    let mut builder = AmazonS3Builder::from_env();
    if let Some(endpoint) = &options.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(region) = &options.region {
        builder = builder.with_region(region);
    }
    if let Some(keys) = &options.keys {
        builder = builder
            .with_access_key_id(keys.access_key_id.reveal())
            .with_secret_access_key(keys.secret_access_key.reveal());
        if let Some(token) = &keys.session_token {
            builder = builder.with_token(token.reveal());
        }
    }
    match options.anonymous {
        Some(anonymous) => builder.with_skip_signature(anonymous),
        None => builder,
    }
}

fn s3(
    builder: AmazonS3Builder,
    name: &BucketName,
    options: &StoreOptions,
    traffic: &Arc<Traffic>,
) -> object_store::Result<Arc<dyn ObjectStore>> {
    let plain = [AmazonS3ConfigKey::Endpoint, AmazonS3ConfigKey::S3Endpoint]
        .iter()
        .filter_map(|key| builder.get_config_value(key))
        .any(|endpoint| endpoint.starts_with("http://"));
    let store = builder
        .with_bucket_name(&name.name)
        .with_client_options(client(options, plain))
        .with_retry(retry(options))
        .with_http_connector(Counting { traffic: Arc::clone(traffic) })
        .build()?;
    Ok(Arc::new(store))
}

/// `plain`: without TLS, for a server whose address says so.
fn client(options: &StoreOptions, plain: bool) -> ClientOptions {
    ClientOptions::new()
        .with_allow_http(plain)
        .with_timeout(options.request_timeout)
        .with_connect_timeout(options.connect_timeout)
        .with_read_timeout(options.read_timeout)
}

fn retry(options: &StoreOptions) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: options.first_pause,
            max_backoff: options.first_pause.saturating_mul(64),
            base: 2.0,
        },
        max_retries: options.retries,
        retry_timeout: options.retry_timeout,
    }
}

/// Counts every request, retries included.
#[derive(Debug)]
struct Counting {
    traffic: Arc<Traffic>,
}

impl HttpConnector for Counting {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        super::web::install_tls();
        let inner = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(CountingService { inner, traffic: Arc::clone(&self.traffic) }))
    }
}

#[derive(Debug)]
struct CountingService {
    inner: HttpClient,
    traffic: Arc<Traffic>,
}

#[async_trait::async_trait]
impl HttpService for CountingService {
    async fn call(&self, request: HttpRequest) -> std::result::Result<HttpResponse, HttpError> {
        self.traffic.add_request();
        self.inner.execute(request).await
    }
}
