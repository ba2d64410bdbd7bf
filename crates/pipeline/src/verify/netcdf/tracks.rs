//! `<job>-Tracks.nc`: the tracks, their observations, and the links between them.

use eventscape_products::ProductKind;

use super::{Nc, times};
use crate::verify::described::{Described, IN_NETCDF};
use crate::verify::facts::{Events, Facts, LinkRow, MILLISECOND, RELATIONS, Sums, Told, digest};
use crate::verify::finding::{Checked, Faults, Trouble};

/// Durations are what they must be up to so many seconds.
const SAME_SECONDS: f64 = 1e-3;

pub(super) fn check(nc: &Nc<'_>, faults: &mut Faults) -> Checked<Facts> {
    debug_assert_eq!(nc.asked.kind, ProductKind::TracksNetcdf);
    let mut facts = Facts::default();
    let tracks = tracks(nc)?;
    facts.counts.insert("tracks", tracks.len() as u64);
    let outcome = observations(nc, &tracks, faults);
    if let Some(events) = faults.take(outcome)? {
        facts.counts.insert("components", events.rows.iter().map(|(_, sum)| u64::from(sum.components)).sum());
        facts.events = Some(events);
    }
    let most = tracks.iter().map(|track| track.id).max().unwrap_or(0);
    let outcome = links(nc, most);
    if let Some(links) = faults.take(outcome)? {
        facts.counts.insert("links", links.len() as u64);
        facts.links = Some(links);
    }
    Ok(facts)
}

struct Track {
    id: u32,
    /// Number of its observations.
    size: usize,
    duration: f64,
}

fn tracks(nc: &Nc<'_>) -> Checked<Vec<Track>> {
    let (ids, sizes, durations) = (nc.integers("event_id")?, nc.integers("row_size")?, nc.reals("duration")?);
    if sizes.len() != ids.len() || durations.len() != ids.len() {
        return Err(Trouble::at("row_size", "it does not have a value for each event"));
    }
    let mut tracks: Vec<Track> = Vec::with_capacity(ids.len());
    for (k, ((id, size), duration)) in ids.iter().zip(&sizes).zip(durations).enumerate() {
        let id = u32::try_from(*id).ok().filter(|id| *id > tracks.last().map_or(0, |last| last.id));
        let id = id.ok_or_else(|| Trouble::at(format!("event_id[{k}]"), "events are numbered from 1, ascending"))?;
        let size = usize::try_from(*size).ok().filter(|size| *size > 0);
        let size =
            size.ok_or_else(|| Trouble::at(format!("row_size[{k}]"), "an event has one observation at least"))?;
        tracks.push(Track { id, size, duration });
    }
    Ok(tracks)
}

fn observations(nc: &Nc<'_>, tracks: &[Track], faults: &mut Faults) -> Checked<Events> {
    let times = times::read(nc, "time")?;
    let total = times.len();
    let told = tracks.iter().try_fold(0usize, |sum, track| sum.checked_add(track.size));
    if told != Some(total) {
        return Err(Trouble::at("row_size", format!("it tells of other than the {total} observations that there are")));
    }
    let (scenes, cells) = (column(nc, "scene", total)?, column(nc, "cells", total)?);
    let lon = column(nc, "lon", total)?;
    let described = described(nc, total)?;
    let mut sums = Sums::default();
    let mut at = 0;
    for track in tracks {
        for k in at..at + track.size {
            let goes_on = k == at || (times[k - 1] <= times[k] && scenes[k - 1] <= scenes[k]);
            if !goes_on {
                faults.add(format!("time[{k}]"), format!("event {} goes back in time", track.id));
            }
            if !(1.0..).contains(&cells[k]) {
                faults.add(format!("cells[{k}]"), format!("it is {}, an event has a cell at least", cells[k]));
            }
            if !lon[k].is_finite() {
                faults.add(format!("lon[{k}]"), "it is no longitude");
            }
            let numbers = Described(described.each_ref().map(|column| column[k]));
            if let Some((which, why)) = numbers.wrong() {
                faults.add(format!("{}[{k}]", IN_NETCDF[which]), why);
            }
            sums.add((times[k], track.id), numbers.sum(cells[k].max(0.0) as u64));
        }
        let lasts = (times[at + track.size - 1] - times[at]) as f64 / 1e6;
        if (lasts - track.duration).abs().is_nan() || (lasts - track.duration).abs() > SAME_SECONDS {
            let why =
                format!("event {} is said to last {} s; its observations span {lasts} s", track.id, track.duration);
            faults.add("duration", why);
        }
        at += track.size;
    }
    let tells = Told { components: true, all_cells: true, range: true, description: true, ..Told::default() };
    Ok(Events { rows: sums.finish(), unit: MILLISECOND, tells, ..Events::default() })
}

fn column(nc: &Nc<'_>, path: &str, total: usize) -> Checked<Vec<f64>> {
    let values = nc.reals(path)?;
    match values.len() == total {
        true => Ok(values),
        false => Err(Trouble::at(path, format!("it has {} values for {total}", values.len()))),
    }
}

fn described(nc: &Nc<'_>, total: usize) -> Checked<[Vec<f64>; 9]> {
    let mut columns: [Vec<f64>; 9] = Default::default();
    for (column_of, path) in columns.iter_mut().zip(IN_NETCDF) {
        *column_of = column(nc, path, total)?;
    }
    Ok(columns)
}

fn links(nc: &Nc<'_>, most: u32) -> Checked<Vec<LinkRow>> {
    let (parents, children) = (nc.integers("link_parent")?, nc.integers("link_child")?);
    let total = parents.len();
    let (parent_times, child_times) = (times::read(nc, "link_parent_time")?, times::read(nc, "link_child_time")?);
    let (cells, relations) = (column(nc, "link_cells", total)?, column(nc, "relation", total)?);
    let (of_parent, of_child) = (column(nc, "overlap_parent", total)?, column(nc, "overlap_child", total)?);
    if children.len() != total || parent_times.len() != total || child_times.len() != total {
        return Err(Trouble::at("link_child", format!("it does not have a value for each of the {total} links")));
    }
    let mut rows = Vec::with_capacity(total);
    for k in 0..total {
        let at = |name: &str, why: &str| Trouble::at(format!("{name}[{k}]"), why);
        let track = |id: i64| u32::try_from(id).ok().filter(|id| *id <= most);
        let parent = track(parents[k]).ok_or_else(|| at("link_parent", "there is no such event"))?;
        let child = track(children[k]).ok_or_else(|| at("link_child", "there is no such event"))?;
        let is_share = |share: f64| (0.0..=1.0).contains(&share);
        if !is_share(of_parent[k]) || !is_share(of_child[k]) {
            return Err(at(if is_share(of_parent[k]) { "overlap_child" } else { "overlap_parent" }, "it is no share"));
        }
        let relation = relations[k];
        if !(0.0..RELATIONS.len() as f64).contains(&relation) {
            return Err(at("relation", &format!("it is {relation}, which is none of the {}", RELATIONS.len())));
        }
        rows.push(LinkRow {
            parent,
            child,
            parent_time: parent_times[k],
            child_time: child_times[k],
            cells: cells[k].max(0.0) as u64,
            relation: relation as u8,
            overlaps: digest(&[of_parent[k], of_child[k]]),
        });
    }
    Ok(rows)
}
