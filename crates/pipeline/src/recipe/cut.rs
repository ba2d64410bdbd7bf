//! How a job's time is cut into chunks.

use std::ops::Range;

use crate::error::{PipelineError, Result};
use crate::job::RunningKeys;

/// How a job's time is cut into chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    by: By,
    /// The chunk that runs alone, from 1.
    pub(crate) only: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Nothing,
    Count(usize),
    Steps(usize),
}

impl Cut {
    /// # Errors
    /// Keys that contradict each other.
    pub(crate) fn of(keys: &RunningKeys) -> Result<Self> {
        let by = match (keys.chunks, keys.chunk_steps) {
            (Some(_), Some(_)) => return Err(PipelineError::job("chunks", "give chunks or chunk_steps, not both")),
            (Some(0), _) | (_, Some(0)) => {
                return Err(PipelineError::job("chunks", "0 is no number of chunks or steps"));
            }
            (Some(n), None) => By::Count(n as usize),
            (None, Some(steps)) => By::Steps(steps as usize),
            (None, None) if keys.chunk.is_some() => {
                return Err(PipelineError::job("chunk", "say how the job is cut, with chunks or chunk_steps"));
            }
            (None, None) => By::Nothing,
        };
        Ok(Self { by, only: keys.chunk.map(|chunk| chunk as usize) })
    }

    /// The scenes of each chunk. A chunk shares its last scene with the next one's first, as in TOS2CA. `chunks` gives as many
    /// chunks as it says wherever there are that many scenes, and no empty one.
    pub(crate) fn ranges(&self, scenes: usize) -> Vec<Range<usize>> {
        let starts: Vec<usize> = match self.by {
            By::Nothing => vec![0],
            By::Count(chunks) => {
                let chunks = chunks.min(scenes).max(1);
                (0..chunks).map(|k| k * scenes / chunks).collect()
            }
            By::Steps(steps) => (0..scenes.max(1)).step_by(steps.max(1)).collect(),
        };
        let ends = starts.iter().skip(1).map(|next| next + 1).chain([scenes]);
        starts.iter().zip(ends).map(|(start, end)| *start..end.min(scenes)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: Option<u32>, chunk_steps: Option<u32>) -> Result<Cut> {
        Cut::of(&RunningKeys { chunks, chunk_steps, ..RunningKeys::default() })
    }

    #[test]
    fn chunks_share_one_scene_and_cover_all() {
        assert_eq!(cut(None, None).unwrap().ranges(7), [0..7]);
        assert_eq!(cut(Some(3), None).unwrap().ranges(7), [0..3, 2..5, 4..7]);
        assert_eq!(cut(None, Some(4)).unwrap().ranges(9), [0..5, 4..9, 8..9]);
        assert_eq!(cut(Some(50), None).unwrap().ranges(2), [0..2, 1..2]);
        assert!(cut(Some(0), None).is_err());
        assert!(cut(Some(2), Some(2)).is_err());
    }

    #[test]
    fn there_are_as_many_chunks_as_were_asked_for_and_none_is_empty() {
        for scenes in 1..60 {
            for chunks in 1..=scenes {
                let ranges = cut(u32::try_from(chunks).ok(), None).unwrap().ranges(scenes);
                assert_eq!(ranges.len(), chunks, "{scenes} scenes");
                assert!(ranges.iter().all(|range| !range.is_empty()), "{scenes} scenes in {chunks} chunks");
                assert_eq!((ranges[0].start, ranges[chunks - 1].end), (0, scenes));
            }
        }
    }
}
