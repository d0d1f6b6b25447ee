//! Who is shown the end of a value alone: on every way out, and no way around.

use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

use super::{create, put, site};

const NUMBER: &str = "4111 2222 3333 1234";
const MASK: &str = "•••• 1234";

/// Somebody who sees patients with masked numbers, and whole ones of their own.
async fn clerk(site: &Site) -> String {
    let every = json!({ "read": "all", "edit": "all", "create": true, "delete": "all", "export": true });
    let role = json!({ "label": "Clerk", "objects": { "patient": every, "visit": every },
        "fields": { "patient.ssn": { "read": "mask" }, "patient.story": { "read": false } }, "system": ["view_audit"] });
    let reply = put(site, "roles/clerk", role).await;
    assert!(reply.status < 300, "{}", reply.text());
    site.person("clerk", "clerk").await
}

async fn ask(site: &Site, token: &str, (method, path): (&str, &str), body: Option<Json>) -> Reply {
    site.ask_with(method, path, body, &[("authorization", &format!("Bearer {token}"))]).await
}

#[tokio::test]
async fn a_masked_value_shows_its_end_on_every_way() {
    let site = site("encrypted_masks").await;
    let id = create(&site, "patients", json!({ "name": "Ann", "ssn": "0000 1111", "story": "secret" })).await;
    let path = format!("/api/v1/patients/{id}");
    site.ask("PATCH", &path, Some(json!({ "ssn": NUMBER }))).await.data(200);
    create(&site, "visits", json!({ "name": "v", "patient_id": id })).await;
    let clerk = clerk(&site).await;
    for way in [
        path.clone(),
        "/api/v1/patients".into(),
        "/api/v1/patients?fields=*".into(),
        "/api/v1/visits?fields=name,patient.ssn".into(),
        format!("{path}?fields=name,visits.patient.ssn"),
        "/api/v1/patients?fields=name,visits.patient.ssn,ssn&format=ndjson".into(),
        "/api/v1/patients?fields=ssn&format=csv".into(),
        format!("{path}/history"),
        "/api/v1/patients/changes?since=0&limit=200".into(),
        "/admin/v1/audit-log?object=patient&limit=200".into(),
    ] {
        let reply = site.get_as(&clerk, &way).await;
        let text = reply.text();
        assert_eq!(reply.status, 200, "{way}: {text}");
        assert!(text.contains(MASK), "{way} shows no mask: {text}");
        for word in ["3333", "0000", "secret", "story"] {
            assert!(!text.contains(word), "{way} shows `{word}`: {text}");
        }
        let whole = site.get(&way).await.text();
        assert!(whole.contains(NUMBER) && !whole.contains('•'), "{way} masks for everybody: {whole}");
    }
    let query = json!({ "query": "{ patients { edges { node { ssn visits { edges { node { patient { ssn } } } } } } } }" });
    let text = ask(&site, &clerk, ("POST", "/graphql"), Some(query)).await.text();
    assert!(text.matches(MASK).count() == 2 && !text.contains("3333"), "{text}");
}

#[tokio::test]
async fn a_masked_value_is_neither_found_nor_written_nor_copied() {
    let site = site("encrypted_masked").await;
    let id =
        create(&site, "patients", json!({ "name": "Ann", "ssn": NUMBER, "mail": "ann@example.com" })).await;
    let clerk = clerk(&site).await;
    let path = format!("/api/v1/patients/{id}");
    let told = site.get_as(&clerk, "/api/v1/patients?filter[ssn]=4111").await.problems(400);
    assert_eq!(told, ["filter.ssn.eq masked"]);
    let told = ask(&site, &clerk, ("PATCH", &path), Some(json!({ "ssn": MASK }))).await.problems(422);
    assert_eq!(told, ["ssn not-editable"]);
    let told =
        ask(&site, &clerk, ("POST", "/api/v1/patients"), Some(json!({ "name": "B", "ssn": "5" }))).await;
    assert_eq!(told.problems(422), ["ssn not-editable"]);
    // By what nobody masks the record is found and the rest of it changed.
    let found = site.get_as(&clerk, "/api/v1/patients?filter[mail]=ann@example.com").await.data(200);
    assert_eq!(found[0]["ssn"], MASK);
    ask(&site, &clerk, ("PATCH", &path), Some(json!({ "ward": "a" }))).await.data(200);
    let clone = ask(&site, &clerk, ("POST", &format!("{path}/clone")), Some(json!({}))).await.data(201);
    let clone = clone["id"].as_str().unwrap();
    let whole = site.get(&format!("/api/v1/patients/{clone}")).await.data(200);
    assert_eq!((&whole["mail"], &whole["ssn"]), (&json!("ann@example.com"), &Json::Null));
    assert_eq!(site.get(&path).await.data(200)["ssn"], NUMBER);
}

#[tokio::test]
async fn a_role_that_shows_all_adds_to_one_that_masks() {
    let site = site("encrypted_adds").await;
    create(&site, "patients", json!({ "name": "Ann", "ssn": NUMBER })).await;
    clerk(&site).await;
    let own = json!({ "read": "own", "edit": "own", "create": true });
    let role = json!({ "label": "Own", "objects": { "patient": own } });
    assert!(put(&site, "roles/holder", role).await.status < 300);
    let both = json!({ "email": "both@example.com", "name": "Both", "password": "correct horse", "roles": ["clerk", "holder"] });
    let made = site.ask("POST", "/admin/v1/users", Some(both)).await.data(201);
    let token = site.token_of("both@example.com").await;
    let own = json!({ "name": "Mine", "ssn": "9999 8888 7777", "owner_id": made["id"] });
    create(&site, "patients", own).await;
    let list = site.get_as(&token, "/api/v1/patients?sort=name").await.data(200);
    assert_eq!((&list[0]["ssn"], &list[1]["ssn"]), (&json!(MASK), &json!("9999 8888 7777")));
    // What is masked is not found by its value either.
    let find = |number: &str| format!("/api/v1/patients?filter[ssn]={}", it::site::encoded(number));
    let names = |reply: Reply| reply.data(200).as_array().unwrap().len();
    assert_eq!(names(site.get_as(&token, &find("9999 8888 7777")).await), 1);
    assert_eq!(names(site.get_as(&token, &find(NUMBER)).await), 0);
    assert_eq!(names(site.get(&find(NUMBER)).await), 1);
}
