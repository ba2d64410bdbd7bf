//! The parameters of a grid mapping.

use eventscape_formats::{Attribute, Variable};

use super::text;

/// The attributes of the variable that holds a grid mapping.
pub(super) struct Parameters<'v> {
    holder: &'v Variable,
}

impl<'v> Parameters<'v> {
    pub(super) fn of(holder: &'v Variable) -> Self {
        Self { holder }
    }

    /// The name of the mapping, else that of the projection in PROJ's words, else what kind of text there is instead.
    pub(super) fn name(&self) -> String {
        if let Some(name) = text(self.holder, "grid_mapping_name") {
            return name.to_ascii_lowercase();
        }
        let by_proj = self
            .proj()
            .and_then(|proj| proj.split_whitespace().find_map(|word| word.strip_prefix("+proj=")).map(str::to_owned));
        by_proj.unwrap_or_else(|| {
            let wkt = ["crs_wkt", "spatial_ref", "esri_pe_string"].iter().find_map(|name| text(self.holder, name));
            let geographic = |wkt: &str| ["GEOGCS", "GEOGCRS", "GEODCRS"].iter().any(|kind| wkt.starts_with(kind));
            match wkt {
                Some(wkt) if geographic(wkt) => "latitude_longitude",
                Some(_) => "well-known text without grid_mapping_name",
                None => "without grid_mapping_name",
            }
            .to_owned()
        })
    }

    /// The projection in PROJ's words, where the file has such.
    pub(super) fn proj(&self) -> Option<&'v str> {
        ["proj4", "proj4text", "proj4_params", "proj4string", "proj_string", "PROJ"]
            .iter()
            .find_map(|name| text(self.holder, name))
            .filter(|proj| proj.contains("+proj="))
    }

    /// The numbers of an attribute, also where they are a text.
    pub(super) fn numbers(&self, name: &str) -> Vec<f64> {
        match self.holder.attribute(name) {
            Some(attribute) if attribute.text().is_none() => attribute.numbers(),
            Some(attribute) => {
                let words = attribute.text().unwrap_or_default().split(|c: char| c == ',' || c.is_whitespace());
                words.filter_map(|word| word.parse().ok()).collect()
            }
            None => Vec::new(),
        }
    }

    /// One number; `None` where there is none, or none that is finite.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.numbers(name).first().copied().filter(|x| x.is_finite())
    }

    /// The first of several names that has a number.
    pub(super) fn any(&self, names: &[&str]) -> Option<f64> {
        names.iter().find_map(|name| self.number(name))
    }

    /// A number that must be there.
    pub(super) fn needed(&self, names: &[&str]) -> Result<f64, String> {
        self.any(names)
            .ok_or_else(|| format!("`{}` is missing or no number", names.first().copied().unwrap_or_default()))
    }

    pub(super) fn word(&self, name: &str) -> Option<&'v str> {
        self.holder.attribute(name).and_then(Attribute::text).map(str::trim)
    }

    /// The ellipsoid in PROJ's words: WGS 84 where the file tells none.
    pub(super) fn ellipsoid(&self) -> Result<String, String> {
        if let Some(radius) = self.number("earth_radius") {
            return positive("earth_radius", radius).map(|r| format!("+R={r}"));
        }
        let Some(major) = self.number("semi_major_axis") else {
            return match self.word("reference_ellipsoid_name").map(str::to_ascii_lowercase).as_deref() {
                None | Some("wgs 84" | "wgs84" | "wgs_1984") => Ok("+ellps=WGS84".to_owned()),
                Some("grs 1980" | "grs80" | "grs_1980") => Ok("+ellps=GRS80".to_owned()),
                Some("bessel 1841") => Ok("+ellps=bessel".to_owned()),
                Some("clarke 1866") => Ok("+ellps=clrk66".to_owned()),
                Some("international 1924") => Ok("+ellps=intl".to_owned()),
                Some("airy 1830") => Ok("+ellps=airy".to_owned()),
                Some("krassowsky 1940") => Ok("+ellps=krass".to_owned()),
                Some("sphere") => Ok("+R=6370997".to_owned()),
                Some(other) => {
                    Err(format!("its ellipsoid `{other}` is not known; give semi_major_axis and inverse_flattening"))
                }
            };
        };
        let major = positive("semi_major_axis", major)?;
        match (self.number("inverse_flattening"), self.number("semi_minor_axis")) {
            (Some(0.0), _) => Ok(format!("+R={major}")),
            (Some(inverse), _) => positive("inverse_flattening", inverse).map(|f| format!("+a={major} +rf={f}")),
            (None, Some(minor)) if minor == major => Ok(format!("+R={major}")),
            (None, Some(minor)) => positive("semi_minor_axis", minor).map(|b| format!("+a={major} +b={b}")),
            (None, None) => Ok(format!("+R={major}")),
        }
    }
}

fn positive(name: &str, number: f64) -> Result<f64, String> {
    if number > 0.0 { Ok(number) } else { Err(format!("`{name}` is {number}, not a positive number")) }
}
