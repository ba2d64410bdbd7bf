//! Streams of progress: how many there are, and how long each lasts.

use std::time::Duration;

use eventscape_service::{Database, Role, Users};
use reqwest::Response;

use crate::service::{Service, phdef};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_after_a_while_and_says_when_to_come_again() {
    let length = Duration::from_millis(100);
    let service =
        Service::start_with(|config| config.worker.count = 0, |settings| settings.limits.stream_time = length).await;
    service.post("/processes/phdef/execution", phdef()).await;
    let stream = service.client.get(format!("{}/jobs/1/progress", service.address)).send().await.unwrap();
    // the job never ends
    let text = tokio::time::timeout(Duration::from_secs(60), stream.text()).await.unwrap().unwrap();
    assert!(text.starts_with("event: status\ndata: {") && text.contains("\"accepted\""), "{text}");
    assert!(text.contains("\nretry:2000\n") || text.contains("\nretry: 2000\n"), "{text}");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_of_one_user_leave_places_for_others() {
    let service = Service::start_with(
        |config| (config.auth.required, config.worker.count) = (true, 0),
        |settings| (settings.limits.streams_per_user, settings.limits.streams) = (2, 3),
    )
    .await;
    let db = format!("sqlite:{}", service.folder.path().join("service.db").display());
    let users = Users::new(Database::connect(&db).await.unwrap());
    let mut tokens = Vec::new();
    for email in ["ada@example.org", "root@example.org"] {
        let user = users.add(email, ("", ""), Role::Admin).await.unwrap();
        tokens.push(users.token(&user, "", None).await.unwrap().secret);
    }
    let [ada, root] = &tokens[..] else { panic!("two tokens") };
    let path = "/processes/phdef/execution";
    assert_eq!(service.send(reqwest::Method::POST, path, Some(ada), Some(phdef())).await.0, 201);
    let open = async |token: &str| -> Response {
        let request = service.client.get(format!("{}/jobs/1/progress", service.address));
        request.bearer_auth(token).send().await.unwrap()
    };
    let own = [open(ada).await, open(ada).await];
    assert!(own.iter().all(|stream| stream.status() == 200), "{own:?}");
    let refused = open(ada).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    // another user has a place, and nobody the one after the last
    let other = open(root).await;
    assert_eq!((other.status().as_u16(), open(root).await.status().as_u16()), (200, 503));
    drop(own);
    while open(ada).await.status() != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(other);
    service.stop().await;
}
