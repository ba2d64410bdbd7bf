//! Random jobs: a grid, scenes with components, a lineage, and what the job says of itself.

mod curation;
mod grid;
mod info;
mod lineage;
mod scenes;

use eventscape_core::track::TrackSummary;
use eventscape_core::{Component, EventSource, Grid, Lineage, Member, SceneComponents, SourceError, Timestamp};

use super::chance::Chance;
use crate::JobInfo;
pub(super) use curation::RandomCuration;
use scenes::Rules;

/// A job that products are written of.
pub(super) struct RandomJob {
    pub(super) info: JobInfo,
    pub(super) grid: Grid,
    pub(super) scenes: Scenes,
    pub(super) lineage: Lineage,
    pub(super) summaries: Vec<TrackSummary>,
}

/// Scenes in memory.
pub(super) struct Scenes(pub(super) Vec<SceneComponents>);

impl EventSource for Scenes {
    fn scenes(&self) -> usize {
        self.0.len()
    }

    fn read(&self, index: usize) -> Result<SceneComponents, SourceError> {
        self.0.as_slice().read(index)
    }
}

/// A component of a track, found by walking over the tracks.
pub(super) struct Event<'a> {
    pub(super) track: u32,
    pub(super) member: &'a Member,
    pub(super) component: &'a Component,
}

impl RandomJob {
    /// The job that a seed decides.
    pub(super) fn of(chance: &mut Chance, seed: u64) -> Self {
        let shape = grid::shape(chance, seed);
        let grid = grid::grid(chance, shape);
        let most = (400_000 / grid.len()).clamp(2, 300);
        let count = match chance.within(0..=9) {
            0 => 0,
            1 => 1,
            2 => most,
            _ => chance.within(1..=most.min(12)),
        };
        let times = scenes::times(chance, count);
        let rules = Rules { double: chance.one_in(2), filled: chance.one_in(4) };
        let mut scenes: Vec<SceneComponents> =
            times.iter().map(|&time| scenes::scene(chance, &grid, time, rules)).collect();
        let given = chance.one_in(3);
        if given {
            // phenomena that are given may share cells
            scenes.iter_mut().for_each(share_cells);
        }
        let lineage = lineage::lineage(chance, &scenes, given);
        let mut info = info::info(chance, &times);
        if given {
            info.given = info::given(chance, &lineage);
        }
        let scenes = Scenes(scenes);
        let summaries = lineage.tracks.iter().map(|track| lineage::summary(chance, track)).collect();
        Self { info, grid, scenes, lineage, summaries }
    }

    pub(super) fn times(&self) -> &[Timestamp] {
        &self.lineage.times
    }

    /// Cells of all components.
    pub(super) fn cells(&self) -> usize {
        self.scenes.0.iter().flat_map(|scene| &scene.components).map(|component| component.cells as usize).sum()
    }

    /// The components of tracks at a time, by ascending track, then component.
    pub(super) fn events(&self, scene: usize) -> Vec<Event<'_>> {
        let components = &self.scenes.0[scene].components;
        let of_track = |track: &'_ eventscape_core::Track| track.id;
        self.lineage
            .tracks
            .iter()
            .flat_map(|track| track.members.iter().map(move |member| (of_track(track), member)))
            .filter(|(_, member)| member.scene as usize == scene)
            .map(|(track, member)| Event { track, member, component: &components[member.component as usize] })
            .collect()
    }

    /// The cells of a component, row by row, with their values.
    pub(super) fn cells_of(&self, scene: usize, component: &Component) -> Vec<(u32, u32, f64)> {
        let scene = &self.scenes.0[scene];
        let nx = self.grid.nx() as u32;
        let cells = scene.ranges[component.ranges.clone()]
            .iter()
            .flat_map(|range| (range.start..range.end).map(|cell| (cell / nx, cell % nx)));
        cells.zip(component.values.clone()).map(|((row, col), at)| (row, col, scene.values.get(at).unwrap())).collect()
    }
}

/// Adds a component on the first cells of another one.
fn share_cells(scene: &mut SceneComponents) {
    let Some(of) = scene.components.first().cloned() else { return };
    let mut twin = of.clone();
    twin.label = scene.components.iter().map(|component| component.label).max().unwrap_or(0) + 1;
    twin.ranges = of.ranges.start..of.ranges.start + 1;
    twin.cells = scene.ranges[of.ranges.start].len();
    twin.values = of.values.start..of.values.start + twin.cells as usize;
    twin.description.area_km2 += 1.0;
    scene.components.push(twin);
}
