//! Object headers, version 2: a checked list of messages that says what an object is.

use crate::write::WriteError;

/// A header in the making. The order of attributes is tracked, as netCDF does, so that readers list them as written.
pub(crate) struct ObjectHeader {
    messages: Vec<u8>,
    attributes: u16,
}

/// A message never changes once written.
const CONSTANT: u8 = 1;
/// A message is never shared.
const NOT_SHARED: u8 = 4;

impl ObjectHeader {
    pub(crate) fn new() -> Self {
        Self { messages: Vec::new(), attributes: 0 }
    }

    /// Adds a message.
    pub(crate) fn push(&mut self, message: Message) -> Result<(), WriteError> {
        let Message { kind, body } = message;
        let size = u16::try_from(body.len()).map_err(|_| {
            WriteError::Unrepresentable(format!(
                "a header message of {} bytes does not fit into HDF5, which holds 65535; shorten the attribute",
                body.len()
            ))
        })?;
        let flags = match kind {
            MessageKind::Datatype | MessageKind::FillValue | MessageKind::GroupInfo | MessageKind::Filters => CONSTANT,
            MessageKind::AttributeInfo => NOT_SHARED,
            _ => 0,
        };
        let order = if kind == MessageKind::Attribute {
            self.attributes += 1;
            self.attributes - 1
        } else {
            0
        };
        self.messages.push(kind as u8);
        self.messages.extend_from_slice(&size.to_le_bytes());
        self.messages.push(flags);
        self.messages.extend_from_slice(&order.to_le_bytes());
        self.messages.extend_from_slice(&body);
        Ok(())
    }

    /// The header's bytes.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.messages.len() + 16);
        // version 2; the order of attributes is tracked and indexed; the size takes four bytes
        bytes.extend_from_slice(b"OHDR\x02\x0e");
        bytes.extend_from_slice(&(self.messages.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&self.messages);
        bytes.extend_from_slice(&hdf5_core::jenkins_lookup3(&bytes).to_le_bytes());
        bytes
    }
}

/// A header message.
pub(crate) struct Message {
    pub(super) kind: MessageKind,
    pub(super) body: Vec<u8>,
}

/// The message types that we write, with their numbers in the format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum MessageKind {
    Dataspace = 0x01,
    LinkInfo = 0x02,
    Datatype = 0x03,
    FillValue = 0x05,
    Link = 0x06,
    Layout = 0x08,
    GroupInfo = 0x0a,
    Filters = 0x0b,
    Attribute = 0x0c,
    SymbolTable = 0x11,
    AttributeInfo = 0x15,
}
