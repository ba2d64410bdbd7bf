//! A Huffman code for literals and lengths, made once from guessed frequencies and stated at the head of each stream.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::bits::BitWriter;

/// Literals, end of block, lengths.
pub(super) const SYMBOLS: usize = 286;
const END: usize = 256;

/// The longest match, and the symbol for it.
pub(super) const LONGEST: u32 = 258;

/// A code word, its bits in the order in which they go out, and their number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Code {
    pub(super) bits: u32,
    pub(super) count: u32,
}

impl Code {
    fn then(self, next: Self) -> Self {
        Self { bits: self.bits | next.bits << self.count, count: self.count + next.count }
    }
}

/// The code of streams whose matches all have one distance.
pub(super) struct Table {
    header: Vec<Code>,
    literals: [Code; 256],
    end: Code,
    /// By length, 0..=258: the length's symbol, its extra bits, and the distance.
    matches: Vec<Code>,
}

impl Table {
    /// The table for a distance of 1 to 4 bytes, from the weight of each symbol.
    pub(super) fn new(distance: u32, weights: &[u32; SYMBOLS]) -> Self {
        let lengths = code_lengths(weights);
        let codes = canonical(&lengths);
        // the only distance code takes one bit
        let only_distance = Code { bits: 0, count: 1 };
        let mut matches = vec![Code::default(); LONGEST as usize + 1];
        for (length, code) in matches.iter_mut().enumerate().skip(3) {
            let (symbol, extra) = length_symbol(length as u32);
            *code = codes[symbol].then(extra).then(only_distance);
        }
        let mut literals = [Code::default(); 256];
        literals.copy_from_slice(&codes[..256]);
        Self { header: header(&lengths, distance), literals, end: codes[END], matches }
    }

    /// Begins the one and last block.
    pub(super) fn begin(&self, out: &mut BitWriter) {
        self.header.iter().for_each(|code| out.push(code.bits, code.count));
    }

    #[inline]
    pub(super) fn literal(&self, byte: u8, out: &mut BitWriter) {
        let code = self.literals[byte as usize];
        out.push(code.bits, code.count);
    }

    /// Repeats what was `distance` bytes ago for `length` bytes, 3 to 258.
    #[inline]
    pub(super) fn repeat(&self, length: u32, out: &mut BitWriter) {
        let code = self.matches[length as usize];
        out.push(code.bits, code.count);
    }

    pub(super) fn end(&self, out: &mut BitWriter) {
        out.push(self.end.bits, self.end.count);
    }
}

/// The symbol of a match's length, and the extra bits after it (RFC 1951, 3.2.5).
fn length_symbol(length: u32) -> (usize, Code) {
    if length == LONGEST {
        return (285, Code::default());
    }
    let from_three = length - 3;
    if from_three < 8 {
        return (257 + from_three as usize, Code::default());
    }
    // four symbols for each doubling
    let extra = from_three.ilog2() - 2;
    let symbol = 257 + 4 * extra + (from_three >> extra);
    (symbol as usize, Code { bits: from_three & ((1 << extra) - 1), count: extra })
}

/// The block's head: last block, own code; then the lengths of all codes, in a plain code of their own.
fn header(lengths: &[u8; SYMBOLS], distance: u32) -> Vec<Code> {
    let push = |bits: u32, count: u32| Code { bits, count };
    let mut head = vec![push(1, 1), push(2, 2), push(SYMBOLS as u32 - 257, 5), push(distance - 1, 5), push(19 - 4, 4)];
    // the code of lengths 0..=15 has four bits each, the three repeating symbols are not used
    const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    head.extend(ORDER.iter().map(|&symbol| push(if symbol < 16 { 4 } else { 0 }, 3)));
    let distances = (1..=distance).map(|d| u8::from(d == distance));
    head.extend(lengths.iter().copied().chain(distances).map(|length| push(reversed(u32::from(length), 4), 4)));
    head
}

/// Code lengths of a complete Huffman code; ties fall to the lower symbol.
fn code_lengths(weights: &[u32; SYMBOLS]) -> [u8; SYMBOLS] {
    let mut heap: BinaryHeap<Reverse<(u64, usize)>> =
        weights.iter().enumerate().map(|(symbol, &weight)| Reverse((u64::from(weight.max(1)), symbol))).collect();
    let mut parents = vec![usize::MAX; 2 * SYMBOLS];
    let mut next = SYMBOLS;
    while let (Some(Reverse(a)), Some(Reverse(b))) = (heap.pop(), heap.pop()) {
        parents[a.1] = next;
        parents[b.1] = next;
        heap.push(Reverse((a.0 + b.0, next)));
        next += 1;
        if heap.len() == 1 {
            break;
        }
    }
    let mut lengths = [0; SYMBOLS];
    for (symbol, length) in lengths.iter_mut().enumerate() {
        let mut node = symbol;
        while parents[node] != usize::MAX {
            node = parents[node];
            *length += 1;
        }
    }
    lengths
}

/// The canonical code words of these lengths, turned for output.
fn canonical(lengths: &[u8; SYMBOLS]) -> [Code; SYMBOLS] {
    let mut codes = [Code::default(); SYMBOLS];
    let mut word = 0u32;
    for length in 1..=15u8 {
        word <<= 1;
        for (code, _) in codes.iter_mut().zip(lengths).filter(|(_, l)| **l == length) {
            *code = Code { bits: reversed(word, u32::from(length)), count: u32::from(length) };
            word += 1;
        }
    }
    codes
}

fn reversed(bits: u32, count: u32) -> u32 {
    if count == 0 { 0 } else { bits.reverse_bits() >> (32 - count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_lengths_are_complete_and_fit_deflate() {
        for weights in [[1; SYMBOLS], std::array::from_fn(|n| if n % 40 == 0 { 4000 } else { 1 + n as u32 % 7 })] {
            let lengths = code_lengths(&weights);
            assert!(lengths.iter().all(|length| (1..=15).contains(length)));
            let kraft: u32 = lengths.iter().map(|&length| 1 << (15 - length)).sum();
            assert_eq!(kraft, 1 << 15);
        }
    }

    #[test]
    fn length_symbols_agree_with_the_standard() {
        let known = [(3, 257, 0), (10, 264, 0), (11, 265, 1), (12, 265, 1), (13, 266, 1), (18, 268, 1), (19, 269, 2)];
        for (length, symbol, extra) in
            known.into_iter().chain([(130, 280, 4), (131, 281, 5), (257, 284, 5), (258, 285, 0)])
        {
            let (found, code) = length_symbol(length);
            assert_eq!((found, code.count), (symbol, extra), "length {length}");
        }
    }
}
