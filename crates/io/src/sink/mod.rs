//! The sink: where products go. A product is complete under its name, or it is not there.
//!
//! A [`Sink`] is the folder of one job, on this machine or in a bucket. [`Sink::create`] gives a [`ProductFile`] to write
//! to; [`ProductFile::commit`] puts it under its name and tells its size and SHA-256, which the manifest lists. Dropped
//! without commit it leaves nothing. [`Sink::lock`] keeps two runs from one folder.

mod local;
mod lock;
mod name;
mod object;
mod product;

use std::path::{Path, PathBuf};

use crate::stores::{Location, Stores};
use crate::{IoError, Result};

use local::Folder;
use object::Prefix;

pub use lock::SinkLock;
pub use product::{ProductFile, StoredProduct};

/// Names of files of ours that are no products begin with this.
const OURS: &str = ".eventscape-";
/// Names of files that are being written end in this.
const UNFINISHED: &str = ".part";

/// The folder of one job's products.
#[derive(Clone, Debug)]
pub struct Sink {
    place: Place,
    location: String,
}

#[derive(Clone, Debug)]
enum Place {
    Folder(Folder),
    Prefix(Prefix),
}

impl Sink {
    /// The folder `job_folder` inside a location (empty: the location itself); a local one is made where it is missing, and
    /// tried, so that a job does not compute for an hour what it cannot write. Of a bucket nothing is asked yet.
    ///
    /// # Errors
    /// [`IoError::Location`] for a path that is no folder, or a web address; [`IoError::Denied`] and [`IoError::Full`]
    /// where nothing can be written.
    pub fn open(stores: &Stores, location: &Location, job_folder: &str) -> Result<Self> {
        if !job_folder.is_empty() {
            name::check(job_folder, &location.to_string())?;
        }
        let inside = location.join(job_folder);
        let shown = inside.to_string();
        let place = match &inside {
            Location::Local(path) => Place::Folder(Folder::open(path)?),
            Location::Object { bucket, key } => Place::Prefix(Prefix::new(stores, stores.bucket(bucket)?, key)),
            Location::Http(_) => {
                return Err(IoError::Location {
                    location: shown,
                    reason:
                        "products cannot be put on a web server; give a folder or s3://bucket/prefix (gs://, az://)"
                            .to_owned(),
                });
            }
        };
        Ok(Self { place, location: shown })
    }

    /// The folder as the user would write it.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The path of a product, where the folder is one of this machine.
    #[must_use]
    pub fn path_of(&self, name: &str) -> Option<PathBuf> {
        match &self.place {
            Place::Folder(folder) if name::check(name, &self.location).is_ok() => Some(folder.path(name)),
            _ => None,
        }
    }

    /// Begins a product. `name` is one part, or parts joined by `/`; no part begins with a dot.
    ///
    /// # Errors
    /// [`IoError::Location`] for a name that is not allowed; [`IoError::Locked`] where another run has taken the lock of a
    /// bucket's folder over from this one; failures to make the file.
    pub fn create(&self, name: &str) -> Result<ProductFile> {
        name::check(name, &self.location)?;
        match &self.place {
            Place::Folder(folder) => folder.create(name),
            Place::Prefix(prefix) => prefix.create(name),
        }
    }

    /// Whether a product of this name is there.
    ///
    /// # Errors
    /// A name that is not allowed; failures to ask.
    pub fn exists(&self, name: &str) -> Result<bool> {
        Ok(self.size(name)?.is_some())
    }

    /// The size of a product in bytes, or `None` where it is not there.
    ///
    /// # Errors
    /// As [`Sink::exists`].
    pub fn size(&self, name: &str) -> Result<Option<u64>> {
        name::check(name, &self.location)?;
        match &self.place {
            Place::Folder(folder) => folder.size(name),
            Place::Prefix(prefix) => prefix.size(name),
        }
    }

    /// The bytes of a product.
    ///
    /// # Errors
    /// [`IoError::NotFound`]; otherwise as [`Sink::exists`].
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        name::check(name, &self.location)?;
        match &self.place {
            Place::Folder(folder) => folder.read(name),
            Place::Prefix(prefix) => prefix.read(name),
        }
    }

    /// Removes a product; one that is not there is no error.
    ///
    /// # Errors
    /// As [`Sink::exists`].
    pub fn remove(&self, name: &str) -> Result<()> {
        name::check(name, &self.location)?;
        match &self.place {
            Place::Folder(folder) => folder.remove(name),
            Place::Prefix(prefix) => prefix.remove(name),
        }
    }

    /// The names of all products, in ascending order; unfinished ones and the lock are none.
    ///
    /// # Errors
    /// Failures to list.
    pub fn list(&self) -> Result<Vec<String>> {
        let mut names = match &self.place {
            Place::Folder(folder) => folder.list()?,
            Place::Prefix(prefix) => prefix.list()?,
        };
        names.retain(|name| name::check(name, &self.location).is_ok());
        names.sort();
        Ok(names)
    }

    /// Removes the folder with all that lies in it; one that is not there is no error.
    ///
    /// # Errors
    /// [`IoError::Locked`] where a run on this machine has a local folder; failures to list or to remove.
    pub fn clear(&self) -> Result<()> {
        match &self.place {
            Place::Folder(folder) => folder.clear(&self.location),
            Place::Prefix(prefix) => prefix.clear(),
        }
    }

    /// Waits until all products are on the disk, so that they outlive a crash of the machine: to be called once, before the
    /// manifest that lists them is committed to the disk ([`ProductFile::commit_to_disk`]). Each product by itself would cost a
    /// wait each.
    ///
    /// # Errors
    /// Failures of the disk.
    pub fn sync(&self) -> Result<()> {
        match &self.place {
            Place::Folder(folder) => folder.sync(),
            Place::Prefix(_) => Ok(()),
        }
    }

    /// Takes the folder for this run until the lock is dropped.
    ///
    /// The lock of a local folder ends with the process, however it ends. That of a bucket is an object that is renewed every
    /// minute, and is taken over when it has not been for ten; who finds that out writes nothing more.
    ///
    /// # Errors
    /// [`IoError::Locked`] where another run has it, and who that is.
    pub fn lock(&self) -> Result<SinkLock> {
        match &self.place {
            Place::Folder(folder) => folder.lock(&self.location),
            Place::Prefix(prefix) => prefix.lock(&self.location, false),
        }
    }

    /// As [`Sink::lock`], for a run that was given the job by someone who knows that no other has it: the lock of a bucket,
    /// which a run that died has left, is taken over at once.
    ///
    /// # Errors
    /// As [`Sink::lock`]: the run that holds a local folder is alive, whatever is known of it.
    pub fn take_over(&self) -> Result<SinkLock> {
        match &self.place {
            Place::Folder(folder) => folder.lock(&self.location),
            Place::Prefix(prefix) => prefix.lock(&self.location, true),
        }
    }
}

/// Whether the name of a file says that it is an unfinished product of ours.
fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
    name.starts_with(OURS) && name.ends_with(UNFINISHED)
}
