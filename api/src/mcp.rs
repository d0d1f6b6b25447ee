//! `POST /mcp`: the tenant as tools for language models (Model Context Protocol, streamable HTTP). Each tool is a
//! question or command of the engine, asked as the caller, so a model sees and does what its person may, and no more.
//!
//! Nothing is remembered between two messages: there is no session, and no stream to hold open, so every answer is one
//! document. Reading order: [`message`] (JSON-RPC), [`door`] (which pages and versions are let in), [`tools`] (what
//! there is), [`run`] (what it does).

use serde_json::{Value as Json, json};
use tenancy::Feature;

use crate::call::Call;
use crate::problem::{Code, Problem};
use crate::routes::Outcome;
use message::{Fault, Message};

mod door;
mod message;
mod run;
mod tools;

/// One message of a client.
pub(crate) async fn post(call: Call) -> Outcome {
    door::check(&call)?;
    call.asked.app.tenants.require_feature(&call.caller.tenant, Feature::Mcp).await?;
    let message = Message::read(call.asked.json()?)?;
    let Some(id) = message.id.clone() else {
        // A notification, or an answer to a question that we never ask.
        return Ok(message::accepted());
    };
    match answer(&call, message).await {
        Ok(result) => Ok(message::answered(&id, &result)),
        Err(Told::Fault(fault)) => Ok(message::failed(&id, &fault)),
        Err(Told::Problem(problem)) => Err(problem),
    }
}

/// Why there is no result.
enum Told {
    /// What the protocol says to the client.
    Fault(Fault),
    /// What HTTP says: somebody who may not ask, a server that cannot answer, or memory that was old.
    Problem(Problem),
}

impl From<Problem> for Told {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

async fn answer(call: &Call, message: Message) -> Result<Vec<u8>, Told> {
    let told = |json: Json| Ok(json.to_string().into_bytes());
    match message.method.as_str() {
        "initialize" => told(welcome(&message)),
        "ping" => told(json!({})),
        "tools/list" => {
            call.compare().await?;
            told(json!({ "tools": tools::list(call) }))
        }
        "tools/call" => use_tool(call, message).await,
        method => Err(Told::Fault(Fault::unknown_method(method))),
    }
}

fn welcome(message: &Message) -> Json {
    let asked: Json = message.param("protocolVersion").unwrap_or_default();
    json!({
        "protocolVersion": door::version(asked.as_str()),
        "capabilities": { "tools": { "listChanged": false } },
        "serverInfo": { "name": "trellis", "title": "Trellis", "version": env!("CARGO_PKG_VERSION") },
        "instructions": "Records, objects and fields of one tenant. Ask list_objects first, then describe_object; names of objects and fields are those that query, aggregate, create and update take.",
    })
}

/// What a tool refuses is its result, in the words of our problems, so that the model can do better.
async fn use_tool(call: &Call, message: Message) -> Result<Vec<u8>, Told> {
    let wrong = |text: &str| Told::Fault(Fault::invalid_params(text));
    let name: String = message.param("name").ok_or_else(|| wrong("expected the name of a tool"))?;
    let arguments = message.raw("arguments");
    let Some(tool) = tools::Tool::find(&name) else {
        return Err(wrong(&format!("there is no tool `{name}`; ask tools/list")));
    };
    match run::run(call, tool, arguments.as_deref()).await {
        Ok(document) => Ok(message::of_tool(&document, false)),
        Err(problem) if is_the_models(&problem) => {
            // Memory alone may have refused what is allowed by now.
            call.compare().await?;
            Ok(message::of_tool(problem.document(&call.asked.id).to_string().as_bytes(), true))
        }
        Err(problem) => Err(Told::Problem(problem)),
    }
}

/// Whether the model can do something about it.
fn is_the_models(problem: &Problem) -> bool {
    problem.code.status().is_client_error()
        && !matches!(problem.code, Code::Unauthenticated | Code::TooManyRequests | Code::Suspended)
}
