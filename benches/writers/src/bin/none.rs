//! No writer: what the data alone cost, in seconds, memory and size of the program.
use std::hint::black_box;
use std::path::Path;

use writers::{Result, STEPS, Writer, cells, part, run, scene, tile, tiles};

struct None;

impl Writer for None {
    fn flat(_path: &Path) -> Result {
        let mut now = Vec::new();
        for step in 0..STEPS {
            scene(step, &mut now);
            tiles().for_each(|at| drop(black_box(tile(&now, at, true))));
        }
        Ok(())
    }

    fn groups(_path: &Path, count: usize) -> Result {
        (0..count).for_each(|time| drop(black_box(cells(time))));
        Ok(())
    }

    fn ragged(_path: &Path, count: usize) -> Result {
        drop(black_box(part(0, count)));
        Ok(())
    }
}

fn main() -> Result {
    run::<None>()
}
