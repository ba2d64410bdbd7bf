//! What verification finds.

use std::collections::BTreeSet;

use eventscape_io::IoError;
use eventscape_products::ProductError;
use serde::Serialize;

/// Faults of a product that are told one by one; of more, their number is.
const MOST: usize = 8;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A product is damaged or missing, or two of them contradict each other.
    Fault,
    /// Something that one should know, and that damages nothing.
    Note,
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// The file, by its name in the job's folder.
    pub product: String,
    /// Where in the file, e.g. `time[3]`; empty for the file as a whole.
    pub place: String,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub advice: String,
}

/// What verification found in a job's folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verification {
    /// The folder.
    pub location: String,
    /// The job's number; `None` where the manifest cannot be read.
    pub job_id: Option<u64>,
    /// The job's title.
    pub title: String,
    /// Whether all products are as they were made.
    pub is_sound: bool,
    /// Products that the manifest lists.
    pub products: usize,
    /// Bytes of those that were read.
    pub bytes: u64,
    /// Names of the products that have a fault, ascending.
    pub damaged: Vec<String>,
    /// All findings: faults of the manifest and of each product, what products contradict each other in, notes.
    pub findings: Vec<Finding>,
}

impl Verification {
    pub(super) fn of(location: &str, job: Option<(u64, String)>, findings: Vec<Finding>) -> Self {
        let faults = findings.iter().filter(|finding| finding.severity == Severity::Fault);
        let damaged: BTreeSet<&str> = faults.map(|finding| finding.product.as_str()).collect();
        let (job_id, title) = job.map_or((None, String::new()), |(id, title)| (Some(id), title));
        Self {
            location: location.to_owned(),
            job_id,
            title,
            is_sound: damaged.is_empty(),
            products: 0,
            bytes: 0,
            damaged: damaged.into_iter().map(str::to_owned).collect(),
            findings,
        }
    }
}

/// Why the rest of a product is not looked at.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is damaged.
    Fault(Fault),
    /// Nobody waits for the answer any more.
    Stopped,
}

/// What is wrong with a product, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) place: String,
    pub(super) problem: String,
}

/// The result of looking at a part of a product.
pub(super) type Checked<T> = std::result::Result<T, Trouble>;

impl Trouble {
    pub(super) fn at(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Fault(Fault { place: place.into(), problem: problem.into() })
    }
}

impl From<IoError> for Trouble {
    /// Products are copied to this machine before they are looked at: what cannot be read of them is damaged.
    fn from(error: IoError) -> Self {
        let problem = match error {
            IoError::Damaged { reason, .. } => reason,
            IoError::Selection { message, .. } => message,
            IoError::Unsupported { feature, .. } => format!("it uses {feature}, which no product does"),
            IoError::Io { source, .. } => format!("it cannot be read: {source}"),
            other => other.to_string(),
        };
        Self::at("", problem)
    }
}

impl From<ProductError> for Trouble {
    fn from(error: ProductError) -> Self {
        match error {
            ProductError::Input { reason, .. } => Self::at("", reason),
            ProductError::Io(error) => error.into(),
            other => Self::at("", other.to_string()),
        }
    }
}

/// The faults of a product.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
    more: usize,
}

impl Faults {
    pub(super) fn add(&mut self, place: impl Into<String>, problem: impl Into<String>) {
        if self.found.len() < MOST {
            self.found.push(Fault { place: place.into(), problem: problem.into() });
        } else {
            self.more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Takes what ended the look at a part of a product.
    ///
    /// # Errors
    /// [`Trouble::Stopped`].
    pub(super) fn take<T>(&mut self, outcome: Checked<T>) -> Checked<Option<T>> {
        match outcome {
            Ok(found) => Ok(Some(found)),
            Err(Trouble::Stopped) => Err(Trouble::Stopped),
            Err(Trouble::Fault(fault)) => {
                self.add(fault.place, fault.problem);
                Ok(None)
            }
        }
    }

    /// All of them, the last one telling how many more there are.
    pub(super) fn into_all(mut self) -> Vec<Fault> {
        if self.more > 0 {
            self.found.push(Fault { place: String::new(), problem: format!("{} more faults like these", self.more) });
        }
        self.found
    }
}
