//! The symbol tables of large groups.

use std::io::{Read, Seek};

use super::{Fields, Result, Walk, join};

/// Children of a node and members of a leaf, as we write them.
const CHILDREN: u64 = 32;
const LEAF: u64 = 8;
const ENTRY: u64 = 40;
/// Levels that no table of ours reaches.
const LEVELS: u8 = 8;

impl<F: Read + Seek> Walk<'_, F> {
    /// Visits a group's symbol table; its members wait to be visited.
    pub(super) fn symbol_table(&mut self, path: &str, tree: u64, heap: u64) -> Result<()> {
        let what = format!("the names in {path}");
        self.claim(&what, heap, 32)?;
        let head = self.pages.read(heap, 32)?;
        if !head.starts_with(b"HEAP\0") {
            return Err(format!("at byte {heap}, where {what} should be, is nothing of the kind"));
        }
        let mut fields = Fields(&head[8..]);
        let (length, _, data) = (fields.u64()?, fields.u64()?, fields.u64()?);
        self.claim(&what, data, length)?;
        let names = self.pages.read(data, length)?;
        self.table_node(path, tree, None, &names)
    }

    fn table_node(&mut self, path: &str, address: u64, level: Option<u8>, names: &[u8]) -> Result<()> {
        let size = 24 + (2 * CHILDREN + 1) * 8;
        let what = format!("the index of {path}");
        self.claim(&what, address, size)?;
        let bytes = self.pages.read(address, size)?;
        let mut fields = Fields(&bytes);
        if fields.take(5)? != b"TREE\0" {
            return Err(format!("at byte {address}, where {what} should be, is none"));
        }
        let (own, entries) = (fields.u8()?, fields.u16()?);
        if own > LEVELS || level.is_some_and(|expected| own != expected) || u64::from(entries) > CHILDREN {
            return Err(format!("{what} is not as it should be at byte {address}"));
        }
        fields.take(24)?;
        for _ in 0..entries {
            let child = fields.u64()?;
            fields.take(8)?;
            if own > 0 {
                self.table_node(path, child, Some(own - 1), names)?;
            } else {
                self.leaf(path, child, names)?;
            }
        }
        Ok(())
    }

    fn leaf(&mut self, path: &str, address: u64, names: &[u8]) -> Result<()> {
        let size = 8 + LEAF * ENTRY;
        let what = format!("the members of {path}");
        self.claim(&what, address, size)?;
        let bytes = self.pages.read(address, size)?;
        let mut fields = Fields(&bytes);
        if fields.take(6)? != b"SNOD\x01\0" {
            return Err(format!("at byte {address}, where {what} should be, is nothing of the kind"));
        }
        let members = fields.u16()?;
        if u64::from(members) > LEAF {
            return Err(format!("{what} are not as they should be at byte {address}"));
        }
        for _ in 0..members {
            let (place, child) = (fields.u64()?, fields.u64()?);
            fields.take(24)?;
            let name = usize::try_from(place).ok().and_then(|place| names.get(place..)).unwrap_or_default();
            let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
            if name.is_empty() {
                return Err(format!("a member of {path} has no name"));
            }
            self.waiting.push((join(path, &String::from_utf8_lossy(name)), child));
        }
        Ok(())
    }
}
