//! What every product of curation says of the job.

use eventscape_formats::Attributes;

use crate::JobInfo;

/// A variable that was gathered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CuratedVariable {
    /// Its name in the granules.
    pub name: String,
    /// Its units.
    pub units: Option<String>,
    /// Its `long_name`.
    pub long_name: Option<String>,
    /// Its CF `standard_name`.
    pub standard_name: Option<String>,
    /// All its attributes in the first granule.
    pub attributes: Attributes,
}

impl CuratedVariable {
    /// What the reference calls its long name: its `LongName`, standard name or long name, in this order.
    #[must_use]
    pub fn reference_name(&self) -> String {
        let own = self.attributes.get("LongName").and_then(|a| a.text()).map(str::to_owned);
        own.or_else(|| self.standard_name.clone())
            .or_else(|| self.long_name.clone())
            .unwrap_or_else(|| self.name.clone())
    }
}

/// A curation job, as its products tell of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CurationInfo {
    /// Number, title, granules, versions. Its variable is the first one that was gathered.
    pub job: JobInfo,
    /// The number of the PhDef job.
    pub phdef_job: u64,
    /// Where the mask file is.
    pub mask_location: String,
    /// The variables.
    pub variables: Vec<CuratedVariable>,
    /// The page of the collection.
    pub product_info: Option<String>,
    /// The full name of the collection.
    pub full_name: Option<String>,
    /// Its file format.
    pub file_format: String,
    /// Spacing of latitudes and longitudes, e.g. `0.1 x 0.1`.
    pub resolution: String,
    /// How values were brought to the mask's cells, e.g. `linear`.
    pub method: String,
    /// How the grids compare: `The same`, `The mask's is finer`, …
    pub grids: String,
    /// How the steps compare.
    pub steps: String,
    /// Whether statistics weigh cells by area.
    pub weighted: bool,
    /// Whether to write as the reference does, number formats included.
    pub compat: bool,
}
