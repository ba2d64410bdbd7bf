//! What an entry must satisfy beyond its types.

use std::str::FromStr;

use eventscape_core::time::Calendar;

use super::{Entry, Period};
use crate::NamePattern;

impl Entry {
    /// Checks what types cannot say; the error is the path of the key and the reason.
    pub(crate) fn check(&self) -> Result<(), (String, String)> {
        let wrong = |key: &str, reason: String| Err((key.to_owned(), reason));
        if self.id.trim().is_empty() || self.id.contains(char::is_whitespace) {
            return wrong("id", format!("`{}` is not a name; it may hold no blanks and must not be empty", self.id));
        }
        if self.variables.is_empty() {
            return wrong("variables", "there is none; add [variables.<name>]".to_owned());
        }
        if let Some(end) = self.valid.end
            && end.0.micros() < self.valid.start.0.micros()
        {
            return wrong("valid.end", "it is before valid.start".to_owned());
        }
        if let Some(rule) = &self.granules {
            NamePattern::parse(&rule.pattern).map_err(|reason| ("granules.pattern".to_owned(), reason))?;
            positive("granules.every", rule.every)?;
            if rule.steps == 0 && !self.swath {
                return wrong("granules.steps", "it must be at least 1".to_owned());
            }
        }
        for (key, degrees) in
            [("axes.resolution[0]", self.axes.resolution[0]), ("axes.resolution[1]", self.axes.resolution[1])]
        {
            if !(degrees > 0.0 && degrees <= 90.0) {
                return wrong(key, format!("{degrees} is not a spacing in degrees"));
            }
        }
        if self.axes.order.is_empty() {
            return wrong("axes.order", "it names the dimensions of the variables in the files' order".to_owned());
        }
        if let Some(step) = self.time.step {
            positive("time.step", step)?;
        } else if !self.swath {
            return wrong("time.step", "only a swath may leave it out".to_owned());
        }
        if let Some(name) = &self.time.relabel_calendar {
            Calendar::from_str(name).map_err(|e| ("time.relabel_calendar".to_owned(), e.to_string()))?;
        }
        if let Some(step) = self.time.rounding.and_then(|r| r.step) {
            positive("time.rounding.step", step)?;
        }
        if let Some(provider) = &self.provider
            && !provider.location.starts_with("s3://")
            && !provider.location.starts_with("https://")
        {
            return wrong("provider.location", format!("`{}` is neither s3:// nor https://", provider.location));
        }
        if let Some(curation) = self.curation
            && !(curation.margin >= 0.0 && curation.margin <= 90.0)
        {
            return wrong("curation.margin", format!("{} is not a margin in degrees", curation.margin));
        }
        if self.quality.is_some() && !self.swath {
            return wrong("quality", "only the values of swaths are chosen by flags".to_owned());
        }
        if self.swath && self.capabilities.contains(&super::Capability::PhDef) {
            return wrong("capabilities", "a swath can be used for curation only".to_owned());
        }
        Ok(())
    }
}

fn positive(key: &str, period: Period) -> Result<(), (String, String)> {
    if matches!(period, Period::Months(0) | Period::Seconds(0)) {
        return Err((key.to_owned(), "it must be longer than nothing".to_owned()));
    }
    Ok(())
}
