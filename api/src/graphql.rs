//! GraphQL over HTTP (contract §4): the same questions and commands as REST, in another form.
//!
//! Reading order: [`request`] (the transport), [`schema`] with [`names`] and [`sdl`] (what the caller may see, as one
//! schema), [`limits`], [`collect`] (which fields an operation asks for), [`select`] (fields → the engine's query and
//! the shape of the answer), [`shape`] (the answer's bytes), [`queries`] with [`aggregates`], and [`mutations`] (the roots), [`fault`]
//! (errors). `apollo-compiler` parses, validates and answers introspection; nothing is resolved field by field.

use apollo_compiler::executable::{Operation, OperationType};
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, introspection, request::coerce_variable_values};
use http::Method;

use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;
use collect::Field;
use fault::{Fault, Refused};
use request::{Media, Request};

mod aggregates;
mod collect;
mod fault;
mod limits;
mod mutations;
mod names;
mod queries;
mod request;
mod schema;
mod sdl;
mod select;
mod shape;

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

/// `GET /graphql`: queries only, because a link must not change anything.
pub(crate) async fn get(call: Call) -> Outcome {
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

async fn run(call: &Call, request: &Request) -> Result<Vec<u8>, Refused> {
    let schema = call.asked.app.graphql.find(call).map_err(Refused::Problem)?;
    let text = call.asked.app.graphql.text(call, request)?;
    let document = schema.document(&text)?;
    let operation = document.operations.get(request.operation.as_deref());
    let operation = operation.map_err(|error| Refused::one(error.to_graphql_error(&document.sources)))?;
    if operation.operation_type == OperationType::Subscription {
        return Err(Refused::message("subscriptions are not served at this address"));
    }
    if call.asked.head.method == Method::GET && operation.operation_type == OperationType::Mutation {
        let problem = Problem::new(crate::problem::Code::MethodNotAllowed, "send mutations by POST");
        return Err(Refused::Problem(problem));
    }
    let variables = coerce_variable_values(&schema.valid, operation, &request.variables);
    let variables = variables.map_err(|error| Refused::one(error.to_graphql_error(&document.sources)))?;
    let run = Run {
        call,
        schema: &schema,
        document: &document,
        operation,
        variables,
        collected: Default::default(),
    };
    let fields = run.collect(&[&operation.selection_set], operation.object_type())?;
    limits::check(&run, &fields)?;
    let introspected = run.introspect(&fields)?;
    let mut response = shape::Response::new(introspected);
    match operation.operation_type {
        OperationType::Mutation => mutations::run(&run, &fields, &mut response).await,
        _ => queries::run(&run, &fields, &mut response).await,
    }
    .map_err(Refused::Problem)?;
    let is_query = operation.operation_type != OperationType::Mutation;
    if is_query && (response.has_faults() || fields.iter().all(|field| field.name().starts_with("__"))) {
        call.compare().await.map_err(Refused::Problem)?;
    }
    Ok(response.finish())
}

impl Run<'_> {
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
