//! An area as WKT or GeoJSON: one that can be cut out of a grid, or an error.
#![no_main]

use eventscape_core::Grid;
use eventscape_core::grid::Domain;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(domain) = Domain::parse_polygon(text) else { return };
    if let Some([west, south, east, north]) = domain.bounds() {
        assert!(south <= north && [west, south, east, north].iter().all(|x| x.is_finite()), "{text}");
    }
    let axis = |first: f64, step: f64, n: u8| (0..n).map(|k| first + step * f64::from(k)).collect::<Vec<_>>();
    for west in [-180.0, 0.0] {
        let Ok(grid) = Grid::rectilinear(axis(-85.0, 10.0, 18), axis(west, 10.0, 36)) else { return };
        if let Ok((window, cut)) = domain.select(&grid.with_periodic(true)) {
            assert_eq!((window.rows.len(), window.nx()), (cut.ny(), cut.nx()), "{text}");
        }
    }
});
