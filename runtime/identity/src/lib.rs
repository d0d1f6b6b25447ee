//! Who is asking: users, what proves who they are (passwords, sessions, API keys), and the [`Actor`] that comes of it.
//!
//! Reading order: [`secret`] (what is never printed or stored), [`users`] (records of the object `user`, written
//! through the engine, with a credential in the platform's tables), `password` and [`login`] (from an e-mail address
//! and a password to a session), [`login_history`], [`security`] (what a tenant's officer sets), [`two_factor`], `links` and
//! [`mail`] (passwords that are forgotten), [`outside`], `oidc`, [`providers`] and `by_provider` (signing in elsewhere),
//! [`sessions`], [`support`] (somebody at the reseller), [`api_keys`], [`requests`] (what was asked with keys), [`reseller_keys`], and [`authenticate`] (from a credential to a caller, once
//! per request, mostly from memory).
//!
//! It decides nothing about records: that is `permissions`, asked by the engine. It knows no HTTP: cookies, headers
//! and status codes are the api's.
//!
//! # Why a revoked credential never works again
//! A cached caller carries its tenant's `access` counter, read *before* the credential and the user. Each change of
//! users, sessions and keys is committed first and bumps the counter afterwards. So whoever read the old counter is
//! found out by the next statement of the engine, which compares counters; and whoever read the new one read the
//! credential after the change. Should the process die between commit and bump, the cache's short life ends it.
//!
//! [`Actor`]: permissions::Actor

mod addresses;
pub mod api_keys;
pub mod authenticate;
mod by_provider;
mod change;
mod clock;
mod error;
mod events;
mod links;
pub mod login;
pub mod login_history;
pub mod mail;
mod oidc;
pub mod outside;
mod password;
pub mod providers;
pub mod rate_limit;
pub mod requests;
pub mod reseller_keys;
mod sealed;
pub mod secret;
pub mod security;
pub mod sessions;
pub mod support;
pub mod two_factor;
pub mod users;

use std::sync::Arc;

use engine::Engine;
use sqlx::PgPool;
use tokio::sync::Semaphore;

pub use api_keys::{CreatedKey, KeyInfo, NewKey};
pub use authenticate::{Caller, Credential, SessionInfo};
pub use by_provider::{Admission, Arrival, Departure, Refused, Return};
pub use clock::Clock;
pub use error::{
    ArrivalError, AuthError, Error, LoginError, MailError, ProviderError, Result, TargetError, TokenFault,
};
pub use login::{NewSession, Origin};
pub use login_history::{HistoryFilter, HistoryPage};
pub use mail::MailSettings;
pub use outside::Outside;
pub use providers::{Button, Checked, Mapping, Provider, ProviderSettings};
pub use rate_limit::Rate;
pub use requests::{Ending, KeyRequest, RequestFilter, RequestPage};
pub use secret::Secret;
pub use security::SecuritySettings;
pub use sessions::OpenSession;
pub use support::{Errand, Support, SupportLink};
pub use two_factor::{Enrolled, Enrolment, TwoFactorState};
pub use users::copied::{CopiedAdmin, CopiedPeople, Passwords};
pub use users::credentials::StoredPassword;
pub use users::{FirstAdministrator, NewUser, UserPage, UserPatch};

/// Users, sessions and keys of all tenants. Cheap to clone; clones share their caches.
#[derive(Clone)]
pub struct Identity {
    engine: Engine,
    pool: PgPool,
    clock: Clock,
    passwords: Arc<password::Passwords>,
    callers: authenticate::Callers,
    meters: rate_limit::Meters,
    uses: api_keys::Uses,
    requests: requests::Remembered,
    mail: Arc<mail::Mail>,
    oidc: Arc<oidc::Oidc>,
    acting: events::Acting,
    /// Whose turn it is to change who administers a tenant, or how many people it has.
    turns: Arc<Semaphore>,
}

impl Identity {
    /// Over the platform tables in `pool`; users are read and written through `engine`.
    pub fn new(engine: Engine, pool: PgPool) -> Self {
        Self::with_clock(engine, pool, Clock::default())
    }

    /// The same with a clock of one's own, so that tests need not wait.
    pub fn with_clock(engine: Engine, pool: PgPool, clock: Clock) -> Self {
        Self {
            engine,
            pool,
            clock,
            passwords: Arc::default(),
            callers: authenticate::Callers::default(),
            meters: rate_limit::Meters::default(),
            uses: api_keys::Uses::default(),
            requests: requests::Remembered::default(),
            mail: Arc::default(),
            oidc: Arc::new(oidc::Oidc::new(false)),
            acting: events::Acting::default(),
            turns: Arc::new(Semaphore::new(1)),
        }
    }

    /// The same where providers may be on this machine or in its network, and need no encryption.
    #[must_use]
    pub fn with_private_targets(mut self, are_allowed: bool) -> Self {
        self.oidc = Arc::new(oidc::Oidc::new(are_allowed));
        self
    }
}
