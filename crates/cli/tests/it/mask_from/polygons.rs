use super::{cells_inside, masks, notices, run, tracks};

#[test]
fn mask_from_joins_the_outlines_of_one_id_from_geopackage_and_shapefile() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["--time-property=began", "--id-property=flood", "--name-property=river", "--resolution=0.05"];
    let [package, shapes] = ["floods.gpkg", "floods.shp"].map(|name| {
        let out = folder.path().join(name);
        let summary = run(name, &asked, &out);
        assert!(notices(&summary).contains("no `began`: 11"), "{}", notices(&summary));
        let names: Vec<(Option<String>, String)> = tracks(&out);
        assert_eq!(names, [(Some("Elbe".to_owned()), "7".to_owned()), (Some("Ahr".to_owned()), "9".to_owned())]);
        masks(&out)
    });
    assert_eq!(package.1, shapes.1);
    let (file, cells) = package;
    let times: Vec<(&str, u32)> = cells.keys().map(|(time, id)| (&time[..10], *id)).collect();
    assert_eq!(times, [("2021-07-14", 1), ("2021-07-14", 2), ("2021-07-15", 1), ("2021-07-16", 1)]);
    let square = |west: f64, south: f64, east: f64, north: f64| {
        vec![vec![(west, south), (east, south), (east, north), (west, north), (west, south)]]
    };
    let expected = cells_inside(&file, &[square(7.0, 50.4, 7.6, 50.9), square(7.4, 50.1, 8.1, 50.6)]);
    assert_eq!(cells[&("2021-07-14T00:00:00Z".to_owned(), 2)], expected);
}

#[test]
fn mask_from_lets_outlines_last_from_their_start_to_their_end() {
    let folder = tempfile::tempdir().unwrap();
    let asked =
        ["--start-property=began", "--end-property=ended", "--id-property=flood", "--resolution=0.1", "--step=1d"];
    run("floods.gpkg", &asked, folder.path());
    let (_, cells) = masks(folder.path());
    let of = |day: u32, id| cells[&(format!("2021-07-{day}T00:00:00Z"), id)].len();
    assert_eq!(cells.len(), 7 + 7);
    // on the third day three outlines of the first flood hold, and then all of them to the end
    assert!(of(14, 1) < of(15, 1) && of(15, 1) < of(16, 1) && of(16, 1) == of(20, 1));
    assert_eq!(of(14, 2), of(20, 2));
}
