//! What a row of a TOS2CA database asks for, in our words.

use eventscape_catalog::Catalog;
use eventscape_core::grid::Domain;
use eventscape_pipeline::{
    BoxText, CurationJob, CurationKeys, Job, OutputKeys, PhenomenonKeys, RunningKeys, SourceKeys, TextOrNumber, Texts,
};

use super::Tos2caSettings;
use super::legacy::LegacyJob;
use crate::error::{Result, ServiceError};
use crate::jobs::JobRequest;

/// What the user interface offers; the programs of the reference may add `Sparse` (`fortracc.py`).
const OPERATORS: [&str; 6] =
    ["lessThan", "lessThanOrEqualTo", "greaterThan", "greaterThanOrEqualTo", "equalTo", "anomalyEvent"];
/// What the reference gives AUX-GEOIR (`auxgeoir.py`), which is not what the tracker itself begins with.
pub(crate) const AUX_GEOIR_MIN_SIZE: u32 = 150;
pub(crate) const AUX_GEOIR_MIN_OVERLAP: f64 = 0.25;
/// As many characters as are kept of a title.
const LONGEST_TITLE: usize = 1000;
/// As many as a job of ours may have.
const MOST_CHUNKS: i64 = 1000;

/// How rows are read.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) settings: &'a Tos2caSettings,
    pub(super) catalog: &'a Catalog,
}

impl Reader<'_> {
    /// The request of a PhDef job.
    pub(super) fn phdef(&self, row: &LegacyJob) -> Result<JobRequest> {
        let (collection, input) = self.dataset(row)?;
        let mut job = Job {
            source: SourceKeys { input, ..SourceKeys::default() },
            phenomenon: PhenomenonKeys {
                collection,
                variable: Some(needed("variable", row.variable.as_ref())?),
                start: Some(TextOrNumber::Text(needed("startDate", row.start.as_ref())?)),
                end: Some(TextOrNumber::Text(needed("endDate", row.end.as_ref())?)),
                value: Some(TextOrNumber::Text(needed("ineqValue", row.value.as_ref())?)),
                tos2ca_compat: self.settings.compat,
                ..PhenomenonKeys::default()
            },
            running: RunningKeys {
                chunks: u32::try_from(row.chunks.min(MOST_CHUNKS)).ok().filter(|n| *n > 1),
                ..RunningKeys::default()
            },
            output: OutputKeys { title: title(row), ..OutputKeys::default() },
            ..Job::default()
        };
        self.place(row, &mut job.phenomenon)?;
        match row.algorithm.as_deref() {
            None | Some("" | "fortracc") => job.phenomenon.operator = Some(operator(row)?),
            // it looks for what is colder, whatever the row's operator says
            Some("auxgeoir") => aux_geoir(row, &mut job)?,
            Some(other) => return Err(wrong("algorithm", &format!("`{other}` is not known"))),
        }
        Ok(JobRequest::Phdef(Box::new(job)))
    }

    /// The request of a curation job; its PhDef job has another number here, perhaps.
    pub(super) fn curation(&self, row: &LegacyJob, phdef: i64) -> Result<JobRequest> {
        let (collection, input) = self.dataset(row)?;
        let job = CurationJob {
            source: SourceKeys { input, ..SourceKeys::default() },
            curation: CurationKeys {
                collection: collection.map(Texts::One),
                variable: Some(Texts::One(needed("variable", row.variable.as_ref())?)),
                tos2ca_compat: self.settings.compat,
                ..CurationKeys::default()
            },
            output: OutputKeys { title: title(row), ..OutputKeys::default() },
            ..CurationJob::default()
        };
        Ok(JobRequest::Curation(phdef, Box::new(job)))
    }

    /// The collection and where its granules are, if they are not where it was published.
    fn dataset(&self, row: &LegacyJob) -> Result<(Option<String>, Option<Texts>)> {
        let name = needed("dataset", row.dataset.as_ref())?;
        let place = self.settings.datasets.get(&name).cloned().map(Texts::One);
        match (self.catalog.get(&name), place) {
            (Ok(entry), place) => Ok((Some(entry.id.clone()), place)),
            (Err(_), Some(place)) => Ok((None, Some(place))),
            (Err(error), None) => Err(wrong("dataset", &error.to_string())),
        }
    }

    /// The area: the reference takes the box around the polygon; we take the polygon, unless asked to do as it does.
    fn place(&self, row: &LegacyJob, job: &mut PhenomenonKeys) -> Result<()> {
        let wkt = row.coords.as_deref();
        let wkt = wkt.ok_or_else(|| wrong("coords", "there is no polygon (a degenerate one is kept as none)"))?;
        let domain = Domain::parse_polygon(wkt).map_err(|e| wrong("coords", &e.to_string()))?;
        match ring(wkt) {
            Some(points) if self.settings.compat || is_box(&points) => {
                job.bbox = Some(BoxText::Numbers(bounds(&points)));
            }
            None if self.settings.compat => job.bbox = domain.bounds().map(BoxText::Numbers),
            _ => job.polygon = Some(wkt.to_owned()),
        }
        Ok(())
    }
}

fn aux_geoir(row: &LegacyJob, job: &mut Job) -> Result<()> {
    job.phenomenon.tracker = Some("aux-geoir".to_owned());
    job.phenomenon.min_size = Some(AUX_GEOIR_MIN_SIZE);
    job.phenomenon.min_overlap = Some(AUX_GEOIR_MIN_OVERLAP);
    if row.warmer_toggle.as_deref() != Some("on") {
        job.method.insert("cold_only".to_owned(), true.into());
    }
    if let Some(text) = row.warmer_value.as_deref() {
        let kelvin: f64 = text.parse().map_err(|_| wrong("warmerValue", &format!("`{text}` is no number")))?;
        job.method.insert("warm_threshold".to_owned(), kelvin.into());
    }
    Ok(())
}

fn operator(row: &LegacyJob) -> Result<String> {
    let given = needed("ineqOperator", row.operator.as_ref())?;
    let name = given.strip_suffix("Sparse").unwrap_or(&given);
    if OPERATORS.contains(&name) {
        return Ok(name.to_owned());
    }
    Err(wrong("ineqOperator", &format!("`{given}` is not known; there are {}", OPERATORS.join(", "))))
}

fn title(row: &LegacyJob) -> Option<String> {
    let text = row.description.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
    Some(text.chars().take(LONGEST_TITLE).collect())
}

fn needed(column: &str, value: Option<&String>) -> Result<String> {
    let value = value.map(|text| text.trim()).filter(|text| !text.is_empty());
    value.map(str::to_owned).ok_or_else(|| wrong(column, "it is empty"))
}

fn wrong(column: &str, why: &str) -> ServiceError {
    ServiceError::Request(format!("{column}: {why}"))
}

/// The points of a polygon of one ring.
fn ring(wkt: &str) -> Option<Vec<(f64, f64)>> {
    let text = wkt.trim().get(7..).filter(|_| wkt.trim().to_ascii_uppercase().starts_with("POLYGON"))?;
    let text = text.trim().strip_prefix("((")?.strip_suffix("))")?;
    let point = |pair: &str| {
        let mut numbers = pair.split_whitespace().map(str::parse::<f64>);
        match (numbers.next()?, numbers.next()?, numbers.next()) {
            (Ok(x), Ok(y), None) => Some((x, y)),
            _ => None,
        }
    };
    text.split(',').map(point).collect()
}

/// West, south, east, north, as they are written: a box beyond 180° stays there.
fn bounds(points: &[(f64, f64)]) -> [f64; 4] {
    points.iter().fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |b, (x, y)| {
        [b[0].min(*x), b[1].min(*y), b[2].max(*x), b[3].max(*y)]
    })
}

/// Whether a closed ring is a box along meridians and parallels.
fn is_box(points: &[(f64, f64)]) -> bool {
    let [west, south, east, north] = bounds(points);
    let is_corner = |(x, y): &(f64, f64)| (*x == west || *x == east) && (*y == south || *y == north);
    let is_side = |pair: &[(f64, f64)]| match pair {
        [a, b] => (a.0 == b.0) != (a.1 == b.1),
        _ => false,
    };
    points.len() == 5 && points.iter().all(is_corner) && points.windows(2).all(is_side)
        // the way out and back along one side is no box
        && points.first() == points.last() && points.first() != points.get(2) && points.get(1) != points.get(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_told_from_other_polygons() {
        for (wkt, is) in [
            ("POLYGON((170 -5,200 -5,200 5,170 5,170 -5))", true),
            ("POLYGON((170 -5, 170 5, 200 5, 200 -5, 170 -5))", true),
            ("POLYGON((170 -5,200 -5,200 5,170 4,170 -5))", false),
            ("POLYGON((0 0,10 0,10 10,10 0,0 0))", false),
            ("POLYGON((0 0,10 10,10 0,0 10,0 0))", false),
        ] {
            assert_eq!(is_box(&ring(wkt).unwrap()), is, "{wkt}");
        }
        assert_eq!(bounds(&ring("POLYGON((170 -5,200 -5,200 5,170 5,170 -5))").unwrap()), [170.0, -5.0, 200.0, 5.0]);
        for other in ["POINT(0 0)", "POLYGON((0 0,9 0,9 9,0 0),(1 1,2 1,2 2,1 1))", "POLYGON((a b))", "POLYGON"] {
            assert!(ring(other).is_none(), "{other}");
        }
    }
}
