//! The table of links between events: CF knows none, so it is plain variables over their own dimension.

use eventscape_core::{Lineage, Link, Relation};

use super::PACKED;
use super::columns::flags;
use crate::ProductError;
use crate::netcdf::axes::time_variable;
use crate::netcdf::metadata::seconds;
use eventscape_formats::write::Medium;
use eventscape_formats::write::{NcFile, Variable};

const LINK: &[&str] = &["link"];
/// Links of a chunk.
const ROWS: usize = 1 << 15;
const RELATIONS: &[&str] = &["continuation", "merge", "split", "unused", "weak"];

/// How often an event is the child or the parent of another one.
#[derive(Clone, Copy, Default)]
pub(super) struct Kin {
    pub(super) parents: i32,
    pub(super) children: i32,
}

/// The track ids at both ends of a link; 0 for a component of no track.
fn ends(lineage: &Lineage, link: &Link) -> Result<(u32, u32), ProductError> {
    let track = |scene: u32, component: u32| -> Option<u32> {
        lineage.track_ids.get(scene as usize)?.get(component as usize).copied()
    };
    track(link.parent_scene, link.parent)
        .zip(track(link.child_scene, link.child))
        .ok_or_else(|| ProductError::Mismatch(format!("the lineage does not have the components of the link {link:?}")))
}

/// Counts, for each track by its place in the lineage, the merges into it and the splits that made it (parents), and the
/// splits off it and the merge that ended it (children).
pub(super) fn kin(lineage: &Lineage) -> Result<Vec<Kin>, ProductError> {
    let mut all = vec![Kin::default(); lineage.tracks.len()];
    let place = |id: u32| lineage.tracks.binary_search_by_key(&id, |track| track.id).ok();
    for link in lineage.links.iter().filter(|link| matches!(link.relation, Relation::Merge | Relation::Split)) {
        let (parent, child) = ends(lineage, link)?;
        if let Some(kin) = place(parent).and_then(|place| all.get_mut(place)) {
            kin.children += 1;
        }
        if let Some(kin) = place(child).and_then(|place| all.get_mut(place)) {
            kin.parents += 1;
        }
    }
    Ok(all)
}

/// Writes the table.
pub(super) fn write_links<W: Medium>(file: &mut NcFile<W>, lineage: &Lineage) -> Result<(), ProductError> {
    let links = &lineage.links;
    file.dimension("link", links.len())?;
    let ends = links.iter().map(|link| ends(lineage, link)).collect::<Result<Vec<_>, _>>()?;
    let ints =
        |name: &str, long_name: &str| Variable::of::<i32>(name, LINK).with("long_name", long_name).with("units", "1");
    let parents: Vec<i32> = ends.iter().map(|ends| ends.0 as i32).collect();
    file.compressed(ints("link_parent", "event_id of the earlier event, 0 if it is none"), ROWS, PACKED, &parents)?;
    let children: Vec<i32> = ends.iter().map(|ends| ends.1 as i32).collect();
    file.compressed(ints("link_child", "event_id of the later event, 0 if it is none"), ROWS, PACKED, &children)?;

    let calendar = lineage.times.first().map_or_else(Default::default, |time| time.calendar());
    type Scene = fn(&Link) -> u32;
    let times: [(&str, &str, Scene); 2] = [
        ("link_parent_time", "time of the earlier event", |link| link.parent_scene),
        ("link_child_time", "time of the later event", |link| link.child_scene),
    ];
    for (name, long_name, scene) in times {
        let values: Vec<f64> = links
            .iter()
            .map(|link| lineage.times.get(scene(link) as usize).map_or(f64::NAN, |&time| seconds(time)))
            .collect();
        file.compressed(time_variable(name, LINK, calendar).with("long_name", long_name), ROWS, PACKED, &values)?;
    }
    let cells: Vec<i32> = links.iter().map(|link| link.cells as i32).collect();
    file.compressed(ints("link_cells", "number of cells that both events have"), ROWS, PACKED, &cells)?;
    type Overlap = fn(&Link) -> f64;
    let overlaps: [(&str, &str, Overlap); 2] = [
        ("overlap_parent", "cells that both have, as a fraction of the earlier event", |link| link.overlap_parent),
        ("overlap_child", "cells that both have, as a fraction of the later event", |link| link.overlap_child),
    ];
    for (name, long_name, overlap) in overlaps {
        let values: Vec<f64> = links.iter().map(overlap).collect();
        let variable = Variable::of::<f64>(name, LINK).with("long_name", long_name).with("units", "1");
        file.compressed(variable, ROWS, PACKED, &values)?;
    }
    let relations: Vec<i8> = links.iter().map(|link| relation(link.relation)).collect();
    let variable = flags("relation", LINK, "what became of the link", RELATIONS).with(
        "comment",
        "continuation: one event; merge: the earlier event ended in the later; split: the later event began from the \
         earlier; unused: the tracker decided otherwise; weak: they overlap by less than the minimum",
    );
    Ok(file.compressed(variable, ROWS, PACKED, &relations)?)
}

fn relation(relation: Relation) -> i8 {
    match relation {
        Relation::Continuation => 0,
        Relation::Merge => 1,
        Relation::Split => 2,
        Relation::Unused => 3,
        Relation::Weak => 4,
    }
}
