//! All stores that a job talks to, behind one sync face.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use eventscape_formats::Format;
use tokio::sync::Semaphore;

use super::bucket::{Bucket, BucketObject, version_of};
use super::clouds::{self, OfDaac};
use super::expand;
use super::location::{BucketName, Cloud, HttpUrl, Location};
use super::options::StoreOptions;
use super::remote::RemoteFile;
use super::remote_directory::BucketDirectory;
use super::runtime::Runtime;
use super::traffic::{Traffic, TrafficCount};
use super::web::{self, WebClient, WebFile};
use crate::credentials::{Daac, Session, TemporaryKeys};
use crate::{IoError, Result};
use eventscape_formats::{ByteSource, LocalFile};
use eventscape_formats::{DirectorySource, LocalDirectory};

/// A file or object of a listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Where it is.
    pub location: Location,
    /// Length in bytes.
    pub size: u64,
}

/// What tells one state of a file or object from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Length in bytes.
    pub size: u64,
    /// A text that changes when the bytes do, see [`ByteSource::version`].
    pub version: String,
}

/// Opens files of this machine, of buckets (S3, Google, Azure) and of web servers. Cheap to clone; clones share connections, the runtime (which
/// starts with the first remote access) and the counts of traffic.
///
/// Its methods block, and may be called from any thread.
#[derive(Clone)]
pub struct Stores {
    inner: Arc<Inner>,
}

struct Inner {
    options: Arc<StoreOptions>,
    runtime: Arc<Runtime>,
    traffic: Arc<Traffic>,
    in_flight: Arc<Semaphore>,
    buckets: Mutex<HashMap<BucketName, Bucket>>,
    web: Mutex<Option<reqwest::Client>>,
    earthdata: Mutex<EarthdataState>,
}

/// What is known of the Earthdata login, once it was looked for.
#[derive(Default)]
struct EarthdataState {
    session: Option<Option<Arc<Session>>>,
    /// By the address that gives them: one host may give keys for several sets of buckets.
    keys: HashMap<String, Arc<TemporaryKeys>>,
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").field("options", &self.inner.options).finish_non_exhaustive()
    }
}

impl Default for Stores {
    fn default() -> Self {
        Self::new(StoreOptions::default())
    }
}

impl Stores {
    /// Stores reached as the options say; what they leave open comes from the environment.
    #[must_use]
    pub fn new(options: StoreOptions) -> Self {
        Self {
            inner: Arc::new(Inner {
                in_flight: Arc::new(Semaphore::new(options.concurrency.clamp(1, 1024))),
                options: Arc::new(options),
                runtime: Arc::default(),
                traffic: Arc::default(),
                buckets: Mutex::default(),
                web: Mutex::default(),
                earthdata: Mutex::default(),
            }),
        }
    }

    /// The formats that granules of these stores may have.
    #[must_use]
    pub fn formats(&self) -> &'static [&'static Format] {
        self.inner.options.formats
    }

    /// What went over the network so far.
    #[must_use]
    pub fn traffic(&self) -> TrafficCount {
        self.inner.traffic.count()
    }

    /// Opens a file or object for reading. Of a remote one the first block is fetched, whose answer tells the size.
    ///
    /// # Errors
    /// [`IoError::NotFound`], [`IoError::Denied`], [`IoError::Remote`] (no answer in time, or a broken one).
    pub fn open(&self, location: &Location) -> Result<Arc<dyn ByteSource>> {
        let inner = &self.inner;
        let fetch: Arc<dyn super::remote::Fetch> = match location {
            Location::Local(path) => return Ok(Arc::new(LocalFile::open(path)?)),
            Location::Object { bucket, key } if !key.is_empty() => {
                Arc::new(BucketObject { bucket: self.bucket(bucket)?, key: key.clone() })
            }
            Location::Object { .. } => {
                return Err(IoError::Location {
                    location: location.to_string(),
                    reason:
                        "it is a bucket, not an object; name one, or give a pattern such as s3://bucket/folder/*.nc"
                            .to_owned(),
                });
            }
            Location::Http(url) => Arc::new(WebFile::new(
                self.web_client(url)?,
                url.clone(),
                Arc::clone(&inner.traffic),
                Arc::clone(&inner.options),
            )),
        };
        let file = RemoteFile::open(
            location.to_string(),
            fetch,
            Arc::clone(&inner.runtime),
            Arc::clone(&inner.in_flight),
            &inner.options,
        )?;
        Ok(Arc::new(file))
    }

    /// The size and version of a file or object, without reading it (of a web address the first block is fetched, because
    /// not every server answers otherwise).
    ///
    /// # Errors
    /// As [`Stores::open`].
    pub fn stat(&self, location: &Location) -> Result<Stat> {
        if let Location::Object { bucket, key } = location
            && !key.is_empty()
        {
            let (bucket, asked) = (self.bucket(bucket)?, key.clone());
            let meta = self.inner.runtime.wait(async move { bucket.head(&asked).await })?;
            let meta = meta.ok_or_else(|| IoError::NotFound { location: location.to_string() })?;
            return Ok(Stat { size: meta.size, version: version_of(&meta).unwrap_or_default() });
        }
        let source = self.open(location)?;
        Ok(Stat { size: source.len(), version: source.version() })
    }

    /// Opens a folder, which a Zarr store is. Of a bucket's folder nothing is asked yet.
    ///
    /// # Errors
    /// [`IoError::NotFound`] for a local folder that is not there; [`IoError::Unsupported`] for a web server, which
    /// cannot list.
    pub fn open_directory(&self, location: &Location) -> Result<Arc<dyn DirectorySource>> {
        match location {
            Location::Local(path) => Ok(Arc::new(LocalDirectory::open(path)?)),
            Location::Object { bucket, key } => Ok(Arc::new(BucketDirectory::new(
                self.bucket(bucket)?,
                key.trim_end_matches('/'),
                Arc::clone(&self.inner.runtime),
                Arc::clone(&self.inner.in_flight),
                Arc::clone(&self.inner.options),
            ))),
            Location::Http(_) => Err(IoError::Unsupported {
                location: location.to_string(),
                feature: "a folder of a web server (a Zarr store there)".to_owned(),
            }),
        }
    }

    /// Turns files, patterns and folders into locations: sorted, each once.
    ///
    /// A pattern may hold `*`, `?`, `[…]` and `**` (any number of folders). A folder stands for the files directly in it
    /// that are not hidden, except that a Zarr store (its name ends in `.zarr`, or it holds a Zarr document) stands for
    /// itself; the same goes for the prefix of a bucket. Web addresses are taken as they are.
    ///
    /// # Errors
    /// [`IoError::NotFound`] names the pattern that nothing matches; [`IoError::Location`] the one that cannot be
    /// understood.
    pub fn expand(&self, patterns: &[String]) -> Result<Vec<Location>> {
        let mut found = Vec::new();
        for pattern in patterns {
            found.extend(expand::expand(self, pattern)?);
        }
        found.sort();
        found.dedup();
        Ok(found)
    }

    /// All files below a folder or prefix, at any depth, by ascending location. Empty where there is none.
    ///
    /// # Errors
    /// [`IoError::Unsupported`] for a web server; a failed listing.
    pub fn list(&self, prefix: &Location) -> Result<Vec<Listed>> {
        expand::list(self, prefix)
    }

    pub(crate) fn bucket(&self, name: &BucketName) -> Result<Bucket> {
        let mut buckets = self.inner.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(name) {
            return Ok(bucket.clone());
        }
        let (options, traffic) = (&self.inner.options, &self.inner.traffic);
        let daac = options.earthdata.daac_of(&name.name).filter(|_| name.cloud == Cloud::S3);
        let bucket = match daac {
            None => clouds::open(name, options, traffic)?,
            Some(daac) => match self.earthdata()? {
                Some(session) => clouds::open_of_daac(name, options, traffic, self.keys_of(daac, session))?,
                // the AWS keys of the environment may be good for it, too
                None => clouds::open(name, options, traffic)?.without_login_to(&daac.name),
            },
        };
        buckets.insert(name.clone(), bucket.clone());
        Ok(bucket)
    }

    /// The keys of a centre's buckets: one set for all of its address.
    fn keys_of(&self, daac: &Daac, session: Arc<Session>) -> OfDaac {
        let mut state = self.inner.earthdata.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(TemporaryKeys::new(daac.clone(), session, self.inner.options.first_pause));
        let keys = Arc::clone(state.keys.entry(daac.credentials.clone()).or_insert_with(new));
        OfDaac { daac: daac.clone(), keys }
    }

    /// The session with Earthdata, if there is a login.
    fn earthdata(&self) -> Result<Option<Arc<Session>>> {
        let mut state = self.inner.earthdata.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = &state.session {
            return Ok(session.clone());
        }
        let (options, earthdata) = (&self.inner.options, &self.inner.options.earthdata);
        let session = match earthdata.login()? {
            Some(login) => Some(Arc::new(Session::new(login, earthdata, options)?)),
            None => None,
        };
        state.session = Some(session.clone());
        Ok(session)
    }

    fn web_client(&self, url: &HttpUrl) -> Result<WebClient> {
        if self.inner.options.earthdata.covers(url.as_url())
            && let Some(session) = self.earthdata()?
        {
            return Ok(WebClient::Earthdata(session));
        }
        let mut shared = self.inner.web.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*shared {
            return Ok(WebClient::Plain(client.clone()));
        }
        let client = web::client(&self.inner.options)?;
        *shared = Some(client.clone());
        Ok(WebClient::Plain(client))
    }

    pub(crate) fn runtime(&self) -> &Arc<Runtime> {
        &self.inner.runtime
    }
}
