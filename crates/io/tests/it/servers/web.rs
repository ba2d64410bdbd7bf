//! A web server of one file that can be told to misbehave.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How one request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// As a good server does.
    Range,
    /// The whole file, whatever is asked for.
    Whole,
    /// The whole file without its length.
    WholeUntold,
    /// Half of what is asked for, then the connection ends.
    Half,
    /// The head, then nothing.
    Silence,
    /// A status and an empty body.
    Status(u16),
    /// Other bytes than were asked for.
    OtherRange,
    /// The right bytes under another ETag.
    Changed,
    /// A range without the size of the file.
    NoSize,
    /// No HTTP at all.
    Noise,
    /// A length of a terabyte.
    Endless,
    /// To the same file under another address.
    Redirect,
}

pub(crate) struct WebServer {
    address: String,
    script: Arc<Mutex<Vec<Answer>>>,
    requests: Arc<AtomicUsize>,
}

impl WebServer {
    /// Serves `file`; requests are answered by the script, and by its last answer when that is used up.
    pub(crate) fn start(file: Vec<u8>, script: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut reversed = script.to_vec();
        reversed.reverse();
        let script = Arc::new(Mutex::new(reversed));
        let requests = Arc::new(AtomicUsize::new(0));
        let (file, shared, counter) = (Arc::new(file), Arc::clone(&script), Arc::clone(&requests));
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (file, shared, counter) = (Arc::clone(&file), Arc::clone(&shared), Arc::clone(&counter));
                std::thread::spawn(move || serve(connection, &file, &shared, &counter));
            }
        });
        Self { address, script, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/folder/file.nc", self.address)
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(SeqCst)
    }

    /// From now on.
    pub(crate) fn answer(&self, answer: Answer) {
        *self.script.lock().unwrap() = vec![answer];
    }
}

fn serve(mut connection: TcpStream, file: &[u8], script: &Mutex<Vec<Answer>>, counter: &AtomicUsize) -> Option<()> {
    connection.set_nodelay(true).ok()?;
    let range = read_request(&connection, file.len())?;
    counter.fetch_add(1, SeqCst);
    let answer = {
        let mut script = script.lock().unwrap();
        if script.len() > 1 { script.pop()? } else { *script.last()? }
    };
    let part = file.get(range.clone().unwrap_or(0..file.len()))?;
    let told = range.as_ref().map_or(String::new(), |r| {
        let shown = if r.is_empty() { "*".to_owned() } else { format!("{}-{}", r.start, r.end - 1) };
        format!("Content-Range: bytes {shown}/{}\r\n", file.len())
    });
    let head = |status: &str, more: &str, len: usize| {
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nETag: \"v1\"\r\n{more}Content-Length: {len}\r\n\r\n")
    };
    let partial = "206 Partial Content";
    let (head, body): (String, &[u8]) = match answer {
        Answer::Range if range.as_ref().is_some_and(Range::is_empty) => {
            (head("416 Range Not Satisfiable", &told, 0), &[])
        }
        Answer::Range => (head(partial, &told, part.len()), part),
        Answer::Whole => (head("200 OK", "", file.len()), file),
        Answer::WholeUntold => ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_owned(), file),
        Answer::Half => (head(partial, &told, part.len()), part.get(..part.len() / 2)?),
        Answer::Silence => {
            connection.write_all(head(partial, &told, part.len()).as_bytes()).ok()?;
            std::thread::sleep(Duration::from_secs(60));
            return None;
        }
        Answer::Status(code) => (head(&format!("{code} Told"), "", 0), &[]),
        Answer::OtherRange => {
            (head(partial, &format!("Content-Range: bytes 1-{}/{}\r\n", part.len(), file.len()), part.len()), part)
        }
        Answer::Changed => (head(partial, &told, part.len()).replace("v1", "v2"), part),
        Answer::NoSize => (head(partial, &told.replace(&format!("/{}", file.len()), "/*"), part.len()), part),
        Answer::Noise => ("nothing that is HTTP\r\n\r\n".to_owned(), &[]),
        Answer::Endless => ("HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n".to_owned(), file),
        Answer::Redirect => (head("302 Found", "Location: /other/file.nc\r\n", 0), &[]),
    };
    connection.write_all(head.as_bytes()).ok()?;
    connection.write_all(body).ok()
}

/// Reads a request's head; the range is what it asks for, cut to the file.
fn read_request(connection: &TcpStream, len: usize) -> Option<Option<Range<usize>>> {
    let mut range = None;
    for line in BufReader::new(connection).lines() {
        let line = line.ok()?;
        if line.is_empty() {
            return Some(range);
        }
        if let Some(asked) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            let (from, to) = asked.split_once('-')?;
            let from: usize = from.parse().ok()?;
            range = Some(from.min(len)..(to.parse::<usize>().ok()? + 1).min(len));
        }
    }
    None
}
