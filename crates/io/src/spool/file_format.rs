//! The frame of a spool file.
//!
//! | part | bytes |
//! |---|---|
//! | magic `EVSPOOL\0`, version (2), length of the caller's header | 8, u32, u32 |
//! | the caller's header, CRC-32 of all before | n, u32 |
//! | for each scene: `SCN1`, CRC-32 of the record, length of the record, the record | 4, u32, u64, n |
//! | for each scene: where its frame starts, length of its record, microseconds, calendar | u64, u64, i64, u8 |
//! | number of scenes, where the index starts, CRC-32 of index and these two, magic `EVSPEND\0` | u64, u64, u32, 8 |
//!
//! Without the end (from the index on) a file is unfinished: it holds the scenes up to the first frame that is not whole.

use eventscape_core::Timestamp;

use crate::encoding::{Cursor, calendar_code, calendar_of};

const MAGIC: &[u8; 8] = b"EVSPOOL\0";
const END: &[u8; 8] = b"EVSPEND\0";
const SCENE: &[u8; 4] = b"SCN1";
const VERSION: u32 = 2;

/// Bytes before a record.
pub(super) const FRAME: usize = 16;
/// Bytes of the file's beginning that tell how long the header is.
pub(super) const PREFIX: usize = 16;
/// Bytes of the file's end that tell where the index is.
pub(super) const TRAILER: usize = 28;
const ENTRY: usize = 25;

/// Where a scene is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    /// Where its frame starts.
    pub(super) start: u64,
    /// Length of its record.
    pub(super) len: u64,
    pub(super) time: Timestamp,
}

impl Entry {
    pub(super) fn end(&self) -> u64 {
        self.start.saturating_add(FRAME as u64).saturating_add(self.len)
    }
}

/// The beginning of a file; `None` where the header is too long.
pub(super) fn beginning(header: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(PREFIX + header.len() + 4);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(header.len()).ok()?.to_le_bytes());
    bytes.extend_from_slice(header);
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    Some(bytes)
}

/// Length of the beginning, told by its first bytes.
pub(super) fn beginning_len(prefix: &[u8]) -> Option<u64> {
    let mut cursor = Cursor::new(prefix);
    let sound = cursor.take(8).ok()? == MAGIC && cursor.u32().ok()? == VERSION;
    let len = cursor.u32().ok()?;
    sound.then_some(PREFIX as u64 + u64::from(len) + 4)
}

/// The caller's header out of a whole beginning.
pub(super) fn header_of(beginning: &[u8]) -> Option<&[u8]> {
    let (body, crc) = beginning.split_last_chunk::<4>()?;
    (crc32fast::hash(body) == u32::from_le_bytes(*crc)).then(|| body.get(PREFIX..))?
}

/// Room for the frame of the record that is appended next.
pub(super) fn open_frame(out: &mut Vec<u8>) -> usize {
    let at = out.len();
    out.extend_from_slice(&[0; FRAME]);
    at
}

/// Fills the frame that was opened at `at`.
pub(super) fn close_frame(out: &mut [u8], at: usize) {
    if let Some((frame, record)) = out.get_mut(at..).and_then(|rest| rest.split_at_mut_checked(FRAME)) {
        let (crc, len) = (crc32fast::hash(record), record.len() as u64);
        frame[..4].copy_from_slice(SCENE);
        frame[4..8].copy_from_slice(&crc.to_le_bytes());
        frame[8..].copy_from_slice(&len.to_le_bytes());
    }
}

/// Checksum and length of the record that follows a frame.
pub(super) fn frame_of(frame: &[u8]) -> Option<(u32, u64)> {
    let mut cursor = Cursor::new(frame);
    let sound = cursor.take(4).ok()? == SCENE;
    let told = (cursor.u32().ok()?, cursor.u64().ok()?);
    sound.then_some(told)
}

/// The record in a whole frame, checked.
pub(super) fn record_of(frame: &[u8]) -> Option<&[u8]> {
    let (crc, len) = frame_of(frame)?;
    let record = frame.get(FRAME..)?;
    (record.len() as u64 == len && crc32fast::hash(record) == crc).then_some(record)
}

/// The index and what follows it.
pub(super) fn end(entries: &[Entry], start: u64) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * ENTRY + TRAILER);
    for entry in entries {
        bytes.extend_from_slice(&entry.start.to_le_bytes());
        bytes.extend_from_slice(&entry.len.to_le_bytes());
        bytes.extend_from_slice(&entry.time.micros().to_le_bytes());
        bytes.push(calendar_code(entry.time.calendar()));
    }
    bytes.extend_from_slice(&(entries.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&start.to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes.extend_from_slice(END);
    bytes
}

/// Where the index starts, told by the last bytes of a file of `len` bytes; `None` where the file is not finished or not
/// sound.
pub(super) fn index_start(trailer: &[u8], len: u64) -> Option<u64> {
    let mut cursor = Cursor::new(trailer);
    let (count, start, _crc) = (cursor.u64().ok()?, cursor.u64().ok()?, cursor.u32().ok()?);
    let sound = cursor.take(8).ok()? == END;
    let index = count.checked_mul(ENTRY as u64)?.checked_add(TRAILER as u64)?;
    (sound && start.checked_add(index)? == len).then_some(start)
}

/// Reads the index: `bytes` are those from its start to the end of the file. Scenes lie one after the other from `first`
/// to the index.
pub(super) fn entries_of(bytes: &[u8], first: u64, index: u64) -> Option<Vec<Entry>> {
    let (body, rest) = bytes.split_at_checked(bytes.len().checked_sub(12)?)?;
    if crc32fast::hash(body) != Cursor::new(rest).u32().ok()? {
        return None;
    }
    let table = body.get(..body.len().checked_sub(16)?)?;
    let mut entries = Vec::with_capacity(table.len() / ENTRY);
    let mut expected = first;
    for entry in table.chunks_exact(ENTRY) {
        let mut cursor = Cursor::new(entry);
        let (start, len, micros) = (cursor.u64().ok()?, cursor.u64().ok()?, cursor.i64().ok()?);
        let entry = Entry { start, len, time: Timestamp::from_micros(calendar_of(cursor.u8().ok()?)?, micros) };
        if start != expected {
            return None;
        }
        expected = entry.end();
        entries.push(entry);
    }
    (expected == index).then_some(entries)
}
