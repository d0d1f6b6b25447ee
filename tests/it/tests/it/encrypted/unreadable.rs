//! Values that cannot be opened: they say so on every way, and nothing takes their place by accident.

use super::*;

/// A patient whose story is damaged, and its path.
async fn damaged(site: &Site) -> String {
    let ann = json!({ "name": "Ann", "ssn": "1111", "story": "of Ann", "ward": "a" });
    let id = create(site, "patients", ann).await;
    sqlx::query("UPDATE t_demo.patient SET story = overlay(story placing 'AAAA' from 12)")
        .execute(site.world.engine.pool())
        .await
        .unwrap();
    format!("/api/v1/patients/{id}")
}

async fn stored(site: &Site) -> Vec<String> {
    let text = "SELECT story FROM t_demo.patient WHERE story IS NOT NULL ORDER BY id";
    sqlx::query_scalar(text).fetch_all(site.world.engine.pool()).await.unwrap()
}

#[tokio::test]
async fn a_damaged_value_says_so_and_is_never_copied() {
    let site = site("encrypted_damaged").await;
    let path = damaged(&site).await;
    let before = stored(&site).await;
    assert_eq!(site.get(&path).await.data(200)["story"], UNREADABLE);
    let export = site.get("/api/v1/patients?format=csv&fields=name,story").await.text();
    assert!(export.contains(UNREADABLE), "{export}");
    // A clone would lose it: it names the field, and goes once something is said of it.
    let clone = format!("{path}/clone");
    let refused = site.ask("POST", &clone, Some(json!({}))).await;
    assert!(refused.text().contains(path.rsplit('/').next().unwrap()), "{}", refused.text());
    assert_eq!(refused.problems(422), ["story unreadable"]);
    let copy = site.ask("POST", &clone, Some(json!({ "story": null }))).await.data(201);
    assert_eq!((&copy["story"], &copy["ward"]), (&Json::Null, &json!("a")));
    // What was read is sent back as it was: refused, and nothing is lost.
    let sent = site.ask("PATCH", &path, Some(json!({ "ward": "b", "story": UNREADABLE }))).await;
    assert_eq!(sent.problems(422), ["story unreadable"]);
    let made = json!({ "name": "Bob", "story": UNREADABLE });
    assert_eq!(site.ask("POST", "/api/v1/patients", Some(made)).await.problems(422), ["story unreadable"]);
    assert_eq!(stored(&site).await, before);
    // Everything else of the record goes on, and a new value takes its place.
    site.ask("PATCH", &path, Some(json!({ "ward": "c" }))).await.data(200);
    assert_eq!(stored(&site).await, before);
    site.ask("PATCH", &path, Some(json!({ "story": "told again" }))).await.data(200);
    assert_eq!(site.get(&path).await.data(200)["story"], "told again");
    let history = site.get(&format!("{path}/history")).await.data(200);
    assert_eq!(history[0]["changes"]["story"], json!([UNREADABLE, "told again"]));
}

#[tokio::test]
async fn an_unchanged_value_may_be_sent_to_a_field_that_is_read_only_now() {
    let site = site("encrypted_read_only").await;
    let condition = json!({ "object": "patient", "field": "ssn", "read_only": "ward = \"closed\"" });
    assert!(put(&site, "field-conditions/patient.ssn", condition).await.status < 300);
    let ann = json!({ "name": "Ann", "ssn": "1111", "ward": "open" });
    let path = format!("/api/v1/patients/{}", create(&site, "patients", ann).await);
    site.ask("PATCH", &path, Some(json!({ "ward": "closed" }))).await.data(200);
    site.ask("PATCH", &path, Some(json!({ "ssn": "1111", "name": "Anna" }))).await.data(200);
    let other = site.ask("PATCH", &path, Some(json!({ "ssn": "2222" }))).await;
    assert_eq!(other.problems(422), ["ssn read-only"]);
    assert_eq!(site.get(&path).await.data(200)["ssn"], "1111");
}

#[tokio::test]
async fn a_rejected_row_that_cannot_be_opened_says_so_and_is_rejected_again() {
    let site = site("encrypted_rejects").await;
    import(&site).await;
    let ada = site.world.person("again", "administrator").await;
    let id: Uuid = sqlx::query_scalar("SELECT import_id FROM t_demo._import_rejects")
        .fetch_one(site.world.engine.pool())
        .await
        .unwrap();
    let rejects = async || {
        let ada = site.world.again(&ada).await;
        let file = site.world.engine.import_rejects(&ada, id).await.unwrap().all().await.unwrap();
        String::from_utf8(file).unwrap()
    };
    let before = rejects().await;
    assert!(before.contains("Fay,SECRETG2"), "{before}");
    let damage = "UPDATE t_demo._import_rejects SET reason = overlay(reason placing 'AAAA' from 12), \
         cells = to_jsonb(overlay(cells #>> '{}' placing 'AAAA' from 12))";
    sqlx::query(damage).execute(site.world.engine.pool()).await.unwrap();
    let file = rejects().await;
    let row = file.lines().nth(1).unwrap();
    assert_eq!(row, [UNREADABLE; 4].join(",") + ",3," + UNREADABLE);
    let import = async |file: String| {
        let job = ImportJob {
            object: "patient".into(),
            source: Source::Bytes(file.into_bytes()),
            format: Format::Csv,
            file_name: None,
            mapping: Vec::new(),
            match_field: None,
            dry_run: false,
        };
        let again = site.world.again(&ada).await;
        let import = site.world.engine.run_import(&again, job).await.unwrap();
        assert_eq!((import.created, import.rejected), (0, 1));
        import
    };
    import(file.replacen(UNREADABLE, "Fay", 1)).await;
    // Nor into a field that is not encrypted.
    let import = import(format!("name,ward\nFay,{UNREADABLE}\n")).await;
    let file = site.world.engine.import_rejects(&ada, import.id).await.unwrap().all().await.unwrap();
    let file = String::from_utf8(file).unwrap();
    assert!(file.contains("cannot be opened"), "{file}");
}
