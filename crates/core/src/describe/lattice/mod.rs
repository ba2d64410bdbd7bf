//! Components on grids of rows and columns.

pub(super) mod cell_box;
pub(super) mod curvilinear;
pub(super) mod rectilinear;
