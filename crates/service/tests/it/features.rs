//! The events of finished jobs as OGC API - Features.

use std::collections::BTreeMap;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::service::{Service, phdef};

/// The features of the job's GeoJSON products, by id.
fn known(service: &Service, job: u32) -> BTreeMap<String, Value> {
    let folder = service.folder.path().join("jobs").join(job.to_string());
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with(&format!("{job}-2")) && name.ends_with(".json") {
            let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            for feature in all["features"].as_array().unwrap() {
                found.insert(feature["id"].as_str().unwrap().to_owned(), feature.clone());
            }
        }
    }
    found
}

fn ids(page: &Value) -> Vec<String> {
    page["features"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect()
}

/// The corners of a feature's outline, from its GeoJSON product.
fn corners(feature: &Value) -> Vec<[f64; 2]> {
    fn walk(value: &Value, found: &mut Vec<[f64; 2]>) {
        match value.as_array().map(Vec::as_slice) {
            Some([Value::Number(x), Value::Number(y)]) => found.push([x.as_f64().unwrap(), y.as_f64().unwrap()]),
            Some(values) => values.iter().for_each(|value| walk(value, found)),
            None => {}
        }
    }
    let mut found = Vec::new();
    walk(&feature["geometry"]["coordinates"], &mut found);
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_asked_for_by_box_and_time() {
    let service = Service::start(|_| ()).await;
    assert_eq!(service.get("/collections").await.1["numberMatched"], 0);
    service.post("/processes/phdef/execution", phdef()).await;
    assert_eq!(service.ended("1").await["status"], "successful");
    let known = known(&service, 1);
    assert!(known.len() > 3, "{known:?}");

    let (_, collections) = service.get("/collections").await;
    let collection = &collections["collections"][0];
    assert_eq!((collection["id"].as_str(), collections["numberMatched"].as_i64()), (Some("job-1"), Some(1)));
    assert_eq!(*collection, service.get("/collections/job-1").await.1);
    let all: Vec<[f64; 2]> = known.values().flat_map(corners).collect();
    let least = |k: usize| all.iter().map(|c| c[k]).fold(f64::MAX, f64::min);
    let most = |k: usize| all.iter().map(|c| c[k]).fold(f64::MIN, f64::max);
    let bbox: Vec<f64> =
        collection["extent"]["spatial"]["bbox"][0].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    assert_eq!(bbox, [least(0), least(1), most(0), most(1)]);

    // every event, with the outline and the id of the products
    let (status, page) = service.get("/collections/job-1/items?limit=10000").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(page["numberReturned"].as_u64(), Some(known.len() as u64));
    let mut found = ids(&page);
    found.sort();
    assert_eq!(found, known.keys().cloned().collect::<Vec<_>>());
    for feature in page["features"].as_array().unwrap() {
        let product = &known[feature["id"].as_str().unwrap()];
        assert_eq!(corners(feature), corners(product));
        assert_eq!(feature["properties"]["area_km2"], product["properties"]["area_km2"]);
        assert_eq!(feature["properties"]["time"], product["properties"]["dateTime"]);
        let (_, alone) = service.get(&format!("/collections/job-1/items/{}", feature["id"].as_str().unwrap())).await;
        assert_eq!(alone["geometry"], feature["geometry"]);
    }

    // page by page
    let (mut path, mut seen) = ("/collections/job-1/items?limit=2".to_owned(), Vec::new());
    loop {
        let (_, page) = service.get(&path).await;
        seen.extend(ids(&page));
        let next = page["links"].as_array().unwrap().iter().find(|link| link["rel"] == "next").cloned();
        let Some(next) = next else { break };
        path = next["href"].as_str().unwrap().strip_prefix(&service.address).unwrap().to_owned();
    }
    assert_eq!(seen, ids(&page));

    // at a time, of a track, in a box around one corner
    let (id, one) = known.first_key_value().unwrap();
    let time = one["properties"]["dateTime"].as_str().unwrap();
    let (_, at_time) = service.get(&format!("/collections/job-1/items?datetime={time}")).await;
    let of_time = known.values().filter(|f| f["properties"]["dateTime"] == *time).count();
    assert_eq!(ids(&at_time).len(), of_time);
    let (_, before) = service.get("/collections/job-1/items?datetime=../2000-01-01T00:00:00Z").await;
    assert_eq!(before["numberMatched"], 0);
    let track = &one["properties"]["anomaly"];
    let (_, of_track) = service.get(&format!("/collections/job-1/items?track_id={track}")).await;
    assert_eq!(ids(&of_track).len(), known.values().filter(|f| f["properties"]["anomaly"] == *track).count());
    let [x, y] = corners(one)[0];
    let query = format!("/collections/job-1/items?bbox={},{},{},{}&limit=1000", x - 0.01, y - 0.01, x + 0.01, y + 0.01);
    assert!(ids(&service.get(&query).await.1).contains(id));
    let (_, elsewhere) = service.get("/collections/job-1/items?bbox=170,-10,-170,10").await;
    assert_eq!(elsewhere["numberMatched"], 0);

    for (path, code) in [
        ("/collections/job-1/items?bbox=1,2,3", 400),
        ("/collections/job-1/items?bbox=0,10,5,-10", 400),
        ("/collections/job-1/items?datetime=now", 400),
        ("/collections/job-1/items?limit=0", 400),
        ("/collections/job-1/items?limit=99999999", 200),
        ("/collections/job-1/items?colour=red", 400),
        ("/collections/job-01/items", 404),
        ("/collections/job-2/items", 404),
        ("/collections/1/items", 404),
        ("/collections/job-1/items/1-none", 404),
        ("/collections/job-1/items/..%2f..", 404),
    ] {
        assert_eq!(service.get(path).await.0.as_u16(), code, "{path}");
    }
    // one whose table was deleted does not keep the others from being listed
    service.post("/processes/phdef/execution", phdef()).await;
    assert_eq!(service.ended("2").await["status"], "successful");
    std::fs::remove_file(service.folder.path().join("jobs/2/2-Tracks.parquet")).unwrap();
    let (_, collections) = service.get("/collections").await;
    let [gone, there] = &collections["collections"].as_array().unwrap()[..] else { panic!("{collections}") };
    assert!(gone["extent"].is_null() && there["extent"].is_object(), "{collections}");
    let (status, told) = service.get("/collections/job-2/items").await;
    assert_eq!(status, StatusCode::GONE, "{told}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_not_over_has_no_events_yet() {
    let service = Service::start(|config| config.worker.count = 0).await;
    assert_eq!(service.post("/processes/phdef/execution", phdef()).await.0, StatusCode::CREATED);
    assert_eq!(service.get("/collections").await.1["numberMatched"], 0);
    assert_eq!(service.get("/collections/job-1").await.0, StatusCode::NOT_FOUND);
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_table_does_not_keep_the_others_from_being_listed() {
    let service = Service::start(|_| ()).await;
    for job in ["1", "2"] {
        service.post("/processes/phdef/execution", phdef()).await;
        assert_eq!(service.ended(job).await["status"], "successful");
    }
    let table = service.folder.path().join("jobs/2/2-Tracks.parquet");
    let bytes = std::fs::read(&table).unwrap();
    std::fs::write(&table, &bytes[..bytes.len() / 2]).unwrap();
    let (status, collections) = service.get("/collections").await;
    assert_eq!((status, collections["numberMatched"].as_i64()), (StatusCode::OK, Some(2)), "{collections}");
    let [damaged, fine] = &collections["collections"].as_array().unwrap()[..] else { panic!("{collections}") };
    assert_eq!((damaged["id"].as_str(), fine["id"].as_str()), (Some("job-2"), Some("job-1")));
    assert!(damaged["extent"].is_null() && fine["extent"].is_object(), "{collections}");
    // asked for alone, it is told
    for path in ["/collections/job-2", "/collections/job-2/items"] {
        assert_eq!(service.get(path).await.0, StatusCode::BAD_GATEWAY, "{path}");
    }
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_other_sites_are_refused_without_tokens() {
    let service = Service::start(|config| config.worker.count = 0).await;
    let ask = |name: &'static str, value: &'static str| {
        service.client.request(Method::GET, format!("{}/jobs", service.address)).header(name, value).send()
    };
    for (name, value, code) in [
        ("host", "evil.example.org", 403),
        ("host", "127.0.0.1.evil.example.org:80", 403),
        ("host", "localhost:1234", 200),
        ("origin", "https://evil.example.org", 403),
        ("origin", "null", 403),
        ("origin", "http://localhost:3000", 200),
    ] {
        assert_eq!(ask(name, value).await.unwrap().status().as_u16(), code, "{name}: {value}");
    }
    service.stop().await;
}
