//! Fills missing cells from their neighbours.

use std::borrow::Cow;

use crate::lanes::Cell;

/// Fills missing cells linearly along rows, then along columns what is still missing; before the first and after the last
/// value the nearest one counts. A field without any value stays as it is.
pub(super) fn filled<T: Cell>(field: &[T], nx: usize) -> Cow<'_, [T]> {
    if !field.iter().any(|value| value.is_missing()) {
        return Cow::Borrowed(field);
    }
    let ny = field.len() / nx;
    let mut result = field.to_vec();
    for row in 0..ny {
        fill_line(&mut result, row * nx, 1, nx);
    }
    for column in 0..nx {
        fill_line(&mut result, column, nx, ny);
    }
    Cow::Owned(result)
}

/// Fills `count` cells from `first` on, `stride` apart.
fn fill_line<T: Cell>(field: &mut [T], first: usize, stride: usize, count: usize) {
    let mut before: Option<usize> = None;
    let mut place = 0;
    while place < count {
        if !field[first + place * stride].is_missing() {
            before = Some(place);
            place += 1;
            continue;
        }
        let after = (place..count).find(|&k| !field[first + k * stride].is_missing());
        let end = after.unwrap_or(count);
        for k in place..end {
            let at = |known: usize| field[first + known * stride];
            field[first + k * stride] = match (before, after) {
                (Some(a), Some(b)) => T::round(between((a, at(a).into()), (b, at(b).into()), k)),
                (Some(known), None) | (None, Some(known)) => at(known),
                (None, None) => return,
            };
        }
        before = after;
        place = end + 1;
    }
}

/// The straight line through two cells, in the operations of `numpy.interp`.
fn between(a: (usize, f64), b: (usize, f64), place: usize) -> f64 {
    let slope = (b.1 - a.1) / (b.0 - a.0) as f64;
    let value = slope * (place - a.0) as f64 + a.1;
    // only infinite values give no number here
    if value.is_nan() && a.1 == b.1 { a.1 } else { value }
}

#[cfg(test)]
mod tests {
    use super::filled;

    const N: f32 = f32::NAN;

    #[test]
    fn gaps_in_rows_are_filled_linearly_and_ends_are_extended() {
        assert_eq!(*filled(&[N, 200.0, N, N, 230.0, N], 6), [200.0, 200.0, 210.0, 220.0, 230.0, 230.0]);
    }

    #[test]
    fn rows_without_values_are_filled_from_the_rows_around() {
        let field = [N, N, 200.0, 210.0, N, N, N, N, 230.0, 240.0, N, N];
        let expected = [200.0, 210.0, 200.0, 210.0, 210.0, 220.0, 220.0, 230.0, 230.0, 240.0, 230.0, 240.0];
        assert_eq!(*filled(&field, 2), expected);
    }

    #[test]
    fn a_field_without_values_stays_missing() {
        assert!(filled(&[N; 6], 3).iter().all(|v| v.is_nan()));
    }
}
