//! `<job>-Statistics.csv`: a row for each event, time and variable.

use std::io::Write;

use super::{CurationInfo, InterpolatedTime};
use crate::ProductError;

/// The table of statistics being written (RFC 4180, comma, UTF-8).
#[derive(Debug)]
pub struct StatisticsTable<W> {
    out: W,
    /// Name and units of each variable, quoted.
    variables: Vec<(String, String)>,
    method: String,
}

impl<W: Write> StatisticsTable<W> {
    /// Starts the table with its head.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn begin(mut out: W, info: &CurationInfo) -> Result<Self, ProductError> {
        let variables =
            info.variables.iter().map(|v| (quoted(&v.name), quoted(v.units.as_deref().unwrap_or("1")))).collect();
        out.write_all(
            b"track_id,time,variable,units,cells,valid,missing,area_km2,valid_area_km2,min,max,mean,std_dev,\
              p10,p25,p50,p75,p90,method,in_time\r\n",
        )
        .map_err(failed)?;
        Ok(Self { out, variables, method: quoted(&info.method) })
    }

    /// Adds a time. An event without any valid value is a row that says so: `valid` is 0 and its statistics are empty.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn add(&mut self, time: &InterpolatedTime) -> Result<(), ProductError> {
        let mut text = String::new();
        for event in &time.events {
            let area: f64 = event.area_km2.iter().sum();
            for ((name, units), found) in self.variables.iter().zip(&event.variables) {
                let valid = found.values.iter().filter(|v| !v.is_nan()).count();
                let missing = found.values.len() - valid;
                let inside = event.area_km2.iter().zip(&found.values).filter(|(_, v)| !v.is_nan());
                // the sum of nothing is -0
                let valid_area = inside.map(|(a, _)| a).sum::<f64>() + 0.0;
                text += &format!(
                    "{},{},{name},{units},{},{valid},{missing},{area:.3},{valid_area:.3}",
                    event.id,
                    time.time,
                    found.values.len()
                );
                match &found.statistics {
                    Some(s) => {
                        for value in [s.min, s.max, s.mean, s.std_dev].iter().chain(&s.percentiles) {
                            text += &format!(",{value}");
                        }
                    }
                    None => text += ",,,,,,,,,",
                }
                text += &format!(",{},{}\r\n", self.method, found.in_time);
            }
        }
        self.out.write_all(text.as_bytes()).map_err(failed)
    }

    /// Ends the table; gives the output back.
    ///
    /// # Errors
    /// [`ProductError::Write`] when the output refuses.
    pub fn end(mut self) -> Result<W, ProductError> {
        self.out.flush().map_err(failed)?;
        Ok(self.out)
    }
}

/// A field in quotes where it needs them.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn failed(source: std::io::Error) -> ProductError {
    ProductError::Write { product: "the table of statistics".to_owned(), source }
}
