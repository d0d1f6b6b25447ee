//! Why a user, session or key could not be had, and why somebody could not sign in or be recognised.

use std::time::Duration;

use metadata::Problem;

use crate::Rate;

/// Everything that can go wrong with users, sessions and keys.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data breaks rules; all of them.
    #[error("the data breaks a rule")]
    Invalid(Vec<Problem>),
    /// No such user, session or key, or not the caller's.
    #[error("it does not exist")]
    NotFound,
    /// The change would leave the tenant without an active administrator.
    #[error("the last administrator stays one")]
    LastAdministrator,
    /// The caller would hand out, or take over, more than they hold.
    #[error("nobody gives rights that they do not hold, or changes how somebody with more rights signs in")]
    BeyondRights,
    /// A key that is limited to a role or scopes asked for keys or sessions.
    #[error("a key with a role or scopes of its own has no say in keys and sessions")]
    LimitedKey,
    /// Only a person who is signed in does this, no key.
    #[error("this is done in a session of a person, not with a key")]
    NeedsSession,
    /// The state of things refuses it; the sentence says which.
    #[error("{0}")]
    Exists(&'static str),
    /// The mail server's address, or the sender's, cannot be used.
    #[error("mail cannot be set up: {0}")]
    Mail(#[from] MailError),
    /// Too many passwords are being checked already.
    #[error("too many sign-ins at once")]
    Busy,
    /// The password could not be hashed.
    #[error("the password cannot be hashed")]
    Password(#[from] argon2::password_hash::Error),
    /// The task that did the work died.
    #[error("the work was cut off")]
    CutOff(#[from] tokio::task::JoinError),
    /// What the engine answered about a user is not what it was asked for.
    #[error("a user record cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// The engine refused or failed.
    #[error(transparent)]
    Engine(#[from] engine::Error),
    /// The database failed or is away.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// Why no mail can be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The URL of the server.
    #[error("the server: {0}")]
    Server(#[from] lettre::transport::smtp::Error),
    /// An address of a sender or recipient.
    #[error("an address: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// The message cannot be put together.
    #[error("the message: {0}")]
    Message(#[from] lettre::error::Error),
    /// Its text is encrypted, and cannot be opened here.
    #[error("the text: {0}")]
    Sealed(String),
}

/// Why somebody could not sign in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown, inactive or wrong password: the answer does not say which.
    #[error("the e-mail address or the password is wrong")]
    Wrong,
    /// Too many failures; try again later.
    #[error("too many attempts")]
    Throttled {
        /// From now on.
        retry_after: Duration,
        /// Failures that are allowed before a wait; 0 when it is the crowd and not the caller.
        limit: u32,
    },
    /// The password is right, and the user has a second factor.
    #[error("{}", if *.wrong { "the code is wrong, or was used before" } else { "a code of the second factor is needed" })]
    TotpRequired {
        /// A code was given that is none.
        wrong: bool,
    },
    /// Everything is right, and the tenant is suspended.
    #[error("this workspace is suspended; ask whoever runs it for you")]
    Suspended,
    /// The tenant is not signed in to from this address.
    #[error("this tenant is not signed in to from your address")]
    Address,
    /// Everything is right, and people sign in by a provider here.
    #[error("you sign in by another way here: choose it above")]
    PasswordOff,
    /// Nothing was decided.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Why an address that somebody named gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It cannot be asked at all.
    #[error("expected an address that begins with https:// and has no name, password or #")]
    Address,
    /// It lies within our network.
    #[error(
        "the address is not in the public internet; only an operator may allow it (--allow-private-targets)"
    )]
    Private,
    /// Nobody answers, or not in time.
    #[error("no answer came from there")]
    Away(#[source] reqwest::Error),
    /// The answer is no answer.
    #[error("it answers with the status {0}")]
    Status(u16),
    /// More bytes than are read.
    #[error("its answer has more than {0} bytes")]
    TooLarge(usize),
    /// This process cannot make requests.
    #[error("no requests can be made from here")]
    Client,
}

/// Why a provider's word was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The provider's own description, keys or tokens could not be had.
    #[error("{what}: {error}")]
    Target {
        /// Which of them.
        what: &'static str,
        error: TargetError,
    },
    /// They are not what the standard says.
    #[error("{0} cannot be read")]
    Unreadable(&'static str),
    /// It describes somebody else.
    #[error("it calls itself `{said}`: the issuer must be the same, to the letter")]
    Issuer { said: String },
    /// So many of the tenant wait for providers already.
    #[error("too many wait for it at once")]
    Crowded,
    /// The same for all who waited for it, and for those who come soon after.
    #[error(transparent)]
    Shared(std::sync::Arc<ProviderError>),
    /// It did not take the code, or the client.
    #[error("it refuses the exchange: {word}")]
    Refused { word: String },
    /// The token proves nothing.
    #[error("its token is not taken: {0}")]
    Token(TokenFault),
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    #[error("it is no signed token")]
    Form,
    #[error("it is not signed by RS256, ES256 or EdDSA")]
    Algorithm,
    #[error("none of the provider's keys has signed it")]
    Signature,
    #[error("it is from another issuer")]
    Issuer,
    #[error("it is for another client")]
    Audience,
    #[error("it is too old, or of tomorrow")]
    Time,
    #[error("it belongs to another sign-in")]
    Nonce,
    #[error("it names nobody")]
    Subject,
}

/// Why a provider let nobody in. What is told at the sign-in is [`word`](Self::word).
#[derive(Debug, thiserror::Error)]
pub enum ArrivalError {
    /// There is no such provider, or it is not used.
    #[error("there is no such way to sign in")]
    Unknown,
    /// The sign-in was begun elsewhere, too long ago, or is over already.
    #[error("this sign-in is over, or was begun in another browser")]
    Over,
    /// The provider said no.
    #[error("the provider let nobody in")]
    Refused,
    /// What it said was not taken.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error("the provider tells no e-mail address")]
    NoEmail,
    #[error("the provider has not checked the e-mail address")]
    Unverified,
    #[error("the e-mail address is of another domain")]
    Domain,
    #[error("there is no account, and none is made")]
    NoAccount,
    #[error("none of the groups gives a role")]
    NoRole,
    #[error("the account is another person's at this provider")]
    Linked,
    #[error("the account is deactivated")]
    Inactive,
    #[error("this tenant is not signed in to from this address")]
    Address,
    #[error("too many sign-ins from this address")]
    Throttled(Rate),
    /// Nothing was decided.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl ArrivalError {
    /// The stable word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "provider-unknown",
            Self::Over => "provider-over",
            Self::Refused => "provider-refused",
            Self::Provider(ProviderError::Token(_)) => "provider-token",
            Self::Provider(_) => "provider-away",
            Self::NoEmail => "provider-no-email",
            Self::Unverified => "provider-unverified",
            Self::Domain => "provider-domain",
            Self::NoAccount => "provider-no-user",
            Self::NoRole => "provider-no-role",
            Self::Linked => "provider-linked",
            Self::Inactive => "inactive",
            Self::Address => "address",
            Self::Throttled(_) => "too-many",
            Self::Failed(_) => "failed",
        }
    }
}

impl From<sqlx::Error> for ArrivalError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<engine::Error> for ArrivalError {
    fn from(error: engine::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Why a credential gives no caller.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Unknown, expired, revoked, or of somebody who may not sign in any more.
    #[error("the credential is not valid")]
    Unknown,
    /// Its tenant is suspended.
    #[error("this workspace is suspended; ask whoever runs it for you")]
    Suspended,
    /// The key, or the tenant, may not be used from this address.
    #[error("this may not be used from your address")]
    Address,
    /// The requests of this hour are used up.
    #[error("the limit of requests is reached")]
    Throttled(Rate),
    /// Nothing was decided.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<sqlx::Error> for LoginError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<sqlx::Error> for AuthError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<engine::Error> for AuthError {
    fn from(error: engine::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// The result of this room.
pub type Result<T, E = Error> = std::result::Result<T, E>;
