//! Why a scene has no value.

use eventscape_core::Values;
use eventscape_formats::{Number, Packing};

use super::{Notice, NoticeCode, Severity, Subset, some_of};
use crate::Result;

/// Of the cells of a window, how many are missing for which reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    cells: usize,
    not_numbers: usize,
    fills: usize,
    outside_limits: usize,
}

impl Subset {
    /// What the job should be told of scenes without a single value in the domain, with the likely reason, looked up in the first of
    /// them; `None` where there is no such scene.
    ///
    /// # Errors
    /// A granule that cannot be read, by its name.
    pub fn notice_of_no_value(&self, scenes: &[usize]) -> Result<Option<Notice>> {
        let Some((first, variable)) = scenes.first().zip(self.variables().first()) else { return Ok(None) };
        let reason = self.reason(*first)?;
        let times: Vec<String> =
            scenes.iter().filter_map(|scene| self.times().get(*scene)).map(ToString::to_string).collect();
        let name = &variable.name;
        let message = if scenes.len() == self.len() {
            format!("`{name}` has no valid cell at any of the {} times: {reason}", self.len())
        } else {
            format!(
                "`{name}` has no valid cell at {} of {} times ({}): {reason}",
                scenes.len(),
                self.len(),
                some_of(&times)
            )
        };
        let subject = times.into_iter().next().unwrap_or_default();
        Ok(Some(Notice { severity: Severity::Warning, code: NoticeCode::NoValue, message, subject }))
    }

    /// Why the cells of a scene are missing, in words.
    fn reason(&self, index: usize) -> Result<String> {
        let Some(step) = self.metadata.steps.get(index) else { return Ok("there is no such scene".to_owned()) };
        let granule = self.granule(step.granule)?;
        let Some(variable) = granule.variables.first() else { return Ok("there is no variable".to_owned()) };
        let packing = &variable.packing;
        let steps = [
            Packing { missing: Vec::new(), valid_min: None, valid_max: None, ..packing.clone() },
            Packing { valid_min: None, valid_max: None, ..packing.clone() },
            packing.clone(),
        ];
        let mut missing = [0; 3];
        let mut cells = 0;
        for (packing, missing) in steps.iter().zip(&mut missing) {
            let values = self.metadata.part.read_as(&granule.granule, variable, step.step, packing)?;
            cells = values.len();
            *missing = count_missing(&values);
        }
        let counts = Counts {
            cells,
            not_numbers: missing[0],
            fills: missing[1] - missing[0].min(missing[1]),
            outside_limits: missing[2] - missing[1].min(missing[2]),
        };
        Ok(counts.told(packing))
    }
}

impl Counts {
    fn told(&self, packing: &Packing) -> String {
        let all = self.cells;
        let mut parts = Vec::new();
        if self.outside_limits > 0 {
            let bound =
                |number: Option<Number>, open: &str| number.map_or_else(|| open.to_owned(), |n| n.as_f64().to_string());
            parts.push(format!(
                "{} of {all} stored numbers are outside the valid limits {} to {} of the file (`valid_range`, `valid_min`, `valid_max`; in \
                 packed units)",
                self.outside_limits,
                bound(packing.valid_min, "any"),
                bound(packing.valid_max, "any")
            ));
        }
        if self.fills > 0 {
            let fills: Vec<String> = packing.missing.iter().map(|n| n.as_f64().to_string()).collect();
            parts.push(format!("{} of {all} are the fill or missing value ({})", self.fills, some_of(&fills)));
        }
        if self.not_numbers > 0 {
            parts.push(format!("{} of {all} are NaN or infinite", self.not_numbers));
        }
        if parts.is_empty() {
            parts.push("the cells that have values lie outside the domain".to_owned());
        }
        parts.join(", ")
    }
}

fn count_missing(values: &Values) -> usize {
    (0..values.len()).filter(|k| values.get(*k).is_none_or(f64::is_nan)).count()
}
