//! The products that a job asks for, by their names.

use crate::error::{PipelineError, Result};
use crate::job::Texts;

/// A product, as `--products` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ProductName {
    /// The reference's mask file.
    MaskOutput,
    /// The reference's table of contents.
    Toc,
    /// The reference's hierarchy.
    Hierarchy,
    /// CF masks.
    Masks,
    /// CF trajectories.
    Tracks,
    /// GeoParquet table of components.
    Table,
    /// Parquet table of links.
    Lineage,
    /// GeoJSON polygons, one file a time.
    Geojson,
    /// Maps as PNG, one file a time.
    Maps,
    /// Maps as SVG.
    Svg,
    /// An animation of the maps.
    Animation,
}

impl ProductName {
    /// All of them with their names.
    pub const ALL: [(Self, &'static str); 11] = [
        (Self::MaskOutput, "mask-output"),
        (Self::Toc, "toc"),
        (Self::Hierarchy, "hierarchy"),
        (Self::Masks, "masks"),
        (Self::Tracks, "tracks"),
        (Self::Table, "table"),
        (Self::Lineage, "lineage"),
        (Self::Geojson, "geojson"),
        (Self::Maps, "maps"),
        (Self::Svg, "svg"),
        (Self::Animation, "animation"),
    ];

    /// Whether it is a picture, which needs the fields again.
    #[must_use]
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Maps | Self::Svg | Self::Animation)
    }

    /// Whether its layout has times in ascending order (CF's axes and trajectories).
    fn is_by_time(self) -> bool {
        matches!(self, Self::Masks | Self::Tracks)
    }

    /// The products of a job whose scenes are not in order of time, and the names of those that were left out because of
    /// that.
    ///
    /// # Errors
    /// Where one of these was asked for by name.
    pub(crate) fn without_order(by_name: bool, wanted: Vec<Self>) -> Result<(Vec<Self>, String)> {
        let (out, kept): (Vec<Self>, Vec<Self>) = wanted.into_iter().partition(|p| p.is_by_time());
        let names: Vec<&str> = Self::ALL.iter().filter(|(p, _)| out.contains(p)).map(|(_, name)| *name).collect();
        let names = names.join(" and ");
        if by_name && !out.is_empty() {
            let why = format!(
                "{names} cannot hold scenes that are not in order of time; name other products, or leave out \
                 --tos2ca-compat, which keeps the order of the file"
            );
            return Err(PipelineError::job("products", why));
        }
        Ok((kept, names))
    }

    /// The products that a job asks for.
    ///
    /// # Errors
    /// A name that is not known, with those that are.
    pub(crate) fn selection(products: Option<&Texts>, no_plots: bool) -> Result<Vec<Self>> {
        let default = |name: &Self| !matches!(name, Self::Svg | Self::Animation);
        let mut chosen: Vec<Self> = match products {
            None => Self::ALL.iter().map(|(p, _)| *p).filter(default).collect(),
            Some(texts) => {
                let mut chosen = Vec::new();
                for name in texts.names() {
                    if name == "all" {
                        chosen.extend(Self::ALL.iter().map(|(p, _)| *p));
                        continue;
                    }
                    match Self::ALL.iter().find(|(_, n)| *n == name) {
                        Some((product, _)) => chosen.push(*product),
                        None => {
                            let known: Vec<&str> = Self::ALL.iter().map(|(_, n)| *n).collect();
                            let why = format!("there is no product `{name}`; there are all, {}", known.join(", "));
                            return Err(PipelineError::job("products", why));
                        }
                    }
                }
                chosen
            }
        };
        if no_plots {
            chosen.retain(|p| !p.is_picture());
        }
        chosen.sort_unstable();
        chosen.dedup();
        Ok(chosen)
    }
}
