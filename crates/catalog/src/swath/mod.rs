//! Swaths: granules whose cells have a position and a time of their own, as a satellite saw them.
//!
//! The way of the data: [`SubsetRequest`] → granules by name, or by the times in them → [`Swaths::read`] the cells of one
//! ([`Orbit`]), without those that its quality flags ([`QualityChoice`]) do not let pass.

mod flags;
mod orbit;

pub use flags::QualityChoice;
pub use orbit::Orbit;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use eventscape_core::Timestamp;
use eventscape_core::sphere::distance_km;
use eventscape_core::time::Calendar;
use eventscape_formats::{Attributes, Granule, Unpacking};

use crate::cf::{SwathLayout, text};
use crate::subset::open::{versions, workers};
use crate::subset::pool::open_granule;
use crate::subset::source::{self, Candidate};
use crate::subset::stat::Stat;
use crate::subset::variable::{difference_units, find_variable, names_in_a_swath, unpacking, value_type};
use crate::subset::{Context, GranuleInfo, Notice, SubsetRequest, VariableMeta, parallel};
use crate::{CatalogError, Entry, Result};
use flags::Flags;
use orbit::Asked;

/// Cells may be seen this long before the time in a granule's name, and after the next one should begin, microseconds.
const SLACK: i64 = 15 * 60 * 1_000_000;
const KM_PER_DEGREE: f64 = 111.195;

/// The granules of a request that may hold cells of its span. Any number of threads may read at once.
pub struct Swaths {
    context: Context,
    entry: Option<Entry>,
    names: Vec<String>,
    reject: Vec<String>,
    candidates: Vec<Candidate>,
    granules: Vec<GranuleInfo>,
    /// First and last time that a granule may hold, microseconds.
    spans: Vec<(i64, i64)>,
    variables: Vec<VariableMeta>,
    calendar: Calendar,
    spacing: (f64, f64),
    notices: Vec<Notice>,
    read: AtomicUsize,
}

impl std::fmt::Debug for Swaths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Swaths")
            .field("collection", &self.entry.as_ref().map(|e| &e.id))
            .field("variables", &self.names)
            .field("granules", &self.granules.len())
            .finish_non_exhaustive()
    }
}

impl Swaths {
    /// Whether a request is one of swaths: by its collection, or by the first of its files. What is wrong with the files
    /// counts as no; opening them tells it.
    #[must_use]
    pub fn are_meant(request: &SubsetRequest, context: &Context) -> bool {
        if let Some(entry) = &request.source.collection {
            return entry.swath;
        }
        let found = source::candidates(request, &context.stores, &mut Vec::new()).ok();
        let first = found.as_ref().and_then(|found| found.first());
        let Some(granule) = first.and_then(|c| open_granule(&context.stores, &c.location, &context.open).ok()) else {
            return false;
        };
        let named = request.variables.first().and_then(|name| find_variable(&granule, name, None).ok());
        named.is_some_and(|variable| SwathLayout::of(&granule, variable, None).is_ok())
    }

    /// Finds the granules of a request; reads no value. Times are read only of granules whose names do not tell theirs. The
    /// domain does not choose among granules: an orbit goes around the Earth.
    ///
    /// # Errors
    /// As [`crate::Subset::open`]; a variable must be named; [`CatalogError::Variable`] names the quality flags there are.
    pub fn open(request: &SubsetRequest, quality: &QualityChoice, context: &Context) -> Result<Self> {
        let entry = request.source.collection.as_ref();
        let mut notices = Vec::new();
        let found = source::candidates(request, &context.stores, &mut notices)?;
        let (candidates, stats) = versions(found, context)?;
        source::report(request, &candidates, &mut notices)?;
        let Some(first) = candidates.first() else {
            return Err(CatalogError::Empty("there is no granule".to_owned()));
        };
        let granule = open_granule(&context.stores, &first.location, &context.open)?;
        if request.variables.is_empty() {
            let message =
                format!("name a variable with --variable; there are {}", names_in_a_swath(&granule, entry).join(", "));
            return Err(CatalogError::Variable { location: granule.location().to_owned(), message });
        }
        let reject = match (quality, entry.and_then(|e| e.quality.as_ref())) {
            (QualityChoice::Reject(names), _) => names.clone(),
            (QualityChoice::Catalogue, Some(known)) => known.reject.clone(),
            (QualityChoice::Catalogue, None) | (QualityChoice::Any, _) => Vec::new(),
        };
        let asked = asked(&granule, &request.variables, entry)?;
        let Some(leading) = asked.first() else {
            return Err(CatalogError::Request("no variable is asked for".to_owned()));
        };
        Flags::find(&granule, &leading.layout, &reject)?;
        let remarks = asked.iter().flat_map(|a| &a.remarks);
        notices.extend(remarks.map(|remark| Notice::of_remark(remark, &first.location.name())));
        let variables = asked.iter().map(|a| meta(&granule, a, entry)).collect::<Result<Vec<_>>>()?;
        let (calendar, ..) = orbit::span(&granule, &leading.layout)?;
        let spacing = match entry {
            Some(entry) => (entry.axes.resolution[0], entry.axes.resolution[1]),
            None => own_spacing(&granule, &leading.layout)?,
        };

        let spans = parallel::map(candidates.len(), workers(context, &candidates), |i| {
            candidates.get(i).map_or(Ok((0, -1)), |candidate| span_of(candidate, request, context))
        })?;
        let wanted = request.span(calendar)?;
        let meets = |(first, last): &(i64, i64)| {
            wanted.start.is_none_or(|s| s.micros() <= *last) && wanted.end.is_none_or(|e| *first <= e.micros())
        };
        let (mut found, mut kept) = (Vec::new(), Vec::new());
        for ((candidate, stat), span) in candidates.into_iter().zip(stats).zip(spans).filter(|(_, span)| meets(span)) {
            found.push((candidate, stat));
            kept.push(span);
        }
        if found.is_empty() {
            return Err(CatalogError::Empty(format!(
                "no granule holds times from {} to {}",
                request.start.as_deref().unwrap_or("the beginning"),
                request.end.as_deref().unwrap_or("the end")
            )));
        }
        let info = |((candidate, stat), span): (&(Candidate, Stat), &(i64, i64))| GranuleInfo {
            location: candidate.location.to_string(),
            version: stat.version.clone(),
            size: stat.size,
            times: vec![Timestamp::from_micros(calendar, span.0)],
        };
        Ok(Self {
            granules: found.iter().zip(&kept).map(info).collect(),
            candidates: found.into_iter().map(|(candidate, _)| candidate).collect(),
            context: context.clone(),
            entry: entry.cloned(),
            names: request.variables.clone(),
            reject,
            spans: kept,
            variables,
            calendar,
            spacing,
            notices,
            read: AtomicUsize::new(0),
        })
    }

    /// The granules, by name.
    #[must_use]
    pub fn granules(&self) -> &[GranuleInfo] {
        &self.granules
    }

    /// Number of granules; at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.granules.len()
    }

    /// Never: swaths without granules cannot be opened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.granules.is_empty()
    }

    /// The granules that may hold cells seen between two instants (included), by their indices.
    #[must_use]
    pub fn between(&self, first: Timestamp, last: Timestamp) -> Vec<usize> {
        let meets = |span: &(i64, i64)| span.0 <= last.micros() && first.micros() <= span.1;
        self.spans.iter().enumerate().filter(|(_, span)| meets(span)).map(|(index, _)| index).collect()
    }

    /// The variables, in the order asked for.
    #[must_use]
    pub fn variables(&self) -> &[VariableMeta] {
        &self.variables
    }

    /// The calendar of the times.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// The usual distance of a cell from the next along the track and across it, degrees of arc.
    #[must_use]
    pub fn spacing(&self) -> (f64, f64) {
        self.spacing
    }

    /// The flags that make a value count as missing.
    #[must_use]
    pub fn reject(&self) -> &[String] {
        &self.reject
    }

    /// The collection, if one was named.
    #[must_use]
    pub fn collection(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    /// What the job should be told of its input.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// How often a granule was read so far.
    #[must_use]
    pub fn granules_read(&self) -> usize {
        self.read.load(Relaxed)
    }

    /// All attributes of a variable in the first granule, by the variable's path.
    ///
    /// # Errors
    /// A granule that cannot be opened, by its name.
    pub fn attributes_of(&self, path: &str) -> Result<Attributes> {
        Ok(self.granule(0)?.variable(path)?.attributes.clone())
    }

    /// Reads the cells of a granule.
    ///
    /// # Errors
    /// A granule that cannot be read or that is of another kind than the first, by its name; an index past the end.
    pub fn read(&self, index: usize) -> Result<Orbit> {
        let granule = self.granule(index)?;
        let asked = asked(&granule, &self.names, self.entry.as_ref())?;
        for (variable, meta) in asked.iter().zip(&self.variables) {
            let stored = granule.variable(&variable.layout.path)?;
            let (own, first) = (text(stored, "units"), meta.units.as_deref());
            if own.is_some() && own != first {
                return Err(CatalogError::granule(
                    granule.location(),
                    format!("`{}` is in {own:?}, in the first granule in {first:?}", meta.name),
                ));
            }
        }
        let flags = match asked.first() {
            Some(leading) => Flags::find(&granule, &leading.layout, &self.reject)?,
            None => None,
        };
        let orbit = orbit::read(&granule, &asked, flags.as_ref())?;
        if orbit.start.calendar() != self.calendar {
            return Err(CatalogError::granule(
                granule.location(),
                format!("its calendar is {}, that of the first granule {}", orbit.start.calendar(), self.calendar),
            ));
        }
        self.read.fetch_add(1, Relaxed);
        Ok(orbit)
    }

    fn granule(&self, index: usize) -> Result<Granule> {
        let candidate = self
            .candidates
            .get(index)
            .ok_or_else(|| CatalogError::Request(format!("there is no granule {index} among {}", self.len())))?;
        open_granule(&self.context.stores, &candidate.location, &self.context.open)
    }
}

/// The layouts and packings of variables that lie on the same cells.
fn asked(granule: &Granule, names: &[String], entry: Option<&Entry>) -> Result<Vec<Asked>> {
    let mut asked: Vec<Asked> = Vec::with_capacity(names.len());
    for name in names {
        let variable = find_variable(granule, name, entry)?;
        let layout = SwathLayout::of(granule, variable, entry.map(|e| &e.axes))?;
        if let Some(first) = asked.first().filter(|first| {
            let own = &first.layout;
            (&own.latitude, &own.longitude, &own.time) != (&layout.latitude, &layout.longitude, &layout.time)
        }) {
            return Err(CatalogError::Variable {
                location: granule.location().to_owned(),
                message: format!("`{}` and `{}` lie on different cells", first.layout.path, layout.path),
            });
        }
        let Unpacking { packing, remarks } = unpacking(granule, variable, entry)?;
        asked.push(Asked { packing, layout, remarks });
    }
    Ok(asked)
}

fn meta(granule: &Granule, asked: &Asked, entry: Option<&Entry>) -> Result<VariableMeta> {
    let variable = granule.variable(&asked.layout.path)?;
    let known = entry.and_then(|e| e.variables.get(variable.name()));
    let own = |name: &str| text(variable, name).map(str::to_owned);
    let units = own("units").or_else(|| known.and_then(|k| k.units.clone()));
    Ok(VariableMeta {
        name: variable.name().to_owned(),
        path: variable.path.clone(),
        difference: difference_units(variable, units.as_deref()),
        units,
        long_name: own("long_name").or_else(|| known.and_then(|k| k.long_name.clone())),
        standard_name: own("standard_name"),
        level: None,
        value_type: value_type(&asked.packing),
    })
}

/// First and last time that a granule may hold: by its name, or by its cells.
fn span_of(candidate: &Candidate, request: &SubsetRequest, context: &Context) -> Result<(i64, i64)> {
    let entry = request.source.collection.as_ref();
    if let (Some(date), Some(rule)) = (candidate.date, entry.and_then(|e| e.granules.as_ref())) {
        let start = date.start();
        let end = rule.every.after(start, 1).unwrap_or(start);
        return Ok((start.micros().saturating_sub(SLACK), end.micros().saturating_add(SLACK)));
    }
    let granule = open_granule(&context.stores, &candidate.location, &context.open)?;
    let asked = asked(&granule, &request.variables, entry)?;
    let Some(leading) = asked.first() else { return Ok((0, -1)) };
    let (_, first, last) = orbit::span(&granule, &leading.layout)?;
    Ok((first, last))
}

/// The usual distance of a cell from the next along the first dimension and along the last, degrees of arc.
fn own_spacing(granule: &Granule, layout: &SwathLayout) -> Result<(f64, f64)> {
    const LOOKED_AT: usize = 4096;
    let (lat, lon) = orbit::positions(granule, layout)?;
    let usual = |stride: usize| {
        let apart = |cell: usize| {
            let at = |k: usize| Some((*lat.get(k)?, *lon.get(k)?));
            Some(distance_km(at(cell)?, at(cell + stride)?)).filter(|d| d.is_finite() && *d > 0.0)
        };
        let every = (lat.len() / LOOKED_AT).max(1);
        let mut found: Vec<f64> = (0..lat.len()).step_by(every).filter_map(apart).collect();
        found.sort_unstable_by(f64::total_cmp);
        found.get(found.len() / 2).map(|km| km / KM_PER_DEGREE)
    };
    let across = usual(1);
    let along = usual(layout.shape.iter().skip(1).product::<u64>().max(1) as usize);
    let known = across.or(along).unwrap_or(0.25);
    Ok((along.unwrap_or(known), across.unwrap_or(known)))
}
