//! The Earthdata login.

use std::path::{Path, PathBuf};

use netrc::Netrc;
use url::Url;

use super::daac::Daac;
use super::secret::Secret;
use crate::{IoError, Result};

/// NASA's place to log in.
const LOGIN_ADDRESS: &str = "https://urs.earthdata.nasa.gov";

/// How NASA's data are reached.
#[derive(Clone, Debug)]
pub struct Earthdata {
    /// The login; `None`: that of the environment, looked for when it is first needed.
    pub login: Option<EarthdataLogin>,
    /// Where one logs in; the only place that a password is sent to.
    pub login_address: String,
    /// Those who give keys for buckets; the first that has a bucket gives its keys.
    pub daacs: Vec<Daac>,
    /// Web servers behind the login: what their names end in.
    pub hosts: Vec<String>,
}

impl Default for Earthdata {
    fn default() -> Self {
        Self {
            login: None,
            login_address: LOGIN_ADDRESS.to_owned(),
            daacs: Daac::known(),
            hosts: [".earthdata.nasa.gov", ".earthdatacloud.nasa.gov"].map(str::to_owned).to_vec(),
        }
    }
}

impl Earthdata {
    /// The centre that a bucket belongs to.
    #[must_use]
    pub fn daac_of(&self, bucket: &str) -> Option<&Daac> {
        self.daacs.iter().find(|daac| daac.has(bucket))
    }

    /// Whether a web address is behind the login. Nothing of a login is sent without TLS, but within this machine.
    pub(crate) fn covers(&self, url: &Url) -> bool {
        let is_private = url.scheme() == "https" || matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        is_private && url.host_str().is_some_and(|host| self.hosts.iter().any(|end| host.ends_with(end.as_str())))
    }

    /// The login that is given, or that of the environment.
    ///
    /// # Errors
    /// As [`EarthdataLogin::find`].
    pub(crate) fn login(&self) -> Result<Option<EarthdataLogin>> {
        match &self.login {
            Some(login) => Ok(Some(login.clone())),
            None => EarthdataLogin::find(),
        }
    }
}

/// An Earthdata login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EarthdataLogin {
    /// A token that was made on the login's page.
    Token(Secret),
    /// A name and its password.
    Password {
        /// The name.
        user: String,
        /// The password.
        password: Secret,
    },
}

impl EarthdataLogin {
    /// Looks for a login: `EARTHDATA_TOKEN`, then `EARTHDATA_USERNAME` with `EARTHDATA_PASSWORD`, then the line of
    /// `urs.earthdata.nasa.gov` in the file of `NETRC` or `~/.netrc`.
    ///
    /// # Errors
    /// A `.netrc` that cannot be read or understood; a name without its password.
    pub fn find() -> Result<Option<Self>> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        if let Some(token) = set("EARTHDATA_TOKEN") {
            return Ok(Some(Self::Token(Secret::new(token.trim()))));
        }
        match (set("EARTHDATA_USERNAME"), set("EARTHDATA_PASSWORD")) {
            (Some(user), Some(password)) => {
                return Ok(Some(Self::Password { user, password: Secret::new(password) }));
            }
            (None, None) => {}
            _ => {
                let reason = "set both EARTHDATA_USERNAME and EARTHDATA_PASSWORD".to_owned();
                return Err(IoError::Denied { location: "the Earthdata login".to_owned(), reason });
            }
        }
        let home = || set("HOME").map(|home| PathBuf::from(home).join(".netrc"));
        match set("NETRC").map(PathBuf::from).or_else(home).filter(|path| path.exists()) {
            Some(path) => Self::of_netrc(&path, "urs.earthdata.nasa.gov"),
            None => Ok(None),
        }
    }

    /// The login of a machine in a `.netrc` file; `None` where it has none.
    ///
    /// # Errors
    /// A file that cannot be read or understood; what it says is not repeated.
    pub fn of_netrc(path: &Path, machine: &str) -> Result<Option<Self>> {
        let location = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| IoError::Io {
            action: "reading",
            location: location.clone(),
            source,
        })?;
        let parsed: Netrc = text.parse().map_err(|_| IoError::Damaged {
            location: location.clone(),
            reason: "it is no netrc file; a line is `machine urs.earthdata.nasa.gov login NAME password PASSWORD`"
                .to_owned(),
        })?;
        let of_machine = parsed.hosts.get(machine).filter(|entry| !entry.login.is_empty());
        Ok(of_machine
            .map(|entry| Self::Password { user: entry.login.clone(), password: Secret::new(entry.password.clone()) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_of_netrc_is_that_of_its_machine() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".netrc");
        let text = "# mine\nmachine example.org login x password y\n\
                    machine urs.earthdata.nasa.gov\n  login ada\n  password lo#ve/l@ce\n";
        std::fs::write(&path, text).unwrap();
        let found = EarthdataLogin::of_netrc(&path, "urs.earthdata.nasa.gov").unwrap();
        let password = Secret::new("lo#ve/l@ce");
        assert_eq!(found, Some(EarthdataLogin::Password { user: "ada".to_owned(), password }));
        assert_eq!(EarthdataLogin::of_netrc(&path, "uat.urs.earthdata.nasa.gov").unwrap(), None);
        std::fs::write(&path, "machine urs.earthdata.nasa.gov secretword").unwrap();
        let error = EarthdataLogin::of_netrc(&path, "x").unwrap_err().to_string();
        assert!(error.contains("netrc") && !error.contains("secretword"), "{error}");
    }

    #[test]
    fn buckets_and_hosts_have_their_centres() {
        let earthdata = Earthdata::default();
        assert_eq!(earthdata.daac_of("gesdisc-cumulus-prod-protected").map(|d| d.name.as_str()), Some("GES DISC"));
        assert_eq!(earthdata.daac_of("podaac-ops-cumulus-protected").map(|d| d.name.as_str()), Some("PO.DAAC"));
        assert!(earthdata.daac_of("my-own").is_none());
        let covers = |text| earthdata.covers(&Url::parse(text).unwrap());
        assert!(covers("https://data.gesdisc.earthdata.nasa.gov/x.nc4"));
        assert!(!covers("http://data.gesdisc.earthdata.nasa.gov/x.nc4"));
        assert!(!covers("https://earthdata.nasa.gov.example.org/x") && !covers("https://example.org/"));
    }
}
