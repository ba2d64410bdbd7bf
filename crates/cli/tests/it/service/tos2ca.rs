//! What TOS2CA did before, brought over by the command line.

use eventscape_testkit::servers::MariaDb;
use serde_json::{Value, json};

use super::Place;
use crate::said;

#[test]
fn what_tos2ca_did_before_is_brought_over_once() {
    let server = MariaDb::start();
    server.make_tos2ca(&["schema.sql", "later.sql", "rows.sql"]);
    let address = server.tos2ca_url();
    let place = Place::new();
    let output = place.run(&["migrate", "--from-tos2ca", &address]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let copied = "copied from TOS2CA: 2 users, 3 jobs, 6 products; 0 were known, 1 cannot be copied";
    assert!(told.contains("service.db are current\n") && told.contains(copied), "{told}");
    assert!(!(told + &said(&output)).contains("a%3Ab%2Fc%40d"));

    let first = place.jobs();
    let kept: Vec<_> =
        first.iter().map(|(number, status, job)| (*number, status.as_str(), &job["description"])).collect();
    let titles = [json!("Tb lessThan 0.1, GPM_MERGIR"), json!("T2M of MERRA2_M2I1NXASM"), json!("old")];
    assert_eq!(kept, [(13, "error", &titles[0]), (12, "complete", &titles[1]), (11, "complete", &titles[2])]);
    let table = String::from_utf8(place.run(&["jobs", "list"]).stdout).unwrap();
    let numbers: Vec<_> =
        table.lines().filter_map(|line| line.split_whitespace().next()?.parse::<i64>().ok()).collect();
    assert_eq!(numbers, [13, 12, 11], "{table}");
    let curation = shown(&place, 12);
    assert_eq!((&curation["phdef_job_id"], &curation["location"]), (&json!(11), &json!("s3://bucket/12")));
    assert_eq!(curation["products"][0]["name"], "12-Curated-Data.nc4");
    let users = String::from_utf8(place.run(&["users", "list"]).stdout).unwrap();
    assert!(users.contains("zoe@example.org") && users.contains("Zoë O'Brien"), "{users}");

    // once more there is nothing new, whether the address is given or is the configuration's
    let nothing = json!({ "users": 0, "jobs": 0, "outputs": 0, "known": 5, "left": 1 });
    assert_eq!(told_in_json(&place.run(&["migrate", "--json", "--from-tos2ca", &address]).stdout), nothing);
    let place = place.with([("TOS2CA_DATABASE", address)]);
    assert_eq!(told_in_json(&place.run(&["migrate", "--json", "--from-tos2ca"]).stdout), nothing);
    assert_eq!(place.jobs(), first);
    assert_eq!(shown(&place, 12), curation);
}

fn shown(place: &Place, job: i64) -> Value {
    serde_json::from_slice(&place.run(&["jobs", "show", &job.to_string()]).stdout).unwrap()
}

fn told_in_json(stdout: &[u8]) -> Value {
    serde_json::from_slice::<Value>(stdout).unwrap()["copied"].clone()
}
