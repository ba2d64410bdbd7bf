//! PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::servers::Port;
use crate::servers::process::{Process, in_memory, is_open, output, run};

/// A PostgreSQL server in a folder of its own.
pub struct Postgres {
    process: Process,
    port: Port,
    folder: tempfile::TempDir,
}

impl Postgres {
    /// Starts one.
    ///
    /// # Panics
    /// If the package `postgresql` is not there (`scripts/setup test` installs it).
    #[must_use]
    pub fn start() -> Self {
        let (folder, port) = (in_memory(), Port::take());
        let data = folder.path().join("data");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let mut initdb = program("initdb", folder.path());
        run(initdb.args(["-A", "trust", "-U", "tester", "-E", "UTF8", "--no-sync", "-D"]).arg(&data));
        let mut postgres = program("postgres", folder.path());
        postgres
            .arg("-D")
            .arg(&data)
            .args(["-p", &port.number().to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k"])
            .arg(folder.path());
        let process = Process::start("postgres", folder.path(), &mut postgres);
        let mut server = Self { process, port, folder };
        let number = server.port.number();
        server.process.wait_until(|| is_open(number));
        server
    }

    /// The address of its database.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://tester@{}/postgres", self.port.address())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // at once, whoever is connected; its folder goes with it
        let mut stop = program("pg_ctl", Path::new("/"));
        let _ = stop.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.path().join("data")).output();
    }
}

fn is_root() -> bool {
    output("id", &["-u"]) == "0"
}

/// A program of the newest version that is there, run in a folder; not as root, which it refuses.
fn program(name: &str, folder: &Path) -> Command {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|v| v.path().join("bin").join(name)).filter(|path| path.exists()).max();
    let program = newest.unwrap_or_else(|| PathBuf::from(name));
    let mut command = if is_root() { Command::new("runuser") } else { Command::new(&program) };
    if is_root() {
        command.args(["-u", "postgres", "--"]).arg(program);
    }
    command.current_dir(folder);
    command
}
