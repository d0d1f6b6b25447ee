//! `Idempotency-Key`: the caller's word for one write, and a digest of all that was asked with it.

use engine::Once;
use http::header;
use metadata::Problem as Detail;
use sha2::{Digest, Sha256};

use super::Call;
use crate::asked::Asked;
use crate::problem::Problem;

/// Longest key.
const MAX_KEY: usize = 255;

impl Call {
    /// The key of the request, if it has one.
    pub fn once(&self) -> Result<Option<Once>, Problem> {
        // Whoever may do other things by now, or shows a narrower key, does not get the old answer.
        let actor = &self.context.actor;
        let rights = format!("{:?} {:?} {:?}", actor.roles, actor.membership.permission_sets, actor.scopes);
        once_of(&self.asked, &rights)
    }
}

/// The key of a request by somebody with `rights`, if it has one.
pub(crate) fn once_of(asked: &Asked, rights: &str) -> Result<Option<Once>, Problem> {
    let head = &asked.head;
    let Some(value) = head.headers.get("idempotency-key") else { return Ok(None) };
    let twice = head.headers.get_all("idempotency-key").iter().count() > 1;
    let is_key = |key: &&str| !key.is_empty() && key.len() <= MAX_KEY && !key.contains('\t');
    let key = value.to_str().ok().map(str::trim).filter(is_key);
    let Some(key) = key.filter(|_| !twice) else {
        let message = format!("expected one key of 1 to {MAX_KEY} printable characters");
        return Err(Problem::invalid(vec![Detail::new("Idempotency-Key", "bad-key", message)]));
    };
    let target = head.uri.path_and_query().map_or("", |target| target.as_str());
    let condition = asked.header(&header::IF_MATCH).unwrap_or_default();
    let mut digest = Sha256::new();
    for part in [head.method.as_str(), target, condition, rights] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.update(&asked.body);
    Ok(Some(Once { key: key.to_owned(), fingerprint: digest.finalize().to_vec() }))
}
