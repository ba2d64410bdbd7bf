//! ForTraCC: components of neighbouring scenes belong together if they overlap enough.
//!
//! Of the components of two scenes the largest decides first; see [`Fortracc`].

mod matching;
mod options;

pub(in crate::track) use options::check_gap;
pub use options::{FortraccOptions, usual_step_seconds};

use self::matching::{Matcher, Outcome};
use super::overlap::{Overlap, OverlapRule, Overlapper};
use super::recorder::Recorder;
use super::rows::{Frame, SceneRows};
use crate::lineage::{Lineage, Link, Relation};
use crate::{CoreError, Grid, SceneComponents};

/// The ForTraCC tracker. It takes the scenes one after the other and remembers only the last one's cells, beside the
/// growing lineage.
///
/// For each pair of neighbouring scenes:
///
/// 1. Components that share cells are candidates for a link, if the shared cells are at least
///    [`FortraccOptions::min_overlap`] of the earlier component's cells (equality is enough).
/// 2. The components of both scenes are visited by descending area; among equal areas those of the later scene come
///    first, and in one scene the one whose first cell comes later in row-major order. (On a periodic grid rows begin at
///    180° W for this purpose, wherever the file's seam is.)
/// 3. A visited component looks at its candidates that are not taken yet.
///    - In the later scene: none, a new track (*initiation*); one, that one's track goes on (*continuation*); several,
///      the one with the largest fraction goes on (*continuation - merge*) and the others end (*dissipation - merge*).
///    - In the earlier scene: none, its track ends (*dissipation*); one, its track goes on; several, it goes on in the
///      one with the largest fraction (*continuation - split*), and the others begin new tracks
///      (*initiation - split*).
///    - Among equal fractions the first shared cell in row-major order decides.
/// 4. Tracks are numbered from 1 in the order in which they begin in these steps.
///
/// Nothing dissipates in the last scene, nor before a gap in time that is longer than
/// [`FortraccOptions::max_gap_seconds`]: there the tracks end with an unknown fate, and those after it begin anew.
pub struct Fortracc {
    options: FortraccOptions,
    frame: Frame,
    recorder: Recorder,
    before: SceneRows,
    after: SceneRows,
    overlapper: Overlapper,
    overlaps: Vec<Overlap>,
    matcher: Matcher,
}

impl Fortracc {
    /// A tracker for scenes on a grid.
    ///
    /// # Errors
    /// [`CoreError::Option`] where an option is out of its range; [`CoreError::Grid`] for TOS2CA's rule of overlap on a mesh.
    pub fn new(options: FortraccOptions, grid: &Grid) -> Result<Self, CoreError> {
        options.check()?;
        if options.mode == OverlapRule::Reference {
            grid.need_rows_and_columns("TOS2CA's rule of overlap, which counts pieces of the shared cells,")?;
        }
        Ok(Self {
            frame: Frame::of(grid, options.mode == OverlapRule::Reference),
            options,
            recorder: Recorder::default(),
            before: SceneRows::default(),
            after: SceneRows::default(),
            overlapper: Overlapper::default(),
            overlaps: Vec::new(),
            matcher: Matcher::default(),
        })
    }

    /// Links the components of the next scene to those of the last.
    ///
    /// By the correct rule scenes come in ascending order of time. By the reference's rule any order is taken as it is,
    /// and neighbours in it are linked.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where the time repeats or goes back, the calendar changes, or a run lies outside the grid.
    pub fn push(&mut self, scene: &SceneComponents) -> Result<(), CoreError> {
        let by_reference = self.options.mode == OverlapRule::Reference;
        // into the rows that are no longer needed, so that a refused scene leaves the tracker as it was
        self.before.fill(scene, &self.frame)?;
        let index = self.recorder.begin_scene(scene, by_reference)?;
        std::mem::swap(&mut self.before, &mut self.after);
        if self.gap_before_last() {
            self.before.clear();
        }
        let pieces = by_reference.then_some(self.options.connectivity);
        self.overlapper.compute(&self.before, &self.after, &self.frame, pieces, &mut self.overlaps);
        let outcome = self.matcher.link(&self.before, &self.after, &self.overlaps, self.options.min_overlap);
        record(&mut self.recorder, index, outcome);
        self.record_links(index);
        Ok(())
    }

    /// The overlaps between the last two scenes, the weak ones included, in row-major order of their first shared cells.
    #[must_use]
    pub fn last_overlaps(&self) -> &[Overlap] {
        &self.overlaps
    }

    /// The lineage of all scenes pushed so far.
    #[must_use]
    pub fn finish(self) -> Lineage {
        self.recorder.finish(None)
    }

    fn gap_before_last(&self) -> bool {
        match (self.options.max_gap_seconds, self.recorder.last_step_seconds()) {
            (Some(limit), Some(step)) => step > limit,
            _ => false,
        }
    }

    fn record_links(&mut self, scene: usize) {
        let Some(parent_scene) = scene.checked_sub(1) else { return };
        let min_overlap = self.options.min_overlap;
        let (recorder, matcher) = (&mut self.recorder, &self.matcher);
        let (older, newer) = recorder.track_ids.split_at(scene);
        let (Some(parents), Some(children)) = (older.last(), newer.first()) else { return };
        let from = recorder.links.len();
        for child in 0..children.len() as u32 {
            let begin = recorder.links.len();
            for overlap in matcher.overlaps_of_child(child).map(|index| &self.overlaps[index]) {
                let relation = if parents[overlap.parent as usize] == children[child as usize] {
                    Relation::Continuation
                } else if matcher.merged_into(overlap.parent) == Some(child) {
                    Relation::Merge
                } else if matcher.split_from(child) == Some(overlap.parent) {
                    Relation::Split
                } else if overlap.forward < min_overlap && overlap.backward < min_overlap {
                    Relation::Weak
                } else {
                    Relation::Unused
                };
                recorder.links.push(Link {
                    parent_scene: parent_scene as u32,
                    parent: overlap.parent,
                    child_scene: scene as u32,
                    child,
                    cells: overlap.cells,
                    overlap_parent: overlap.forward,
                    overlap_child: f64::from(overlap.cells) / f64::from(self.after.cells[child as usize]),
                    relation,
                });
            }
            recorder.links[begin..].sort_unstable_by_key(|link| link.parent);
        }
        debug_assert_eq!(recorder.links.len() - from, self.overlaps.len());
    }
}

/// Writes down what happened to the components of scene `index` and the one before.
fn record(recorder: &mut Recorder, index: usize, outcomes: &[Outcome]) {
    for outcome in outcomes {
        match *outcome {
            Outcome::Begin { child, arrival } => recorder.start_track(index, child, arrival),
            Outcome::Continue { parent, child, arrival } => {
                let track = recorder.track_ids[index - 1][parent as usize];
                recorder.join_track(index, child, track, arrival);
            }
            Outcome::End { parent, departure } => recorder.end_track(index - 1, parent, departure),
        }
    }
}
