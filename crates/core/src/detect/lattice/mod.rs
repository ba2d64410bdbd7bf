//! What detection does with rows and columns alone.

pub(super) mod holes;
pub(super) mod smooth;
