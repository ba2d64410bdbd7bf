//! `<job>-Tracks.nc`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eventscape_core::track::{EndStatus, StartStatus};
use eventscape_core::{Arrival, Departure, Link, Relation};

use super::common::{self, Kind};
use super::file;
use crate::netcdf::write_tracks;
use crate::read_back::expected::{Group, NetCdf, Plain, Value, Variable};
use crate::read_back::jobs::{Event, RandomJob};

pub(super) fn tracks(job: &RandomJob, folder: &Path) -> (PathBuf, NetCdf) {
    let path = folder.join("Tracks.nc");
    let (info, grid) = (&job.info, &job.grid);
    write_tracks(file(&path), info, grid, &job.lineage, &job.summaries, &job.scenes, &|_| ()).unwrap();
    let kind = Kind {
        title: "Tracks",
        id: "tracks",
        comment: "The observations of the first event come first, row_size(1) of them, then those of the second. parents: \
                  merges into the event and the split that made it; children: splits off it and the merge that ended it.",
        curated: false,
    };
    let mut root = Group { attributes: common::global_attributes(&kind, info, grid, job.times()), ..Group::default() };
    root.attribute("featureType", "trajectory");
    events(&mut root, job);
    given(&mut root, job);
    observations(&mut root, job);
    links(&mut root, job);
    (path, NetCdf { groups: vec![root] })
}

fn flags(variable: Variable, meanings: &str) -> Variable {
    let numbers: Vec<i8> = (0..meanings.split(' ').count() as i8).collect();
    variable.with("flag_values", Value::numbers(&numbers)).with("flag_meanings", meanings)
}

fn events(root: &mut Group, job: &RandomJob) {
    let tracks = &job.lineage.tracks;
    root.dimension("event", tracks.len());
    let of = |name: &str, long_name: &str, values: Vec<i32>| {
        Variable::of(name, &["event"], &values).with("long_name", long_name)
    };
    let ids = tracks.iter().map(|track| track.id as i32).collect();
    root.variables.push(of("track_id", "number of the track", ids).with("cf_role", "trajectory_id"));
    let sizes = tracks.iter().map(|track| track.members.len() as i32).collect();
    let sizes = of("row_size", "number of observations of the event", sizes).with("sample_dimension", "obs");
    root.variables.push(sizes);
    let starts: Vec<i8> = job
        .summaries
        .iter()
        .map(|summary| match summary.start_status {
            StartStatus::Initiation => 0,
            StartStatus::Split => 1,
            StartStatus::Censored => 2,
        })
        .collect();
    let starts = Variable::of("start_status", &["event"], &starts).with("long_name", "how the event begins");
    root.variables.push(flags(starts, "initiation split censored"));
    let ends: Vec<i8> = job
        .summaries
        .iter()
        .map(|summary| match summary.end_status {
            EndStatus::Dissipation => 0,
            EndStatus::Merge => 1,
            EndStatus::Censored => 2,
        })
        .collect();
    let ends = Variable::of("end_status", &["event"], &ends).with("long_name", "how the event ends");
    root.variables.push(flags(ends, "dissipation merge censored"));
    let durations: Vec<f64> = job.summaries.iter().map(|summary| summary.duration_s).collect();
    let duration = Variable::of("duration", &["event"], &durations)
        .with("long_name", "time from the first to the last observation")
        .with("units", "s");
    root.variables.push(duration);
    let count = |end: fn(&RandomJob, &Link) -> u32| -> Vec<i32> {
        let of_kin = |link: &&Link| matches!(link.relation, Relation::Merge | Relation::Split);
        let mut counts: BTreeMap<u32, i32> = BTreeMap::new();
        job.lineage.links.iter().filter(of_kin).for_each(|link| *counts.entry(end(job, link)).or_default() += 1);
        tracks.iter().map(|track| counts.get(&track.id).copied().unwrap_or(0)).collect()
    };
    let parents = of("parents", "number of links from earlier events", count(child));
    let children = of("children", "number of links to later events", count(parent));
    root.variables.extend([parents.with("units", "1"), children.with("units", "1")]);
}

/// The track of the earlier component of a link.
pub(super) fn parent(job: &RandomJob, link: &Link) -> u32 {
    job.lineage.track_ids[link.parent_scene as usize][link.parent as usize]
}

/// The track of the later one.
pub(super) fn child(job: &RandomJob, link: &Link) -> u32 {
    job.lineage.track_ids[link.child_scene as usize][link.child as usize]
}

fn given(root: &mut Group, job: &RandomJob) {
    let given = &job.info.given;
    if given.is_empty() {
        return;
    }
    let names: Vec<&str> = given.iter().map(|track| track.name.as_ref().unwrap_or(&track.source_id).as_str()).collect();
    let ids: Vec<&str> = given.iter().map(|track| track.source_id.as_str()).collect();
    let long_names = ["name of the event", "number or code of the event where its outline comes from"];
    let both = [("event_name", "name_length", names), ("source_id", "source_id_length", ids)];
    for ((name, dim, texts), long_name) in both.into_iter().zip(long_names) {
        // at most 128 bytes, whole characters
        let cut = |text: &str| {
            let fits = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= 128);
            text.as_bytes()[..fits.last().unwrap_or(0)].to_vec()
        };
        let texts: Vec<Vec<u8>> = texts.into_iter().map(cut).collect();
        let length = texts.iter().map(Vec::len).max().unwrap_or(0).max(1);
        root.dimension(dim, length);
        let padded = texts.into_iter().flat_map(|mut text| {
            text.resize(length, 0);
            text
        });
        let variable = Variable::raw(name, &["event", dim], "S1", padded.collect());
        root.variables.push(variable.with("long_name", long_name).with("_Encoding", "utf-8"));
    }
}

fn observations(root: &mut Group, job: &RandomJob) {
    // the events of all times in the order of tracks; motions lie at the same places in the summaries
    let mut all: Vec<(usize, usize, Event<'_>)> = Vec::new();
    for scene in 0..job.times().len() {
        all.extend(job.events(scene).into_iter().map(|event| (event.track as usize, scene, event)));
    }
    all.sort_by_key(|(track, scene, event)| (*track, *scene, event.member.component));
    root.dimension("obs", all.len());
    let motions = job.summaries.iter().flat_map(|summary| &summary.motion).copied();
    let rows: Vec<_> = all.into_iter().zip(motions).map(|((_, _, event), motion)| (event, motion)).collect();
    type Row<'a> = (Event<'a>, eventscape_core::track::Motion);
    let times: Vec<_> = rows.iter().map(|row| job.times()[row.0.member.scene as usize]).collect();
    root.variables.push(common::times("time", "obs", "time", &times, job.times()).with("axis", "T"));
    for (name, standard_name, units, axis, value) in [
        ("lat", "latitude", "degrees_north", "Y", (|r| r.0.component.description.centroid_lat) as fn(&Row<'_>) -> f64),
        ("lon", "longitude", "degrees_east", "X", |r| r.0.component.description.centroid_lon),
    ] {
        let values: Vec<f64> = rows.iter().map(value).collect();
        let coordinate = Variable::of(name, &["obs"], &values)
            .with("standard_name", standard_name)
            .with("long_name", format!("{standard_name} of the area-weighted centroid"))
            .with("units", units)
            .with("axis", axis);
        root.variables.push(coordinate);
    }
    fn plain<T: Plain>(name: &str, long_name: &str, values: Vec<T>) -> Variable {
        Variable::of(name, &["obs"], &values).with("long_name", long_name).with("coordinates", "time lat lon")
    }
    let whole = |name: &str, long_name: &str, value: fn(&Row<'_>) -> u32| {
        plain(name, long_name, rows.iter().map(|row| value(row) as i32).collect()).with("units", "1")
    };
    root.variables.extend([
        whole("scene", "index of the time in the job, from 0", |r| r.0.member.scene),
        whole("component", "index of the component among those kept at its time, from 0", |r| r.0.member.component),
        whole("cells", "number of cells", |r| r.0.component.cells),
    ]);
    let real = |name: &str, long_name: &str, value: &dyn Fn(&Row<'_>) -> f64| {
        plain(name, long_name, rows.iter().map(value).collect::<Vec<f64>>()).with("_FillValue", f64::NAN)
    };
    let info = &job.info.variable;
    let label = info.long_name.as_ref().filter(|name| !name.trim().is_empty()).unwrap_or(&info.name);
    let temperature = info.standard_name.as_ref().is_some_and(|name| name.contains("temperature"));
    for (name, what, method, named, value) in [
        ("value_min", "smallest value", "minimum", true, (|d| d.min) as fn(&eventscape_core::Description) -> f64),
        ("value_mean", "area-weighted mean", "mean", true, |d| d.mean),
        ("value_max", "largest value", "maximum", true, |d| d.max),
        ("value_std", "area-weighted standard deviation", "standard_deviation", false, |d| d.std_dev),
    ] {
        let scale = if named { "temperature: on_scale" } else { "temperature: difference" };
        let long_name = format!("{what} of {label} in the event");
        let variable = real(name, &long_name, &|r| value(&r.0.component.description))
            .with_some("standard_name", info.standard_name.as_deref().filter(|_| named))
            .with_some("units", info.units.as_deref())
            .with_some("units_metadata", temperature.then_some(scale))
            .with("cell_methods", format!("area: {method}"));
        root.variables.push(variable);
    }
    for (name, units, long_name, value) in MEASURES {
        root.variables.push(real(name, long_name, &|r| value(&r.0.component.description)).with("units", *units));
    }
    root.variables.extend([
        real("speed", "speed of the centroid along the great circle", &|r| r.1.speed_m_s).with("units", "m s-1"),
        real("direction", "direction towards which the centroid moves, clockwise from north", &|r| r.1.direction_deg)
            .with("units", "degree"),
        real("growth", "growth of the area", &|r| r.1.growth_km2_h).with("units", "km2 h-1"),
    ]);
    let flag = |name: &str, long_name: &str, meanings: &str, value: fn(&Row<'_>) -> i8| {
        flags(plain(name, long_name, rows.iter().map(value).collect::<Vec<i8>>()), meanings)
    };
    root.variables.extend([
        flag("touches_edge", "whether a cell lies on the edge of the domain", "no yes", |r| {
            i8::from(r.0.component.description.touches_edge)
        }),
        flag(
            "arrival",
            "how the event came to this time",
            "initiation initiation_split continuation continuation_merge continuation_split",
            |r| match r.0.member.arrival {
                Arrival::Initiation => 0,
                Arrival::InitiationSplit => 1,
                Arrival::Continuation => 2,
                Arrival::ContinuationMerge => 3,
                Arrival::ContinuationSplit => 4,
            },
        ),
        flag("departure", "how the event ends here, if it does", "none dissipation dissipation_merge", |r| {
            match r.0.member.departure {
                None => 0,
                Some(Departure::Dissipation) => 1,
                Some(Departure::DissipationMerge) => 2,
            }
        }),
    ]);
}

type Measure = (&'static str, &'static str, &'static str, fn(&eventscape_core::Description) -> f64);

const MEASURES: &[Measure] = &[
    ("area", "km2", "area of the cells on the WGS 84 ellipsoid", |d| d.area_km2),
    ("perimeter", "km", "length of the outer and inner edges of the cells", |d| d.perimeter_km),
    ("major_axis", "km", "full length of the major axis of the ellipse with the same second moments", |d| {
        d.major_axis_km
    }),
    ("minor_axis", "km", "full length of the minor axis of that ellipse", |d| d.minor_axis_km),
    ("eccentricity", "1", "eccentricity of that ellipse, 0 for a circle", |d| d.eccentricity),
    ("orientation", "degree", "direction of the major axis, clockwise from north, 0 to 180", |d| d.orientation_deg),
    ("south_edge", "degrees_north", "southern edge of the cells", |d| d.south),
    ("north_edge", "degrees_north", "northern edge of the cells", |d| d.north),
    ("west_edge", "degrees_east", "western edge of the cells", |d| d.west),
    ("east_edge", "degrees_east", "eastern edge of the cells; below west_edge across the seam", |d| d.east),
];

fn links(root: &mut Group, job: &RandomJob) {
    let links = &job.lineage.links;
    root.dimension("link", links.len());
    let whole = |name: &str, long_name: &str, value: &dyn Fn(&Link) -> u32| {
        let values: Vec<i32> = links.iter().map(|link| value(link) as i32).collect();
        Variable::of(name, &["link"], &values).with("long_name", long_name).with("units", "1")
    };
    let time = |name: &str, long_name: &str, scene: fn(&Link) -> u32| {
        let times: Vec<_> = links.iter().map(|link| job.times()[scene(link) as usize]).collect();
        common::times(name, "link", long_name, &times, job.times())
    };
    let share = |name: &str, long_name: &str, value: fn(&Link) -> f64| {
        let values: Vec<f64> = links.iter().map(value).collect();
        Variable::of(name, &["link"], &values).with("long_name", long_name).with("units", "1")
    };
    let relations: Vec<i8> = links
        .iter()
        .map(|link| match link.relation {
            Relation::Continuation => 0,
            Relation::Merge => 1,
            Relation::Split => 2,
            Relation::Unused => 3,
            Relation::Weak => 4,
        })
        .collect();
    let relation = Variable::of("relation", &["link"], &relations).with("long_name", "what became of the link");
    root.variables.extend([
        whole("link_parent", "track_id of the earlier component, 0 if it is none", &|link| parent(job, link)),
        whole("link_child", "track_id of the later component, 0 if it is none", &|link| child(job, link)),
        time("link_parent_time", "time of the earlier event", |link| link.parent_scene),
        time("link_child_time", "time of the later event", |link| link.child_scene),
        whole("link_cells", "number of cells that both events have", &|link| link.cells),
        share("overlap_parent", "cells that both have, as a fraction of the earlier event", |l| l.overlap_parent),
        share("overlap_child", "cells that both have, as a fraction of the later event", |l| l.overlap_child),
        flags(relation, "continuation merge split unused weak").with(
            "comment",
            "continuation: one event; merge: the earlier event ended in the later; split: the later event began from the \
             earlier; unused: the tracker decided otherwise; weak: they overlap by less than the minimum",
        ),
    ]);
}
