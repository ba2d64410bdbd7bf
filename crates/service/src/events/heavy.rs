//! Reads that take memory and time: a few at once, and each is given up soon after nobody waits for it any more.

use std::sync::Arc;
use std::time::Duration;

use eventscape_pipeline::Cancel;
use tokio::sync::Semaphore;

use super::blocking;
use crate::error::{Result, ServiceError};

/// Such reads at once.
const AT_ONCE: usize = 4;
/// How long a further one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// The places for such reads.
#[derive(Clone)]
pub(crate) struct Heavy {
    places: Arc<Semaphore>,
    patience: Duration,
}

/// Whether somebody still waits for what is read.
#[derive(Clone, Default)]
pub(crate) struct Wanted(Cancel);

/// Says that nobody waits any more when it is dropped.
struct Waiting(Wanted);

impl Default for Heavy {
    fn default() -> Self {
        Self::new(AT_ONCE, PATIENCE)
    }
}

impl Heavy {
    fn new(at_once: usize, patience: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once)), patience }
    }

    /// Reads something, away from the threads that answer requests. It keeps its place until it ends, also where this future is
    /// dropped before.
    ///
    /// # Errors
    /// [`ServiceError::Busy`] where there is no place for it; what the work says.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Wanted) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let busy = || ServiceError::Busy("too much is read at once; try again in a moment".to_owned());
        let place = tokio::time::timeout(self.patience, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| busy())?.map_err(|_| busy())?;
        let waiting = Waiting(Wanted::default());
        let wanted = waiting.0.clone();
        let read = blocking(move || {
            let _place = place;
            wanted.check()?;
            work(&wanted)
        });
        let done = read.await;
        drop(waiting);
        done
    }
}

impl Wanted {
    /// Of something that nobody waits for.
    #[cfg(test)]
    pub(crate) fn by_nobody() -> Self {
        let nobody = Self::default();
        nobody.0.cancel();
        nobody
    }

    /// The same for what can be stopped.
    pub(crate) fn cancel(&self) -> &Cancel {
        &self.0
    }

    /// Ends the work where nobody waits for it.
    pub(crate) fn check(&self) -> Result<()> {
        if self.0.is_cancelled() { Err(ServiceError::Abandoned) } else { Ok(()) }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_read_that_nobody_waits_for_is_given_up_and_keeps_its_place_until_then() {
        let heavy = Heavy::new(1, Duration::from_millis(1));
        let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
        let (ended, has_ended) = mpsc::channel();
        let own = heavy.clone();
        let asked = tokio::spawn(async move {
            own.read(move |wanted| {
                wanted.check()?;
                begun.send(()).unwrap();
                may_go_on.recv().unwrap();
                ended.send(wanted.check().is_err()).unwrap();
                wanted.check()
            })
            .await
        });
        let begins = tokio::task::spawn_blocking(move || has_begun.recv().unwrap());
        begins.await.unwrap();
        assert!(matches!(heavy.read(|_| Ok(())).await, Err(ServiceError::Busy(_))));
        asked.abort();
        assert!(asked.await.unwrap_err().is_cancelled());
        // it is at work all the same
        assert!(matches!(heavy.read(|_| Ok(())).await, Err(ServiceError::Busy(_))));
        go_on.send(()).unwrap();
        assert!(tokio::task::spawn_blocking(move || has_ended.recv().unwrap()).await.unwrap(), "it was told to end");
        while heavy.read(|_| Ok(())).await.is_err() {
            tokio::task::yield_now().await;
        }
    }
}
