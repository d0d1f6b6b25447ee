//! What is remembered of each request under an API key: how it was asked and how it ended, without anything that was
//! in it. Whoever made the key looks it up.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Body;
use axum::response::Response;
use http::Request;
use identity::{Caller, Identity, KeyRequest};
use uuid::Uuid;

use crate::edge::RequestId;
use crate::list::pairs;
use crate::problem::Problem;

/// Most names of parameters that are remembered, and the longest of them.
const MOST_NAMES: usize = 20;
const LONGEST_NAME: usize = 80;

/// Goes along with a request until it is known whose it is.
#[derive(Clone, Default)]
pub(crate) struct Whose(Arc<OnceLock<(Uuid, Uuid)>>);

impl Whose {
    /// It is this caller's; only keys are of interest.
    pub fn is(&self, caller: &Caller) {
        if let Some(key) = caller.key {
            // The same key again, when the request is planned again.
            let _ = self.0.set((caller.tenant.id, key));
        }
    }
}

/// A request on its way.
pub(crate) struct Noted {
    whose: Whose,
    method: http::Method,
    route: &'static str,
    query: Option<String>,
    request_id: Arc<str>,
    began: Instant,
}

impl Noted {
    /// Begins with a request that shows a bearer's credential; others have no key.
    pub fn begin(route: &'static str, request: &mut Request<Body>) -> Option<Self> {
        request.headers().get(http::header::AUTHORIZATION)?;
        let whose = Whose::default();
        request.extensions_mut().insert(whose.clone());
        Some(Self {
            whose,
            method: request.method().clone(),
            route,
            query: request.uri().query().map(str::to_owned),
            request_id: request.extensions().get::<RequestId>().map_or_else(|| "".into(), |id| id.0.clone()),
            began: Instant::now(),
        })
    }

    /// Ends with its answer.
    pub fn end(self, identity: &Identity, response: &Response) {
        let Some((tenant, key)) = self.whose.0.get().copied() else { return };
        let took = self.began.elapsed();
        identity.note_request(KeyRequest {
            tenant,
            key,
            at: identity.now(),
            method: word(&self.method),
            route: self.route,
            parameters: names(self.query.as_deref().unwrap_or_default()),
            status: response.status().as_u16(),
            took: u32::try_from(took.as_millis()).unwrap_or(u32::MAX).min(i32::MAX.unsigned_abs()),
            code: response.extensions().get::<Problem>().map(|problem| problem.code.word()),
            request_id: self.request_id,
        });
    }
}

/// Without a copy for those that all requests have.
fn word(method: &http::Method) -> Cow<'static, str> {
    match *method {
        http::Method::GET => "GET".into(),
        http::Method::POST => "POST".into(),
        http::Method::PATCH => "PATCH".into(),
        _ => method.to_string().into(),
    }
}

/// The names of a query's parameters, each once, without their values.
fn names(query: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in pairs::parse(query).unwrap_or_default() {
        let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        if names.len() < MOST_NAMES && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_never_remembered() {
        let asked = "filter[ssn][eq]=078-05-1120&where=ssn%20%3D%20%22078%22&limit=5&limit=6&q=secret";
        assert_eq!(names(asked), ["filter[ssn][eq]", "where", "limit", "q"]);
        assert!(names("%ff").len() <= 1);
        assert_eq!(names(&"a=1&".repeat(100)), ["a"]);
        assert!(
            names(&"a=1&".repeat(1000)).is_empty(),
            "who says too much is refused, and nothing of it read"
        );
        let many: String = (0..100).map(|at| format!("p{at}=1&")).collect();
        assert_eq!(names(&many).len(), MOST_NAMES);
    }
}
