//! From a provider's word to a session: a browser is sent there, comes back with a code, and whoever the code proves is
//! let in by the same door as who types a password.
//!
//! What is kept of a sign-in on its way is hashes alone. What it is known by (nonce, verifier) is made of a secret in the
//! browser's cookie, so nobody finishes what another browser began, and nobody who reads the database either.

use chrono::TimeDelta;
use engine::Tenant;
use serde_json::json;
use uuid::Uuid;

use crate::addresses::household;
use crate::error::{ArrivalError, Error, LoginError, ProviderError};
use crate::login::{NewSession, Origin};
use crate::login_history::{Method, Outcome, Reason};
use crate::oidc::Marks;
use crate::oidc::token::Claims;
use crate::providers::{self, ProviderSettings};
use crate::secret::{Secret, hash};
use crate::sessions::Opening;
use crate::{Identity, users};

mod person;
pub(crate) mod store;

/// A sign-in may take so long, at the provider and with a code of the second factor here.
const LIFE: TimeDelta = TimeDelta::minutes(10);
/// Longest wait for what a provider says of signing out.
const PARTING: std::time::Duration = std::time::Duration::from_secs(2);
/// Sign-ins that are begun from one address in an hour.
const PER_HOUR: u32 = 1200;
/// Longest place to go back to, in bytes.
const LONGEST: usize = 2000;

/// A browser on its way to a provider.
#[derive(Debug)]
pub struct Departure {
    /// Where it is sent.
    pub url: String,
    /// What it keeps until it is back.
    pub browser: Secret,
}

/// What a provider sends a browser back with.
#[derive(Clone, Debug, Default)]
pub struct Return {
    /// The provider, as the address says.
    pub provider: String,
    pub state: String,
    pub code: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// Whose answer it is, where the provider says so.
    pub issuer: Option<String>,
}

/// Somebody whom a provider has told, before it is looked whether they may come in.
pub struct Arrival {
    pub tenant: Tenant,
    /// Nobody here has this account, or its address: a person would be made.
    pub is_new: bool,
    /// Their groups may say that they administer the tenant, or no longer do.
    pub is_ruled: bool,
    pub return_to: String,
    provider: providers::store::Row,
    claims: Claims,
}

/// What comes of an arrival.
#[derive(Debug)]
pub enum Admission {
    /// They are in.
    In(NewSession),
    /// A code of their second factor is asked for; the browser keeps this until it is given.
    Code(Secret),
}

/// A sign-in that came to nothing, and where it was to lead.
#[derive(Debug)]
pub struct Refused {
    pub why: ArrivalError,
    /// The tenant's slug and the place, once they are known.
    pub place: Option<(String, String)>,
}

impl From<ArrivalError> for Refused {
    fn from(why: ArrivalError) -> Self {
        Self { why, place: None }
    }
}

impl Identity {
    /// Sends a browser to a provider of the tenant.
    pub async fn leave_for_provider(
        &self,
        tenant: &Tenant,
        (name, return_to): (&str, &str),
        origin: &Origin,
    ) -> Result<Departure, ArrivalError> {
        let now = self.clock.now();
        if let Some(ip) = origin.ip.map(household).filter(|ip| !ip.is_loopback()) {
            let subject = hash(&format!("leaving {} {ip}", tenant.id));
            let rate = self.meters.take(&self.pool, (subject, PER_HOUR), now).await?;
            rate.map_err(ArrivalError::Throttled)?;
        }
        let row = providers::store::find(&self.pool, (tenant.id, name)).await?;
        let row = row.filter(|row| row.settings.active).ok_or(ArrivalError::Unknown)?;
        let (state, browser) = (Secret::new_token(), Secret::new_token());
        let marks = Marks::new(state.expose(), &browser);
        let client = self.client_of(tenant, &row).await?;
        let url =
            self.oidc.departure(&client, (&marks, &row.settings.scopes), now).await.inspect_err(noted)?;
        let flow = store::Flow {
            state: hash(state.expose()),
            browser: hash(browser.expose()),
            tenant: tenant.id,
            provider: row.id,
            return_to: local(return_to),
            user: None,
            expires_at: now + LIFE,
        };
        store::insert(&self.pool, &flow, now).await?;
        Ok(Departure { url, browser })
    }

    /// Takes what a provider sent a browser back with: once, from the browser that was sent there.
    pub async fn arrive(
        &self,
        came: &Return,
        browser: Option<&Secret>,
        origin: &Origin,
    ) -> Result<Arrival, Refused> {
        let browser = browser.ok_or(ArrivalError::Over)?;
        // Gone with the first who brings it, whatever comes of that.
        let taken =
            store::take(&self.pool, hash(&came.state), self.clock.now()).await.map_err(ArrivalError::from)?;
        let (flow, tenant) = taken.ok_or(ArrivalError::Over)?;
        let is_own = flow.user.is_none() && flow.browser == hash(browser.expose());
        if !is_own {
            return Err(ArrivalError::Over.into());
        }
        let place = Some((tenant.slug.clone(), flow.return_to.clone()));
        let refused = |why| Refused { why, place };
        let row = providers::store::find_by_id(&self.pool, (tenant.id, flow.provider)).await;
        let row = match row {
            // Each provider has an address of its own to come back to: another's answer is not taken for its.
            Ok(Some(row)) if row.settings.active && row.name == came.provider => row,
            Ok(_) => return Err(refused(ArrivalError::Over)),
            Err(error) => return Err(refused(error.into())),
        };
        match self.proved(&tenant, &row, (came, browser), origin).await {
            Ok((claims, is_new)) => {
                let is_ruled = row.settings.rules();
                Ok(Arrival { tenant, is_new, is_ruled, return_to: flow.return_to, provider: row, claims })
            }
            Err(why) => {
                self.note_refusal((&tenant, &row), None, (&why, origin)).await.map_err(ArrivalError::from)?;
                Err(refused(why))
            }
        }
    }

    /// Lets somebody in whom a provider has told: finds who they are here, or makes them, and opens a session, or asks
    /// for their second factor. Who is new, or ruled by groups, takes a [`turn`](Self::turn) first.
    pub async fn admit(&self, arrival: Arrival, origin: &Origin) -> Result<Admission, Refused> {
        let Arrival { tenant, provider, claims, return_to, is_new, .. } = arrival;
        let admitted = async {
            // As it is now: the exchange took its time, and it may be set otherwise since.
            let now = providers::store::find_by_id(&self.pool, (tenant.id, provider.id)).await?;
            let provider = now.filter(|now| now.settings.active).ok_or(ArrivalError::Unknown)?;
            if provider.settings.issuer != claims.issuer() {
                return Err(ArrivalError::Over);
            }
            let settings = &provider.settings;
            let user = self.person_of(&tenant, &provider, (&claims, is_new)).await?;
            let has_proved = is_strong(settings, &claims);
            if self.has_second_factor(&tenant, user.id).await? && !has_proved {
                return Ok(Admission::Code(
                    self.await_code((&tenant, &provider), user.id, &return_to).await?,
                ));
            }
            let opening = Opening { provider: Some(provider.id), has_proved, ..Opening::default() };
            let email = user.email.as_deref().unwrap_or_default();
            let door = self.door(&tenant, (email, Method::Provider(&provider.name)), origin.clone()).await?;
            match self.open(&door, user.id, opening).await {
                Err(Error::NotFound) => Err(ArrivalError::Unknown),
                session => Ok(Admission::In(session?)),
            }
        };
        match admitted.await {
            Ok(admission) => Ok(admission),
            Err(why) => {
                let noted =
                    self.note_refusal((&tenant, &provider), claims.text("email"), (&why, origin)).await;
                noted.map_err(ArrivalError::from)?;
                Err(Refused { why, place: Some((tenant.slug, return_to)) })
            }
        }
    }

    /// The same for somebody who was asked for a code. Wrong ones count as those beside a password do.
    pub async fn admit_with_code(
        &self,
        (browser, code): (&Secret, &str),
        origin: &Origin,
    ) -> Result<(NewSession, String), LoginError> {
        let key = hash(browser.expose());
        let found = store::find_waiting(&self.pool, key, self.clock.now()).await?;
        let Some((flow, tenant)) = found else { return Err(LoginError::Wrong) };
        let row = providers::store::find_by_id(&self.pool, (tenant.id, flow.provider)).await?;
        let id = flow.user.unwrap_or_default();
        let user = self.load_user(&tenant, id).await?.filter(|user| user.is_active && user.is_person);
        let (Some(row), Some(user)) = (row.filter(|row| row.settings.active), user) else {
            return Err(LoginError::Wrong);
        };
        let email = user.email.as_deref().unwrap_or_default();
        let door = self.door(&tenant, (email, Method::Provider(&row.name)), origin.clone()).await?;
        self.refuse_address(&door).await?;
        // One after the other, so that a burst of guesses gets no further than a slow row of them.
        self.refuse_locked(&door).await?;
        let _turn = self.turn_of_guesses().await?;
        self.refuse_locked(&door).await?;
        if !self.take_code(&tenant, id, code).await? {
            return Err(self.refuse_code(&door, id).await);
        }
        if store::take(&self.pool, flow.state, self.clock.now()).await?.is_none() {
            return Err(LoginError::Wrong);
        }
        let opening = Opening { provider: Some(row.id), ..Opening::default() };
        match self.open(&door, id, opening).await {
            Err(Error::NotFound) => Err(LoginError::Wrong),
            session => Ok((session?, flow.return_to)),
        }
    }

    /// Where somebody's browser goes to sign out at the provider that let them in, if it is to.
    pub async fn parting(&self, tenant: &Tenant, provider: Uuid) -> Option<String> {
        let found = providers::store::find_by_id(&self.pool, (tenant.id, provider)).await;
        let row = found.ok().flatten().filter(|row| row.settings.sign_out)?;
        let home = format!("{}/sign-in", self.mail.home(tenant));
        let asked = (row.settings.issuer.as_str(), row.settings.client_id.as_str());
        // Signing out here neither fails nor takes long because the provider is away.
        let asking = self.oidc.parting((tenant.id, asked), &home, self.clock.now());
        tokio::time::timeout(PARTING, asking).await.ok()?.inspect_err(noted).ok().flatten()
    }

    /// Where the tenant's people reach us, to the last letter of the host.
    pub fn home(&self, tenant: &Tenant) -> String {
        self.mail.home(tenant)
    }

    async fn proved(
        &self,
        tenant: &Tenant,
        row: &providers::store::Row,
        (came, browser): (&Return, &Secret),
        origin: &Origin,
    ) -> Result<(Claims, bool), ArrivalError> {
        let door = self.door(tenant, ("", Method::Provider(&row.name)), origin.clone()).await?;
        match self.refuse_address(&door).await {
            Err(LoginError::Failed(error)) => return Err(error.into()),
            Err(_) => return Err(ArrivalError::Address),
            Ok(()) => {}
        }
        let (client, now) = (self.client_of(tenant, row).await?, self.clock.now());
        let described = self.oidc.describe((client.tenant, &client.issuer), now).await.inspect_err(noted)?;
        let says_issuer = came.issuer.is_some() || described.says_issuer();
        if says_issuer && came.issuer.as_deref() != Some(client.issuer.as_str()) {
            return Err(ArrivalError::Over);
        }
        let code = came.code.as_deref().filter(|_| came.error.is_none()).ok_or(ArrivalError::Refused)?;
        let marks = Marks::new(&came.state, browser);
        let claims = self.oidc.redeem(&client, (code, &marks), now).await.inspect_err(noted)?;
        let is_new = self.is_new(tenant, &row.settings, &claims).await?;
        Ok((claims, is_new))
    }

    /// Keeps who it is until the code is there.
    async fn await_code(
        &self,
        (tenant, row): (&Tenant, &providers::store::Row),
        user: Uuid,
        return_to: &str,
    ) -> Result<Secret, ArrivalError> {
        let (browser, now) = (Secret::new_token(), self.clock.now());
        let key = hash(browser.expose());
        let flow = store::Flow {
            state: key,
            browser: key,
            tenant: tenant.id,
            provider: row.id,
            return_to: return_to.to_owned(),
            user: Some(user),
            expires_at: now + LIFE,
        };
        store::insert(&self.pool, &flow, now).await?;
        Ok(browser)
    }

    /// Writes down why nobody came in. Addresses that are not among the tenant's were counted already.
    async fn note_refusal(
        &self,
        (tenant, row): (&Tenant, &providers::store::Row),
        email: Option<&str>,
        (why, origin): (&ArrivalError, &Origin),
    ) -> Result<(), Error> {
        if matches!(why, ArrivalError::Address | ArrivalError::Failed(_)) {
            return Ok(());
        }
        let email = email.and_then(users::normalise_email);
        let result = Err(Reason::Provider(why.word()));
        let method = Method::Provider(&row.name);
        self.note_login(tenant, origin, Outcome { user: None, email: email.as_deref(), method, result }).await
    }

    /// Forgets who somebody is at all issuers, so that the next sign-in finds them by their address.
    pub async fn unlink_user_as(&self, caller: &crate::Caller, id: Uuid) -> Result<(), Error> {
        let user = self.load_user(&caller.tenant, id).await?.filter(|user| user.is_person);
        let user = user.ok_or(Error::NotFound)?;
        self.refuse_beyond(caller, (&user.roles, &user.permission_sets)).await?;
        let mut transaction = self.pool.begin().await?;
        let gone = store::unlink(&mut transaction, (caller.tenant.id, id)).await?;
        if !gone.is_empty() {
            let event = self.event(engine::audit::Deed::SettingsChanged, "sign_in_link").about(id);
            let event = event.with(json!({ "issuers": [gone, null] }));
            crate::events::tell(&mut transaction, &caller.tenant, event).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Whether the provider says that more than one thing was shown.
fn is_strong(settings: &ProviderSettings, claims: &Claims) -> bool {
    let acr = claims.text("acr");
    claims.words("amr").contains(&"mfa") || settings.strong_acr.iter().any(|strong| acr == Some(strong))
}

/// A place within these pages; anything else is the first of them.
fn local(text: &str) -> String {
    let first = || "/".to_owned();
    // As a browser would read it, backslashes, tabs and all.
    let Ok(here) = url::Url::parse("https://here.invalid/") else { return first() };
    let Ok(there) = here.join(text) else { return first() };
    let is_here = text.starts_with('/') && text.len() <= LONGEST && there.origin() == here.origin();
    let place = there.as_str().strip_prefix("https://here.invalid").filter(|place| !place.starts_with("//"));
    place.filter(|_| is_here).map_or_else(first, str::to_owned)
}

/// What went wrong with a provider is for whoever runs this, not for whoever signs in.
fn noted(error: &ProviderError) {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    tracing::warn!(error = text, "a provider was not believed");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_here_are_gone_back_to() {
        for (text, place) in [
            ("/", "/"),
            ("/deals?view=open#x", "/deals?view=open#x"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("/\t/evil.example", "/"),
            ("https://evil.example/", "/"),
            ("https:evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("deals", "/"),
            ("", "/"),
            ("/..//evil.example", "/"),
            ("/deals\r\nSet-Cookie: a=b", "/dealsSet-Cookie:%20a=b"),
        ] {
            assert_eq!(local(text), place, "{text:?}");
        }
        assert_eq!(local(&format!("/{}", "x".repeat(3000))), "/");
    }
}
