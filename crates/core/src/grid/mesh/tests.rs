use super::*;
use crate::sphere::EARTH_RADIUS_KM;

/// The eight faces of an octahedron.
fn octahedron() -> Mesh {
    let nodes = vec![(90.0, 0.0), (-90.0, 0.0), (0.0, 0.0), (0.0, 90.0), (0.0, 180.0), (0.0, -90.0)];
    let around = [2, 3, 4, 5];
    let cells: Vec<Vec<u32>> =
        (0..4).flat_map(|k| [0, 1].map(|pole| vec![pole, around[k], around[(k + 1) % 4]])).collect();
    Mesh::new(nodes, &cells).unwrap()
}

#[test]
fn neighbours_share_two_nodes_or_one() {
    let mesh = octahedron();
    for cell in 0..8 {
        assert_eq!(mesh.neighbours(cell, Connectivity::Four).len(), 3, "{cell}");
        // all but the face on the other side of the Earth
        assert_eq!(mesh.neighbours(cell, Connectivity::Eight).len(), 6, "{cell}");
        assert!(!mesh.is_rim(cell) && mesh.corners(cell).len() == 3);
        for other in mesh.neighbours(cell, Connectivity::Four) {
            assert!(mesh.neighbours(*other, Connectivity::Four).contains(&cell));
        }
    }
}

#[test]
fn areas_add_up_to_that_of_the_earth() {
    let mesh = octahedron();
    let sphere = 4.0 * std::f64::consts::PI * EARTH_RADIUS_KM * EARTH_RADIUS_KM;
    // the local ratio of ellipsoid and sphere is taken at the centres
    assert!((mesh.areas().iter().sum::<f64>() / sphere - 1.0).abs() < 0.01);
    assert!(mesh.lat().iter().all(|lat| (lat.abs() - 35.264_389_682).abs() < 1e-6));
}

#[test]
fn rings_go_counterclockwise_whichever_way_they_are_given() {
    let nodes = vec![(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)];
    for cell in [vec![0, 1, 2, 3], vec![3, 2, 1, 0]] {
        let mesh = Mesh::new(nodes.clone(), &[cell]).unwrap();
        let ring: Vec<(f64, f64)> = mesh.ring(0).map(|(lat, lon)| (lon, lat)).collect();
        assert!(crate::sphere::signed_area(&ring) > 0.9);
        assert!(mesh.is_rim(0));
    }
}

#[test]
fn a_mesh_is_stored_as_its_nodes_and_cells() {
    let mesh = octahedron();
    let text = serde_json::to_string(&mesh).unwrap();
    assert_eq!(serde_json::from_str::<Mesh>(&text).unwrap(), mesh);
}

#[test]
fn nonsense_is_refused() {
    let nodes = vec![(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)];
    for cells in
        [vec![], vec![vec![0, 1]], vec![vec![0, 1, 9]], vec![vec![0, 1, 2], vec![0, 1, 2]], vec![vec![0, 0, 1]]]
    {
        assert!(matches!(Mesh::new(nodes.clone(), &cells), Err(CoreError::Grid(_))), "{cells:?}");
    }
    assert!(Mesh::new(vec![(0.0, 0.0), (91.0, 0.0), (0.0, 1.0)], &[vec![0, 1, 2]]).is_err());
    assert!(Mesh::new(vec![(0.0, f64::NAN), (1.0, 0.0), (0.0, 1.0)], &[vec![0, 1, 2]]).is_err());
}
