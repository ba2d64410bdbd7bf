//! Finds the clusters of a scene.

use super::AuxGeoirOptions;
use super::fill::filled;
use super::join::join_at_grid_edges;
use super::label::{Cluster, clusters, push_ranges};
use crate::describe::{Geometry, Measurable, RangeValues};
use crate::lanes::{Cell, GROUP, Isa};
use crate::{CellRange, Cells, Component, CoreError, Grid, Scene, SceneComponents, Values};

/// The coldest and the warmest brightness temperature that is believed, K.
const BELIEVED: (f64, f64) = (182.0, 312.0);
/// Cells that cool by so much to the next time count, K.
const COOLING: f64 = 2.0;

/// Finds and describes the storms of scenes on one grid. Made once a job, shared by all threads.
#[derive(Debug)]
pub struct AuxGeoirDetector<'a> {
    grid: &'a Grid,
    options: AuxGeoirOptions,
    geometry: Geometry,
    isa: Isa,
}

/// Finds the storms of a single scene: [`AuxGeoirDetector::detect`] with a detector of its own.
///
/// # Errors
/// As [`AuxGeoirDetector::new`] and [`AuxGeoirDetector::detect`].
pub fn detect(
    scene: &Scene,
    next: Option<&Scene>,
    grid: &Grid,
    options: AuxGeoirOptions,
) -> Result<SceneComponents, CoreError> {
    AuxGeoirDetector::new(options, grid)?.detect(scene, next)
}

impl<'a> AuxGeoirDetector<'a> {
    /// A detector for scenes on a grid.
    ///
    /// # Errors
    /// [`CoreError::Option`] for an option out of range, [`CoreError::Grid`] for a grid whose cells cannot be measured.
    pub fn new(options: AuxGeoirOptions, grid: &'a Grid) -> Result<Self, CoreError> {
        options.check()?;
        grid.need_rows_and_columns("AUX-GEOIR, which fills missing cells along rows and columns,")?;
        if u32::try_from(grid.len()).is_err() {
            return Err(CoreError::Grid(format!(
                "the grid has {} cells; components are counted in 32 bits: ask for a smaller area",
                grid.len()
            )));
        }
        Ok(Self { grid, options, geometry: Geometry::new(grid)?, isa: Isa::best() })
    }

    /// Finds the storms of a scene. The first field is the brightness temperature in K; `next` is the scene after it,
    /// `None` for the last one.
    ///
    /// Labels count the clusters from 1 in row-major order of their first cells (with [`AuxGeoirOptions::reference`] in
    /// the reference's order: split clusters come last). Filled cells inside a cluster carry their filled values;
    /// [`SceneComponents::missing`] tells which cells were missing.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where a scene does not fit the grid, or both are not of one type.
    pub fn detect(&self, scene: &Scene, next: Option<&Scene>) -> Result<SceneComponents, CoreError> {
        scene.check(self.grid)?;
        if let Some(next) = next {
            next.check(self.grid)?;
        }
        match (scene.fields.first(), next.and_then(|next| next.fields.first())) {
            (Some(Values::F32(now)), None) => Ok(self.find(scene, now, None, Values::F32)),
            (Some(Values::F64(now)), None) => Ok(self.find(scene, now, None, Values::F64)),
            (Some(Values::F32(now)), Some(Values::F32(then))) => Ok(self.find(scene, now, Some(then), Values::F32)),
            (Some(Values::F64(now)), Some(Values::F64(then))) => Ok(self.find(scene, now, Some(then), Values::F64)),
            _ => Err(CoreError::Scene(format!(
                "the scene of {} and the next one are of different types; read both as float32 or both as float64",
                scene.time
            ))),
        }
    }

    fn find<T: Measurable>(
        &self,
        scene: &Scene,
        field: &[T],
        next: Option<&[T]>,
        wrap: impl Fn(Vec<T>) -> Values,
    ) -> SceneComponents {
        let nx = self.grid.nx();
        let now = filled(field, nx);
        let then = next.filter(|_| self.options.two_stages).map(|next| filled(next, nx));
        let inside = self.inside(&now, then.as_deref());
        let (found, dropped) = self.clusters(&inside, &now);
        let (gathered, starts) = self.gather(&found, &now);
        let mut components = Vec::with_capacity(found.len());
        let mut ranges: Vec<CellRange> = Vec::with_capacity(starts.len());
        let mut values = Vec::with_capacity(gathered.len());
        for (index, cluster) in found.iter().enumerate() {
            let mut component = Component::unmeasured(index as u32 + 1, cluster.cells);
            component.ranges = ranges.len()..ranges.len() + cluster.ranges.len();
            let first = values.len();
            let source = RangeValues { starts: &starts[component.ranges.clone()], gathered: &gathered };
            (component.cell_box, component.description) =
                self.geometry.describe(self.isa, &cluster.ranges, source, &mut values);
            component.values = first..values.len();
            ranges.extend_from_slice(&cluster.ranges);
            components.push(component);
        }
        let missing = self.cells_where(|cell| field[cell].is_missing());
        let missing_cells = u64::from(missing.count());
        let domain_cells = self.grid.domain().map_or(field.len(), |domain| domain.iter().filter(|cell| **cell).count());
        SceneComponents {
            time: scene.time,
            detected: components.len() as u32 + dropped,
            components,
            ranges,
            values: wrap(values),
            missing,
            valid_cells: domain_cells as u64 - missing_cells,
        }
    }

    /// The values of the clusters' cells, with the room at the end that descriptions need, and where each range's begin.
    fn gather<T: Cell>(&self, found: &[Cluster], now: &[T]) -> (Vec<T>, Vec<u32>) {
        let (mut gathered, mut starts) = (Vec::new(), Vec::new());
        for range in found.iter().flat_map(|cluster| cluster.ranges.iter()) {
            starts.push(gathered.len() as u32);
            let values = &now[range.start as usize..range.end as usize];
            if self.options.reference {
                gathered.extend(values.iter().map(|&value| believed(value)));
            } else {
                gathered.extend_from_slice(values);
            }
        }
        gathered.resize(gathered.len() + GROUP, T::round(0.0));
        (gathered, starts)
    }

    fn inside<T: Cell>(&self, now: &[T], then: Option<&[T]>) -> Cells {
        let (cold, warm) = (T::round(self.options.cold_kelvin), T::round(self.options.warm_kelvin));
        self.cells_where(|cell| {
            let temperature = believed(now[cell]);
            let cools =
                |then: &[T]| temperature < warm && believed(then[cell]) <= T::round(temperature.into() - COOLING);
            temperature < cold || then.is_some_and(cools)
        })
    }

    /// Those cells of the domain.
    fn cells_where(&self, inside: impl Fn(usize) -> bool) -> Cells {
        let (nx, domain) = (self.grid.nx(), self.grid.domain());
        let inside = |cell: usize| domain.is_none_or(|domain| domain[cell]) && inside(cell);
        let mut ranges = Vec::new();
        for row in 0..self.grid.ny() {
            let first = (row * nx) as u32;
            push_ranges(&mut ranges, first..first + nx as u32, |cell| inside(cell as usize));
        }
        Cells::ascending(ranges)
    }

    /// The clusters that are kept, and the number of those that are too small.
    fn clusters<T: Cell>(&self, cells: &[CellRange], now: &[T]) -> (Vec<Cluster>, u32) {
        let (nx, periodic) = (self.grid.nx() as u32, self.grid.is_periodic() && !self.options.reference);
        let large_enough = |cluster: &Cluster| cluster.cells >= self.options.min_cells;
        let found = clusters(cells, nx, periodic);
        let before = found.len();
        let found: Vec<Cluster> = found.into_iter().filter(large_enough).collect();
        let dropped = (before - found.len()) as u32;
        let (large, mut kept): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|cluster| self.options.two_stages && cluster.cells > self.options.max_cells);
        for cluster in large {
            let mut parts = clusters(&self.cold_cells(&cluster, now), nx, periodic);
            parts.retain(large_enough);
            if parts.is_empty() { kept.push(cluster) } else { kept.extend(parts) }
        }
        if self.options.reference {
            kept = join_at_grid_edges(kept, self.grid);
        } else {
            kept.sort_by_key(|cluster| cluster.ranges.first().copied());
        }
        (kept, dropped)
    }

    fn cold_cells<T: Cell>(&self, cluster: &Cluster, now: &[T]) -> Cells {
        let cold = T::round(self.options.cold_kelvin);
        let mut ranges = Vec::new();
        for range in cluster.ranges.iter() {
            push_ranges(&mut ranges, range.cells(), |cell| believed(now[cell as usize]) < cold);
        }
        Cells::ascending(ranges)
    }
}

/// The temperature within what is believed; missing stays missing.
fn believed<T: Cell>(temperature: T) -> T {
    let (low, high) = (T::round(BELIEVED.0), T::round(BELIEVED.1));
    if temperature < low {
        low
    } else if temperature > high {
        high
    } else {
        temperature
    }
}
