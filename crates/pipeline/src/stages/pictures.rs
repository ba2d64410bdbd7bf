//! Stage 5, second half: the pictures, which need the fields again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use eventscape_core::{EventSource, Lineage, SceneComponents};
use eventscape_products::map::{MapOptions, MapScene, Mapper, TrackPath, TrackPaths, ValueRange};
use eventscape_products::{Artifact, Picture, ProductError, SceneView, SceneWriter};

use super::products::{Making, ProductContext, Task};
use super::scenes::Scenes;
use crate::error::{PipelineError, Result};
use crate::run::{Stage, in_order};

/// A file of all scenes, and its writer.
type OfAll<'a> = (&'a (usize, Task), Box<dyn SceneWriter + 'a>);

/// Scenes, evenly spread over the job, that the range of the colours is taken from.
const RANGE_SCENES: usize = 24;
/// Makes the pictures that an earlier run has not made, each with the number of its task. Without fields the maps have
/// outlines alone.
///
/// # Errors
/// What reading, drawing or the place says; what is complete stays.
pub(crate) fn pictures(making: &Making<'_>, tasks: &[(usize, Task)]) -> Result<Vec<(usize, Artifact)>> {
    let Making { asked, place, env, .. } = *making;
    let mut made = Vec::with_capacity(tasks.len());
    let mut by_scene: BTreeMap<usize, Vec<&(usize, Task)>> = BTreeMap::new();
    let mut of_all: Vec<OfAll<'_>> = Vec::new();
    for entry in tasks {
        if let Some(done) = place.done(&entry.1.name)? {
            env.observer.advance(Stage::Products, 1);
            made.push((entry.0, done));
        } else if let Some(scene) = entry.1.scene {
            by_scene.entry(scene).or_default().push(entry);
        } else {
            of_all.push((entry, making.begin(&entry.1)?));
        }
    }
    if by_scene.is_empty() && of_all.is_empty() {
        return Ok(made);
    }
    let scenes = asked.fields.map(|subset| Scenes::new(subset, 0));
    let options = MapOptions { range: range(asked, scenes.as_ref())?, diverging_about: middle(asked) };
    let mapper = Mapper::new(asked.info, &asked.recipe.data.grid, options);
    let ways = Ways::new(asked.lineage, asked.events);
    let data = &asked.recipe.data;
    let (workers, window) = asked.recipe.limits.readers(data.scene_bytes(), data.is_remote())?;
    let in_all = !of_all.is_empty();
    in_order(
        0..asked.lineage.times.len(),
        workers,
        window,
        |scene| {
            making.check_stop()?;
            let wanted = by_scene.get(&scene).map_or(&[][..], Vec::as_slice);
            let (components, paths) = ways.at(scene)?;
            if wanted.is_empty() && !in_all {
                return Ok((None, Vec::new()));
            }
            let field = scenes.as_ref().map(|s| s.get(scene)).transpose()?;
            let picture = Picture::new(mapper.map(&MapScene {
                values: field.as_ref().and_then(|f| f.fields.first()),
                components: &components,
                track_ids: asked.lineage.track_ids.get(scene).map_or(&[], Vec::as_slice),
                paths: &paths,
            })?);
            let view = SceneView::new(making.context, scene, making.stamp(scene), &components).with_picture(&picture);
            let mut stored = Vec::with_capacity(wanted.len());
            for (number, task) in wanted {
                let mut writer = making.begin(task)?;
                writer.scene(&view)?;
                stored.push((*number, place.keep(writer.finish()?, &task.product, making.moment(task))?));
            }
            if in_all {
                // painted here, on all threads, for those that take the scenes one after the other
                let _painted = picture.raster();
            }
            Ok((in_all.then_some((components, picture)), stored))
        },
        |scene, (drawn, stored)| {
            env.observer.advance(Stage::Products, stored.len() as u64);
            made.extend(stored);
            if let Some((components, picture)) = drawn {
                let view =
                    SceneView::new(making.context, scene, making.stamp(scene), &components).with_picture(&picture);
                of_all.iter_mut().try_for_each(|(_, writer)| writer.scene(&view))?;
            }
            Ok(())
        },
    )?;
    for ((number, task), writer) in of_all {
        made.push((*number, place.keep(writer.finish()?, &task.product, None)?));
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
