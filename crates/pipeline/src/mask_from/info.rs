//! What the products say of a job that masked outlines.

use std::collections::BTreeMap;

use eventscape_catalog::{OutlineKind, Outlines, ValueType, VariableMeta};
use eventscape_products::{GivenTrack, InputGranule, JobInfo, VariableInfo};

use super::MaskFromJob;
use super::scenes::Masked;
use crate::command::command_line;
use crate::error::{PipelineError, Result};
use crate::scope::{Scope, bounds};

const DEFAULT_KNOTS: u32 = 34;

/// What is known once the file is read.
pub(crate) struct Facts {
    pub(super) title: String,
    label: String,
    /// What stands in place of a tracked variable.
    pub(crate) variable: VariableMeta,
    condition: String,
    event_type: &'static str,
    threshold: Option<f64>,
    /// The value of every masked cell.
    pub(super) value: f64,
}

impl Facts {
    pub(super) fn of(job: &MaskFromJob, outlines: &Outlines) -> Self {
        let label = outlines.location.rsplit('/').next().unwrap_or_default().to_owned();
        let knots = job.radius_of.unwrap_or(DEFAULT_KNOTS);
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
        let title = match (&job.title, &outlines.phenomena[..]) {
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
        Self { title, label, variable, condition, event_type, threshold, value: threshold.unwrap_or(1.0) }
    }

    pub(super) fn info(
        &self,
        job: &MaskFromJob,
        outlines: &Outlines,
        scope: &Scope,
        masked: &Masked,
        key: String,
        now: Option<String>,
    ) -> Result<JobInfo> {
        let times = &masked.followed.lineage.times;
        let (Some(start), Some(end)) = (times.first().copied(), times.last().copied()) else {
            return Err(PipelineError::Internal("the outlines have no scene".to_owned()));
        };
        let job_id = scope.job.job_id.unwrap_or(1);
        let kind = outlines.kind.name();
        let stamp = now.as_ref().map(|now| format!("{now} ")).unwrap_or_default();
        Ok(JobInfo {
            summary: format!(
                "Cells of {} phenomena ({kind}) of {}, {}, from {start} to {end}. Outlines and times are given; nothing was \
                 detected or followed.",
                masked.followed.lineage.tracks.len(),
                self.label,
                self.condition
            ),
            collection: None,
            dataset_label: self.label.clone(),
            variable: VariableInfo {
                name: self.variable.name.clone(),
                units: self.variable.units.clone(),
                long_name: self.variable.long_name.clone(),
                standard_name: None,
            },
            condition_text: self.condition.clone(),
            event_type: self.event_type.to_owned(),
            threshold_text: "none".to_owned(),
            threshold: self.threshold,
            tracker: "given".to_owned(),
            options: self.options(job, outlines, key)?,
            granules: vec![InputGranule { location: outlines.location.clone(), size: Some(outlines.size) }],
            keywords: vec!["phenomenon".to_owned(), "predefined".to_owned(), kind.to_owned()],
            history: format!("{stamp}eventscape {} mask-from", env!("CARGO_PKG_VERSION")),
            created: now,
            command: command_line("mask-from", &MaskFromJob { outlines: job.outlines.clone(), ..job.essence() }),
            given: given(outlines, masked),
            ..JobInfo::titled(job_id, self.title.clone(), (start, end), bounds(&scope.grid))
        })
    }

    fn options(&self, job: &MaskFromJob, outlines: &Outlines, key: String) -> Result<BTreeMap<String, String>> {
        let mut options = BTreeMap::from([
            ("key".to_owned(), key),
            ("kind".to_owned(), outlines.kind.name().to_owned()),
            ("input_sha256".to_owned(), outlines.checksum.clone()),
        ]);
        if outlines.kind == OutlineKind::Cyclones {
            options.insert("radius_of_knots".to_owned(), self.value.to_string());
        } else {
            options.insert("step_seconds".to_owned(), (job.step_micros()? as f64 / 1e6).to_string());
        }
        if let Some(days) = job.open_days {
            options.insert("open_days".to_owned(), days.to_string());
        }
        Ok(options)
    }
}

/// What the tracks are called where they come from.
fn given(outlines: &Outlines, masked: &Masked) -> Vec<GivenTrack> {
    let tracks = masked.followed.lineage.tracks.iter().zip(&masked.followed.origins);
    let named = tracks.filter_map(|(track, origin)| {
        let phenomenon = outlines.phenomena.get(origin.phenomenon)?;
        Some(GivenTrack {
            id: track.id,
            source_id: phenomenon.id.clone(),
            name: phenomenon.name.clone(),
            begins: origin.begins,
            ends: origin.ends,
        })
    });
    named.collect()
}
