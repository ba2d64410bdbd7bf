//! From the bits of a row to the columns where it steps in and out.

use crate::lanes::by_isa;

by_isa! {
    /// Writes the columns at which a row of bits steps from outside to inside and back, alternately: run `k` covers
    /// columns `out[2k]..out[2k + 1]`. Returns how many columns it wrote (an even number). Bits past `nx` are zero.
    pub(crate) fn push_steps(isa, words: &[u64], nx: u32, out: &mut Vec<u32>, from: usize) -> usize = steps;
}

/// Room that a row may need past the columns it really writes, since they are written in groups.
const SLACK: usize = 72;

#[inline(always)]
fn steps(words: &[u64], nx: u32, out: &mut Vec<u32>, from: usize) -> usize {
    let room = from + nx as usize + SLACK;
    if out.len() < room {
        // Grows by half at least, so that a scene's rows do not each grow it.
        out.resize(room + out.len() / 2, 0);
    }
    let mut at = from;
    let mut inside = 0;
    let mut base = 0;
    for &word in words {
        // Most words are all outside.
        if word | inside == 0 {
            base += 64;
            continue;
        }
        let mut step = word ^ (word << 1 | inside);
        inside = word >> 63;
        let count = step.count_ones() as usize;
        if count > 0 {
            let mut left = count;
            let mut slot = at;
            // Groups of 4 keep the loop's branch predictable; what a group writes too much is written over.
            loop {
                let group: &mut [u32] = &mut out[slot..slot + 4];
                for column in group {
                    *column = base + step.trailing_zeros();
                    step &= step.wrapping_sub(1);
                }
                if left <= 4 {
                    break;
                }
                left -= 4;
                slot += 4;
            }
            at += count;
        }
        base += 64;
    }
    if (at - from) % 2 == 1 {
        out[at] = nx;
        at += 1;
    }
    at - from
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Isa;

    fn runs(bits: &[bool]) -> Vec<u32> {
        let mut words = vec![0u64; bits.len().div_ceil(64)];
        for (c, _) in bits.iter().enumerate().filter(|(_, b)| **b) {
            words[c / 64] |= 1 << (c % 64);
        }
        let mut out = Vec::new();
        let n = push_steps(Isa::best(), &words, bits.len() as u32, &mut out, 0);
        let mut portable = Vec::new();
        assert_eq!(n, push_steps(Isa::Portable, &words, bits.len() as u32, &mut portable, 0));
        assert_eq!(out[..n], portable[..n]);
        out.truncate(n);
        out
    }

    #[test]
    fn an_empty_row_has_no_run() {
        assert_eq!(runs(&[false; 130]), [0u32; 0]);
    }

    #[test]
    fn a_full_row_is_one_run_whatever_its_length() {
        for n in [1usize, 63, 64, 65, 127, 128, 129, 1000] {
            assert_eq!(runs(&vec![true; n]), [0, n as u32]);
        }
    }

    #[test]
    fn a_run_may_cross_words() {
        let bits: Vec<bool> = (0..200).map(|c| (60..131).contains(&c) || c == 199).collect();
        assert_eq!(runs(&bits), [60, 131, 199, 200]);
    }

    #[test]
    fn every_other_cell_is_a_run_of_its_own() {
        let bits: Vec<bool> = (0..129).map(|c| c % 2 == 0).collect();
        let expected: Vec<u32> = (0..130).collect();
        assert_eq!(runs(&bits), expected);
    }
}
