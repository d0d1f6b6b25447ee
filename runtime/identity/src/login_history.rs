//! Who signed in or tried to, when, from where, and why it failed. Its rows say more than the answer that the caller
//! of a sign-in got, so only those who may see audit read it, and everybody their own.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use engine::Tenant;
use engine::audit::{Deed, Event};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::error::Result;
use crate::events::tell;
use crate::login::Origin;
use crate::support::Errand;
use crate::{Identity, rate_limit};

pub(crate) mod store;

/// Rows are kept so long.
const KEPT: TimeDelta = TimeDelta::days(365);
/// Between the two steps of one sign-in there is not more.
const STEP: TimeDelta = TimeDelta::minutes(10);
/// Longest user agent that is kept, in characters.
const LONGEST_AGENT: usize = 400;
/// Longest e-mail address that is kept, in characters.
const LONGEST_EMAIL: usize = 320;

/// Why a sign-in failed. The caller is told less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    UnknownUser,
    NoPassword,
    WrongPassword,
    Inactive,
    /// The password was right; the code of the second factor was not given.
    TotpRequired,
    WrongCode,
    /// The tenant is not signed in to from there.
    Address,
    /// Too many failures before; told once for each lock.
    Locked,
    /// The failure that locked the account.
    WrongAndLocked,
    /// The password was right, and people come by a provider here.
    PasswordOff,
    /// A provider let nobody in, for what this word says.
    Provider(&'static str),
}

impl Reason {
    fn word(self) -> &'static str {
        match self {
            Self::UnknownUser => "unknown-user",
            Self::NoPassword => "no-password",
            Self::WrongPassword => "wrong-password",
            Self::Inactive => "inactive",
            Self::TotpRequired => "totp-required",
            Self::WrongCode => "wrong-code",
            Self::Address => "address",
            Self::Locked => "locked",
            Self::WrongAndLocked => "locked-out",
            Self::PasswordOff => "password-off",
            Self::Provider(word) => word,
        }
    }
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method<'m> {
    Password,
    /// By a provider of this name.
    Provider(&'m str),
    /// By the tenant's reseller, whom it lets in.
    Support(&'m Errand),
}

impl Method<'_> {
    fn word(self) -> String {
        match self {
            Self::Password => "password".to_owned(),
            Self::Provider(name) => format!("provider:{name}"),
            Self::Support(_) => "support".to_owned(),
        }
    }
}

/// What came of one sign-in.
pub(crate) struct Outcome<'o> {
    pub user: Option<Uuid>,
    pub email: Option<&'o str>,
    pub method: Method<'o>,
    /// The session, or why there is none.
    pub result: std::result::Result<Uuid, Reason>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub user_id: Option<Uuid>,
    pub email: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub method: String,
    pub result: String,
    pub reason: Option<String>,
    pub session_id: Option<Uuid>,
}

/// Which rows are asked for; what is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct HistoryFilter {
    pub user_id: Option<Uuid>,
    pub email: Option<String>,
    pub ip: Option<IpAddr>,
    /// `success` or `failure`.
    pub result: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// A page, the newest first.
#[derive(Clone, Debug)]
pub struct HistoryPage {
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` when this was the last.
    pub next_cursor: Option<Uuid>,
}

impl Identity {
    /// Who signed in to a tenant, or tried to.
    pub async fn login_history(
        &self,
        tenant: &Tenant,
        filter: &HistoryFilter,
        (limit, before): (u32, Option<Uuid>),
    ) -> Result<HistoryPage> {
        let most = i64::from(limit);
        let mut entries = store::load(&self.pool, tenant.id, filter, (most + 1, before)).await?;
        let more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let next_cursor = entries.last().filter(|_| more).map(|entry| entry.id);
        Ok(HistoryPage { entries, next_cursor })
    }

    /// Writes down what came of a sign-in. It takes the same statement whatever it was.
    pub(crate) async fn note_login(
        &self,
        tenant: &Tenant,
        origin: &Origin,
        outcome: Outcome<'_>,
    ) -> Result<()> {
        let now = self.clock.now();
        let entry = Entry {
            id: id_at(now),
            at: now,
            user_id: outcome.user,
            email: outcome.email.map(|email| email.chars().take(LONGEST_EMAIL).collect()),
            ip: origin.ip.map(|ip| ip.to_canonical().to_string()),
            user_agent: origin.agent(),
            method: outcome.method.word(),
            result: if outcome.result.is_ok() { "success" } else { "failure" }.to_owned(),
            reason: outcome.result.err().map(|reason| reason.word().to_owned()),
            session_id: outcome.result.ok(),
        };
        let mut transaction = self.pool.begin().await?;
        if outcome.result.is_ok() {
            // Being asked for the code is a step of this sign-in; who never gives one stays in the list.
            let reason = Reason::TotpRequired.word();
            store::delete_steps(&mut transaction, tenant.id, &entry, (reason, now - STEP)).await?;
        }
        store::insert(&mut transaction, tenant.id, &entry).await?;
        tell(&mut transaction, tenant, self.sign_in_event(&entry, origin, &outcome)).await?;
        transaction.commit().await?;
        if outcome.result.is_ok() {
            // Whoever gets in tidies up what is long over.
            store::delete_before(&self.pool, tenant.id, now - KEPT).await?;
            rate_limit::store::delete_before(&self.pool, now - rate_limit::WINDOW * 24).await?;
        }
        Ok(())
    }
}

impl Identity {
    fn sign_in_event(&self, entry: &Entry, origin: &Origin, outcome: &Outcome<'_>) -> Event {
        let deed = match outcome.result {
            Ok(_) => Deed::SignIn,
            Err(Reason::Locked | Reason::WrongAndLocked) => Deed::SignInLocked,
            Err(_) => Deed::SignInFailed,
        };
        let mut details = json!({ "method": [null, entry.method], "email": [null, entry.email], "reason": [null, entry.reason] });
        if let Method::Support(errand) = outcome.method {
            details["person"] = json!([null, errand.name]);
            details["reseller"] = json!([null, errand.reseller]);
            details["purpose"] = json!([null, errand.reason]);
            details["support_access"] = json!([null, errand.consent]);
        }
        let from = engine::Origin::new(origin.ip, origin.user_agent.as_deref());
        let event = self.event(deed, "session").from(from, &self.acting.request_id).with(details);
        // Whoever failed has not shown that it was them.
        let event = match (outcome.result, outcome.user) {
            (Ok(_), Some(user)) => event.by(user),
            _ => event,
        };
        match entry.session_id.or(outcome.user) {
            Some(id) => event.about(id),
            None => event,
        }
    }
}

impl Origin {
    /// The user agent as it is kept.
    pub(crate) fn agent(&self) -> Option<String> {
        self.user_agent.as_ref().map(|agent| agent.chars().take(LONGEST_AGENT).collect())
    }
}

/// A new id that sorts by this time.
fn id_at(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(
        uuid::timestamp::context::ContextV7::new(),
        seconds,
        now.timestamp_subsec_nanos(),
    ))
}
