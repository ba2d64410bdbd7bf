//! Hostile input, places and signals through the binary: always an exit code of ours and a message that names the culprit,
//! within bounded time and memory, and nothing but finished products in the folder.

mod bytes;
mod classic;
mod places;
mod sizes;
mod stops;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use eventscape_products::{listed_files, manifest_name};

use crate::chunks::files;

/// No run of these tests has work for longer, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(300);
/// Address space of a run in KiB: what a small job needs with its threads, and far below what absurd headers ask for.
const ADDRESS_SPACE: &str = "ulimit -v 4194304";

/// How a run ended.
#[derive(Debug)]
struct Ended {
    /// `None`: by a signal.
    code: Option<i32>,
    said: String,
}

/// A run of the binary whose end is not here yet.
struct Running {
    child: Child,
    said: tempfile::NamedTempFile,
}

impl Running {
    /// Starts the binary below limits that the shell sets.
    fn start(limits: &str, arguments: &[String]) -> Self {
        let said = tempfile::NamedTempFile::new().unwrap();
        let child = Command::new("sh")
            .args(["-c", &format!("{limits} && exec \"$0\" \"$@\"")])
            .arg(env!("CARGO_BIN_EXE_eventscape"))
            .args(arguments)
            .env("SOURCE_DATE_EPOCH", "1600000000")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said.reopen().unwrap())
            .spawn()
            .unwrap();
        Self { child, said }
    }

    /// Waits for the end; a run that hangs is a failure of the test.
    fn end(mut self) -> Ended {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let said = String::from_utf8_lossy(&std::fs::read(self.said.path()).unwrap()).into_owned();
                return Ended { code: status.code(), said };
            }
            if start.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                self.child.wait().unwrap();
                panic!("it hangs; it said {}", String::from_utf8_lossy(&std::fs::read(self.said.path()).unwrap()));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

fn run(limits: &str, arguments: &[String]) -> Ended {
    Running::start(limits, arguments).end()
}

/// Looks for cells above 0 in an input, below the limit of address space.
fn phdef(input: &Path, out: &Path, more: &[&str]) -> Ended {
    let mut arguments = ["phdef", "--operator=greaterThan", "--value=0", "--min-size=1", "--no-plots", "--threads=2"]
        .map(str::to_owned)
        .to_vec();
    arguments.push(format!("--input={}", input.display()));
    arguments.push(format!("--out={}", out.display()));
    arguments.extend(more.iter().map(|flag| (*flag).to_owned()));
    run(ADDRESS_SPACE, &arguments)
}

/// What must hold however a run ends: an exit code of `codes`, a message with `named`, and no product that is not whole.
fn check(ended: &Ended, codes: &[i32], named: &str, out: &Path, what: &str) {
    let Ended { code, said } = ended;
    assert!(code.is_some_and(|code| codes.contains(&code)), "{what}: {code:?}, not of {codes:?}: {said}");
    assert!(!said.contains("panicked"), "{what}: {said}");
    let visible = visible(&out.join("1"));
    if *code == Some(0) {
        check_complete(&out.join("1"), what);
        return;
    }
    assert!(said.contains("error: ") && said.contains(named), "{what}: `{named}` is not named: {said}");
    assert!(!said.contains("internal error"), "{what}: {said}");
    assert_eq!(visible, [] as [PathBuf; 0], "{what} left files");
}

/// The manifest lists every file there is, in its true size.
fn check_complete(job: &Path, what: &str) {
    let mut found = files(job);
    let name = manifest_name(1);
    let manifest = found.remove(&name).unwrap_or_else(|| panic!("{what}: there is no {name}"));
    let listed = listed_files(&manifest).unwrap();
    assert_eq!(listed.len(), found.len(), "{what}: {:?}", found.keys());
    for file in listed {
        assert_eq!(found.get(&file.name).map(|bytes| bytes.len() as u64), Some(file.size), "{what}: {}", file.name);
    }
}

/// Files below a folder that do not lie in, or are, something hidden.
fn visible(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let shown =
        entries.map(|e| e.unwrap().path()).filter(|p| !p.file_name().unwrap().to_string_lossy().starts_with('.'));
    shown.flat_map(|path| if path.is_dir() { visible(&path) } else { vec![path] }).collect()
}

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}
