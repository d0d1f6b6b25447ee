//! What the tools do: arguments become what an address or a body would be, and go the way of those.

use engine::{Apply, Command, Update, What};
use metadata::{Object, Problem as Detail};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::tools::{MOST, MOST_NEW, Tool};
use crate::answer;
use crate::body::{self, form::Form};
use crate::call::Call;
use crate::list::{self, pairs::Pairs};
use crate::problem::Problem;
use crate::rest::seen::Seen;
use crate::rest::{deploy, rights};

/// Records of an answer when the model does not say.
const USUAL: u32 = 20;

/// Runs a tool; the answer is a document.
pub(super) async fn run(call: &Call, tool: Tool, arguments: Option<&RawValue>) -> Result<Vec<u8>, Problem> {
    let text = arguments.map_or("{}", RawValue::get);
    match tool {
        Tool::ListObjects => {
            Form::new(text.as_bytes())?.finish()?;
            call.compare().await?;
            Ok(bytes(&list_objects(call)))
        }
        Tool::DescribeObject => {
            let mut form = Form::new(text.as_bytes())?;
            let object = object(call, &mut form);
            form.finish()?;
            call.compare().await?;
            let described = object.map(|object| Seen::new(call).object(&object));
            Ok(bytes(&json!({ "data": described })))
        }
        Tool::Query => query(call, Form::new(text.as_bytes())?).await,
        Tool::Aggregate => aggregate(call, Form::new(text.as_bytes())?).await,
        Tool::Create => create(call, text).await,
        Tool::Update => update(call, text).await,
        Tool::PlanMetadataChange => plan(call, text).await,
    }
}

fn bytes(json: &Json) -> Vec<u8> {
    json.to_string().into_bytes()
}

fn list_objects(call: &Call) -> Json {
    let seen = call.context.snapshot.catalog.objects.iter().filter(|object| rights::sees(call, object));
    let one = |object: &std::sync::Arc<Object>| {
        json!({
            "name": object.name, "plural": object.plural, "label": object.label, "description": object.description,
            "permissions": rights::of(call, object),
        })
    };
    json!({ "data": seen.map(one).collect::<Vec<_>>() })
}

/// The object that is named, if the caller may know of it.
fn object(call: &Call, form: &mut Form) -> Option<std::sync::Arc<Object>> {
    let name = form.required_text("object");
    let found = call.context.snapshot.catalog.find_object(&name).filter(|object| rights::sees(call, object));
    if found.is_none() && !name.is_empty() {
        let shown: String = name.chars().take(60).collect();
        form.problem("object", "unknown-object", format!("there is no object `{shown}`; ask list_objects"));
    }
    found.cloned()
}

/// Arguments as the parameters of an address, which has one reader for all.
fn parameters(form: &mut Form, known: &[&str]) -> Pairs {
    let mut pairs = Pairs::new();
    for name in known {
        let value = match *name {
            "filter" | "having" => {
                form.typed(name, "an object", |json| json.is_object().then(|| json.to_string()))
            }
            "where" | "cursor" => form.text(name),
            "include_total" => form.flag(name).map(|flag| flag.to_string()),
            "limit" => {
                let limit = form.integer("limit").unwrap_or(i64::from(USUAL));
                if !(1..=i64::from(MOST)).contains(&limit) {
                    form.problem(
                        "limit",
                        "out-of-range",
                        format!("expected a whole number from 1 to {MOST}"),
                    );
                }
                Some(limit.to_string())
            }
            _ => form.texts(name).map(|list| list.join(",")),
        };
        pairs.extend(value.map(|value| ((*name).to_owned(), value)));
    }
    pairs
}

async fn query(call: &Call, mut form: Form) -> Result<Vec<u8>, Problem> {
    let object = object(call, &mut form);
    let known = ["fields", "filter", "where", "sort", "limit", "cursor", "include_total"];
    let pairs = parameters(&mut form, &known);
    form.finish()?;
    let object = object.ok_or_else(Problem::not_found)?;
    let query = list::many(&object, &pairs).map_err(Problem::invalid)?;
    let answer = call.engine().read(&call.context, &query).await?;
    Ok(answer::page_bytes(&answer, &query))
}

async fn aggregate(call: &Call, mut form: Form) -> Result<Vec<u8>, Problem> {
    let object = object(call, &mut form);
    let pairs = parameters(&mut form, &["metrics", "group_by", "having", "filter", "where", "sort", "limit"]);
    form.finish()?;
    let object = object.ok_or_else(Problem::not_found)?;
    let question = list::aggregate::read(&object, &pairs).map_err(Problem::invalid)?;
    let groups = call.engine().aggregate(&call.context, &question).await?;
    Ok(answer::groups_bytes(&groups, &question))
}

/// Records stay raw, so the arguments are read key by key as bodies are.
fn record_arguments(text: &str, known: &[&str]) -> Result<Vec<Option<Box<RawValue>>>, Problem> {
    let mut fields = body::record(text.as_bytes())?;
    let mut take = |key: &str| {
        let place = fields.iter().position(|(name, raw)| name == key && raw.get() != "null")?;
        Some(fields.remove(place).1)
    };
    let taken = known.iter().map(|key| take(key)).collect();
    let unknown = |(key, _): &(String, Box<RawValue>)| {
        (!known.contains(&key.as_str()))
            .then(|| Detail::new(key, "unknown-key", format!("`{key}` means nothing here")))
    };
    let problems: Vec<Detail> = fields.iter().filter_map(unknown).collect();
    if problems.is_empty() { Ok(taken) } else { Err(Problem::unprocessable(problems)) }
}

fn needed(key: &str, expected: &str) -> Problem {
    Problem::unprocessable(vec![Detail::new(key, "required", format!("expected {expected}"))])
}

/// The object that a write names; whether it may be written is the engine's decision.
fn target(call: &Call, raw: Option<&RawValue>) -> Result<String, Problem> {
    let mut form =
        Form::of(json!({ "object": raw.and_then(|raw| serde_json::from_str::<Json>(raw.get()).ok()) }), "")?;
    let object = object(call, &mut form);
    form.finish()?;
    object.map(|object| object.name.clone()).ok_or_else(Problem::not_found)
}

async fn create(call: &Call, text: &str) -> Result<Vec<u8>, Problem> {
    let mut arguments = record_arguments(text, &["object", "records"])?.into_iter();
    let object = target(call, arguments.next().flatten().as_deref())?;
    let raw = arguments.next().flatten().ok_or_else(|| needed("records", "a list of records"))?;
    let records = match body::records(raw.get().as_bytes())? {
        body::Records::Many(records) if (1..=MOST_NEW).contains(&records.len()) => records,
        _ => return Err(needed("records", &format!("a list of 1 to {MOST_NEW} records"))),
    };
    written(call, Command { object, what: What::Create(records) }).await
}

async fn update(call: &Call, text: &str) -> Result<Vec<u8>, Problem> {
    let mut arguments = record_arguments(text, &["object", "id", "data", "version"])?.into_iter();
    let mut next = || arguments.next().flatten();
    let object = target(call, next().as_deref())?;
    let id = next().and_then(|raw| serde_json::from_str(raw.get()).ok());
    let id = id.ok_or_else(|| needed("id", "the id of a record"))?;
    let data = next().ok_or_else(|| needed("data", "an object of fields"))?;
    let fields = body::record(data.get().as_bytes())?;
    let if_version = match next() {
        Some(raw) => Some(raw.get().parse().map_err(|_| needed("version", "a whole number"))?),
        None => None,
    };
    written(call, Command { object, what: What::Update(vec![Update { id, fields, if_version }]) }).await
}

async fn written(call: &Call, command: Command) -> Result<Vec<u8>, Problem> {
    let written = call.engine().write_once(&call.context, None, command).await?;
    let mut bytes = b"{\"data\":".to_vec();
    match &written.answer {
        Some(answer) => bytes.extend_from_slice(&answer.json),
        None => bytes.extend_from_slice(json!(written.ids).to_string().as_bytes()),
    }
    bytes.extend_from_slice(format!(",\"warnings\":{}}}", json!(written.warnings)).as_bytes());
    Ok(bytes)
}

async fn plan(call: &Call, text: &str) -> Result<Vec<u8>, Problem> {
    call.require("manage_metadata", "metadata")?;
    let wish = Apply { changes: deploy::read_changes(text.as_bytes())?, dry_run: true, ..Apply::default() };
    let applied = call.engine().apply(&call.context, wish).await?;
    Ok(bytes(&json!({ "data": deploy::told(&applied) })))
}
