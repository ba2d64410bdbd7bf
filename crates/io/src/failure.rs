//! What failures of writing mean to the user.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::IoError;

/// Translates a failure to make, write or rename `path`.
pub(crate) fn write_failed(path: &Path, source: Error) -> IoError {
    let location = path.display().to_string();
    let unusable = |reason: &str| IoError::Location { location: location.clone(), reason: reason.to_owned() };
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => IoError::Full { location },
        ErrorKind::PermissionDenied => IoError::Denied {
            location,
            reason: "this user may not write there; give another folder, or change its permissions".to_owned(),
        },
        ErrorKind::ReadOnlyFilesystem => unusable("it is on a read-only disk; give a folder on another one"),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            unusable("a part of the path is a file, not a folder; give another folder")
        }
        ErrorKind::NotFound => unusable("its folder is not there"),
        ErrorKind::FileTooLarge => {
            let advice =
                "no file may grow that large here; raise the limit (`ulimit -f`), or give a folder on another disk";
            IoError::Io { action: "writing", location, source: Error::new(source.kind(), advice) }
        }
        _ => IoError::Io { action: "writing", location, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_names_the_path_and_says_what_to_try() {
        let kinds = [
            (ErrorKind::StorageFull, "free some"),
            (ErrorKind::QuotaExceeded, "free some"),
            (ErrorKind::PermissionDenied, "another folder"),
            (ErrorKind::ReadOnlyFilesystem, "another one"),
            (ErrorKind::NotADirectory, "another folder"),
            (ErrorKind::NotFound, "not there"),
            (ErrorKind::FileTooLarge, "ulimit -f"),
            (ErrorKind::Interrupted, "writing"),
        ];
        for (kind, advice) in kinds {
            let message = write_failed(Path::new("out/7"), kind.into()).to_string();
            assert!(message.contains("`out/7`") && message.contains(advice), "{message}");
        }
    }
}
