//! One tenant as a folder of files, and back: to keep, to hand over, and to move it to another installation. Ids,
//! owners, links, counters, history and the recycle bin come with it; what is retired does not, but for
//! what the tenant removed of packages.
//!
//! ```text
//! manifest.json                   what it is of, and how many rows each table has
//! metadata/objects/deal.json      one component a file, with its stable id
//! records/deal.ndjson             one record a line, columns as they are stored
//! tables/_counters.ndjson         the tenant's own system tables
//! ```
//! All rows are of one moment; the numbers in them are as exact as PostgreSQL prints them. What belongs to the platform (passwords, plans) is not known here.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use metadata::Problem;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Engine;
use crate::context::Tenant;
use crate::error::{Error, Result};

mod cut;
mod files;
mod load;
mod mask;
mod save;
mod store;

pub use cut::{Cut, Selection};

/// The form of the files; another one is refused.
const FORMAT: u32 = 1;

/// What a folder says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The audit chain is of this tenant: moved under the same id it goes on, under another one it begins anew.
    pub tenant_id: Uuid,
    pub slug: String,
    /// Name for people; filled in by whoever knows it.
    #[serde(default)]
    pub name: Option<String>,
    pub exported_at: DateTime<Utc>,
    pub revision: i64,
    pub next_id: i32,
    /// What the system tables were at; see `schema.rs`.
    pub level: i32,
    /// Rows of each table, by its path in the folder without the ending.
    pub rows: BTreeMap<String, u64>,
}

impl Manifest {
    /// Reads the manifest of a folder.
    pub fn read(folder: &Path) -> Result<Self> {
        let manifest: Self = files::read_json(&folder.join("manifest.json"))?;
        if manifest.format != FORMAT {
            let message = format!("form {} is not known here, only {FORMAT}", manifest.format);
            return Err(damaged("manifest.json", message));
        }
        Ok(manifest)
    }

    /// Writes it last: a folder without one is no archive.
    pub fn write(&self, folder: &Path) -> Result<()> {
        files::write_json(&folder.join("manifest.json"), self)
    }

    /// Records of all objects.
    pub fn records(&self) -> u64 {
        self.rows.iter().filter(|(path, _)| path.starts_with("records/")).map(|(_, rows)| rows).sum()
    }
}

impl Engine {
    /// Writes a tenant into an empty folder, as it is at one moment. The caller writes the manifest.
    pub async fn save_archive(&self, tenant: &Tenant, folder: &Path) -> Result<Manifest> {
        save::run(self, tenant, (folder, &Selection::default())).await
    }

    /// The same of a part of it: an archive like any other, in which nothing points to what is not there.
    pub async fn save_selection(
        &self,
        tenant: &Tenant,
        folder: &Path,
        selection: &Selection,
    ) -> Result<Manifest> {
        save::run(self, tenant, (folder, selection)).await
    }

    /// Makes a tenant's schema of a folder, in one transaction; there must be none yet.
    pub async fn load_archive(&self, tenant: &Tenant, folder: &Path) -> Result<Manifest> {
        let manifest = Manifest::read(folder)?;
        load::run(self, tenant, (folder, &manifest)).await?;
        Ok(manifest)
    }
}

/// A file that is not what it should be.
fn damaged(path: &str, message: impl Into<String>) -> Error {
    Error::Unprocessable(vec![Problem::new(path, "damaged-archive", message)])
}
