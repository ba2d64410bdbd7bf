//! Opening a subset, step by step.

use std::collections::BTreeSet;

use eventscape_core::Grid;
use eventscape_core::Timestamp;
use eventscape_core::grid::Window;
use eventscape_core::time::Calendar;
use eventscape_io::cache::SceneKey;

use super::axis::{self, Step};
use super::document::{SubsetMetadata, VERSION};
use super::notice::{Notice, NoticeCode, some_of};
use super::pool::{Pool, open_granule};
use super::request::{Context, Span, SubsetRequest};
use super::scan::{Opener, Reference, Scanned};
use super::source::{self, Candidate};
use super::stat::Stat;
use super::units;
use super::variable::{self, VariableMeta};
use super::window::Part;
use super::{GranuleInfo, Subset, parallel};
use crate::cf::FileGrid;
use crate::{CatalogError, Entry, Result};

/// Granules of object stores whose structure is fetched at the same time.
const REMOTE_WORKERS: usize = 16;

pub(super) fn open(request: &SubsetRequest, context: &Context) -> Result<Subset> {
    let entry = request.source.collection.as_ref();
    if let Some(swath) = entry.filter(|e| e.swath) {
        return Err(CatalogError::Request(format!(
            "{} holds swaths (each cell has a position and time of its own): it can be gathered around events (eventscape \
             curate), but no phenomenon can be followed in it",
            swath.id
        )));
    }
    let mut notices = Vec::new();
    let found = source::candidates(request, &context.stores, &mut notices)?;
    refuse_unreadable(entry, &found)?;
    let (candidates, stats) = versions(found, context)?;
    source::report(request, &candidates, &mut notices)?;

    let key = document_key(request, &candidates, &stats);
    let kept = match &context.cache {
        Some(cache) => cache.get_document(&key)?.and_then(|bytes| SubsetMetadata::from_bytes(&bytes, candidates.len())),
        None => None,
    };
    let (metadata, scanned) = match kept {
        Some(metadata) => (metadata, 0),
        None => {
            let metadata = scan(request, context, &candidates)?;
            if let Some(cache) = &context.cache {
                let bytes = metadata.to_bytes().map_err(CatalogError::Request)?;
                cache.put_document(&key, &bytes)?;
            }
            (metadata, candidates.len())
        }
    };
    let nominal_step = axis::nominal_step(entry, &metadata.steps);
    notices.extend(metadata.notices.iter().cloned());
    axis::note_gaps(&metadata.steps, nominal_step, &mut notices);
    Ok(Subset {
        entry: entry.cloned(),
        level: request.level.clone(),
        times: metadata.steps.iter().map(|s| s.time).collect(),
        granules: granules(&candidates, &stats, &metadata.steps),
        pool: Pool::new(2 * workers(context, &candidates)),
        context: context.clone(),
        candidates,
        stats,
        metadata,
        notices,
        nominal_step,
        scanned,
        from_cache: 0.into(),
        from_source: 0.into(),
    })
}

/// How many granules are worked on at a time.
pub(crate) fn workers(context: &Context, candidates: &[Candidate]) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let remote = candidates.iter().any(|c| c.location.is_remote());
    context.parallel.unwrap_or(if remote { REMOTE_WORKERS } else { cores }).max(1)
}

/// The versions of the candidates, without those that were guessed and are not there.
pub(crate) fn versions(found: Vec<Candidate>, context: &Context) -> Result<(Vec<Candidate>, Vec<Stat>)> {
    let stats = parallel::map(found.len(), workers(context, &found), |i| {
        let Some(candidate) = found.get(i) else { return Ok(None) };
        match Stat::of(&context.stores, &candidate.location) {
            Ok(stat) => Ok(Some(stat)),
            Err(CatalogError::Io(error)) if source::is_absent(candidate, &error) => Ok(None),
            Err(error) => Err(error),
        }
    })?;
    Ok(found.into_iter().zip(stats).filter_map(|(candidate, stat)| Some((candidate, stat?))).unzip())
}

/// The key of what opening finds: the request, the entry, and each granule's version.
fn document_key(request: &SubsetRequest, candidates: &[Candidate], stats: &[Stat]) -> SceneKey {
    let entry = request.source.collection.as_ref().and_then(|e| serde_json::to_string(e).ok()).unwrap_or_default();
    let key = SceneKey::of(&[
        ("subset", &VERSION.to_string()),
        ("entry", &entry),
        ("variables", &request.variables.join("\n")),
        ("start", request.start.as_deref().unwrap_or_default()),
        ("end", request.end.as_deref().unwrap_or_default()),
        ("domain", &format!("{:?}", request.domain)),
        ("level", &request.level.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("order", &format!("{:?}", request.order)),
        ("meridian", if request.keep_repeated_meridian { "kept" } else { "once" }),
    ]);
    candidates
        .iter()
        .zip(stats)
        .fold(key, |key, (candidate, stat)| key.with(&candidate.location.to_string(), &stat.version))
}

/// Refuses granules of a collection whose format is not read yet; files of it that were converted have other names.
fn refuse_unreadable(entry: Option<&Entry>, candidates: &[Candidate]) -> Result<()> {
    let Some((entry, limits)) = entry.and_then(|entry| Some((entry, entry.limits.as_ref()?))) else { return Ok(()) };
    let is_grib = |name: &str| [".grib2", ".grb2", ".grib", ".grb"].iter().any(|end| name.ends_with(end));
    match candidates.iter().find(|candidate| is_grib(&candidate.location.name().to_ascii_lowercase())) {
        Some(candidate) => Err(CatalogError::Request(format!("{}: {}: {limits}", entry.id, candidate.location))),
        None => Ok(()),
    }
}

/// Opens every candidate and finds out what the subset is.
fn scan(request: &SubsetRequest, context: &Context, candidates: &[Candidate]) -> Result<SubsetMetadata> {
    let entry = request.source.collection.as_ref();
    let Some(first) = candidates.first() else {
        return Err(CatalogError::Empty("there is no granule".to_owned()));
    };
    let names =
        variable::names(&open_granule(&context.stores, &first.location, &context.open)?, &request.variables, entry)?;
    let opener = Opener { context, entry, names: &names, level: request.level.as_ref() };
    let (reference, scanned_first) = opener.scan_first(first)?;
    let span = request.span(reference.calendar)?;
    let rest = parallel::map(candidates.len() - 1, workers(context, candidates), |i| {
        candidates.get(i + 1).map_or_else(|| Err(CatalogError::Empty(String::new())), |c| opener.scan(c, &reference))
    })?;
    let mut scanned = vec![scanned_first];
    scanned.extend(rest);

    let mut notices = Vec::new();
    note_relabelling(&scanned, reference.calendar, &first.location.name(), &mut notices);
    note_unexpected(entry, candidates, &scanned, &mut notices);
    note_attributes(candidates, &scanned, &mut notices);
    let times: Vec<Vec<Timestamp>> = scanned.iter().map(|s| s.times.clone()).collect();
    let cells: Vec<Vec<(i64, i64)>> = scanned.iter().map(|s| s.cells.clone()).collect();
    let steps = axis::steps(&times, &cells, candidates, span, request.order, &mut notices);
    if steps.is_empty() {
        return Err(CatalogError::Empty(outside(&times, request, span)));
    }
    let variables = widest(&scanned);
    note_units(entry, &variables, &mut notices);

    let (file, window, grid) = cut(&reference, request)?;
    if file.left_out_meridian {
        let message = format!("{} repeats its first meridian at the end; it is read once", first.location.name());
        notices.push(Notice::info(NoticeCode::MeridianRepeated, first.location.name(), message));
    }
    notices.extend(file.remarks.iter().map(|remark| Notice::of_remark(remark, &first.location.name())));
    let file_columns = file.grid.nx() + usize::from(file.left_out_meridian);
    let part = Part { window, file_columns, westward: file.westward };
    Ok(SubsetMetadata { names, grid, part, steps, calendar: reference.calendar, variables, notices })
}

/// The grid of the files, and what the domain takes of it.
fn cut(reference: &Reference, request: &SubsetRequest) -> Result<(FileGrid, Window, Grid)> {
    let select = |keep: bool| -> Result<_> {
        let file = reference.positions.file_grid(&reference.location, keep)?;
        let (window, grid) =
            request.domain.select(&file.grid).map_err(CatalogError::core(reference.location.clone()))?;
        let grid = with_positions(&file.grid, &window, grid, &reference.location)?;
        let window = in_file_order(window, file.first_column, file.grid.nx());
        Ok((file, window, grid))
    };
    match request.keep_repeated_meridian.then(|| select(true)) {
        Some(Ok(kept)) => Ok(kept),
        // a domain across the seam would have both columns side by side
        Some(Err(_)) | None => select(false),
    }
}

/// The grid of a window, without the cells that have no position in the file.
fn with_positions(file: &Grid, window: &Window, grid: Grid, location: &str) -> Result<Grid> {
    let Some(known) = file.domain() else { return Ok(grid) };
    let columns: Vec<usize> = window.columns.iter().cloned().flatten().collect();
    let in_file = window.rows.clone().flat_map(|row| columns.iter().map(move |column| row * file.nx() + column));
    let known: Vec<bool> = in_file.map(|cell| known.get(cell).copied().unwrap_or(false)).collect();
    let inside: Vec<bool> = match grid.domain() {
        Some(domain) => domain.iter().zip(&known).map(|(inside, known)| *inside && *known).collect(),
        None => known,
    };
    if !inside.contains(&true) {
        return Err(CatalogError::Empty(format!("{location}: no cell of the domain has a position")));
    }
    grid.with_domain(inside).map_err(CatalogError::core(location))
}

/// A window whose columns count from the grid's first one, by the file's columns that go east.
fn in_file_order(window: Window, first_column: usize, nx: usize) -> Window {
    if first_column == 0 {
        return window;
    }
    // the grid's columns from here on lie at the beginning of the file
    let turn = nx - first_column;
    let columns = window.columns.iter().flat_map(|range| {
        let west = range.start.min(turn)..range.end.min(turn);
        let east = range.start.max(turn)..range.end.max(turn);
        [west.start + first_column..west.end + first_column, east.start - turn..east.end - turn]
    });
    Window { rows: window.rows, columns: columns.filter(|range| !range.is_empty()).collect() }
}

/// The variables with the widest type that any granule gives them.
fn widest(scanned: &[Scanned]) -> Vec<VariableMeta> {
    let mut variables = scanned.first().map(|s| s.variables.clone()).unwrap_or_default();
    for other in scanned {
        for (variable, same) in variables.iter_mut().zip(&other.variables) {
            variable.value_type = variable.value_type.max(same.value_type);
        }
    }
    variables
}

fn outside(times: &[Vec<Timestamp>], request: &SubsetRequest, span: Span) -> String {
    let all = || times.iter().flatten();
    let (first, last) = (all().min_by_key(|t| t.micros()), all().max_by_key(|t| t.micros()));
    let asked = |text: &Option<String>, time: Option<Timestamp>| match (text, time) {
        (Some(_), Some(time)) => time.to_string(),
        _ => "any time".to_owned(),
    };
    match (first, last) {
        (Some(first), Some(last)) => format!(
            "the granules hold times from {first} to {last}; asked for were {} to {}",
            asked(&request.start, span.start),
            asked(&request.end, span.end)
        ),
        _ => "the granules hold no time".to_owned(),
    }
}

fn note_relabelling(scanned: &[Scanned], calendar: Calendar, subject: &str, notices: &mut Vec<Notice>) {
    if let Some(own) = scanned.iter().find_map(|s| s.relabelled) {
        let message = format!("the granules name the calendar {own}; their dates are those of the {calendar} calendar");
        notices.push(Notice::info(NoticeCode::CalendarRelabelled, subject, message));
    }
}

/// Reports attributes that are unusual or not followed, each once.
fn note_attributes(candidates: &[Candidate], scanned: &[Scanned], notices: &mut Vec<Notice>) {
    let mut told = BTreeSet::new();
    for (candidate, scanned) in candidates.iter().zip(scanned) {
        let new = scanned.remarks.iter().filter(|remark| told.insert(remark.text.as_str()));
        notices.extend(new.map(|remark| Notice::of_remark(remark, &candidate.location.name())));
    }
}

/// Reports granules whose times are not those that their names tell.
fn note_unexpected(entry: Option<&Entry>, candidates: &[Candidate], scanned: &[Scanned], notices: &mut Vec<Notice>) {
    let Some(rule) = entry.and_then(|e| e.granules.as_ref()) else { return };
    let unexpected = |(candidate, scanned): (&Candidate, &Scanned)| {
        let date = candidate.date?.start();
        let until = rule.every.after(date, 1)?;
        let other = scanned.times.iter().find(|t| t.micros() < date.micros() || t.micros() >= until.micros())?;
        Some((candidate.location.name(), *other))
    };
    let found: Vec<(String, Timestamp)> = candidates.iter().zip(scanned).filter_map(unexpected).collect();
    if let Some((name, time)) = found.first() {
        let names: Vec<&String> = found.iter().map(|(name, _)| name).collect();
        let message = format!(
            "{name} holds {time}, which its name does not tell; the times in the files count ({})",
            some_of(&names)
        );
        notices.push(Notice::warning(NoticeCode::TimeUnexpected, name.clone(), message));
    }
}

/// Reports units that are not the catalogue's.
fn note_units(entry: Option<&Entry>, variables: &[VariableMeta], notices: &mut Vec<Notice>) {
    for variable in variables {
        let known = entry.and_then(|e| e.variables.get(&variable.name)).and_then(|v| v.units.as_deref());
        if let (Some(known), Some(own)) = (known, variable.units.as_deref())
            && !units::same(known, own)
        {
            let message = format!("`{}` is in `{own}` in the granules; the catalogue says `{known}`", variable.name);
            notices.push(Notice::warning(NoticeCode::UnitsUnexpected, variable.name.clone(), message));
        }
    }
}

fn granules(candidates: &[Candidate], stats: &[Stat], steps: &[Step]) -> Vec<GranuleInfo> {
    let mut times: Vec<Vec<Timestamp>> = vec![Vec::new(); candidates.len()];
    for step in steps {
        if let Some(own) = times.get_mut(step.granule as usize) {
            own.push(step.time);
        }
    }
    let info = |((candidate, stat), times): ((&Candidate, &Stat), Vec<Timestamp>)| GranuleInfo {
        location: candidate.location.to_string(),
        version: stat.version.clone(),
        size: stat.size,
        times,
    };
    candidates.iter().zip(stats).zip(times).map(info).filter(|g| !g.times.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_grid_that_begins_in_the_midst_of_the_file_find_their_place() {
        let window = |columns: Vec<std::ops::Range<usize>>| Window { rows: 0..2, columns };
        // 0..9 and 350..359: the grid begins at the file's column 10
        let found = |columns| in_file_order(window(columns), 10, 20).columns;
        assert_eq!(found(vec![0..20]), [10..20, 0..10]);
        assert_eq!(found(vec![0..5]), [10..15]);
        assert_eq!(found(vec![8..12]), [18..20, 0..2]);
        assert_eq!(found(vec![12..15]), [2..5]);
        assert_eq!(in_file_order(window(vec![3..4]), 0, 20).columns, [3..4]);
    }
}
