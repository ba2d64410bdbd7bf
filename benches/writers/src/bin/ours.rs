//! Our own writer, `eventscape-formats`.
use std::fs::File;
use std::path::Path;

use eventscape_formats::write::{Codec, NcFile, Variable, check_structure};
use writers::{NX, NY, PART, ROWS, Result, STEPS, TILE, Writer, axes, bytes, cells, group_name, part, run, scene, tile, tiles};

const PACKED: Codec = Codec { shuffle: true, level: 1 };

struct Ours;

fn create(path: &Path) -> Result<NcFile<File>> {
    let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
    Ok(NcFile::create(file, "bench")?)
}

impl Writer for Ours {
    fn flat(path: &Path) -> Result {
        let mut file = create(path)?;
        file.attribute("Conventions", "CF-1.8")?;
        for (name, values, units) in axes() {
            file.dimension(name, values.len())?;
            file.variable(Variable::of::<f64>(name, &[name]).with("units", units), &values)?;
        }
        let variable = Variable::of::<i32>("event_id", &["time", "lat", "lon"]);
        let stream = file.start_chunks(variable, &[1, TILE, TILE], PACKED)?;
        let mut now = Vec::new();
        for step in 0..STEPS {
            scene(step, &mut now);
            for at in tiles() {
                let chunk = bytes(&tile(&now, at, true), i32::to_le_bytes);
                file.chunk(stream, &PACKED.encode(&chunk, 4)?)?;
            }
        }
        file.finish_chunks(stream)?;
        file.finish()?;
        Ok(())
    }

    fn groups(path: &Path, count: usize) -> Result {
        let mut file = create(path)?;
        for time in 0..count {
            let (indices, values) = cells(time);
            file.open_group(&group_name(time));
            file.dimension("num_pixels", ROWS)?;
            file.dimension("num_cols", 3)?;
            file.variable(Variable::of::<i32>("mask_indices", &["num_pixels", "num_cols"]), &indices)?;
            file.variable(Variable::of::<f32>("data_values", &["num_pixels"]), &values)?;
            file.close_group()?;
        }
        file.finish()?;
        Ok(())
    }

    fn ragged(path: &Path, count: usize) -> Result {
        let mut file = create(path)?;
        file.dimension("obs", count)?;
        let stream = file.start_chunks(Variable::of::<f64>("value", &["obs"]), &[PART], PACKED)?;
        for from in (0..count).step_by(PART) {
            let mut chunk = bytes(&part(from, (from + PART).min(count)), f64::to_le_bytes);
            chunk.resize(8 * PART, 0);
            file.chunk(stream, &PACKED.encode(&chunk, 8)?)?;
        }
        file.finish_chunks(stream)?;
        file.finish()?;
        Ok(())
    }

    fn check(path: &Path) -> Result {
        let found = check_structure(&mut File::open(path)?)?;
        println!("{found:?}");
        Ok(())
    }
}

fn main() -> Result {
    run::<Ours>()
}
