//! Stage 5, second half: the pictures, which need the fields again.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use eventscape_core::{EventSource, Lineage, SceneComponents};
use eventscape_io::sink::{ProductFile, StoredProduct};
use eventscape_products::map::{Animation, MapOptions, MapScene, Mapper, Raster, TrackPath, TrackPaths, ValueRange};
use eventscape_products::{ProductError, ProductKind};

use super::products::{ProductContext, Task};
use super::scenes::Scenes;
use crate::error::{PipelineError, Result};
use crate::run::{Environment, JobFolder, Stage, in_order};

/// Scenes, evenly spread over the job, that the range of the colours is taken from.
const RANGE_SCENES: usize = 24;
/// An animation takes so many hundredths of a second, as far as its frames are then neither too short nor too long.
const ANIMATION_LENGTH: usize = 1500;
const SHORTEST_FRAME: usize = 8;
const LONGEST_FRAME: usize = 60;

/// Makes the pictures that an earlier run has not made, each with the number of its task.
///
/// `scenes` are the fields; without them the maps have outlines alone.
///
/// # Errors
/// What reading, drawing or the place says; what is complete stays.
pub(crate) fn pictures(
    asked: &ProductContext<'_>,
    tasks: &[(usize, Task)],
    place: &JobFolder,
    env: &Environment<'_>,
) -> Result<Vec<(usize, StoredProduct)>> {
    let mut made = Vec::with_capacity(tasks.len());
    let mut by_scene: BTreeMap<usize, Vec<&(usize, Task)>> = BTreeMap::new();
    let mut film = None;
    for entry in tasks {
        if let Some(done) = place.done(&entry.1.name)? {
            env.observer.advance(Stage::Products, 1);
            made.push((entry.0, done));
        } else if let Some(scene) = entry.1.scene {
            by_scene.entry(scene).or_default().push(entry);
        } else {
            film = Some(Film { task: entry, animation: None });
        }
    }
    if by_scene.is_empty() && film.is_none() {
        return Ok(made);
    }
    let count = asked.lineage.times.len();
    let scenes = asked.fields.map(|subset| Scenes::new(subset, 0));
    let options = MapOptions { range: range(asked, scenes.as_ref())?, diverging_about: middle(asked) };
    let mapper = Mapper::new(asked.info, &asked.recipe.data.grid, options);
    let ways = Ways::new(asked.lineage, asked.events);
    let data = &asked.recipe.data;
    let (workers, window) = asked.recipe.limits.readers(data.scene_bytes(), data.is_remote())?;
    let filmed = film.is_some();
    in_order(
        0..count,
        workers,
        window,
        |scene| {
            if env.cancel.is_cancelled() {
                return Err(PipelineError::Stopped { done: count, total: count });
            }
            let wanted = by_scene.get(&scene).map_or(&[][..], Vec::as_slice);
            let (components, paths) = ways.at(scene)?;
            if wanted.is_empty() && !filmed {
                return Ok((None, Vec::new()));
            }
            let field = scenes.as_ref().map(|s| s.get(scene)).transpose()?;
            let map = mapper.map(&MapScene {
                values: field.as_ref().and_then(|f| f.fields.first()),
                components: &components,
                track_ids: asked.lineage.track_ids.get(scene).map_or(&[], Vec::as_slice),
                paths: &paths,
            })?;
            let mut raster = None;
            let mut stored = Vec::with_capacity(wanted.len());
            for (number, task) in wanted {
                let mut file = place.create(&task.name)?;
                if task.kind == ProductKind::MapSvg {
                    map.write_svg(&mut file)?;
                } else {
                    raster.get_or_insert_with(|| map.raster()).write_png(&mut file)?;
                }
                stored.push((*number, place.keep(file, task.kind.media_type())?));
            }
            let frame = filmed.then(|| raster.unwrap_or_else(|| map.raster()));
            Ok((frame, stored))
        },
        |_, (frame, stored)| {
            env.observer.advance(Stage::Products, stored.len() as u64);
            made.extend(stored);
            match (&mut film, frame) {
                (Some(film), Some(frame)) => film.add(&frame, count, place),
                _ => Ok(()),
            }
        },
    )?;
    if let Some(film) = film {
        made.extend(film.end(place)?);
        env.observer.advance(Stage::Products, 1);
    }
    Ok(made)
}

/// The range of the colours, the same for all maps of a job.
fn range(asked: &ProductContext<'_>, scenes: Option<&Scenes<'_>>) -> Result<Option<(f64, f64)>> {
    let Some(scenes) = scenes else { return Ok(None) };
    let count = asked.lineage.times.len();
    let taken = count.min(RANGE_SCENES);
    let data = &asked.recipe.data;
    let (workers, window) = asked.recipe.limits.readers(data.scene_bytes(), data.is_remote())?;
    let mut range = ValueRange::default();
    in_order(
        0..taken,
        workers,
        window,
        |k| {
            let mut own = ValueRange::default();
            if let Some(values) = scenes.get(k * count / taken)?.fields.first() {
                own.add(values);
            }
            Ok(own)
        },
        |_, own| {
            range.join(own);
            Ok(())
        },
    )?;
    Ok(range.get())
}

/// Differences have colours for both signs.
fn middle(asked: &ProductContext<'_>) -> Option<f64> {
    let variable = &asked.info.variable;
    let names = [Some(&variable.name), variable.long_name.as_ref(), variable.standard_name.as_ref()];
    let is_difference = |name: &&String| {
        let name = name.to_ascii_lowercase();
        name.contains("anomaly") || name.contains("difference")
    };
    names.into_iter().flatten().any(|name| is_difference(&name)).then_some(0.0)
}

/// The animation while it grows.
struct Film<'a> {
    task: &'a (usize, Task),
    animation: Option<Animation<ProductFile>>,
}

impl Film<'_> {
    fn add(&mut self, frame: &Raster, frames: usize, place: &JobFolder) -> Result<()> {
        if self.animation.is_none() {
            let delay = (ANIMATION_LENGTH / frames.max(1)).clamp(SHORTEST_FRAME, LONGEST_FRAME);
            let file = place.create(&self.task.1.name)?;
            self.animation = Some(Animation::begin(file, frame, u16::try_from(delay).unwrap_or(u16::MAX))?);
        }
        match &mut self.animation {
            Some(animation) => Ok(animation.add(frame)?),
            None => Ok(()),
        }
    }

    fn end(self, place: &JobFolder) -> Result<Option<(usize, StoredProduct)>> {
        let Some(animation) = self.animation else { return Ok(None) };
        let mut file = animation.end()?;
        file.flush().map_err(|e| file.failed(e))?;
        let stored = place.keep(file, self.task.1.kind.media_type())?;
        Ok(Some((self.task.0, stored)))
    }
}

/// The components of each scene with the ways of its tracks, for workers that take the scenes about in order.
struct Ways<'a> {
    lineage: &'a Lineage,
    events: &'a dyn EventSource,
    state: Mutex<WaysState>,
}

#[derive(Default)]
struct WaysState {
    next: usize,
    paths: TrackPaths,
    /// Those that another worker is still to fetch: no more than scenes are in flight.
    ready: BTreeMap<usize, (SceneComponents, Vec<TrackPath>)>,
}

impl<'a> Ways<'a> {
    fn new(lineage: &'a Lineage, events: &'a dyn EventSource) -> Self {
        Self { lineage, events, state: Mutex::default() }
    }

    fn at(&self, scene: usize) -> Result<(SceneComponents, Vec<TrackPath>)> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.next <= scene {
            let index = state.next;
            let components = self.events.read(index).map_err(|source| ProductError::Source { scene: index, source })?;
            let paths = state.paths.advance(self.lineage, index, &components)?;
            state.ready.insert(index, (components, paths));
            state.next += 1;
        }
        let found = state.ready.remove(&scene);
        found.ok_or_else(|| PipelineError::Internal(format!("scene {scene} was drawn twice")))
    }
}
