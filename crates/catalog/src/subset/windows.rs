//! Reading parts of scenes: many windows of several scenes, each chunk of a granule once.

use std::ops::Range;
use std::sync::Arc;

use eventscape_core::Values;
use eventscape_core::grid::Window;
use eventscape_formats::Attributes;

use super::axis::Step;
use super::pool::OpenGranule;
use super::window::Part;
use super::{Subset, open, parallel};
use crate::{CatalogError, Result};

/// Parts of one scene that were read together.
#[derive(Clone, Debug)]
pub struct SceneParts {
    rects: Vec<Rect>,
    /// For each rectangle, the values of each variable.
    values: Vec<Vec<Values>>,
}

/// What reading windows would fetch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WindowsPlan {
    /// Stored chunks (parts of contiguous variables) that are decoded.
    pub chunks: u64,
    /// Bytes that they take in the files; 0 where the format does not tell before it is read.
    pub stored_bytes: u64,
    /// Requests to a remote store, with neighbours merged.
    pub requests: u64,
}

/// Rectangles of some steps of one granule.
struct Together {
    granule: Arc<OpenGranule>,
    steps: Vec<Step>,
    from: u32,
    until: u32,
    rects: Vec<Rect>,
}

/// A rectangle of the subset's grid.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rect {
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Rect {
    fn holds(&self, other: &Self) -> bool {
        self.rows.start <= other.rows.start
            && other.rows.end <= self.rows.end
            && self.columns.start <= other.columns.start
            && other.columns.end <= self.columns.end
    }

    fn hull(&self, other: &Self) -> Self {
        let span = |a: &Range<usize>, b: &Range<usize>| a.start.min(b.start)..a.end.max(b.end);
        Self { rows: span(&self.rows, &other.rows), columns: span(&self.columns, &other.columns) }
    }
}

impl SceneParts {
    /// The values of a window of the subset's grid, for each variable, row-major; `None` where it was not read.
    #[must_use]
    pub fn crop(&self, window: &Window) -> Option<Vec<Values>> {
        let nx = window.nx();
        let mut whole: Option<Vec<Values>> = None;
        let mut at = 0;
        for columns in &window.columns {
            let wanted = Rect { rows: window.rows.clone(), columns: columns.clone() };
            let place = self.rects.iter().position(|rect| rect.holds(&wanted))?;
            let (rect, values) = (self.rects.get(place)?, self.values.get(place)?);
            let out =
                whole.get_or_insert_with(|| values.iter().map(|v| empty_like(v, window.rows.len() * nx)).collect());
            for (from, to) in values.iter().zip(out) {
                match (from, to) {
                    (Values::F32(from), Values::F32(to)) => copy(from, rect, &wanted, to, nx, at)?,
                    (Values::F64(from), Values::F64(to)) => copy(from, rect, &wanted, to, nx, at)?,
                    _ => return None,
                }
            }
            at += columns.len();
        }
        whole
    }

    /// Bytes of the values.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let each = |values: &Values| match values {
            Values::F32(v) => 4 * v.len(),
            Values::F64(v) => 8 * v.len(),
        };
        self.values.iter().flatten().map(each).sum()
    }
}

fn empty_like(values: &Values, len: usize) -> Values {
    match values {
        Values::F32(_) => Values::F32(vec![f32::NAN; len]),
        Values::F64(_) => Values::F64(vec![f64::NAN; len]),
    }
}

fn copy<T: Copy>(from: &[T], rect: &Rect, wanted: &Rect, to: &mut [T], nx: usize, at: usize) -> Option<()> {
    let width = wanted.columns.len();
    for (line, row) in wanted.rows.clone().enumerate() {
        let start = (row - rect.rows.start) * rect.columns.len() + (wanted.columns.start - rect.columns.start);
        let (source, target) = (from.get(start..start + width)?, to.get_mut(line * nx + at..line * nx + at + width)?);
        target.copy_from_slice(source);
    }
    Some(())
}

impl Subset {
    /// Whether two scenes lie in the same chunks of the same granule, so that reading one without the other would mean to
    /// unpack these chunks twice.
    ///
    /// # Errors
    /// A granule that cannot be opened, by its name; an index past the end.
    pub fn share_chunks(&self, a: usize, b: usize) -> Result<bool> {
        let (first, second) = (self.step(a)?, self.step(b)?);
        if first.granule != second.granule {
            return Ok(false);
        }
        let granule = self.granule(first.granule)?;
        let depth = chunk_shape(&granule).steps;
        Ok(first.step / depth == second.step / depth)
    }

    /// Reads windows of scenes that [share chunks](Subset::share_chunks), all windows of all scenes: from the cache where it
    /// has the scenes, otherwise from their granule, each chunk once.
    ///
    /// # Errors
    /// A granule that cannot be read, by its name; an index past the end; a window that leaves the grid.
    pub fn read_windows(&self, scenes: &[usize], windows: &[Window]) -> Result<Vec<SceneParts>> {
        self.check_windows(windows)?;
        if self.context.cache.is_some() {
            return scenes.iter().map(|scene| self.parts_of_cached(*scene)).collect();
        }
        let Some(Together { granule, steps, from, until, rects }) = self.together(scenes, windows)? else {
            return Ok(Vec::new());
        };
        let part = &self.metadata.part;
        let workers = open::workers(&self.context, &self.candidates);
        let read = parallel::map(rects.len(), workers, |index| {
            let Some(rect) = rects.get(index) else { return Ok(Vec::new()) };
            let part = sub_part(part, rect);
            let variables = granule.variables.iter().zip(&self.metadata.variables);
            variables
                .map(|(variable, meta)| part.read_steps(&granule.granule, variable, from..until, meta.value_type))
                .collect::<Result<Vec<Vec<Values>>>>()
        })?;
        self.from_source.fetch_add(scenes.len(), std::sync::atomic::Ordering::Relaxed);
        Ok(steps
            .iter()
            .map(|step| {
                let place = (step.step - from) as usize;
                let pick = |fields: &Vec<Vec<Values>>| -> Vec<Values> {
                    fields.iter().filter_map(|by_step| by_step.get(place).cloned()).collect()
                };
                SceneParts { rects: rects.clone(), values: read.iter().map(pick).collect() }
            })
            .collect())
    }

    /// What [`Subset::read_windows`] would fetch without a cache.
    ///
    /// # Errors
    /// As [`Subset::read_windows`].
    pub fn plan_windows(&self, scenes: &[usize], windows: &[Window]) -> Result<WindowsPlan> {
        self.check_windows(windows)?;
        let Some(Together { granule, from, until, rects, .. }) = self.together(scenes, windows)? else {
            return Ok(WindowsPlan::default());
        };
        let mut total = WindowsPlan::default();
        for rect in &rects {
            let part = sub_part(&self.metadata.part, rect);
            for variable in &granule.variables {
                // a variable without a time axis is read once for all steps
                let steps = if variable.layout.time.dim.is_some() { from..until } else { from..from + 1 };
                for plan in part.plan(&granule.granule, variable, steps)? {
                    total.chunks += plan.chunks as u64;
                    total.stored_bytes += plan.stored_bytes;
                    total.requests += plan.requests as u64;
                }
            }
        }
        Ok(total)
    }

    fn check_windows(&self, windows: &[Window]) -> Result<()> {
        for window in windows {
            let inside = |r: &Range<usize>, n: usize| r.start < r.end && r.end <= n;
            if !inside(&window.rows, self.grid().ny()) || !window.columns.iter().all(|c| inside(c, self.grid().nx())) {
                return Err(CatalogError::Request(format!("the window {window:?} leaves the grid")));
            }
        }
        Ok(())
    }

    /// What is read at once for windows of scenes of one granule; `None` where there is no scene.
    fn together(&self, scenes: &[usize], windows: &[Window]) -> Result<Option<Together>> {
        let steps = scenes.iter().map(|scene| self.step(*scene)).collect::<Result<Vec<_>>>()?;
        let Some(first) = steps.first() else { return Ok(None) };
        let (mut from, mut until) = (first.step, first.step + 1);
        for step in &steps {
            if step.granule != first.granule {
                return Err(CatalogError::Request("windows are read from one granule at a time".to_owned()));
            }
            (from, until) = (from.min(step.step), until.max(step.step + 1));
        }
        let granule = self.granule(first.granule)?;
        let rects = gather(windows, &self.metadata.part, chunk_shape(&granule));
        Ok(Some(Together { granule, steps, from, until, rects }))
    }

    /// Where the granule of a scene is; `None` past the end.
    #[must_use]
    pub fn location_of(&self, scene: usize) -> Option<String> {
        let granule = self.metadata.steps.get(scene)?.granule as usize;
        self.candidates.get(granule).map(|candidate| candidate.location.to_string())
    }

    /// All attributes of a variable in the first granule, by the variable's path.
    ///
    /// # Errors
    /// A granule that cannot be opened, by its name.
    pub fn attributes_of(&self, path: &str) -> Result<Attributes> {
        let granule = self.granule(self.step(0)?.granule)?;
        Ok(granule.granule.variable(path)?.attributes.clone())
    }

    fn parts_of_cached(&self, scene: usize) -> Result<SceneParts> {
        let rect = Rect { rows: 0..self.grid().ny(), columns: 0..self.grid().nx() };
        Ok(SceneParts { rects: vec![rect], values: vec![self.read(scene)?.fields] })
    }

    fn step(&self, scene: usize) -> Result<Step> {
        let found = self.metadata.steps.get(scene).copied();
        found.ok_or_else(|| CatalogError::Request(format!("there is no scene {scene} among {}", self.len())))
    }
}

/// The chunks of a granule's variables: how many steps, rows and columns they have; 1 where there are none.
#[derive(Clone, Copy, Debug)]
struct ChunkShape {
    steps: u32,
    rows: usize,
    columns: usize,
}

fn chunk_shape(granule: &OpenGranule) -> ChunkShape {
    let mut shape = ChunkShape { steps: 1, rows: 1, columns: 1 };
    for variable in &granule.variables {
        let Ok(stored) = granule.granule.variable(&variable.layout.path) else { continue };
        let Some(chunk) = &stored.chunk else { continue };
        let along = |dim: Option<usize>| dim.and_then(|d| chunk.get(d)).copied().unwrap_or(1).max(1);
        let horizontal = &variable.layout.horizontal;
        shape.steps = shape.steps.max(u32::try_from(along(variable.layout.time.dim)).unwrap_or(u32::MAX));
        shape.rows = shape.rows.max(usize::try_from(along(Some(horizontal.row_dim))).unwrap_or(usize::MAX));
        shape.columns = shape.columns.max(usize::try_from(along(Some(horizontal.column_dim))).unwrap_or(usize::MAX));
    }
    shape
}

/// The rectangles that hold all windows, none of which shares a chunk with another.
fn gather(windows: &[Window], part: &Part, chunk: ChunkShape) -> Vec<Rect> {
    let single = windows.iter().flat_map(|w| w.columns.iter().map(|c| (w.rows.clone(), c.clone())));
    let mut rects: Vec<Rect> = single.map(|(rows, columns)| Rect { rows, columns }).collect();
    rects.sort_unstable_by_key(|r| (r.rows.start, r.columns.start, r.rows.end, r.columns.end));
    rects.dedup();
    loop {
        let before = rects.len();
        let mut merged: Vec<(Rect, Vec<Rect>)> = Vec::new();
        for rect in rects {
            let own = in_chunks(&rect, part, chunk);
            let meets = |kept: &[Rect]| kept.iter().any(|a| own.iter().any(|b| overlap(a, b)));
            match merged.iter_mut().find(|(_, chunks)| meets(chunks)) {
                Some((hull, chunks)) => {
                    *hull = hull.hull(&rect);
                    *chunks = in_chunks(hull, part, chunk);
                }
                None => merged.push((rect, own)),
            }
        }
        rects = merged.into_iter().map(|(rect, _)| rect).collect();
        if rects.len() == before {
            return rects;
        }
    }
}

fn overlap(a: &Rect, b: &Rect) -> bool {
    let meet = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
    meet(&a.rows, &b.rows) && meet(&a.columns, &b.columns)
}

/// The chunks that a rectangle touches, as rectangles of chunk numbers.
fn in_chunks(rect: &Rect, part: &Part, chunk: ChunkShape) -> Vec<Rect> {
    let row = part.window.rows.start;
    let rows = (row + rect.rows.start) / chunk.rows..(row + rect.rows.end - 1) / chunk.rows + 1;
    sub_part(part, rect)
        .file_columns()
        .map(|c| Rect { rows: rows.clone(), columns: c.start / chunk.columns..(c.end - 1) / chunk.columns + 1 })
        .collect()
}

/// The part of the granules' grid that is a rectangle of the subset's.
fn sub_part(part: &Part, rect: &Rect) -> Part {
    let mut columns = Vec::new();
    let mut at = 0;
    for range in &part.window.columns {
        let start = rect.columns.start.clamp(at, at + range.len());
        let end = rect.columns.end.clamp(at, at + range.len());
        if start < end {
            columns.push(range.start + start - at..range.start + end - at);
        }
        at += range.len();
    }
    let row = part.window.rows.start;
    let window = Window { rows: row + rect.rows.start..row + rect.rows.end, columns };
    Part { window, ..part.clone() }
}
