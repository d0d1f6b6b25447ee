//! The schemas of list views, layouts and apps.

use serde_json::{Value as Json, json};

use super::{name, text};

fn paths(description: &str) -> Json {
    json!({"type": "array", "maxItems": 100, "description": description,
        "items": {"type": "string", "maxLength": 400}})
}

pub(super) fn list_view() -> Json {
    json!({
        "type": "object",
        "description": "A named selection of records and how it is shown.",
        "required": ["object", "label", "columns"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object whose records it shows."),
            "label": text(80, "What people call the view."),
            "scope": {"enum": ["mine", "team", "all"], "description": "Whose records."},
            "where": text(5000, "Which of them, in the formula language."),
            "filter": {"type": "object", "description": "Which records, such as {\"stage\": {\"eq\": \"won\"}}."},
            "columns": paths("Paths of fields, such as `amount` or `account.name`."),
            "pinned": paths("Those of the columns that stay in sight beside the first one."),
            "sort": paths("Paths, the first first; `-` before a path sorts downwards."),
            "group_by": text(400, "Path of the field to group by."),
            "weight_by": text(60, "The number of the object that a board weighs its amounts by, in hundredths, such as \
                `probability`; `none` weighs nothing. When left out, a percentage whose name tells."),
            "display": {"enum": ["table", "board", "calendar", "timeline"], "default": "table"},
            "shared_with": {"type": "array", "maxItems": 100, "items": super::access::people("One of them."),
                "description": "With whom it is shared; everybody when left out."},
        },
    })
}

pub(super) fn app() -> Json {
    let item = json!({
        "type": "object",
        "required": ["object"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object whose records it leads to."),
            "view": name("The list view of the object that it opens; the first one when left out."),
            "label": text(80, "What people call it; that of the object or the view when left out."),
        },
    });
    json!({
        "type": "object",
        "description": "What people of one kind of work have in their navigation.",
        "required": ["items"],
        "additionalProperties": false,
        "properties": {
            "label": text(80, "What people call it; made from the name when left out."),
            "description": text(2000, "What it is for."),
            "icon": text(60, "Name of an icon."),
            "extends": name("The app that this adds to."),
            "items": {"type": "array", "maxItems": 60, "items": item, "description": "What the navigation holds, in this order."},
            "shared_with": {"type": "array", "maxItems": 100, "items": super::access::people("One of them."),
                "description": "Who sees it; everybody when left out."},
            "order": {"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000, "default": 0},
            "active": {"type": "boolean", "default": true},
        },
    })
}

pub(super) fn layout() -> Json {
    let item = json!({
        "type": "object",
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "description": "Exactly one of field, related and component.",
        "properties": {
            "field": text(400, "Path of a field."),
            "related": name("A relation to many records."),
            "component": text(60, "A component of the UI."),
        },
    });
    let section = json!({
        "type": "object",
        "required": ["label", "items"],
        "additionalProperties": false,
        "properties": {
            "label": text(80, "The heading."),
            "columns": {"type": "integer", "minimum": 1, "maximum": 2},
            "visible": text(5000, "A condition on the record; always when left out."),
            "items": {"type": "array", "maxItems": 500, "items": item},
        },
    });
    json!({
        "type": "object",
        "description": "What a record's page shows, and where.",
        "required": ["object", "sections"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object whose records it shows."),
            "sections": {"type": "array", "maxItems": 100, "items": section},
            "highlights": paths("Paths shown large at the top."),
            "assign": {"type": "array", "maxItems": 100, "description": "For whom the layout is meant.",
                "items": {"type": "object", "additionalProperties": false, "properties": {
                    "role": text(40, "A role, or `*`."),
                    "record_type": text(40, "A record type of the object, or `*`."),
                    "device": {"enum": ["desktop", "tablet", "phone", "*"]}}}},
        },
    })
}
