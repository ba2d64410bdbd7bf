//! A small job made by hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use eventscape_core::time::{Calendar, Civil};
use eventscape_core::{
    Arrival, CellBox, Cells, Component, Departure, Description, EventSource, Grid, Lineage, Link, Member, Relation,
    SceneComponents, SourceError, Timestamp, Track, Values,
};
use eventscape_products::{Bounds, InputGranule, JobInfo, VariableInfo};

/// The cells of a picture that are drawn with `cell`.
pub(crate) fn cells(picture: &[&str], cell: char) -> Cells {
    let inside: Vec<bool> = picture.iter().flat_map(|row| row.chars()).map(|c| c == cell).collect();
    cells_of(&inside, picture.first().map_or(1, |row| row.len()))
}

/// The cells of a mask with `nx` columns.
pub(crate) fn cells_of(mask: &[bool], nx: usize) -> Cells {
    Cells::of((0..mask.len() as u32).filter(|cell| mask[*cell as usize]), nx as u32)
}

/// Scenes in memory.
pub(crate) struct Stored(pub(crate) Vec<SceneComponents>);

impl EventSource for Stored {
    fn scenes(&self) -> usize {
        self.0.len()
    }

    fn read(&self, index: usize) -> Result<SceneComponents, SourceError> {
        self.0.as_slice().read(index)
    }
}

pub(crate) fn at(calendar: Calendar, day: u8, hour: u8) -> Timestamp {
    let civil = Civil { year: 2015, month: 2, day, hour, minute: 30, second: 0, micros: 0 };
    Timestamp::from_civil(calendar, civil).unwrap()
}

pub(crate) fn job() -> JobInfo {
    JobInfo {
        job_id: 7,
        title: "Events of brightness temperature below 235 K".to_owned(),
        summary: "A job made by hand.".to_owned(),
        collection: Some("GPM_MERGIR".to_owned()),
        dataset_label: "GPM_MERGIR".to_owned(),
        variable: VariableInfo {
            name: "Tb".to_owned(),
            units: Some("K".to_owned()),
            long_name: Some("brightness temperature".to_owned()),
            standard_name: None,
        },
        condition_text: "Tb < 235 K".to_owned(),
        event_type: "less_than_threshold".to_owned(),
        threshold_text: "235".to_owned(),
        threshold: Some(235.0),
        start: at(Calendar::Standard, 27, 0),
        end: at(Calendar::Standard, 27, 1),
        bounds: Bounds { west: 170.0, south: 0.0, east: -174.0, north: 8.0 },
        tracker: "fortracc".to_owned(),
        options: BTreeMap::from([("min_size".to_owned(), "1".to_owned())]),
        granules: vec![
            InputGranule { location: "/data/merg_2015022700_4km-pixel.nc4".to_owned(), size: Some(12_345) },
            InputGranule { location: "s3://bucket/merg 2.nc4".to_owned(), size: None },
        ],
        keywords: vec!["clouds".to_owned()],
        institution: None,
        project: None,
        creator_name: None,
        creator_email: None,
        creator_url: None,
        license: "CC-BY-4.0".to_owned(),
        software_version: "0.1.0".to_owned(),
        created: None,
        history: "read, detected, tracked".to_owned(),
        command: "eventscape phdef job.toml".to_owned(),
        given: Vec::new(),
    }
}

/// Components from pictures: each letter of `letters` is one component.
pub(crate) fn scene(time: Timestamp, picture: &[&str], letters: &str) -> SceneComponents {
    let mut scene = SceneComponents {
        time,
        components: Vec::new(),
        ranges: Vec::new(),
        values: Values::F32(Vec::new()),
        missing: Cells::default(),
        detected: letters.len() as u32,
        valid_cells: picture.iter().map(|row| row.len() as u64).sum(),
    };
    let mut values = Vec::new();
    for (index, letter) in letters.chars().enumerate() {
        let own = cells(picture, letter);
        let cells = own.count();
        let (range0, value0) = (scene.ranges.len(), values.len());
        values.extend((0..cells).map(|k| 200.0 + k as f32));
        scene.ranges.extend_from_slice(&own);
        let mut description = DESCRIPTION;
        description.area_km2 = f64::from(cells) * 12_000.5;
        scene.components.push(Component {
            label: index as u32 + 1,
            cells,
            ranges: range0..scene.ranges.len(),
            values: value0..values.len(),
            cell_box: CellBox { row0: 0, col0: 0, row1: 1, col1: 1 },
            description,
        });
    }
    scene.values = Values::F32(values);
    scene
}

const DESCRIPTION: Description = Description {
    area_km2: 0.0,
    centroid_lat: 3.25,
    centroid_lon: 179.5,
    south: 0.0,
    north: 8.0,
    west: 170.0,
    east: 186.0,
    min: 200.0,
    mean: 210.125,
    max: 220.0,
    std_dev: 1.5,
    perimeter_km: 100.0,
    major_axis_km: 30.0,
    minor_axis_km: 20.0,
    eccentricity: 0.745,
    orientation_deg: 45.0,
    touches_edge: false,
};

/// A box of 8 by 8 cells of 2° across ±180°, three scenes: two events, then a merged one, then none.
pub(crate) fn small_job(calendar: Calendar) -> (Grid, Stored, Lineage) {
    let lat = (0..8).map(|k| 7.0 - f64::from(k)).collect();
    let lon = (0..8).map(|k| 171.0 + 2.0 * f64::from(k)).collect();
    let grid = Grid::rectilinear(lat, lon).unwrap();
    let scenes = vec![
        scene(
            at(calendar, 27, 0),
            &["........", ".aaaaaa.", ".a....a.", ".a.bb.a.", ".a.b.b..", ".aaa.bb.", "........", "........"],
            "ab",
        ),
        scene(
            at(calendar, 27, 1),
            &["........", ".aaaaaa.", ".a....a.", ".aaaa.a.", ".a..aaa.", ".aaaa.a.", "......a.", "........"],
            "a",
        ),
        scene(at(calendar, 27, 2), &[""; 0], ""),
    ];
    let member = |scene, component, arrival, departure| Member { scene, component, arrival, departure };
    let lineage = Lineage {
        times: scenes.iter().map(|scene| scene.time).collect(),
        tracks: vec![
            Track {
                id: 1,
                members: vec![
                    member(0, 0, Arrival::Initiation, None),
                    member(1, 0, Arrival::ContinuationMerge, Some(Departure::Dissipation)),
                ],
            },
            Track { id: 2, members: vec![member(0, 1, Arrival::Initiation, Some(Departure::DissipationMerge))] },
        ],
        links: vec![link(0, Relation::Continuation, 0.75), link(1, Relation::Merge, 0.5)],
        track_ids: vec![vec![1, 2], vec![1], vec![]],
    };
    (grid, Stored(scenes), lineage)
}

fn link(parent: u32, relation: Relation, overlap_parent: f64) -> Link {
    Link { parent_scene: 0, parent, child_scene: 1, child: 0, cells: 3, overlap_parent, overlap_child: 0.25, relation }
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// Compares with the file of that name beside this one; `UPDATE_SNAPSHOTS=1` writes it.
pub(crate) fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("{}: {e}; run with UPDATE_SNAPSHOTS=1", path.display()));
    assert_eq!(
        text, kept,
        "{name} changed; if it should, run the tests with UPDATE_SNAPSHOTS=1 and look at the difference"
    );
}
