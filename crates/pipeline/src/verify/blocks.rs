//! A variable cut into blocks that are read one after the other.

use eventscape_formats::{Hyperslab, Variable};

/// Bytes of a block, where a chunk is no larger.
const BLOCK_BYTES: u64 = 16 << 20;

/// The blocks of a variable in row-major order: whole chunks, as many as 16 MiB hold, at least one.
pub(super) fn blocks_of(variable: &Variable) -> impl Iterator<Item = Hyperslab> {
    let shape = variable.shape();
    let block = block_shape(&shape, variable.chunk.as_deref(), variable.scalar.size() as u64);
    let counts: Vec<u64> = shape.iter().zip(&block).map(|(n, size)| n.div_ceil(*size)).collect();
    let total = counts.iter().try_fold(1u64, |product, n| product.checked_mul(*n)).unwrap_or(u64::MAX);
    (0..total).map(move |number| {
        let mut rest = number;
        let mut ranges = vec![0..0; shape.len()];
        for d in (0..shape.len()).rev() {
            let start = block[d] * (rest % counts[d].max(1));
            rest /= counts[d].max(1);
            ranges[d] = start..(start + block[d]).min(shape[d]);
        }
        Hyperslab(ranges)
    })
}

/// The lengths of a block: a chunk (a single value where there are none), grown along the last dimensions first.
fn block_shape(shape: &[u64], chunk: Option<&[u64]>, element: u64) -> Vec<u64> {
    let unit = |d: usize| chunk.and_then(|chunk| chunk.get(d).copied()).unwrap_or(1).clamp(1, shape[d].max(1));
    let mut block: Vec<u64> = (0..shape.len()).map(unit).collect();
    let mut bytes = block.iter().fold(element.max(1), |product, n| product.saturating_mul(*n));
    for d in (0..shape.len()).rev() {
        let fit = (BLOCK_BYTES / bytes).clamp(1, shape[d].div_ceil(block[d]).max(1));
        bytes = bytes.saturating_mul(fit);
        block[d] = (block[d] * fit).min(shape[d].max(1));
        if block[d] < shape[d] {
            break;
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use eventscape_formats::{Dimension, ScalarType};

    use super::*;

    fn variable(shape: &[u64], chunk: Option<&[u64]>) -> Variable {
        let dims = shape.iter().map(|len| Dimension { name: "d".to_owned(), len: *len, unlimited: false }).collect();
        Variable {
            path: "v".to_owned(),
            scalar: ScalarType::F64,
            dims,
            chunk: chunk.map(<[u64]>::to_vec),
            attributes: Default::default(),
            fill: None,
        }
    }

    #[test]
    fn blocks_hold_whole_chunks_and_cover_each_value_once() {
        for (shape, chunk, count) in [
            (&[][..], None, 1),
            (&[0], None, 0),
            (&[5, 0, 3], None, 0),
            (&[7], Some(&[3][..]), 1),
            (&[3 << 20], None, 2),
            (&[3 << 20], Some(&[1 << 20]), 2),
            (&[4, 2000, 3000], Some(&[1, 500, 500]), 16),
            (&[9, 30], Some(&[64, 64]), 1),
            (&[2, 8_000_000], Some(&[1, 4_000_000]), 4),
        ] {
            let variable = variable(shape, chunk);
            let blocks: Vec<Hyperslab> = blocks_of(&variable).collect();
            assert_eq!(blocks.len(), count, "{shape:?}");
            let cells: u64 = blocks.iter().map(|block| block.count().unwrap()).sum();
            assert_eq!(cells, shape.iter().product::<u64>(), "{shape:?}");
            for pair in blocks.windows(2) {
                let starts = |block: &Hyperslab| block.0.iter().map(|r| r.start).collect::<Vec<_>>();
                assert!(starts(&pair[0]) < starts(&pair[1]), "{shape:?}");
            }
            for block in &blocks {
                for (range, chunk) in block.0.iter().zip(chunk.unwrap_or_default()) {
                    assert_eq!(range.start % chunk, 0, "{shape:?}: {block:?}");
                }
            }
        }
    }
}
