//! A job understood: what to read, what to look for, what to make.

use std::path::Path;

use eventscape_catalog::{Catalog, LevelChoice, Source, SubsetRequest, TimeOrder};
use eventscape_core::Expression;
use eventscape_core::grid::Domain;

use crate::error::{PipelineError, Result};
use crate::job::{Job, TrackerName};

/// A product, as `--products` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProductName {
    /// The reference's mask file.
    MaskOutput,
    /// The reference's table of contents.
    Toc,
    /// The reference's hierarchy.
    Hierarchy,
    /// CF masks.
    Masks,
    /// CF trajectories.
    Tracks,
    /// GeoParquet table of components.
    Table,
    /// Parquet table of links.
    Lineage,
    /// GeoJSON polygons, one file a time.
    Geojson,
    /// Maps as PNG, one file a time.
    Maps,
    /// Maps as SVG.
    Svg,
    /// An animation of the maps.
    Animation,
}

impl ProductName {
    /// All of them with their names.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::MaskOutput, "mask-output"),
        (Self::Toc, "toc"),
        (Self::Hierarchy, "hierarchy"),
        (Self::Masks, "masks"),
        (Self::Tracks, "tracks"),
        (Self::Table, "table"),
        (Self::Lineage, "lineage"),
        (Self::Geojson, "geojson"),
        (Self::Maps, "maps"),
        (Self::Svg, "svg"),
        (Self::Animation, "animation"),
    ];

    /// Whether it is a picture, which needs the fields again.
    #[must_use]
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Maps | Self::Svg | Self::Animation)
    }

    /// Whether its layout has times in ascending order (CF's axes and trajectories).
    fn is_by_time(self) -> bool {
        matches!(self, Self::Masks | Self::Tracks)
    }

    /// The products of a job whose scenes are not in order of time, and the names of those that were left out because of
    /// that.
    ///
    /// # Errors
    /// Where one of these was asked for by name.
    pub(crate) fn without_order(job: &Job, wanted: Vec<Self>) -> Result<(Vec<Self>, String)> {
        let (out, kept): (Vec<Self>, Vec<Self>) = wanted.into_iter().partition(|p| p.is_by_time());
        let names: Vec<&str> = Self::ALL.iter().filter(|(p, _)| out.contains(p)).map(|(_, name)| *name).collect();
        let names = names.join(" and ");
        if job.products.is_some() && !out.is_empty() {
            let why = format!(
                "{names} cannot hold scenes that are not in order of time; name other products, or leave out \
                 --tos2ca-compat, which keeps the order of the file"
            );
            return Err(PipelineError::job("products", why));
        }
        Ok((kept, names))
    }

    /// The products that a job asks for.
    ///
    /// # Errors
    /// A name that is not known, with those that are.
    pub(crate) fn selection(job: &Job) -> Result<Vec<Self>> {
        let default = |name: &Self| !matches!(name, Self::Svg | Self::Animation);
        let mut chosen: Vec<Self> = match &job.products {
            None => Self::ALL.iter().map(|(p, _)| *p).filter(default).collect(),
            Some(texts) => {
                let mut chosen = Vec::new();
                for name in texts.names() {
                    if name == "all" {
                        chosen.extend(Self::ALL.iter().map(|(p, _)| *p));
                        continue;
                    }
                    match Self::ALL.iter().find(|(_, n)| *n == name) {
                        Some((product, _)) => chosen.push(*product),
                        None => {
                            let known: Vec<&str> = Self::ALL.iter().map(|(_, n)| *n).collect();
                            let why = format!("there is no product `{name}`; there are all, {}", known.join(", "));
                            return Err(PipelineError::job("products", why));
                        }
                    }
                }
                chosen
            }
        };
        if job.no_plots {
            chosen.retain(|p| !p.is_picture());
        }
        chosen.sort_unstable();
        chosen.dedup();
        Ok(chosen)
    }
}

/// The catalogue with the additions of a file: entries of ours (TOML), or the reference's dictionary (JSON).
///
/// # Errors
/// What the catalogue says of the file.
pub fn load_catalog(file: Option<&Path>) -> Result<Catalog> {
    let catalog = Catalog::builtin()?;
    Ok(match file {
        Some(path) if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json")) => {
            catalog.with_reference_dictionary(path)?
        }
        Some(path) => catalog.with_file(path)?,
        None => catalog,
    })
}

/// What the job reads.
///
/// # Errors
/// Names the key that is missing or wrong.
pub(crate) fn subset_request(job: &Job) -> Result<SubsetRequest> {
    if job.collection.is_none() && job.input.is_none() {
        return Err(PipelineError::job("collection", "name a collection, or give files with --input"));
    }
    let collection = match &job.collection {
        Some(name) => Some(load_catalog(job.catalog.as_deref().map(Path::new))?.get(name)?.clone()),
        None => None,
    };
    let level = job.level.as_ref().map(|text| LevelChoice::parse(&text.text())).transpose()?;
    Ok(SubsetRequest {
        source: Source {
            collection,
            inputs: job.input.as_ref().map(crate::job::Texts::list).unwrap_or_default(),
            root: job.root.clone(),
        },
        variables: variables(job)?,
        start: job.start.as_ref().map(crate::job::TextOrNumber::text),
        end: job.end.as_ref().map(crate::job::TextOrNumber::text),
        domain: domain(job)?,
        level,
        // the reference takes scenes and columns as they are listed
        order: if job.tos2ca_compat { TimeOrder::AsListed } else { TimeOrder::Sorted },
        keep_repeated_meridian: job.tos2ca_compat,
    })
}

/// The variables to read, the one that is described first.
fn variables(job: &Job) -> Result<Vec<String>> {
    let mut names: Vec<String> = job.variable.iter().cloned().collect();
    if job.operator.as_deref().is_some_and(|o| o.trim().eq_ignore_ascii_case("expression")) {
        for name in Expression::parse(&value(job)?)?.variables() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    Ok(names)
}

/// The operator of a job; AUX-GEOIR has its own.
pub(crate) fn operator(job: &Job) -> Result<String> {
    match (&job.operator, job.tracker.unwrap_or_default()) {
        (Some(operator), _) => Ok(operator.clone()),
        (None, TrackerName::AuxGeoir) => Ok("lessThan".to_owned()),
        (None, TrackerName::Fortracc) => {
            Err(PipelineError::job("operator", "give an operator, such as lessThan, and a value"))
        }
    }
}

pub(crate) fn value(job: &Job) -> Result<String> {
    match (&job.value, job.tracker.unwrap_or_default()) {
        (Some(value), _) => Ok(value.text()),
        (None, TrackerName::AuxGeoir) => Ok("245".to_owned()),
        (None, TrackerName::Fortracc) => Err(PipelineError::job("value", "give what the operator compares with")),
    }
}

/// The area of a job.
fn domain(job: &Job) -> Result<Domain> {
    match (&job.bbox, &job.polygon) {
        (Some(_), Some(_)) => Err(PipelineError::job("polygon", "give a box or a polygon, not both")),
        (Some(bbox), None) => {
            let [west, south, east, north] = bbox.numbers().map_err(|e| PipelineError::job("bbox", e))?;
            Ok(Domain::new_box(west, south, east, north)?)
        }
        (None, Some(text)) => Ok(Domain::parse_polygon(&polygon_text(text)?)?),
        (None, None) => Ok(Domain::Whole),
    }
}

/// The text of a polygon, or of the file that holds it.
fn polygon_text(text: &str) -> Result<String> {
    const LARGEST: u64 = 64 << 20;
    let is_text = text.contains(['(', '{']);
    if is_text {
        return Ok(text.to_owned());
    }
    let wrong = |why: String| PipelineError::job("polygon", format!("`{text}` {why}"));
    let size = std::fs::metadata(text).map_err(|e| wrong(format!("is neither WKT nor GeoJSON nor a file: {e}")))?.len();
    if size > LARGEST {
        return Err(wrong(format!("has {size} bytes; a polygon has at most {LARGEST}")));
    }
    std::fs::read_to_string(text).map_err(|e| wrong(format!("cannot be read: {e}")))
}
