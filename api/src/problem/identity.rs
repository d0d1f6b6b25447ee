//! From the errors of `identity` and `tenancy` to problems.

use std::time::Duration;

use http::{HeaderName, HeaderValue, header};
use identity::{AuthError, Error, LoginError, Rate};
use metadata::Problem as Detail;
use tenancy::usage::Over;

use super::engine::{busy, database};
use super::{Code, Problem};

/// Headers of the IETF draft on rate limits, spelt as HTTP spells them.
const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let sentence = error.to_string();
        match error {
            Error::Invalid(errors) => Self::unprocessable(errors),
            Error::NotFound => Self::not_found(),
            Error::LastAdministrator => Self::new(Code::Conflict, sentence.clone())
                .errors(vec![Detail::new("", "last-administrator", sentence)]),
            Error::BeyondRights => Self::new(Code::Forbidden, sentence.clone()).errors(vec![Detail::new(
                "",
                "beyond-own-rights",
                sentence,
            )]),
            Error::LimitedKey => Self::new(Code::Forbidden, sentence.clone()).errors(vec![Detail::new(
                "",
                "limited-key",
                sentence,
            )]),
            Error::NeedsSession => Self::new(Code::Forbidden, sentence.clone()).errors(vec![Detail::new(
                "",
                "needs-session",
                sentence,
            )]),
            Error::Exists(_) => Self::new(Code::Conflict, sentence),
            Error::Mail(error) => failed("mail cannot be set up", &error.to_string()),
            Error::Busy => busy(Code::Busy, &sentence),
            Error::Password(error) => failed("a password cannot be hashed", &error.to_string()),
            Error::CutOff(error) => failed("a task was cut off", &error.to_string()),
            Error::Unreadable(error) => failed("a user record cannot be read", &error.to_string()),
            Error::Engine(error) => error.into(),
            Error::Database(error) => {
                let code =
                    error.as_database_error().map(|error| error.code().unwrap_or_default().into_owned());
                tracing::error!(%error, code, "the database failed");
                database(code.as_deref())
            }
        }
    }
}

fn failed(what: &str, error: &str) -> Problem {
    tracing::error!(error, "{what}");
    Problem::internal()
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wrong => Self::new(Code::WrongCredentials, error.to_string()),
            LoginError::Throttled { retry_after, limit } => {
                let sentence = format!("too many attempts; try again in {} s", seconds(retry_after));
                let mut problem = Self::new(Code::TooManyRequests, sentence)
                    .header(header::RETRY_AFTER, seconds(retry_after));
                let rate = Rate { limit, remaining: 0, reset: retry_after, retry_after };
                problem.headers.extend(rate_headers(&rate));
                problem
            }
            LoginError::TotpRequired { wrong: false } => Self::new(Code::TotpRequired, error.to_string()),
            LoginError::TotpRequired { wrong: true } => Self::new(Code::TotpRequired, error.to_string())
                .errors(vec![Detail::new("totp", "wrong-code", error.to_string())]),
            LoginError::Suspended => Self::new(Code::Suspended, error.to_string()),
            LoginError::Address => Self::new(Code::Forbidden, error.to_string()),
            LoginError::PasswordOff => Self::new(Code::Forbidden, error.to_string())
                .errors(vec![Detail::new("password", "password-off", error.to_string())]),
            LoginError::Failed(error) => error.into(),
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Unknown => Self::new(
                Code::Unauthenticated,
                "the session or key is not known, or over",
            )
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\"")),
            AuthError::Suspended => Self::new(Code::Suspended, error.to_string()),
            AuthError::Address => Self::new(Code::Forbidden, error.to_string()),
            AuthError::Throttled(rate) => throttled(&rate),
            AuthError::Failed(error) => error.into(),
        }
    }
}

fn throttled(rate: &Rate) -> Problem {
    let seconds = seconds(rate.retry_after);
    let mut problem = Problem::new(
        Code::TooManyRequests,
        format!("the limit of {} requests an hour is reached", rate.limit),
    );
    problem.headers.push((header::RETRY_AFTER, seconds.into()));
    problem.headers.extend(rate_headers(rate));
    problem
}

/// What is left of a key's requests.
pub(crate) fn rate_headers(rate: &Rate) -> [(HeaderName, HeaderValue); 3] {
    [(LIMIT, rate.limit.into()), (REMAINING, rate.remaining.into()), (RESET, seconds(rate.reset).into())]
}

/// Whole seconds, none of them too early.
fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

impl From<tenancy::Error> for Problem {
    fn from(error: tenancy::Error) -> Self {
        let sentence = error.to_string();
        let tenant = |code: &str| vec![Detail::new("tenant", code, sentence.clone())];
        match error {
            tenancy::Error::Slug(_) | tenancy::Error::Name => Self::unprocessable(tenant("invalid")),
            tenancy::Error::Taken(_) => Self::new(Code::Conflict, sentence.clone()).errors(tenant("taken")),
            tenancy::Error::Deleting(_) => {
                Self::new(Code::Conflict, sentence.clone()).errors(tenant("deleting"))
            }
            tenancy::Error::Suspended(_) => Self::new(Code::Suspended, sentence),
            tenancy::Error::Plan => Self::unprocessable(vec![Detail::new("plan", "unknown-plan", sentence)]),
            tenancy::Error::Domain => Self::new(Code::Conflict, sentence.clone())
                .errors(vec![Detail::new("domain", "taken", sentence)]),
            tenancy::Error::Reseller | tenancy::Error::Publisher | tenancy::Error::NoPublisher => {
                Self::unprocessable(vec![Detail::new("name", "invalid", sentence)])
            }
            tenancy::Error::KeyReused => {
                Self::unprocessable(vec![Detail::new("Idempotency-Key", "key-reused", sentence)])
            }
            tenancy::Error::NoReseller => conflict("no-reseller", sentence),
            tenancy::Error::SupportOpen => conflict("support-open", sentence),
            tenancy::Error::NoSupport => conflict("no-support-access", sentence),
            tenancy::Error::Over(over) => over_plan(over, sentence),
            tenancy::Error::Off(_) => Self::new(Code::PlanLimit, sentence).errors(vec![Detail::new(
                "",
                "feature",
                "ask for another plan",
            )]),
            tenancy::Error::Drift(drift) => failed("a copy of a tenant is not sound", &format!("{drift:?}")),
            tenancy::Error::People(error) => failed("a copy of a tenant has no people", &error.to_string()),
            tenancy::Error::Invalid(problems) => Self::unprocessable(problems),
            tenancy::Error::NotFound => Self::unprocessable(tenant("unknown-tenant")),
            tenancy::Error::Ambiguous => Self::unprocessable(tenant("required")),
            tenancy::Error::Engine(error) => error.into(),
            tenancy::Error::Migrate(error) => {
                failed("the platform's tables cannot be migrated", &error.to_string())
            }
            tenancy::Error::Database(error) => {
                let code =
                    error.as_database_error().map(|error| error.code().unwrap_or_default().into_owned());
                tracing::error!(%error, code, "the database failed");
                database(code.as_deref())
            }
        }
    }
}

fn conflict(code: &str, sentence: String) -> Problem {
    Problem::new(Code::Conflict, sentence.clone()).errors(vec![Detail::new("", code, sentence)])
}

fn over_plan(over: Over, sentence: String) -> Problem {
    match over {
        Over::Users(_) => Problem::new(Code::PlanLimit, sentence).errors(vec![Detail::new(
            "",
            "users",
            "deactivate somebody, or ask for a larger plan",
        )]),
        Over::Sandboxes(_) => Problem::new(Code::PlanLimit, sentence).errors(vec![Detail::new(
            "",
            "sandboxes",
            "delete one, or ask for a larger plan",
        )]),
        Over::Jobs(_) => Problem::new(Code::PlanLimit, sentence).errors(vec![Detail::new(
            "",
            "jobs",
            "wait until one is done, or ask for a larger plan",
        )]),
        Over::Connections(limit) => Problem::new(Code::TooManyRequests, sentence)
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            .header(LIMIT, limit),
        Over::Requests { limit, retry_after, .. } => {
            let wait = seconds(retry_after);
            let headers = [(header::RETRY_AFTER, wait), (LIMIT, limit), (REMAINING, 0), (RESET, wait)];
            let problem = Problem::new(Code::TooManyRequests, sentence);
            headers.into_iter().fold(problem, |problem, (name, value)| problem.header(name, value))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_told_in_whole_seconds() {
        let problem =
            Problem::from(LoginError::Throttled { retry_after: Duration::from_millis(1500), limit: 5 });
        assert_eq!(problem.code, Code::TooManyRequests);
        assert_eq!(problem.headers[0], (header::RETRY_AFTER, HeaderValue::from(2)));
        assert_eq!(problem.headers[1..].len(), 3, "{:?}", problem.headers);
    }

    #[test]
    fn a_used_up_key_sees_its_limit() {
        let rate = Rate {
            limit: 60,
            remaining: 0,
            reset: Duration::from_secs(60),
            retry_after: Duration::from_millis(1),
        };
        let problem = Problem::from(AuthError::Throttled(rate));
        let names: Vec<&str> = problem.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]);
    }

    #[test]
    fn wrong_credentials_are_401() {
        assert_eq!(Problem::from(LoginError::Wrong).code.status(), 401);
        assert_eq!(Problem::from(AuthError::Unknown).code.status(), 401);
        assert_eq!(Problem::from(Error::LastAdministrator).code.status(), 409);
    }
}
