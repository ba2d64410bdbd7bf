//! `<job>-Lineage.parquet`.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, StringArray};
use arrow_schema::DataType;
use eventscape_core::{Lineage, Link, Relation, Timestamp};

use super::table::{BATCH_ROWS, Table, field, time_array, time_field};
use crate::{JobInfo, ProductError};

/// Writes a row for each link between two components, in the lineage's order; gives the number of rows.
///
/// `parent` and `child` are track ids, 0 for a component of no track; `parent_component` and `child_component` are the
/// components' places in their scenes, as in the column `component` of the tracks.
///
/// # Errors
/// [`ProductError::Write`] when the output refuses, [`ProductError::Mismatch`] for a link outside the job's scenes.
pub fn write_lineage_parquet<W: Write + Send>(out: W, job: &JobInfo, lineage: &Lineage) -> Result<u64, ProductError> {
    let fraction = "1";
    let fields = vec![
        field("parent", "", "track id of the earlier component; 0: none", false, DataType::Int64),
        field("child", "", "track id of the later component; 0: none", false, DataType::Int64),
        time_field("parent_time", "time of the earlier component", &lineage.times),
        time_field("child_time", "time of the later component", &lineage.times),
        field("parent_component", "", "place of the earlier component in its scene, from 0", false, DataType::Int32),
        field("child_component", "", "place of the later component in its scene, from 0", false, DataType::Int32),
        field("cells", fraction, "number of cells that both have", false, DataType::Int64),
        field("overlap_parent", fraction, "those cells as a fraction of the parent", false, DataType::Float64),
        field("overlap_child", fraction, "those cells as a fraction of the child", false, DataType::Float64),
        field("relation", "", "continuation, merge, split, unused or weak", false, DataType::Utf8),
    ];
    let mut table = Table::begin(out, "the table of links", fields, job)?;
    for links in lineage.links.chunks(BATCH_ROWS) {
        table.add(columns(lineage, links)?)?;
    }
    Ok(table.end()?.1)
}

fn columns(lineage: &Lineage, links: &[Link]) -> Result<Vec<ArrayRef>, ProductError> {
    let ends = |end: fn(&Link) -> (u32, u32)| -> Result<Vec<(i64, Timestamp)>, ProductError> {
        let known = |link: &Link| {
            let (scene, component) = end(link);
            let track = *lineage.track_ids.get(scene as usize)?.get(component as usize)?;
            Some((i64::from(track), *lineage.times.get(scene as usize)?))
        };
        let unknown = |link| ProductError::Mismatch(format!("the lineage does not have the ends of the link {link:?}"));
        links.iter().map(|link| known(link).ok_or_else(|| unknown(link))).collect()
    };
    let parents = ends(|link| (link.parent_scene, link.parent))?;
    let children = ends(|link| (link.child_scene, link.child))?;
    let tracks = |ends: &[(i64, Timestamp)]| Arc::new(ends.iter().map(|end| end.0).collect::<Int64Array>());
    let times =
        |ends: &[(i64, Timestamp)]| time_array(&ends.iter().map(|end| end.1).collect::<Vec<_>>(), &lineage.times);
    let places = |of: fn(&Link) -> u32| Arc::new(links.iter().map(|l| of(l) as i32).collect::<Int32Array>());
    Ok(vec![
        tracks(&parents),
        tracks(&children),
        times(&parents),
        times(&children),
        places(|link| link.parent),
        places(|link| link.child),
        Arc::new(links.iter().map(|link| i64::from(link.cells)).collect::<Int64Array>()),
        Arc::new(links.iter().map(|link| link.overlap_parent).collect::<Float64Array>()),
        Arc::new(links.iter().map(|link| link.overlap_child).collect::<Float64Array>()),
        Arc::new(links.iter().map(|link| Some(relation_name(link.relation))).collect::<StringArray>()),
    ])
}

fn relation_name(relation: Relation) -> &'static str {
    match relation {
        Relation::Continuation => "continuation",
        Relation::Merge => "merge",
        Relation::Split => "split",
        Relation::Unused => "unused",
        Relation::Weak => "weak",
    }
}
