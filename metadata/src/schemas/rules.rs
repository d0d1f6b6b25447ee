//! The schemas of what a record must obey when it is saved.

use serde_json::{Value as Json, json};

use super::{name, text};

/// A text in the formula language.
fn formula(description: &str) -> Json {
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
