//! What a tenant may use: plans are rows of the platform, so an operator changes them without a new version.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::{Tenants, store};

/// One plan that can be sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub name: String,
    pub label: String,
    pub limits: Limits,
    /// What it has besides; `None` is everything.
    pub features: Option<Vec<String>>,
}

/// The most that a tenant may use; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    pub requests_per_minute: Option<u32>,
    pub requests_per_day: Option<u64>,
    /// Of all objects, people apart, those in the recycle bin among them.
    pub records: Option<u64>,
    /// Active people.
    pub users: Option<u64>,
    /// Sandboxes at a time.
    pub sandboxes: Option<u64>,
    /// Requests at once, on each node.
    pub connections: Option<u32>,
    /// Of all tables, with their indexes and the audit log.
    pub storage_bytes: Option<u64>,
    /// Imports, and copies of the tenant, that wait or are made at a time.
    pub jobs: Option<u64>,
}

impl Tenants {
    /// All plans, the smallest first.
    pub async fn list_plans(&self) -> Result<Vec<Plan>> {
        Ok(store::plans::load_all(self.pool()).await?)
    }

    /// The plan called `name`.
    pub async fn find_plan(&self, name: &str) -> Result<Plan> {
        self.list_plans().await?.into_iter().find(|plan| plan.name == name).ok_or(Error::Plan)
    }
}
