//! Where a row of longitudes begins: after the widest gap of the globe, not in the midst of its cells.

/// A step that is longer than this many times the longest of the others is a gap.
const GAP: f64 = 1.5;

/// What the steps of a list of longitudes that go east tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Seam {
    /// The list begins where its cells do.
    Start,
    /// The cells begin at this column: before it is a gap, and the last column is the first one's neighbour.
    At(usize),
    /// Before this column is a gap, and the cells on both sides of it are no neighbours.
    Gap(usize),
}

/// The seam of longitudes that go east; `unwrapped` without the drop of 360°.
pub(super) fn seam(unwrapped: &[f64]) -> Seam {
    let [first, .., last] = unwrapped else { return Seam::Start };
    let steps: Vec<f64> = unwrapped.windows(2).map(|w| w[1] - w[0]).collect();
    let Some((widest, step)) = steps.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1)) else {
        return Seam::Start;
    };
    let others = steps.iter().enumerate().filter(|(k, _)| *k != widest).map(|(_, s)| *s).fold(0.0, f64::max);
    if others <= 0.0 || step <= GAP * others {
        return Seam::Start;
    }
    let closing = first + 360.0 - last;
    if closing > 0.0 && closing <= GAP * others { Seam::At(widest + 1) } else { Seam::Gap(widest + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longitudes_on_both_sides_of_greenwich_begin_in_the_west() {
        let lon: Vec<f64> = (0..10).chain(350..360).map(f64::from).collect();
        assert_eq!(seam(&lon), Seam::At(10));
        let globe: Vec<f64> = (0..360).map(f64::from).collect();
        assert_eq!(seam(&globe), Seam::Start);
        assert_eq!(seam(&globe[20..50]), Seam::Start);
        let two: Vec<f64> = (0..10).chain(100..110).map(f64::from).collect();
        assert_eq!(seam(&two), Seam::Gap(10));
        assert_eq!(seam(&[0.0, 1.0, 2.2, 3.7, 5.5, 7.7]), Seam::Start, "a grid that widens has no gap");
        assert_eq!(seam(&[5.0, 355.0]), Seam::Start);
        assert_eq!(seam(&[5.0]), Seam::Start);
    }
}
