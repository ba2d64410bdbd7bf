//! Schema, batches and row groups: what both tables share.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::names::instant_micros;
use crate::{JobInfo, ProductError};

/// Rows of a batch: a table holds no more of them before it encodes them.
pub(crate) const BATCH_ROWS: usize = 4096;
/// A row group ends when its encoded pages take so much memory …
const GROUP_BYTES: usize = 32 << 20;
/// … or when it has so many rows.
const GROUP_ROWS: usize = 128 * 1024;

/// A column: its name, its units (empty: none), what it is, whether it may be null, and its type.
pub(crate) fn field(name: &str, units: &str, description: &str, nullable: bool, data_type: DataType) -> Field {
    let mut metadata = HashMap::from([("description".to_owned(), description.to_owned())]);
    if !units.is_empty() {
        metadata.insert("units".to_owned(), units.to_owned());
    }
    Field::new(name, data_type, nullable).with_metadata(metadata)
}

/// The column of a time, in the form that the calendar of the job allows.
pub(crate) fn time_field(name: &str, description: &str, times: &[Timestamp]) -> Field {
    let calendar = calendar(times);
    let data_type = match calendar {
        Calendar::NoLeap | Calendar::AllLeap | Calendar::Day360 => DataType::Utf8,
        _ => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    };
    let mut field = field(name, "", description, false, data_type);
    field.metadata_mut().insert("calendar".to_owned(), calendar.name().to_owned());
    field
}

/// The values of a column of times.
pub(crate) fn time_array(column: &[Timestamp], times: &[Timestamp]) -> ArrayRef {
    if matches!(calendar(times), Calendar::NoLeap | Calendar::AllLeap | Calendar::Day360) {
        return Arc::new(column.iter().map(|time| Some(time.to_string())).collect::<StringArray>());
    }
    let micros = column.iter().map(|time| instant_micros(*time));
    Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

fn calendar(times: &[Timestamp]) -> Calendar {
    times.first().map_or_else(Calendar::default, |time| time.calendar())
}

/// A Parquet file that is being written.
pub(crate) struct Table<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: Arc<Schema>,
    name: &'static str,
    rows: u64,
}

impl<W: Write + Send> Table<W> {
    pub(crate) fn begin(out: W, name: &'static str, fields: Vec<Field>, job: &JobInfo) -> Result<Self, ProductError> {
        let schema = Arc::new(Schema::new(fields));
        let told = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
        let mut metadata = vec![
            told("title", &job.title),
            told("summary", &job.summary),
            told("job_id", &job.job_id.to_string()),
            told("dataset", &job.dataset_label),
            told("variable", &job.variable.name),
            told("condition", &job.condition_text),
            told("tracker", &job.tracker),
            told("license", &job.license),
            told("history", &job.history),
        ];
        metadata.extend(job.created.as_deref().map(|created| told("date_created", created)));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(|e| failed(name, e))?))
            .set_created_by(format!("eventscape {}", job.software_version))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_key_value_metadata(Some(metadata))
            .build();
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties)).map_err(|e| failed(name, e))?;
        Ok(Self { writer, schema, name, rows: 0 })
    }

    /// Adds rows; the columns are in the order of the fields.
    pub(crate) fn add(&mut self, columns: Vec<ArrayRef>) -> Result<(), ProductError> {
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|e| ProductError::Mismatch(format!("the columns of {}: {e}", self.name)))?;
        self.rows += batch.num_rows() as u64;
        self.writer.write(&batch).map_err(|e| failed(self.name, e))?;
        if self.writer.in_progress_size() > GROUP_BYTES {
            self.writer.flush().map_err(|e| failed(self.name, e))?;
        }
        Ok(())
    }

    /// Adds a key of the file's metadata.
    pub(crate) fn tell(&mut self, key: &str, value: String) {
        self.writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
    }

    /// Writes what is left and the footer; gives the output back, and the number of rows.
    pub(crate) fn end(self) -> Result<(W, u64), ProductError> {
        let out = self.writer.into_inner().map_err(|e| failed(self.name, e))?;
        Ok((out, self.rows))
    }
}

fn failed(name: &str, error: ParquetError) -> ProductError {
    ProductError::Write { product: name.to_owned(), source: io::Error::other(error) }
}
