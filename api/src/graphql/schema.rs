//! The schema of one tenant as one set of roles sees it: built when it is first asked for, kept while there is room.

use std::sync::Arc;
use std::time::Duration;

use apollo_compiler::collections::HashMap;
use apollo_compiler::parser::Parser;
use apollo_compiler::schema::Implementers;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Schema};
use metadata::Object;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::fault::Refused;
use super::limits::{MAX_BRACKETS, MAX_TEXT, MAX_TOKENS};
use super::names::Names;
use super::pieces::{self, Pieces};
use super::request::Request;
use super::sdl;
use crate::call::Call;
use crate::problem::Problem;
use crate::rest::rights;

/// Most text of schemas that are kept, in bytes: in memory a schema takes about twenty times its text, 8 MB for a hundred
/// objects of thirty fields; or much less, since schemas share the pieces that are the same.
const MAX_SCHEMAS: u64 = 12_000_000;
/// Most text of documents that a schema remembers as checked, in bytes; a checked document takes many times its text.
const MAX_DOCUMENTS: u64 = 200_000;
/// Most text of persisted queries, in bytes.
const MAX_PERSISTED: u64 = 20_000_000;
/// How long what nobody asks for is kept.
const IDLE: Duration = Duration::from_secs(3600);

/// Schemas and persisted queries of the process.
pub struct Schemas {
    all: Cache<Key, Arc<TenantSchema>>,
    pieces: Pieces,
    persisted: Cache<(Uuid, String), Arc<str>>,
}

/// What a schema depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    tenant: Uuid,
    revision: i64,
    /// The revision whose names it has, where that is another one.
    names: Option<i64>,
    /// What decides on what the caller sees: roles, permission sets and scopes.
    seen_as: String,
}

/// One schema.
pub(super) struct TenantSchema {
    pub valid: Valid<Schema>,
    pub implementers: HashMap<Name, Implementers>,
    pub names: Names,
    documents: Cache<String, Arc<Valid<ExecutableDocument>>>,
    /// Bytes of its text.
    weight: u32,
}

impl Default for Schemas {
    fn default() -> Self {
        let persisted = Cache::builder()
            .max_capacity(MAX_PERSISTED)
            .weigher(|(_, hash): &(Uuid, String), text: &Arc<str>| weight(hash.len() + text.len()))
            .time_to_idle(IDLE)
            .build();
        let all = Cache::builder()
            .max_capacity(MAX_SCHEMAS)
            .weigher(|_: &Key, schema: &Arc<TenantSchema>| schema.weight)
            .time_to_idle(IDLE)
            .build();
        Self { all, pieces: Pieces::default(), persisted }
    }
}

impl Schemas {
    /// The schema that the caller sees.
    pub(super) fn find(&self, call: &Call) -> Result<Arc<TenantSchema>, Problem> {
        let actor = &call.context.actor;
        let key = Key {
            tenant: call.caller.tenant.id,
            revision: call.context.snapshot.revision,
            names: call.context.snapshot.former().map(|names| names.revision),
            seen_as: format!("{:?} {:?} {:?}", actor.roles, actor.membership.permission_sets, actor.scopes),
        };
        if let Some(schema) = self.all.get(&key) {
            return Ok(schema);
        }
        let schema = Arc::new(TenantSchema::new(call, &self.pieces)?);
        self.all.insert(key, schema.clone());
        Ok(schema)
    }

    /// The text of the request's query: sent along, or persisted by an earlier request under its hash.
    pub(super) fn text(&self, call: &Call, request: &Request) -> Result<String, Refused> {
        let tenant = call.caller.tenant.id;
        match (&request.query, &request.hash) {
            (Some(query), Some(hash)) => {
                let digest: String =
                    Sha256::digest(query.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
                if digest != *hash {
                    return Err(Refused::coded(
                        "persisted-query-mismatch",
                        "the hash is not that of the query",
                    ));
                }
                if query.len() <= MAX_TEXT {
                    self.persisted.insert((tenant, digest), query.as_str().into());
                }
                Ok(query.clone())
            }
            (Some(query), None) => Ok(query.clone()),
            (None, hash) => {
                let key = (tenant, hash.clone().unwrap_or_default());
                let found = self.persisted.get(&key).map(|text| text.to_string());
                // The words that clients of persisted queries look for.
                found.ok_or_else(|| Refused::coded("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"))
            }
        }
    }
}

impl TenantSchema {
    fn new(call: &Call, known: &Pieces) -> Result<Self, Problem> {
        let catalog = &call.context.snapshot.catalog;
        let seen: Vec<Arc<Object>> =
            catalog.objects.iter().filter(|object| rights::sees(call, object)).cloned().collect();
        let names = Names::new(&seen);
        let texts = sdl::write(call, &seen, &names);
        let own = weight(texts.iter().map(String::len).sum());
        let valid = pieces::put_together(known, texts).map_err(|errors| {
            tracing::error!(errors, "the generated GraphQL schema is not valid");
            Problem::internal()
        })?;
        let implementers = valid.implementers_map();
        let documents = Cache::builder()
            .max_capacity(MAX_DOCUMENTS)
            .weigher(|text: &String, _: &Arc<Valid<ExecutableDocument>>| weight(text.len()))
            .build();
        Ok(Self { valid, implementers, names, documents, weight: own })
    }

    /// A document, parsed and held to the schema.
    pub(super) fn document(&self, text: &str) -> Result<Arc<Valid<ExecutableDocument>>, Refused> {
        if let Some(document) = self.documents.get(text) {
            return Ok(document);
        }
        if text.len() > MAX_TEXT {
            return Err(Refused::coded("too-large", format!("a document has at most {MAX_TEXT} bytes")));
        }
        let mut parser = Parser::new().recursion_limit(MAX_BRACKETS).token_limit(MAX_TOKENS);
        let document =
            parser.parse_executable(&self.valid, text, "request").map_err(|wrong| listed(&wrong.errors))?;
        let document = document.validate(&self.valid).map_err(|wrong| listed(&wrong.errors))?;
        let document = Arc::new(document);
        self.documents.insert(text.to_owned(), document.clone());
        Ok(document)
    }
}

/// Bytes as a cache counts them.
pub(super) fn weight(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

fn listed(errors: &apollo_compiler::validation::DiagnosticList) -> Refused {
    let errors = errors.iter().take(20).map(|error| {
        let mut error = error.to_json();
        let code = match error.message.as_str() {
            text if text.contains("recursion limit") => "too-deep",
            text if text.contains("token limit") => "too-large",
            text if text.contains("syntax error") => "bad-syntax",
            _ => "not-in-schema",
        };
        error.extensions.entry("code").or_insert(code.into());
        serde_json::to_value(error).unwrap_or_default()
    });
    Refused::Request(errors.collect())
}
