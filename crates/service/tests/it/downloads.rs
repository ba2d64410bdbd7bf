//! Downloads: on conditions, and of products that TOS2CA made.

use reqwest::{Method, Response};
use serde_json::json;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::SqlitePool;

use crate::service::{Service, phdef};

/// A service with a job that is done.
async fn start() -> Service {
    let service = Service::start(|_| ()).await;
    let mut body = phdef();
    body["inputs"]["products"] = json!("toc,hierarchy");
    service.post("/processes/phdef/execution", body).await;
    assert_eq!(service.ended("1").await["status"], "successful");
    service
}

async fn ask(service: &Service, method: Method, href: &str, headers: &[(&'static str, &str)]) -> Response {
    let mut request = service.client.request(method, href);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_may_have_conditions() {
    let service = start().await;
    let href = format!("{}/jobs/1/files/1-ForTraCC-TOC.json", service.address);
    let whole = ask(&service, Method::GET, &href, &[]).await;
    let tag = whole.headers()["etag"].to_str().unwrap().to_owned();
    let length = whole.bytes().await.unwrap().len().to_string();
    let weak = format!("\"other\", W/{tag}");
    for (headers, code) in [
        (vec![("if-none-match", tag.as_str())], 304),
        (vec![("if-none-match", weak.as_str())], 304),
        (vec![("if-none-match", "\"other\"")], 200),
        (vec![("if-match", tag.as_str())], 200),
        (vec![("if-match", "\"other\"")], 412),
        (vec![("if-match", "\"other\""), ("if-none-match", tag.as_str())], 412),
        (vec![("if-match", tag.as_str()), ("range", "bytes=0-0")], 206),
        (vec![("if-range", "\"other\""), ("range", "bytes=0-0")], 200),
    ] {
        let told = ask(&service, Method::GET, &href, &headers).await;
        assert_eq!(told.status().as_u16(), code, "{headers:?}");
        if code == 304 {
            assert_eq!(told.headers()["etag"], tag.as_str());
            assert!(told.bytes().await.unwrap().is_empty());
        }
    }
    // parts are of GET alone
    let head = ask(&service, Method::HEAD, &href, &[("range", "bytes=0-0")]).await;
    assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, length.as_str()));
    assert!(!head.headers().contains_key("content-range"));
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn products_that_tos2ca_made_are_given_from_where_they_are() {
    let service = start().await;
    let place = service.folder.path().join("jobs");
    let db = format!("sqlite:{}", service.folder.path().join("service.db").display());
    let db = SqlitePool::connect(&db).await.unwrap();
    let set = async |sql: String| {
        sqlx::query(AssertSqlSafe(sql)).execute(&db).await.unwrap();
    };
    // as they are copied: without checksums, in folders of their own, or in none together
    let own = service.folder.path().join("a b#?%ü");
    std::fs::create_dir(&own).unwrap();
    for entry in std::fs::read_dir(place.join("1")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, own.join(path.file_name().unwrap())).unwrap();
    }
    set("UPDATE output SET sha256 = '', size = 0".to_owned()).await;
    let mut before = String::new();
    for (folder, start) in [
        (service.folder.path().display().to_string(), "jobs/1/".to_owned()),
        (String::new(), format!("{}/", own.display())),
    ] {
        set(format!("UPDATE jobs SET location = '{folder}'")).await;
        set(format!("UPDATE output SET location = '{start}' || SUBSTR(location, {})", before.chars().count() + 1))
            .await;
        before.clone_from(&start);
        let (_, results) = service.get("/jobs/1/results").await;
        let products = results.as_object().unwrap();
        assert!(products.len() >= 2, "{results}");
        for (name, product) in products {
            let file = name.strip_prefix(&start).unwrap();
            assert!(product.get("length").is_none() && product.get("sha256").is_none(), "{product}");
            let href = product["href"].as_str().unwrap();
            let told = ask(&service, Method::GET, href, &[("if-none-match", "\"\"")]).await;
            assert_eq!(told.status(), 200, "{href}");
            assert!(!told.headers().contains_key("etag"));
            let saved = told.headers()["content-disposition"].to_str().unwrap().to_owned();
            assert_eq!(saved, format!("attachment; filename=\"{file}\""));
            assert_eq!(told.bytes().await.unwrap(), std::fs::read(place.join("1").join(file)).unwrap(), "{href}");
            assert_eq!(ask(&service, Method::GET, href, &[("range", "bytes=0-1")]).await.status(), 206);
            assert_eq!(ask(&service, Method::GET, href, &[("if-match", "\"\"")]).await.status(), 412);
        }
    }
    service.stop().await;
}
