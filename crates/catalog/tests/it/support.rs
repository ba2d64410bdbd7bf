//! What the tests share.

use std::path::PathBuf;

use eventscape_catalog::{Catalog, CatalogError, Context, LevelChoice, NoticeCode, Source, Subset, SubsetRequest};
use eventscape_core::Values;
use eventscape_core::grid::{Coordinates, Domain};

/// A path below the repository's `fixtures`.
pub(crate) fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(path)
}

pub(crate) fn text(path: &std::path::Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A request for files of `fixtures/cf`.
pub(crate) fn files(names: &[&str]) -> SubsetRequest {
    let inputs = names.iter().map(|name| text(&fixture("cf").join(name))).collect();
    SubsetRequest { source: Source { inputs, ..Source::default() }, ..SubsetRequest::default() }
}

/// A request for a collection below a folder of `fixtures`.
pub(crate) fn collection(id: &str, folder: &str) -> SubsetRequest {
    let entry = Catalog::builtin().unwrap().get(id).unwrap().clone();
    let root = Some(text(&fixture(folder)));
    SubsetRequest { source: Source { collection: Some(entry), inputs: Vec::new(), root }, ..SubsetRequest::default() }
}

/// What tests add to a request.
pub(crate) trait Ask: Sized {
    fn variable(self, name: &str) -> Self;
    fn span(self, start: &str, end: &str) -> Self;
    fn bbox(self, west: f64, south: f64, east: f64, north: f64) -> Self;
    fn level(self, text: &str) -> Self;
    fn open(&self) -> Subset;
    fn refused(&self) -> CatalogError;
}

impl Ask for SubsetRequest {
    fn variable(mut self, name: &str) -> Self {
        self.variables.push(name.to_owned());
        self
    }

    fn span(mut self, start: &str, end: &str) -> Self {
        (self.start, self.end) = (Some(start.to_owned()), Some(end.to_owned()));
        self
    }

    fn bbox(mut self, west: f64, south: f64, east: f64, north: f64) -> Self {
        self.domain = Domain::new_box(west, south, east, north).unwrap();
        self
    }

    fn level(mut self, text: &str) -> Self {
        self.level = Some(LevelChoice::parse(text).unwrap());
        self
    }

    fn open(&self) -> Subset {
        Subset::open(self, &Context::default()).unwrap_or_else(|e| panic!("{e}"))
    }

    fn refused(&self) -> CatalogError {
        Subset::open(self, &Context::default()).expect_err("it should be refused")
    }
}

pub(crate) fn stamps(subset: &Subset) -> Vec<String> {
    subset.times().iter().map(ToString::to_string).collect()
}

pub(crate) fn codes(subset: &Subset) -> Vec<NoticeCode> {
    subset.notices().iter().map(|n| n.code).collect()
}

/// Latitudes and longitudes of a grid of rows and columns.
pub(crate) fn axes(subset: &Subset) -> (Vec<f64>, Vec<f64>) {
    match subset.grid().coordinates() {
        Coordinates::Rectilinear { lat, lon } => (lat.clone(), lon.clone()),
        Coordinates::Curvilinear { .. } | Coordinates::Mesh(_) => panic!("the grid is not rectilinear"),
    }
}

pub(crate) fn numbers(values: &Values) -> Vec<f64> {
    match values {
        Values::F32(v) => v.iter().map(|x| f64::from(*x)).collect(),
        Values::F64(v) => v.clone(),
    }
}

/// The first field of a scene.
pub(crate) fn field(subset: &Subset, index: usize) -> Vec<f64> {
    numbers(&subset.read(index).unwrap_or_else(|e| panic!("{e}")).fields[0])
}

/// What `make.py` writes into a cell.
pub(crate) fn cell(t: f64, lat: f64, lon: f64) -> f64 {
    t * 100_000.0 + (lat + 90.0) * 1000.0 + lon.rem_euclid(360.0)
}

/// Asserts that a scene holds `make.py`'s values for the time index `t` of its file, wherever its cells lie.
#[track_caller]
pub(crate) fn assert_cells(subset: &Subset, index: usize, t: f64) {
    let values = field(subset, index);
    let grid = subset.grid();
    assert_eq!(values.len(), grid.len());
    for row in 0..grid.ny() {
        for col in 0..grid.nx() {
            let (lat, lon) = grid.centre(row, col).unwrap();
            let (found, expected) = (values[row * grid.nx() + col], cell(t, lat, lon));
            assert!(
                (found - expected).abs() < 1e-6,
                "scene {index}, row {row}, column {col}: {found} is not {expected}"
            );
        }
    }
}
