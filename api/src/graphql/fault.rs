//! Errors: of a request that is not run at all, and of one root field among others.

use apollo_compiler::parser::{SourceMap, SourceSpan};
use apollo_compiler::response::GraphQLError;
use serde_json::{Map, Value as Json, json};

use crate::problem::{Code, Problem};

/// Why a request is not run.
#[derive(Clone, Debug)]
pub(super) enum Refused {
    /// The document or its variables are wrong: told in GraphQL's own form.
    Request(Vec<Json>),
    /// What holds for every address: told as any problem is.
    Problem(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl Refused {
    /// Whether it must be planned again.
    pub(super) fn is_outdated(&self) -> bool {
        matches!(self, Self::Problem(problem) if problem.code == Code::Outdated)
    }

    pub(super) fn one(error: GraphQLError) -> Self {
        Self::Request(vec![serde_json::to_value(error).unwrap_or_default()])
    }

    pub(super) fn message(message: impl Into<String>) -> Self {
        Self::Request(vec![json!({ "message": message.into() })])
    }

    pub(super) fn coded(code: &str, message: impl Into<String>) -> Self {
        Self::Request(vec![json!({ "message": message.into(), "extensions": { "code": code } })])
    }
}

/// What went wrong with one root field.
pub(super) struct Fault {
    /// Its key in the answer.
    pub key: String,
    pub location: Option<SourceSpan>,
    pub problem: Problem,
}

impl Fault {
    /// A problem that is of no field.
    pub(super) fn of_all(problem: &Problem) -> Json {
        let code = problem.code;
        json!({
            "message": problem.detail,
            "extensions": { "code": code.word(), "status": code.status().as_u16(), "errors": problem.errors },
        })
    }

    /// The error in GraphQL's form, with everything that REST would tell in its extensions.
    pub(super) fn to_json(&self, sources: &SourceMap) -> Json {
        let mut error = Map::new();
        error.insert("message".into(), self.problem.detail.clone().into());
        if let Some(place) = self.location.and_then(|span| span.line_column_range(sources)) {
            let place = json!({ "line": place.start.line, "column": place.start.column });
            error.insert("locations".into(), json!([place]));
        }
        error.insert("path".into(), json!([self.key]));
        let code = self.problem.code;
        error.insert(
            "extensions".into(),
            json!({ "code": code.word(), "status": code.status().as_u16(), "errors": self.problem.errors }),
        );
        Json::Object(error)
    }
}
