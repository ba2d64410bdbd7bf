//! Programs that run beside a test and end with it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to come up, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(180);

/// A running program. It is killed when this is dropped, so also when a test panics before its server is up.
pub(super) struct Process {
    name: &'static str,
    child: Child,
    /// The file with what it said.
    said: PathBuf,
}

impl Process {
    /// Starts a program; what it says goes to the file `said` in `folder`.
    ///
    /// # Panics
    /// If it is not there.
    pub(super) fn start(name: &'static str, folder: &Path, command: &mut Command) -> Self {
        let path = folder.join("said");
        let said = File::options().create(true).append(true).open(&path).unwrap();
        let command = command.stdin(Stdio::null()).stdout(said.try_clone().unwrap()).stderr(said);
        let child = command.spawn().unwrap_or_else(|e| panic!("{name} cannot start: {e}; scripts/setup installs it"));
        Self { name, child, said: path }
    }

    /// Waits until it is up.
    ///
    /// # Panics
    /// If it ends before, or takes too long; the message has what it said.
    pub(super) fn wait_until(&mut self, mut is_up: impl FnMut() -> bool) {
        let began = Instant::now();
        while !is_up() {
            let ended = self.child.try_wait().unwrap();
            if ended.is_some() || began.elapsed() > PATIENCE {
                let how = ended.map_or("does not come up".to_owned(), |status| format!("ended with {status}"));
                let said = std::fs::read(&self.said).unwrap_or_default();
                panic!("{} {how}; it said:\n{}", self.name, String::from_utf8_lossy(&said));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its number.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a crash would.
    pub(super) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A folder in memory where there is one: servers write a lot when they begin.
pub(super) fn in_memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

/// What a program says.
pub(super) fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Runs a program to its end.
///
/// # Panics
/// If it is not there or fails.
pub(super) fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}; scripts/setup installs it"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A program of this crate's sources, to be run with the Python of the tests.
pub(super) fn python(file: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("../../.venv/bin/python");
    let mut command = Command::new(if own.exists() { own } else { PathBuf::from("python3") });
    command.arg(root.join("src").join(file));
    command
}

/// Makes a certificate of its own for `localhost`, `certificate.pem` with `key.pem`.
pub(super) fn make_certificate(folder: &Path) {
    run(Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout"])
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("certificate.pem")));
}

/// Whether something takes connections at a port.
pub(super) fn is_open(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}
