//! Which granules a request may concern: by their names, before any is opened.

use std::collections::BTreeSet;

use eventscape_core::Timestamp;
use eventscape_core::time::{Calendar, Precision};
use eventscape_formats::is_data_name;
use eventscape_io::IoError;
use eventscape_io::stores::{Location, Stores};

use super::notice::{Notice, NoticeCode, some_of};
use super::parallel;
use super::request::{Span, SubsetRequest};
use crate::entry::{Entry, GranuleRule, Period};
use crate::{CatalogError, NameDate, NamePattern, Result};

/// A granule that may hold times of the span.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) location: Location,
    /// The date in its name, where the collection's pattern tells.
    pub(crate) date: Option<NameDate>,
    /// Its name was made from the date rather than listed: it may not exist.
    pub(crate) guessed: bool,
}

/// More expected granules than this are a mistyped date.
const MOST_EXPECTED: usize = 5_000_000;

/// Folders of an object store that are listed at the same time.
const REMOTE_LISTINGS: usize = 16;

/// The candidates, by name, each once.
pub(crate) fn candidates(
    request: &SubsetRequest,
    stores: &Stores,
    notices: &mut Vec<Notice>,
) -> Result<Vec<Candidate>> {
    let source = &request.source;
    let rule = match &source.collection {
        Some(entry) => entry.granules.as_ref().map(|rule| Rule::new(entry, rule)).transpose()?,
        None => None,
    };
    // names tell dates of the ordinary calendar; a text that it cannot read is left to the data's own calendar
    let span = match &rule {
        Some(_) => request.span(Calendar::Standard)?,
        None => Span { start: None, end: None },
    };
    let mut found = if !source.inputs.is_empty() {
        from_inputs(&source.inputs, rule.as_ref(), stores, notices)?
    } else {
        match (&source.collection, &rule) {
            (Some(entry), Some(rule)) => from_collection(entry, rule, source.root.as_deref(), span, stores)?,
            (Some(entry), None) => {
                return Err(CatalogError::Request(format!(
                    "the names of {}'s granules are not known; name files with --input",
                    entry.id
                )));
            }
            (None, _) => {
                return Err(CatalogError::Request(
                    "no input is named; give a collection, or files with --input".to_owned(),
                ));
            }
        }
    };
    found.sort_by(|a, b| (a.location.name(), &a.location).cmp(&(b.location.name(), &b.location)));
    let listed = found.len();
    if let Some(rule) = &rule {
        found.retain(|c| c.date.is_none_or(|d| span.meets(d.start(), rule.end_of(d))));
    }
    if found.is_empty() {
        return Err(CatalogError::Empty(nothing_found(request, rule.as_ref(), span, listed)));
    }
    Ok(found)
}

/// Reports what the collection should have in the span, and what is not there.
pub(crate) fn report(request: &SubsetRequest, found: &[Candidate], notices: &mut Vec<Notice>) -> Result<()> {
    let Some(entry) = &request.source.collection else { return Ok(()) };
    let Some(rule) = &entry.granules else { return Ok(()) };
    let (rule, span) = (Rule::new(entry, rule)?, request.span(Calendar::Standard)?);
    if found.is_empty() {
        return Err(CatalogError::Empty(nothing_found(request, Some(&rule), span, 0)));
    }
    note_missing(entry, &rule, span, found, notices);
    note_validity(entry, span, notices);
    Ok(())
}

/// The rule of a collection's names, ready for use.
struct Rule<'e> {
    pattern: NamePattern,
    rule: &'e GranuleRule,
    origin: Timestamp,
    first: Timestamp,
    last: Option<Timestamp>,
}

impl<'e> Rule<'e> {
    fn new(entry: &'e Entry, rule: &'e GranuleRule) -> Result<Self> {
        let pattern = NamePattern::parse(&rule.pattern).map_err(|reason| CatalogError::Entry {
            file: entry.id.clone(),
            key: "granules.pattern".to_owned(),
            reason,
        })?;
        // the last day of validity counts whole
        let last = entry.valid.end.map(|e| e.0.plus_seconds(86_399.0));
        Ok(Self { pattern, rule, origin: entry.origin().0, first: entry.valid.start.0, last })
    }

    /// The date that a file's name, or its directories and its name, carry.
    fn date_of(&self, location: &Location) -> Option<NameDate> {
        let text = location.to_string();
        let folder = text.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.pattern.date(&format!("{folder}/{}", location.name()))
    }

    /// The instant before which all times of a granule lie.
    fn end_of(&self, date: NameDate) -> Timestamp {
        let whole = self.rule.every.after(date.start(), 1);
        let day = Period::Seconds(86_400).after(date.start(), 1);
        // a single step of a granule named by its day is of that day, however far the next one is
        match (self.rule.steps, date.precision(), whole, day) {
            (1, Precision::Day | Precision::Time, Some(w), Some(d)) if d.micros() < w.micros() => d,
            (_, _, Some(whole), _) => whole,
            _ => date.start(),
        }
    }

    /// The starts of the granules that the collection should have between two instants, in order.
    fn expected(&self, from: Timestamp, until: Timestamp) -> Result<Vec<Timestamp>> {
        let every = self.rule.every;
        let mut count = every.count_until(self.origin, from);
        let mut starts = Vec::new();
        while let Some(start) = every.after(self.origin, count).filter(|t| t.micros() <= until.micros()) {
            starts.push(start);
            count += 1;
            if starts.len() > MOST_EXPECTED {
                return Err(CatalogError::Request(format!(
                    "from {from} until {until} there would be more than {MOST_EXPECTED} granules; check start and end"
                )));
            }
        }
        Ok(starts)
    }
}

fn from_inputs(
    inputs: &[String],
    rule: Option<&Rule<'_>>,
    stores: &Stores,
    notices: &mut Vec<Notice>,
) -> Result<Vec<Candidate>> {
    let mut found: Vec<Candidate> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut ignored = Vec::new();
    for input in inputs {
        let expanded = stores.expand(std::slice::from_ref(input))?;
        let itself = Location::parse(input)?;
        let named = expanded == [itself];
        let is_pattern = input.contains(['*', '?', '[']);
        for location in expanded {
            let name = location.name();
            let date = rule.and_then(|r| r.date_of(&location));
            let is_data = || is_data_name(stores.formats(), &name);
            // what was picked out of a folder must look like a granule; what was named is taken at its word
            let wanted = named || date.is_some() || (rule.is_none() && (is_pattern || is_data()));
            if !wanted {
                ignored.push(name);
            } else if seen.insert(location.clone()) {
                found.push(Candidate { location, date, guessed: false });
            } else {
                let subject = location.to_string();
                let message = format!("{subject} is named more than once; it is read once");
                notices.push(Notice::info(NoticeCode::GranuleRepeated, subject, message));
            }
        }
    }
    if let Some(first) = ignored.first() {
        let message = format!("not granules by their names, and left out: {}", some_of(&ignored));
        notices.push(Notice::info(NoticeCode::FileIgnored, first.clone(), message));
    }
    Ok(found)
}

fn from_collection(
    entry: &Entry,
    rule: &Rule<'_>,
    root: Option<&str>,
    span: Span,
    stores: &Stores,
) -> Result<Vec<Candidate>> {
    let root = match (root, &entry.provider) {
        (Some(root), _) => Location::parse(root)?,
        (None, Some(provider)) => Location::parse(&provider.location)?,
        (None, None) => {
            return Err(CatalogError::Request(format!(
                "where {}'s granules are is not known; give their folder (--root) or name files (--input)",
                entry.id
            )));
        }
    };
    if root.is_remote() && (span.start.is_none() || span.end.is_none()) {
        return Err(CatalogError::Request(format!("give start and end: all of {} in {root} would be read", entry.id)));
    }
    if matches!(root, Location::Http(_)) {
        return from_web(entry, rule, &root, span);
    }
    let mut listed = Vec::new();
    match (span.start, span.end, rule.pattern.has_dated_directory()) {
        (Some(start), Some(end), true) => {
            let starts = rule.expected(start, end)?;
            let folders: BTreeSet<String> = starts.into_iter().map(|t| rule.pattern.directory(t)).collect();
            let folders: Vec<String> = folders.into_iter().collect();
            let workers = if root.is_remote() { REMOTE_LISTINGS } else { 1 };
            let lists = parallel::map(folders.len(), workers, |i| {
                Ok(stores.list(&root.join(folders.get(i).map_or("", String::as_str)))?)
            })?;
            listed.extend(lists.into_iter().flatten());
            if listed.is_empty() && !root.is_remote() {
                // a folder into which the granules were copied without their directories
                listed = stores.list(&root)?;
            }
        }
        _ => listed = stores.list(&root)?,
    }
    let dated = listed.into_iter().filter_map(|file| {
        let date = rule.date_of(&file.location)?;
        Some(Candidate { location: file.location, date: Some(date), guessed: false })
    });
    Ok(dated.collect())
}

/// A web server cannot list: the names are made from the dates.
fn from_web(entry: &Entry, rule: &Rule<'_>, root: &Location, span: Span) -> Result<Vec<Candidate>> {
    let (Some(start), Some(end)) = (span.start, span.end) else { return Ok(Vec::new()) };
    if rule.pattern.has_wildcard() {
        return Err(CatalogError::Request(format!(
            "the names of {}'s granules hold more than dates ({}), and a web server cannot be searched; name them with --input",
            entry.id, rule.rule.pattern
        )));
    }
    let guess = |t: Timestamp| {
        let location = root.join(&rule.pattern.directory(t)).join(&rule.pattern.name(t));
        Candidate { date: rule.date_of(&location), location, guessed: true }
    };
    Ok(rule.expected(start, end)?.into_iter().map(guess).collect())
}

/// Reports the granules that should be there, in runs.
fn note_missing(entry: &Entry, rule: &Rule<'_>, span: Span, found: &[Candidate], notices: &mut Vec<Notice>) {
    if entry.swath {
        return;
    }
    let mut dates: Vec<i64> = found.iter().filter_map(|c| c.date).map(|d| d.start().micros()).collect();
    dates.sort_unstable();
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return };
    let at = |micros: i64| Timestamp::from_micros(Calendar::Standard, micros);
    let from = span.start.unwrap_or(at(*first)).micros().max(rule.first.micros());
    let until = span.end.unwrap_or(at(*last)).micros().min(rule.last.map_or(i64::MAX, Timestamp::micros));
    let Ok(expected) = rule.expected(at(from), at(until)) else { return };
    let is_there = |start: Timestamp| {
        let next = rule.rule.every.after(start, 1).map_or(i64::MAX, Timestamp::micros);
        let at = dates.partition_point(|d| *d < start.micros());
        dates.get(at).is_some_and(|d| *d < next)
    };
    // the granule that holds the start may have begun before it, and ended too
    let should_be = |start: &Timestamp| {
        rule.pattern
            .date(&rule.pattern.path(*start).replace('*', "0"))
            .is_none_or(|d| span.meets(*start, rule.end_of(d)))
    };
    let mut run: Vec<String> = Vec::new();
    let mut flush = |run: &mut Vec<String>| {
        if let (Some(first), Some(last)) = (run.first(), run.last()) {
            let message = match run.len() {
                1 => format!("the granule {first} is missing"),
                2..=4 => format!("the granules {} are missing", run.join(", ")),
                n => format!("{n} granules are missing, from {first} to {last}"),
            };
            notices.push(Notice::warning(NoticeCode::GranuleMissing, first.clone(), message));
        }
        run.clear();
    };
    for start in expected.into_iter().filter(should_be) {
        if is_there(start) { flush(&mut run) } else { run.push(rule.pattern.label(start)) }
    }
    flush(&mut run);
}

fn note_validity(entry: &Entry, span: Span, notices: &mut Vec<Notice>) {
    let (first, last) = (entry.valid.start.0, entry.valid.end.map(|e| e.0.plus_seconds(86_399.999_999)));
    let early = span.start.is_some_and(|s| s.micros() < first.micros());
    let late = last.is_some_and(|last| span.end.is_some_and(|e| e.micros() > last.micros()));
    if early || late {
        let until = last.map_or_else(|| "today".to_owned(), |l| l.to_string());
        let message = format!("{} goes from {first} to {until}; the span asked for reaches beyond", entry.id);
        notices.push(Notice::warning(NoticeCode::OutsideValidity, entry.id.clone(), message));
    }
}

fn nothing_found(request: &SubsetRequest, rule: Option<&Rule<'_>>, span: Span, listed: usize) -> String {
    let source = &request.source;
    let place = match (&source.inputs[..], &source.root, &source.collection) {
        ([], Some(root), _) => root.clone(),
        ([], None, Some(entry)) => entry.provider.as_ref().map_or_else(String::new, |p| p.location.clone()),
        (inputs, ..) => some_of(inputs),
    };
    let example = rule.map_or_else(String::new, |rule| {
        let at = span.start.unwrap_or(rule.origin);
        let at = rule.rule.every.after(rule.origin, rule.rule.every.count_until(rule.origin, at)).unwrap_or(at);
        format!("; a granule is named like {}", rule.pattern.path(at))
    });
    let when = match (&request.start, &request.end) {
        (None, None) => String::new(),
        (start, end) => {
            format!(" from {} to {}", start.as_deref().unwrap_or("the beginning"), end.as_deref().unwrap_or("the end"))
        }
    };
    let others = if listed > 0 { format!(" ({listed} granules of other times are there)") } else { String::new() };
    format!("{place} has no granule{when}{others}{example}")
}

/// Whether an error means that a guessed granule does not exist.
pub(crate) fn is_absent(candidate: &Candidate, error: &IoError) -> bool {
    candidate.guessed && matches!(error, IoError::NotFound { .. })
}
