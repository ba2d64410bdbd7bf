//! A sum over a file's bytes that knows where each lies.

/// Two sums over the words of eight bytes of a file, both modulo 2⁶⁴: of the words, and of the words times their number from 1
/// (Fletcher's idea: J. G. Fletcher, IEEE Trans. Commun. 30, 1982). Parts may be added in any order, and a part that is replaced is taken
/// away, so the sum can be kept while a file is written; bytes at another address give another sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlacementSum {
    words: u64,
    placed: u64,
}

impl PlacementSum {
    /// Adds bytes that lie at `address`.
    pub(crate) fn add(&mut self, address: u64, bytes: &[u8]) {
        let part = Self::of(address, bytes);
        self.words = self.words.wrapping_add(part.words);
        self.placed = self.placed.wrapping_add(part.placed);
    }

    /// Takes bytes away that lay at `address`.
    pub(crate) fn remove(&mut self, address: u64, bytes: &[u8]) {
        let part = Self::of(address, bytes);
        self.words = self.words.wrapping_sub(part.words);
        self.placed = self.placed.wrapping_sub(part.placed);
    }

    fn of(address: u64, bytes: &[u8]) -> Self {
        let mut sum = Self::default();
        let mut number = address / 8 + 1;
        let before = (address % 8) as usize;
        let (head, rest) = bytes.split_at(bytes.len().min((8 - before) % 8));
        if !head.is_empty() {
            sum.word(number, head, before);
            number += 1;
        }
        let (words, tail) = rest.as_chunks::<8>();
        for word in words {
            let word = u64::from_le_bytes(*word);
            sum.words = sum.words.wrapping_add(word);
            sum.placed = sum.placed.wrapping_add(word.wrapping_mul(number));
            number += 1;
        }
        sum.word(number, tail, 0);
        sum
    }

    /// Adds a part of one word, which begins `before` bytes into it.
    fn word(&mut self, number: u64, part: &[u8], before: usize) {
        let mut word = [0; 8];
        word[before..before + part.len()].copy_from_slice(part);
        let word = u64::from_le_bytes(word);
        self.words = self.words.wrapping_add(word);
        self.placed = self.placed.wrapping_add(word.wrapping_mul(number));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole_in_any_order(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            cuts in prop::collection::vec(0usize..200, 0..8),
            address in 0u64..40,
        ) {
            let mut whole = PlacementSum::default();
            whole.add(address, &bytes);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
            cuts.sort_unstable();
            let mut parts = PlacementSum::default();
            for pair in cuts.windows(2).rev() {
                parts.add(address + pair[0] as u64, &bytes[pair[0]..pair[1]]);
            }
            prop_assert_eq!(parts, whole);
            parts.remove(address, &bytes);
            prop_assert_eq!(parts, PlacementSum::default());
        }

        #[test]
        fn blocks_in_another_order_give_another_sum(
            a in prop::collection::vec(1u8..=255, 1..40), b in prop::collection::vec(1u8..=255, 1..40)
        ) {
            let (mut right, mut wrong) = (PlacementSum::default(), PlacementSum::default());
            right.add(0, &[a.as_slice(), &b].concat());
            wrong.add(0, &[b.as_slice(), &a].concat());
            prop_assume!([a.as_slice(), &b].concat() != [b.as_slice(), &a].concat());
            prop_assert_ne!(right, wrong);
        }
    }
}
