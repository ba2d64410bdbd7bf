//! An [`Output`] against a plain vector, and what becomes of it where the file fails.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use proptest::prelude::*;

use super::{HELD, Medium, Output};

/// What a writer of HDF5 asks of an [`Output`].
#[derive(Clone, Debug)]
enum Step {
    Append(usize),
    AppendAligned(usize),
    Reserve(usize),
    /// Replaces a part of what is there: where it begins and how long it is, in thousandths of what there is.
    Patch(usize, usize),
    /// Replaces what was appended or reserved last, as a header that was measured first.
    PatchLast,
}

/// Sizes on both sides of every limit: none, a few bytes, half of what is held, all of it, and two times that.
fn size() -> impl Strategy<Value = usize> {
    let near = |limit: usize| (0usize..=17).prop_map(move |k| limit - 8 + k);
    prop_oneof![
        4 => 0usize..64,
        3 => 0usize..(64 << 10),
        2 => 0usize..(3 * HELD / 2),
        2 => near(64 << 10),
        3 => near(HELD / 2),
        3 => near(HELD),
        1 => near(2 * HELD),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => size().prop_map(Step::Append),
        3 => size().prop_map(Step::AppendAligned),
        2 => size().prop_map(Step::Reserve),
        3 => (0usize..1000, 0usize..1000).prop_map(|(start, length)| Step::Patch(start, length)),
        2 => Just(Step::PatchLast),
    ]
}

/// Bytes that differ from those around them and from those of the next call.
fn pattern(length: usize, seed: &mut u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    *seed += 1;
    let mut bytes = vec![0u8; length];
    for part in bytes.chunks_mut(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        part.copy_from_slice(&state.to_le_bytes()[..part.len()]);
    }
    bytes
}

/// What the file should hold, built without an [`Output`].
#[derive(Default)]
struct Model {
    bytes: Vec<u8>,
    last: (usize, usize),
}

impl Model {
    fn append(&mut self, bytes: &[u8], aligned: bool) -> u64 {
        if aligned {
            self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        }
        self.last = (self.bytes.len(), bytes.len());
        self.bytes.extend_from_slice(bytes);
        self.last.0 as u64
    }

    fn patch(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

fn apply(out: &mut Output<impl Medium>, model: &mut Model, step: &Step, seed: &mut u64) {
    match *step {
        Step::Append(length) => {
            let bytes = pattern(length, seed);
            assert_eq!(out.append(&bytes).unwrap(), model.append(&bytes, false));
        }
        Step::AppendAligned(length) => {
            let bytes = pattern(length, seed);
            assert_eq!(out.append_aligned(&bytes).unwrap(), model.append(&bytes, true));
        }
        Step::Reserve(length) => assert_eq!(out.reserve(length).unwrap(), model.append(&vec![0; length], true)),
        Step::Patch(start, length) => {
            let at = model.bytes.len() * start / 1000;
            let bytes = pattern((model.bytes.len() - at) * length / 1000, seed);
            out.patch(at as u64, &bytes).unwrap();
            model.patch(at, &bytes);
        }
        Step::PatchLast => {
            let bytes = pattern(model.last.1, seed);
            out.patch(model.last.0 as u64, &bytes).unwrap();
            model.patch(model.last.0, &bytes);
        }
    }
    assert_eq!(out.end(), model.bytes.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_writes_gives_the_bytes_of_a_plain_vector(steps in prop::collection::vec(step(), 1..40)) {
        let mut out = Output::new(Cursor::new(Vec::new())).unwrap();
        let (mut model, mut seed) = (Model::default(), 1);
        for step in &steps {
            apply(&mut out, &mut model, step, &mut seed);
        }
        let file = out.finish().unwrap().into_inner();
        // not `assert_eq`: it would print megabytes
        let first = file.iter().zip(&model.bytes).position(|(a, b)| a != b);
        prop_assert!(file == model.bytes, "{} bytes for {}, the first other one at {first:?}", file.len(), model.bytes.len());
    }
}

#[test]
fn a_large_block_stays_behind_the_bytes_that_are_held() {
    let mut out = Output::new(Cursor::new(Vec::new())).unwrap();
    out.append(&[1; 48]).unwrap();
    // together at most what is held: 0.1.0 wrote the second block before the first
    assert_eq!(out.append(&vec![2; HELD / 2]).unwrap(), 48);
    let file = out.finish().unwrap().into_inner();
    assert_eq!((file[0], file[47], file[48], file.len()), (1, 1, 2, 48 + HELD / 2));
}

#[test]
fn bytes_that_are_not_there_cannot_be_replaced() {
    let mut out = Output::new(Cursor::new(Vec::new())).unwrap();
    out.append(&[1; 10]).unwrap();
    for (address, length) in [(8, 3), (11, 0), (u64::MAX, 2)] {
        assert_eq!(out.patch(address, &vec![0; length]).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
    assert_eq!(out.finish().unwrap().into_inner(), [1; 10]);
}

/// A file that takes a number of bytes, and then fails once.
struct Full {
    left: usize,
    failed: bool,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.left);
        if taken == 0 && !bytes.is_empty() && !self.failed {
            self.failed = true;
            self.left = usize::MAX;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.left -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Full {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl Seek for Full {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(0)
    }
}

#[test]
fn a_file_that_failed_once_is_never_finished() {
    let mut out = Output::new(Full { left: 1000, failed: false }).unwrap();
    assert_eq!(out.append(&vec![1; HELD]).unwrap_err().kind(), io::ErrorKind::StorageFull);
    // the disk has room again, but what it holds is cut in the middle
    assert!(out.append(&vec![1; HELD]).is_err());
    assert!(out.finish().is_err());
}

/// A file that puts one byte elsewhere than it says.
struct Faulty(Cursor<Vec<u8>>);

impl Write for Faulty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let at = self.0.position() as usize;
        let taken = self.0.write(bytes)?;
        if let Some(pair) = self.0.get_mut().get_mut(at..at + 2) {
            pair.swap(0, 1);
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Faulty {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}

impl Seek for Faulty {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_file_that_holds_other_bytes_than_were_written_is_refused() {
    let mut out = Output::new(Faulty(Cursor::new(Vec::new()))).unwrap();
    out.append(&[3, 1, 4, 1, 5]).unwrap();
    assert_eq!(out.finish().map(|_| ()).unwrap_err().kind(), io::ErrorKind::InvalidData);
}
