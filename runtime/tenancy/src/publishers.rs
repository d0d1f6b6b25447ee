//! Whose packages are believed: the keys of publishers that an operator trusts, for all tenants. What is signed and how is
//! `engine::packages::shipped`.

use chrono::{DateTime, Utc};
use engine::audit::chain::Hex;

use crate::error::{Error, Result};
use crate::tenants::check_name;
use crate::{Tenants, store};

/// Bytes of a public key.
const KEY: usize = 32;

/// One publisher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publisher {
    pub name: String,
    pub key: Hex,
    pub trusted_at: DateTime<Utc>,
}

impl Tenants {
    /// Trusts a publisher from now on. A name and a key are had once.
    pub async fn trust_publisher(&self, name: &str, key: &Hex) -> Result<()> {
        let name = name.trim();
        check_name(name).map_err(|_| Error::Publisher)?;
        let fits = key.0.len() == KEY;
        let made = fits && store::publishers::insert(self.pool(), name, &key.0, Utc::now()).await?;
        if made { Ok(()) } else { Err(Error::Publisher) }
    }

    /// Trusts a publisher no longer; what is installed stays.
    pub async fn distrust_publisher(&self, name: &str) -> Result<()> {
        let gone = store::publishers::delete(self.pool(), name.trim()).await?;
        if gone { Ok(()) } else { Err(Error::NoPublisher) }
    }

    /// All of them by name.
    pub async fn list_publishers(&self) -> Result<Vec<Publisher>> {
        let rows = store::publishers::load_all(self.pool()).await?;
        let publisher = |(name, key, trusted_at)| Publisher { name, key: Hex(key), trusted_at };
        Ok(rows.into_iter().map(publisher).collect())
    }
}
