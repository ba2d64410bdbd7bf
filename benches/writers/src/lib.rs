//! The data that every writer writes, and the command line of every driver.
//!
//!     WRITER flat|ragged FILE
//!     WRITER groups|groups-in-turn N FILE
//!     WRITER ragged N FILE

use std::path::Path;

/// What a driver gives back: any error ends the run.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Times of the flat file.
pub const STEPS: usize = 48;
/// Rows of the flat file.
pub const NY: usize = 1650;
/// Columns of the flat file.
pub const NX: usize = 2500;
/// Rows and columns of a chunk.
pub const TILE: usize = 512;
/// Rows of a group's table.
pub const ROWS: usize = 1000;
/// Values of a chunk of the ragged table.
pub const PART: usize = 1 << 16;
/// Units of the time axis.
pub const TIME_UNITS: &str = "seconds since 2015-08-12 00:00:00";

/// The files that a driver can write.
pub trait Writer {
    /// `event_id(time, lat, lon)` in packed chunks, with its coordinates.
    fn flat(path: &Path) -> Result;
    /// A group for each of `count` times, with two variables.
    fn groups(path: &Path, count: usize) -> Result;
    /// One long packed column of `count` values.
    fn ragged(path: &Path, count: usize) -> Result;
    /// As `groups`, by another order of calls where the library has one.
    fn groups_in_turn(_path: &Path, _count: usize) -> Result {
        Err("this writer knows one order only".into())
    }
    /// As `flat`, with chunks that are packed before the library gets them.
    fn flat_packed(_path: &Path) -> Result {
        Err("this writer takes no packed chunks".into())
    }
    /// Looks for damage in a file of this writer.
    fn check(_path: &Path) -> Result {
        Err("this writer has no check".into())
    }
}

/// Does what the command line says.
pub fn run<W: Writer>() -> Result {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["flat", path] => W::flat(Path::new(path)),
        ["flat-packed", path] => W::flat_packed(Path::new(path)),
        ["groups", count, path] => W::groups(Path::new(path), count.parse()?),
        ["groups-in-turn", count, path] => W::groups_in_turn(Path::new(path), count.parse()?),
        ["ragged", count, path] => W::ragged(Path::new(path), count.parse()?),
        ["check", path] => W::check(Path::new(path)),
        _ => Err("flat FILE, flat-packed FILE, groups N FILE, groups-in-turn N FILE, ragged N FILE, or check FILE".into()),
    }
}

/// Events of a time: 200 discs that move, cells of no event are 0. Row-major, `NY` × `NX`.
pub fn scene(step: usize, cells: &mut Vec<i32>) {
    cells.clear();
    cells.resize(NY * NX, 0);
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for id in 1..=200 {
        let (row, column, radius) = (random(NY), random(NX) + 4 * step, 5 + random(40));
        for y in row.saturating_sub(radius)..(row + radius).min(NY) {
            let half = (radius * radius).saturating_sub(y.abs_diff(row).pow(2)).isqrt();
            let (from, to) = ((column - half.min(column)).min(NX), (column + half).min(NX));
            cells[y * NX + from..y * NX + to].fill(id);
        }
    }
}

/// Where a chunk of a time lies: first row, first column, rows, columns.
pub fn tiles() -> impl Iterator<Item = [usize; 4]> {
    let columns = |row: usize| {
        (0..NX).step_by(TILE).map(move |column| [row, column, TILE.min(NY - row), TILE.min(NX - column)])
    };
    (0..NY).step_by(TILE).flat_map(columns)
}

/// The cells of a chunk; a chunk at the edge is filled up with 0 to `width` × `height`.
pub fn tile(scene: &[i32], [row, column, rows, columns]: [usize; 4], whole: bool) -> Vec<i32> {
    let (height, width) = if whole { (TILE, TILE) } else { (rows, columns) };
    let mut cells = vec![0; height * width];
    for y in 0..rows {
        cells[y * width..y * width + columns].copy_from_slice(&scene[(row + y) * NX + column..][..columns]);
    }
    cells
}

/// Times, latitudes and longitudes of the flat file.
pub fn axes() -> [(&'static str, Vec<f64>, &'static str); 3] {
    let axis = |from: f64, step: f64, count: usize| (0..count).map(|k| from + step * k as f64).collect();
    [
        ("time", axis(0.0, 1800.0, STEPS), TIME_UNITS),
        ("lat", axis(-10.0, 0.036, NY), "degrees_north"),
        ("lon", axis(-90.0, 0.036, NX), "degrees_east"),
    ]
}

/// Row, column and track of each cell of a time, and its value.
pub fn cells(time: usize) -> (Vec<i32>, Vec<f32>) {
    let indices = (0..ROWS).flat_map(|k| [k / 40, (k % 40) + time % 100, 1 + k / 250].map(|n| n as i32));
    (indices.collect(), (0..ROWS).map(|k| 200.0 + ((k + time) % 30) as f32).collect())
}

/// The name of a time's group.
pub fn group_name(time: usize) -> String {
    format!("time_{time:06}")
}

/// A part of the long column.
pub fn part(from: usize, to: usize) -> Vec<f64> {
    (from..to).map(|k| 200.0 + ((k * 7919) % 1000) as f64 / 16.0).collect()
}

/// Numbers as HDF5 has them in a file.
pub fn bytes<const N: usize, T: Copy>(values: &[T], to: impl Fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|&value| to(value)).collect()
}

/// Shuffle, then deflate level 1: what HDF5's own filters write, packed by libdeflate.
#[cfg(feature = "libdeflater")]
pub fn pack(bytes: &[u8], size: usize, packer: &mut libdeflater::Compressor) -> Result<Vec<u8>> {
    let count = bytes.len() / size;
    let mut shuffled = vec![0; bytes.len()];
    for (place, plane) in shuffled.chunks_exact_mut(count).enumerate() {
        for (to, number) in plane.iter_mut().zip(bytes.chunks_exact(size)) {
            *to = number[place];
        }
    }
    let mut packed = vec![0; packer.zlib_compress_bound(shuffled.len())];
    let length = packer.zlib_compress(&shuffled, &mut packed)?;
    packed.truncate(length);
    Ok(packed)
}
