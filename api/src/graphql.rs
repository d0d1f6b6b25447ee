//! GraphQL over HTTP (contract §4): the same questions and commands as REST, in another form.
//!
//! Reading order: [`request`] (the transport), [`schema`] with [`names`], [`sdl`] and [`pieces`] (what the caller may see, as one
//! schema), [`limits`], [`collect`] (which fields an operation asks for), [`select`] (fields → the engine's query and
//! the shape of the answer), [`shape`] (the answer's bytes), [`queries`] with [`aggregates`] and [`states`], and [`mutations`] (the roots), [`fault`]
//! (errors), [`subscribe`] (changes as they come) over a [`socket`]. `apollo-compiler` parses, validates and answers introspection; nothing is resolved field by field.

use std::sync::Arc;

use apollo_compiler::executable::{Operation, OperationType};
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, introspection, request::coerce_variable_values};
use http::{Method, header};

use crate::asked::Asked;
use crate::call::{Call, Trust};
use crate::problem::{Code, Problem};
use crate::routes::{Outcome, answered};
use crate::ui;
use collect::Field;
use fault::{Fault, Refused};
use request::{Media, Request};

mod aggregates;
mod collect;
mod fault;
mod limits;
mod mutations;
mod names;
mod pieces;
mod queries;
mod request;
mod schema;
mod sdl;
mod select;
mod shape;
mod socket;
mod states;
mod subscribe;

pub use limits::Limits;
pub use schema::Schemas;
use schema::TenantSchema;

/// One operation, ready to run.
struct Run<'r> {
    call: &'r Call,
    schema: &'r TenantSchema,
    document: &'r Valid<ExecutableDocument>,
    operation: &'r Operation,
    variables: Valid<JsonMap>,
    collected: collect::Collected,
}

/// `POST /graphql`.
pub(crate) async fn post(call: Call) -> Outcome {
    let request = Request::of_body(&call.asked)?;
    answer(call, request).await
}

/// `GET /graphql` for whoever comes: a page for people, a line for subscribers, and [`get`] for programs.
pub(crate) async fn door(asked: Arc<Asked>) -> Outcome {
    if socket::is_asked_for(&asked) {
        return socket::open(asked);
    }
    let accepts = asked.header(&header::ACCEPT).unwrap_or_default();
    if accepts.contains("text/html") && !asked.head.uri.query().unwrap_or_default().contains("query=") {
        return Ok(ui::named("graphiql/index.html", &asked.head.headers));
    }
    answered(asked, Trust::Remembered, get).await
}

/// `GET /graphql`: queries only, because a link must not change anything.
async fn get(call: Call) -> Outcome {
    let request = Request::of_url(&call.asked)?;
    answer(call, request).await
}

async fn answer(call: Call, request: Request) -> Outcome {
    let media = Media::of(&call.asked);
    match run(&call, &request).await {
        Ok(body) => Ok(media.answer(body)),
        Err(Refused::Request(errors)) => {
            call.compare().await?;
            Ok(media.refuse(&errors))
        }
        Err(Refused::Problem(problem)) => Err(problem),
    }
}

/// A request's schema and its document, found and held against each other.
struct Ready {
    schema: Arc<TenantSchema>,
    document: Arc<Valid<ExecutableDocument>>,
}

impl Ready {
    fn of(call: &Call, request: &Request) -> Result<Self, Refused> {
        let schema = call.asked.app.graphql.find(call)?;
        let text = call.asked.app.graphql.text(call, request)?;
        let document = schema.document(&text)?;
        Ok(Self { schema, document })
    }

    /// The operation that is meant, with its variables.
    fn run<'r>(&'r self, call: &'r Call, request: &Request) -> Result<Run<'r>, Refused> {
        let Self { schema, document } = self;
        let operation = document.operations.get(request.operation.as_deref());
        let operation = operation.map_err(|error| Refused::one(error.to_graphql_error(&document.sources)))?;
        let variables = coerce_variable_values(&schema.valid, operation, &request.variables);
        let variables = variables.map_err(|error| Refused::one(error.to_graphql_error(&document.sources)))?;
        Ok(Run { call, schema, document, operation, variables, collected: Default::default() })
    }
}

async fn run(call: &Call, request: &Request) -> Result<Vec<u8>, Refused> {
    let ready = Ready::of(call, request)?;
    let run = ready.run(call, request)?;
    let operation = run.operation;
    if operation.operation_type == OperationType::Subscription {
        let text = "subscribe over a WebSocket at this address, with the protocol graphql-transport-ws";
        return Err(Refused::coded("not-here", text));
    }
    if call.asked.head.method == Method::GET && operation.operation_type == OperationType::Mutation {
        let problem = Problem::new(Code::MethodNotAllowed, "send mutations by POST");
        return Err(Refused::Problem(problem));
    }
    let fields = run.collect(&[&operation.selection_set], operation.object_type())?;
    limits::check(&run, &fields)?;
    let introspected = run.introspect(&fields)?;
    let mut response = shape::Response::new(introspected);
    let is_compared = match operation.operation_type {
        OperationType::Mutation => mutations::run(&run, &fields, &mut response).await.map(|()| true)?,
        _ => queries::run(&run, &fields, &mut response).await?,
    };
    if !is_compared {
        call.compare().await.map_err(Refused::Problem)?;
    }
    Ok(response.finish())
}

impl Run<'_> {
    fn limits(&self) -> &Limits {
        &self.call.asked.app.settings.graphql
    }

    /// Answers of `__schema` and `__type`, by key of the response.
    fn introspect(&self, fields: &[Field<'_>]) -> Result<JsonMap, Refused> {
        if !fields.iter().any(|field| matches!(field.name(), "__schema" | "__type")) {
            return Ok(JsonMap::new());
        }
        let refuse = |error: apollo_compiler::request::RequestError| {
            Refused::one(error.to_graphql_error(&self.document.sources))
        };
        introspection::check_max_depth(self.document, self.operation).map_err(refuse)?;
        let schema = self.schema;
        let answer = introspection::partial_execute(
            &schema.valid,
            &schema.implementers,
            self.document,
            self.operation,
            &self.variables,
        );
        Ok(answer.map_err(refuse)?.data.unwrap_or_default())
    }

    fn fault(&self, field: &Field<'_>, problem: Problem) -> Fault {
        Fault { key: field.key.to_owned(), location: field.first().location(), problem }
    }
}

/// What the handlers of the roots answer: problems that end the request, such as "plan again".
type Done = Result<(), Problem>;
