//! What a tenant may use besides limits: all of it without a plan, what its plan says, and otherwise where somebody said so
//! for this tenant. No matter of security is among them: what keeps people safe is everybody's.
//!
//! It is asked of the database each time, so that a change holds for the next request on every node.

use std::collections::{BTreeMap, HashMap};

use engine::Tenant;
use serde_json::{Map, Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Event};
use crate::tenants::Listed;
use crate::{Tenants, store};

/// The closed list of what can be had or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Looks of its own.
    Branding,
    /// Hosts of its own.
    Domains,
    /// Tools for language models.
    Mcp,
    /// Copies to try things in.
    Sandboxes,
}

impl Feature {
    pub const ALL: [Self; 4] = [Self::Branding, Self::Domains, Self::Mcp, Self::Sandboxes];

    /// The word that people and programs read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Branding => "branding",
            Self::Domains => "domains",
            Self::Mcp => "mcp",
            Self::Sandboxes => "sandboxes",
        }
    }

    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.word() == word)
    }
}

/// What a tenant has of them, and where somebody said otherwise than its plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    pub enabled: BTreeMap<Feature, bool>,
    pub overrides: BTreeMap<Feature, bool>,
}

impl Features {
    fn of((_, plan, on, off): store::features::Row) -> Self {
        let said = |words: &[String], feature: Feature| words.iter().any(|word| word == feature.word());
        let mut features = Self { enabled: BTreeMap::new(), overrides: BTreeMap::new() };
        for feature in Feature::ALL {
            let otherwise =
                if said(&on, feature) { Some(true) } else { said(&off, feature).then_some(false) };
            features.overrides.extend(otherwise.map(|enabled| (feature, enabled)));
            let by_plan = plan.as_ref().is_none_or(|plan| said(plan, feature));
            features.enabled.insert(feature, otherwise.unwrap_or(by_plan));
        }
        features
    }

    pub fn has(&self, feature: Feature) -> bool {
        self.enabled.get(&feature).copied().unwrap_or_default()
    }
}

/// By their words.
pub fn shown(features: &BTreeMap<Feature, bool>) -> Json {
    Json::Object(features.iter().map(|(feature, enabled)| (feature.word().into(), json!(enabled))).collect())
}

impl Tenants {
    /// What these tenants have.
    pub async fn features_of(&self, tenants: &[Uuid]) -> Result<HashMap<Uuid, Features>> {
        let rows = store::features::load(self.pool(), tenants).await?;
        Ok(rows.into_iter().map(|row| (row.0, Features::of(row))).collect())
    }

    /// What one has.
    pub async fn features(&self, tenant: &Tenant) -> Result<Features> {
        self.features_of(&[tenant.id]).await?.remove(&tenant.id).ok_or(Error::NotFound)
    }

    /// Refuses what the tenant does not have.
    pub async fn require_feature(&self, tenant: &Tenant, feature: Feature) -> Result<()> {
        if self.features(tenant).await?.has(feature) { Ok(()) } else { Err(Error::Off(feature)) }
    }

    /// Says otherwise than the plan of one tenant, whose row is held; `None` is as the plan says again.
    pub(crate) async fn say_features(
        &self,
        held: &mut PgConnection,
        listed: &Listed,
        (said, by): (&BTreeMap<Feature, Option<bool>>, By),
    ) -> Result<()> {
        let row = store::features::load(&mut *held, &[listed.tenant.id]).await?.pop();
        let before = Features::of(row.ok_or(Error::NotFound)?);
        let mut changed = Map::new();
        for (feature, enabled) in said {
            store::features::put(held, (listed.tenant.id, feature.word()), *enabled).await?;
            let was = before.overrides.get(feature).copied();
            if was != *enabled {
                changed.insert(feature.word().into(), json!([was, enabled]));
            }
        }
        if !changed.is_empty() {
            let details = json!({ "features": changed });
            Event::new(listed.tenant.id, by, "changed").with(details).put(held).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_tenant_counts_more_than_its_plan() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let id = Uuid::nil();
        let all = Features::of((id, None, vec![], words(&["mcp"])));
        assert_eq!(Feature::ALL.map(|one| all.has(one)), [true, true, false, true]);
        let some =
            Features::of((id, Some(words(&["domains", "of_another_version"])), words(&["mcp"]), vec![]));
        assert_eq!(Feature::ALL.map(|one| some.has(one)), [false, true, true, false]);
        assert_eq!(shown(&some.overrides), json!({ "mcp": true }));
    }
}
