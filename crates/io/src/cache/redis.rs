//! The cache that machines share: a Redis server.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eventscape_core::Scene;
use redis::{Client, Cmd, Connection, ErrorKind, Pipeline, RedisError, TlsCertificates};
use ring::rand::{SecureRandom, SystemRandom};
use url::Url;

use super::scene_format::{self, PREFIX, SceneHeader, decode_rows};
use super::{SceneCache, SceneKey, document};
use crate::credentials::Secret;
use crate::stores::install_tls;
use crate::{IoError, Result};

/// Values are cut into parts of so many bytes, well below Redis's limit of 512 MiB, so that none blocks the server for long.
const PART: usize = 8 << 20;
/// Connections that are kept for the next request.
const IDLE: usize = 16;
/// For how long. What lies between may have forgotten older ones without a word, and then nobody answers.
const IDLE_LASTS: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// First byte of a value that is the entry itself.
const WHOLE: u8 = b'W';
/// First byte of a value that tells where the parts of the entry are.
const PARTS: u8 = b'P';

/// How a Redis server is used.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RedisOptions {
    /// Entries vanish after so long.
    pub lasts: Duration,
    /// A further authority (PEM) that the server's certificate may be of, in place of the system's.
    pub authority: Option<Vec<u8>>,
    /// How long the server may take to answer.
    pub answer_timeout: Duration,
}

impl Default for RedisOptions {
    fn default() -> Self {
        // as long as the reference keeps its scenes
        Self { lasts: Duration::from_secs(48 * 3600), authority: None, answer_timeout: Duration::from_secs(30) }
    }
}

/// Scenes in a Redis server, which decides by its own rules (`maxmemory-policy`) what goes when it is full; entries last 48 hours
/// unless the options say otherwise.
///
/// An entry is the string `eventscape:<kind>:<key>`: `W` and its bytes, or, above 8 MiB, `P` and the length and name of its parts,
/// `eventscape:part:<name>:<number>`. The parts are written before what names them, so an entry is whole or it is not there.
#[derive(Debug)]
pub struct RedisCache {
    client: Client,
    shown: String,
    seconds: u64,
    answer_timeout: Duration,
    /// By the time of their last use.
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl std::fmt::Debug for Idle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("connection")
    }
}

impl RedisCache {
    /// A cache at `redis://[user][:password@]host[:port][/number]`, or `rediss://…` with TLS. Nothing is sent yet.
    ///
    /// # Errors
    /// [`IoError::Location`] for an address that cannot be understood, without its password.
    pub fn new(address: &Secret, options: &RedisOptions) -> Result<Self> {
        let shown = Url::parse(address.reveal()).map_or_else(
            |_| "the Redis cache".to_owned(),
            |url| format!("{}://{}:{}", url.scheme(), url.host_str().unwrap_or_default(), url.port().unwrap_or(6379)),
        );
        let refused = |e: RedisError| IoError::Location {
            location: shown.clone(),
            reason: format!("{}; write redis://[:password@]host[:port][/number]", innermost(&e)),
        };
        install_tls();
        let client = match &options.authority {
            None => Client::open(address.reveal()).map_err(refused)?,
            Some(pem) => {
                let certificates = TlsCertificates { client_tls: None, root_cert: Some(pem.clone()) };
                Client::build_with_tls(address.reveal(), certificates).map_err(refused)?
            }
        };
        Ok(Self {
            client,
            shown,
            seconds: options.lasts.as_secs().max(1),
            answer_timeout: options.answer_timeout,
            idle: Mutex::default(),
        })
    }

    /// Asks the server for a sign of life.
    ///
    /// # Errors
    /// [`IoError::Remote`] or [`IoError::Denied`], with the server's address.
    pub fn ping(&self) -> Result<()> {
        self.ask(|connection| redis::cmd("PING").query::<String>(connection)).map(|_| ())
    }

    /// Does a request on a connection of its own, which is kept for the next if nothing went wrong. A kept connection may have
    /// been cut since: then all of them are dropped, and a new one is tried.
    fn ask<T>(&self, request: impl Fn(&mut Connection) -> std::result::Result<T, RedisError>) -> Result<T> {
        if let Some(mut connection) = self.kept() {
            match request(&mut connection) {
                Ok(answer) => {
                    self.keep(connection);
                    return Ok(answer);
                }
                Err(error) if error.is_io_error() => {
                    // the others are likely to fail as this one did
                    self.idle().clear();
                    // whoever waited for an answer once does not wait for it again
                    if error.is_timeout() {
                        return Err(self.failed(&error));
                    }
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
        let connect = || {
            let connection = self.client.get_connection_with_timeout(CONNECT_TIMEOUT)?;
            connection.set_read_timeout(Some(self.answer_timeout))?;
            connection.set_write_timeout(Some(self.answer_timeout))?;
            Ok(connection)
        };
        let mut connection = connect().map_err(|e| self.failed(&e))?;
        let answer = request(&mut connection).map_err(|e| self.failed(&e))?;
        self.keep(connection);
        Ok(answer)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The kept connection that was used last, if it was not long ago.
    fn kept(&self) -> Option<Connection> {
        let mut idle = self.idle();
        idle.retain(|one| one.since.elapsed() < IDLE_LASTS);
        idle.pop().map(|one| one.connection)
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle();
        if idle.len() < IDLE {
            idle.push(Idle { connection, since: Instant::now() });
        }
    }

    fn failed(&self, error: &RedisError) -> IoError {
        let (location, text) = (self.shown.clone(), innermost(error));
        let is_refused = matches!(error.kind(), ErrorKind::AuthenticationFailed)
            || matches!(error.code(), Some("NOAUTH" | "WRONGPASS" | "NOPERM"));
        if is_refused {
            let reason = format!("{text}; check the user and the password of its address");
            return IoError::Denied { location, reason };
        }
        let reason = if error.is_timeout() { "it did not answer in time".to_owned() } else { text };
        IoError::Remote { action: "asking", location, reason }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let keep = |key: &str, value: &[u8]| -> Cmd {
            let mut command = redis::cmd("SET");
            command.arg(key).arg(value).arg("EX").arg(self.seconds);
            command
        };
        if bytes.len() <= PART {
            let mut value = Vec::with_capacity(bytes.len() + 1);
            value.push(WHOLE);
            value.extend_from_slice(bytes);
            return self.ask(|connection| keep(name, &value).exec(connection));
        }
        let own = own_name();
        for (number, part) in bytes.chunks(PART).enumerate() {
            let command = keep(&part_key(&own, number), part);
            self.ask(|connection| command.exec(connection))?;
        }
        let mut value = vec![PARTS];
        value.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        value.extend_from_slice(own.as_bytes());
        self.ask(|connection| keep(name, &value).exec(connection))
    }

    /// The entry of a name, as far as is needed to read parts of it; `None` where there is none.
    fn find(&self, name: &str) -> Result<Option<Found>> {
        // what an entry of parts has, and of a small scene as much as its header's length
        let (start, len): (Vec<u8>, u64) = self.ask(|connection| {
            let mut both = Pipeline::with_capacity(2);
            both.cmd("GETRANGE").arg(name).arg(0).arg(255).cmd("STRLEN").arg(name);
            both.query(connection)
        })?;
        Ok(match start.split_first() {
            // one that has gone between the two questions is too short to be read
            Some((&WHOLE, _)) => Some(Found { len: len.saturating_sub(1), own: None }),
            Some((&PARTS, rest)) => parts_of(rest),
            _ => None,
        })
    }

    /// Bytes of an entry; fewer than asked for where a part has gone since.
    fn range(&self, name: &str, found: &Found, range: Range<u64>) -> Result<Vec<u8>> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let piece = |key: String, from: u64, until: u64| {
            self.ask(move |connection| {
                redis::cmd("GETRANGE").arg(&key).arg(from).arg(until - 1).query::<Vec<u8>>(connection)
            })
        };
        let Some(own) = &found.own else { return piece(name.to_owned(), range.start + 1, range.end + 1) };
        let part = PART as u64;
        let mut bytes = Vec::new();
        for number in range.start / part..range.end.div_ceil(part) {
            let (from, until) = (range.start.max(number * part), range.end.min((number + 1) * part));
            let got = piece(part_key(own, number as usize), from - number * part, until - number * part)?;
            if got.len() as u64 != until - from {
                return Ok(bytes);
            }
            bytes.extend_from_slice(&got);
        }
        Ok(bytes)
    }

    fn whole(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let value = self.ask(|connection| redis::cmd("GET").arg(name).query::<Option<Vec<u8>>>(connection))?;
        match value.as_deref().and_then(<[u8]>::split_first) {
            Some((&WHOLE, bytes)) => Ok(Some(bytes.to_vec())),
            Some((&PARTS, rest)) => match parts_of(rest) {
                Some(found) => self.range(name, &found, 0..found.len).map(Some),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    /// A damaged entry is removed and absent; so is one of which a part has gone.
    fn sound<T>(&self, name: &str, decoded: Result<T>) -> Result<Option<T>> {
        match decoded {
            Ok(decoded) => Ok(Some(decoded)),
            Err(error @ IoError::Damaged { .. }) => {
                tracing::warn!("{error}; it is removed and read from its source again");
                self.ask(|connection| redis::cmd("DEL").arg(name).exec(connection))?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

struct Found {
    len: u64,
    /// Name of its parts, if it has any.
    own: Option<String>,
}

/// What a value tells of its parts.
fn parts_of(rest: &[u8]) -> Option<Found> {
    let (len, own) = rest.split_first_chunk::<8>()?;
    Some(Found { len: u64::from_le_bytes(*len), own: Some(String::from_utf8_lossy(own).into_owned()) })
}

fn scene_key(key: &SceneKey) -> String {
    format!("eventscape:scene:{}", key.hex())
}

fn document_key(key: &SceneKey) -> String {
    format!("eventscape:document:{}", key.hex())
}

fn part_key(own: &str, number: usize) -> String {
    format!("eventscape:part:{own}:{number}")
}

/// Some rows of a scene that is all here.
fn rows_of(bytes: &[u8], rows: Range<usize>, location: &str) -> Result<Scene> {
    let cut_off = || IoError::Damaged { location: location.to_owned(), reason: "it is cut off".to_owned() };
    let header = SceneHeader::parse(bytes, location)?;
    decode_rows(&header, rows, location, &mut |range| {
        bytes.get(range.start as usize..range.end as usize).map(<[u8]>::to_vec).ok_or_else(cut_off)
    })
}

/// A name that no other entry's parts have: who replaces an entry does not touch the parts that somebody reads.
fn own_name() -> String {
    let mut bytes = [0u8; 16];
    // without randomness the time tells writers apart
    if SystemRandom::new().fill(&mut bytes).is_err() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        bytes = (now.as_nanos() ^ (u128::from(std::process::id()) << 96)).to_le_bytes();
    }
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn innermost(error: &RedisError) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string().chars().take(300).collect()
}

impl SceneCache for RedisCache {
    fn get(&self, key: &SceneKey) -> Result<Option<Scene>> {
        let name = scene_key(key);
        let Some(bytes) = self.whole(&name)? else { return Ok(None) };
        self.sound(&name, scene_format::decode(&bytes, &format!("{}/{name}", self.shown)))
    }

    fn get_rows(&self, key: &SceneKey, rows: Range<usize>) -> Result<Option<Scene>> {
        let name = scene_key(key);
        let Some(found) = self.find(&name)? else { return Ok(None) };
        let location = format!("{}/{name}", self.shown);
        let read = |range: Range<u64>| -> Result<Vec<u8>> {
            let wanted = range.end - range.start;
            let bytes = self.range(&name, &found, range)?;
            if bytes.len() as u64 != wanted {
                return Err(IoError::Damaged {
                    location: location.clone(),
                    reason: "a part of it has gone".to_owned(),
                });
            }
            Ok(bytes)
        };
        let decode = || {
            let header_len = SceneHeader::len_of(&read(0..found.len.min(PREFIX as u64))?, &location)? as u64;
            let header = SceneHeader::parse(&read(0..header_len.min(found.len))?, &location)?;
            if header.stored_bytes() != found.len {
                return Err(IoError::Damaged { location: location.clone(), reason: "it is cut off".to_owned() });
            }
            decode_rows(&header, rows.clone(), &location, &mut |range| read(range))
        };
        match decode() {
            // it may have been replaced between two of the reads
            Err(IoError::Damaged { .. }) => {
                let Some(bytes) = self.whole(&name)? else { return Ok(None) };
                self.sound(&name, rows_of(&bytes, rows, &location))
            }
            decoded => decoded.map(Some),
        }
    }

    fn put(&self, key: &SceneKey, scene: &Scene, columns: usize) -> Result<()> {
        self.write(&scene_key(key), &scene_format::encode(scene, columns)?)
    }

    fn contains(&self, key: &SceneKey) -> Result<bool> {
        let name = scene_key(key);
        self.ask(|connection| redis::cmd("EXISTS").arg(&name).query::<bool>(connection))
    }

    fn get_document(&self, key: &SceneKey) -> Result<Option<Vec<u8>>> {
        let name = document_key(key);
        let Some(bytes) = self.whole(&name)? else { return Ok(None) };
        self.sound(&name, document::decode(&bytes, &format!("{}/{name}", self.shown)))
    }

    fn put_document(&self, key: &SceneKey, bytes: &[u8]) -> Result<()> {
        let name = document_key(key);
        self.write(&name, &document::encode(bytes, &name)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eventscape_testkit::servers::Redis;

    fn cache(server: &Redis, answer_timeout: Duration) -> RedisCache {
        let options = RedisOptions { answer_timeout, ..RedisOptions::default() };
        RedisCache::new(&Secret::new(server.url()), &options).unwrap()
    }

    /// The server's number of the connection that a request has.
    fn number(cache: &RedisCache) -> u64 {
        cache.ask(|connection| redis::cmd("CLIENT").arg("ID").query(connection)).unwrap()
    }

    /// Makes two connections that are kept.
    fn keep_two(cache: &RedisCache) {
        let inside = |connection: &mut Connection| {
            cache.ping().unwrap();
            redis::cmd("PING").query::<String>(connection)
        };
        cache.ask(inside).unwrap();
        assert_eq!(cache.idle().len(), 2);
    }

    #[test]
    fn after_a_request_without_an_answer_no_kept_connection_is_tried() {
        let server = Redis::start();
        let cache = cache(&server, Duration::from_secs(2));
        keep_two(&cache);
        server.pause();
        let error = cache.ping().unwrap_err();
        assert!(matches!(error, IoError::Remote { .. }) && error.to_string().contains("in time"), "{error}");
        assert_eq!(cache.idle().len(), 0);
        server.resume();
        cache.ping().unwrap();
    }

    #[test]
    fn a_connection_that_lay_idle_for_long_is_not_used() {
        let server = Redis::start();
        let cache = cache(&server, Duration::from_secs(30));
        keep_two(&cache);
        let first = number(&cache);
        assert_eq!(number(&cache), first, "it is kept");
        for one in &mut *cache.idle() {
            one.since = one.since.checked_sub(IDLE_LASTS).unwrap();
        }
        assert_ne!(number(&cache), first);
        assert_eq!(cache.idle().len(), 1);
    }
}
