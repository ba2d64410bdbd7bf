//! Maps of grids of every shape. With `MAPS_DIR` set, the pictures are kept there to be looked at.

use std::io::Cursor;

use eventscape_core::detect::{DetectOptions, Detector, Scratch};
use eventscape_core::track::{Fortracc, FortraccOptions};
use eventscape_core::{Comparison, Condition, Grid, Lineage, Scene, SceneComponents, Timestamp, Values};
use eventscape_products::map::{Animation, MapOptions, MapScene, Mapper, Raster, TrackPaths};
use eventscape_testkit::synthetic::{half_hour, moving_disc};

use crate::support::job;

const RED: [u8; 3] = [220, 20, 60];

fn even(from: f64, to: f64, count: usize) -> Vec<f64> {
    let step = (to - from) / count as f64;
    (0..count).map(|k| from + (k as f64 + 0.5) * step).collect()
}

fn box_grid(ny: usize, nx: usize, [west, south, east, north]: [f64; 4]) -> Grid {
    let wrap = |lon: f64| if lon >= 180.0 { lon - 360.0 } else { lon };
    let lon = even(west, east, nx).into_iter().map(wrap).collect();
    Grid::rectilinear(even(south, north, ny), lon).unwrap()
}

/// What a tracked sequence of fields comes to.
struct Tracked {
    grid: Grid,
    fields: Vec<Values>,
    scenes: Vec<SceneComponents>,
    lineage: Lineage,
}

impl Tracked {
    fn of(grid: Grid, fields: Vec<Vec<f32>>) -> Self {
        let condition = Condition::Compare { comparison: Comparison::LessThan, threshold: 235.0 };
        let options = DetectOptions { min_cells: 1, ..DetectOptions::default() };
        let detector = Detector::new(&condition, &[("Tb", Some("K"))], options, &grid).unwrap();
        let mut tracker = Fortracc::new(FortraccOptions::default(), &grid).unwrap();
        let times: Vec<Timestamp> = (0..fields.len()).map(half_hour).collect();
        let fields: Vec<Values> = fields.into_iter().map(Values::F32).collect();
        let mut scenes = Vec::new();
        for (time, values) in times.into_iter().zip(&fields) {
            let scene = Scene { time, fields: vec![values.clone()] };
            let found = detector.detect(&scene, None, &mut Scratch::default()).unwrap();
            tracker.push(&found).unwrap();
            scenes.push(found);
        }
        Self { grid, fields, scenes, lineage: tracker.finish() }
    }

    /// All maps, each also written as SVG.
    fn maps(&self, name: &str, options: MapOptions) -> Vec<Raster> {
        let job = job();
        let mapper = Mapper::new(&job, &self.grid, options);
        let mut ways = TrackPaths::default();
        let mut rasters = Vec::new();
        for (index, scene) in self.scenes.iter().enumerate() {
            let paths = ways.advance(&self.lineage, index, scene).unwrap();
            let track_ids = &self.lineage.track_ids[index];
            let values = Some(&self.fields[index]);
            let map = mapper.map(&MapScene { values, components: scene, track_ids, paths: &paths }).unwrap();
            let mut svg = Vec::new();
            map.write_svg(&mut svg).unwrap();
            let svg = String::from_utf8(svg).unwrap();
            assert!(svg.starts_with("<?xml") || svg.starts_with("<svg"), "{name}");
            assert!(svg.trim_end().ends_with("</svg>") && !svg.contains("NaN") && !svg.contains("inf"), "{name}");
            rasters.push(map.raster());
            if let Ok(folder) = std::env::var("MAPS_DIR") {
                std::fs::write(format!("{folder}/{name}-{index}.svg"), svg).unwrap();
                std::fs::write(format!("{folder}/{name}-{index}.png"), png(&rasters[index])).unwrap();
            }
        }
        rasters
    }
}

fn png(raster: &Raster) -> Vec<u8> {
    let mut bytes = Vec::new();
    raster.write_png(&mut bytes).unwrap();
    bytes
}

/// The pixels of a PNG.
fn pixels(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgb, png::BitDepth::Eight));
    (info.width, info.height, pixels)
}

fn count(raster: &Raster, near: [u8; 3]) -> usize {
    let (_, _, pixels) = pixels(&png(raster));
    pixels.chunks_exact(3).filter(|p| p.iter().zip(near).all(|(a, b)| a.abs_diff(b) < 24)).count()
}

#[test]
fn grids_of_every_shape_have_maps() {
    let disc = |ny, nx, radius| moving_disc(ny, nx, 2, radius, 3.0);
    let cases = [
        ("mergir", box_grid(687, 1099, [-70.0, -20.0, -30.0, 5.0]), disc(687, 1099, 60.0)),
        ("strip", box_grid(18, 432, [120.0, -5.0, 280.0, 5.0]), disc(18, 432, 6.0)),
        ("tall", box_grid(300, 12, [10.0, -60.0, 11.0, 60.0]), disc(300, 12, 4.0)),
        ("seam", box_grid(80, 120, [165.0, -20.0, 195.0, 0.0]), disc(80, 120, 15.0)),
        ("one cell", box_grid(1, 1, [5.0, 50.0, 5.1, 50.1]), vec![vec![200.0]; 2]),
    ];
    for (name, grid, fields) in cases {
        let tracked = Tracked::of(grid, fields);
        assert_eq!(tracked.lineage.tracks.len(), 1, "{name}");
        for raster in tracked.maps(name, MapOptions::default()) {
            let (width, height, _) = pixels(&png(&raster));
            assert_eq!((width, height), (raster.width(), raster.height()), "{name}");
            assert!((600..=1500).contains(&width) && (250..=1000).contains(&height), "{name}: {width} × {height}");
            // that of one cell lies under the frame
            assert!(name == "one cell" || count(&raster, RED) > 100, "{name} has no outline");
        }
    }
}

#[test]
fn a_globe_and_a_swath_have_maps() {
    let globe = Grid::rectilinear(even(90.0, -90.0, 90), even(-180.0, 180.0, 180)).unwrap();
    assert!(globe.is_periodic());
    let wave = |t: usize| -> Vec<f32> {
        let cold = |k: usize| (k % 180 + 5 * t) % 180 < 20 && (20..40).contains(&(k / 180));
        (0..90 * 180).map(|k| if cold(k) { 200.0 } else { 260.0 + (k / 180) as f32 / 3.0 }).collect()
    };
    let across = Tracked::of(globe, (0..4).map(|t| wave(175 + t)).collect());
    assert_eq!(across.lineage.tracks.len(), 1, "one event goes over the seam");
    across.maps("globe", MapOptions::default()).iter().for_each(|map| assert!(count(map, RED) > 100));

    let (ny, nx) = (60, 90);
    let turned = |k: usize| {
        let (y, x) = ((k / nx) as f64 - 30.0, (k % nx) as f64 - 45.0);
        (40.0 + 0.2 * (0.9 * y + 0.4 * x), 175.0 + 0.3 * (0.9 * x - 0.4 * y))
    };
    let (lat, lon) = (0..ny * nx).map(turned).unzip();
    let swath = Tracked::of(Grid::curvilinear(ny, nx, lat, lon).unwrap(), moving_disc(ny, nx, 2, 10.0, 4.0));
    swath.maps("swath", MapOptions::default()).iter().for_each(|map| assert!(count(map, RED) > 100));
}

#[test]
fn fields_without_range_or_without_values_have_maps() {
    let grid = || box_grid(40, 60, [0.0, 0.0, 15.0, 10.0]);
    let constant = Tracked::of(grid(), vec![vec![280.0; 2400]]);
    let missing = Tracked::of(grid(), vec![vec![f32::NAN; 2400]]);
    let wild = (0..2400).map(|k| [f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 0.0][k % 5]).collect();
    let wild = Tracked::of(grid(), vec![wild]);
    for (name, tracked) in [("constant", constant), ("missing", missing), ("wild", wild)] {
        let raster = &tracked.maps(name, MapOptions::default())[0];
        assert!(raster.width() >= 600, "{name}");
    }
}

#[test]
fn colours_are_those_of_the_values_where_the_values_are() {
    // the west is at the low end of the scale, the east at the high end
    let field = (0..2400).map(|k| if k % 60 < 30 { 240.0 } else { 300.0 }).collect();
    let tracked = Tracked::of(box_grid(40, 60, [0.0, 0.0, 15.0, 10.0]), vec![field]);
    let raster = &tracked.maps("halves", MapOptions { range: Some((240.0, 300.0)), diverging_about: None })[0];
    let (width, height, pixels) = pixels(&png(raster));
    let purple = |p: &[u8]| p[0].abs_diff(68) < 12 && p[1] < 16 && p[2].abs_diff(84) < 12;
    let yellow = |p: &[u8]| p[0] > 240 && p[1] > 220 && p[2] < 60;
    let share = |columns: std::ops::Range<usize>, is: &dyn Fn(&[u8]) -> bool| {
        let rows = (height / 4) as usize..(height / 2) as usize;
        let all: Vec<bool> = rows
            .flat_map(|y| columns.clone().map(move |x| 3 * (y * width as usize + x)))
            .map(|at| is(&pixels[at..at + 3]))
            .collect();
        all.iter().filter(|yes| **yes).count() as f64 / all.len() as f64
    };
    let w = width as usize;
    assert!(share(w / 5..w * 2 / 5, &purple) > 0.9, "the west is low");
    assert!(share(w * 3 / 5..w * 4 / 5, &yellow) > 0.9, "the east is high");
}

#[test]
fn an_animation_has_all_maps_and_shows_the_last_as_it_is() {
    let tracked = Tracked::of(box_grid(60, 90, [0.0, 0.0, 15.0, 10.0]), moving_disc(60, 90, 5, 12.0, 9.0));
    let maps = tracked.maps("film", MapOptions { range: Some((210.0, 290.0)), diverging_about: None });
    let mut animation = Animation::begin(Vec::new(), &maps[0], 20).unwrap();
    maps.iter().for_each(|map| animation.add(map).unwrap());
    let bytes = animation.end().unwrap();

    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(Cursor::new(bytes)).unwrap();
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    let mut canvas = vec![0_u8; 3 * width * height];
    let mut frames = 0;
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        assert_eq!(frame.delay, 20);
        for (k, pixel) in frame.buffer.chunks_exact(4).enumerate() {
            let (x, y) = (k % usize::from(frame.width), k / usize::from(frame.width));
            let at = 3 * ((y + usize::from(frame.top)) * width + x + usize::from(frame.left));
            canvas[at..at + 3].copy_from_slice(&pixel[..3]);
        }
        frames += 1;
    }
    assert_eq!(frames, maps.len());
    let factor = maps[0].width() / width as u32;
    let (_, _, last) = pixels(&png(&maps[4].reduced(factor)));
    let apart = last.iter().zip(&canvas).filter(|(a, b)| a.abs_diff(**b) > 40).count();
    assert!(apart * 50 < last.len(), "{apart} of {} colours are far from the map's", last.len());
}

#[test]
fn a_scene_of_another_grid_is_refused() {
    let tracked = Tracked::of(box_grid(20, 30, [0.0, 0.0, 15.0, 10.0]), moving_disc(20, 30, 1, 5.0, 1.0));
    let (job, short) = (job(), Values::F32(vec![0.0; 7]));
    let mapper = Mapper::new(&job, &tracked.grid, MapOptions::default());
    let scene = MapScene { values: Some(&short), components: &tracked.scenes[0], track_ids: &[1], paths: &[] };
    assert!(mapper.map(&scene).is_err());
    assert!(mapper.map(&MapScene { values: None, track_ids: &[], ..scene }).is_err());
    assert!(mapper.map(&MapScene { values: None, ..scene }).is_ok());
}
