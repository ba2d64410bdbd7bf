//! `<job>-Tracks.parquet`.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Float64Array, Int32Array, Int64Array, StringArray, StructArray,
};
use arrow_schema::{DataType, Field, Fields};
use eventscape_core::sphere::{bearing_deg, distance_km, west_east};
use eventscape_core::{Description, EventSource, Lineage, SceneComponents, Timestamp};

use super::geo::GeoSummary;
use super::table::{BATCH_ROWS, Table, field, time_array, time_field};
use crate::members::{TrackedComponent, arrival_name, departure_name, members_of, read};
use crate::polygons::Outliner;
use crate::{JobInfo, ProductError};

/// A batch is encoded early when its polygons take so much memory.
const BATCH_BYTES: usize = 16 << 20;

/// Writes a row for each component that belongs to a track, by time and then track; gives the number of rows. See
/// [`TracksTable`].
///
/// # Errors
/// [`ProductError::Write`] when the output refuses, [`ProductError::Source`] when the components cannot be read back,
/// [`ProductError::Mismatch`] where events and lineage do not fit.
pub fn write_tracks_parquet<W: Write + Send>(
    out: W,
    job: &JobInfo,
    outliner: &Outliner,
    lineage: &Lineage,
    events: &dyn EventSource,
) -> Result<u64, ProductError> {
    let mut table = TracksTable::begin(out, job, outliner, &lineage.times)?;
    for index in 0..events.scenes() {
        let scene = read(events, index)?;
        table.add(index, scene.time, &scene, &members_of(lineage, index, &scene)?)?;
    }
    Ok(table.end()?.1)
}

/// The table of tracks being written, a scene at a time: a row for each component that belongs to a track.
///
/// Statistics are of the tracked variable, weighted by area. `speed_m_s`, `direction_deg` and `growth_km2_per_h` are since
/// the track's component before (null for the first, and where time does not advance). Tracks that were given have their
/// `name` and `source_id`. Longitudes are within -180..=180.
pub struct TracksTable<'a, W: Write + Send> {
    table: Table<W>,
    job: &'a JobInfo,
    outliner: &'a Outliner,
    /// Those of the job; they tell the calendar.
    times: &'a [Timestamp],
    geo: GeoSummary,
    before: HashMap<u32, Before>,
    rows: Rows,
}

impl<'a, W: Write + Send> TracksTable<'a, W> {
    /// Starts the table; `times` are those of the job's scenes.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn begin(
        out: W,
        job: &'a JobInfo,
        outliner: &'a Outliner,
        times: &'a [Timestamp],
    ) -> Result<Self, ProductError> {
        let table = Table::begin(out, "the table of tracks", fields(job, times), job)?;
        let (geo, before, rows) = (GeoSummary::default(), HashMap::new(), Rows::default());
        Ok(Self { table, job, outliner, times, geo, before, rows })
    }

    /// Adds scene `index`; `tracked` are its components that belong to a track, by ascending track.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn add(
        &mut self,
        index: usize,
        time: Timestamp,
        scene: &SceneComponents,
        tracked: &[TrackedComponent<'_>],
    ) -> Result<(), ProductError> {
        for event in tracked {
            let outline = self.outliner.outline(scene.cells_of(event.component));
            self.geo.add(&outline);
            let rows = &mut self.rows;
            rows.add(event, time, index, &mut self.before);
            if let Some(given) = self.job.given(event.track) {
                rows.name.push(given.name.clone());
                rows.source_id.push(Some(given.source_id.clone()));
            }
            let [west, south, east, north] = outline.bbox().unwrap_or([f64::NAN; 4]);
            for (column, value) in rows.bbox.iter_mut().zip([west, south, east, north]) {
                column.push(value);
            }
            let wkb = outline.wkb();
            rows.bytes += wkb.len();
            rows.geometry.push(wkb);
            if rows.geometry.len() >= BATCH_ROWS || rows.bytes > BATCH_BYTES {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ProductError> {
        self.table.add(std::mem::take(&mut self.rows).columns(self.times)?)
    }

    /// Writes what is left and the footer; gives the output back, and the number of rows.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn end(mut self) -> Result<(W, u64), ProductError> {
        if !self.rows.geometry.is_empty() {
            self.flush()?;
        }
        self.table.tell("geo", self.geo.metadata());
        self.table.end()
    }
}

/// A column of float64: name, units (`@`: the variable's), meaning, and where it comes from.
type Measure = (&'static str, &'static str, &'static str, fn(&Description) -> f64);

const MEASURES: &[Measure] = &[
    ("area_km2", "km2", "area of the cells on the WGS 84 ellipsoid", |d| d.area_km2),
    ("perimeter_km", "km", "length of the outer and inner edges", |d| d.perimeter_km),
    ("centroid_lat", "degrees_north", "latitude of the area-weighted centroid", |d| d.centroid_lat),
    ("centroid_lon", "degrees_east", "longitude of the centroid, -180..180", |d| west_east(d.centroid_lon)),
    ("min", "@", "smallest value", |d| d.min),
    ("mean", "@", "area-weighted mean of the values", |d| d.mean),
    ("max", "@", "largest value", |d| d.max),
    ("std_dev", "@", "area-weighted population standard deviation of the values", |d| d.std_dev),
    ("major_axis_km", "km", "major axis of the ellipse with the same second moments", |d| d.major_axis_km),
    ("minor_axis_km", "km", "minor axis of that ellipse", |d| d.minor_axis_km),
    ("eccentricity", "1", "eccentricity of that ellipse, 0 for a circle", |d| d.eccentricity),
    ("orientation_deg", "degree", "direction of the major axis, clockwise from north, 0..180", |d| d.orientation_deg),
];

const MOTION: [(&str, &str, &str); 3] = [
    ("speed_m_s", "m s-1", "speed of the centroid since the track's component before"),
    ("direction_deg", "degree", "direction of that motion, clockwise from north, 0..360; null without motion"),
    ("growth_km2_per_h", "km2 h-1", "change of the area since the track's component before"),
];

fn bbox_fields() -> Fields {
    ["xmin", "ymin", "xmax", "ymax"].into_iter().map(|name| Field::new(name, DataType::Float64, false)).collect()
}

fn fields(job: &JobInfo, times: &[Timestamp]) -> Vec<Field> {
    let units = job.variable.units.as_deref().unwrap_or("");
    let mut fields = vec![
        field("track_id", "", "number of the track, from 1 (the reference's anomaly)", false, DataType::Int64),
        time_field("time", "time of the scene", times),
        field("scene", "", "index of the scene in the job, from 0", false, DataType::Int32),
        field("component", "", "place of the component in its scene, from 0", false, DataType::Int32),
        field("geometry", "", "outline along the edges of the cells, cut at ±180°", false, DataType::Binary),
        field("bbox", "degree", "box around the geometry", false, DataType::Struct(bbox_fields())),
        field("cells", "1", "number of cells", false, DataType::Int64),
    ];
    for (name, own, description, _) in MEASURES {
        let units = if *own == "@" { units } else { own };
        fields.push(field(name, units, description, false, DataType::Float64));
    }
    for (name, units, description) in MOTION {
        fields.push(field(name, units, description, true, DataType::Float64));
    }
    fields.extend([
        field("touches_edge", "", "whether it touches the edge of the domain", false, DataType::Boolean),
        field("arrival", "", "how the component came to its track", false, DataType::Utf8),
        field("departure", "", "how the track ended here; null where it goes on", true, DataType::Utf8),
        field("tag", "", "the reference's tag: the departure, or else the arrival", false, DataType::Utf8),
    ]);
    if !job.given.is_empty() {
        let id = "number or code of the phenomenon where its outline comes from";
        fields.push(field("name", "", "name of the phenomenon; null where it has none", true, DataType::Utf8));
        fields.push(field("source_id", "", id, true, DataType::Utf8));
    }
    fields
}

/// Where a track was last.
struct Before {
    time: Timestamp,
    centroid: (f64, f64),
    area_km2: f64,
}

#[derive(Default)]
struct Rows {
    track: Vec<i64>,
    time: Vec<Timestamp>,
    scene: Vec<i32>,
    component: Vec<i32>,
    geometry: Vec<Vec<u8>>,
    bytes: usize,
    bbox: [Vec<f64>; 4],
    cells: Vec<i64>,
    descriptions: Vec<Description>,
    motion: [Vec<Option<f64>>; 3],
    arrival: Vec<&'static str>,
    departure: Vec<Option<&'static str>>,
    tag: Vec<&'static str>,
    /// Of tracks that were given; empty otherwise.
    name: Vec<Option<String>>,
    source_id: Vec<Option<String>>,
}

impl Rows {
    fn add(&mut self, event: &TrackedComponent<'_>, time: Timestamp, scene: usize, before: &mut HashMap<u32, Before>) {
        let d = event.component.description;
        let now = Before { time, centroid: (d.centroid_lat, d.centroid_lon), area_km2: d.area_km2 };
        let last = before.get(&event.track).map(|last| (last, time.seconds_since(last.time)));
        let motion = match last {
            Some((last, seconds)) if seconds > 0.0 => [
                Some(distance_km(last.centroid, now.centroid) * 1000.0 / seconds),
                (last.centroid != now.centroid).then(|| bearing_deg(last.centroid, now.centroid)),
                Some((now.area_km2 - last.area_km2) / (seconds / 3600.0)),
            ],
            _ => [None; 3],
        };
        if event.member.departure.is_some() {
            before.remove(&event.track);
        } else {
            before.insert(event.track, now);
        }
        for (column, value) in self.motion.iter_mut().zip(motion) {
            column.push(value);
        }
        self.track.push(i64::from(event.track));
        self.time.push(time);
        self.scene.push(scene as i32);
        self.component.push(event.number as i32);
        self.cells.push(i64::from(event.component.cells));
        self.descriptions.push(d);
        self.arrival.push(arrival_name(event.member.arrival));
        self.departure.push(event.member.departure.map(departure_name));
        self.tag.push(event.member.tos2ca_tag());
    }

    fn columns(self, times: &[Timestamp]) -> Result<Vec<ArrayRef>, ProductError> {
        let boxes = self.bbox.into_iter().map(|column| Arc::new(Float64Array::from(column)) as ArrayRef).collect();
        let boxes = StructArray::try_new(bbox_fields(), boxes, None)
            .map_err(|e| ProductError::Mismatch(format!("the boxes of the table of tracks: {e}")))?;
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(self.track)),
            time_array(&self.time, times),
            Arc::new(Int32Array::from(self.scene)),
            Arc::new(Int32Array::from(self.component)),
            Arc::new(BinaryArray::from_iter_values(&self.geometry)),
            Arc::new(boxes),
            Arc::new(Int64Array::from(self.cells)),
        ];
        for (.., measure) in MEASURES {
            columns.push(Arc::new(self.descriptions.iter().map(measure).collect::<Float64Array>()));
        }
        columns.extend(self.motion.into_iter().map(|column| Arc::new(Float64Array::from(column)) as ArrayRef));
        let touches: Vec<bool> = self.descriptions.iter().map(|d| d.touches_edge).collect();
        columns.push(Arc::new(BooleanArray::from(touches)));
        columns.push(Arc::new(StringArray::from(self.arrival)));
        columns.push(Arc::new(StringArray::from(self.departure)));
        columns.push(Arc::new(StringArray::from(self.tag)));
        if !self.source_id.is_empty() {
            columns.push(Arc::new(StringArray::from(self.name)));
            columns.push(Arc::new(StringArray::from(self.source_id)));
        }
        Ok(columns)
    }
}
