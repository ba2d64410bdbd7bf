//! Database servers on loopback, started from the machine's packages and stopped when they are dropped.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

mod buckets;

pub use buckets::Azure;
#[cfg(feature = "s3")]
pub use buckets::SeaweedFs;

/// How long a server may take to come up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The servers that a large service has.
#[cfg(feature = "s3")]
pub struct Components {
    /// Its database.
    pub database: MariaDb,
    /// Its scene cache.
    pub cache: Redis,
    /// Where its products go: the bucket `data`.
    pub store: crate::s3::S3Server,
    /// What takes its mail.
    pub mail: Smtp,
}

#[cfg(feature = "s3")]
impl Components {
    /// Starts all of them.
    ///
    /// # Panics
    /// If one of them cannot be started.
    #[must_use]
    pub fn start() -> Self {
        let (database, cache, store) = (MariaDb::start(), Redis::start(), crate::s3::S3Server::start());
        Self { database, cache, store, mail: Smtp::start() }
    }
}

/// A MariaDB server in a folder of its own.
pub struct MariaDb {
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl MariaDb {
    /// Starts one, with an empty database `eventscape`.
    ///
    /// # Panics
    /// If the packages `mariadb-server-core` and `mariadb-client-core` are not there (`scripts/setup test` installs them).
    #[must_use]
    pub fn start() -> Self {
        let folder = in_memory();
        let me = output("id", &["-un"]);
        let data = format!("--datadir={}", folder.path().join("data").display());
        let user = format!("--user={me}");
        let arguments = ["--no-defaults", &data, "--auth-root-authentication-method=normal", "--skip-test-db", &user];
        run(Command::new("mariadb-install-db").args(arguments));
        let port = free_port();
        let child = Self::spawn(folder.path(), port, &me);
        let server = Self { folder, port, child };
        server.wait();
        server.sql("CREATE DATABASE eventscape CHARACTER SET utf8mb4");
        server.sql("CREATE USER tester@'127.0.0.1' IDENTIFIED BY 'a:b/c@d'");
        server.sql("GRANT ALL ON *.* TO tester@'127.0.0.1'");
        server
    }

    fn spawn(folder: &Path, port: u16, user: &str) -> Child {
        let at = |name: &str, file: &str| format!("--{name}={}", folder.join(file).display());
        Command::new(program("mariadbd", "/usr/sbin/mariadbd"))
            .arg("--no-defaults")
            .args([at("datadir", "data"), at("socket", "s.sock"), at("pid-file", "pid"), at("log-error", "log")])
            .args([format!("--port={port}"), format!("--user={user}"), format!("--tmpdir={}", folder.display())])
            .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=2"])
            .arg("--innodb-buffer-pool-size=64M")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("mariadbd cannot start: {e}; scripts/setup installs it"))
    }

    fn client(&self) -> Command {
        let mut command = Command::new("mariadb");
        command.args(["--no-defaults", "-uroot", "-S"]).arg(self.folder.path().join("s.sock"));
        command
    }

    fn wait(&self) {
        until("mariadbd", || self.client().args(["-e", "select 1"]).output().is_ok_and(|o| o.status.success()));
    }

    /// Runs statements as its administrator.
    pub fn sql(&self, statements: &str) {
        run(self.client().args(["-e", statements]));
    }

    /// The address of the database `eventscape`; its password has characters that must be escaped.
    #[must_use]
    pub fn url(&self) -> String {
        format!("mysql://tester:a%3Ab%2Fc%40d@127.0.0.1:{}/eventscape", self.port)
    }

    /// Makes a TOS2CA database beside it, of files of `fixtures/tos2ca`.
    pub fn make_tos2ca(&self, files: &[&str]) {
        let text = |file: &&str| std::fs::read_to_string(crate::fixtures().join("tos2ca").join(file)).unwrap();
        let statements: String = files.iter().map(text).collect();
        self.sql(&format!("CREATE DATABASE tos2ca; USE tos2ca; {statements}"));
    }

    /// The address of the TOS2CA database.
    #[must_use]
    pub fn tos2ca_url(&self) -> String {
        self.url().replace("/eventscape", "/tos2ca")
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        self.kill();
        self.child = Self::spawn(self.folder.path(), self.port, &output("id", &["-un"]));
        self.wait();
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A PostgreSQL server in a folder of its own.
pub struct Postgres {
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
    /// What goes before its programs, as it refuses to run as root.
    as_user: Vec<String>,
}

impl Postgres {
    /// Starts one.
    ///
    /// # Panics
    /// If the package `postgresql` is not there (`scripts/setup test` installs it).
    #[must_use]
    pub fn start() -> Self {
        let folder = in_memory();
        let data = folder.path().join("data");
        let (initdb, postgres) = (postgres_program("initdb"), postgres_program("postgres"));
        let is_root = output("id", &["-u"]) == "0";
        if is_root {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let before: &[&str] = if is_root { &["runuser", "-u", "postgres", "--"] } else { &[] };
        let as_user = |program: &Path| {
            let mut words = before.iter().map(Path::new).chain([program]);
            let mut command = Command::new(words.next().unwrap_or(program));
            command.args(words).current_dir(folder.path());
            command
        };
        run(as_user(&initdb).args(["-A", "trust", "-U", "tester", "-E", "UTF8", "--no-sync", "-D"]).arg(&data));
        let port = free_port();
        let child = as_user(&postgres)
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("postgres cannot start: {e}; scripts/setup installs it"));
        until("postgres", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { folder, port, child, as_user: before.iter().map(|word| (*word).to_owned()).collect() }
    }

    /// The address of its database.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://tester@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // at once, whoever is connected; its folder goes with it
        let mut stop = self.as_user.clone();
        stop.extend([postgres_program("pg_ctl").display().to_string(), "stop".to_owned(), "-m".to_owned()]);
        stop.extend(["immediate".to_owned(), "-D".to_owned(), self.folder.path().join("data").display().to_string()]);
        if let Some((program, arguments)) = stop.split_first() {
            let _ = Command::new(program).args(arguments).current_dir("/").output();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder in memory where there is one: servers write a lot when they begin.
fn in_memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn program(name: &str, place: &str) -> PathBuf {
    if Path::new(place).exists() { PathBuf::from(place) } else { PathBuf::from(name) }
}

fn postgres_program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|v| v.path().join("bin").join(name)).filter(|path| path.exists()).max();
    newest.unwrap_or_else(|| PathBuf::from(name))
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}; scripts/setup installs it"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn until(name: &str, mut is_up: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_up() {
        assert!(began.elapsed() < PATIENCE, "{name} did not come up");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A certificate of its own for `localhost`, `certificate.pem` with `key.pem`.
fn make_certificate(folder: &Path) {
    run(Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout"])
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("certificate.pem")));
}

/// A Redis server with a password (`a:b/c@d`), which keeps nothing on disk.
pub struct Redis {
    folder: tempfile::TempDir,
    port: u16,
    is_tls: bool,
    child: Child,
}

impl Redis {
    /// Starts one.
    ///
    /// # Panics
    /// If the package `redis-tools` is not there (`scripts/setup test` installs it).
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(false)
    }

    /// Starts one that speaks TLS alone, with a certificate of its own for `localhost`.
    ///
    /// # Panics
    /// As [`Redis::start`].
    #[must_use]
    pub fn start_with_tls() -> Self {
        Self::start_with(true)
    }

    fn start_with(is_tls: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_tls {
            make_certificate(folder.path());
        }
        let port = free_port();
        let child = Self::spawn(folder.path(), port, is_tls);
        Self { folder, port, is_tls, child }
    }

    fn spawn(folder: &Path, port: u16, is_tls: bool) -> Child {
        let at = |name: &str| folder.join(name).display().to_string();
        let (number, none) = (port.to_string(), "0".to_owned());
        let (plain, tls) = if is_tls { (&none, &number) } else { (&number, &none) };
        // the package `redis-tools` has the server under the name of its checker, and starts no service
        let mut command = Command::new("/usr/bin/redis-check-rdb");
        std::os::unix::process::CommandExt::arg0(&mut command, "redis-server");
        command
            .args(["--port", plain, "--tls-port", tls, "--bind", "127.0.0.1", "--requirepass", "a:b/c@d"])
            .args(["--save", "", "--appendonly", "no", "--maxmemory", "256mb", "--maxmemory-policy", "volatile-ttl"])
            .args(["--dir", &folder.display().to_string()]);
        if is_tls {
            command.args(["--tls-cert-file", &at("certificate.pem"), "--tls-key-file", &at("key.pem")]);
            command.args(["--tls-auth-clients", "no"]);
        }
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("redis-server cannot start: {e}; scripts/setup installs it"));
        until("redis-server", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        child
    }

    /// Its address, with the password.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.is_tls { "rediss" } else { "redis" };
        format!("{scheme}://:a%3Ab%2Fc%40d@localhost:{}", self.port)
    }

    /// The file with its certificate.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Lets it stand still: it takes connections and answers nothing.
    pub fn pause(&self) {
        run(Command::new("kill").args(["-STOP", &self.child.id().to_string()]));
    }

    /// Lets it go on.
    pub fn resume(&self) {
        run(Command::new("kill").args(["-CONT", &self.child.id().to_string()]));
    }

    /// Starts it again on the same port, empty.
    pub fn restart(&mut self) {
        self.kill();
        self.child = Self::spawn(self.folder.path(), self.port, self.is_tls);
    }

    /// Runs a command with its own client.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> String {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.to_string(), "-a", "a:b/c@d", "--no-auth-warning"]).args(words);
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a server of this folder with the Python of the tests.
fn python(file: &str, port: u16, arguments: &[&Path]) -> Child {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("../../.venv/bin/python");
    let python = if own.exists() { own } else { PathBuf::from("python3") };
    Command::new(python)
        .arg(root.join("src").join(file))
        .arg(port.to_string())
        .args(arguments)
        .spawn()
        .unwrap_or_else(|e| panic!("{file} cannot start: {e}"))
}

/// AWS Secrets Manager with the secrets `tos/plain` and `tos/database` (JSON).
pub struct SecretsManager {
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl SecretsManager {
    /// Starts one.
    ///
    /// # Panics
    /// If the Python package `moto` is not there (`scripts/setup test` installs it).
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let child = python("aws_server.py", port, &[folder.path()]);
        let server = Self { folder, port, child };
        until("AWS Secrets Manager", || server.folder.path().join("ready").exists());
        server
    }

    /// The environment in which a program finds it and has the right keys.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 4] {
        let keys = std::fs::read_to_string(self.folder.path().join("keys")).unwrap();
        let (id, secret) = keys.split_once(' ').unwrap();
        [
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_REGION", "us-west-2".to_owned()),
            ("AWS_ACCESS_KEY_ID", id.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
        ]
    }
}

impl Drop for SecretsManager {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A mail server with STARTTLS and login (`tester`, `very-secret-mail`).
pub struct Smtp {
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl Smtp {
    /// Starts one, with a certificate of its own for `localhost`.
    ///
    /// # Panics
    /// If `openssl` or the Python package `aiosmtpd` is not there (`scripts/setup test` installs them).
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        make_certificate(folder.path());
        let port = free_port();
        let child = Self::spawn(folder.path(), port);
        Self { folder, port, child }
    }

    fn spawn(folder: &Path, port: u16) -> Child {
        let at = |name: &str| folder.join(name);
        let _ = std::fs::remove_file(at("ready"));
        let child = python("smtp_server.py", port, &[folder, &at("certificate.pem"), &at("key.pem")]);
        until("the mail server", || at("ready").exists());
        child
    }

    /// Ends it as a crash would; the mails that it took stay.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again on the same port.
    pub fn restart(&mut self) {
        self.kill();
        self.child = Self::spawn(self.folder.path(), self.port);
    }

    /// Its port on `localhost`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The file with its certificate.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// Whether mails are refused for now.
    pub fn refuse(&self, does: bool) {
        let path = self.folder.path().join("refuse");
        if does { std::fs::write(path, "").unwrap() } else { std::fs::remove_file(path).unwrap() }
    }

    /// The mails that it took.
    #[must_use]
    pub fn mails(&self) -> Vec<String> {
        (0..)
            .map(|k| self.folder.path().join(format!("{k}.eml")))
            .take_while(|path| path.exists())
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.kill();
    }
}
