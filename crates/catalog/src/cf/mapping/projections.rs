//! Projections in PROJ's words, and their inverse by `proj4rs`.

use proj4rs::Proj;
use proj4rs::transform::transform;

use super::parameters::Parameters;
use super::way_out;

/// A projection and its ellipsoid, in PROJ's words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Projected {
    projection: String,
    ellipsoid: String,
    /// Of a satellite's view: its height above the ellipsoid, m. Its axes may be angles.
    pub(super) height: Option<f64>,
    /// Latitude depends on y alone and longitude on x alone.
    pub(super) separable: bool,
}

impl Projected {
    pub(super) fn of(name: &str, p: &Parameters<'_>) -> Result<Self, String> {
        let lat = || p.any(&["latitude_of_projection_origin"]).unwrap_or(0.0);
        let lon = || {
            p.needed(&[
                "longitude_of_projection_origin",
                "longitude_of_central_meridian",
                "straight_vertical_longitude_from_pole",
            ])
        };
        let mut height = None;
        let projection = match name {
            "lambert_conformal_conic" => {
                let (first, second) = parallels(p)?;
                let origin = p.any(&["latitude_of_projection_origin"]).unwrap_or(first);
                format!("+proj=lcc +lat_1={first} +lat_2={second} +lat_0={origin} +lon_0={}", lon()?)
            }
            "albers_conical_equal_area" => {
                let (first, second) = parallels(p)?;
                format!("+proj=aea +lat_1={first} +lat_2={second} +lat_0={} +lon_0={}", lat(), lon()?)
            }
            "polar_stereographic" => {
                let parallel = p.number("standard_parallel");
                let pole = match (p.number("latitude_of_projection_origin"), parallel) {
                    (Some(origin), _) | (None, Some(origin)) => 90_f64.copysign(origin),
                    (None, None) => return Err("`latitude_of_projection_origin` is missing or no number".to_owned()),
                };
                let scale = match (parallel, p.number("scale_factor_at_projection_origin")) {
                    (Some(parallel), _) => format!("+lat_ts={parallel}"),
                    (None, Some(factor)) => format!("+k_0={factor}"),
                    (None, None) => return Err("`standard_parallel` is missing or no number".to_owned()),
                };
                format!("+proj=stere +lat_0={pole} {scale} +lon_0={}", lon()?)
            }
            "stereographic" => {
                let factor = p.number("scale_factor_at_projection_origin").unwrap_or(1.0);
                format!("+proj=stere +lat_0={} +lon_0={} +k_0={factor}", lat(), lon()?)
            }
            "mercator" => {
                let scale = match (p.number("standard_parallel"), p.number("scale_factor_at_projection_origin")) {
                    (Some(parallel), _) => format!("+lat_ts={parallel}"),
                    (None, factor) => format!("+k_0={}", factor.unwrap_or(1.0)),
                };
                format!("+proj=merc {scale} +lon_0={}", lon().unwrap_or(0.0))
            }
            "lambert_cylindrical_equal_area" => {
                format!("+proj=cea +lat_ts={} +lon_0={}", p.number("standard_parallel").unwrap_or(0.0), lon()?)
            }
            "transverse_mercator" => {
                let factor = p.needed(&["scale_factor_at_central_meridian", "scale_factor_at_projection_origin"])?;
                format!("+proj=etmerc +lat_0={} +lon_0={} +k_0={factor}", lat(), lon()?)
            }
            "lambert_azimuthal_equal_area" => format!("+proj=laea +lat_0={} +lon_0={}", lat(), lon()?),
            "azimuthal_equidistant" => format!("+proj=aeqd +lat_0={} +lon_0={}", lat(), lon()?),
            "orthographic" => format!("+proj=ortho +lat_0={} +lon_0={}", lat(), lon()?),
            "sinusoidal" => format!("+proj=sinu +lon_0={}", lon()?),
            "geostationary" => {
                let above = p.needed(&["perspective_point_height"])?;
                if lat() != 0.0 {
                    return Err(format!(
                        "its latitude_of_projection_origin is {}; a geostationary satellite is above 0",
                        lat()
                    ));
                }
                height = Some(above);
                format!("+proj=geos +h={above} +lon_0={} +sweep={}", lon()?, sweep(p)?)
            }
            _ => match p.proj() {
                Some(proj) => return Self::in_words(proj.to_owned(), String::new(), None, false),
                None => return Err(format!("it is not read; {}", way_out())),
            },
        };
        let separable = matches!(name, "mercator" | "lambert_cylindrical_equal_area");
        let shift = format!(
            "+x_0={} +y_0={}",
            p.number("false_easting").unwrap_or(0.0),
            p.number("false_northing").unwrap_or(0.0)
        );
        let meridian = p.number("longitude_of_prime_meridian").unwrap_or(0.0);
        let ellipsoid = p.ellipsoid()?;
        Self::in_words(format!("{projection} {shift} +pm={meridian} {ellipsoid}"), ellipsoid, height, separable)
    }

    /// Checks that `proj4rs` reads it.
    fn in_words(projection: String, ellipsoid: String, height: Option<f64>, separable: bool) -> Result<Self, String> {
        let projected = Self { projection, ellipsoid, height, separable };
        projected.both().map(|_| projected)
    }

    fn both(&self) -> Result<(Proj, Proj), String> {
        let read = |text: &str| Proj::from_proj_string(text).map_err(|e| format!("`{text}` cannot be projected: {e}"));
        let from = read(&self.projection)?;
        let to = if self.ellipsoid.is_empty() {
            let (a, b) = from.ellipse_parameters();
            read(&format!("+proj=longlat +a={a} +b={b}"))?
        } else {
            read(&format!("+proj=longlat {}", self.ellipsoid))?
        };
        Ok((from, to))
    }

    pub(super) fn row(&self, y: f64, x: &[f64]) -> Result<(Vec<f64>, Vec<f64>), String> {
        let (from, to) = self.both()?;
        Ok(x.iter()
            .map(|x| {
                let mut point = (*x, y, 0.0);
                let found = transform(&from, &to, &mut point).is_ok() && point.0.is_finite() && point.1.is_finite();
                if found { (point.1.to_degrees(), point.0.to_degrees()) } else { (f64::NAN, f64::NAN) }
            })
            .unzip())
    }
}

/// One or two standard parallels.
fn parallels(p: &Parameters<'_>) -> Result<(f64, f64), String> {
    match p.numbers("standard_parallel")[..] {
        [only] if only.is_finite() => Ok((only, only)),
        [first, second] if first.is_finite() && second.is_finite() => Ok((first, second)),
        _ => Err("`standard_parallel` is not one or two numbers".to_owned()),
    }
}

/// The axis that sweeps: given, or the other one than the fixed axis.
fn sweep<'v>(p: &Parameters<'v>) -> Result<&'static str, String> {
    let axis = p.word("sweep_angle_axis").map(str::to_ascii_lowercase);
    let fixed = p.word("fixed_angle_axis").map(str::to_ascii_lowercase);
    match (axis.as_deref(), fixed.as_deref()) {
        (Some("x"), _) | (None, Some("y")) => Ok("x"),
        (Some("y"), _) | (None, Some("x")) => Ok("y"),
        (None, None) => Ok("y"),
        _ => Err("`sweep_angle_axis` is neither x nor y".to_owned()),
    }
}
