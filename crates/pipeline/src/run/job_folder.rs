//! Where a job's products go and where its unfinished work lies.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use eventscape_core::Timestamp;
use eventscape_io::sink::{Sink, SinkLock};
use eventscape_io::spool::{Spool, SpoolReader};
use eventscape_io::stores::Location;
use eventscape_io::{IoError, sink::ProductFile};
use eventscape_products::{Artifact, Product, listed_files, manifest_name};
use serde::{Deserialize, Serialize};

use super::chunk_folder::{CHUNKS, SPOOL};
use super::environment::Environment;
use crate::error::{PipelineError, Result};

const WORK_FOLDER: &str = ".work";
/// A temporary spool moves from memory to a file above so many bytes.
const SPOOL_MEMORY: usize = 64 << 20;

/// The products of an unfinished run, so that a rerun makes none twice.
#[derive(Default, Serialize, Deserialize)]
struct Ledger {
    key: String,
    products: Vec<Artifact>,
}

/// Whether a job's folder on this machine holds unfinished work and no manifest yet.
pub(crate) fn is_unfinished(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let has_manifest = entries.into_iter().any(|e| e.file_name().to_string_lossy().ends_with("-Manifest.json"));
    folder.join(WORK_FOLDER).is_dir() && !has_manifest
}

/// A job's folder, held by this process alone.
pub(crate) struct JobFolder {
    sink: Sink,
    job_id: u64,
    /// Folder of unfinished work, where the job's folder is on this machine.
    work: Option<PathBuf>,
    ledger: Mutex<Ledger>,
    _lock: SinkLock,
}

/// What lies in the folder already.
pub(crate) enum Earlier {
    /// Nothing, or an unfinished run.
    Nothing,
    /// This very job, complete, with at least the wanted products.
    Complete(Vec<Artifact>),
}

impl JobFolder {
    /// Opens `<out>/<job id>/`. `key` tells the job and what is wanted of it.
    pub(crate) fn open(env: &Environment<'_>, out: &str, job_id: u64, key: &str) -> Result<Self> {
        let location = Location::parse(out)?;
        let sink = Sink::open(&env.stores, &location, &job_id.to_string())?;
        let lock = env.lock(&sink)?;
        let work = location.join(&job_id.to_string()).local_path().map(|p| p.join(WORK_FOLDER));
        let mut ledger = Ledger { key: key.to_owned(), products: Vec::new() };
        if let Some(folder) = &work {
            std::fs::create_dir_all(folder).map_err(|source| failed("making", folder, source))?;
            let path = ledger_path(folder);
            if let Ok(text) = std::fs::read(&path)
                && let Ok(earlier) = serde_json::from_slice::<Ledger>(&text)
                && earlier.key == key
            {
                ledger = earlier;
            }
        }
        Ok(Self { sink, job_id, work, ledger: Mutex::new(ledger), _lock: lock })
    }

    pub(crate) fn location(&self) -> &str {
        self.sink.location()
    }

    /// Looks for an earlier run: this job's own complete one, or another job's, which is refused, or removed with
    /// `overwrite`.
    pub(crate) fn earlier(&self, key: &str, wanted: &[String], overwrite: bool) -> Result<Earlier> {
        let name = manifest_name(self.job_id);
        if !self.sink.exists(&name)? {
            if overwrite {
                self.forget()?;
            }
            return Ok(Earlier::Nothing);
        }
        let manifest = self.sink.read(&name)?;
        let listed = listed_files(&manifest).unwrap_or_default();
        if overwrite {
            // the manifest first: what it lists is not there any more from then on
            self.sink.remove(&name)?;
            for file in &listed {
                self.sink.remove(&file.name)?;
            }
            self.forget()?;
            return Ok(Earlier::Nothing);
        }
        if manifest_key(&manifest).as_deref() != Some(key) {
            return Err(PipelineError::State(format!(
                "`{}` holds the products of another job; choose another --job-id or --out, or replace them with --overwrite",
                self.sink.location()
            )));
        }
        let mut stored = Vec::new();
        for file in &listed {
            if self.sink.size(&file.name)? == Some(file.size) {
                stored.push(file.clone());
            }
        }
        // a manifest that lists what is not there any more is written anew
        let is_complete = stored.len() == listed.len() && wanted.iter().all(|w| stored.iter().any(|s| s.name == *w));
        if !is_complete {
            // the same job with more products: those that are there count as done
            let mut ledger = self.lock();
            for product in stored {
                if !ledger.products.iter().any(|p| p.name == product.name) {
                    ledger.products.push(product);
                }
            }
            return Ok(Earlier::Nothing);
        }
        Ok(Earlier::Complete(stored))
    }

    /// A product that an earlier, unfinished run has made, if it is still as it was.
    pub(crate) fn done(&self, name: &str) -> Result<Option<Artifact>> {
        let found = self.lock().products.iter().find(|p| p.name == name).cloned();
        match found {
            Some(product) if self.sink.size(name)? == Some(product.size) => Ok(Some(product)),
            _ => Ok(None),
        }
    }

    pub(crate) fn create(&self, name: &str) -> std::result::Result<ProductFile, IoError> {
        self.sink.create(name)
    }

    /// Gives a file of a product its name and notes that it is done; `moment` is the time that it shows and that time in its
    /// name, where it shows one.
    pub(crate) fn keep(
        &self,
        file: ProductFile,
        product: &Product,
        moment: Option<(Timestamp, &str)>,
    ) -> Result<Artifact> {
        let file = file.commit(product.media_type)?;
        let stored = Artifact {
            stamp: moment.map(|(_, stamp)| stamp.to_owned()),
            time: moment.map(|(time, _)| time),
            ..Artifact::new(product, file.name, file.size, file.sha256)
        };
        let mut ledger = self.lock();
        ledger.products.retain(|p| p.name != stored.name);
        ledger.products.push(stored.clone());
        if let Some(folder) = &self.work {
            let text = serde_json::to_vec(&*ledger)
                .map_err(|e| PipelineError::Internal(format!("the list of products cannot be written down: {e}")))?;
            let path = ledger_path(folder);
            let new = path.with_extension("new");
            std::fs::write(&new, text)
                .and_then(|()| std::fs::rename(&new, &path))
                .map_err(|source| failed("writing", &path, source))?;
        }
        Ok(stored)
    }

    /// Gives the manifest its name once the products that it lists are on the disk.
    pub(crate) fn finish(&self, manifest: ProductFile) -> Result<Artifact> {
        const MEDIA_TYPE: &str = "application/geo+json";
        self.sink.sync()?;
        let file = manifest.commit_to_disk(MEDIA_TYPE)?;
        Ok(Artifact {
            name: file.name,
            product: "manifest".to_owned(),
            title: "The job's files, with checksums and provenance (STAC)".to_owned(),
            media_type: MEDIA_TYPE.to_owned(),
            roles: vec!["metadata".to_owned()],
            size: file.size,
            sha256: file.sha256,
            stamp: None,
            time: None,
        })
    }

    /// The spool of the whole job: continued where there is one on this machine, temporary otherwise.
    pub(crate) fn spool(&self, header: &[u8]) -> Result<Spool> {
        Ok(match &self.work {
            Some(folder) => Spool::resume_file(&folder.join(SPOOL), header)?,
            None => Spool::create(None, SPOOL_MEMORY),
        })
    }

    /// The spool of this very job that an earlier run has finished.
    pub(crate) fn finished_spool(&self, header: &[u8]) -> Option<SpoolReader> {
        let path = self.work.as_ref()?.join(SPOOL);
        SpoolReader::open(&path).ok().filter(|s| s.header() == header)
    }

    /// Removes what was only needed while the job ran.
    pub(crate) fn tidy(&self) -> Result<()> {
        if let Some(folder) = &self.work {
            remove_folder(folder)?;
        }
        Ok(())
    }

    fn forget(&self) -> Result<()> {
        self.lock().products.clear();
        if let Some(folder) = &self.work {
            remove_folder(folder)?;
            std::fs::create_dir_all(folder).map_err(|source| failed("making", folder, source))?;
            if let Some(job) = folder.parent() {
                remove_folder(&job.join(CHUNKS))?;
            }
            return Ok(());
        }
        let chunks = format!("{CHUNKS}/");
        for name in self.sink.list()?.iter().filter(|name| name.starts_with(&chunks)) {
            self.sink.remove(name)?;
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove_folder(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(failed("removing", folder, source)),
        _ => Ok(()),
    }
}

fn ledger_path(folder: &Path) -> PathBuf {
    folder.join("products.json")
}

fn manifest_key(manifest: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(manifest).ok()?;
    let options = value.get("properties")?.get("eventscape:job")?.get("options")?;
    options.get("key")?.as_str().map(str::to_owned)
}

fn failed(action: &'static str, path: &Path, source: std::io::Error) -> PipelineError {
    PipelineError::Io(IoError::Io { action, location: path.display().to_string(), source })
}
