//! One append-only stream of all that happened in a tenant, each row written in the transaction of what it tells:
//! no change without a record of it, and no record without a change.
//!
//! Changes of records are noted by the statements that make them ([`write::sql`](crate::write)), so their number does
//! not depend on how many records there are; [`record`] is the door for everything else. A record's
//! [`history`](crate::history) is read from the same rows.
//!
//! Rows begin in a tail; [`seal`] moves them into a [`chain`] of hashes, and [`verify`] tells the first place where it
//! is not what was sealed. [`list`] shows the stream to those who may see it.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::SYSTEM_USER;
use crate::context::{Context, Tenant};
use crate::error::Result;

pub mod chain;
pub mod feed;
pub mod file;
pub mod list;
pub(crate) mod reads;
mod seal;
mod store;
mod verify;

pub use seal::{BLOCK, Status};
pub(crate) use store::{BLOCKS, SEALED, TAIL, ensure_month};
pub use verify::verify_file;

/// Longest user agent that is kept, in characters.
const LONGEST_AGENT: usize = 256;

/// Where a request comes from; empty for what Trellis does by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub ip: Option<IpAddr>,
    pub user_agent: Option<Arc<str>>,
}

impl Origin {
    /// With the user agent cut to what is kept of it.
    pub fn new(ip: Option<IpAddr>, user_agent: Option<&str>) -> Self {
        let agent = user_agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect::<String>().into());
        Self { ip: ip.map(|ip| ip.to_canonical()), user_agent: agent }
    }

    /// The address as rows keep it.
    pub(crate) fn address(&self) -> Option<String> {
        self.ip.map(|ip| ip.to_string())
    }
}

/// The closed list of what is noted besides changes of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    // Who comes and goes.
    SignIn,
    SignInFailed,
    SignInLocked,
    SignOut,
    SessionRevoked,
    KeyCreated,
    KeyChanged,
    KeyRevoked,
    PasswordChanged,
    PasswordReset,
    LinkMade,
    SecondFactorAdded,
    SecondFactorRemoved,
    RecoveryCodeUsed,
    SettingsChanged,
    /// The tenant's reseller may sign in, or may no more.
    SupportGranted,
    SupportEnded,
    /// The tenant's values are encrypted under a new key.
    KeysRotated,
    // Who may what.
    Share,
    Unshare,
    TeamCreated,
    TeamChanged,
    TeamDeleted,
    // What is what.
    Metadata,
    /// Records became one; each change that this made is told too.
    Merge,
    /// Trellis could not take a timed transition.
    TransitionRefused,
    /// Roll-ups were not what their records say, and are now.
    RollupRepaired,
    // Who saw what.
    Read,
    Export,
    Import,
    /// Old rows of the stream were removed.
    AuditPurged,
}

impl Deed {
    /// Every deed, for filters and documents.
    pub const ALL: [Self; 31] = [
        Self::SignIn,
        Self::SignInFailed,
        Self::SignInLocked,
        Self::SignOut,
        Self::SessionRevoked,
        Self::KeyCreated,
        Self::KeyChanged,
        Self::KeyRevoked,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::LinkMade,
        Self::SecondFactorAdded,
        Self::SecondFactorRemoved,
        Self::RecoveryCodeUsed,
        Self::SettingsChanged,
        Self::SupportGranted,
        Self::SupportEnded,
        Self::KeysRotated,
        Self::Share,
        Self::Unshare,
        Self::TeamCreated,
        Self::TeamChanged,
        Self::TeamDeleted,
        Self::Metadata,
        Self::Merge,
        Self::TransitionRefused,
        Self::RollupRepaired,
        Self::Read,
        Self::Export,
        Self::Import,
        Self::AuditPurged,
    ];

    /// The word in rows and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignInLocked => "sign_in_locked",
            Self::SignOut => "sign_out",
            Self::SessionRevoked => "session_revoked",
            Self::KeyCreated => "key_created",
            Self::KeyChanged => "key_changed",
            Self::KeyRevoked => "key_revoked",
            Self::PasswordChanged => "password_changed",
            Self::PasswordReset => "password_reset",
            Self::LinkMade => "link_made",
            Self::SecondFactorAdded => "second_factor_added",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::SettingsChanged => "settings_changed",
            Self::SupportGranted => "support_granted",
            Self::SupportEnded => "support_ended",
            Self::KeysRotated => "keys_rotated",
            Self::Share => "share",
            Self::Unshare => "unshare",
            Self::TeamCreated => "team_created",
            Self::TeamChanged => "team_changed",
            Self::TeamDeleted => "team_deleted",
            Self::Metadata => "metadata",
            Self::Merge => "merge",
            Self::TransitionRefused => "transition_refused",
            Self::RollupRepaired => "rollup_repaired",
            Self::Read => "read",
            Self::Export => "export",
            Self::Import => "import",
            Self::AuditPurged => "audit_purged",
        }
    }
}

/// Something that happened, as it is noted.
#[derive(Clone, Debug)]
pub struct Event {
    pub deed: Deed,
    pub at: DateTime<Utc>,
    /// Who did it; Trellis itself where nobody is known, as for a wrong password.
    pub actor_id: Uuid,
    /// The stable id of an object, or the word for what is no record: `session`, `api_key`, `team`, `metadata`.
    pub object: String,
    /// The record, session, key or team that it is about.
    pub record_id: Option<Uuid>,
    /// `{"what": [before, after], …}`. No secret, no password, no token.
    pub changes: Json,
    pub origin: Origin,
    pub request_id: Arc<str>,
}

impl Event {
    /// An event of Trellis itself at one moment; say with the other methods whose and about what.
    pub fn new(deed: Deed, object: &str, at: DateTime<Utc>) -> Self {
        Self {
            deed,
            at,
            actor_id: SYSTEM_USER,
            object: object.to_owned(),
            record_id: None,
            changes: Json::Null,
            origin: Origin::default(),
            request_id: Arc::default(),
        }
    }

    /// An event of the context's actor, at its moment and from where its request comes.
    pub fn of(context: &Context, deed: Deed, object: &str) -> Self {
        Self {
            actor_id: context.actor.user_id,
            origin: context.origin.clone(),
            request_id: context.request_id.clone(),
            ..Self::new(deed, object, context.now)
        }
    }

    /// Done by this user.
    pub fn by(self, actor_id: Uuid) -> Self {
        Self { actor_id, ..self }
    }

    /// Of this record, session, key or team.
    pub fn about(self, record_id: Uuid) -> Self {
        Self { record_id: Some(record_id), ..self }
    }

    /// With what changed, or what else there is to know: `{"what": [before, after]}`.
    pub fn with(self, changes: Json) -> Self {
        Self { changes, ..self }
    }

    /// From there, in this request.
    pub fn from(self, origin: Origin, request_id: &str) -> Self {
        Self { origin, request_id: request_id.into(), ..self }
    }
}

/// Notes events in the caller's transaction, one statement for all of them: what it tells and the telling are kept or
/// lost together. On a connection without a transaction it is kept at once.
pub async fn record(connection: &mut PgConnection, tenant: &Tenant, events: &[Event]) -> Result<()> {
    store::put(connection, tenant, events).await
}
