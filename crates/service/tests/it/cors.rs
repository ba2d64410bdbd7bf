//! Pages of other sites in browsers.

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};

use crate::service::Service;

const SITE: &str = "https://maps.example.org";

async fn ask(service: &Service, method: Method, path: &str, headers: &[(&'static str, &str)]) -> Response {
    let mut request = service.client.request(method, format!("{}{path}", service.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn words(headers: &HeaderMap, name: &str) -> Vec<String> {
    let text = headers[name].to_str().unwrap().to_ascii_lowercase();
    text.split(',').map(|word| word.trim().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_named_sites_may_use_the_api() {
    let service = Service::start(|config| {
        (config.worker.count, config.http.origins) = (0, vec![SITE.to_owned()]);
    })
    .await;
    // what a browser asks first
    let preflight = [
        ("origin", SITE),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    let told = ask(&service, Method::OPTIONS, "/processes/phdef/execution", &preflight).await;
    let headers = told.headers();
    assert_eq!((told.status().as_u16(), headers["access-control-allow-origin"].to_str().unwrap()), (200, SITE));
    let mut methods = words(headers, "access-control-allow-methods");
    methods.sort();
    assert_eq!(methods, ["delete", "get", "head", "post"]);
    let allowed = words(headers, "access-control-allow-headers");
    for name in ["authorization", "content-type", "range", "prefer", "if-none-match", "last-event-id"] {
        assert!(allowed.iter().any(|known| known == name), "{name}: {allowed:?}");
    }
    assert!(!headers.contains_key("access-control-allow-credentials"));
    // then the request itself, also where it fails
    for (path, code) in [("/jobs", 200), ("/jobs/1", 404)] {
        let told = ask(&service, Method::GET, path, &[("origin", SITE)]).await;
        assert_eq!(told.status().as_u16(), code, "{path}");
        assert_eq!(told.headers()["access-control-allow-origin"], SITE);
        let exposed = words(told.headers(), "access-control-expose-headers");
        for name in ["location", "content-range", "etag", "retry-after", "x-request-id"] {
            assert!(exposed.iter().any(|known| known == name), "{name}: {exposed:?}");
        }
    }
    let told = ask(&service, Method::GET, "/jobs", &[("origin", "https://evil.example.org")]).await;
    assert_eq!(told.status(), 403);
    assert!(!told.headers().contains_key("access-control-allow-origin"));
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_said_of_other_sites_where_none_is_named() {
    let service = Service::start(|config| config.worker.count = 0).await;
    let preflight = [("origin", SITE), ("access-control-request-method", "GET")];
    for (method, path) in [(Method::OPTIONS, "/jobs"), (Method::GET, "/jobs"), (Method::GET, "/processes")] {
        let told = ask(&service, method, path, &preflight).await;
        assert!(told.headers().keys().all(|name| !name.as_str().starts_with("access-control")), "{told:?}");
    }
    service.stop().await;
}
