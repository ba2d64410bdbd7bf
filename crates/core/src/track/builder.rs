//! A lineage, built scene by scene by a tracker of somebody else's.

use super::recorder::Recorder;
use crate::{Arrival, CoreError, Departure, Lineage, Link, SceneComponents};

/// Builds a [`Lineage`] scene by scene. It numbers tracks and checks what it is given.
///
/// ```
/// use eventscape_core::track::LineageBuilder;
/// use eventscape_core::{Arrival, Cells, SceneComponents, Timestamp, Values, time::Calendar};
///
/// let scene = SceneComponents {
///     time: Timestamp::from_micros(Calendar::Standard, 0),
///     components: Vec::new(),
///     ranges: Vec::new(),
///     values: Values::F32(Vec::new()),
///     missing: Cells::default(),
///     detected: 0,
///     valid_cells: 0,
/// };
/// let mut builder = LineageBuilder::default();
/// assert_eq!(builder.begin_scene(&scene)?, 0);
/// // the scene has no component that could begin a track
/// assert!(builder.start_track(0, Arrival::Initiation).is_err());
/// assert!(builder.finish().tracks.is_empty());
/// # Ok::<(), eventscape_core::CoreError>(())
/// ```
#[derive(Debug, Default)]
pub struct LineageBuilder {
    recorder: Recorder,
}

impl LineageBuilder {
    /// Adds a scene whose components belong to no track yet. Gives its index in the job.
    ///
    /// # Errors
    /// [`CoreError::Scene`] for a time that repeats or goes back, or another calendar.
    pub fn begin_scene(&mut self, scene: &SceneComponents) -> Result<usize, CoreError> {
        self.recorder.begin_scene(scene, false)
    }

    /// Seconds between the last scene and the one before it; `None` before the second scene.
    #[must_use]
    pub fn last_step_seconds(&self) -> Option<f64> {
        self.recorder.last_step_seconds()
    }

    /// Begins a track with a component of the last scene. Gives the track's id, from 1.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where the last scene has no such component.
    pub fn start_track(&mut self, component: u32, arrival: Arrival) -> Result<u32, CoreError> {
        let scene = self.last_scene()?;
        self.check(scene, component)?;
        self.recorder.start_track(scene, component, arrival);
        Ok(self.recorder.tracks)
    }

    /// Puts a component of the last scene into a track.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where there is no such component or no such track.
    pub fn join_track(&mut self, component: u32, track: u32, arrival: Arrival) -> Result<(), CoreError> {
        let scene = self.last_scene()?;
        self.check(scene, component)?;
        if track == 0 || track > self.recorder.tracks {
            let tracks = self.recorder.tracks;
            return Err(CoreError::Scene(format!("there is no track {track}; they go from 1 to {tracks}")));
        }
        self.recorder.join_track(scene, component, track, arrival);
        Ok(())
    }

    /// Says how a track ends at a component.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where there is no such scene or component.
    pub fn end_track(&mut self, scene: usize, component: u32, departure: Departure) -> Result<(), CoreError> {
        self.check(scene, component)?;
        self.recorder.end_track(scene, component, departure);
        Ok(())
    }

    /// The track of a component; 0 for none.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where there is no such scene or component.
    pub fn track_of(&self, scene: usize, component: u32) -> Result<u32, CoreError> {
        let track = self.recorder.track_ids.get(scene).and_then(|ids| ids.get(component as usize));
        track.copied().ok_or_else(|| nothing_there(scene, component))
    }

    /// Writes down a link between two components. Links come by child scene, then child, then parent.
    ///
    /// # Errors
    /// [`CoreError::Scene`] where one of them does not exist.
    pub fn link(&mut self, link: Link) -> Result<(), CoreError> {
        self.check(link.parent_scene as usize, link.parent)?;
        self.check(link.child_scene as usize, link.child)?;
        self.recorder.links.push(link);
        Ok(())
    }

    /// The lineage, with its links in order.
    #[must_use]
    pub fn finish(mut self) -> Lineage {
        self.recorder.links.sort_by_key(|l| (l.child_scene, l.child, l.parent_scene, l.parent));
        self.recorder.finish(None)
    }

    fn last_scene(&self) -> Result<usize, CoreError> {
        let scenes = self.recorder.track_ids.len();
        scenes.checked_sub(1).ok_or_else(|| CoreError::Scene("there is no scene yet".to_owned()))
    }

    fn check(&self, scene: usize, component: u32) -> Result<(), CoreError> {
        self.track_of(scene, component).map(|_| ())
    }
}

fn nothing_there(scene: usize, component: u32) -> CoreError {
    CoreError::Scene(format!("scene {scene} has no component {component}"))
}
