//! zlib streams of repeating numbers, made from the runs themselves.
//!
//! A mask is runs: so many cells of background, so many of one event. General compressors look at every byte to find that
//! out, at the cost of reading the whole field; here each run becomes its first number and a few back references, so
//! that packing costs what the runs cost (and a step through long runs in 258 bytes), without an image in memory.

mod adler;
mod bits;
mod huffman;
mod runs;

pub use runs::RunCoder;
