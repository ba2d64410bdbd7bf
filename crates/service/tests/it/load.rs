//! Many clients at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventscape_service::{Database, Jobs};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::service::{Service, fixtures};

const CLIENTS: usize = 50;
const JOBS: usize = 500;

/// A job of two scenes and one product.
fn small() -> Value {
    json!({"inputs": {
        "input": fixtures().join("ostia/ostia_monthly.nc").display().to_string(),
        "variable": "surface_temperature", "operator": "lessThan", "value": 290,
        "bbox": [-84, -3, -80, 0], "start": "2007-09-01", "end": "2007-10-31", "products": "toc",
    }})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clients_submit_five_hundred_jobs() {
    let service = Arc::new(
        Service::start(|config| {
            (config.worker.count, config.worker.threads, config.worker.poll_ms) = (4, Some(1), 50);
        })
        .await,
    );
    let begun = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let service = Arc::clone(&service);
            tokio::spawn(async move {
                let (mut numbers, mut waits) = (Vec::new(), Vec::new());
                for _ in 0..JOBS / CLIENTS {
                    let (status, told) = service.post("/processes/phdef/execution", small()).await;
                    assert_eq!(status, StatusCode::CREATED, "{told}");
                    let number = told["jobID"].as_str().unwrap().to_owned();
                    let asked = Instant::now();
                    let (status, told) = service.get(&format!("/jobs/{number}")).await;
                    waits.push(asked.elapsed());
                    assert_eq!(status, StatusCode::OK, "{told}");
                    numbers.push(number);
                }
                (numbers, waits)
            })
        })
        .collect();
    let (mut numbers, mut waits) = (BTreeSet::new(), Vec::new());
    for client in clients {
        let (own, times) = client.await.unwrap();
        numbers.extend(own);
        waits.extend(times);
    }
    let submitted = begun.elapsed();
    assert_eq!(numbers.len(), JOBS, "each job has a number of its own");
    // while workers are at it, too
    loop {
        let asked = Instant::now();
        let (_, page) = service.get("/jobs?status=accepted,running&limit=1").await;
        waits.push(asked.elapsed());
        if page["numberMatched"] == 0 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(900), "{page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (_, done) = service.get("/jobs?status=successful&limit=1").await;
    assert_eq!(done["numberMatched"], JOBS);
    // each was done once: claimed once, and with one folder, which has what a run leaves
    let database = format!("sqlite:{}", service.folder.path().join("service.db").display());
    let jobs = Jobs::new(Database::connect(&database).await.unwrap());
    for number in &numbers {
        let tasks = jobs.tasks(number.parse().unwrap()).await.unwrap();
        let [task] = &tasks[..] else { panic!("job {number}: {tasks:?}") };
        assert_eq!((task.attempts, task.failures, task.losses), (1, 0, 0), "job {number}: {task:?}");
    }
    let folders = std::fs::read_dir(service.folder.path().join("jobs")).unwrap();
    let mut seen = BTreeSet::new();
    for folder in folders {
        let folder = folder.unwrap();
        let number = folder.file_name().into_string().unwrap();
        assert!(folder.path().join(format!("{number}-ForTraCC-TOC.json")).is_file(), "{number}");
        seen.insert(number);
    }
    assert_eq!(seen, numbers);
    waits.sort();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize];
    println!(
        "{JOBS} jobs submitted in {submitted:?}, all done after {:?}; of {} status calls: median {:?}, 95 % {:?}, slowest {:?}",
        begun.elapsed(),
        waits.len(),
        at(0.5),
        at(0.95),
        at(1.0)
    );
    Arc::into_inner(service).unwrap().stop().await;
}
