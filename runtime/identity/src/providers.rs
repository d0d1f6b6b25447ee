//! Providers by which people of a tenant sign in: what its administrators say of them. Whoever says which provider is
//! believed says who anybody is, administrators among them; so nobody but administrators does.

use chrono::{DateTime, SubsecRound as _, Utc};
use engine::Tenant;
use engine::audit::Deed;
use metadata::Problem;
use permissions::ADMINISTRATOR;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::Identity;
use crate::authenticate::Caller;
use crate::error::{Error, Result};
use crate::events::tell;
use crate::oidc::Client;
use crate::sealed::{self, Whose};
use crate::secret::Secret;

pub(crate) mod store;
mod wish;

use wish::{Change, Known};

/// Most providers of a tenant.
const MOST: usize = 20;
/// What stands in the audit log in place of a secret.
const HIDDEN: &str = "••••";

/// What is said of a provider, but for its name and secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderSettings {
    /// On the button: "Continue with …".
    pub label: String,
    /// As the provider calls itself, to the letter.
    pub issuer: String,
    pub client_id: String,
    pub scopes: Vec<String>,
    /// The claim that names groups; `a.b` is `b` within `a`.
    pub groups_claim: Option<String>,
    pub mappings: Vec<Mapping>,
    /// Whether people who have no account get one.
    pub create_users: bool,
    /// What a new person is whom no group gives a role; without one nobody comes in.
    pub default_role: Option<String>,
    /// Domains that addresses must be of; none is any.
    pub email_domains: Vec<String>,
    /// Addresses that the provider does not say anything about count as checked: all of them are given by one's own house.
    pub trust_email: bool,
    /// Values of `acr` that mean a second factor, beside `mfa` in `amr`.
    pub strong_acr: Vec<String>,
    /// Whether who signs out here is sent to sign out there.
    pub sign_out: bool,
    pub active: bool,
}

/// What membership of a group gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    pub group: String,
    pub roles: Vec<String>,
    pub teams: Vec<String>,
}

impl Default for ProviderSettings {
    fn default() -> Self {
        Self {
            label: String::new(),
            issuer: String::new(),
            client_id: String::new(),
            scopes: ["openid", "email", "profile"].map(str::to_owned).into(),
            groups_claim: None,
            mappings: Vec::new(),
            create_users: false,
            default_role: None,
            email_domains: Vec::new(),
            trust_email: false,
            strong_acr: Vec::new(),
            sign_out: true,
            active: true,
        }
    }
}

impl ProviderSettings {
    /// Whether groups say who administers the tenant.
    pub(crate) fn rules(&self) -> bool {
        self.mappings.iter().any(|mapping| mapping.roles.iter().any(|role| role == ADMINISTRATOR))
    }
}

/// A provider as it is shown. The secret is not.
#[derive(Clone, Debug, Serialize)]
pub struct Provider {
    #[serde(skip)]
    pub id: Uuid,
    pub name: String,
    #[serde(flatten)]
    pub settings: ProviderSettings,
    pub has_secret: bool,
    /// What the provider must be told.
    pub redirect_uri: String,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
}

/// What is told of a provider before one signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    pub name: String,
    pub label: String,
}

/// What came of asking a provider for its description.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    pub ok: bool,
    /// What is wrong, or may be.
    pub findings: Vec<String>,
    pub authorization_endpoint: Option<String>,
    pub token_endpoint: Option<String>,
    pub end_session_endpoint: Option<String>,
    /// Keys that can sign for us.
    pub keys: usize,
}

impl Identity {
    /// The ways to sign in that are told to everybody.
    pub async fn list_buttons(&self, tenant: &Tenant) -> Result<Vec<Button>> {
        let rows = store::list(&self.pool, tenant.id).await?.into_iter().filter(|row| row.settings.active);
        Ok(rows.map(|row| Button { name: row.name, label: row.settings.label }).collect())
    }

    /// All of them, for those who set them.
    pub async fn list_providers(&self, tenant: &Tenant) -> Result<Vec<Provider>> {
        let rows = store::list(&self.pool, tenant.id).await?;
        Ok(rows.into_iter().map(|row| self.shown(tenant, row)).collect())
    }

    /// One of them.
    pub async fn find_provider(&self, tenant: &Tenant, name: &str) -> Result<Provider> {
        let row = store::find(&self.pool, (tenant.id, name)).await?.ok_or(Error::NotFound)?;
        Ok(self.shown(tenant, row))
    }

    /// A new one; all problems at once.
    pub async fn create_provider(&self, caller: &Caller, wish: &Json) -> Result<Provider> {
        self.require_trust(caller).await?;
        let tenant = &caller.tenant;
        let known = self.known_places(tenant, wish).await?;
        let mut change = Change::of(ProviderSettings::default());
        let problems = change.read_new(wish, &known, |issuer| self.check_issuer_text(issuer));
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if store::list(&self.pool, tenant.id).await?.len() >= MOST {
            return Err(Error::Exists("a tenant has at most 20 providers"));
        }
        let (id, now) = (Uuid::now_v7(), self.moment());
        let secret = self.seal_secret(tenant, id, change.secret.as_ref().and_then(Option::as_ref)).await?;
        let row = store::Row {
            id,
            name: change.name.unwrap_or_default(),
            settings: change.settings,
            secret,
            created_at: now,
            changed_at: now,
        };
        let event = self.event(Deed::SettingsChanged, "sign_in_provider").about(id);
        let event = event.with(differences(None, Some(&row)));
        let (pool, own_tenant, new) = (self.pool.clone(), tenant.clone(), row.clone());
        let work = async move {
            let mut transaction = pool.begin().await?;
            if !store::insert(&mut transaction, own_tenant.id, &new).await? {
                let taken = Problem::new("name", "taken", "there is a provider of this name already");
                return Err(Error::Invalid(vec![taken]));
            }
            tell(&mut transaction, &own_tenant, event).await?;
            Ok(transaction.commit().await?)
        };
        self.change(tenant, work).await?;
        Ok(self.shown(tenant, row))
    }

    /// Changes what is named. One that is put out of use ends the sessions that came by it.
    pub async fn change_provider(&self, caller: &Caller, name: &str, patch: &Json) -> Result<Provider> {
        let tenant = &caller.tenant;
        let before = store::find(&self.pool, (tenant.id, name)).await?.ok_or(Error::NotFound)?;
        self.require_trust(caller).await?;
        let known = self.known_places(tenant, patch).await?;
        let mut change = Change::of(before.settings.clone());
        let problems = change.read_patch(patch, &known, |issuer| self.check_issuer_text(issuer));
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let secret = match &change.secret {
            None => before.secret.clone(),
            Some(new) => self.seal_secret(tenant, before.id, new.as_ref()).await?,
        };
        let after =
            store::Row { settings: change.settings, secret, changed_at: self.moment(), ..before.clone() };
        let event = self.event(Deed::SettingsChanged, "sign_in_provider").about(before.id);
        let event = event.with(differences(Some(&before), Some(&after)));
        let (pool, own_tenant, new) = (self.pool.clone(), tenant.clone(), after.clone());
        let work = async move {
            let mut transaction = pool.begin().await?;
            // Of two who change it at once the second one is told, rather than undoing what the first has set.
            if !store::update(&mut transaction, own_tenant.id, (&new, before.changed_at)).await? {
                return Err(Error::Exists("somebody else has changed this provider meanwhile"));
            }
            if before.settings.active && !new.settings.active {
                store::end_sessions(&mut transaction, (own_tenant.id, new.id)).await?;
            }
            tell(&mut transaction, &own_tenant, event).await?;
            Ok(transaction.commit().await?)
        };
        self.change(tenant, work).await?;
        Ok(self.shown(tenant, after))
    }

    /// Takes one away, with the sessions that came by it. Who is who at its issuer stays known.
    pub async fn delete_provider(&self, caller: &Caller, name: &str) -> Result<()> {
        let tenant = &caller.tenant;
        let row = store::find(&self.pool, (tenant.id, name)).await?.ok_or(Error::NotFound)?;
        self.require_trust(caller).await?;
        let event = self.event(Deed::SettingsChanged, "sign_in_provider").about(row.id);
        let event = event.with(differences(Some(&row), None));
        let (pool, own_tenant) = (self.pool.clone(), tenant.clone());
        let work = async move {
            let mut transaction = pool.begin().await?;
            if !store::delete(&mut transaction, (own_tenant.id, row.id)).await? {
                return Err(Error::NotFound);
            }
            store::end_sessions(&mut transaction, (own_tenant.id, row.id)).await?;
            tell(&mut transaction, &own_tenant, event).await?;
            Ok(transaction.commit().await?)
        };
        self.change(tenant, work).await
    }

    /// Asks a provider what it says of itself, and tells what is wrong with that.
    pub async fn check_provider(&self, tenant: &Tenant, issuer: &str) -> Checked {
        let now = self.clock.now();
        let mut checked = Checked {
            ok: false,
            findings: Vec::new(),
            authorization_endpoint: None,
            token_endpoint: None,
            end_session_endpoint: None,
            keys: 0,
        };
        let described = match self.oidc.describe_anew((tenant.id, issuer), now).await {
            Ok(described) => described,
            Err(error) => {
                checked.findings.push(error.to_string());
                return checked;
            }
        };
        checked.findings.extend(described.doubts().into_iter().map(str::to_owned));
        match self.oidc.count_keys((tenant.id, &described), now).await {
            Ok(keys) => checked.keys = keys,
            Err(error) => checked.findings.push(error.to_string()),
        }
        checked.ok = checked.keys > 0;
        if checked.findings.is_empty() && !checked.ok {
            checked.findings.push("none of its keys can sign by RS256, ES256 or EdDSA".into());
        }
        checked.authorization_endpoint = Some(described.authorization_endpoint.clone());
        checked.token_endpoint = Some(described.token_endpoint.clone());
        checked.end_session_endpoint = described.end_session_endpoint.clone();
        checked
    }

    /// Whom we are to a provider.
    pub(crate) async fn client_of(&self, tenant: &Tenant, row: &store::Row) -> Result<Client> {
        let secret = match &row.secret {
            None => None,
            Some(sealed) => {
                let keys = self.engine.keys(tenant).await?;
                Some(Secret::new(sealed::open(&keys, Whose::Provider(row.id), sealed)?))
            }
        };
        let (issuer, id) = (row.settings.issuer.clone(), row.settings.client_id.clone());
        let redirect = self.redirect_uri(tenant, &row.name);
        Ok(Client { tenant: tenant.id, issuer, id, secret, redirect })
    }

    /// Now, as exactly as the database keeps it.
    fn moment(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    async fn seal_secret(
        &self,
        tenant: &Tenant,
        id: Uuid,
        secret: Option<&Secret>,
    ) -> Result<Option<String>> {
        let Some(secret) = secret else { return Ok(None) };
        let keys = self.engine.keys(tenant).await?;
        Ok(Some(sealed::seal(&keys, Whose::Provider(id), secret.expose())?))
    }

    fn redirect_uri(&self, tenant: &Tenant, name: &str) -> String {
        format!("{}/auth/v1/providers/{name}/callback", self.mail.home(tenant))
    }

    fn shown(&self, tenant: &Tenant, row: store::Row) -> Provider {
        Provider {
            id: row.id,
            redirect_uri: self.redirect_uri(tenant, &row.name),
            name: row.name,
            settings: row.settings,
            has_secret: row.secret.is_some(),
            created_at: row.created_at,
            changed_at: row.changed_at,
        }
    }

    fn check_issuer_text(&self, issuer: &str) -> Option<String> {
        self.oidc.check_issuer(issuer).err().map(|error| error.to_string())
    }

    /// A provider can say that somebody is an administrator.
    async fn require_trust(&self, caller: &Caller) -> Result<()> {
        if caller.is_limited || caller.is_bounded {
            return Err(Error::LimitedKey);
        }
        self.refuse_beyond(caller, (&[ADMINISTRATOR.to_owned()], &[])).await
    }

    /// The roles that there are, and which of the teams that are named are not.
    async fn known_places(&self, tenant: &Tenant, wish: &Json) -> Result<Known> {
        let (snapshot, _) = self.engine.fresh_snapshot(tenant).await?;
        let roles = snapshot.catalog.parts.roles.keys().cloned().collect();
        let mappings = wish["mappings"].as_array().into_iter().flatten();
        let named = mappings.flat_map(|one| one["teams"].as_array().into_iter().flatten());
        let named: Vec<String> = named.filter_map(|name| Some(name.as_str()?.to_owned())).collect();
        let missing_teams =
            if named.is_empty() { Vec::new() } else { self.engine.unknown_teams(tenant, &named).await? };
        Ok(Known { roles, missing_teams })
    }
}

/// `{"label": ["Old", "New"], …}`, with secrets hidden.
fn differences(before: Option<&store::Row>, after: Option<&store::Row>) -> Json {
    let flat = |row: Option<&store::Row>| -> Map<String, Json> {
        let Some(row) = row else { return Map::new() };
        let mut keys = json!(row.settings).as_object().cloned().unwrap_or_default();
        keys.insert("name".into(), row.name.clone().into());
        keys
    };
    let (old, new) = (flat(before), flat(after));
    let names = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
    let changed = names.filter(|key| old.get(*key) != new.get(*key));
    let mut told: Map<String, Json> =
        changed.map(|key| (key.clone(), json!([old.get(key), new.get(key)]))).collect();
    let secret = |row: Option<&store::Row>| row.and_then(|row| row.secret.clone());
    if secret(before) != secret(after) {
        let hidden = |row: Option<&store::Row>| secret(row).map(|_| HIDDEN);
        told.insert("client_secret".into(), json!([hidden(before), hidden(after)]));
    }
    Json::Object(told)
}
