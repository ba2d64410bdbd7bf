//! Whether what a service needs is there and lets it in.

use eventscape_io::cache::SceneKey;
use eventscape_io::sink::Sink;
use eventscape_io::stores::Location;

use crate::database::Database;
use crate::error::{Result, ServiceError};
use crate::events::blocking;
use crate::notify::try_mail;
use crate::serve::ServeSettings;
use crate::tos2ca::try_tos2ca;
use crate::worker::WorkerSettings;

/// Asks all that a service needs, one after the other: what it is, and how that went. Nothing is changed, but for the folders of SQLite
/// and of the store, which are made.
pub async fn try_all(settings: &ServeSettings) -> Vec<(&'static str, Result<()>)> {
    let mut told = vec![
        ("database", try_database(&settings.database).await),
        ("store", try_store(&settings.worker).await),
        ("inputs", missing_inputs(settings).map_or(Ok(()), Err)),
    ];
    if let Some(cache) = settings.worker.cache.clone() {
        let asked = blocking(move || cache.contains(&SceneKey::of(&[("probe", "1")])).map_err(ServiceError::from));
        told.push(("cache", asked.await.map(|_| ())));
    }
    if let Some(mail) = &settings.mail {
        told.push(("mail", try_mail(mail).await));
    }
    if let Some(tos2ca) = &settings.tos2ca {
        told.push(("tos2ca", try_tos2ca(&tos2ca.database).await));
    }
    told
}

async fn try_database(url: &str) -> Result<()> {
    let db = Database::connect(url).await?;
    let asked = db.now().await.map(|_| ());
    db.close().await;
    asked
}

/// Whether the place of all jobs' folders can be written, of a folder; asked, of a bucket.
pub(crate) fn try_store(settings: &WorkerSettings) -> impl Future<Output = Result<()>> + Send + use<> {
    let (stores, place) = (settings.stores.clone(), settings.store.clone());
    blocking(move || {
        let location = Location::parse(&place).map_err(ServiceError::Store)?;
        let sink = Sink::open(&stores, &location, "").map_err(ServiceError::Store)?;
        sink.exists("probe").map(|_| ()).map_err(ServiceError::Store)
    })
}

/// The first folder that jobs may read and that is not there.
pub(crate) fn missing_inputs(settings: &ServeSettings) -> Option<ServiceError> {
    let is_missing =
        |root: &str| Location::parse(root).is_ok_and(|place| place.local_path().is_some_and(|p| !p.exists()));
    let missing = settings.policy.inputs.iter().find(|root| is_missing(root))?;
    Some(ServiceError::config("inputs.allow", format!("`{missing}` is not there; jobs cannot read anything below it")))
}
