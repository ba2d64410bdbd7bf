//! Notices on their way to the user; those of a strict job end it.

use super::Environment;
use crate::error::{PipelineError, Result};

/// Tells notices, each with its severity.
///
/// # Errors
/// The first warning, where the job is strict.
pub(crate) fn tell<T: AsRef<str>>(
    notices: impl IntoIterator<Item = (&'static str, T)>,
    strict: bool,
    env: &Environment<'_>,
) -> Result<()> {
    for (severity, text) in notices {
        let text = text.as_ref();
        if strict && severity == "warning" {
            return Err(PipelineError::job("strict", format!("{text}; without `strict` the job goes on")));
        }
        env.observer.notice(severity, text);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cancel, Doors, Silent};

    #[test]
    fn a_strict_job_ends_at_its_first_warning_and_another_one_goes_on() {
        let env = Environment {
            observer: &Silent,
            cancel: Cancel::default(),
            now: None,
            stores: eventscape_io::stores::Stores::default(),
            cache: None,
            takes_over: false,
            doors: Doors::default(),
        };
        let notices = || [("info", "packed"), ("warning", "no valid cell"), ("warning", "another")];
        assert!(tell(notices(), false, &env).is_ok());
        let error = tell(notices(), true, &env).unwrap_err().to_string();
        assert_eq!(error, "strict: no valid cell; without `strict` the job goes on");
        assert!(tell([("info", "packed")], true, &env).is_ok());
    }
}
