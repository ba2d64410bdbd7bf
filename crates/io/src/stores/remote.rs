//! Random access to a remote file by ranges: merged, concurrent, checked.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;
use futures::stream::{StreamExt, TryStreamExt};
use tokio::sync::Semaphore;

use super::failure::changed;
use super::options::StoreOptions;
use super::runtime::Runtime;
use crate::{IoError, Result};
use eventscape_formats::{ByteSource, checked_len};

/// Requests of one read that wait for their turn; the semaphore says how many are sent.
const QUEUED: usize = 64;

/// An answer to a request for a range.
pub(crate) struct Fetched {
    /// The bytes asked for (fewer where the file ends).
    pub(crate) bytes: Bytes,
    /// Length of the whole file.
    pub(crate) size: u64,
    /// Its ETag, or what else changes with the bytes.
    pub(crate) version: Option<String>,
}

/// Asks a server for a range of one file. Retries are its affair.
pub(crate) trait Fetch: Send + Sync {
    fn fetch(&self, range: Range<u64>) -> BoxFuture<'_, Result<Fetched>>;
}

/// A file of a server.
pub(crate) struct RemoteFile {
    location: String,
    fetch: Arc<dyn Fetch>,
    runtime: Arc<Runtime>,
    in_flight: Arc<Semaphore>,
    merge_gap: u64,
    part: u64,
    size: u64,
    version: Option<String>,
    /// The bytes from the start that came with the first answer (all of a small file).
    first: Bytes,
}

impl RemoteFile {
    /// Opens a file by fetching its first block, whose answer tells the size and the version.
    pub(crate) fn open(
        location: String,
        fetch: Arc<dyn Fetch>,
        runtime: Arc<Runtime>,
        in_flight: Arc<Semaphore>,
        options: &StoreOptions,
    ) -> Result<Self> {
        let block = options.first_block_bytes.max(1);
        let first = {
            let (fetch, in_flight) = (Arc::clone(&fetch), Arc::clone(&in_flight));
            runtime.wait(async move { limited(&*fetch, &in_flight, 0..block).await })?
        };
        Ok(Self {
            location,
            fetch,
            runtime,
            in_flight,
            merge_gap: options.merge_gap_bytes,
            part: options.part_bytes.max(1),
            size: first.size,
            version: first.version,
            first: first.bytes,
        })
    }

    /// The requests that together cover the ranges: in ascending order, gaps merged, none above `part` unless a single
    /// range is (which is then cut).
    fn plan(&self, ranges: &[Range<u64>]) -> Vec<Range<u64>> {
        let mut wanted: Vec<Range<u64>> =
            ranges.iter().filter(|r| !r.is_empty() && r.end > self.first.len() as u64).cloned().collect();
        wanted.sort_by_key(|r| (r.start, r.end));
        let mut spans: Vec<Range<u64>> = Vec::new();
        for range in wanted {
            match spans.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                Some(last) if range.start - last.end <= self.merge_gap && range.end - last.start <= self.part => {
                    last.end = range.end;
                }
                _ => spans.push(range),
            }
        }
        let cut = |span: Range<u64>| {
            let part = self.part;
            let starts = (0..(span.end - span.start).div_ceil(part)).map(move |k| span.start + k * part);
            starts.map(move |start| start..(start + part).min(span.end))
        };
        spans.into_iter().flat_map(cut).collect()
    }

    fn fetch_all(&self, requests: Vec<Range<u64>>) -> Result<Vec<(Range<u64>, Bytes)>> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let (fetch, in_flight) = (Arc::clone(&self.fetch), Arc::clone(&self.in_flight));
        let (size, version, location) = (self.size, self.version.clone(), self.location.clone());
        self.runtime.wait(async move {
            futures::stream::iter(requests.into_iter().map(|range| {
                let (fetch, in_flight) = (&fetch, &in_flight);
                let (version, location) = (&version, &location);
                async move {
                    let answer = limited(&**fetch, in_flight, range.clone()).await?;
                    if answer.size != size || answer.version != *version {
                        return Err(changed(location));
                    }
                    if answer.bytes.len() as u64 != range.end - range.start {
                        let (got, from, to) = (answer.bytes.len(), range.start, range.end);
                        return Err(IoError::Damaged {
                            location: location.clone(),
                            reason: format!("the server sent {got} bytes for the range {from}..{to}"),
                        });
                    }
                    Ok((range, answer.bytes))
                }
            }))
            .buffered(QUEUED)
            .try_collect()
            .await
        })
    }

    /// The bytes of one range out of the answers that cover it.
    fn assemble(&self, range: &Range<u64>, fetched: &[(Range<u64>, Bytes)]) -> Result<Bytes> {
        let first = self.first.len() as u64;
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        if range.end <= first {
            return Ok(self.first.slice(range.start as usize..range.end as usize));
        }
        let from = fetched.partition_point(|(r, _)| r.end <= range.start);
        let missing = || IoError::Damaged {
            location: self.location.clone(),
            reason: format!("bytes {}..{} did not arrive", range.start, range.end),
        };
        let (span, bytes) = fetched.get(from).ok_or_else(missing)?;
        if span.start <= range.start && range.end <= span.end {
            return Ok(bytes.slice((range.start - span.start) as usize..(range.end - span.start) as usize));
        }
        let mut whole = BytesMut::with_capacity((range.end - range.start) as usize);
        for (span, bytes) in fetched.get(from..).unwrap_or_default() {
            let at = range.start + whole.len() as u64;
            if at >= range.end || span.start > at {
                break;
            }
            let to = span.end.min(range.end);
            whole.extend_from_slice(&bytes.slice((at - span.start) as usize..(to - span.start) as usize));
        }
        if whole.len() as u64 == range.end - range.start { Ok(whole.freeze()) } else { Err(missing()) }
    }
}

/// One request, within the number that may be in flight.
async fn limited(fetch: &dyn Fetch, in_flight: &Semaphore, range: Range<u64>) -> Result<Fetched> {
    let _permit = in_flight.acquire().await.map_err(|_| IoError::Remote {
        action: "reading",
        location: "the network".to_owned(),
        reason: "it is shut down".to_owned(),
    })?;
    fetch.fetch(range).await
}

impl ByteSource for RemoteFile {
    fn location(&self) -> &str {
        &self.location
    }

    fn len(&self) -> u64 {
        self.size
    }

    fn version(&self) -> String {
        format!("{}-{}", self.size, self.version.as_deref().unwrap_or_default())
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn read_ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        for range in ranges {
            checked_len(self, range)?;
        }
        let fetched = self.fetch_all(self.plan(ranges))?;
        ranges.iter().map(|range| self.assemble(range, &fetched)).collect()
    }
}
