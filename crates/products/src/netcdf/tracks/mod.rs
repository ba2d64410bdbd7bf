//! `<job>-Tracks.nc`: the events as trajectories (CF-1.11, contiguous ragged array), and the links between them.

mod columns;
mod given;
mod links;

use eventscape_core::track::{EndStatus, StartStatus, TrackSummary};
use eventscape_core::{EventSource, Grid, Lineage};

use super::axes::time_variable;
use super::in_order::scenes_in_order;
use super::metadata::{FileKind, global_attributes};
use crate::members::members_of;
use crate::{JobInfo, ProductError};
use columns::{Column, Observation, Stored, columns, coordinates, flags};
use eventscape_formats::write::Medium;
use eventscape_formats::write::{Codec, NcFile, Variable};
use given::write_given;
use links::{kin, write_links};

const PACKED: Codec = Codec { shuffle: true, level: 1 };
/// Observations of a chunk.
const ROWS: usize = 1 << 15;
/// Bytes of observations in memory at a time: what does not fit takes another pass over the events.
const HELD: usize = 256 << 20;
const EVENT: &[&str] = &["event"];

/// Writes the tracks.
///
/// Each event is a trajectory: `event_id(event)`, `row_size(event)` observations, one after the other along `obs`, with time,
/// centroid, shape, statistics of the value, motion (NaN where it cannot be told) and tags; its start and end status, its
/// duration, the numbers of its parents and children. Events that were given have their `event_name(event, name_length)` and
/// `source_id(event, source_id_length)`, as characters. The links between components of different times are variables over
/// `link`. `summaries` are those of [`eventscape_core::track::track_summaries`], one for each track in order.
///
/// Memory: at most 256 MiB of observations; longer jobs take more passes over the events. Calls `progress` with the number
/// of scenes done in the last pass.
///
/// # Errors
/// [`ProductError::Write`] when the output refuses, [`ProductError::Source`] when a scene cannot be read back,
/// [`ProductError::Mismatch`] when events, lineage and summaries are not of one job.
pub fn write_tracks<W: Medium>(
    out: W,
    job: &JobInfo,
    grid: &Grid,
    lineage: &Lineage,
    summaries: &[TrackSummary],
    events: &dyn EventSource,
    progress: &dyn Fn(usize),
) -> Result<W, ProductError> {
    let fits = lineage.times.len() == events.scenes()
        && lineage.tracks.len() == summaries.len()
        && lineage
            .tracks
            .iter()
            .zip(summaries)
            .all(|(track, summary)| track.id == summary.id && track.members.len() == summary.motion.len());
    if !fits {
        return Err(ProductError::Mismatch(format!(
            "{} tracks at {} times do not go with {} summaries and {} scenes",
            lineage.tracks.len(),
            lineage.times.len(),
            summaries.len(),
            events.scenes()
        )));
    }
    let mut file = NcFile::create(out, "the tracks file")?;
    let kind = FileKind {
        title: "Tracks",
        id: "tracks",
        comment: "The observations of the first event come first, row_size(1) of them, then those of the second. \
                  parents: merges into the event and the split that made it; children: splits off it and the merge that \
                  ended it."
            .to_owned(),
    };
    let mut attributes = global_attributes(&kind, job, grid, lineage);
    attributes.set("featureType", "trajectory");
    file.attributes(attributes)?;
    write_events(&mut file, lineage, summaries)?;
    write_given(&mut file, job, lineage)?;
    write_observations(&mut file, job, lineage, summaries, events, progress)?;
    write_links(&mut file, lineage)?;
    Ok(file.finish()?)
}

fn write_events<W: Medium>(
    file: &mut NcFile<W>,
    lineage: &Lineage,
    summaries: &[TrackSummary],
) -> Result<(), ProductError> {
    file.dimension("event", lineage.tracks.len())?;
    let int = |name: &str, long_name: &str| Variable::of::<i32>(name, EVENT).with("long_name", long_name);
    let ids: Vec<i32> = lineage.tracks.iter().map(|track| track.id as i32).collect();
    file.compressed(int("event_id", "number of the event").with("cf_role", "trajectory_id"), ROWS, PACKED, &ids)?;
    let sizes: Vec<i32> = lineage.tracks.iter().map(|track| track.members.len() as i32).collect();
    let row_size = int("row_size", "number of observations of the event").with("sample_dimension", "obs");
    file.compressed(row_size, ROWS, PACKED, &sizes)?;

    let starts: Vec<i8> = summaries
        .iter()
        .map(|summary| match summary.start_status {
            StartStatus::Initiation => 0,
            StartStatus::Split => 1,
            StartStatus::Censored => 2,
        })
        .collect();
    let begins = flags("start_status", EVENT, "how the event begins", &["initiation", "split", "censored"]);
    file.compressed(begins, ROWS, PACKED, &starts)?;
    let ends: Vec<i8> = summaries
        .iter()
        .map(|summary| match summary.end_status {
            EndStatus::Dissipation => 0,
            EndStatus::Merge => 1,
            EndStatus::Censored => 2,
        })
        .collect();
    let finishes = flags("end_status", EVENT, "how the event ends", &["dissipation", "merge", "censored"]);
    file.compressed(finishes, ROWS, PACKED, &ends)?;

    let durations: Vec<f64> = summaries.iter().map(|summary| summary.duration_s).collect();
    let duration = Variable::of::<f64>("duration", EVENT)
        .with("long_name", "time from the first to the last observation")
        .with("units", "s");
    file.compressed(duration, ROWS, PACKED, &durations)?;
    let kin = kin(lineage)?;
    let parents: Vec<i32> = kin.iter().map(|kin| kin.parents).collect();
    file.compressed(int("parents", "number of links from earlier events").with("units", "1"), ROWS, PACKED, &parents)?;
    let children: Vec<i32> = kin.iter().map(|kin| kin.children).collect();
    Ok(file.compressed(
        int("children", "number of links to later events").with("units", "1"),
        ROWS,
        PACKED,
        &children,
    )?)
}

fn write_observations<W: Medium>(
    file: &mut NcFile<W>,
    job: &JobInfo,
    lineage: &Lineage,
    summaries: &[TrackSummary],
    events: &dyn EventSource,
    progress: &dyn Fn(usize),
) -> Result<(), ProductError> {
    // where each track's observations begin
    let mut total = 0;
    let mut firsts = Vec::with_capacity(lineage.tracks.len());
    for track in &lineage.tracks {
        firsts.push(total);
        total += track.members.len();
    }
    file.dimension("obs", total)?;
    let calendar = lineage.times.first().map_or_else(Default::default, |time| time.calendar());
    let mut all = coordinates(time_variable("time", &["obs"], calendar));
    all.extend(columns(job));
    let at_once = (HELD / (8 * total.max(1))).clamp(1, all.len());
    while !all.is_empty() {
        let rest = all.split_off(at_once.min(all.len()));
        let values = gather(&all, total, &firsts, lineage, summaries, events, progress)?;
        for (Column { variable, stored, .. }, values) in all.into_iter().zip(values) {
            match stored {
                Stored::Real => file.compressed(variable, ROWS, PACKED, &values)?,
                Stored::Int => {
                    let values: Vec<i32> = values.iter().map(|&value| value as i32).collect();
                    file.compressed(variable, ROWS, PACKED, &values)?;
                }
                Stored::Byte => {
                    let values: Vec<i8> = values.iter().map(|&value| value as i8).collect();
                    file.compressed(variable, ROWS, PACKED, &values)?;
                }
            }
        }
        all = rest;
    }
    Ok(())
}

/// The values of some columns, each in the order of the observations.
fn gather(
    columns: &[Column],
    total: usize,
    firsts: &[usize],
    lineage: &Lineage,
    summaries: &[TrackSummary],
    events: &dyn EventSource,
    progress: &dyn Fn(usize),
) -> Result<Vec<Vec<f64>>, ProductError> {
    let mut values = vec![vec![f64::NAN; total]; columns.len()];
    scenes_in_order(
        events,
        |index, scene| {
            let members = members_of(lineage, index, &scene)?;
            let mut rows = Vec::with_capacity(members.len());
            for event in members {
                let missing = || ProductError::Mismatch(format!("track {} is not in the lineage", event.track));
                let track =
                    lineage.tracks.binary_search_by_key(&event.track, |track| track.id).map_err(|_| missing())?;
                let place = lineage.tracks[track]
                    .members
                    .binary_search_by_key(&(event.member.scene, event.member.component), |m| (m.scene, m.component))
                    .map_err(|_| missing())?;
                let observation = Observation {
                    time: scene.time,
                    member: event.member,
                    component: event.component,
                    motion: summaries[track].motion[place],
                };
                let row: Vec<f64> = columns.iter().map(|column| (column.value)(&observation)).collect();
                rows.push((firsts[track] + place, row));
            }
            Ok(rows)
        },
        |index, rows| {
            for (at, row) in rows {
                for (column, value) in values.iter_mut().zip(row) {
                    column[at] = value;
                }
            }
            progress(index + 1);
            Ok(())
        },
    )?;
    Ok(values)
}
