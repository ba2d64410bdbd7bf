use std::io::Cursor;

use super::{Attribute, Codec, NcFile, Variable};

fn sample(groups: usize) -> Vec<u8> {
    let mut file = NcFile::create(Cursor::new(Vec::new()), "sample").unwrap();
    file.attribute("title", "Größe").unwrap();
    file.attribute("empty", "").unwrap();
    file.attribute("pair", [1.5f64, 2.5]).unwrap();
    file.attribute("none", Attribute::numbers::<f32>(&[])).unwrap();
    file.dimension("time", 3).unwrap();
    file.dimension("lat", 5).unwrap();
    file.dimension("lon", 7).unwrap();
    file.dimension("nothing", 0).unwrap();
    file.variable(Variable::of::<f64>("time", &["time"]).with("units", "seconds since 1970-01-01"), &[0.0, 1.0, 2.0])
        .unwrap();
    file.variable(Variable::of::<f32>("lat", &["lat"]).with("units", "degrees_north"), &[0f32, 1.0, 2.0, 3.0, 4.0])
        .unwrap();
    file.variable(Variable::of::<i32>("crs", &[]).with("grid_mapping_name", "latitude_longitude"), &[0]).unwrap();
    let cube: Vec<i32> = (0..105).collect();
    file.compressed(
        Variable::of::<i32>("cube", &["time", "lat", "lon"]).fill(-1i32),
        2,
        Codec { shuffle: true, level: 1 },
        &cube,
    )
    .unwrap();
    file.variable(Variable::of::<i8>("nil", &["nothing", "lat"]), &[0i8; 0]).unwrap();
    file.open_group("many");
    for n in 0..groups {
        file.open_group(&format!("g{n:05}"));
        file.dimension("num_pixels", n % 4).unwrap();
        file.dimension("num_cols", 3).unwrap();
        let values: Vec<i32> = (0..3 * (n as i32 % 4)).collect();
        file.variable(Variable::of::<i32>("mask_indices", &["num_pixels", "num_cols"]).with("d", "x"), &values)
            .unwrap();
        let floats: Vec<f32> = (0..n % 4).map(|x| x as f32).collect();
        file.variable(Variable::of::<f32>("data_values", &["num_pixels"]), &floats).unwrap();
        file.close_group().unwrap();
    }
    file.close_group().unwrap();
    file.finish().unwrap().into_inner()
}

#[test]
fn a_file_reads_back_as_it_was_written() {
    for groups in [0, 3, 300] {
        let bytes = sample(groups);
        let file = netcdf_reader::NcFile::from_vec(bytes).unwrap();
        let cube = file.read_variable::<i32>("cube").unwrap();
        assert_eq!(cube.shape(), &[3, 5, 7]);
        assert_eq!(cube.iter().copied().collect::<Vec<_>>(), (0..105).collect::<Vec<_>>());
    }
}
