//! `<job>-Curated.parquet`: all values, gathered and interpolated, in one long table.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, Float64Array, Int8Array, Int64Array, StringArray};
use arrow_schema::DataType;
use eventscape_core::Timestamp;

use super::{CuratedTime, CurationInfo, Gathered, InterpolatedTime, Places};
use crate::ProductError;
use crate::parquet::{BATCH_ROWS, Table, field, time_array, time_field};

/// The table being written.
pub struct CuratedTable<W: Write + Send> {
    table: Table<W>,
    variables: Vec<String>,
    /// A time of the mask, and one of the other data: they tell the calendars.
    calendars: [Vec<Timestamp>; 2],
    rows: Rows,
}

#[derive(Default)]
struct Rows {
    event: Vec<i64>,
    mask_time: Vec<Timestamp>,
    kind: Vec<&'static str>,
    step: Vec<Option<i8>>,
    value_time: Vec<Timestamp>,
    variable: Vec<u32>,
    lat: Vec<f64>,
    lon: Vec<f64>,
    value: Vec<Option<f64>>,
    weight: Vec<Option<f64>>,
    coverage: Vec<Option<f32>>,
}

impl<W: Write + Send> CuratedTable<W> {
    /// Starts the table. `mask_time` and `step_time` are any times of the mask and of the other data.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn begin(
        out: W,
        info: &CurationInfo,
        mask_time: Timestamp,
        step_time: Timestamp,
    ) -> Result<Self, ProductError> {
        let calendars = [vec![mask_time], vec![step_time]];
        let fields = vec![
            field("track_id", "", "number of the track", false, DataType::Int64),
            time_field("mask_time", "time of the mask", &calendars[0]),
            field("kind", "", "curated: as gathered; interpolated: on a cell of the event", false, DataType::Utf8),
            field(
                "step",
                "",
                "-1, 0, 1: before, at, after the mask time; null where interpolated and in swaths",
                true,
                DataType::Int8,
            ),
            time_field("value_time", "time of the value; of interpolated ones the mask time", &calendars[1]),
            field("variable", "", "name of the variable", false, DataType::Utf8),
            field("lat", "degrees_north", "latitude of the cell's centre", false, DataType::Float64),
            field("lon", "degrees_east", "longitude of the cell's centre", false, DataType::Float64),
            field("value", "", "the value; null where it is missing", true, DataType::Float64),
            field("weight", "km2", "area of the event's cell; null where gathered", true, DataType::Float64),
            field("coverage", "1", "share of the event's cell that has data", true, DataType::Float32),
        ];
        Ok(Self {
            table: Table::begin(out, "the table of curated values", fields, &info.job)?,
            variables: info.variables.iter().map(|v| v.name.clone()).collect(),
            calendars,
            rows: Rows::default(),
        })
    }

    /// Adds what was gathered at a time.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn add_curated(&mut self, time: &CuratedTime) -> Result<(), ProductError> {
        for event in &time.events {
            let places = event.places.in_order();
            for (variable, steps) in event.values.iter().enumerate() {
                for (k, values) in steps.iter().enumerate() {
                    let Some(values) = values else { continue };
                    for (lat, lon, at) in &places {
                        let Some((step, value_time)) = seen(time, &event.places, k, *at) else { continue };
                        let rows = &mut self.rows;
                        rows.event.push(i64::from(event.id));
                        rows.mask_time.push(time.mask_time);
                        rows.kind.push("curated");
                        rows.step.push(step);
                        rows.value_time.push(value_time);
                        rows.variable.push(variable as u32);
                        rows.lat.push(*lat);
                        rows.lon.push(*lon);
                        rows.value.push(values.get(*at).filter(|v| !v.is_nan()));
                        rows.weight.push(None);
                        rows.coverage.push(None);
                        self.flush(BATCH_ROWS)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds the values on the cells of the events at a time; `value_time` is the mask time on the other data's calendar.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn add_interpolated(&mut self, time: &InterpolatedTime, value_time: Timestamp) -> Result<(), ProductError> {
        for event in &time.events {
            for (variable, found) in event.variables.iter().enumerate() {
                for (k, value) in found.values.iter().enumerate() {
                    let rows = &mut self.rows;
                    rows.event.push(i64::from(event.id));
                    rows.mask_time.push(time.time);
                    rows.kind.push("interpolated");
                    rows.step.push(None);
                    rows.value_time.push(value_time);
                    rows.variable.push(variable as u32);
                    rows.lat.push(event.lat.get(k).copied().unwrap_or(f64::NAN));
                    rows.lon.push(event.lon.get(k).copied().unwrap_or(f64::NAN));
                    rows.value.push(Some(*value).filter(|v| !v.is_nan()));
                    rows.weight.push(event.area_km2.get(k).copied());
                    rows.coverage.push(found.coverage.get(k).map(|c| *c as f32));
                    self.flush(BATCH_ROWS)?;
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self, at: usize) -> Result<(), ProductError> {
        if self.rows.event.len() < at.max(1) {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        let name = |k: &u32| self.variables.get(*k as usize).map(String::as_str);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(rows.event)),
            time_array(&rows.mask_time, &self.calendars[0]),
            Arc::new(StringArray::from(rows.kind)),
            Arc::new(Int8Array::from(rows.step)),
            time_array(&rows.value_time, &self.calendars[1]),
            Arc::new(rows.variable.iter().map(name).collect::<StringArray>()),
            Arc::new(Float64Array::from(rows.lat)),
            Arc::new(Float64Array::from(rows.lon)),
            Arc::new(Float64Array::from(rows.value)),
            Arc::new(Float64Array::from(rows.weight)),
            Arc::new(Float32Array::from(rows.coverage)),
        ];
        self.table.add(columns)
    }

    /// Writes what is left and the footer; gives the output back, and the number of rows.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn end(mut self) -> Result<(W, u64), ProductError> {
        self.flush(1)?;
        self.table.end()
    }
}

/// The step and the time of a gathered value.
fn seen(time: &CuratedTime, places: &Places, step: usize, at: usize) -> Option<(Option<i8>, Timestamp)> {
    match (&time.gathered, places) {
        (Gathered::Steps { times, .. }, _) => Some((Some(step as i8 - 1), *times.get(step)?)),
        (Gathered::Orbit { start, .. }, Places::Swath { micros, .. }) => {
            Some((None, Timestamp::from_micros(start.calendar(), *micros.get(at)?)))
        }
        (Gathered::Orbit { .. }, _) => None,
    }
}
