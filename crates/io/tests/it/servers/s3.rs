//! The testkit's S3 server with what this crate needs to reach it.

use std::ops::Deref;

use eventscape_io::stores::{S3Keys, Secret, StoreOptions, Stores};
use eventscape_testkit::s3::{ACCESS_KEY, SECRET_KEY};

pub(crate) struct S3Server(eventscape_testkit::s3::S3Server);

impl Deref for S3Server {
    type Target = eventscape_testkit::s3::S3Server;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl S3Server {
    pub(crate) fn start() -> Self {
        Self(eventscape_testkit::s3::S3Server::start())
    }

    /// A server that takes temporary credentials only.
    pub(crate) fn start_with_token() -> Self {
        Self(eventscape_testkit::s3::S3Server::start_with_token())
    }

    /// Options with the right keys.
    pub(crate) fn options(&self) -> StoreOptions {
        let mut options = super::impatient();
        options.endpoint = Some(self.endpoint().to_owned());
        options.region = Some("us-east-1".to_owned());
        options.anonymous = Some(false);
        options.keys = Some(keys(ACCESS_KEY, SECRET_KEY, None));
        options
    }

    pub(crate) fn stores(&self) -> Stores {
        Stores::new(self.options())
    }
}

pub(crate) fn keys(id: &str, secret: &str, token: Option<&str>) -> S3Keys {
    S3Keys {
        access_key_id: Secret::new(id),
        secret_access_key: Secret::new(secret),
        session_token: token.map(Secret::new),
    }
}
