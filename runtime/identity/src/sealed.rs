//! Secrets of people that have to be read again, sealed under their tenant's keys as encrypted fields are: those of
//! second factors, mails that wait with links in them, and what proves us to providers.

use engine::keys::{KeyRing, Place};
use uuid::Uuid;

use crate::error::{Error, Result};

/// What a secret is, and whose.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose {
    /// A user's second factor.
    Factor(Uuid),
    /// The text of a mail.
    Mail(Uuid),
    /// The client secret of a provider.
    Provider(Uuid),
}

impl Whose {
    fn place(self) -> Place<'static> {
        match self {
            Self::Factor(record) => Place { object: "_second_factor", field: "secret", record },
            Self::Mail(record) => Place { object: "_outbox", field: "body", record },
            Self::Provider(record) => Place { object: "_sign_in_providers", field: "client_secret", record },
        }
    }
}

/// The secret as it is stored.
pub(crate) fn seal(keys: &KeyRing, whose: Whose, plain: &str) -> Result<String> {
    Ok(keys.seal(whose.place(), false, plain)?)
}

/// The secret; one that does not open is damaged, or was stored for somebody else.
pub(crate) fn open(keys: &KeyRing, whose: Whose, stored: &str) -> Result<String> {
    keys.require()?;
    let damaged = || engine::Error::Locked("a stored secret is damaged or belongs elsewhere".into());
    keys.open(whose.place(), stored).ok_or_else(|| Error::from(damaged()))
}
