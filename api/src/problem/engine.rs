//! From the engine's errors to problems.

use engine::{Error, Refusal};
use http::{HeaderValue, header};
use metadata::Problem as Detail;

use super::{Code, Problem};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let sentence = error.to_string();
        match error {
            Error::Invalid(errors) => Self::invalid(errors),
            Error::Unprocessable(errors) => Self::unprocessable(errors),
            Error::NotFound => Self::not_found(),
            Error::Forbidden(refusal) => Self::new(Code::Forbidden, sentence).errors(vec![refused(&refusal)]),
            Error::Conflict(errors) => {
                Self::new(Code::Conflict, super::first(&errors, &sentence)).errors(errors)
            }
            Error::Stale => Self::new(Code::Stale, sentence),
            Error::DataLoss(names) => data_loss(&names),
            Error::Consent(grants) => consent(&grants),
            Error::Outdated(_) => busy(Code::Outdated, "the metadata is changing right now"),
            Error::Full => Self::new(Code::PlanLimit, sentence).errors(vec![Detail::new(
                "",
                "records",
                "delete some for good, or ask for a larger plan",
            )]),
            Error::NoStorage => Self::new(Code::PlanLimit, sentence).errors(vec![Detail::new(
                "",
                "storage_bytes",
                "ask for a larger plan; deleted records give their room back once the database has given it back",
            )]),
            Error::Locked(reason) => {
                tracing::error!(reason, "encrypted values cannot be opened here");
                Self::new(Code::KeysLocked, sentence)
            }
            Error::Busy => busy(Code::Busy, &sentence),
            Error::Database(error) => {
                // What the database itself answered is our mistake; no answer at all is its absence.
                let code =
                    error.as_database_error().map(|error| error.code().unwrap_or_default().into_owned());
                tracing::error!(%error, code, "the database failed");
                database(code.as_deref())
            }
            Error::File(error) => {
                tracing::error!(%error, "a file failed");
                Self::internal()
            }
            Error::Damaged(problems) => {
                tracing::error!(?problems, "stored metadata is damaged");
                Self::internal()
            }
            Error::Policies(error) => {
                tracing::error!(%error, "roles cannot be compiled");
                Self::internal()
            }
        }
    }
}

/// By SQLSTATE; `None` when there was no answer from the database.
pub(super) fn database(code: Option<&str>) -> Problem {
    match code {
        None => busy(Code::Unavailable, "the database does not answer right now"),
        // Too many connections, shutting down, starting up.
        Some("53300" | "57P01" | "57P02" | "57P03") => {
            busy(Code::Unavailable, "the database does not answer right now")
        }
        // Serialization failure and deadlock: nothing was done, and the same request does well at once.
        Some("40001" | "40P01") => busy(Code::Outdated, "the data is busy"),
        Some("55P03") => busy(Code::Busy, "the data is busy"),
        Some("57014") => busy(Code::Timeout, "the database took too long"),
        Some(_) => Problem::internal(),
    }
}

pub(super) fn busy(code: Code, sentence: &str) -> Problem {
    Problem::new(code, sentence).header(header::RETRY_AFTER, HeaderValue::from_static("1"))
}

fn data_loss(names: &[String]) -> Problem {
    let hint = "name it in `allow_data_loss`";
    let detail = |name: &String| {
        Detail::new(name.clone(), "data-loss", format!("data of `{name}` would be lost")).hint(hint)
    };
    let sentence =
        format!("data of {} would be lost; name what may be lost in `allow_data_loss`", names.join(", "));
    Problem::new(Code::DataLoss, sentence).errors(names.iter().map(detail).collect())
}

fn consent(grants: &[String]) -> Problem {
    let detail = |grant: &String| {
        Detail::new(grant.clone(), "consent-required", format!("`{grant}` was not approved"))
            .hint("name it in `approve`")
    };
    let sentence = "the package gives or asks for more than was approved; name what it may in `approve`";
    Problem::new(Code::Consent, sentence).errors(grants.iter().map(detail).collect())
}

fn refused(refusal: &Refusal) -> Detail {
    let code = match refusal {
        Refusal::Action { .. } => "no-action",
        Refusal::SystemObject(_) => "system-object",
        Refusal::Transition(_) => "no-transition",
        Refusal::Permission(_) => "no-permission",
        Refusal::Credential => "no-credential",
    };
    Detail::new("", code, refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Versions;

    fn status(error: Error) -> (u16, &'static str) {
        let problem = Problem::from(error);
        (problem.code.status().as_u16(), problem.code.word())
    }

    #[test]
    fn each_error_has_its_status() {
        let detail = || vec![Detail::new("amount", "wrong-type", "expected a number")];
        let action = Refusal::Action { action: "edit", object: "deal".into() };
        assert_eq!(status(Error::Invalid(detail())), (400, "invalid-request"));
        assert_eq!(status(Error::Unprocessable(detail())), (422, "invalid-data"));
        assert_eq!(status(Error::NotFound), (404, "not-found"));
        assert_eq!(status(Error::Forbidden(action)), (403, "forbidden"));
        assert_eq!(status(Error::Conflict(detail())), (409, "conflict"));
        assert_eq!(status(Error::Stale), (412, "stale"));
        assert_eq!(status(Error::DataLoss(vec!["deal.amount".into()])), (409, "data-loss"));
        assert_eq!(status(Error::Outdated(Versions::default())), (503, "busy"));
        assert_eq!(status(Error::Busy), (503, "busy"));
        assert_eq!(status(Error::Locked("a reason".into())), (503, "keys-locked"));
        assert_eq!(status(Error::Damaged(detail())), (500, "internal"));
    }

    #[test]
    fn the_database_is_away_or_wrong() {
        assert_eq!(database(None).code, Code::Unavailable);
        assert_eq!(database(Some("57P01")).code, Code::Unavailable);
        assert_eq!(database(Some("40P01")).code, Code::Outdated);
        assert_eq!(database(Some("55P03")).code, Code::Busy);
        assert_eq!(database(Some("57014")).code, Code::Timeout);
        assert_eq!(database(Some("42601")).code, Code::Internal);
    }

    #[test]
    fn one_detail_is_told_in_the_sentence() {
        let problem = Problem::from(Error::invalid("sort.x", "unknown-field", "there is no field `x`"));
        assert_eq!(problem.detail, "sort.x: there is no field `x`");
    }
}
