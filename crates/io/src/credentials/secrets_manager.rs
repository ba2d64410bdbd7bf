//! AWS Secrets Manager, asked with what the object stores have anyway: their chain of credentials and their signatures.
//!
//! One call, `GetSecretValue` of the API of 2017-10-17 (JSON 1.1). Credentials come from the environment, a web identity, a container's
//! or an instance's role.

use std::time::Duration;

use object_store::ClientOptions;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsAuthorizer};
use object_store::client::{HttpConnector, HttpRequest, ReqwestConnector};
use serde_json::{Value, json};

use crate::stores::{install_tls, store_failed};
use crate::{IoError, Result};

const TIMEOUT: Duration = Duration::from_secs(20);
const DEFAULT_REGION: &str = "us-east-1";

/// The text of a secret, by its name or ARN.
pub(super) async fn get(name: &str) -> Result<String> {
    let location = format!("aws:{name}");
    let failed = |reason: String| IoError::Remote { action: "reading", location: location.clone(), reason };
    install_tls();
    // the builder wants a bucket; nothing is asked of it
    let builder = AmazonS3Builder::from_env().with_bucket_name("none");
    let region = region_of(name)
        .map(str::to_owned)
        .or_else(|| builder.get_config_value(&AmazonS3ConfigKey::Region))
        .or_else(|| builder.get_config_value(&AmazonS3ConfigKey::DefaultRegion))
        .unwrap_or_else(|| DEFAULT_REGION.to_owned());
    let endpoint = std::env::var("AWS_ENDPOINT_URL_SECRETS_MANAGER")
        .unwrap_or_else(|_| format!("https://secretsmanager.{region}.amazonaws.com"));
    let is_plain = endpoint.starts_with("http://");
    let options = ClientOptions::new().with_allow_http(is_plain).with_timeout(TIMEOUT).with_connect_timeout(TIMEOUT);
    let store = builder.build().map_err(|e| store_failed("reading", &location, e))?;
    let identity = store.credentials().get_credential().await.map_err(|e| store_failed("reading", &location, e))?;
    let mut request: HttpRequest = http::Request::post(endpoint.trim_end_matches('/').to_owned() + "/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "secretsmanager.GetSecretValue")
        .body(json!({ "SecretId": name }).to_string().into())
        .map_err(|e| failed(e.to_string()))?;
    AwsAuthorizer::new(&identity, "secretsmanager", &region)
        .try_authorize(&mut request, None)
        .map_err(|e| store_failed("reading", &location, e))?;
    let client = ReqwestConnector::default().connect(&options).map_err(|e| store_failed("reading", &location, e))?;
    let response = client.execute(request).await.map_err(|e| failed(e.to_string()))?;
    let status = response.status();
    let body = response.into_body().bytes().await.map_err(|e| failed(e.to_string()))?;
    let told: Option<Value> = serde_json::from_slice(&body).ok();
    let text = |field: &str| told.as_ref().and_then(|t| t.get(field)?.as_str().map(str::to_owned));
    if status.is_success() {
        return text("SecretString").ok_or_else(|| IoError::Unsupported {
            location: location.clone(),
            feature: "a secret of bytes; keep text in it".to_owned(),
        });
    }
    // errors of other services come as XML
    let code = text("__type").or_else(|| element(&body, "Code")).unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default().to_owned();
    match code.as_str() {
        "ResourceNotFoundException" => Err(IoError::NotFound { location }),
        _ if matches!(status.as_u16(), 401 | 403) || code.contains("AccessDenied") || code.contains("Signature") => {
            let reason = format!("{code} ({status}); check the AWS identity and what it may read");
            Err(IoError::Denied { location, reason })
        }
        _ => Err(failed(format!("the server answered {status} {code}"))),
    }
}

/// `arn:aws:secretsmanager:<region>:…`
fn region_of(name: &str) -> Option<&str> {
    name.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
}

fn element(body: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    Some(rest.split_once('<')?.0.to_owned())
}
