//! IBTrACS as netCDF: variables over `storm`, `date_time` and `quadrant` (north-east, south-east, south-west, north-west).

use std::path::Path;

use eventscape_core::outline::Phenomenon;
use eventscape_core::time::TimeUnits;
use eventscape_core::{Timestamp, Values};
use eventscape_formats::{ArrayData, Granule, Hyperslab, OpenOptions, Packing, Variable};
use eventscape_io::stores::{Location, Stores};

use super::storms::{Fix, Storms};
use crate::cf::text;
use crate::outlines::dates::CALENDAR;
use crate::outlines::told::Told;
use crate::{CatalogError, Result};

/// Storms that are read at a time.
const BATCH: u64 = 512;
const MICROS_PER_SECOND: i64 = 1_000_000;

/// Reads the storms of a file.
pub(in crate::outlines) fn read(path: &Path, knots: u32, told: &mut Told) -> Result<Vec<Phenomenon>> {
    let location = path.display().to_string();
    let place = Location::parse(&location)?;
    let granule = Granule::open(Stores::default().open(&place)?, &OpenOptions::default())?;
    let file = File { granule: &granule, location: &location };
    let radii = file.variable(&format!("usa_r{knots}"), 3)?;
    let (storms_len, times_len) = (radii.dims[0].len, radii.dims[1].len);
    if radii.dims[2].len != 4 {
        return Err(file.wrong(format!("its `{}` has {} quarters, not 4", radii.path, radii.dims[2].len)));
    }
    let [time, lat, lon] = ["time", "lat", "lon"].map(|name| file.variable(name, 2));
    let (time, lat, lon) = (time?, lat?, lon?);
    for variable in [time, lat, lon] {
        if variable.dims[0].len != storms_len || variable.dims[1].len != times_len {
            return Err(file.wrong(format!("`{}` and `{}` are not of one shape", variable.path, radii.path)));
        }
    }
    let units = text(time, "units").unwrap_or("days since 1858-11-17 00:00:00");
    let units = TimeUnits::parse(units, CALENDAR).map_err(CatalogError::core(location.clone()))?;
    let (ids, names) = (file.words("sid", storms_len)?, file.words("name", storms_len).unwrap_or_default());

    let mut storms = Storms::new(knots);
    for from in (0..storms_len).step_by(BATCH as usize) {
        let rows = from..(from + BATCH).min(storms_len);
        let plane = |variable| file.numbers(variable, vec![rows.clone(), 0..times_len]);
        let (times, lats, lons) = (plane(time)?, plane(lat)?, plane(lon)?);
        let miles = file.numbers(radii, vec![rows.clone(), 0..times_len, 0..4])?;
        for (place, index) in rows.enumerate() {
            let Some(id) = ids.get(index as usize).filter(|id| !id.is_empty()) else { continue };
            let storm = storms.storm(id, names.get(index as usize).map_or("", String::as_str));
            for step in 0..times_len as usize {
                let at = place * times_len as usize + step;
                let Some(count) = times.get(at).copied().filter(|t| t.is_finite()) else { continue };
                let time = units.decode_f64(count).map_err(CatalogError::core(location.clone()))?;
                let number = |values: &[f64], at: usize| values.get(at).copied().filter(|x| x.is_finite());
                let radius = |quarter: usize| number(&miles, 4 * at + quarter).filter(|miles| *miles >= 0.0);
                let fix = Fix {
                    time: to_second(time),
                    lat: number(&lats, at),
                    lon: number(&lons, at),
                    radii: [radius(0), radius(1), radius(2), radius(3)],
                };
                storms.add(storm, &fix);
            }
        }
    }
    Ok(storms.finish(told))
}

/// Days as float64 are a few microseconds off.
fn to_second(time: Timestamp) -> Timestamp {
    let seconds = (time.micros() + MICROS_PER_SECOND / 2).div_euclid(MICROS_PER_SECOND);
    Timestamp::from_micros(time.calendar(), seconds * MICROS_PER_SECOND)
}

struct File<'g> {
    granule: &'g Granule,
    location: &'g str,
}

impl<'g> File<'g> {
    fn wrong(&self, why: String) -> CatalogError {
        CatalogError::granule(self.location, format!("{why}; give a file of IBTrACS v04"))
    }

    fn variable(&self, name: &str, dims: usize) -> Result<&'g Variable> {
        let found = self.granule.variables().iter().find(|v| v.path.eq_ignore_ascii_case(name));
        let variable = found.ok_or_else(|| self.wrong(format!("it has no variable `{name}`")))?;
        if variable.dims.len() != dims {
            return Err(self.wrong(format!("its `{name}` has {} dimensions, not {dims}", variable.dims.len())));
        }
        Ok(variable)
    }

    fn numbers(&self, variable: &Variable, ranges: Vec<std::ops::Range<u64>>) -> Result<Vec<f64>> {
        let packing = Packing::from_attributes(variable).map_err(|e| self.wrong(e.to_string()))?.packing;
        let mut values = Values::F64(Vec::new());
        self.granule.read_values(&variable.path, &Hyperslab(ranges), &packing, &mut values)?;
        Ok(match values {
            Values::F64(values) => values,
            Values::F32(values) => values.into_iter().map(f64::from).collect(),
        })
    }

    /// A text for each storm, as characters or as strings.
    fn words(&self, name: &str, storms: u64) -> Result<Vec<String>> {
        let found = self.granule.variables().iter().find(|v| v.path.eq_ignore_ascii_case(name));
        let variable = found.ok_or_else(|| self.wrong(format!("it has no variable `{name}`")))?;
        let array = self.granule.read(&variable.path, &Hyperslab::all(&variable.shape()))?;
        let clean = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_matches(['\0', ' ']).to_owned();
        let words: Vec<String> = match (&array.data, &array.shape[..]) {
            (ArrayData::Char(bytes), [_, length]) if *length > 0 => bytes.chunks(*length as usize).map(clean).collect(),
            (ArrayData::Text(words), [_]) => words.iter().map(|word| clean(word.as_bytes())).collect(),
            _ => return Err(self.wrong(format!("its `{name}` is not a text for each storm"))),
        };
        if words.len() as u64 != storms {
            return Err(self.wrong(format!("its `{name}` has {} storms, not {storms}", words.len())));
        }
        Ok(words)
    }
}
