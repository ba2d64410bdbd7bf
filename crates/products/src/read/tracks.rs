//! `<job>-Tracks.parquet` read back: which events there are, and those that are asked for as GeoJSON.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch, StructArray};
use arrow_schema::DataType;
use eventscape_core::Timestamp;
use eventscape_core::time::Calendar;
use eventscape_io::stores::ByteSource;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};
use parquet::file::statistics::Statistics;
use serde_json::{Map, Value, json};

use super::source::Source;
use crate::ProductError;
use crate::names::scene_stamps;
use crate::polygons::wkb;

/// Columns that are not properties of a feature.
const NO_PROPERTIES: [&str; 4] = ["geometry", "bbox", "scene", "component"];

/// The events of a job: a row for each component of a track, in the order of time.
pub struct TracksReader {
    file: Source,
    location: String,
}

/// What is needed of an event to choose it.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackRow {
    /// Its name in the job: `<time>-<track>`, with `-2`, `-3`, … for further components of a track in one scene.
    pub name: String,
    /// Number of the track, from 1.
    pub track: i64,
    /// The time of its scene; `None` in a model calendar whose days are no instants.
    pub micros: Option<i64>,
    /// West, south, east, north around its outline, within ±180°.
    pub bbox: [f64; 4],
}

/// Where and when there are events.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TracksExtent {
    /// West, south, east, north around all of them; `None` where there are none.
    pub bbox: Option<[f64; 4]>,
    /// First and last time, microseconds since 1970, where they are instants.
    pub micros: Option<(i64, i64)>,
}

/// An outline, as rings of longitude and latitude: for each polygon its outer ring, then its holes.
pub type Polygons = Vec<Vec<Vec<[f64; 2]>>>;

impl TracksReader {
    /// Over the bytes of the file.
    #[must_use]
    pub fn new(source: Arc<dyn ByteSource>) -> Self {
        let location = source.location().to_owned();
        Self { file: Source(source), location }
    }

    fn wrong(&self, error: impl std::fmt::Display) -> ProductError {
        ProductError::Input { location: self.location.clone(), reason: error.to_string() }
    }

    fn lacks(&self, column: &str) -> ProductError {
        self.wrong(format!("it has no column `{column}` of the kind that tracks have"))
    }

    fn builder(&self) -> Result<ParquetRecordBatchReaderBuilder<Source>, ProductError> {
        ParquetRecordBatchReaderBuilder::try_new(self.file.clone()).map_err(|e| self.wrong(e))
    }

    /// Where and when there are events. Only the end of the file is read.
    ///
    /// # Errors
    /// A file that is not one of tracks, or damaged.
    pub fn extent(&self) -> Result<TracksExtent, ProductError> {
        let builder = self.builder()?;
        let groups = builder.metadata().row_groups();
        let columns = || groups.iter().flat_map(|group| group.columns());
        let of = |path: &str| {
            let chosen = columns().filter(|column| column.column_path().string() == path);
            chosen.filter_map(|column| column.statistics()).cloned().collect::<Vec<_>>()
        };
        let number = |path: &str, least: bool| {
            let all = of(path).into_iter().filter_map(|statistics| match statistics {
                Statistics::Double(s) if least => s.min_opt().copied(),
                Statistics::Double(s) => s.max_opt().copied(),
                _ => None,
            });
            all.reduce(if least { f64::min } else { f64::max })
        };
        let corners = (
            number("bbox.xmin", true),
            number("bbox.ymin", true),
            number("bbox.xmax", false),
            number("bbox.ymax", false),
        );
        let bbox = match corners {
            (Some(west), Some(south), Some(east), Some(north)) => Some([west, south, east, north]),
            _ => None,
        };
        let times = of("time").into_iter().filter_map(|statistics| match statistics {
            Statistics::Int64(s) => s.min_opt().copied().zip(s.max_opt().copied()),
            _ => None,
        });
        Ok(TracksExtent { bbox, micros: times.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) })
    }

    /// All events, without outlines and properties.
    ///
    /// # Errors
    /// A file that is not one of tracks, or damaged.
    pub fn rows(&self) -> Result<Vec<TrackRow>, ProductError> {
        let builder = self.builder()?;
        let wanted = ["track_id", "time", "scene", "bbox"];
        let mask = ProjectionMask::columns(builder.parquet_schema(), wanted);
        let reader = builder.with_projection(mask).build().map_err(|e| self.wrong(e))?;
        let mut rows = Vec::new();
        let mut scenes: Vec<(i32, Timestamp)> = Vec::new();
        let mut scene_of = Vec::new();
        for batch in reader {
            let batch = batch.map_err(|e| self.wrong(e))?;
            let lacks = |column: &'static str| move || self.lacks(column);
            let tracks = whole(&batch, "track_id").ok_or_else(lacks("track_id"))?;
            let in_scene = batch.column_by_name("scene").and_then(|c| c.as_primitive_opt::<Int32Type>());
            let in_scene = in_scene.ok_or_else(lacks("scene"))?;
            let boxes = batch.column_by_name("bbox").and_then(|c| c.as_struct_opt()).ok_or_else(lacks("bbox"))?;
            for row in 0..batch.num_rows() {
                let (text, micros) = time_of(&batch, row).ok_or_else(lacks("time"))?;
                let scene = in_scene.value(row);
                if scenes.last().is_none_or(|(last, _)| *last != scene) {
                    let (time, _) = Timestamp::parse(&text, calendar(&batch)).map_err(|e| self.wrong(e))?;
                    scenes.push((scene, time));
                }
                scene_of.push(scenes.len() - 1);
                let bbox = corners(boxes, row).ok_or_else(lacks("bbox"))?;
                rows.push(TrackRow { name: String::new(), track: tracks.value(row), micros, bbox });
            }
        }
        let stamps = scene_stamps(&scenes.iter().map(|(_, time)| *time).collect::<Vec<_>>());
        for k in 0..rows.len() {
            let same = |j: &usize| {
                scene_of.get(*j) == scene_of.get(k) && rows.get(*j).map(|r| r.track) == rows.get(k).map(|r| r.track)
            };
            let before = (0..k).rev().take_while(same).count();
            let stamp = scene_of.get(k).and_then(|scene| stamps.get(*scene)).map(String::as_str).unwrap_or_default();
            if let Some(row) = rows.get_mut(k) {
                row.name = match before {
                    0 => format!("{stamp}-{}", row.track),
                    n => format!("{stamp}-{}-{}", row.track, n + 1),
                };
            }
        }
        Ok(rows)
    }

    /// Outlines of events, by ascending place in [`TracksReader::rows`].
    ///
    /// # Errors
    /// As [`TracksReader::rows`].
    pub fn outlines(&self, places: &[usize]) -> Result<Vec<Polygons>, ProductError> {
        self.each(places, Some(&["geometry"]), |batch, row| self.outline(batch, row))
    }

    /// Events as GeoJSON features without `id` and links, by ascending place in [`TracksReader::rows`].
    ///
    /// # Errors
    /// As [`TracksReader::rows`].
    pub fn features(&self, places: &[usize]) -> Result<Vec<Map<String, Value>>, ProductError> {
        self.each(places, None, |batch, row| {
            let polygons = self.outline(batch, row)?;
            let bbox = batch.column_by_name("bbox").and_then(|c| c.as_struct_opt()).and_then(|c| corners(c, row));
            let mut properties = Map::new();
            for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                if NO_PROPERTIES.contains(&field.name().as_str()) {
                    continue;
                }
                let value = match field.name().as_str() {
                    "time" => time_of(batch, row).map(|(text, _)| Value::from(text)),
                    _ => value_of(column, row),
                };
                properties.insert(field.name().clone(), value.unwrap_or_default());
            }
            let feature = json!({
                "type": "Feature",
                "bbox": bbox,
                "geometry": geometry(&polygons),
                "properties": properties,
            });
            match feature {
                Value::Object(map) => Ok(map),
                _ => Err(self.wrong("a feature is no object")),
            }
        })
    }

    fn outline(&self, batch: &RecordBatch, row: usize) -> Result<Polygons, ProductError> {
        let column = batch.column_by_name("geometry").and_then(|c| c.as_binary_opt::<i32>());
        let bytes = column.ok_or_else(|| self.lacks("geometry"))?;
        wkb::read(bytes.value(row)).ok_or_else(|| self.wrong(format!("the outline of row {row} is no WKB of polygons")))
    }

    /// Does something with each of some rows, reading no others.
    fn each<T>(
        &self,
        places: &[usize],
        columns: Option<&[&str]>,
        mut of_row: impl FnMut(&RecordBatch, usize) -> Result<T, ProductError>,
    ) -> Result<Vec<T>, ProductError> {
        let mut selectors = Vec::new();
        let mut next = 0;
        for &place in places {
            if place > next {
                selectors.push(RowSelector::skip(place - next));
            }
            selectors.push(RowSelector::select(1));
            next = place + 1;
        }
        let mut builder = self.builder()?.with_row_selection(RowSelection::from(selectors));
        if let Some(columns) = columns {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder = builder.with_projection(mask);
        }
        let mut found = Vec::with_capacity(places.len());
        for batch in builder.build().map_err(|e| self.wrong(e))? {
            let batch = batch.map_err(|e| self.wrong(e))?;
            for row in 0..batch.num_rows() {
                found.push(of_row(&batch, row)?);
            }
        }
        Ok(found)
    }
}

/// The geometry of an outline, as GeoJSON.
fn geometry(polygons: &Polygons) -> Value {
    match polygons.as_slice() {
        [one] => json!({ "type": "Polygon", "coordinates": one }),
        many => json!({ "type": "MultiPolygon", "coordinates": many }),
    }
}

fn whole<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b arrow_array::PrimitiveArray<Int64Type>> {
    batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()
}

/// The time as text and, where it is an instant, in microseconds since 1970.
fn time_of(batch: &RecordBatch, row: usize) -> Option<(String, Option<i64>)> {
    let column = batch.column_by_name("time")?;
    if let Some(times) = column.as_primitive_opt::<TimestampMicrosecondType>() {
        let micros = times.value(row);
        return Some((Timestamp::from_micros(Calendar::ProlepticGregorian, micros).to_string(), Some(micros)));
    }
    Some((column.as_string_opt::<i32>()?.value(row).to_owned(), None))
}

/// The calendar that the column of times names.
fn calendar(batch: &RecordBatch) -> Calendar {
    let schema = batch.schema();
    let named = schema.field_with_name("time").ok().and_then(|field| field.metadata().get("calendar")?.parse().ok());
    named.unwrap_or(Calendar::ProlepticGregorian)
}

fn corners(boxes: &StructArray, row: usize) -> Option<[f64; 4]> {
    let of = |name: &str| Some(boxes.column_by_name(name)?.as_primitive_opt::<Float64Type>()?.value(row));
    Some([of("xmin")?, of("ymin")?, of("xmax")?, of("ymax")?])
}

/// A value as JSON; what JSON cannot hold (no number) is null.
fn value_of(column: &dyn Array, row: usize) -> Option<Value> {
    if column.is_null(row) {
        return None;
    }
    match column.data_type() {
        DataType::Float64 => {
            serde_json::Number::from_f64(column.as_primitive::<Float64Type>().value(row)).map(Value::from)
        }
        DataType::Int64 => Some(column.as_primitive::<Int64Type>().value(row).into()),
        DataType::Int32 => Some(column.as_primitive::<Int32Type>().value(row).into()),
        DataType::Boolean => Some(column.as_boolean().value(row).into()),
        DataType::Utf8 => Some(column.as_string::<i32>().value(row).into()),
        _ => None,
    }
}
