//! What reading a subset would cost.

/// What reading a whole subset would fetch and hold, before anything is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubsetPlan {
    /// Granules that are read.
    pub granules: usize,
    /// Scenes.
    pub scenes: usize,
    /// Stored chunks that are decoded.
    pub chunks: u64,
    /// Bytes that are fetched (0 where the format does not tell before it is read).
    pub stored_bytes: u64,
    /// Bytes after decoding.
    pub decoded_bytes: u64,
    /// Requests to a remote store.
    pub requests: u64,
    /// Bytes of one scene in memory, all its fields.
    pub scene_bytes: u64,
    /// The totals are extrapolated from some of the scenes.
    pub is_estimate: bool,
}
