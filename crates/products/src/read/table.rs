//! A table of ours (Parquet), read whole: batch by batch, every column decoded.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int8Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_io::stores::ByteSource;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::Polygons;
use super::source::Source;
use crate::ProductError;
use crate::names::real_micros;
use crate::polygons::wkb;

/// Rows of a batch.
const ROWS: usize = 4096;

/// A table that is open.
pub struct TableReader {
    file: Source,
    location: String,
}

/// Some rows of a table, with all columns.
pub struct TableRows {
    batch: RecordBatch,
    location: String,
}

impl TableReader {
    /// Over the bytes of the file.
    #[must_use]
    pub fn new(source: Arc<dyn ByteSource>) -> Self {
        let location = source.location().to_owned();
        Self { file: Source(source), location }
    }

    /// Reads all rows, some thousand at a time.
    ///
    /// # Errors
    /// A damaged file; what `each` says of the rows.
    pub fn each_rows<E: From<ProductError>>(&self, mut each: impl FnMut(&TableRows) -> Result<(), E>) -> Result<(), E> {
        let wrong = |error: &dyn std::fmt::Display| ProductError::Input {
            location: self.location.clone(),
            reason: error.to_string(),
        };
        let builder = ParquetRecordBatchReaderBuilder::try_new(self.file.clone()).map_err(|e| wrong(&e))?;
        let told = builder.metadata().file_metadata().num_rows();
        let mut read = 0;
        for batch in builder.with_batch_size(ROWS).build().map_err(|e| wrong(&e))? {
            let batch = batch.map_err(|e| wrong(&e))?;
            read += batch.num_rows() as i64;
            each(&TableRows { batch, location: self.location.clone() })?;
        }
        if read != told {
            return Err(wrong(&format!("it has {read} rows and says that it has {told}")).into());
        }
        Ok(())
    }
}

impl TableRows {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn column(&self, name: &str) -> Result<&ArrayRef, ProductError> {
        self.batch.column_by_name(name).ok_or_else(|| self.lacks(name, "is not there"))
    }

    fn lacks(&self, name: &str, why: &str) -> ProductError {
        ProductError::Input { location: self.location.clone(), reason: format!("its column `{name}` {why}") }
    }

    /// A column of numbers of any type; `None` where there is no value.
    ///
    /// # Errors
    /// [`ProductError::Input`] where there is no such column of numbers.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, ProductError> {
        let column = self.column(name)?;
        match column.data_type() {
            DataType::Float64 => Ok(column.as_primitive::<Float64Type>().iter().collect()),
            DataType::Float32 => Ok(column.as_primitive::<Float32Type>().iter().map(|v| v.map(f64::from)).collect()),
            DataType::Int64 | DataType::Int32 | DataType::Int8 => {
                Ok(self.integers(name)?.into_iter().map(|v| v.map(|v| v as f64)).collect())
            }
            other => Err(self.lacks(name, &format!("holds {other}, not numbers"))),
        }
    }

    /// A column of whole numbers; `None` where there is no value.
    ///
    /// # Errors
    /// [`ProductError::Input`] where there is no such column of whole numbers.
    pub fn integers(&self, name: &str) -> Result<Vec<Option<i64>>, ProductError> {
        let column = self.column(name)?;
        match column.data_type() {
            DataType::Int64 => Ok(column.as_primitive::<Int64Type>().iter().collect()),
            DataType::Int32 => Ok(column.as_primitive::<Int32Type>().iter().map(|v| v.map(i64::from)).collect()),
            DataType::Int8 => Ok(column.as_primitive::<Int8Type>().iter().map(|v| v.map(i64::from)).collect()),
            other => Err(self.lacks(name, &format!("holds {other}, not whole numbers"))),
        }
    }

    /// A column of texts; empty where there is none.
    ///
    /// # Errors
    /// [`ProductError::Input`] where there is no such column of texts.
    pub fn texts(&self, name: &str) -> Result<Vec<&str>, ProductError> {
        let column = self.column(name)?.as_string_opt::<i32>();
        let column = column.ok_or_else(|| self.lacks(name, "holds no texts"))?;
        Ok(column.iter().map(Option::unwrap_or_default).collect())
    }

    /// A column of times, on the calendar that the column names.
    ///
    /// # Errors
    /// [`ProductError::Input`] where there is no such column of times, or a time is none.
    pub fn times(&self, name: &str) -> Result<Vec<Timestamp>, ProductError> {
        let column = self.column(name)?;
        let schema = self.batch.schema();
        let named = schema.field_with_name(name).ok().and_then(|f| f.metadata().get("calendar")?.parse().ok());
        let calendar: Calendar = named.ok_or_else(|| self.lacks(name, "does not name its calendar"))?;
        if let Some(instants) = column.as_primitive_opt::<TimestampMicrosecondType>() {
            let time = |micros: Option<i64>| Some(Timestamp::from_micros(calendar, real_micros(calendar, micros?)?));
            let times = instants.iter().map(time).collect::<Option<Vec<_>>>();
            return times.ok_or_else(|| self.lacks(name, "has a row without a time"));
        }
        let time = |text: &str| Timestamp::parse(text, calendar).map(|(time, _)| time);
        let times = self.texts(name)?.into_iter().map(time).collect::<Result<Vec<_>, _>>();
        times.map_err(|e| self.lacks(name, &format!("has a row without a time: {e}")))
    }

    /// A column of outlines (WKB): the polygons of each row.
    ///
    /// # Errors
    /// [`ProductError::Input`] where there is no such column, or an outline is no polygon.
    pub fn outlines(&self, name: &str) -> Result<Vec<Polygons>, ProductError> {
        let column = self.column(name)?.as_binary_opt::<i32>();
        let column = column.ok_or_else(|| self.lacks(name, "holds no outlines"))?;
        let outlines = column.iter().map(|bytes| wkb::read(bytes?)).collect::<Option<Vec<_>>>();
        outlines.ok_or_else(|| self.lacks(name, "has a row whose outline is no WKB of polygons"))
    }
}
