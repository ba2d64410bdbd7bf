//! NASA's data centres and where they give keys for their buckets.

/// A data centre whose buckets are read with temporary keys that it gives to those who are logged in to Earthdata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Daac {
    /// Its name, for messages.
    pub name: String,
    /// What the names of its buckets begin with.
    pub buckets: Vec<String>,
    /// Where it gives keys: `https://…/s3credentials`.
    pub credentials: String,
    /// The region of its buckets.
    pub region: String,
    /// The S3 endpoint of its buckets, if it is not Amazon's.
    pub endpoint: Option<String>,
}

/// Name, beginnings of buckets, host of `/s3credentials`: as the centres' pages give them.
const KNOWN: [(&str, &[&str], &str); 10] = [
    ("GES DISC", &["gesdisc-cumulus-prod"], "data.gesdisc.earthdata.nasa.gov"),
    ("PO.DAAC", &["podaac-"], "archive.podaac.earthdata.nasa.gov"),
    ("LP DAAC", &["lp-prod-"], "data.lpdaac.earthdatacloud.nasa.gov"),
    ("NSIDC DAAC", &["nsidc-cumulus-prod"], "data.nsidc.earthdatacloud.nasa.gov"),
    ("ORNL DAAC", &["ornl-cumulus-prod"], "data.ornldaac.earthdata.nasa.gov"),
    ("GHRC DAAC", &["ghrcw-", "ghrc-"], "data.ghrc.earthdata.nasa.gov"),
    ("ASF DAAC", &["asf-"], "sentinel1.asf.alaska.edu"),
    ("LAADS DAAC", &["prod-lads"], "data.laadsdaac.earthdatacloud.nasa.gov"),
    ("OB.DAAC", &["ob-cumulus-prod"], "obdaac-tea.earthdatacloud.nasa.gov"),
    ("ASDC", &["asdc-prod"], "data.asdc.earthdata.nasa.gov"),
];

impl Daac {
    /// The centres that are known.
    #[must_use]
    pub fn known() -> Vec<Self> {
        let one = |(name, buckets, host): &(&str, &[&str], &str)| {
            Self::new(name, buckets, &format!("https://{host}/s3credentials"))
        };
        KNOWN.iter().map(one).collect()
    }

    /// A centre in NASA's usual region.
    #[must_use]
    pub fn new(name: &str, buckets: &[&str], credentials: &str) -> Self {
        Self {
            name: name.to_owned(),
            buckets: buckets.iter().map(|&b| b.to_owned()).collect(),
            credentials: credentials.to_owned(),
            region: "us-west-2".to_owned(),
            endpoint: None,
        }
    }

    /// Whether a bucket is one of its.
    #[must_use]
    pub fn has(&self, bucket: &str) -> bool {
        self.buckets.iter().any(|start| bucket.starts_with(start.as_str()))
    }
}
