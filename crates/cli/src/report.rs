//! Results for people and programs.

use std::fmt::Write;

use eventscape_pipeline::{CurationReads, CurationReport, Reads, Report, Severity, Validation, Verification};
use eventscape_products::Artifact;

/// The summary of a job.
pub(crate) fn of_job(report: &Report, json: bool) -> String {
    if json {
        return as_json(report);
    }
    let head = match (report.status, report.already_complete) {
        ("chunk", _) => "chunk complete; join it with `eventscape stitch`",
        (_, true) => "already complete, nothing was done (--overwrite to run it anew)",
        _ => "complete",
    };
    let mut rows = vec![
        ("job", format!("{} {head}", report.job_id)),
        (if report.status == "chunk" { "chunk" } else { "products" }, report.location.clone()),
        (
            "input",
            format!(
                "{} granules, {} scenes of {} × {} cells",
                report.granules, report.scenes, report.grid.0, report.grid.1
            ),
        ),
    ];
    if report.status != "chunk" && !report.already_complete {
        rows.push((
            "found",
            format!("{} tracks of {} components, {} links", report.tracks, report.components, report.links),
        ));
        if report.tracks == 0 {
            rows.push(("", "components below --min-size (150 cells if not given) do not count".to_owned()));
        }
    }
    for time in &report.times {
        rows.push(("", format!("{} in {:.2} s", time.stage, time.seconds)));
    }
    with_products(&report.title, &rows, report.job_id, &report.products)
}

/// The summary of a curation job.
pub(crate) fn of_curations(reports: &[CurationReport], json: bool) -> String {
    one_or_more(reports, json, of_curation)
}

/// One of several as it is, more as a list; in JSON, or one text after the other.
fn one_or_more<T: serde::Serialize>(all: &[T], json: bool, text: impl Fn(&T) -> String) -> String {
    match (all, json) {
        ([only], true) => as_json(only),
        (several, true) => as_json(&several),
        (several, false) => several.iter().map(text).collect::<Vec<_>>().join("\n"),
    }
}

fn of_curation(report: &CurationReport) -> String {
    let head = if report.already_complete {
        "already complete, nothing was done (--overwrite to run it anew)"
    } else {
        "complete"
    };
    let mut rows = vec![
        ("job", format!("{} {head}", report.job_id)),
        ("products", report.location.clone()),
        ("events", format!("{} at {} times, {} cells", report.events, report.times, report.cells)),
    ];
    if !report.already_complete {
        rows.push(("values", format!("{}; {} events without any", report.method, report.without_value)));
    }
    rows.extend(report.stages.iter().map(|time| ("", format!("{} in {:.2} s", time.stage, time.seconds))));
    with_products(&report.title, &rows, report.job_id, &report.products)
}

fn with_products(title: &str, rows: &[(&str, String)], job: u64, made: &[Artifact]) -> String {
    let mut text = format!("{title}\n\n");
    for (name, value) in rows {
        // writing to a string cannot fail
        let _ = writeln!(text, "{name:>10}  {value}");
    }
    if !made.is_empty() {
        text.push('\n');
        text += &products(job, made);
    }
    text
}

/// What verification found.
pub(crate) fn of_verifications(found: &[Verification], json: bool) -> String {
    one_or_more(found, json, of_verification)
}

fn of_verification(found: &Verification) -> String {
    let state = match (found.is_sound, found.damaged.len()) {
        (true, _) => "all products are as they were made".to_owned(),
        (false, 1) => "1 product is damaged or missing".to_owned(),
        (false, many) => format!("{many} products are damaged or missing"),
    };
    let mut text = format!("{}: {state}\n", found.location);
    if let Some(job) = found.job_id {
        // writing to a string cannot fail
        let _ = writeln!(text, "  job {job}, {}; {} products, {} read", found.title, found.products, size(found.bytes));
    }
    for of_product in
        found.findings.chunk_by(|a, b| (&a.product, &a.advice, a.severity) == (&b.product, &b.advice, b.severity))
    {
        let Some(first) = of_product.first() else { continue };
        let is_note = first.severity == Severity::Note;
        let _ = writeln!(text, "\n  {}{}", if is_note { "note: " } else { "" }, first.product);
        for finding in of_product {
            let place = if finding.place.is_empty() { String::new() } else { format!("{}: ", finding.place) };
            let _ = writeln!(text, "    {place}{}", finding.problem);
        }
        let _ = writeln!(text, "    {} {}", if is_note { "→" } else { "what to do:" }, first.advice);
    }
    text
}

/// What curation would read.
pub(crate) fn of_reads(jobs: &[CurationReads], json: bool) -> String {
    if json {
        return match jobs {
            [only] => as_json(only),
            several => as_json(&several),
        };
    }
    let mut text = String::new();
    for job in jobs {
        // writing to a string cannot fail
        let _ = writeln!(
            text,
            "job {}: {}, {} granules, {} events at {} times\n",
            job.job_id, job.data, job.granules, job.events, job.times
        );
        let row = |name: &str, reads: &Reads| {
            let numbers = [reads.reads, reads.chunks, reads.requests].map(|n| n.to_string());
            [&[name.to_owned()], &numbers[..], &[size(reads.bytes)]].concat()
        };
        let rows = [row("as planned", &job.planned), row("event by event", &job.one_by_one)];
        text += &table(&["", "reads", "chunks", "requests", "size"], rows.into_iter());
    }
    text
}

/// The files, those of single times summed up.
fn products(job_id: u64, products: &[Artifact]) -> String {
    let prefix = format!("{job_id}-");
    let mut rows: Vec<(String, usize, u64)> = Vec::new();
    for product in products {
        let name = match &product.stamp {
            Some(stamp) => product.name.replacen(&format!("{prefix}{stamp}"), &format!("{prefix}<time>"), 1),
            None => product.name.clone(),
        };
        match rows.iter_mut().find(|(n, ..)| *n == name) {
            Some((_, files, bytes)) => {
                *files += 1;
                *bytes += product.size;
            }
            None => rows.push((name, 1, product.size)),
        }
    }
    table(
        &["product", "files", "size"],
        rows.into_iter().map(|(name, files, bytes)| vec![name, files.to_string(), size(bytes)]),
    )
}

/// The result of a dry run.
pub(crate) fn of_validation(v: &Validation, json: bool) -> String {
    if json {
        return as_json(v);
    }
    let about = if v.is_estimate { "about " } else { "" };
    let units = v.units.as_ref().map(|u| format!(" ({u})")).unwrap_or_default();
    let step = v.step_seconds.map(|s| format!(", a step of {}", duration(s))).unwrap_or_default();
    let rows = [
        ("job", v.title.clone()),
        ("condition", v.condition.clone()),
        ("variable", format!("{}{units}, {:.1} % missing in a sample", v.variable, 100.0 * v.missing_share)),
        ("granules", format!("{}, {} scenes, {about}{} chunks", v.granules, v.scenes, v.chunks)),
        ("times", format!("{} to {}{step}, {} calendar", v.times.0, v.times.1, v.calendar)),
        (
            "grid",
            format!(
                "{} × {} cells, W {:.4} S {:.4} E {:.4} N {:.4}{}",
                v.grid.0,
                v.grid.1,
                v.bounds[0],
                v.bounds[1],
                v.bounds[2],
                v.bounds[3],
                if v.periodic { ", all round the globe" } else { "" }
            ),
        ),
        ("to read", format!("{about}{}, {} decoded", size(v.stored_bytes), size(v.decoded_bytes))),
        ("memory", format!("{} for {} scenes in flight", size(v.memory_bytes), v.scenes_in_flight)),
    ];
    let mut text = String::new();
    for (name, value) in rows {
        // writing to a string cannot fail
        let _ = writeln!(text, "{name:>10}  {value}");
    }
    text
}

fn as_json<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_string_pretty(value) {
        Ok(text) => text + "\n",
        Err(error) => format!("{{\"error\": \"{error}\"}}\n"),
    }
}

/// A table with a line under its head; numbers to the right.
pub(crate) fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.collect();
    let width = |k: usize| {
        let cells = rows.iter().filter_map(|r| r.get(k)).map(|c| c.chars().count());
        cells.chain([head[k].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    let mut line = |cells: &[String]| {
        let mut out = String::from("  ");
        for (k, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let right = k > 0 && cell.starts_with(|c: char| c.is_ascii_digit());
            let _ = if right { write!(out, "{cell:>width$}  ") } else { write!(out, "{cell:<width$}  ") };
        }
        text += out.trim_end();
        text.push('\n');
    };
    line(&head.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>());
    line(&widths.iter().map(|w| "─".repeat(*w)).collect::<Vec<_>>());
    rows.iter().for_each(|row| line(row));
    text
}

/// Bytes in words.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 2.0 * 86_400.0 => format!("{:.1} days", s / 86_400.0),
        s if s >= 5400.0 => format!("{:.1} h", s / 3600.0),
        s if s >= 120.0 => format!("{:.0} min", s / 60.0),
        s => format!("{s:.0} s"),
    }
}
