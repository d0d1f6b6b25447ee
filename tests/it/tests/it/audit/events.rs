//! What is told besides changes of records: metadata, shares, teams, files, and who saw what is sensitive.

use it::World;
use it::site::Site;
use metadata::Kind;
use serde_json::{Value as Json, json};

/// A site with an object that has a sensitive field, a formula over it, and a person who may see it.
async fn clinic(name: &str) -> (Site, String, String) {
    let site = Site::new(World::new(name).await).await;
    let visit = json!({ "name": "visit", "plural": "visits", "fields": [
        { "name": "patient", "kind": "lookup", "to": "patient", "inverse": "visits" } ] });
    let patient = json!({ "name": "patient", "plural": "patients", "fields": [
        { "name": "ssn", "kind": "text", "sensitive": true, "searchable": true },
        { "name": "end_of_ssn", "kind": "formula", "formula": "RIGHT(ssn, 2)" },
        { "name": "city", "kind": "text" } ] });
    let define = [(Kind::Objects, "patient", Some(patient)), (Kind::Objects, "visit", Some(visit))];
    site.world.define(define).await.unwrap();
    let made = site
        .ask("POST", "/api/v1/patients", Some(json!({ "name": "Pia", "ssn": "123-45", "city": "Ulm" })))
        .await;
    let id = made.data(201)["id"].as_str().unwrap().to_owned();
    site.ask("POST", "/api/v1/visits", Some(json!({ "name": "First", "patient_id": id }))).await.data(201);
    let token = site.person("nora", "administrator").await;
    (site, token, id)
}

async fn log(site: &Site, query: &str) -> Vec<Json> {
    site.get(&format!("/admin/v1/audit-log?limit=1000&{query}")).await.data(200).as_array().unwrap().clone()
}

/// A filter of either, as it stands in an address.
fn like(name: &str, ssn: &str) -> String {
    let either = json!({ "or": [{ "name": { "starts_with": name } }, { "ssn": { "eq": ssn } }] });
    either.to_string().replace('"', "%22").replace('{', "%7B").replace('}', "%7D")
}

#[tokio::test]
async fn who_saw_what_is_sensitive_is_told() {
    let (site, nora, id) = clinic("audit_reads").await;
    let users = site.get("/admin/v1/users").await.data(200);
    let nora_id = users.as_array().unwrap().iter().find(|user| user["name"] == "nora").unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let reads = async || log(&site, &format!("action=read&user_id={nora_id}")).await;
    let mut count = 0;
    for (path, told) in [
        ("/api/v1/patients?fields=name,city".to_owned(), None),
        ("/api/v1/patients?fields=name,ssn".to_owned(), Some(Some(&id))),
        ("/api/v1/patients".to_owned(), Some(Some(&id))),
        (format!("/api/v1/patients/{id}"), Some(Some(&id))),
        // What is worked out of it, or found or sorted by it, tells of it.
        ("/api/v1/patients?fields=name,end_of_ssn".to_owned(), Some(Some(&id))),
        ("/api/v1/patients?fields=name&filter[ssn][starts_with]=123".to_owned(), Some(Some(&id))),
        ("/api/v1/patients?fields=name&filter[ssn][starts_with]=999".to_owned(), Some(None)),
        ("/api/v1/patients?fields=name&sort=ssn".to_owned(), Some(Some(&id))),
        ("/api/v1/patients/aggregate?metrics=count&group_by=ssn".to_owned(), Some(None)),
        ("/api/v1/patients/aggregate?metrics=count&group_by=city".to_owned(), None),
        // The same of what a formula makes of it.
        ("/api/v1/patients/aggregate?metrics=count&group_by=end_of_ssn".to_owned(), Some(None)),
        ("/api/v1/patients/aggregate?metrics=max(end_of_ssn)".to_owned(), Some(None)),
        ("/api/v1/patients?fields=name&filter[end_of_ssn][eq]=45".to_owned(), Some(Some(&id))),
        ("/api/v1/patients?fields=name&filter[end_of_ssn][eq]=99".to_owned(), Some(None)),
        ("/api/v1/patients?fields=name&sort=end_of_ssn".to_owned(), Some(Some(&id))),
        // As who makes a record is asked whether it is there already, by its name or a value.
        (format!("/api/v1/patients?limit=3&fields=name,ssn&filter={}", like("Pia", "999")), Some(Some(&id))),
        (format!("/api/v1/patients?limit=3&fields=name&filter={}", like("Tom", "123-45")), Some(Some(&id))),
        (format!("/api/v1/patients?limit=3&fields=name,ssn&filter={}", like("Tom", "999")), Some(None)),
        ("/api/v1/search?q=123".to_owned(), Some(Some(&id))),
        ("/api/v1/search?q=Pia".to_owned(), None),
    ] {
        assert_eq!(site.get_as(&nora, &path).await.status, 200, "{path}");
        let rows = reads().await;
        let Some(record) = told else {
            assert_eq!(rows.len(), count, "{path}");
            continue;
        };
        count += 1;
        assert_eq!(rows.len(), count, "{path}");
        assert_eq!(
            (&rows[0]["object"], &rows[0]["record_id"]),
            (&json!("patient"), &json!(record)),
            "{path}"
        );
        assert_eq!(rows[0]["changes"], json!({ "fields": [null, ["patient.ssn"]] }), "{path}");
    }
    // Nested, from another object's list, and in what a write answers.
    site.get_as(&nora, "/api/v1/visits?fields=name,patient.ssn").await.data(200);
    assert_eq!(reads().await[0]["object"], "visit");
    let bearer = format!("Bearer {nora}");
    let change = Some(json!({ "city": "Bonn" }));
    site.ask_with("PATCH", &format!("/api/v1/patients/{id}"), change, &[("authorization", &bearer)])
        .await
        .data(200);
    assert_eq!(reads().await.len(), count + 2);
    site.ask("PATCH", &format!("/api/v1/patients/{id}"), Some(json!({ "ssn": "999" }))).await.data(200);
    site.get_as(&nora, &format!("/api/v1/patients/{id}/history")).await.data(200);
    assert_eq!(reads().await.len(), count + 3);
    let graphql = json!({ "query": "{ patients { edges { node { ssn } } } }" });
    site.ask_with("POST", "/graphql", Some(graphql), &[("authorization", &bearer)]).await;
    assert_eq!(reads().await.len(), count + 4);
}

#[tokio::test]
async fn changes_of_metadata_are_told_with_before_and_after() {
    let (site, ..) = clinic("audit_metadata").await;
    let path = "/metadata/v1/objects/patient/fields/city";
    let field = json!({ "kind": "text", "label": "Town" });
    let put = site.ask("PUT", path, Some(field)).await;
    assert_eq!(put.status, 200, "{}", put.text());
    let rows = log(&site, "object=metadata").await;
    let change = &rows[0]["changes"]["fields/patient.city"];
    assert_eq!((&change[0]["label"], &change[1]["label"]), (&Json::Null, &json!("Town")));
    assert_eq!(rows[0]["actor"]["name"], "Ada");
    let count = rows.len();
    // What is refused or only looked at is not told.
    site.ask("PUT", "/metadata/v1/objects/patient/fields/bad", Some(json!({ "kind": "none" })))
        .await
        .problems(422);
    let dry = json!({ "changes": [{ "kind": "objects", "name": "x", "definition": { "name": "x", "plural": "xs" } }], "dry_run": true });
    site.ask("POST", "/metadata/v1/deploy", Some(dry)).await;
    assert_eq!(log(&site, "object=metadata").await.len(), count);
    // A role that gives somebody more.
    let role = json!({ "label": "Nurse", "objects": { "patient": { "read": "all" } } });
    site.ask("PUT", "/metadata/v1/roles/nurse", Some(role)).await;
    let changes = &log(&site, "object=metadata").await[0]["changes"];
    assert_eq!(
        (&changes["roles/nurse"][0], &changes["roles/nurse"][1]["label"]),
        (&Json::Null, &json!("Nurse"))
    );
}

#[tokio::test]
async fn shares_and_teams_are_told() {
    let (site, _, id) = clinic("audit_access").await;
    let path = "/admin/v1/teams";
    let team =
        site.ask("POST", path, Some(json!({ "name": "emea", "label": "EMEA", "members": [site.ada] }))).await;
    let team =
        format!("{path}/{}", team.json()["id"].as_str().or(team.json()["data"]["id"].as_str()).unwrap());
    site.ask("PATCH", &team, Some(json!({ "members": [] }))).await.data(200);
    let shares = format!("/api/v1/patients/{id}/shares");
    for access in ["read", "edit"] {
        let share = site.ask("POST", &shares, Some(json!({ "team": "emea", "access": access }))).await;
        assert_eq!(share.status, 201, "{}", share.text());
    }
    assert_eq!(site.ask("DELETE", &format!("{shares}?team=emea"), None).await.status, 204);
    site.ask("POST", &shares, Some(json!({ "team": "emea", "access": "read" }))).await;
    assert_eq!(site.ask("DELETE", &team, None).await.status, 204);
    let teams: Vec<Json> = log(&site, "object=team").await.iter().map(|row| row["changes"].clone()).collect();
    assert_eq!(
        teams,
        [
            json!({ "name": ["emea", null], "label": ["EMEA", null], "members": [[], null], "queue": [false, null] }),
            json!({ "members": [[site.ada], []] }),
            json!({ "name": [null, "emea"], "label": [null, "EMEA"], "members": [null, [site.ada]], "queue": [null, false] }),
        ]
    );
    let rows = log(&site, &format!("record_id={id}")).await;
    let shares: Vec<(&Json, &Json)> = rows
        .iter()
        .filter(|row| row["changes"].get("team").is_some())
        .map(|row| (&row["action"], &row["changes"]["access"]))
        .collect();
    assert_eq!(
        shares,
        [
            (&json!("unshare"), &json!(["read", null])),
            (&json!("share"), &json!([null, "read"])),
            (&json!("unshare"), &json!(["edit", null])),
            (&json!("share"), &json!(["read", "edit"])),
            (&json!("share"), &json!([null, "read"])),
        ]
    );
}

#[tokio::test]
async fn files_in_and_out_are_told() {
    let (site, nora, _) = clinic("audit_files").await;
    let file = site.get_as(&nora, "/api/v1/patients?format=csv&fields=name,ssn&filter[city][eq]=Ulm").await;
    assert_eq!(file.status, 200);
    let rows = log(&site, "action=export").await;
    assert_eq!(
        (rows.len(), &rows[0]["object"], &rows[0]["actor"]["name"]),
        (1, &json!("patient"), &json!("nora"))
    );
    assert_eq!(rows[0]["changes"]["fields"], json!([null, ["patient.ssn"]]));
    assert!(rows[0]["changes"]["filter"].to_string().contains("Ulm"), "{}", rows[0]);
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/api/v1/patients/import")
        .header("content-type", "text/csv");
    assert_eq!(site.send(request, b"name,city\nPaul,Kiel\n".to_vec()).await.status, 202);
    let rows = log(&site, "action=import").await;
    assert_eq!(
        (rows.len(), &rows[0]["object"], &rows[0]["changes"]["rows"]),
        (1, &json!("patient"), &json!([null, 1]))
    );
}

#[tokio::test]
async fn who_puts_a_user_into_teams_is_told() {
    let (site, nora, _) = clinic("audit_user_teams").await;
    let path = "/admin/v1/teams";
    site.ask("POST", path, Some(json!({ "name": "emea", "label": "EMEA" }))).await.data(201);
    let nora = [("authorization", &*format!("Bearer {nora}")), ("x-request-id", "put-into-teams")];
    let user =
        json!({ "name": "Uma", "email": "uma@example.com", "roles": ["administrator"], "teams": ["emea"] });
    let made = site.ask_with("POST", "/admin/v1/users", Some(user), &nora).await;
    let id = made.data(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/admin/v1/users/{id}");
    site.ask_with("PATCH", &path, Some(json!({ "teams": [] })), &nora).await.data(200);
    let rows = log(&site, "object=team&action=team_changed").await;
    let changes: Vec<&Json> = rows.iter().map(|row| &row["changes"]["members"]).collect();
    assert_eq!(changes, [&json!([[id], []]), &json!([[], [id]])]);
    for row in &rows {
        assert_eq!((&row["actor"]["name"], &row["request_id"]), (&json!("nora"), &json!("put-into-teams")));
    }
}

#[tokio::test]
async fn totals_and_names_that_are_made_of_it_tell_of_it() {
    let site = Site::new(World::new("audit_made_of").await).await;
    let patient = json!({ "name": "patient", "plural": "patients", "fields": [
        { "name": "heaviest", "kind": "rollup", "of": "doses", "function": "max", "field": "amount" },
        { "name": "strong", "kind": "rollup", "of": "doses", "function": "count", "where": "amount > 5" },
        { "name": "given", "kind": "rollup", "of": "doses", "function": "count" } ] });
    let dose = json!({ "name": "dose", "plural": "doses", "name_field": { "field": "code" }, "fields": [
        { "name": "patient", "kind": "lookup", "to": "patient", "inverse": "doses" },
        { "name": "code", "kind": "text", "sensitive": true },
        { "name": "hour", "kind": "text", "searchable": true },
        { "name": "amount", "kind": "integer", "sensitive": true } ] });
    let define = [(Kind::Objects, "patient", Some(patient)), (Kind::Objects, "dose", Some(dose))];
    site.world.define(define).await.unwrap();
    let nora = site.person("nora", "administrator").await;
    let me = site.get_as(&nora, "/auth/v1/me").await.data(200);
    let nora_id = me["user"]["id"].as_str().unwrap();
    let pia = site.ask("POST", "/api/v1/patients", Some(json!({ "name": "Pia" }))).await.data(201);
    let dose = json!({ "code": "X1", "hour": "Morning", "amount": 9, "patient_id": pia["id"] });
    site.ask("POST", "/api/v1/doses", Some(dose)).await.data(201);
    let mut count = 0;
    for (path, field) in [
        ("/api/v1/patients?fields=name,given", None),
        ("/api/v1/patients?fields=heaviest", Some("amount")),
        ("/api/v1/patients?fields=strong", Some("amount")),
        ("/api/v1/patients?fields=given&sort=heaviest", Some("amount")),
        ("/api/v1/patients?fields=given&filter[heaviest][gt]=5", Some("amount")),
        ("/api/v1/patients/aggregate?metrics=max(heaviest)", Some("amount")),
        ("/api/v1/doses?fields=patient_id", None),
        ("/api/v1/doses?fields=name", Some("code")),
        ("/api/v1/doses?fields=patient_id&filter[name][eq]=X1", Some("code")),
        ("/api/v1/patients?fields=given,doses.name", Some("code")),
        // A hit has its name, whatever it was found by.
        ("/api/v1/search?q=Morning", Some("code")),
        ("/api/v1/search?q=X1", Some("code")),
        ("/api/v1/search?q=Pia", None),
    ] {
        assert_eq!(site.get_as(&nora, path).await.status, 200, "{path}");
        let rows = log(&site, &format!("action=read&user_id={nora_id}")).await;
        count += usize::from(field.is_some());
        assert_eq!(rows.len(), count, "{path}");
        let Some(field) = field else { continue };
        let told = rows[0]["changes"]["fields"][1].to_string();
        assert!(told.contains(field), "{path}: {told}");
    }
}
