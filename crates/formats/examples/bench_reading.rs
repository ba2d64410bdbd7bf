//! Times reads of a variable against the inflate limit of the same chunks; prints a line of JSON a case. Run by
//! `benches/reading.py`, which makes the files and times the Python readers.
//!
//! `bench_reading FILE VARIABLE REPEATS [START:END,START:END,…]`

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use eventscape_core::Values;
use eventscape_formats::{ByteSource, LocalFile};
use eventscape_formats::{Granule, Hyperslab, OpenOptions, Packing};
use rayon::prelude::*;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, variable, repeats, selection @ ..] = arguments.as_slice() else {
        return Err("usage: bench_reading FILE VARIABLE REPEATS [START:END,…]".into());
    };
    let repeats: usize = repeats.parse()?;
    let source: Arc<dyn ByteSource> = Arc::new(LocalFile::open(Path::new(file))?);
    let granule = Granule::open(source.clone(), &OpenOptions::default())?;
    let found = granule.variable(variable)?;
    let slab = match selection.first() {
        Some(text) => Hyperslab(text.split(',').map(range).collect::<Outcome<_>>()?),
        None => Hyperslab::all(&found.shape()),
    };
    let packing = Packing::from_attributes(found)?.packing;
    let plan = granule.plan(variable, &slab)?;

    let pools: Vec<rayon::ThreadPool> = [1, 2]
        .into_iter()
        .map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build())
        .collect::<Result<_, _>>()?;
    let chunks = chunks(&granule, source.as_ref(), variable, &slab)?;
    let largest = chunks.iter().map(|(_, decoded)| *decoded).max().unwrap_or(0);

    // Every case once a round, so that a noisy machine disturbs all of them alike.
    let mut times = vec![Vec::new(); 7];
    let mut values = Values::F32(Vec::new());
    for round in 0..=repeats {
        let mut took: Vec<f64> = Vec::new();
        for pool in &pools {
            let start = Instant::now();
            pool.install(|| inflate(&chunks, largest))?;
            took.push(start.elapsed().as_secs_f64());
        }
        for pool in &pools {
            let start = Instant::now();
            pool.install(|| granule.read_values(variable, &slab, &packing, &mut values))?;
            took.push(start.elapsed().as_secs_f64());
        }
        let start = Instant::now();
        let mut fresh = Values::F32(Vec::new());
        pools[1].install(|| granule.read_values(variable, &slab, &packing, &mut fresh))?;
        took.push(start.elapsed().as_secs_f64());
        drop(fresh);
        let start = Instant::now();
        pools[1].install(|| granule.read(variable, &slab))?;
        took.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let opened = Granule::open(source.clone(), &OpenOptions::default())?;
        opened.plan(variable, &slab)?;
        took.push(start.elapsed().as_secs_f64());
        if round > 0 {
            times.iter_mut().zip(took).for_each(|(all, one)| all.push(one * 1e3));
        }
    }
    let sum: f64 = (0..values.len()).filter_map(|i| values.get(i)).filter(|x| !x.is_nan()).sum();
    let names = ["inflate_1", "inflate_2", "values_1", "values_2", "fresh_2", "raw_2", "open_and_plan"];
    let medians: Vec<String> = names
        .iter()
        .zip(&mut times)
        .map(|(name, all)| {
            all.sort_by(f64::total_cmp);
            format!("\"{name}\": {:.3}", all[all.len() / 2])
        })
        .collect();
    println!(
        "{{\"chunks\": {}, \"stored\": {}, \"decoded\": {}, \"requests\": {}, \"sum\": {sum}, {}}}",
        plan.chunks,
        plan.stored_bytes,
        plan.decoded_bytes,
        plan.requests,
        medians.join(", ")
    );
    Ok(())
}

fn range(text: &str) -> Outcome<std::ops::Range<u64>> {
    let (start, end) = text.split_once(':').ok_or("a range is START:END")?;
    Ok(start.parse()?..end.parse()?)
}

/// The stored bytes and decoded size of each chunk that the selection touches, found by asking for single cells.
fn chunks(
    granule: &Granule,
    source: &dyn ByteSource,
    variable: &str,
    slab: &Hyperslab,
) -> Outcome<Vec<(Vec<u8>, usize)>> {
    let chunk = granule.variable(variable)?.chunk.clone().ok_or("the variable is not chunked")?;
    let mut cells: Vec<Vec<u64>> = vec![Vec::new()];
    for (range, len) in slab.0.iter().zip(&chunk) {
        let firsts: Vec<u64> = (range.start / len..range.end.div_ceil(*len)).map(|i| i * len).collect();
        cells = cells.iter().flat_map(|c| firsts.iter().map(move |f| [c.as_slice(), &[*f]].concat())).collect();
    }
    cells
        .iter()
        .map(|cell| {
            let plan = granule.plan(variable, &Hyperslab(cell.iter().map(|i| *i..i + 1).collect()))?;
            let range = plan.ranges.first().cloned().ok_or("a chunk was never written")?;
            let mut bytes = Vec::new();
            source.read_into(range, &mut bytes)?;
            Ok((bytes, plan.decoded_bytes as usize))
        })
        .collect()
}

/// The limit: inflating the chunks from memory into a buffer that each thread keeps, and nothing else.
fn inflate(chunks: &[(Vec<u8>, usize)], largest: usize) -> Outcome<()> {
    chunks.par_iter().try_for_each_init(
        || (libdeflater::Decompressor::new(), vec![0; largest]),
        |(inflater, buffer), (bytes, decoded)| {
            inflater.zlib_decompress(bytes, &mut buffer[..*decoded]).map(|_| ()).map_err(|e| e.to_string().into())
        },
    )
}
