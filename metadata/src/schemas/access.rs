//! The schemas of roles and permission sets.

use serde_json::{Value as Json, json};

use super::{name, text};
use crate::definitions::role::SYSTEM_PERMISSIONS;

fn words(description: &str) -> Json {
    json!({"type": "array", "maxItems": 100, "uniqueItems": true, "description": description,
        "items": {"enum": SYSTEM_PERMISSIONS}})
}

fn reaches(description: &str) -> Json {
    json!({"enum": ["none", "own", "team", "all"], "description": description})
}

fn rights() -> Json {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "create": {"type": "boolean"},
            "read": reaches("own: what I own; team: what somebody in my teams owns; all: every record."),
            "edit": reaches("Which records may be changed."),
            "delete": reaches("Which records may go to the recycle bin."),
            "transfer": reaches("Which records may be given to another owner."),
            "share": reaches("Which records may be shared by hand."),
            "export": {"type": "boolean"},
        },
    })
}

/// A role; a permission set has the same shape.
pub(super) fn role(description: &str) -> Json {
    let field = json!({"type": "object", "additionalProperties": false,
        "properties": {
            "read": {"anyOf": [{"type": "boolean"}, {"type": "string", "enum": ["mask"]}], "description": "`mask` shows the end of an encrypted field's values."},
            "edit": {"type": "boolean"}}});
    json!({
        "type": "object",
        "description": description,
        "additionalProperties": false,
        "properties": {
            "label": text(80, "What people call it."),
            "description": text(2000, "Whom it is for."),
            "inherits": {"type": "array", "maxItems": 20, "uniqueItems": true, "items": {"type": "string", "maxLength": 40},
                "description": "Others whose gifts it gives too. What it says itself goes before what they say."},
            "objects": {"type": "object", "additionalProperties": rights(),
                "description": "By name of the object; `*` stands for every object that is not named."},
            "fields": {"type": "object", "additionalProperties": field,
                "description": "By path such as `deal.margin`. Fields that are not named follow their object."},
            "system": words("What it permits beside actions on records."),
            "mutes": words("Permissions of those it inherits that it does not give."),
        },
    })
}

pub(super) fn people(description: &str) -> Json {
    json!({
        "type": "object",
        "description": description,
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            "team": name("A team."),
            "role": name("A role; those who hold one that inherits it are among them."),
            "user": {"type": "string", "format": "uuid", "description": "Id of a user."},
            "everyone": {"const": true},
        },
    })
}

/// Which records are opened to whom.
pub(super) fn sharing_rule() -> Json {
    json!({
        "type": "object",
        "description": "Which records are opened to whom beside what ownership and roles give.",
        "required": ["object", "share_with", "access"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object whose records it opens."),
            "label": text(80, "What people call the rule."),
            "when": text(5000, "A condition, such as `account.industry = \"healthcare\"`."),
            "owned_by": people("In place of `when`: whose records."),
            "share_with": people("To whom."),
            "access": {"enum": ["read", "edit"]},
            "active": {"type": "boolean", "default": true},
        },
    })
}

/// Which records are kept from whom.
pub(super) fn restriction_rule() -> Json {
    json!({
        "type": "object",
        "description": "Of all records that people could reach, only those that meet a condition.",
        "required": ["object", "when", "applies_to"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object whose records it holds back."),
            "label": text(80, "What people call the rule."),
            "when": text(5000, "A condition that the records meet that are left to them."),
            "applies_to": people("Whom it holds back; administrators never."),
            "active": {"type": "boolean", "default": true},
        },
    })
}
