//! The schemas of what a record must obey when it is saved.

use serde_json::{Value as Json, json};

use super::{name, text};

/// A text in the formula language.
pub(super) fn formula(description: &str) -> Json {
    json!({"type": "string", "minLength": 1, "maxLength": 8000, "description": description})
}

pub(super) fn validation_rule() -> Json {
    json!({
        "type": "object",
        "description": "What no record may be when it is saved.",
        "required": ["object", "when", "message"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object whose records it looks at."),
            "when": formula("A condition; true means wrong."),
            "message": {"type": "string", "minLength": 1, "maxLength": 500,
                "description": "What the one who saves is told."},
            "field": name("The field at which it is told; the whole record when left out."),
            "active": {"type": "boolean", "default": true},
            "severity": {"enum": ["error", "warning"], "default": "error",
                "description": "A warning lets through who confirms it."},
            "on": {"type": "array", "maxItems": 2, "uniqueItems": true, "items": {"enum": ["create", "update"]},
                "description": "When it is looked at; on every save when left out."},
            "order": {"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000, "default": 0,
                "description": "Place among the object's rules, smallest first."},
            "description": text(2000, "What the rule is for."),
        },
    })
}

pub(super) fn field_condition() -> Json {
    json!({
        "type": "object",
        "description": "When a field is shown, must be filled, stays as it is, or has fewer options.",
        "required": ["object", "field"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object."),
            "field": name("The field."),
            "visible": formula("When the field is shown; always when left out."),
            "required": formula("When it must be filled, if it is shown."),
            "read_only": formula("When its value cannot be changed."),
            "options_when": {"type": "array", "maxItems": 50,
                "description": "Which options of a picklist may be chosen; where several hold, those that all allow.", "items": {
                "type": "object", "required": ["when", "allow"], "additionalProperties": false, "properties": {
                    "when": formula("When it holds."),
                    "allow": values("The options that are left then."),
                }}},
            "when_hidden": {"enum": ["keep", "clear"], "default": "keep",
                "description": "What becomes of the value while it is not shown."},
            "enforce": {"enum": ["server", "layout"], "default": "server",
                "description": "Whether every save is held to it, or forms alone."},
            "active": {"type": "boolean", "default": true},
        },
    })
}

pub(super) fn values(description: &str) -> Json {
    json!({"type": "array", "maxItems": 1000, "description": description,
        "items": {"type": "string", "minLength": 1, "maxLength": 100}})
}

pub(super) fn actions(description: &str) -> Json {
    json!({"type": "array", "maxItems": 50, "description": description, "items": {
        "type": "object",
        "required": ["action"],
        "additionalProperties": false,
        "if": {"properties": {"action": {"const": "emit"}}},
        "then": {"required": ["event"]},
        "else": {"required": ["field", "value"]},
        "properties": {
            "action": {"enum": ["set", "emit"]},
            "event": text(80, "What who follows the changes is told of, such as `quote.sent`."),
            "field": name("The field that gets the value."),
            "value": {"type": ["string", "number", "boolean", "null"],
                "description": "A formula, or a number, true, false or null as it is."},
        },
    }})
}

fn states() -> Json {
    json!({"type": "array", "minItems": 1, "maxItems": 200, "description": "Options of the field, in their order.", "items": {
        "type": ["string", "object"],
        "minLength": 1,
        "maxLength": 100,
        "required": ["value"],
        "additionalProperties": false,
        "properties": {
            "value": {"type": "string", "minLength": 1, "maxLength": 100, "description": "The option."},
            "guidance": text(2000, "What to do here."),
            "key_fields": {"type": "array", "maxItems": 50, "items": name("A field that matters here.")},
            "enter": actions("What every record gets that comes here, unless its writer says otherwise."),
            "lock": {"type": "boolean", "default": false,
                "description": "Whether records change by transitions alone here."},
        },
    }})
}

fn during() -> Json {
    json!({"type": "object", "additionalProperties": false, "description": "What is filled in on the way.", "properties": {
        "fields": {"type": "array", "maxItems": 100, "items": {
            "type": "object",
            "required": ["field"],
            "additionalProperties": false,
            "properties": {
                "field": name("The field."),
                "required": {"type": "boolean", "default": false},
                "when": formula("What must be true of the record afterwards."),
                "message": text(500, "What is told when it is not."),
            },
        }},
        "checklist": {"type": "array", "maxItems": 20, "items": {"type": "string", "minLength": 1, "maxLength": 200},
            "description": "What whoever takes it confirms."},
        "note": {"enum": ["optional", "required"], "description": "Whether whoever takes it says why."},
    }})
}

fn transitions() -> Json {
    let who = json!({
        "type": ["string", "object"],
        "maxLength": 200,
        "additionalProperties": false,
        "properties": {
            "role": text(100, "A role."),
            "team": text(100, "A team."),
            "user": text(100, "A user's id."),
            "owner": {"const": true},
        },
    });
    json!({"type": "array", "maxItems": 500, "items": {
        "type": "object",
        "required": ["name", "to"],
        "additionalProperties": false,
        "properties": {
            "name": name("The word in URLs."),
            "label": text(80, "What people call it."),
            "from": values("States that it leads out of; any when left out."),
            "to": {"type": "string", "minLength": 1, "maxLength": 100, "description": "The state that it leads to."},
            "trigger": {"type": ["string", "object"], "pattern": "^manual$", "default": "manual",
                "required": ["automatic"], "additionalProperties": false,
                "description": "Who begins it: people, or Trellis when a record has been in its state for so long.",
                "properties": {"automatic": {"type": "object", "required": ["after_hours"], "additionalProperties": false,
                    "properties": {"after_hours": {"type": "number", "description": "Hours in the state, such as 0.25 or 168."}}}}},
            "who": {"type": "array", "maxItems": 50, "items": who,
                "description": "Who may take it, such as `owner` or `role:sales`; whoever may edit when left out."},
            "before": formula("What must be true of the record before."),
            "message": text(500, "What is told when it is not."),
            "during": during(),
            "after": actions("What Trellis does then."),
        },
    }})
}

pub(super) fn process() -> Json {
    json!({
        "type": "object",
        "description": "The states of a picklist and the ways from one to another.",
        "required": ["object", "field", "states", "transitions"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object."),
            "field": name("The picklist."),
            "label": text(80, "What people call it."),
            "description": text(2000, "What it is for."),
            "applies": formula("Which records follow it; all when left out."),
            "mode": {"enum": ["guide", "enforce"], "default": "guide",
                "description": "Whether the field changes by transitions alone."},
            "states": states(),
            "transitions": transitions(),
            "initial": values("States in which a record may begin; any when left out."),
            "final": values("States in which it ends."),
            "order": {"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000, "default": 0},
            "active": {"type": "boolean", "default": true},
        },
    })
}

pub(super) fn record_type() -> Json {
    json!({
        "type": "object",
        "description": "A sort of record with its own options, defaults and process.",
        "required": ["object"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object."),
            "label": text(80, "What people call it; made from the name when left out."),
            "description": text(2000, "What it is for."),
            "options": {"type": "object", "maxProperties": 200, "additionalProperties": values("Options, or `*` for all."),
                "description": "Options that may be chosen, by picklist; all of those that are not named."},
            "defaults": {"type": "object", "maxProperties": 200,
                "description": "What new records hold when nothing is said, by field."},
            "process": name("The process that such records follow, without the object's name."),
            "active": {"type": "boolean", "default": true},
            "default": {"type": "boolean", "default": false,
                "description": "Whether new records are of this type when nothing is said."},
        },
    })
}
