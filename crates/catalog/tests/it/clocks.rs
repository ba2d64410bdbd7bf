//! When: times, however a file tells them.

use eventscape_catalog::SubsetRequest;

use crate::support::{Ask, field, fixture, stamps, text};

fn file(name: &str) -> SubsetRequest {
    let inputs = vec![text(&fixture("attributes").join(name))];
    SubsetRequest { source: eventscape_catalog::Source { inputs, ..Default::default() }, ..SubsetRequest::default() }
        .variable("x")
}

#[test]
fn times_as_texts_and_in_nanoseconds_are_read() {
    for name in ["characters.nc", "strings.nc", "nanoseconds.nc"] {
        let subset = file(name).open();
        assert_eq!(stamps(&subset), ["2005-08-28T00:00:00Z", "2005-08-28T03:00:00Z"], "{name}");
        assert_eq!(field(&subset, 1)[0], 1.0);
    }
}

#[test]
fn the_cells_of_means_are_known() {
    let subset = file("monthly.nc").open();
    let day = 86_400_000_000;
    let first = subset.times()[0].micros();
    assert_eq!(subset.time_cell(0), Some((first, first + 31 * day)));
    assert_eq!(subset.time_cell(2), Some((first + 59 * day, first + 90 * day)));
    assert_eq!(file("nanoseconds.nc").open().time_cell(0), None);
}

#[test]
fn a_run_of_a_forecast_has_its_times_and_two_must_be_chosen_from() {
    let subset = file("run.nc").open();
    assert_eq!(stamps(&subset), ["2024-01-01T00:00:00Z", "2024-01-01T06:00:00Z", "2024-01-01T12:00:00Z"]);
    let error = file("runs.nc").refused().to_string();
    assert!(error.contains("`step`") && error.contains("choose one run") && !error.contains("swath"), "{error}");
}
