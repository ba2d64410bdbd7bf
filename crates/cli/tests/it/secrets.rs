//! Secrets of a service, from AWS Secrets Manager and from files, as its commands use them.

use std::process::{Command, Output};

use eventscape_testkit::servers::{MariaDb, SecretsManager};

use crate::said;

struct Place {
    aws: SecretsManager,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { aws: SecretsManager::start(), folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_eventscape"))
            .args(arguments)
            .current_dir(self.folder.path())
            .envs(self.aws.environment())
            .envs(settings.iter().copied())
            .env("EVENTSCAPE_LOG", "trace")
            .output()
            .unwrap()
    }
}

#[test]
fn the_password_of_the_database_comes_from_aws() {
    let (place, server) = (Place::new(), MariaDb::start());
    let (_, host) = server.url().rsplit_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let url = format!("mysql://{{username}}:{{password}}@{host}");
    let with = |secret: &'static str| {
        [("EVENTSCAPE_DATABASE_URL", url.clone()), ("EVENTSCAPE_DATABASE_SECRET", secret.to_owned())]
    };
    let run = |arguments: &[&str], secret| {
        let settings = with(secret);
        let settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
        place.run(arguments, &settings)
    };
    let output = run(&["migrate"], "aws:tos/database");
    assert!(output.status.success(), "{}", said(&output));
    let output = run(&["users", "add", "ada@example.org"], "aws:tos/database");
    assert!(output.status.success(), "{}", said(&output));
    assert!(!said(&output).contains("c@d") && !said(&output).contains("c%40d"), "{}", said(&output));
    let output = run(&["config", "check"], "aws:tos/database");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("***") && !told.contains("c@d"), "{told}");
    // wrong secrets are told by their names
    for (secret, code, hint) in [
        ("aws:tos/none", 3, "aws:tos/none"),
        ("aws:tos/bytes", 3, "bytes"),
        ("aws:tos/plain", 2, "username"),
        ("aws:tos/database#colour", 3, "colour"),
        ("hunter2", 2, "aws:NAME"),
    ] {
        let output = run(&["config", "check"], secret);
        assert_eq!(output.status.code(), Some(code), "{secret}: {}", said(&output));
        assert!(said(&output).contains(hint) && !said(&output).contains("hunter2"), "{secret}: {}", said(&output));
    }
}

#[test]
fn a_wrong_identity_is_denied_and_not_shown() {
    let place = Place::new();
    let settings =
        [("EVENTSCAPE_EARTHDATA_SECRET", "aws:tos/plain"), ("AWS_SECRET_ACCESS_KEY", "hidden-secret-key-0123")];
    let output = place.run(&["config", "check"], &settings);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(!said(&output).contains("hidden") && said(&output).contains("identity"), "{}", said(&output));
    let output = place.run(&["config", "check"], &settings[..1]);
    let told = format!("{}{}", said(&output), String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success() && !told.contains("a plain token"), "{told}");
}

#[test]
fn a_plain_file_is_a_password() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("redis"), "s3cret/word\n").unwrap();
    let settings =
        [("EVENTSCAPE_CACHE_LOCATION", "redis://:{password}@127.0.0.1:1"), ("EVENTSCAPE_CACHE_SECRET", "file:redis")];
    let output = place.run(&["config", "check"], &settings);
    let told = format!("{}{}", said(&output), String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success() && !told.contains("s3cret"), "{told}");
    let output = place.run(&["config", "check"], &settings[..1]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}
