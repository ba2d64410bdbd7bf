//! The netCDF products, read back by another library.

use std::collections::BTreeMap;
use std::io::Cursor;

use eventscape_core::grid::Coordinates;
use eventscape_core::time::Calendar;
use eventscape_core::track::track_summaries;
use eventscape_core::{
    Arrival, CellBox, CellRange, Cells, Component, Grid, Lineage, Member, SceneComponents, Timestamp, Track, Values,
};
use eventscape_products::netcdf::{write_masks, write_tracks};
use eventscape_products::tos2ca::write_mask_output;
use eventscape_products::{JobInfo, ProductError};
use eventscape_testkit::golden::{MaskStep, mask_file, tracking_cases};
use eventscape_testkit::synthetic::{MaskCube, half_hour, mask_cubes};
use netcdf_reader::{NcAttrValue, NcFile};
use proptest::prelude::*;

use crate::cdl;
use crate::support::{Stored, at, job, small_job, snapshot};

fn memory() -> Cursor<Vec<u8>> {
    Cursor::new(Vec::new())
}

fn silent(_: usize) {}

fn mask_output(job: &JobInfo, grid: &Grid, lineage: &Lineage, events: &Stored) -> Vec<u8> {
    write_mask_output(memory(), job, grid, lineage, events, &silent).unwrap().into_inner()
}

fn masks(job: &JobInfo, grid: &Grid, lineage: &Lineage, events: &Stored) -> Vec<u8> {
    write_masks(memory(), job, grid, lineage, events, &silent).unwrap().into_inner()
}

fn tracks(job: &JobInfo, grid: &Grid, lineage: &Lineage, events: &Stored) -> Vec<u8> {
    let summaries = track_summaries(lineage, events, None).unwrap();
    write_tracks(memory(), job, grid, lineage, &summaries, events, &silent).unwrap().into_inner()
}

fn ints(file: &NcFile, name: &str) -> Vec<i32> {
    file.read_variable::<i32>(name).unwrap().into_iter().collect()
}

fn reals(file: &NcFile, name: &str) -> Vec<f64> {
    file.read_variable::<f64>(name).unwrap().into_iter().collect()
}

fn bytes(file: &NcFile, name: &str) -> Vec<i8> {
    file.read_variable::<i8>(name).unwrap().into_iter().collect()
}

/// Scenes and lineage of a mask file: each event's cells of a time are one component.
fn rebuilt(steps: &[MaskStep], times: &[Timestamp], nx: usize) -> (Stored, Lineage) {
    let mut tracks: BTreeMap<u32, Vec<Member>> = BTreeMap::new();
    let mut lineage = Lineage { times: times.to_vec(), ..Lineage::default() };
    let mut scenes = Vec::new();
    for (scene, (step, &time)) in steps.iter().zip(times).enumerate() {
        let mut components: Vec<Component> = Vec::new();
        let mut ranges: Vec<CellRange> = Vec::new();
        let mut ids = Vec::new();
        for (number, cell) in step.cells.iter().enumerate() {
            let [row, col, id] = cell.map(|n| n as u32);
            if ids.last() != Some(&id) {
                let member = Member {
                    scene: scene as u32,
                    component: ids.len() as u32,
                    arrival: Arrival::Initiation,
                    departure: None,
                };
                tracks.entry(id).or_default().push(member);
                components.push(Component {
                    label: ids.len() as u32 + 1,
                    cells: 0,
                    ranges: ranges.len()..ranges.len(),
                    values: number..number,
                    cell_box: CellBox { row0: 0, col0: 0, row1: 1, col1: 1 },
                    description: eventscape_testkit::oracle::no_description(),
                });
                ids.push(id);
            }
            let component = components.last_mut().unwrap();
            let cell = row * nx as u32 + col;
            let joins = !component.ranges.is_empty() && col > 0 && ranges.last().is_some_and(|range| range.end == cell);
            if joins {
                ranges.last_mut().unwrap().end = cell + 1;
            } else {
                ranges.push(CellRange { start: cell, end: cell + 1 });
            }
            component.cells += 1;
            component.ranges.end = ranges.len();
            component.values.end = number + 1;
        }
        lineage.track_ids.push(ids);
        let detected = components.len() as u32;
        let values = Values::F32(step.values.clone());
        scenes.push(SceneComponents {
            time,
            components,
            ranges,
            values,
            missing: Cells::default(),
            detected,
            valid_cells: 0,
        });
    }
    lineage.tracks = tracks.into_iter().map(|(id, members)| Track { id, members }).collect();
    (Stored(scenes), lineage)
}

#[test]
fn the_mask_file_of_every_golden_case_equals_the_references() {
    let folder = tempfile::tempdir().unwrap();
    let mut compared = 0;
    for case in tracking_cases() {
        let expected = mask_file(&case.folder.join("expected_sparse.nc4"));
        let mut times = case.cube.times.clone();
        times.sort_by_key(|time| time.micros());
        let grid = case.cube.grid();
        let (events, lineage) = rebuilt(&expected, &times, grid.nx());
        let written = mask_output(&job(), &grid, &lineage, &events);

        let path = folder.path().join("mask.nc4");
        std::fs::write(&path, &written).unwrap();
        assert_eq!(mask_file(&path), expected, "{}", case.name);

        let ours = NcFile::open(&path).unwrap();
        let theirs = NcFile::open(case.folder.join("expected_sparse.nc4")).unwrap();
        let names = |file: &NcFile| -> Vec<String> {
            file.global_attributes().unwrap().iter().map(|a| a.name.clone()).filter(|n| n != "_NCProperties").collect()
        };
        for name in names(&theirs).iter().filter(|name| *name != "production_time") {
            assert!(names(&ours).contains(name), "{}: no attribute {name}", case.name);
        }
        // the reference takes the first and the last image it was given; ours sorts them
        let sorted = case.cube.times == times;
        for name in ["start_date", "end_date", "format"].into_iter().filter(|name| sorted || *name == "format") {
            let text = |file: &NcFile| file.global_attribute(name).unwrap().value.clone();
            assert_eq!(text(&ours), text(&theirs), "{}: {name}", case.name);
        }
        let events_of = |file: &NcFile| file.group("masks").unwrap().attribute("num_events").unwrap().value.clone();
        assert_eq!(events_of(&ours), events_of(&theirs), "{}", case.name);
        // the reference spaces the axes anew and turns them over: ours are the input's own
        let axis = |name: &str| -> Vec<f32> {
            ours.read_variable::<f32>(&format!("navigation/{name}")).unwrap().into_iter().collect()
        };
        let narrow = |values: &[f64]| values.iter().map(|&v| v as f32).collect::<Vec<_>>();
        assert_eq!(axis("lat"), narrow(&case.cube.lat), "{}", case.name);
        assert_eq!(axis("lon"), narrow(&case.cube.lon), "{}", case.name);
        compared += expected.len();
    }
    assert!(compared > 200, "{compared} times compared");
}

#[test]
fn headers_are_as_recorded() {
    let (grid, events, lineage) = small_job(Calendar::Standard);
    let mut job = job();
    job.created = Some("2026-01-02T03:04:05Z".to_owned());
    snapshot("mask-output.cdl", &cdl::header(&mask_output(&job, &grid, &lineage, &events)));
    snapshot("masks.cdl", &cdl::header(&masks(&job, &grid, &lineage, &events)));
    snapshot("tracks.cdl", &cdl::header(&tracks(&job, &grid, &lineage, &events)));
}

#[test]
fn the_same_job_gives_the_same_bytes() {
    let (grid, events, lineage) = small_job(Calendar::Standard);
    for write in [mask_output, masks, tracks] {
        assert_eq!(write(&job(), &grid, &lineage, &events), write(&job(), &grid, &lineage, &events));
    }
}

#[test]
fn masks_tell_missing_cells_and_the_outside_of_the_domain_apart() {
    let (grid, mut events, lineage) = small_job(Calendar::NoLeap);
    // row 0 is outside the domain; of row 1 and 0, two cells are missing in the second scene
    let domain = (0..64).map(|cell| cell >= 8).collect();
    let grid = grid.with_domain(domain).unwrap();
    events.0[1].missing = Cells::of([3, 4, 48, 49], 8);
    let file = NcFile::from_vec(masks(&job(), &grid, &lineage, &events)).unwrap();
    let (ids, flags) = (ints(&file, "track_id"), bytes(&file, "event_flag"));
    let row = |scene: usize, row: usize| (&ids[scene * 64 + row * 8..][..8], &flags[scene * 64 + row * 8..][..8]);
    assert_eq!(row(1, 0), (&[-1; 8][..], &[3; 8][..]));
    assert_eq!(row(1, 6), (&[-1, -1, 0, 0, 0, 0, 1, 0][..], &[2, 2, 0, 0, 0, 0, 1, 0][..]));
    assert_eq!(row(0, 3), (&[0, 1, 0, 2, 2, 0, 1, 0][..], &[0, 1, 0, 1, 1, 0, 1, 0][..]));
    assert_eq!(row(2, 5), (&[0; 8][..], &[0; 8][..]));
    assert_eq!(reals(&file, "time")[1] - reals(&file, "time")[0], 3600.0);
    let calendar = &file.variable("time").unwrap().attribute("calendar").unwrap().value;
    assert_eq!(calendar, &NcAttrValue::Chars("noleap".to_owned()));
    let meanings = &file.variable("event_flag").unwrap().attribute("flag_meanings").unwrap().value;
    assert_eq!(meanings, &NcAttrValue::Chars("outside inside input_missing outside_domain".to_owned()));
}

#[test]
fn missing_cells_that_were_filled_are_of_their_event() {
    let (grid, mut events, lineage) = small_job(Calendar::NoLeap);
    // column 6 is inside, columns 5 and 7 beside it are not
    events.0[1].missing = Cells::of(53..56, 8);
    let file = NcFile::from_vec(masks(&job(), &grid, &lineage, &events)).unwrap();
    let row = 64 + 6 * 8..64 + 7 * 8;
    assert_eq!(ints(&file, "track_id")[row.clone()], [0, 0, 0, 0, 0, -1, 1, -1]);
    assert_eq!(bytes(&file, "event_flag")[row], [0, 0, 0, 0, 0, 2, 1, 2]);
}

#[test]
fn cell_areas_add_up_to_the_ellipsoid() {
    let lat: Vec<f64> = (0..36).map(|k| 87.5 - 5.0 * f64::from(k)).collect();
    let lon: Vec<f64> = (0..72).map(|k| -177.5 + 5.0 * f64::from(k)).collect();
    let grid = Grid::rectilinear(lat, lon).unwrap().with_periodic(true);
    let lineage = Lineage { times: vec![at(Calendar::Standard, 1, 0)], track_ids: vec![vec![]], ..Lineage::default() };
    let (events, _) = rebuilt(&[MaskStep { stamp: String::new(), cells: vec![], values: vec![] }], &lineage.times, 8);
    let file = NcFile::from_vec(masks(&job(), &grid, &lineage, &events)).unwrap();
    let total: f64 = reals(&file, "cell_area").iter().map(|area| area * 72.0).sum();
    assert!((total / 5.100_656_217e14 - 1.0).abs() < 1e-6, "{total}");
    let bounds = reals(&file, "lon_bnds");
    assert_eq!((bounds[0], bounds[143]), (-180.0, 180.0));
    let tracks = NcFile::from_vec(tracks(&job(), &grid, &lineage, &events)).unwrap();
    assert_eq!(tracks.dimension("obs").unwrap().size, 0);
}

#[test]
fn longitudes_across_the_seam_ascend_in_masks_and_stay_in_the_mask_file() {
    let lon = vec![178.5, 179.5, -179.5, -178.5];
    let grid = Grid::rectilinear(vec![1.0, 0.0], lon.clone()).unwrap();
    let lineage = Lineage { times: vec![at(Calendar::Standard, 1, 0)], track_ids: vec![vec![]], ..Lineage::default() };
    let (events, _) = rebuilt(&[MaskStep { stamp: String::new(), cells: vec![], values: vec![] }], &lineage.times, 8);
    let file = NcFile::from_vec(masks(&job(), &grid, &lineage, &events)).unwrap();
    assert_eq!(reals(&file, "lon"), [178.5, 179.5, 180.5, 181.5]);
    assert_eq!(reals(&file, "lon_bnds"), [178.0, 179.0, 179.0, 180.0, 180.0, 181.0, 181.0, 182.0]);
    let edge = |name: &str| file.global_attribute(name).unwrap().value.as_f64().unwrap();
    assert_eq!((edge("geospatial_lon_min"), edge("geospatial_lon_max")), (178.0, -178.0));
    let file = NcFile::from_vec(mask_output(&job(), &grid, &lineage, &events)).unwrap();
    let kept: Vec<f32> = file.read_variable::<f32>("navigation/lon").unwrap().into_iter().collect();
    assert_eq!(kept, [178.5, 179.5, -179.5, -178.5]);
}

#[test]
fn curvilinear_grids_have_two_dimensional_coordinates() {
    let lat: Vec<f64> = (0..12).map(|k| f64::from(k / 4) + 0.1 * f64::from(k % 4)).collect();
    let lon: Vec<f64> = (0..12).map(|k| f64::from(k % 4) - 0.1 * f64::from(k / 4)).collect();
    let grid = Grid::curvilinear(3, 4, lat.clone(), lon).unwrap();
    let step = MaskStep { stamp: String::new(), cells: vec![[1, 2, 1], [2, 2, 1]], values: vec![1.0, 2.0] };
    let (events, lineage) = rebuilt(&[step], &[at(Calendar::Standard, 1, 0)], 4);
    let file = NcFile::from_vec(masks(&job(), &grid, &lineage, &events)).unwrap();
    assert_eq!(reals(&file, "lat"), lat);
    assert_eq!(ints(&file, "track_id"), [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0]);
    assert_eq!(file.variable("lat_bnds").unwrap().shape(), [3, 4, 4]);
    assert_eq!(file.variable("cell_area").unwrap().shape(), [3, 4]);
    let file = NcFile::from_vec(mask_output(&job(), &grid, &lineage, &events)).unwrap();
    assert_eq!(file.variable("navigation/lat").unwrap().shape(), [3, 4]);
}

#[test]
fn bounds_lie_around_their_cells_on_both_sides_of_the_seam() {
    // rows that go once round the globe, as those of ocean models do: from 73° E on, in longitudes from -180 to 180
    let (ny, nx) = (3, 36);
    let lat: Vec<f64> = (0..ny * nx).map(|k| 10.0 * (k / nx) as f64 + 0.1 * (k % nx) as f64).collect();
    let east = |k: usize| 73.0 + 10.0 * (k % nx) as f64;
    let lon: Vec<f64> = (0..ny * nx).map(|k| if east(k) < 180.0 { east(k) } else { east(k) - 360.0 }).collect();
    let grid = Grid::curvilinear(ny, nx, lat, lon.clone()).unwrap();
    let lineage = Lineage { times: vec![at(Calendar::Standard, 1, 0)], track_ids: vec![vec![]], ..Lineage::default() };
    let (events, _) = rebuilt(&[MaskStep { stamp: String::new(), cells: vec![], values: vec![] }], &lineage.times, nx);
    let file = NcFile::from_vec(masks(&job(), &grid, &lineage, &events)).unwrap();
    for (cell, bounds) in reals(&file, "lon_bnds").chunks(4).enumerate() {
        let is_around = |bound: &f64| ((bound - lon[cell]).abs() - 5.0).abs() < 0.1;
        assert!(bounds.iter().all(is_around), "cell {cell} at {}: {bounds:?}", lon[cell]);
    }
}

#[test]
fn tracks_hold_the_observations_of_each_event_in_turn() {
    let (grid, events, lineage) = small_job(Calendar::Standard);
    let file = NcFile::from_vec(tracks(&job(), &grid, &lineage, &events)).unwrap();
    assert_eq!(ints(&file, "track_id"), [1, 2]);
    assert_eq!(ints(&file, "row_size"), [2, 1]);
    assert_eq!(ints(&file, "scene"), [0, 1, 0]);
    assert_eq!(ints(&file, "component"), [0, 0, 1]);
    assert_eq!(ints(&file, "parents"), [1, 0]);
    assert_eq!(ints(&file, "children"), [0, 1]);
    assert_eq!(reals(&file, "duration"), [3600.0, 0.0]);
    assert_eq!(bytes(&file, "end_status"), [0, 1]);
    assert_eq!(bytes(&file, "departure"), [0, 1, 2]);
    assert_eq!(bytes(&file, "relation"), [0, 1]);
    assert_eq!(ints(&file, "link_parent"), [1, 2]);
    assert_eq!(ints(&file, "link_child"), [1, 1]);
    assert_eq!(reals(&file, "overlap_parent"), [0.75, 0.5]);
    let area: Vec<f64> = events.0.iter().flat_map(|scene| &scene.components).map(|c| c.description.area_km2).collect();
    assert_eq!(reals(&file, "area"), [area[0], area[2], area[1]]);
    assert!(reals(&file, "speed")[2].is_nan(), "an event of one time has no speed");
}

#[test]
fn two_times_of_a_minute_get_groups_with_seconds() {
    let step = |_: usize| MaskStep { stamp: String::new(), cells: vec![[0, 0, 1]], values: vec![1.0] };
    let times = [0i64, 20, 60].map(|s| Timestamp::from_micros(Calendar::Standard, s * 1_000_000));
    let (events, lineage) = rebuilt(&[step(0), step(1), step(2)], &times, 2);
    let grid = Grid::rectilinear(vec![0.0, 1.0], vec![0.0, 1.0]).unwrap();
    let file = NcFile::from_vec(mask_output(&job(), &grid, &lineage, &events)).unwrap();
    let names: Vec<&str> = file.group("masks").unwrap().groups.iter().map(|g| g.name.as_str()).collect();
    assert_eq!(names, ["19700101000000", "19700101000020", "19700101000100"]);
}

#[test]
fn parts_of_different_jobs_are_refused() {
    let (grid, events, mut lineage) = small_job(Calendar::Standard);
    lineage.times.pop();
    let refused = |result: Result<Cursor<Vec<u8>>, ProductError>| {
        let error = result.unwrap_err();
        assert!(matches!(error, ProductError::Mismatch(_)), "{error}");
    };
    refused(write_masks(memory(), &job(), &grid, &lineage, &events, &silent));
    refused(write_mask_output(memory(), &job(), &grid, &lineage, &events, &silent));
    refused(write_tracks(memory(), &job(), &grid, &lineage, &[], &events, &silent));
    // a grid that is too small for the events
    let (_, events, lineage) = small_job(Calendar::Standard);
    let small = Grid::rectilinear(vec![0.0, 1.0], vec![0.0, 1.0]).unwrap();
    refused(write_masks(memory(), &job(), &small, &lineage, &events, &silent));
}

#[test]
fn an_attribute_that_hdf5_cannot_hold_is_refused() {
    let (grid, events, lineage) = small_job(Calendar::Standard);
    let mut job = job();
    job.history = "x".repeat(70_000);
    let error = write_masks(memory(), &job, &grid, &lineage, &events, &silent).unwrap_err();
    assert!(matches!(error, ProductError::Unrepresentable(_)), "{error}");
}

/// An output with room for so many bytes.
struct Full {
    inner: Cursor<Vec<u8>>,
    room: usize,
}

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.inner.get_ref().len() + bytes.len() > self.room {
            return Err(std::io::Error::from(std::io::ErrorKind::StorageFull));
        }
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl std::io::Read for Full {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.inner.read(bytes)
    }
}

impl std::io::Seek for Full {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let (grid, events, lineage) = small_job(Calendar::Standard);
    let full = Full { inner: memory(), room: 1000 };
    let error = write_masks(full, &job(), &grid, &lineage, &events, &silent).map(|_| ()).unwrap_err();
    assert!(matches!(error, ProductError::Write { .. }), "{error}");
}

/// Every component is an event of its own.
fn lonely(cube: &MaskCube) -> (Grid, Stored, Lineage) {
    let mut scenes = cube.components(eventscape_core::Connectivity::Eight, false, 1);
    let mut lineage = Lineage { times: (0..scenes.len()).map(half_hour).collect(), ..Lineage::default() };
    for (index, scene) in scenes.iter_mut().enumerate() {
        let mut ids = Vec::new();
        for component in 0..scene.components.len() as u32 {
            let id = lineage.tracks.len() as u32 + 1;
            let member = Member { scene: index as u32, component, arrival: Arrival::Initiation, departure: None };
            lineage.tracks.push(Track { id, members: vec![member] });
            ids.push(id);
        }
        lineage.track_ids.push(ids);
        let cells = scene.components.iter().map(|c| c.values.end).max().unwrap_or(0);
        scene.values = Values::F64((0..cells).map(|n| n as f64).collect());
    }
    let lat = (0..cube.ny).map(|row| row as f64).collect();
    let lon = (0..cube.nx).map(|column| column as f64).collect();
    (Grid::rectilinear(lat, lon).unwrap(), Stored(scenes), lineage)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn masks_read_back_as_the_cells_of_the_events(cube in mask_cubes(30, 4)) {
        let (grid, events, lineage) = lonely(&cube);
        let file = NcFile::from_vec(masks(&job(), &grid, &lineage, &events)).unwrap();
        let mut expected = vec![0; cube.masks.len() * cube.ny * cube.nx];
        for (index, scene) in events.0.iter().enumerate() {
            for (component, id) in scene.components.iter().zip(&lineage.track_ids[index]) {
                for cell in scene.cells_of(component).iter().flat_map(|range| range.cells()) {
                    expected[index * cube.ny * cube.nx + cell as usize] = *id as i32;
                }
            }
        }
        prop_assert_eq!(ints(&file, "track_id"), &expected[..]);
        let inside: Vec<i8> = cube.masks.iter().flatten().map(|&inside| i8::from(inside)).collect();
        prop_assert_eq!(bytes(&file, "event_flag"), inside);
    }
}

#[test]
fn grids_of_several_chunks_read_back_whole() {
    // 1100 columns and 700 rows are cut into 3 by 2 chunks, 30 scenes need a tree of chunks with two levels
    let (ny, nx, steps) = (700usize, 1100usize, 30usize);
    let cells: Vec<[i32; 3]> = (0..700).map(|row| [row, (row * 3) % 1100, 1]).collect();
    let step = MaskStep { stamp: String::new(), values: vec![0.0; cells.len()], cells };
    let times: Vec<Timestamp> = (0..steps).map(half_hour).collect();
    let (events, lineage) = rebuilt(&vec![step.clone(); steps], &times, nx);
    let axis = |n: usize| (0..n).map(|k| k as f64 * 0.05).collect::<Vec<_>>();
    let grid = Grid::rectilinear(axis(ny), axis(nx)).unwrap();
    assert!(matches!(grid.coordinates(), Coordinates::Rectilinear { .. }));
    let file = NcFile::from_vec(masks(&job(), &grid, &lineage, &events)).unwrap();
    let ids = ints(&file, "track_id");
    assert_eq!(ids.iter().filter(|&&id| id == 1).count(), steps * step.cells.len());
    for [row, column, _] in &step.cells {
        assert_eq!(ids[(29 * ny + *row as usize) * nx + *column as usize], 1);
    }
}
