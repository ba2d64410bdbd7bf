//! Who we are to others: secrets and where they are kept, the Earthdata login, and the temporary keys of NASA's buckets.
//!
//! [`SecretReference`] names a secret (`env:`, `file:`, `aws:`) and fetches it. [`EarthdataLogin`] is found in the environment or a
//! `.netrc`; with it a [`Daac`] gives keys for its buckets that last an hour, which are renewed before they end and whenever
//! they are refused. Nothing of this is ever shown.

mod daac;
mod earthdata;
mod reference;
mod secret;
mod secrets_manager;
mod session;
mod temporary;

pub use daac::Daac;
pub use earthdata::{Earthdata, EarthdataLogin};
pub use reference::{SecretDocument, SecretReference};
pub use secret::Secret;

pub(crate) use session::Session;
pub(crate) use temporary::TemporaryKeys;
