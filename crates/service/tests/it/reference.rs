//! TOS2CA's own endpoints: its documented examples, on granules of its data sets' shapes.

use eventscape_service::{Database, Role, Users};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::service::{Service, fixtures};

async fn start() -> Service {
    Service::start(|config| {
        for collection in ["GPM_MERGIR", "GPM_3IMERGHH.07"] {
            let root = fixtures().join("granules").join(collection).display().to_string();
            config.inputs.roots.insert(collection.to_owned(), root);
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_examples_of_the_reference_work() {
    let service = start().await;
    let phdef = json!({
        "firstName": "John", "lastName": "Doe", "email": "abc@email.com", "dataset": "GPM_MERGIR", "variable": "Tb",
        "startDate": "2020-01-04", "endDate": "2020-01-04", "coords": "-70 -20,-70 20,-50 20,-50 -20",
        "ineqOperator": "lessThan", "ineqValue": "275", "description": "Test",
    });
    let (status, told) = service.post("/api/phdef/submit", phdef.clone()).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told, json!({"Status": "[SUCCESS]", "Message": "Job was successfully submitted", "jobID": 1}));
    let ended = service.ended("1").await;
    let (_, told) = service.get("/api/phdef/status?jobID=1").await;
    assert_eq!(told[0]["status"], "complete", "{ended}");
    let doc = &told[0]["doc"];
    let words = |key: &str| doc[key].as_str().unwrap_or_default().to_owned();
    assert_eq!((words("dataset"), words("variable")), ("GPM_MERGIR".to_owned(), "Tb".to_owned()), "{ended}");
    assert_eq!((words("ineqOperator"), words("ineqValue")), ("lessThan".to_owned(), "275".to_owned()));
    assert_eq!((words("startDate"), words("endDate")), ("2020-01-04".to_owned(), "2020-01-04".to_owned()));
    assert_eq!(words("coords"), "POLYGON((-70 -20,-70 20,-50 20,-50 -20,-70 -20))");
    assert_eq!((words("description"), words("stage")), ("Test".to_owned(), "phdef".to_owned()));
    assert_eq!((words("lastName"), words("firstName")), ("User".to_owned(), "Local".to_owned()));
    assert_eq!((words("email"), words("algorithm")), ("local@localhost".to_owned(), "fortracc".to_owned()));
    assert!(doc["warmerToggle"].is_null() && doc["warmerValue"].is_null(), "{doc}");
    // a slash at the end is taken off, as by its servers
    assert_eq!(service.get("/api/phdef/status/?jobID=1").await.1, told);
    assert_eq!(service.get("/api/phdef/status/?jobID=x").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(service.get("/jobs/?limit=1").await.0, StatusCode::NOT_FOUND);
    assert_eq!(told[0]["jobID"], 1);
    let (_, none) = service.get("/api/phdef/status?jobID=99").await;
    assert_eq!(none, json!([{"jobID": 99, "status": "Not Found", "doc": {}}]));
    let (_, none) = service.get("/api/data-curation/status?jobID=1").await;
    assert_eq!(none[0]["status"], "Not Found");
    // its web page asks for an address
    for path in ["/api/phdef/list", "/api/phdef/list?q=%7B%22email%22%3A%20%22abc@email.com%22%7D"] {
        let (_, list) = service.get(path).await;
        assert_eq!((list.as_array().unwrap().len(), &list[0]["status"]), (1, &json!("complete")), "{path}");
    }
    let (_, masks) = service.get("/api/nc4?jobID=1&typep=masks").await;
    assert!(masks[0]["location"].as_str().unwrap().ends_with("/1/1-ForTraCC-Mask-Output.nc4"), "{masks}");
    let (_, none) = service.get("/api/nc4?jobID=1&typep=subset").await;
    assert_eq!(none[0]["location"], "not found");

    let curation = json!({
        "jobID": 1, "firstName": "Jane", "lastName": "Doe", "email": "abc@email.com", "dataset": "GPM_3IMERGHH.07",
        "variable": "precipitation", "description": "Test",
    });
    let (status, told) = service.post("/api/data-curation/submit", curation).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told, json!({"Status": "[SUCCESS]", "Message": "Job was successfully submitted", "jobID": 2}));
    let ended = service.ended("2").await;
    let (_, told) = service.get("/api/data-curation/status?jobID=2").await;
    assert_eq!((&told[0]["status"], &told[0]["doc"]["phdefJobID"]), (&json!("complete"), &json!(1)), "{ended}");
    let (_, place) = service.get("/api/location?jobID=1").await;
    let place = place[0]["location"].as_str().unwrap();
    let (_, data) = service.get(&format!("/getData?files={place}&format=json&fill=true")).await;
    assert!(!data["values"].as_array().unwrap().is_empty(), "{data}");
    let (status, told) = service
        .post("/api/data-curation/submit", json!({"jobID": 77, "dataset": "GPM_MERGIR", "variable": "Tb"}))
        .await;
    assert!(status == StatusCode::BAD_REQUEST && told["Status"] == "[FAILED]", "{told}");
    for (key, value, hint) in [
        ("coords", json!("1 2,3"), "coords"),
        ("coords", json!("0 0,1 1'); DROP TABLE jobs; --"), "coords"),
        ("ineqOperator", json!("lessish"), "lessish"),
        ("dataset", json!("NONE"), "NONE"),
        ("ineqValue", json!([1]), "ineqValue"),
        ("startDate", json!("yesterday"), "yesterday"),
        ("algorithm", json!("watershed"), "auxgeoir"),
        ("warmerToggle", json!("on"), "auxgeoir"),
    ] {
        let mut wrong = phdef.clone();
        wrong[key] = value;
        let (status, told) = service.post("/api/phdef/submit", wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{key}: {told}");
        assert!(told["detail"].as_str().unwrap().contains(hint), "{key}: {told}");
        assert_eq!((told["Status"].as_str(), &told["Message"]), (Some("[FAILED]"), &told["detail"]));
    }
    // AUX-GEOIR's options
    let mut storms = phdef.clone();
    for (key, value) in
        [("algorithm", "auxgeoir"), ("ineqValue", "245"), ("warmerToggle", "on"), ("warmerValue", "262.5")]
    {
        storms[key] = value.into();
    }
    for (toggle, cold_only) in [("on", false), ("off", true)] {
        storms["warmerToggle"] = toggle.into();
        let (status, told) = service.post("/api/phdef/submit", storms.clone()).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        let job = told["jobID"].as_i64().unwrap();
        let (_, told) = service.get(&format!("/api/phdef/status?jobID={job}")).await;
        let doc = &told[0]["doc"];
        assert_eq!((&doc["algorithm"], &doc["warmerToggle"]), (&json!("auxgeoir"), &json!(toggle)), "{doc}");
        assert_eq!((&doc["warmerValue"], &doc["ineqValue"]), (&json!(262.5), &json!("245")), "{doc}");
        let database = rusqlite::Connection::open(service.folder.path().join("service.db")).unwrap();
        let kept = database.query_row("SELECT request FROM jobs WHERE jobID = ?", [job], |row| row.get::<_, String>(0));
        let kept: Value = serde_json::from_str(&kept.unwrap()).unwrap();
        assert_eq!(kept["cold_only"].as_bool().unwrap_or(false), cold_only, "{kept}");
        assert_eq!((&kept["min_size"], &kept["min_overlap"]), (&json!(150), &json!(0.25)), "{kept}");
        service.ended(&job.to_string()).await;
    }
    // a request that a later version cannot read does not hide the other jobs
    let database = service.folder.path().join("service.db");
    let sql = "UPDATE jobs SET request = '{\"colour\": 1}' WHERE jobID = 1";
    rusqlite::Connection::open(database).unwrap().execute(sql, []).unwrap();
    let (status, list) = service.get("/api/phdef/list").await;
    assert_eq!((status, &list[0]["doc"]["dataset"]), (StatusCode::OK, &json!("GPM_MERGIR")), "{list}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_of_interpolated_products_are_given() {
    let service = Service::start(|_| ()).await;
    service.post("/processes/phdef/execution", crate::service::phdef()).await;
    let field = fixtures().join("ostia/merra2_like.nc4").display().to_string();
    let curation = json!({"inputs": {"phdef": 1, "input": field, "variable": "T2M", "method": "linear"}});
    service.post("/processes/curation/execution", curation).await;
    assert_eq!(service.ended("2").await["status"], "successful");
    let (_, places) = service.get("/api/location?jobID=1").await;
    let place = places[0]["location"].as_str().unwrap();
    assert!(place.ends_with("/2/2-Interpolated-Data.nc4"), "{places}");
    assert_eq!((places[0]["phdefJobID"].as_i64(), places[0]["jobID"].as_i64()), (Some(1), Some(2)));

    let (status, data) = service.get(&format!("/getData?files={place}&fill=true")).await;
    assert_eq!(status, StatusCode::OK, "{data}");
    assert_eq!((data["title"].as_str(), data["axis_labels"][0].as_str()), (Some("T2M"), Some("T2M (K)")));
    let rows = data["values"].as_array().unwrap();
    // statistics are over the same values, for each time and event
    let table = std::fs::read_to_string(service.folder.path().join("jobs/2/2-Statistics.csv")).unwrap();
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| header.iter().position(|known| *known == name).unwrap_or_else(|| panic!("{header:?}"));
    let mut seen = 0;
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let stamp: String = cells[column("time")].chars().filter(char::is_ascii_digit).take(12).collect();
        let id: i64 = cells[column("event_id")].parse().unwrap();
        let of = |row: &&Value| row[3].as_u64().unwrap().to_string() == stamp && row[4].as_i64() == Some(id);
        let values: Vec<f64> = rows.iter().filter(of).filter_map(|row| row[0].as_f64()).collect();
        let known: f64 = cells[column("max")].parse().unwrap();
        let most = values.iter().copied().fold(f64::MIN, f64::max);
        assert!((most - known).abs() < 1e-9 * known.abs(), "{line}: {most}");
        seen += values.len();
    }
    assert!(seen > 20, "{seen}");
    let first = &rows[0];
    let (stamp, id) = (first[3].as_u64().unwrap(), first[4].as_u64().unwrap());
    // as the pages of the reference ask: a slash at the end, the file's name alone
    let (_, part) =
        service.get(&format!("/getData/?files=2-Interpolated-Data.nc&times={stamp},{stamp}&ids={id}")).await;
    assert_eq!((&part["var_list"], &part["stats"][0]["time"]), (&json!(["T2M"]), &json!(stamp)), "{part}");
    let statistics = &part["stats"][0]["stats"][id.to_string()]["T2M"];
    assert_eq!(
        (&part["data"]["rows"][0][3], part["stats"].as_array().unwrap().len()),
        (&statistics["max"], 1),
        "{part}"
    );
    let part = part["values"].as_array().unwrap();
    assert!(!part.is_empty() && part.iter().all(|row| row[3] == stamp && row[4] == id && row[0].is_number()));
    let last = rows.iter().filter_map(|row| row[3].as_u64()).max().unwrap();
    assert!(last > stamp);
    for (times, first, last) in [(format!("{last}"), last, last), (format!("{stamp},{last}"), stamp, last)] {
        let (_, part) = service.get(&format!("/getData?files=2/2-Interpolated-Data.nc4&times={times}&fill=1")).await;
        let seen: Vec<u64> = part["values"].as_array().unwrap().iter().filter_map(|row| row[3].as_u64()).collect();
        assert_eq!((seen.iter().min(), seen.iter().max()), (Some(&first), Some(&last)), "{times}");
    }
    for word in ["1", "t", "True", "true"] {
        let (_, all) = service.get(&format!("/getData?files={place}&fill={word}")).await;
        assert_eq!(all["values"].as_array().unwrap().len(), rows.len(), "{word}");
    }
    let (lat, lon) = (first[1].as_f64().unwrap(), first[2].as_f64().unwrap());
    let area = format!("{},{},{},{}", lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01);
    let (_, near) = service.get(&format!("/getData?files={place}&area={area}&fill=true")).await;
    assert!(near["values"].as_array().unwrap().iter().all(|row| row[1] == lat && row[2] == lon));
    let (_, none) = service.get(&format!("/getData?files={place}&ids=4000000")).await;
    assert_eq!((none["values"].as_array().map(Vec::len), none["axis_labels"][0].as_str()), (Some(0), Some("T2M (K)")));
    // a job of a whole file is where and when its data are
    let mut whole = crate::service::phdef();
    for key in ["bbox", "start", "end"] {
        whole["inputs"].as_object_mut().unwrap().remove(key);
    }
    service.post("/processes/phdef/execution", whole).await;
    assert_eq!(service.ended("3").await["status"], "successful");
    let (_, told) = service.get("/api/phdef/status?jobID=3").await;
    let doc = &told[0]["doc"];
    let manifest = std::fs::read(service.folder.path().join("jobs/3/3-Manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let [w, s, e, n] = [0, 1, 2, 3].map(|k| manifest["bbox"][k].as_f64().unwrap());
    let e = if w > e { e + 360.0 } else { e };
    assert_eq!(doc["coords"], format!("POLYGON(({w} {s},{w} {n},{e} {n},{e} {s},{w} {s}))"), "{doc}");
    for key in ["startDate", "endDate"] {
        let text = doc[key].as_str().unwrap_or_else(|| panic!("{doc}"));
        assert!(text.len() == 19 && text.as_bytes()[10] == b' ', "{text}");
    }
    // two files side by side
    let (_, two) = service.get(&format!("/getData?files={place},{place}&fill=true")).await;
    assert_eq!(two["title"], "T2M x T2M");
    assert_eq!((&two["values"][0][0], &two["values"][0][4]), (&two["values"][0][1], &Value::from(stamp)));
    for (query, code) in [
        ("", 400),
        ("files=", 400),
        ("files=2/../../etc/passwd", 404),
        ("files=2/2-Manifest.json", 404),
        ("files=9/9-Interpolated-Data.nc4", 404),
        ("files=2/2-Interpolated-Data.nc4&ids=x", 400),
        ("files=2/2-Interpolated-Data.nc4&times=today", 400),
        ("files=2/2-Interpolated-Data.nc4&area=1,2,3", 400),
        ("files=2/2-Interpolated-Data.nc4&fill=maybe", 400),
    ] {
        assert_eq!(service.get(&format!("/getData?{query}")).await.0.as_u16(), code, "{query}");
    }
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_submits_or_lists_in_another_name() {
    let service = Service::start(|config| {
        (config.auth.required, config.worker.count, config.auth.requests_per_minute) = (true, 0, Some(14));
    })
    .await;
    let db =
        Database::connect(&format!("sqlite:{}", service.folder.path().join("service.db").display())).await.unwrap();
    let users = Users::new(db);
    let mut tokens = Vec::new();
    for email in ["ada@example.org", "bob@example.org"] {
        let user = users.add(email, ("", ""), Role::User).await.unwrap();
        tokens.push(users.token(&user, "", None).await.unwrap().secret);
    }
    let job = |email: &str| json!({"email": email, "dataset": "GPM_MERGIR", "variable": "Tb", "ineqOperator": "lessThan", "ineqValue": 235});
    let submit = |body: Value, token: Option<String>| {
        let service = &service;
        async move { service.send(Method::POST, "/api/phdef/submit", token.as_deref(), Some(body)).await.0 }
    };
    assert_eq!(submit(job("ada@example.org"), None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(submit(job("bob@example.org"), Some(tokens[0].clone())).await, StatusCode::BAD_REQUEST);
    assert_eq!(submit(job("Ada@Example.org"), Some(tokens[0].clone())).await, StatusCode::OK);
    let get = |path: &'static str, token: &str| {
        let (service, token) = (&service, token.to_owned());
        async move { service.send(Method::GET, path, Some(&token), None).await }
    };
    // a public one is for all to see, and in no list of others all the same
    let public = json!({"inputs": {"collection": "GPM_MERGIR", "variable": "Tb", "operator": "lessThan", "value": 235}, "public": true});
    let path = "/processes/phdef/execution";
    assert_eq!(service.send(Method::POST, path, Some(&tokens[0]), Some(public)).await.0, StatusCode::CREATED);
    assert_eq!(get("/jobs/2", &tokens[1]).await.0, StatusCode::OK);
    // and whose it is, its owner alone hears
    let (of_others, own) =
        (get("/api/phdef/status?jobID=2", &tokens[1]).await.1, get("/api/phdef/status?jobID=2", &tokens[0]).await.1);
    for key in ["email", "firstName", "lastName"] {
        assert!(of_others[0]["doc"][key].is_null(), "{of_others}");
    }
    assert_eq!((&own[0]["doc"]["email"], &of_others[0]["status"]), (&json!("ada@example.org"), &json!("pending")));
    assert_eq!(get("/api/phdef/list", &tokens[1]).await.1, json!([]));
    assert_eq!(get("/api/phdef/status?jobID=1", &tokens[1]).await.1[0]["status"], "Not Found");
    assert_eq!(get("/api/location?jobID=1", &tokens[1]).await.0, StatusCode::NOT_FOUND);
    assert_eq!(get("/api/phdef/list?email=ada@example.org", &tokens[1]).await.0, StatusCode::BAD_REQUEST);
    let of_ada = "/api/phdef/list?q=%7B%22email%22%3A%22ada@example.org%22%7D";
    let none = json!([{"email": "ada@example.org", "status": "Not Found", "doc": {}}]);
    assert_eq!(get(of_ada, &tokens[1]).await.1, none);
    assert_eq!(get(of_ada, &tokens[0]).await.1.as_array().unwrap().len(), 2);
    // a minute's requests are used up, those of others are not
    let mut codes = Vec::new();
    for _ in 0..14 {
        codes.push(get("/api/phdef/list", &tokens[1]).await.0);
    }
    assert_eq!(codes.first(), Some(&StatusCode::OK));
    assert_eq!(codes.last(), Some(&StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(get("/api/phdef/list", &tokens[0]).await.0, StatusCode::OK);
    service.stop().await;
}
