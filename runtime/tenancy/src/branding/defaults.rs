//! How a reseller's tenants look where they say nothing themselves, field by field. Nothing of it is stored with a tenant:
//! what is set or taken back holds for all of them at once, those that are made later too.

use chrono::{DateTime, Utc};
use engine::Tenant;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Branding;
use crate::error::{Error, Result};
use crate::events::{By, note};
use crate::{Tenants, store};

/// What a tenant says of its looks, and what its reseller says for where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Looks {
    #[serde(flatten)]
    pub own: Branding,
    pub defaults: Branding,
}

/// What a tenant looks like in the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worn {
    pub branding: Branding,
    /// Since when the tenant's own part is as it is, and the reseller's, in microseconds; 0 of a part of which nothing shows:
    /// what was set and taken away again looks as never set.
    pub version: (i64, i64),
}

/// Either part as it is stored, and since when.
pub(crate) type Part = (Branding, Option<DateTime<Utc>>);

impl Tenants {
    /// What the tenant has set, and what its reseller has set for it.
    pub async fn looks(&self, tenant: &Tenant) -> Result<Looks> {
        let ((own, _), (defaults, _)) = store::branding::load_both(self.pool(), tenant.id).await?;
        Ok(Looks { own, defaults })
    }

    /// What its people see.
    pub async fn worn(&self, tenant: &Tenant) -> Result<Worn> {
        let (own, defaults) = store::branding::load_both(self.pool(), tenant.id).await?;
        Ok(Worn::of(own, defaults))
    }

    /// Which version of that it is, for who has it already: nothing of it is loaded but what is small.
    pub async fn worn_version(&self, tenant: &Tenant) -> Result<(i64, i64)> {
        let (own, defaults) = store::branding::load_both_bare(self.pool(), tenant.id).await?;
        Ok(Worn::of(own, defaults).version)
    }

    /// What a reseller has set for its tenants.
    pub async fn branding_defaults(&self, reseller: Uuid) -> Result<Branding> {
        Ok(store::branding::load_defaults(self.pool(), reseller).await?)
    }

    /// Sets all of it; what the document does not name is as Trellis has it. All problems at once.
    pub async fn put_branding_defaults(
        &self,
        reseller: Uuid,
        document: &Map<String, Json>,
    ) -> Result<Branding> {
        let branding = Branding::read(document).map_err(Error::Invalid)?;
        let mut held = self.pool().begin().await?;
        let before = store::branding::lock_defaults(&mut held, reseller).await?;
        if before != branding {
            store::branding::put_defaults(&mut held, reseller, &branding, Utc::now()).await?;
            noted(&mut held, reseller, "branding_changed", (&before, &branding)).await?;
        }
        held.commit().await?;
        Ok(branding)
    }

    /// Takes all of it back.
    pub async fn delete_branding_defaults(&self, reseller: Uuid) -> Result<()> {
        let mut held = self.pool().begin().await?;
        let before = store::branding::lock_defaults(&mut held, reseller).await?;
        store::branding::delete_defaults(&mut held, reseller).await?;
        if before != Branding::default() {
            noted(&mut held, reseller, "branding_removed", (&before, &Branding::default())).await?;
        }
        Ok(held.commit().await?)
    }
}

async fn noted(
    held: &mut PgConnection,
    reseller: Uuid,
    action: &str,
    (before, after): (&Branding, &Branding),
) -> Result<()> {
    note(held, Some(reseller), (By::Reseller, action, &before.differences(after))).await
}

impl Worn {
    fn of((own, own_since): Part, (defaults, defaults_since): Part) -> Self {
        let branding = Branding {
            name: own.name.clone().or(defaults.name),
            accent: own.accent.clone().or(defaults.accent),
            logo: own.logo.clone().or(defaults.logo),
        };
        let micros = |since: Option<DateTime<Utc>>, shows: bool| {
            since.filter(|_| shows).map_or(0, |since| since.timestamp_micros())
        };
        let version =
            (micros(own_since, own != Branding::default()), micros(defaults_since, branding != own));
        Self { branding, version }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: Option<&str>, accent: Option<&str>, micros: i64) -> Part {
        let branding = Branding { name: name.map(Into::into), accent: accent.map(Into::into), logo: None };
        (branding, DateTime::from_timestamp_micros(micros))
    }

    #[test]
    fn what_the_tenant_says_counts_field_by_field() {
        let worn = Worn::of(part(Some("Acme"), None, 1), part(Some("Shop"), Some("#0f766e"), 2));
        assert_eq!(worn.branding, part(Some("Acme"), Some("#0f766e"), 0).0);
        assert_eq!(worn.version, (1, 2));
    }

    #[test]
    fn a_part_of_which_nothing_shows_has_no_version() {
        let shop = || part(Some("Shop"), None, 2);
        assert_eq!(Worn::of(part(None, None, 1), shop()).version, (0, 2));
        assert_eq!(Worn::of(part(Some("Acme"), None, 1), shop()).version, (1, 0));
        assert_eq!(Worn::of(part(None, None, 1), part(None, None, 2)), Worn::default());
    }
}
