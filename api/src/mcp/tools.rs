//! The tools, with what each takes as JSON Schema: the objects that the caller may use are told by name.

use metadata::{Kind, Object};
use permissions::Action;
use serde_json::{Value as Json, json};

use crate::call::Call;
use crate::rest::rights;

/// Most records of one answer: a model reads all of them.
pub(super) const MOST: u32 = 200;
/// Most records of one write.
pub(super) const MOST_NEW: usize = 200;

/// What a model can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    ListObjects,
    DescribeObject,
    Query,
    Aggregate,
    Create,
    Update,
    PlanMetadataChange,
}

const ALL: &[(Tool, &str)] = &[
    (Tool::ListObjects, "list_objects"),
    (Tool::DescribeObject, "describe_object"),
    (Tool::Query, "query"),
    (Tool::Aggregate, "aggregate"),
    (Tool::Create, "create"),
    (Tool::Update, "update"),
    (Tool::PlanMetadataChange, "plan_metadata_change"),
];

impl Tool {
    /// The tool with this name.
    pub fn find(name: &str) -> Option<Self> {
        ALL.iter().find(|(_, known)| *known == name).map(|(tool, _)| *tool)
    }
}

/// Those that the caller can use at all.
pub(super) fn list(call: &Call) -> Vec<Json> {
    ALL.iter().filter_map(|(tool, name)| described(call, *tool, name)).collect()
}

fn described(call: &Call, tool: Tool, name: &str) -> Option<Json> {
    let (title, text, properties, required): (_, _, _, &[&str]) = match tool {
        Tool::ListObjects => {
            ("List objects", "All objects, with what you may do with their records.", json!({}), &[])
        }
        Tool::DescribeObject => (
            "Describe an object",
            "An object's fields with kinds, options and limits, its relations, and what you may do with its records.",
            json!({ "object": object(call, Action::Read)? }),
            &["object"],
        ),
        Tool::Query => (
            "Query records",
            "Records of an object: fields, also of related records; filtered, sorted, page by page.",
            question(call)?,
            &["object"],
        ),
        Tool::Aggregate => (
            "Count and sum",
            "How many and how much, for each of what.",
            numbers(call)?,
            &["object", "metrics"],
        ),
        Tool::Create => (
            "Create records",
            "New records of one object: all are made or none.",
            json!({ "object": object(call, Action::Create)?, "records": { "type": "array", "items": { "type": "object" }, "minItems": 1, "maxItems": MOST_NEW } }),
            &["object", "records"],
        ),
        Tool::Update => (
            "Update a record",
            "Changes the fields that are named; with a version, only if nobody was faster.",
            json!({ "object": object(call, Action::Edit)?, "id": { "type": "string", "format": "uuid" }, "data": { "type": "object" }, "version": { "type": "integer" } }),
            &["object", "id", "data"],
        ),
        Tool::PlanMetadataChange if call.require("manage_metadata", "metadata").is_ok() => (
            "Plan a change of metadata",
            "What a change of objects, fields or other definitions would do: its steps with their SQL, locks and risk, what data it would hide, or all that is wrong with it. Nothing is changed.",
            json!({ "changes": changes() }),
            &["changes"],
        ),
        Tool::PlanMetadataChange => return None,
    };
    let is_write = matches!(tool, Tool::Create | Tool::Update);
    Some(json!({
        "name": name,
        "title": title,
        "description": text,
        "inputSchema": { "type": "object", "properties": properties, "required": required, "additionalProperties": false },
        "annotations": { "title": title, "readOnlyHint": !is_write, "destructiveHint": tool == Tool::Update, "idempotentHint": !is_write, "openWorldHint": false },
    }))
}

/// Names of the objects with whose records the caller may do this; `None` when there are none.
fn object(call: &Call, action: Action) -> Option<Json> {
    let usable = |object: &&Object| {
        rights::sees(call, object)
            && (action == Action::Read
                || (!object.system && call.context.decide(action, object).is_allowed()))
    };
    let objects = call.context.snapshot.catalog.objects.iter().map(AsRef::as_ref).filter(usable);
    let names: Vec<&str> = objects.map(|object| object.name.as_str()).collect();
    (!names.is_empty()).then(|| json!({ "type": "string", "enum": names }))
}

fn words(text: &str) -> Json {
    json!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "description": text })
}

/// What says which records are meant.
fn filters(call: &Call) -> Option<Json> {
    Some(json!({
        "object": object(call, Action::Read)?,
        "filter": { "type": "object", "description": "Such as {\"amount\":{\"gte\":1000},\"tasks\":{\"some\":{\"status\":{\"ne\":\"done\"}}}}; operators: eq ne gt gte lt lte between in not_in is_null contains not_contains starts_with ends_with has_any has_all search; and, or, not; some, none, every on relations" },
        "where": { "type": "string", "description": "The same in the formula language: amount > 1000 AND stage = \"proposal\"" },
        "limit": { "type": "integer", "minimum": 1, "maximum": MOST, "default": 20 },
    }))
}

fn question(call: &Call) -> Option<Json> {
    let mut all = filters(call)?;
    all["fields"] = words("Paths such as name, account.name, tasks.title; all own fields when missing");
    all["sort"] = words("Paths, the largest first with a minus: -amount");
    all["cursor"] = json!({ "type": "string", "description": "next_cursor of the page before" });
    all["include_total"] = json!({ "type": "boolean", "description": "Count all matches too" });
    Some(all)
}

fn numbers(call: &Call) -> Option<Json> {
    let mut all = filters(call)?;
    all["metrics"] = words("count, or count, count_distinct, sum, avg, min, max of a field: sum(amount)");
    all["group_by"] = words("Fields, or dates with day, week, month, quarter or year: created_at:month");
    all["having"] = json!({ "type": "object", "description": "A filter on metrics: {\"count\":{\"gt\":1}}" });
    all["sort"] = words("Metrics and groups, the largest first with a minus: -sum(amount)");
    Some(all)
}

fn changes() -> Json {
    let kinds = Kind::ALL.map(Kind::word);
    let change = json!({
        "type": "object", "required": ["kind", "name", "definition"], "additionalProperties": false,
        "properties": {
            "kind": { "type": "string", "enum": kinds },
            "name": { "type": "string", "description": "Such as deal, or deal.amount for what belongs to an object" },
            "definition": { "type": ["object", "null"], "description": "null takes it away" },
        },
    });
    json!({ "type": "array", "items": change, "minItems": 1 })
}
