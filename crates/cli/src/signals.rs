//! Signals that would end the program without a word.

/// Makes a file that outgrows its limit (`ulimit -f`) a failure to write like any other: by default the system kills the
/// program with SIGXFSZ, and nobody learns why.
#[cfg(unix)]
pub(crate) fn fail_on_large_files() {
    // SAFETY: SIG_IGN is a valid disposition of SIGXFSZ; no handler of ours runs, and no other thread has started yet.
    let before = unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    // it cannot fail for this signal; the program runs without it as well
    debug_assert!(before != libc::SIG_ERR);
}

#[cfg(not(unix))]
pub(crate) fn fail_on_large_files() {}
