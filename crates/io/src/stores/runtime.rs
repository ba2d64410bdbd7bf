//! The async runtime behind the sync face.

use std::future::Future;
use std::sync::OnceLock;
use std::sync::mpsc::sync_channel;

use tracing::Instrument;

use crate::{IoError, Result};

/// A tokio runtime that starts when it is first needed, and whose futures can be waited for from any thread, even from
/// one of another runtime (which then blocks).
#[derive(Debug, Default)]
pub(crate) struct Runtime {
    started: OnceLock<std::result::Result<tokio::runtime::Runtime, String>>,
}

impl Runtime {
    fn get(&self) -> Result<&tokio::runtime::Runtime> {
        let start = || {
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .thread_name("eventscape-net")
                .enable_all()
                .build()
                .map_err(|e| e.to_string())
        };
        self.started.get_or_init(start).as_ref().map_err(|reason| internal(reason))
    }

    /// Starts a future beside the caller.
    pub(crate) fn spawn<T, F>(&self, future: F) -> Result<tokio::task::JoinHandle<T>>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        Ok(self.get()?.spawn(future.in_current_span()))
    }

    /// Runs a future on the runtime and waits for it.
    pub(crate) fn wait<T, F>(&self, future: F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let (sender, receiver) = sync_channel(1);
        let answered = async move {
            // the receiver waits below; it is gone only if its thread is
            let _ = sender.send(future.await);
        };
        // lines of logs name the job that the caller is at
        self.get()?.spawn(answered.in_current_span());
        receiver.recv().unwrap_or_else(|_| Err(internal("a network task ended without a result")))
    }
}

fn internal(reason: &str) -> IoError {
    IoError::Io {
        action: "starting",
        location: "the network threads".to_owned(),
        source: std::io::Error::other(reason.to_owned()),
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // a plain drop would wait for the threads, which tokio forbids inside async code
        if let Some(Ok(runtime)) = self.started.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_works_inside_another_runtime() {
        let outer = tokio::runtime::Builder::new_current_thread().build().unwrap();
        outer.block_on(async {
            let inner = Runtime::default();
            assert_eq!(inner.wait(async { Ok(7) }).unwrap(), 7);
        });
    }

    #[test]
    fn a_panic_of_a_task_is_an_error() {
        let runtime = Runtime::default();
        let failed: Result<()> = runtime.wait(async { panic!("a fault") });
        assert!(failed.is_err());
    }
}
