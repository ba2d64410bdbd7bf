//! `eventscape serve|worker|migrate|jobs|users|config`.

use std::path::{Component, Path};
use std::process::ExitCode;

use clap::ArgMatches;
use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_io::stores::Location;
use eventscape_pipeline::{PipelineError, read_job_table};
use eventscape_service::{
    Config, Copied, Database, JobFilter, JobRecord, JobRequest, JobStage, JobStatus, Jobs, Role, ServeSettings,
    ServiceError, Submission, TokenRecord, User, Users, copy_history, remove_job, serve, try_all, verify_job,
};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

use super::{Outcome, print, verify};
use crate::failure::exit_code;
use crate::report::table;
use crate::terminal::{Terminal, say as warn};

type Told = Result<(), ServiceError>;

pub(super) fn run(name: &str, matches: &ArgMatches, terminal: &Terminal) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| PipelineError::Internal(format!("the service's threads cannot start: {e}")))?;
    let told = runtime.block_on(async {
        match name {
            "serve" => serving(matches, true, terminal).await?,
            "worker" => serving(matches, false, terminal).await?,
            "migrate" => migrate(matches).await?,
            "jobs" => return jobs(matches).await,
            "users" => users(matches).await?,
            _ => check(matches).await?,
        }
        Ok(ExitCode::SUCCESS)
    });
    match told {
        Ok(code) => Ok(code),
        Err(error) => {
            terminal.error(&error.to_string(), error.kind());
            Ok(ExitCode::from(exit_code(error.kind())))
        }
    }
}

fn config(matches: &ArgMatches) -> Result<Config, ServiceError> {
    Config::read(matches.get_one::<String>("config").map(Path::new), std::env::vars())
}

async fn serving(matches: &ArgMatches, with_api: bool, terminal: &Terminal) -> Told {
    let mut config = config(matches)?;
    if with_api && let Some(listen) = matches.get_one::<String>("listen") {
        config.http.listen.clone_from(listen);
    }
    let settings = config.settings()?;
    let settings = ServeSettings { with_api, ..settings };
    let workers = if settings.workers == 1 { "1 worker".to_owned() } else { format!("{} workers", settings.workers) };
    let (stop, stopped) = watch::channel(false);
    let stopping = terminal.line_of("stopping: requests are answered, jobs are given back (once more to stop at once)");
    tokio::spawn(async move {
        signal().await;
        warn(&stopping);
        // the receivers live as long as the service
        let _ = stop.send(true);
        signal().await;
        std::process::exit(130);
    });
    let shown = config.shown();
    let ready = |address: Option<std::net::SocketAddr>| {
        let address = address.map(|address| format!("http://{address} with ")).unwrap_or_default();
        let tokens = if config.auth.required || !with_api { "" } else { "; no token is asked" };
        let (database, store) = (whole_sqlite(&shown.database.url), whole_path(&shown.store.location));
        terminal
            .tell_line(&format!("{address}{workers}{tokens}; database {database}, products in {store}; Ctrl-C stops"));
    };
    serve(settings, stopped, ready).await
}

/// Ctrl-C or SIGTERM.
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            // Ctrl-C remains
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

/// The database of a service; one that is not there is made where something is to be put into it.
async fn database(matches: &ArgMatches, makes: bool) -> Result<(Config, Database), ServiceError> {
    let config = config(matches)?;
    let url = config.settings()?.database;
    let is_new = !Database::may_be_there(&url);
    if is_new && !makes {
        let place = whole_sqlite(&url);
        let reason = format!(
            "`{place}` is not there: name the service's configuration with --config, or start it; paths that are not whole \
             begin in the folder where a command is called"
        );
        return Err(ServiceError::Config { subject: "database.url".to_owned(), reason });
    }
    let db = Database::connect(&url).await?;
    if !db.is_current().await? {
        db.migrate().await?;
    }
    if is_new {
        warn(&format!("a new database was made: {}", whole_sqlite(&url)));
    }
    Ok((config, db))
}

/// A path from the root, as another folder would have it; an address as it is.
fn whole_path(text: &str) -> String {
    match Location::parse(text) {
        Ok(Location::Local(path)) => std::path::absolute(&path).unwrap_or(path).display().to_string(),
        _ => text.to_owned(),
    }
}

/// The same of the file of SQLite.
fn whole_sqlite(url: &str) -> String {
    match url.strip_prefix("sqlite:") {
        Some(file) => format!("sqlite:{}", whole_path(file.trim_start_matches("//"))),
        None => url.to_owned(),
    }
}

async fn migrate(matches: &ArgMatches) -> Told {
    let (config, db) = database(matches, true).await?;
    let copied = match matches.get_one::<String>("from_tos2ca") {
        Some(address) => Some(copy_history(&db, &tos2ca_address(address, &config)?).await?),
        None => None,
    };
    db.close().await;
    if matches.get_flag("json") {
        let shown = config.shown().database.url;
        return say(&format!("{}\n", json!({ "database": shown, "copied": copied })));
    }
    say(&format!("the tables of {} are current\n", config.shown().database.url))?;
    match copied {
        Some(Copied { users, jobs, outputs, known, left }) => say(&format!(
            "copied from TOS2CA: {users} users, {jobs} jobs, {outputs} products; {known} were known, {left} cannot be \
             copied\n"
        )),
        None => Ok(()),
    }
}

/// The address that is given, or that of the configuration.
fn tos2ca_address(given: &str, config: &Config) -> Result<String, ServiceError> {
    if !given.is_empty() {
        return Ok(given.to_owned());
    }
    config.settings()?.tos2ca.map(|tos2ca| tos2ca.database).ok_or_else(|| {
        let reason = "give the address to --from-tos2ca, or set this key".to_owned();
        ServiceError::Config { subject: "tos2ca.database".to_owned(), reason }
    })
}

fn say(text: &str) -> Told {
    print(text).map_err(ServiceError::Pipeline)
}

async fn jobs(matches: &ArgMatches) -> Result<ExitCode, ServiceError> {
    let is_json = matches.get_flag("json");
    let mut code = ExitCode::SUCCESS;
    let Some((name, matches)) = matches.subcommand() else { return Ok(code) };
    let (config, db) = database(matches, name == "submit").await?;
    let jobs = Jobs::new(db.clone());
    let number = || matches.get_one::<i64>("number").copied().unwrap_or_default();
    match name {
        "submit" => {
            let file = matches.get_one::<String>("job_file").map(String::as_str).unwrap_or_default();
            let stage =
                matches.get_one::<String>("kind").and_then(|kind| JobStage::of(kind)).unwrap_or(JobStage::Phdef);
            let settings = config.settings()?;
            let keys = with_whole_paths(read_job_table(Path::new(file))?)?;
            let request = JobRequest::read(stage, keys, &settings.policy)?;
            let users = Users::new(db.clone());
            let named = matches.get_one::<String>("user");
            let user = match named {
                Some(email) => users.by_email(email).await?,
                None => users.local().await?,
            };
            let mut submission = Submission {
                priority: matches.get_one::<i32>("priority").copied().unwrap_or(0),
                is_public: matches.get_flag("public"),
                most_at_once: settings.limits.jobs_per_user,
                ..Submission::new(user.user_id, request)
            };
            if settings.mail.is_some() && named.is_some() && !matches.get_flag("no_mail") {
                submission = submission.with_mail(&user.email);
            }
            let job = jobs.submit(submission).await?;
            say(&if is_json { format!("{}\n", json!({ "job_id": job })) } else { format!("{job}\n") })?;
        }
        "list" => {
            let limit = matches.get_one::<u32>("limit").copied().unwrap_or(20);
            let users = Users::new(db.clone());
            let of_user = match matches.get_one::<String>("user") {
                Some(email) => Some(users.by_email(email).await?.user_id),
                None => None,
            };
            let statuses = matches.get_many::<String>("status").into_iter().flatten();
            let statuses = statuses.filter_map(|name| JobStatus::of(name)).collect();
            let filter = JobFilter { of_user, statuses, ..JobFilter::default() };
            let page = jobs.list(&filter, limit, 0).await?;
            if is_json {
                say(&format!("{:#}\n", json!({ "jobs": page.jobs, "matched": page.matched })))?;
            } else {
                list_jobs(&page.jobs, &users.list().await?)?;
            }
        }
        "show" => show(&jobs, number()).await?,
        "cancel" => {
            jobs.cancel(number()).await?;
            show(&jobs, number()).await?;
        }
        "retry" => {
            jobs.retry(number()).await?;
            show(&jobs, number()).await?;
        }
        "verify" => {
            let found = verify_job(&jobs, &config.settings()?.worker.stores, number()).await?;
            code = verify::code(verify::tell(&[found], is_json).map_err(ServiceError::Pipeline)?);
        }
        "remove" => {
            let settings = config.settings()?;
            let removed = remove_job(&jobs, &settings.worker.stores, &settings.worker.store, number()).await?;
            say(&format!("job {} is removed: {}\n", removed.job_id, removed.description))?;
        }
        _ => return Err(ServiceError::Internal("the command line let an unknown command pass".to_owned())),
    }
    db.close().await;
    Ok(code)
}

fn list_jobs(jobs: &[JobRecord], users: &[(User, i64)]) -> Told {
    let rows = jobs.iter().map(|job| {
        let user = users.iter().find(|(user, _)| user.user_id == job.user_id);
        let why = job.message.as_deref().filter(|_| job.status == JobStatus::Error).unwrap_or_default();
        vec![
            job.job_id.to_string(),
            job.stage.name().to_owned(),
            job.status.name().to_owned(),
            format!("{} %", job.progress / 10),
            instant(job.submitted),
            user.map(|(user, _)| user.email.clone()).unwrap_or_default(),
            job.description.clone(),
            why.chars().take(80).collect(),
        ]
    });
    say(&table(&["job", "stage", "status", "done", "submitted", "user", "title", "why"], rows))
}

/// Milliseconds since 1970 as a date and a time in UTC, to the second.
fn instant(ms: i64) -> String {
    let seconds = ms.div_euclid(1000) * 1_000_000;
    Timestamp::from_micros(Calendar::ProlepticGregorian, seconds).to_string()
}

/// The workers are elsewhere: what a job file names from the folder of who submits it is named from the root.
fn with_whole_paths(mut keys: Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
    let whole = |text: &mut String| -> Told {
        if let Ok(Location::Local(path)) = Location::parse(text) {
            let failed = |source| ServiceError::Io { action: format!("finding `{text}`"), source };
            // one that leads up is followed, where it is no pattern
            let leads_up = path.components().any(|part| part == Component::ParentDir);
            let whole = match path.canonicalize() {
                Ok(whole) if leads_up => whole,
                _ => std::path::absolute(&path).map_err(failed)?,
            };
            *text = whole.display().to_string();
        }
        Ok(())
    };
    match keys.get_mut("input") {
        Some(Value::String(text)) => whole(text)?,
        Some(Value::Array(texts)) => {
            for text in texts {
                if let Value::String(text) = text {
                    whole(text)?;
                }
            }
        }
        _ => {}
    }
    Ok(keys)
}

async fn show(jobs: &Jobs, number: i64) -> Told {
    let job = jobs.get(number).await?;
    let (outputs, tasks) = (jobs.outputs(number).await?, jobs.tasks(number).await?);
    let notifications = jobs.notifications(number).await?;
    let request: Value = serde_json::from_str(&job.request).unwrap_or_default();
    let mut told = json!(job);
    if let Value::Object(map) = &mut told {
        map.insert("request".to_owned(), request);
        map.insert("tasks".to_owned(), json!(tasks));
        map.insert("notifications".to_owned(), json!(notifications));
        map.insert("products".to_owned(), json!(outputs));
    }
    say(&format!("{told:#}\n"))
}

async fn users(matches: &ArgMatches) -> Told {
    let is_json = matches.get_flag("json");
    let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
    let (_, db) = database(matches, name == "add").await?;
    let users = Users::new(db.clone());
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str).unwrap_or_default();
    match name {
        "add" => {
            let role = if matches.get_flag("admin") { Role::Admin } else { Role::User };
            let user = users.add(text("email"), (text("first"), text("last")), role).await?;
            let told = format!("user {}: {}\n", user.user_id, user.email);
            say(&if is_json { format!("{}\n", json!(user)) } else { told })?;
        }
        "list" => list_users(&users.list().await?, is_json)?,
        "tokens" => {
            let user = users.by_email(text("email")).await?;
            list_tokens(&users.tokens(&user).await?, is_json)?;
        }
        "revoke" => {
            let user = users.by_email(text("email")).await?;
            let revoked = users.revoke(&user, matches.get_one::<String>("label").map(String::as_str)).await?;
            let told = format!("{revoked} tokens of {} revoked\n", user.email);
            say(&if is_json { format!("{}\n", json!({ "revoked": revoked })) } else { told })?;
        }
        "token" => {
            let user = users.by_email(text("email")).await?;
            let token = users.token(&user, text("label"), matches.get_one::<u32>("days").copied()).await?;
            let told = json!({ "token": token.secret, "token_id": token.token_id });
            say(&if is_json { format!("{told}\n") } else { format!("{}\n", token.secret) })?;
        }
        _ => return Err(ServiceError::Internal("the command line let an unknown command pass".to_owned())),
    }
    db.close().await;
    Ok(())
}

fn list_users(users: &[(User, i64)], is_json: bool) -> Told {
    if is_json {
        let of = |(user, tokens): &(User, i64)| {
            let mut told = json!(user);
            told["tokens"] = json!(tokens);
            told
        };
        return say(&format!("{:#}\n", json!({ "users": users.iter().map(of).collect::<Vec<_>>() })));
    }
    let rows = users.iter().map(|(user, tokens)| {
        let role = if user.is_admin() { "admin" } else { "user" };
        let name = format!("{} {}", user.first_name, user.last_name);
        vec![user.user_id.to_string(), user.email.clone(), role.to_owned(), tokens.to_string(), name.trim().to_owned()]
    });
    say(&table(&["user", "email", "role", "tokens", "name"], rows))
}

fn list_tokens(tokens: &[TokenRecord], is_json: bool) -> Told {
    if is_json {
        return say(&format!("{:#}\n", json!({ "tokens": tokens })));
    }
    let rows = tokens.iter().map(|token| {
        let ends = token.expires.map_or_else(|| "never".to_owned(), instant);
        vec![token.token_id.to_string(), token.label.clone(), instant(token.created), ends]
    });
    say(&table(&["token", "label", "made", "ends"], rows))
}

async fn check(matches: &ArgMatches) -> Told {
    let Some((_, matches)) = matches.subcommand() else { return Ok(()) };
    let config = config(matches)?;
    // secrets are fetched, and everything is read as a service would
    let settings = config.settings()?;
    if matches.get_flag("connect") {
        return connect(&settings).await;
    }
    let text = serde_json::to_string_pretty(&config.shown())
        .map_err(|e| ServiceError::Internal(format!("the configuration cannot be shown: {e}")))?;
    say(&format!("{text}\n"))
}

/// Asks what the service needs, and tells how each answered.
async fn connect(settings: &ServeSettings) -> Told {
    let mut first = Ok(());
    for (what, answered) in try_all(settings).await {
        match answered {
            Ok(()) => say(&format!("{what}: it answers\n"))?,
            Err(error) => {
                say(&format!("{what}: {error}\n"))?;
                first = first.and(Err(error));
            }
        }
    }
    first
}
