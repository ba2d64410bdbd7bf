//! From a test of one cell to a row of bits, without branches: the portable way.

/// Gathers the lowest bit of 8 bytes (each 0 or 1).
#[inline(always)]
fn gather_byte(bytes: &[u8; 8]) -> u64 {
    u64::from_le_bytes(*bytes).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The word of up to 64 tests.
#[inline(always)]
fn pack_word(cells: usize, test: impl Fn(usize) -> bool) -> u64 {
    let mut bytes = [0u8; 64];
    for (c, byte) in bytes[..cells].iter_mut().enumerate() {
        *byte = u8::from(test(c));
    }
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().enumerate().fold(0, |word, (k, eight)| word | gather_byte(eight) << (8 * k))
}

/// Fills the words of a row of `nx` cells with the outcome of `test` for each.
#[inline(always)]
pub(crate) fn pack_row(nx: usize, words: &mut [u64], test: impl Fn(usize) -> bool) {
    for (k, word) in words.iter_mut().enumerate() {
        let first = 64 * k;
        // A constant count in the common case lets the compiler use vectors.
        *word = if nx >= first + 64 {
            pack_word(64, |c| test(first + c))
        } else {
            pack_word(nx.saturating_sub(first), |c| test(first + c))
        };
    }
}
