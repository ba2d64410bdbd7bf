//! The `geo` key of GeoParquet 1.1.

use serde_json::json;

use crate::polygons::Outline;

/// What the file's metadata say of all its geometries.
#[derive(Default)]
pub(super) struct GeoSummary {
    bbox: Option<[f64; 4]>,
    single: bool,
    multi: bool,
}

impl GeoSummary {
    pub(super) fn add(&mut self, outline: &Outline) {
        if let Some(b) = outline.bbox() {
            let a = self.bbox.unwrap_or(b);
            self.bbox = Some([a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
        }
        let single = outline.polygons.len() == 1;
        self.single |= single;
        self.multi |= !single;
    }

    /// The value of the key. There is no `crs`: the default is longitude and latitude on WGS 84.
    pub(super) fn metadata(&self) -> String {
        let types: Vec<&str> = [("Polygon", self.single), ("MultiPolygon", self.multi)]
            .into_iter()
            .filter_map(|(name, there)| there.then_some(name))
            .collect();
        let covering = |corner: &str| json!(["bbox", corner]);
        let mut geometry = json!({
            "encoding": "WKB",
            "geometry_types": types,
            "orientation": "counterclockwise",
            "edges": "planar",
            "covering": {"bbox": {
                "xmin": covering("xmin"), "ymin": covering("ymin"), "xmax": covering("xmax"), "ymax": covering("ymax"),
            }},
        });
        if let Some(bbox) = self.bbox {
            geometry["bbox"] = json!(bbox);
        }
        json!({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}).to_string()
    }
}
