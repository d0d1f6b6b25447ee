//! Why the engine refused or failed. `api` maps each case to a status; no case carries SQL outside.

use metadata::Problem;

/// Everything that can go wrong between a query or command and its answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The question names something that does not exist, or a value has the wrong type.
    #[error("the request is not valid")]
    Invalid(Vec<Problem>),
    /// The data breaks rules.
    #[error("the data breaks a rule")]
    Unprocessable(Vec<Problem>),
    /// Not there, or not the caller's to know.
    #[error("there is no such record")]
    NotFound,
    /// The caller may see but not do.
    #[error("{0}")]
    Forbidden(Refusal),
    /// Another value or state stands in the way.
    #[error("the change conflicts with what is there")]
    Conflict(Vec<Problem>),
    /// Someone was faster.
    #[error("the record has changed since it was read")]
    Stale,
    /// A metadata change would hide or lose data and was not told that it may.
    #[error("the change would lose data")]
    DataLoss(Vec<String>),
    /// A package gives or asks for something that nobody has approved.
    #[error("the package needs to be approved")]
    Consent(Vec<String>),
    /// The caches of the request are out of date: make a new context and ask again.
    #[error("the request must be planned again")]
    Outdated(crate::context::Versions),
    /// The tenant has as many records as its plan allows.
    #[error("the plan allows no more records")]
    Full,
    /// The tenant has as many bytes as its plan allows.
    #[error("the plan allows no more storage")]
    NoStorage,
    /// Encrypted values cannot be read or written here, and why: for the log.
    #[error("encrypted values cannot be opened here: the master key is missing or another one")]
    Locked(String),
    /// Locks were not to be had in time.
    #[error("the data is busy")]
    Busy,
    /// The database failed or is away.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// A file on this machine could not be written or read.
    #[error("a file could not be written or read")]
    File(#[from] std::io::Error),
    /// Stored metadata cannot be read; `trellis doctor` tells more.
    #[error("the stored metadata is damaged")]
    Damaged(Vec<Problem>),
    /// Roles cannot be compiled.
    #[error(transparent)]
    Policies(#[from] permissions::PolicyError),
}

/// What a caller may not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An action on an object.
    Action { action: &'static str, object: String },
    /// Objects of the system are changed through their own routes.
    SystemObject(String),
    /// A transition is for others.
    Transition(String),
    /// A system permission such as `manage_metadata`.
    Permission(&'static str),
    /// Anything at all: the session or key holds no more.
    Credential,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Action { action, object } => write!(f, "you may not {action} {object} records"),
            Self::SystemObject(object) => write!(f, "`{object}` records are changed through /admin/v1"),
            Self::Credential => write!(f, "the session or key that this began with does not hold any more"),
            Self::Transition(name) => write!(f, "the transition `{name}` is not yours to take"),
            Self::Permission(permission) => write!(f, "you need the permission `{permission}`"),
        }
    }
}

impl Error {
    /// One problem of a question.
    pub fn invalid(path: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem::new(path, code, message)])
    }
}

/// Whether a statement was planned with tables that are others by now: a table or column that is not there, or one of
/// another type.
pub(crate) fn has_moved_on(error: &sqlx::Error) -> bool {
    const CODES: [&str; 7] = ["42P01", "42703", "0A000", "42804", "42883", "42846", "22P03"];
    let code = error.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| CODES.contains(&code.as_ref()))
}

/// Whether a statement was ended because its time was over.
pub(crate) fn takes_too_long(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "57014")
}

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;
