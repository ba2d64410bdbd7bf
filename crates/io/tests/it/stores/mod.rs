//! Stores: local files, S3 and web servers through one face.
// a range is what is read here, not what it would stand for in a list
#![allow(clippy::single_range_in_vec_init)]

mod directories;
mod earthdata;
mod expansion;
mod s3;
mod web;

/// Bytes of which each position can be told from the others near it.
fn pattern(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}
