//! The events of a PhDef job: where they are, at which times.

use eventscape_core::Grid;
use eventscape_core::time::Calendar;
use eventscape_formats::{Granule, OpenOptions};
use eventscape_io::stores::{Location, Stores};
use eventscape_products::listed_files;
use eventscape_products::read::{MaskFile, MaskedEvent, mask_names_in, mask_patterns};

use crate::error::{PipelineError, Result};

/// The box around an event at one time, in the mask's own longitudes; `east >= west`, beyond the convention if need be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct EventBox {
    pub(super) id: u32,
    pub(super) cells: usize,
    pub(super) west: f64,
    pub(super) south: f64,
    pub(super) east: f64,
    pub(super) north: f64,
}

/// A mask file and the number of its job.
pub(super) struct Masks {
    pub(super) file: MaskFile,
    pub(super) job_id: u64,
    /// A text that changes when the file's content does: its SHA-256 where a manifest tells it.
    pub(super) version: String,
}

impl Masks {
    /// A place of the PhDef job as products tell it: from the folder of jobs on, where both jobs lie in one, so that the
    /// folder may be moved and products do not depend on where it is.
    pub(super) fn told(place: &str, out: Option<&str>) -> String {
        let shown = |text: &str| Location::parse(text).map_or_else(|_| text.to_owned(), |l| l.to_string());
        let place = shown(place);
        let Some(folder) = out.map(shown) else { return place };
        let inside = place.strip_prefix(folder.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
        inside.map_or_else(|| place.clone(), str::to_owned)
    }
}

/// Opens the masks of a job's folder, or a mask file.
pub(super) fn open(phdef: &str, stores: &Stores) -> Result<Masks> {
    let wrong = |why: String| PipelineError::job("phdef", why);
    let here = Location::parse(phdef)?;
    if here.local_path().is_some_and(crate::workplace::is_unfinished) {
        return Err(wrong(format!("the job in `{phdef}` is not finished; run it again, it goes on where it was")));
    }
    let listed = match stores.expand(&[phdef.to_owned()]) {
        Ok(listed) => listed,
        Err(error) => return Err(folder_of_jobs(phdef, stores).map_or(error.into(), wrong)),
    };
    let names: Vec<String> = listed.iter().map(Location::name).collect();
    let place = match (&listed[..], mask_names_in(names.iter().map(String::as_str)).as_slice()) {
        ([only], []) => only.clone(),
        (_, [one]) => {
            let at = names.iter().position(|name| name == one).unwrap_or(0);
            listed.get(at).cloned().ok_or_else(|| wrong(format!("`{phdef}` cannot be listed")))?
        }
        (_, []) => {
            let why = format!(
                "`{phdef}` has no mask file (`<job>-Masks.nc`, or `<job>-ForTraCC-Mask-Output.nc4` of TOS2CA); give the folder \
                 of a PhDef job whose products include masks or mask-output"
            );
            return Err(wrong(folder_of_jobs(phdef, stores).unwrap_or(why)));
        }
        (_, several) => {
            return Err(wrong(format!("`{phdef}` has several mask files ({}); name one", several.join(", "))));
        }
    };
    let manifest = manifest_beside(&listed, stores)?;
    let calendar = calendar_of(&manifest)?;
    let stat = stores.stat(&place)?;
    let digest =
        listed_files(&manifest).unwrap_or_default().into_iter().find(|f| f.name == place.name() && f.size == stat.size);
    let version = digest.map_or(stat.version, |file| file.sha256);
    let granule = Granule::open(stores.open(&place)?, &OpenOptions::default())?;
    let file = MaskFile::open(granule, calendar)?;
    let in_name = place.name().split('-').next().and_then(|digits| digits.parse().ok());
    let job_id = file.attribute("job_id").and_then(|text| text.parse().ok()).or(in_name).unwrap_or(1);
    Ok(Masks { file, job_id, version })
}

/// What to say of a folder that is none of a job but holds such.
fn folder_of_jobs(place: &str, stores: &Stores) -> Option<String> {
    let place = place.trim_end_matches('/');
    let masks =
        mask_patterns().into_iter().find_map(|pattern| stores.expand(&[format!("{place}/*/{pattern}")]).ok())?;
    let mut folders: Vec<String> =
        masks.iter().filter_map(|l| Some(l.to_string().rsplit_once('/')?.0.to_owned())).collect();
    folders.dedup();
    (!folders.is_empty())
        .then(|| format!("`{place}` is not a job's folder but holds jobs: name one of {}", folders.join(", ")))
}

/// The manifest of the job's folder; empty where there is none, or one larger than any of ours.
fn manifest_beside(listed: &[Location], stores: &Stores) -> Result<Vec<u8>> {
    const LARGEST: u64 = 64 << 20;
    let mut bytes = Vec::new();
    if let Some(manifest) = listed.iter().find(|l| l.name().ends_with("-Manifest.json")) {
        let source = stores.open(manifest)?;
        if source.len() <= LARGEST {
            source.read_into(0..source.len(), &mut bytes)?;
        }
    }
    Ok(bytes)
}

/// The calendar that the manifest tells, which a mask file of TOS2CA may not.
fn calendar_of(manifest: &[u8]) -> Result<Calendar> {
    let told = serde_json::from_slice::<serde_json::Value>(manifest).ok();
    let name = told.as_ref().and_then(|t| t.pointer("/properties/eventscape:calendar")?.as_str());
    Ok(match name {
        Some(name) => name.parse()?,
        None => Calendar::Standard,
    })
}

/// The box of an event's cells: the extremes of their centres, the short way round on a grid that closes.
pub(super) fn box_of(grid: &Grid, event: &MaskedEvent) -> Option<EventBox> {
    let centres = || event.cells.cells().filter_map(|cell| grid.centre_of(cell));
    let (mut south, mut north) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut lons: Vec<f64> = Vec::new();
    for (lat, lon) in centres() {
        (south, north) = (south.min(lat), north.max(lat));
        lons.push(lon);
    }
    lons.sort_unstable_by(f64::total_cmp);
    lons.dedup();
    let (first, last) = (*lons.first()?, *lons.last()?);
    // between the last and the first longitude, around the back
    let mut widest = (first + 360.0 - last, first, last);
    for pair in lons.windows(2) {
        let gap = pair[1] - pair[0];
        if gap > widest.0 {
            widest = (gap, pair[1], pair[0] + 360.0);
        }
    }
    let (_, west, east) = widest;
    Some(EventBox { id: event.id, cells: event.cells.count() as usize, west, south, east, north })
}
