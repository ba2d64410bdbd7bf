//! The API and workers in one process.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;

use eventscape_io::stores::Location;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};

use crate::database::Database;
use crate::error::{Result, ServiceError};
use crate::events::Events;
use crate::http::{self, App, Documents, Limits, Metrics, Origins, Rates, Streams, router};
use crate::jobs::{Jobs, Policy};
use crate::notify::{MailSettings, Notifier};
use crate::probe::{missing_inputs, try_store};
use crate::tos2ca::{Bridge, Tos2caSettings};
use crate::users::Users;
use crate::worker::{Worker, WorkerSettings};

/// What a service runs with.
#[derive(Clone, Debug)]
pub struct ServeSettings {
    /// Address of the database.
    pub database: String,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether the API is served; without, workers alone.
    pub with_api: bool,
    /// Where the API is reached from outside, if that differs.
    pub public_address: Option<String>,
    /// Whether requests need a token.
    pub needs_token: bool,
    /// Which files jobs may read.
    pub policy: Policy,
    /// Workers of this process; 0 for the API alone.
    pub workers: usize,
    /// How they work.
    pub worker: WorkerSettings,
    /// What requests may cost.
    pub limits: Limits,
    /// Other sites whose pages may use the API.
    pub origins: Origins,
    /// How mail is sent, if it is.
    pub mail: Option<MailSettings>,
    /// The TOS2CA database that is served, if there is one.
    pub tos2ca: Option<Tos2caSettings>,
}

/// An address that other machines reach needs authentication, also where a proxy stands before it.
pub(crate) fn check_is_here(address: SocketAddr, public: Option<&str>, needs_token: bool) -> Result<()> {
    if needs_token {
        return Ok(());
    }
    if let Some(public) = public.filter(|public| !is_of_this_machine(public)) {
        let why = format!("{public} is reached from other machines; set `auth.required = true`, or leave it out");
        return Err(ServiceError::config("http.public_address", why));
    }
    if address.ip().is_loopback() {
        return Ok(());
    }
    let why = format!("{address} is reached from other machines; set `auth.required = true`, or listen on 127.0.0.1");
    Err(ServiceError::config("http.listen", why))
}

/// A folder for products that cannot be written does not mend itself. A bucket that does not answer may: it is not waited for.
async fn check_places(settings: &ServeSettings) -> Result<()> {
    if let Some(missing) = missing_inputs(settings) {
        tracing::warn!("{missing}");
    }
    let asked = try_store(&settings.worker);
    if !Location::parse(&settings.worker.store).is_ok_and(|place| place.is_remote()) {
        return asked.await;
    }
    tokio::spawn(async move {
        if let Err(error) = asked.await {
            tracing::warn!("{error}; jobs wait until it does");
        }
    });
    Ok(())
}

/// Whether the host of an address is this machine's own name for itself.
fn is_of_this_machine(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| url.host_str().is_some_and(is_own_name))
}

/// Whether a host is `localhost`, or an address of the loopback device.
pub(crate) fn is_own_name(host: &str) -> bool {
    let ip = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// Runs until `stop` says so: no more requests are taken, those at work are answered, jobs are given back. `ready` hears
/// the address once all is up.
///
/// # Errors
/// A database that does not answer; an address that is taken; an open address without authentication.
pub async fn serve(
    settings: ServeSettings,
    stop: watch::Receiver<bool>,
    ready: impl FnOnce(Option<SocketAddr>),
) -> Result<()> {
    let address = settings.listen;
    if settings.with_api {
        check_is_here(address, settings.public_address.as_deref(), settings.needs_token)?;
    } else if settings.workers == 0 && settings.tos2ca.is_none() {
        return Err(ServiceError::config("worker.count", "it is 0: there is nothing to do for this process"));
    }
    check_places(&settings).await?;
    let db = Database::connect(&settings.database).await?;
    if !db.is_current().await? {
        db.migrate().await?;
    }
    let (jobs, users) = (Jobs::new(db.clone()), Users::new(db.clone()));
    let bell = Arc::new(Notify::new());
    let mut workers: Vec<_> = (0..settings.workers)
        .map(|k| tokio::spawn(Worker::new(jobs.clone(), settings.worker.clone(), bell.clone(), k).run(stop.clone())))
        .collect();
    if let Some(tos2ca) = settings.tos2ca {
        workers.push(tokio::spawn(Bridge::new(jobs.clone(), tos2ca, bell.clone())?.run(stop.clone())));
    }
    let listening = |source: std::io::Error| match source.kind() {
        ErrorKind::AddrInUse => {
            let why = format!("another program listens on {address}; choose another address, with --listen");
            ServiceError::config("http.listen", why)
        }
        _ => ServiceError::Io { action: format!("listening on {address}"), source },
    };
    let listener = match settings.with_api {
        true => Some(TcpListener::bind(address).await.map_err(listening)?),
        false => None,
    };
    let bound = listener.as_ref().map(TcpListener::local_addr).transpose().map_err(listening)?;
    let seen_as = settings
        .public_address
        .map_or_else(|| format!("http://{}", bound.unwrap_or(address)), |a| a.trim_end_matches('/').to_owned());
    // workers alone tell of the ends of jobs, too
    let documents = Documents { address: seen_as.clone() };
    workers.push(tokio::spawn(Notifier::new(jobs.clone(), documents, settings.mail.as_ref())?.run(stop.clone())));
    ready(bound);
    if let Some(listener) = listener {
        let limits = settings.limits.clone();
        let app = App {
            jobs,
            users,
            needs_token: settings.needs_token,
            policy: settings.policy,
            events: Events::new(settings.worker.stores.clone()),
            stores: settings.worker.stores.clone(),
            store: settings.worker.store.clone(),
            rates: Rates::per_minute(limits.requests_per_minute),
            streams: Streams::new(&limits),
            origins: settings.origins,
            metrics: Metrics::default(),
            address: seen_as,
            bell,
            limits: settings.limits,
            sends_mail: settings.mail.is_some(),
            stop: stop.clone(),
        };
        http::serve(listener, router(app), &limits, stop).await;
    }
    for worker in workers {
        if worker.await.is_err() {
            tracing::error!("a worker broke down");
        }
    }
    db.close().await;
    Ok(())
}
