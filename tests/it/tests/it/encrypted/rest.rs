//! What can be asked of an encrypted field, and what is refused with its place.

use it::site::encoded;
use serde_json::json;

use super::{create, put, site};

#[tokio::test]
async fn records_are_found_by_the_exact_value() {
    let site = site("encrypted_find").await;
    for (name, ssn, mail) in [("Ann", "1", "Ann@Example.com"), ("Bob", "2", "bob@example.com")] {
        create(&site, "patients", json!({ "name": name, "ssn": ssn, "mail": mail })).await;
    }
    create(&site, "patients", json!({ "name": "Cid" })).await;
    for (filter, expected) in [
        ("filter[ssn]=1", vec!["Ann"]),
        ("ssn=2", vec!["Bob"]),
        ("filter[ssn][in]=1,2,3", vec!["Ann", "Bob"]),
        ("filter[ssn][ne]=1", vec!["Bob", "Cid"]),
        ("filter[ssn][not_in]=1,2", vec!["Cid"]),
        ("filter[ssn][is_null]=true", vec!["Cid"]),
        ("filter[story][is_null]=true", vec!["Ann", "Bob", "Cid"]),
        ("filter[mail]=Ann@EXAMPLE.com", vec!["Ann"]),
        ("filter[ssn]=11", vec![]),
    ] {
        let list = site.get(&format!("/api/v1/patients?{filter}&sort=name&fields=name")).await.data(200);
        let names: Vec<_> =
            list.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{filter}");
    }
    let plan = site.get("/api/v1/patients?filter[ssn]=1&explain=true").await.data(200);
    assert!(!plan["parameters"].to_string().contains("\"1\""), "{plan}");
    // The index is the one that the condition asks for.
    let pool = site.world.engine.pool();
    let definition: String = sqlx::query_scalar(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 't_demo' AND tablename = 'patient' AND indexdef LIKE '%mail%'",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    assert!(definition.contains("split_part(mail, '.'::text, 1)"), "{definition}");
}

#[tokio::test]
async fn nothing_else_can_be_asked() {
    let site = site("encrypted_asked").await;
    create(&site, "patients", json!({ "name": "Ann", "ssn": "1", "story": "x" })).await;
    let formula = encoded("ssn = \"1\"");
    let inner = encoded("patient.ssn = \"1\"");
    for (path, expected) in [
        ("patients?filter[ssn][contains]=1", "filter.ssn.contains encrypted"),
        ("patients?filter[ssn][gt]=1", "filter.ssn.gt encrypted"),
        ("patients?filter[story]=x", "filter.story.eq encrypted"),
        ("patients?filter[story][search]=x", "filter.story encrypted"),
        ("patients?sort=-ssn", "sort.ssn encrypted"),
        ("visits?sort=patient.ssn", "sort.patient.ssn encrypted"),
        ("patients/aggregate?metrics=count&group_by=ssn", "group_by.ssn encrypted"),
        ("patients/aggregate?metrics=max(ssn)", "metrics.max(ssn) encrypted"),
        ("patients/aggregate?metrics=count_distinct(ssn)", "metrics.count_distinct(ssn) encrypted"),
    ] {
        let told = site.get(&format!("/api/v1/{path}")).await.problems(400);
        assert_eq!(told, [expected], "{path}");
    }
    for path in [format!("patients?where={formula}"), format!("visits?where={inner}")] {
        let reply = site.get(&format!("/api/v1/{path}")).await;
        assert!(reply.status == 400 && reply.text().contains("is encrypted"), "{}", reply.text());
    }
    assert!(!site.get("/api/v1/search?q=x").await.text().contains("Ann"));
}

#[tokio::test]
async fn definitions_that_cannot_work_are_refused() {
    let site = site("encrypted_defined").await;
    let field = |more: serde_json::Value| {
        let mut field = json!({ "name": "f", "kind": "text", "encrypted": true });
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    for (definition, place) in [
        (field(json!({ "kind": "integer" })), "encrypted not-allowed"),
        (field(json!({ "kind": "picklist", "options": [{ "value": "a" }] })), "encrypted not-allowed"),
        (field(json!({ "searchable": true })), "searchable not-allowed"),
        (field(json!({ "indexed": true })), "indexed not-allowed"),
        (field(json!({ "unique": true })), "unique not-allowed"),
        (field(json!({ "default": "x" })), "default not-allowed"),
        (json!({ "name": "f", "kind": "text", "blind_index": true }), "blind_index not-allowed"),
    ] {
        let told = put(&site, "objects/patient/fields/f", definition.clone()).await.problems(422);
        assert!(told.len() == 1 && told[0].ends_with(place), "{definition}: {told:?}");
    }
    for (kind, definition) in [
        (
            "validation-rules/patient.r",
            json!({ "object": "patient", "when": "ISBLANK(ssn)", "message": "m" }),
        ),
        ("objects/patient/fields/f", json!({ "name": "f", "kind": "formula", "formula": "ssn & \"x\"" })),
        (
            "list-views/patient.v",
            json!({ "object": "patient", "label": "V", "columns": ["name"], "sort": ["ssn"] }),
        ),
        (
            "sharing-rules/patient.s",
            json!({ "object": "patient", "when": "ssn = \"1\"", "share_with": { "everyone": true }, "access": "read" }),
        ),
        ("record-types/patient.t", json!({ "object": "patient", "label": "T", "defaults": { "ssn": "1" } })),
    ] {
        let reply = put(&site, kind, definition).await;
        assert!(reply.status == 422 && reply.text().contains("is encrypted"), "{kind}: {}", reply.text());
    }
    // Neither is what is there made plain, nor the other way.
    let plain = json!({ "name": "story", "kind": "long_text" });
    let secret = json!({ "name": "ward", "kind": "text", "encrypted": true });
    for (name, definition) in [("story", plain), ("ward", secret)] {
        let reply = put(&site, &format!("objects/patient/fields/{name}"), definition).await;
        let told = reply.problems(422);
        assert_eq!(told, [format!("objects.patient.fields.{name}.encrypted cannot-change")]);
    }
    let role = json!({ "label": "R", "fields": { "patient.ward": { "read": "mask" } } });
    let told = put(&site, "roles/r", role).await.problems(422);
    assert!(told.len() == 1 && told[0].ends_with("fields.patient.ward.read not-allowed"), "{told:?}");
    let role = json!({ "label": "R", "fields": { "patient.ssn": { "read": "mask", "edit": true } } });
    let told = put(&site, "roles/r", role).await.problems(422);
    assert!(told.len() == 1 && told[0].ends_with("edit-without-read"), "{told:?}");
}
