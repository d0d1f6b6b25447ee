//! The closed list of problem codes, with the status and the title of each.

use http::StatusCode;

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidRequest,
    MalformedJson,
    Unauthenticated,
    WrongCredentials,
    TotpRequired,
    TotpSetup,
    Forbidden,
    Csrf,
    Support,
    PlanLimit,
    Suspended,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    Conflict,
    DataLoss,
    Consent,
    Stale,
    TooLarge,
    UriTooLong,
    NotJson,
    NotImportable,
    InvalidData,
    TooManyRequests,
    HeadersTooLarge,
    Internal,
    Busy,
    Timeout,
    Unavailable,
    /// The keys of encrypted values are not here.
    KeysLocked,
    /// Not for callers: the request must be made again, by what is true now. Given up, it reads as [`Code::Busy`].
    Outdated,
}

/// Code, status, word and title.
const CODES: &[(Code, u16, &str, &str)] = &[
    (Code::InvalidRequest, 400, "invalid-request", "The request is not valid"),
    (Code::MalformedJson, 400, "malformed-json", "The body is not valid JSON"),
    (Code::Unauthenticated, 401, "unauthenticated", "Sign in first"),
    (Code::WrongCredentials, 401, "wrong-credentials", "Signing in failed"),
    (Code::TotpRequired, 401, "totp-required", "A code of the second factor is needed"),
    (Code::TotpSetup, 403, "totp-setup-required", "Set up a second factor first"),
    (Code::Forbidden, 403, "forbidden", "You may not do this"),
    (Code::Csrf, 403, "csrf", "The CSRF token is missing or wrong"),
    (Code::Support, 403, "support-session", "Support may not do this"),
    (Code::PlanLimit, 403, "plan-limit", "The plan allows no more"),
    (Code::Suspended, 403, "tenant-suspended", "This workspace is suspended"),
    (Code::NotFound, 404, "not-found", "Not found"),
    (Code::MethodNotAllowed, 405, "method-not-allowed", "This address does not take this method"),
    (Code::NotAcceptable, 406, "not-acceptable", "There is no answer in a form that is accepted"),
    (Code::Conflict, 409, "conflict", "The change conflicts with what is there"),
    (Code::DataLoss, 409, "data-loss", "The change would lose data"),
    (Code::Consent, 409, "consent-required", "The package needs to be approved"),
    (Code::Stale, 412, "stale", "Someone was faster"),
    (Code::TooLarge, 413, "too-large", "The body is too large"),
    (Code::UriTooLong, 414, "uri-too-long", "The address is too long"),
    (Code::NotJson, 415, "not-json", "The body must be JSON"),
    (Code::NotImportable, 415, "not-importable", "Files of this form are not imported"),
    (Code::InvalidData, 422, "invalid-data", "The data breaks a rule"),
    (Code::TooManyRequests, 429, "too-many-requests", "Too many requests"),
    (Code::HeadersTooLarge, 431, "headers-too-large", "Too many headers"),
    (Code::Internal, 500, "internal", "Something went wrong"),
    (Code::Busy, 503, "busy", "The data is busy"),
    (Code::Timeout, 503, "timeout", "The request took too long"),
    (Code::Unavailable, 503, "unavailable", "The database is away"),
    (Code::KeysLocked, 503, "keys-locked", "Encrypted values cannot be opened"),
    (Code::Outdated, 503, "busy", "The data is busy"),
];

impl Code {
    fn row(self) -> &'static (Code, u16, &'static str, &'static str) {
        CODES.iter().find(|row| row.0 == self).unwrap_or(&CODES[0])
    }

    /// All that a caller can meet.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.iter().map(|row| row.0)
    }

    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The stable word in `code` and `type`.
    pub fn word(self) -> &'static str {
        self.row().2
    }

    /// The same sentence whatever the request was.
    pub fn title(self) -> &'static str {
        self.row().3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_row() {
        for row in CODES {
            assert_eq!(row.0.row(), row);
            assert!(row.0.status().is_client_error() || row.0.status().is_server_error());
        }
        assert_eq!(CODES.len(), Code::Outdated as usize + 1);
    }
}
