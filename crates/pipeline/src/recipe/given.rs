//! Phenomena whose outlines are given: what stands in place of a condition and a tracked variable.

use std::collections::BTreeMap;

use eventscape_catalog::{OutlineKind, Outlines, ValueType, VariableMeta};

use crate::error::Result;
use crate::job::MaskFromJob;

const DEFAULT_KNOTS: u32 = 34;

/// What is known of given phenomena once their file is read.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(super) title: String,
    /// The name of the file.
    pub(super) label: String,
    pub(super) kind: &'static str,
    /// What stands in place of a tracked variable.
    pub(super) variable: VariableMeta,
    pub(super) condition: String,
    pub(super) event_type: &'static str,
    pub(super) threshold: Option<f64>,
    /// The value of every masked cell.
    pub(crate) value: f64,
    pub(super) options: BTreeMap<String, String>,
}

impl Given {
    /// # Errors
    /// A step that is no length of time.
    pub(crate) fn of(job: &MaskFromJob, outlines: &Outlines) -> Result<Self> {
        let label = outlines.location.rsplit('/').next().unwrap_or_default().to_owned();
        let knots = job.outlines.radius_of.unwrap_or(DEFAULT_KNOTS);
        let (name, units, long_name, condition, event_type) = match outlines.kind {
            OutlineKind::Cyclones => (
                format!("usa_r{knots}"),
                "knot",
                format!("wind speed that is reached within the radii of {knots} knots"),
                format!("within the radii of winds of {knots} knots"),
                "predefined_tropical_cyclone",
            ),
            OutlineKind::Wildfires => (
                "fire_perimeter".to_owned(),
                "1",
                "inside the perimeter of the fire".to_owned(),
                "inside the perimeter, from alarm to containment".to_owned(),
                "predefined_wildfire",
            ),
            OutlineKind::Polygons => (
                "outline".to_owned(),
                "1",
                "inside the outline".to_owned(),
                "inside the outline".to_owned(),
                "predefined_polygon",
            ),
        };
        let threshold = (outlines.kind == OutlineKind::Cyclones).then_some(f64::from(knots));
        let title = match (&job.output.title, &outlines.phenomena[..]) {
            (Some(title), _) => title.clone(),
            (None, [only]) => format!("{}: {condition}", only.name.as_deref().unwrap_or(&only.id)),
            (None, all) => format!("{} phenomena of {label}: {condition}", all.len()),
        };
        let variable = VariableMeta {
            path: name.clone(),
            name,
            units: Some(units.to_owned()),
            difference: None,
            long_name: Some(long_name),
            standard_name: None,
            level: None,
            value_type: ValueType::F32,
        };
        let value = threshold.unwrap_or(1.0);
        let options = options(job, outlines, value)?;
        let kind = outlines.kind.name();
        Ok(Self { title, label, kind, variable, condition, event_type, threshold, value, options })
    }
}

fn options(job: &MaskFromJob, outlines: &Outlines, value: f64) -> Result<BTreeMap<String, String>> {
    let mut options = BTreeMap::from([
        ("kind".to_owned(), outlines.kind.name().to_owned()),
        ("input_sha256".to_owned(), outlines.checksum.clone()),
    ]);
    if outlines.kind == OutlineKind::Cyclones {
        options.insert("radius_of_knots".to_owned(), value.to_string());
    } else {
        options.insert("step_seconds".to_owned(), (job.step_micros()? as f64 / 1e6).to_string());
    }
    if let Some(days) = job.outlines.open_days {
        options.insert("open_days".to_owned(), days.to_string());
    }
    Ok(options)
}
