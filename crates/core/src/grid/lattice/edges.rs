//! Edges and corners of cells from their centres.

/// Edges halfway between the centres; the outer ones as far out as the inner ones are in. A single centre gets a cell of
/// one degree.
pub(in crate::grid) fn edges(centres: &[f64]) -> Vec<f64> {
    match centres {
        [] => Vec::new(),
        [only] => vec![only - 0.5, only + 0.5],
        [first, second, ..] => {
            let n = centres.len();
            let mut edges = Vec::with_capacity(n + 1);
            edges.push(first - 0.5 * (second - first));
            edges.extend(centres.windows(2).map(|c| 0.5 * (c[0] + c[1])));
            edges.push(centres[n - 1] + 0.5 * (centres[n - 1] - centres[n - 2]));
            edges
        }
    }
}

/// Corners of a curvilinear grid: the mean of the four centres around each, in space, so that neither the seam nor a pole
/// matters; centres beyond the rim are extrapolated.
pub(in crate::grid) fn corners(ny: usize, nx: usize, lat: &[f64], lon: &[f64]) -> Vec<(f64, f64)> {
    let at = |row: usize, col: usize, north: f64, east: f64| {
        let k = row * nx + col;
        let (a, o) = ((lat[k] + north).clamp(-90.0, 90.0).to_radians(), (lon[k] + east).to_radians());
        [a.cos() * o.cos(), a.cos() * o.sin(), a.sin()]
    };
    // centres of a grid with a rim of extrapolated cells; index 0 and n + 1 are the rim
    let line = |k: usize, n: usize| -> [(usize, f64); 2] {
        match k {
            0 if n > 1 => [(0, 2.0), (1, -1.0)],
            k if k == n + 1 && n > 1 => [(n - 1, 2.0), (n - 2, -1.0)],
            k => [(k.saturating_sub(1).min(n - 1), 1.0), (0, 0.0)],
        }
    };
    let centre = |row: usize, col: usize| {
        // a single row or column gets cells of one degree
        let north = if ny == 1 { row as f64 - 1.0 } else { 0.0 };
        let east = if nx == 1 { col as f64 - 1.0 } else { 0.0 };
        let mut sum = [0.0; 3];
        for (r, wr) in line(row, ny) {
            for (c, wc) in line(col, nx) {
                if wr * wc != 0.0 {
                    let p = at(r, c, north, east);
                    (0..3).for_each(|d| sum[d] += wr * wc * p[d]);
                }
            }
        }
        sum
    };
    let mut corners = Vec::with_capacity((ny + 1) * (nx + 1));
    for row in 0..=ny {
        let mut last: Option<f64> = None;
        for col in 0..=nx {
            let mut p = [0.0; 3];
            for (r, c) in [(row, col), (row, col + 1), (row + 1, col), (row + 1, col + 1)] {
                let q = centre(r, c);
                (0..3).for_each(|d| p[d] += q[d]);
            }
            let a = p[2].atan2(p[0].hypot(p[1])).to_degrees();
            let mut o = p[1].atan2(p[0]).to_degrees();
            let near = last.unwrap_or_else(|| lon[row.min(ny - 1) * nx]);
            o += 360.0 * ((near - o) / 360.0).round();
            last = Some(o);
            corners.push((a, o));
        }
    }
    corners
}
