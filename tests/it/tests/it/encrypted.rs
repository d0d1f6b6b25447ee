//! Encrypted fields: nothing of them is plain at rest, they come out on every way as they went in, for those who may
//! see them, and nothing can be worked out of them.

use engine::import::{Format, Source};
use engine::{Engine, ImportJob, MasterKey};
use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};
use uuid::Uuid;

mod masks;
mod rest;
mod unreadable;

/// What stands in the place of a value that cannot be opened.
const UNREADABLE: &str = "⚠ unreadable";

/// An object with encrypted fields, and one whose records point to it.
async fn site(name: &str) -> Site {
    let site = Site::new(World::new(name).await).await;
    let patient = json!({ "name": "patient", "plural": "patients", "fields": [
        { "name": "ssn", "kind": "text", "encrypted": true, "blind_index": true, "unique": true },
        { "name": "mail", "kind": "email", "encrypted": true, "blind_index": true },
        { "name": "story", "kind": "long_text", "encrypted": true },
        { "name": "ward", "kind": "text" } ] });
    let visit = json!({ "name": "visit", "plural": "visits", "fields": [
        { "name": "patient", "kind": "lookup", "to": "patient", "inverse": "visits" },
        { "name": "finding", "kind": "text", "encrypted": true } ] });
    for (object, definition) in [("patient", patient), ("visit", visit)] {
        let reply = site.ask("PUT", &format!("/metadata/v1/objects/{object}"), Some(definition)).await;
        assert!(reply.status < 300, "{}", reply.text());
    }
    site
}

async fn create(site: &Site, plural: &str, record: Json) -> String {
    let made = site.ask("POST", &format!("/api/v1/{plural}"), Some(record)).await.data(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn put(site: &Site, kind: &str, definition: Json) -> Reply {
    site.ask("PUT", &format!("/metadata/v1/{kind}"), Some(definition)).await
}

/// Every row of every table of the database, as text.
async fn dump(site: &Site) -> String {
    let pool = site.world.engine.pool();
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind = 'r' AND n.nspname IN ('platform', 't_demo')",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    let mut all = String::new();
    for (schema, table) in tables {
        let text =
            format!("SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{schema}\".\"{table}\" t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(pool).await.unwrap();
        all.push_str(&format!("== {table}\n{rows}\n"));
    }
    all
}

/// Fails where a word stands in the database, be it as bytes.
async fn assert_nowhere(site: &Site, words: &[&str]) {
    let dump = dump(site).await.to_lowercase();
    for word in words {
        let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
        for form in [word.to_lowercase(), hex] {
            let found = dump.find(&form).map(|at| &dump[at.saturating_sub(300)..(at + 80).min(dump.len())]);
            assert!(found.is_none(), "`{word}` is plain: {found:?}");
        }
    }
}

#[tokio::test]
async fn nothing_is_plain_in_the_database() {
    let site = site("encrypted_rest").await;
    let words = ["SECRETA", "SECRETB", "SECRETC", "SECRETD", "SECRETE", "secretf", "SECRETG", "SECRETH"];
    let first = json!({ "name": "Ann", "ssn": "SECRETA", "mail": "secretf@example.com", "story": "SECRETB" });
    let key = [("idempotency-key", "once")];
    let made = site.ask_with("POST", "/api/v1/patients", Some(first.clone()), &key).await.data(201);
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&made["ssn"], &made["mail"], &made["story"]),
        (&json!("SECRETA"), &json!("secretf@example.com"), &json!("SECRETB"))
    );
    let again = site.ask_with("POST", "/api/v1/patients", Some(first), &key).await.data(201);
    assert_eq!(again, made);
    let path = format!("/api/v1/patients/{id}");
    site.ask("PATCH", &path, Some(json!({ "ssn": "SECRETC", "story": null }))).await.data(200);
    let others =
        json!([{ "name": "Bob", "ssn": "SECRETD", "story": "SECRETB" }, { "name": "Cid", "ssn": "SECRETG" }]);
    site.ask("POST", "/api/v1/patients", Some(others)).await.data(201);
    // The same value again is the same record, whoever it was sealed for.
    let upsert =
        site.ask("PUT", "/api/v1/patients/by/ssn/SECRETD", Some(json!({ "story": "SECRETE" }))).await;
    let bob = upsert.data(200)["id"].as_str().unwrap().to_owned();
    let twice = site.ask("POST", "/api/v1/patients", Some(json!({ "name": "X", "ssn": "SECRETD" }))).await;
    assert_eq!(twice.problems(409), ["ssn duplicate"]);
    let both = json!([{ "name": "X", "ssn": "SECRETD" }, { "name": "Y", "ssn": "SECRETH" }, { "name": "Z", "ssn": "SECRETH" }]);
    let told = site.ask("POST", "/api/v1/patients", Some(both)).await.problems(409);
    assert_eq!(told, ["0.ssn duplicate", "2.ssn duplicate"]);
    import(&site).await;
    let clone = site.ask("POST", &format!("/api/v1/patients/{bob}/clone"), Some(json!({}))).await.data(201);
    assert_eq!((&clone["story"], &clone["ssn"]), (&json!("SECRETE"), &Json::Null));
    let merge = json!({ "others": [bob], "fields": { "story": "SECRETE" } });
    site.ask("POST", &format!("{path}/merge"), Some(merge)).await.data(200);
    let mass = json!({ "op": "update", "filter": { "ssn": { "eq": "SECRETC" } }, "data": { "mail": "secretf@example.com" } });
    assert_eq!(site.ask("POST", "/api/v1/patients/mass", Some(mass)).await.data(200)["count"], 1);
    let file = site.get("/api/v1/patients?filter[ssn]=SECRETC&format=ndjson").await.text();
    assert!(file.contains("SECRETC"), "{file}");
    let history = site.get(&format!("{path}/history")).await.text();
    assert!(
        history.contains("[\"SECRETA\",\"SECRETC\"]") && history.contains("[\"SECRETB\",null]"),
        "{history}"
    );
    site.ask("DELETE", &format!("/api/v1/patients/{bob}?permanent=true"), None).await;
    let log = site.get("/admin/v1/audit-log?object=patient&limit=200").await.text();
    assert!(log.contains("[\"SECRETD\",null]"), "the image of what was purged is not told: {log}");
    let feed = site.get("/api/v1/patients/changes?since=0&limit=200").await.text();
    assert!(feed.contains("[\"SECRETA\",\"SECRETC\"]"), "{feed}");
    assert_nowhere(&site, &words).await;
}

/// A file with a good row and one that is rejected.
async fn import(site: &Site) {
    let text =
        "name,ssn,mail,story\nEve,SECRETH,eve@example.com,SECRETE\nFay,SECRETG2,no address SECRETG,SECRETE\n";
    let ada = site.world.person("imports", "administrator").await;
    let job = ImportJob {
        object: "patient".into(),
        source: Source::Bytes(text.as_bytes().to_vec()),
        format: Format::Csv,
        file_name: None,
        mapping: Vec::new(),
        match_field: None,
        dry_run: false,
    };
    let ada = site.world.again(&ada).await;
    let import = site.world.engine.run_import(&ada, job).await.unwrap();
    assert_eq!((import.created, import.rejected), (1, 1));
    let rejects = site.world.engine.import_rejects(&ada, import.id).await.unwrap().all().await.unwrap();
    let rejects = String::from_utf8(rejects).unwrap();
    assert!(rejects.contains("Fay,SECRETG2,no address SECRETG,SECRETE,"), "{rejects}");
    let found = site.get("/api/v1/patients?filter[ssn]=SECRETH").await.data(200);
    assert_eq!(found[0]["story"], "SECRETE");
}

#[tokio::test]
async fn an_unchanged_value_is_no_change() {
    let site = site("encrypted_same").await;
    let id = create(&site, "patients", json!({ "name": "Ann", "ssn": "1", "ward": "a" })).await;
    let path = format!("/api/v1/patients/{id}");
    site.ask("PATCH", &path, Some(json!({ "ssn": "1", "ward": "b" }))).await.data(200);
    let history = site.get(&format!("{path}/history")).await.data(200);
    assert_eq!(history[0]["changes"], json!({ "ward": ["a", "b"] }));
}

#[tokio::test]
async fn ciphertext_opens_in_its_place_alone() {
    let site = site("encrypted_moved").await;
    let ann = create(&site, "patients", json!({ "name": "Ann", "ssn": "1111", "story": "of Ann" })).await;
    let bob = create(&site, "patients", json!({ "name": "Bob", "ssn": "2222", "story": "of Bob" })).await;
    let pool = site.world.engine.pool();
    let swap = "UPDATE t_demo.patient t SET story = o.story FROM t_demo.patient o WHERE o.id <> t.id";
    sqlx::query(swap).execute(pool).await.unwrap();
    let list = site.get("/api/v1/patients?sort=name&fields=name,story,ssn").await.data(200);
    let told: Vec<_> = list.as_array().unwrap().iter().map(|row| (&row["story"], &row["ssn"])).collect();
    assert_eq!(told, [(&json!(UNREADABLE), &json!("1111")), (&json!(UNREADABLE), &json!("2222"))]);
    // Nor in another field of the same record, nor as a text that looks like it.
    let stored: String = sqlx::query_scalar("SELECT ssn FROM t_demo.patient WHERE id = $1")
        .bind(ann.parse::<Uuid>().unwrap())
        .fetch_one(pool)
        .await
        .unwrap();
    sqlx::query("UPDATE t_demo.patient SET story = ssn").execute(pool).await.unwrap();
    let path = format!("/api/v1/patients/{ann}");
    assert_eq!(site.get(&path).await.data(200)["story"], UNREADABLE);
    let forged = format!("+{ann}{stored}");
    site.ask("PATCH", &path, Some(json!({ "ward": forged, "story": stored }))).await.data(200);
    let visit = json!({ "name": forged, "patient_id": ann, "finding": "seen" });
    create(&site, "visits", visit).await;
    let one = site.get(&format!("{path}?fields=ward,story,visits.name,visits.finding")).await.data(200);
    assert_eq!((&one["ward"], &one["story"]), (&json!(forged), &json!(stored)));
    assert_eq!((&one["visits"][0]["name"], &one["visits"][0]["finding"]), (&json!(forged), &json!("seen")));
    assert_eq!(site.get(&format!("/api/v1/patients/{bob}")).await.data(200)["ssn"], "2222");
}

#[tokio::test]
async fn a_new_key_seals_what_is_there() {
    let site = site("encrypted_rotate").await;
    let id = create(&site, "patients", json!({ "name": "Ann", "ssn": "1", "story": "old" })).await;
    let path = format!("/api/v1/patients/{id}");
    site.ask("PATCH", &path, Some(json!({ "story": "older" }))).await.data(200);
    create(&site, "visits", json!({ "name": "v", "patient_id": id, "finding": "f" })).await;
    let node = site.node().await;
    let (engine, tenant) = (&site.world.engine, &site.world.tenant);
    let system = engine.system_context(tenant, "test").await.unwrap();
    let before = engine.sealed(&system).await.unwrap();
    assert_eq!((before.newest, before.values, before.older), (1, 3, 0));
    assert_eq!(engine.rotate_keys(&system).await.unwrap(), 2);
    let waiting = engine.sealed(&system).await.unwrap();
    assert_eq!((waiting.newest, waiting.older), (2, 3));
    // Who reads and writes meanwhile knows both, on every node, and equal values are found in either form.
    let one = site.get(&path).await.data(200);
    assert_eq!((&one["ssn"], &one["story"]), (&json!("1"), &json!("older")));
    create(&site, "patients", json!({ "name": "Bob", "ssn": "2" })).await;
    let twice = site.ask("POST", "/api/v1/patients", Some(json!({ "name": "X", "ssn": "1" }))).await;
    assert_eq!(twice.problems(409), ["ssn duplicate"]);
    while engine.work(tenant).await.unwrap() {}
    let after = engine.sealed(&system).await.unwrap();
    assert_eq!((after.values, after.older), (4, 0));
    let request = axum::http::Request::builder().uri("/api/v1/patients?sort=name");
    let token = site.token_of("ada@example.com").await;
    let request = request.header("authorization", format!("Bearer {token}"));
    let reply = it::site::answer_by(&node, request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!((&reply.data(200)[0]["ssn"], &reply.data(200)[1]["ssn"]), (&json!("1"), &json!("2")));
    let history = site.get(&format!("{path}/history")).await.data(200);
    assert_eq!(history[0]["changes"], json!({ "story": ["old", "older"] }));
    let log = site.get("/admin/v1/audit-log?action=keys_rotated").await.data(200);
    assert_eq!(log[0]["changes"], json!({ "number": [1, 2] }));
}

/// Another node on the same database, with this master key.
async fn node(site: &Site, key: Option<u8>) -> Engine {
    let options = site.world.engine.pool().connect_options().as_ref().clone();
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
    let engine = Engine::new(pool);
    key.into_iter().for_each(|byte| engine.protect_with(MasterKey::new(&[byte; 32]).unwrap()));
    engine
}

#[tokio::test]
async fn without_the_master_key_the_rest_works() {
    let site = site("encrypted_locked").await;
    create(&site, "patients", json!({ "name": "Ann", "ssn": "1", "ward": "a" })).await;
    for key in [None, Some(9)] {
        let engine = node(&site, key).await;
        let system = engine.system_context(&site.world.tenant, "test").await.unwrap();
        let all = engine::Query { object: "patient".into(), ..engine::Query::default() };
        let told = engine.read(&system, &all).await.unwrap_err();
        assert!(matches!(told, engine::Error::Locked(_)), "{told:?}");
        let ward = vec![engine::Selection::Field("ward".into())];
        let some = engine::Query { fields: ward, ..all };
        let answer = engine.read(&system, &some).await.unwrap();
        assert!(String::from_utf8(answer.json).unwrap().contains("\"ward\":\"a\""));
        let record = it::fields(&json!({ "name": "Bob", "ssn": "2" }));
        let what = engine::What::Create(vec![record]);
        let told =
            engine.write(&system, engine::Command { object: "patient".into(), what }).await.unwrap_err();
        assert!(matches!(told, engine::Error::Locked(_)), "{told:?}");
    }
    assert_eq!(site.get("/api/v1/patients").await.data(200).as_array().unwrap().len(), 1);
    // The first encrypted field of a tenant is not made where there is no key for it.
    let world = World::new("encrypted_no_key").await;
    let options = world.engine.pool().connect_options().as_ref().clone();
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
    let bare = Engine::new(pool);
    let system = bare.system_context(&world.tenant, "test").await.unwrap();
    let field = json!({ "name": "f", "kind": "text", "encrypted": true });
    let change = metadata::Change {
        kind: metadata::Kind::Objects,
        name: "box".into(),
        definition: Some(json!({ "name": "box", "plural": "boxes", "fields": [field] })),
    };
    let wish = engine::Apply { changes: vec![change], ..engine::Apply::default() };
    let told = bare.apply(&system, wish).await.unwrap_err();
    assert!(matches!(told, engine::Error::Locked(_)), "{told:?}");
}

#[tokio::test]
async fn second_factors_and_mails_are_sealed_too() {
    let site = site("encrypted_people").await;
    let begun = site.ask("POST", "/auth/v1/two-factor", Some(json!({ "password": "correct horse" }))).await;
    assert!(begun.status < 300, "{}", begun.text());
    let stored: Vec<u8> = sqlx::query_scalar("SELECT secret FROM platform.second_factors")
        .fetch_one(site.world.engine.pool())
        .await
        .unwrap();
    assert!(stored.starts_with(b".1."), "{stored:?}");
    // One that an earlier version stored as it is, is sealed at the next start, and still the same.
    let plain = [7_u8; 20].as_slice();
    let pool = site.world.engine.pool();
    sqlx::query("UPDATE platform.second_factors SET secret = $1").bind(plain).execute(pool).await.unwrap();
    site.identity.seal_old_factors(&site.world.tenant).await.unwrap();
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT secret FROM platform.second_factors").fetch_one(pool).await.unwrap();
    assert!(stored.starts_with(b".1."), "{stored:?}");
    site.person("bob", "user").await;
    let users = site.get("/admin/v1/users").await.data(200);
    let bob = users.as_array().unwrap().iter().find(|user| user["email"] == "bob@example.com").unwrap();
    let bob = bob["id"].as_str().unwrap().parse().unwrap();
    site.identity.invite(&site.world.tenant, bob).await.unwrap();
    let outbox = site.get("/admin/v1/outbox").await.text();
    assert!(outbox.contains("set-password#token="), "{outbox}");
    assert_nowhere(&site, &["set-password#token="]).await;
}
