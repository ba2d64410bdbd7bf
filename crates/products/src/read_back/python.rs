//! A folder read by the libraries that people use.

use std::path::Path;
use std::process::Command;

/// Runs `scripts/read_back.py` over the sidecars of a folder; gives what it says, or what differs.
pub(super) fn compare(folder: &Path) -> Result<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let own = root.join(".venv/bin/python");
    let python = if own.exists() { own } else { "python3".into() };
    let run = Command::new(&python).arg(root.join("scripts/read_back.py")).arg(folder).output();
    let run = run.map_err(|e| format!("{} cannot start: {e}; scripts/setup test installs it", python.display()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if run.status.success() { Ok(text(&run.stdout)) } else { Err(text(&run.stdout) + &text(&run.stderr)) }
}
