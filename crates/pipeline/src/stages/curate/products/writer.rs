//! The products being written.

use std::io::Write;

use eventscape_io::sink::ProductFile;
use eventscape_products::curation::{
    CuratedFile, CuratedTable, CuratedTime, CurationHierarchy, FlatFile, FlatShape, InterpolatedFile, InterpolatedTime,
    StatisticsTable,
};
use eventscape_products::{
    ProductKind, curated_name, curated_table_name, curation_hierarchy_name, flat_name, interpolated_name,
    statistics_name,
};

use super::Asked;
use super::lives::Lives;
use crate::error::{PipelineError, Result};
use crate::job::CurationProduct;
use crate::run::JobFolder;
use crate::stages::curate::plan::MaskTime;

/// The name of a product that is one file, and what it is.
pub(super) fn file_of(job_id: u64, product: CurationProduct) -> Option<(String, ProductKind)> {
    Some(match product {
        CurationProduct::Curated => (curated_name(job_id), ProductKind::Curated),
        CurationProduct::Hierarchy => (curation_hierarchy_name(job_id), ProductKind::CurationHierarchy),
        CurationProduct::Interpolated => (interpolated_name(job_id), ProductKind::Interpolated),
        CurationProduct::Flat => (flat_name(job_id), ProductKind::InterpolatedFlat),
        CurationProduct::Table => (curated_table_name(job_id), ProductKind::CuratedTable),
        CurationProduct::Statistics => (statistics_name(job_id), ProductKind::Statistics),
        CurationProduct::Plots => return None,
    })
}

/// A product being written.
pub(super) enum Writer {
    Curated(CuratedFile<ProductFile>),
    Hierarchy(CurationHierarchy<ProductFile>),
    Interpolated(InterpolatedFile<ProductFile>),
    Flat(Box<FlatFile<ProductFile>>),
    Table(Box<CuratedTable<Shared>>, Shared),
    Statistics(StatisticsTable<ProductFile>),
    Plots(Lives),
}

impl Writer {
    pub(super) fn begin(asked: &Asked<'_>, product: CurationProduct, place: &JobFolder) -> Result<Self> {
        let (info, grid) = (asked.info, asked.masks.file.grid());
        let Some((name, _)) = file_of(asked.scope.identity.job_id, product) else {
            return Ok(Self::Plots(Lives::of(asked.plan)));
        };
        let file = place.create(&name)?;
        Ok(match product {
            CurationProduct::Curated => Self::Curated(CuratedFile::begin(file.hash_at_end(), info, grid)?),
            CurationProduct::Hierarchy => Self::Hierarchy(CurationHierarchy::begin(file, info)?),
            CurationProduct::Interpolated => {
                Self::Interpolated(InterpolatedFile::begin(file.hash_at_end(), info, grid)?)
            }
            CurationProduct::Flat => {
                let cells = asked.plan.times.iter().flat_map(|t| &t.events).map(|event| event.cells).sum();
                let times = asked.masks.file.times();
                Self::Flat(Box::new(FlatFile::begin(file.hash_at_end(), info, grid, times, FlatShape { cells })?))
            }
            CurationProduct::Table => {
                let shared = Shared::new(file);
                let (mask, other) = match (asked.masks.file.times().first(), asked.plan.times.first()) {
                    (Some(mask), Some(time)) => (*mask, time.time),
                    _ => return Err(PipelineError::Internal("the masks have no time".to_owned())),
                };
                Self::Table(Box::new(CuratedTable::begin(shared.clone(), info, mask, other)?), shared)
            }
            CurationProduct::Statistics => Self::Statistics(StatisticsTable::begin(file, info)?),
            CurationProduct::Plots => Self::Plots(Lives::of(asked.plan)),
        })
    }

    /// Adds what was gathered at a mask time (of swaths, from each orbit), and the values on the events' cells.
    pub(super) fn add(
        &mut self,
        curated: &[CuratedTime],
        interpolated: &InterpolatedTime,
        time: &MaskTime,
    ) -> Result<()> {
        match self {
            Self::Curated(file) => curated.iter().try_for_each(|group| file.add(group))?,
            Self::Hierarchy(file) => curated.iter().try_for_each(|group| file.add(group))?,
            Self::Interpolated(file) => file.add(interpolated)?,
            Self::Flat(file) => file.add(interpolated)?,
            Self::Table(table, _) => {
                curated.iter().try_for_each(|group| table.add_curated(group))?;
                table.add_interpolated(interpolated, time.time)?;
            }
            Self::Statistics(table) => table.add(interpolated)?,
            Self::Plots(lives) => lives.add(interpolated),
        }
        Ok(())
    }

    /// The files with what they are.
    pub(super) fn end(self, asked: &Asked<'_>, place: &JobFolder) -> Result<Vec<(ProductFile, ProductKind)>> {
        let (file, kind) = match self {
            Self::Curated(file) => (file.end()?, ProductKind::Curated),
            Self::Hierarchy(file) => (file.end()?, ProductKind::CurationHierarchy),
            Self::Interpolated(file) => (file.end()?, ProductKind::Interpolated),
            Self::Flat(file) => (file.end()?, ProductKind::InterpolatedFlat),
            Self::Table(table, shared) => {
                table.end()?;
                (shared.take()?, ProductKind::CuratedTable)
            }
            Self::Statistics(table) => (table.end()?, ProductKind::Statistics),
            Self::Plots(lives) => return lives.draw(asked, place),
        };
        Ok(vec![(file, kind)])
    }
}

/// The table's writer keeps its output to itself: this hands it back.
#[derive(Clone)]
pub(super) struct Shared(std::sync::Arc<std::sync::Mutex<Option<ProductFile>>>);

impl Shared {
    fn new(file: ProductFile) -> Self {
        Self(std::sync::Arc::new(std::sync::Mutex::new(Some(file))))
    }

    fn take(self) -> Result<ProductFile> {
        let file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        file.ok_or_else(|| PipelineError::Internal("the table lost its file".to_owned()))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.as_mut().ok_or_else(|| std::io::Error::other("the file is closed"))?.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        file.as_mut().map_or(Ok(()), ProductFile::flush)
    }
}
