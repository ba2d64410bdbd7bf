//! Servers that run inside the test process, on free ports of the loopback device.

mod s3;
mod web;

pub(crate) use s3::{S3Server, keys};
pub(crate) use web::{Answer, WebServer};

use std::time::Duration;

use eventscape_io::stores::StoreOptions;

/// Options with which a failing server costs a test little time.
pub(crate) fn impatient() -> StoreOptions {
    let mut options = StoreOptions::default();
    options.connect_timeout = Duration::from_secs(5);
    options.read_timeout = Duration::from_secs(20);
    options.request_timeout = Duration::from_secs(30);
    options.first_pause = Duration::from_millis(1);
    options.retries = 2;
    options
}
