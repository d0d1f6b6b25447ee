//! Search in a language: forms of a word find one another, marks on letters do not matter, and nothing is missing while
//! the index of another language is being made.

use super::*;

async fn speaking(name: &str, code: &str) -> Site {
    let site = Site::new(World::with_packages(name).await).await;
    speak(&site, code).await;
    site
}

async fn speak(site: &Site, code: &str) {
    let put = Some(json!({ "language": code }));
    site.ask("PUT", "/metadata/v1/settings/search", put).await.data(200);
}

async fn account(site: &Site, name: &str, description: &str) {
    let record = json!({ "name": name, "description": description });
    site.ask("POST", "/api/v1/accounts", Some(record)).await.data(201);
}

/// Names that are found by their words, not by being like them.
async fn found(site: &Site, text: &str) -> Vec<String> {
    let data = site.get(&format!("/api/v1/search?q={}", encoded(text))).await.data(200);
    let hits = data.as_array().unwrap().iter().filter(|hit| hit["similar"] == false);
    let mut names: Vec<String> = hits.map(|hit| hit["name"].as_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn forms_of_a_word_find_one_another() {
    let site = speaking("search_german", "de").await;
    account(&site, "Hafen", "Über die Verträge wird verhandelt").await;
    account(&site, "Stadt", "Der Vertrag ist unterschrieben").await;
    for text in ["Vertrag", "Verträge", "VERTRAGES", "Verträgen", "vertrage", "der Vertrag"] {
        let expected: &[&str] = if text == "der Vertrag" { &["Stadt"] } else { &["Hafen", "Stadt"] };
        assert_eq!(found(&site, text).await, expected, "{text}");
    }
    // The beginning of a word goes on finding it, and words of other languages are as they are written.
    for (text, expected) in
        [("verhand", vec!["Hafen"]), ("verhand hafen", vec!["Hafen"]), ("running", vec![])]
    {
        assert_eq!(found(&site, text).await, expected, "{text}");
    }
    let hits = site.get("/api/v1/search?q=Vertrages").await.data(200);
    let marked: Vec<&str> = hits
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["highlights"]["description"].as_str().unwrap())
        .collect();
    assert!(marked.contains(&"Über die <mark>Verträge</mark> wird verhandelt"), "{marked:?}");
    assert!(marked.contains(&"Der <mark>Vertrag</mark> ist unterschrieben"), "{marked:?}");
}

/// What is written as it was asked for comes before its other forms, and a name before a text.
#[tokio::test]
async fn the_best_comes_first() {
    let site = speaking("search_english", "en").await;
    account(&site, "Harbour", "They run").await;
    account(&site, "Street", "They are running").await;
    account(&site, "Running Ltd", "Shoes").await;
    let order: Vec<String> = find(&site, "running").await.into_iter().map(|(_, name)| name).collect();
    assert_eq!(order, ["Running Ltd", "Street", "Harbour"]);
    // Names that are nearly right are found as ever.
    let data = site.get("/api/v1/search?q=harbuor").await.data(200);
    assert_eq!((&data[0]["name"], &data[0]["similar"]), (&json!("Harbour"), &json!(true)));
}

#[tokio::test]
async fn marks_on_letters_do_not_matter() {
    for code in ["none", "fr"] {
        let site = speaking(&format!("search_marks_{code}"), code).await;
        account(&site, "Crème Brûlée Straße", "").await;
        account(&site, "Łódź cafe\u{301}", "").await;
        for (text, expected) in [
            ("creme brulee", vec!["Crème Brûlée Straße"]),
            ("CRÈME", vec!["Crème Brûlée Straße"]),
            ("bru\u{302}le", vec!["Crème Brûlée Straße"]),
            ("strasse", vec!["Crème Brûlée Straße"]),
            ("café", vec!["Łódź cafe\u{301}"]),
            ("łodz", vec!["Łódź cafe\u{301}"]),
        ] {
            assert_eq!(found(&site, text).await, expected, "{code} {text}");
        }
        let hits = site.get("/api/v1/search?q=brulee+strasse").await.data(200);
        assert_eq!(hits[0]["highlights"]["name"], "Crème <mark>Brûlée</mark> <mark>Straße</mark>", "{code}");
    }
}

/// An object can be in another language than its tenant; both are found by one question, each by its own forms.
#[tokio::test]
async fn an_object_has_a_language_of_its_own() {
    let site = speaking("search_two", "de").await;
    let mut object = site.get("/metadata/v1/objects/deal").await.data(200);
    object["language"] = "en".into();
    site.ask("PUT", "/metadata/v1/objects/deal", Some(object)).await.data(200);
    assert_eq!(site.get("/metadata/v1/objects/deal").await.data(200)["language"], "en");
    account(&site, "Verträge und running", "").await;
    site.ask("POST", "/api/v1/deals", Some(json!({ "name": "Verträge and running" }))).await.data(201);
    assert_eq!(found(&site, "Vertrages").await, ["Verträge und running"]);
    assert_eq!(found(&site, "runs").await, ["Verträge and running"]);
    assert_eq!(found(&site, "running").await, ["Verträge and running", "Verträge und running"]);
}

#[tokio::test]
async fn others_find_forms_of_what_they_see() {
    let site = speaking("search_forms_may", "en").await;
    account(&site, "Running Ltd", "").await;
    let mia = site.person("mia", "member").await;
    assert_eq!(site.get_as(&mia, "/api/v1/search?q=runs").await.data(200), json!([]));
    assert_eq!(found(&site, "runs").await, ["Running Ltd"]);
}

#[tokio::test]
async fn what_is_no_language_is_told() {
    let site = speaking("search_no_language", "en").await;
    for (path, body, expected) in [
        ("settings/search", json!({ "language": "klingon" }), "settings.search.language"),
        ("settings/search", json!({}), "settings.search"),
        ("settings/colours", json!({ "language": "en" }), "settings.colours"),
    ] {
        let found = site.ask("PUT", &format!("/metadata/v1/{path}"), Some(body.clone())).await.problems(422);
        assert!(found.iter().any(|problem| problem.starts_with(expected)), "{path} {body}: {found:?}");
    }
    // Without the setting texts are in no language again.
    assert_eq!(site.ask("DELETE", "/metadata/v1/settings/search", None).await.status, 200);
    account(&site, "Running Ltd", "").await;
    assert_eq!(found(&site, "runs").await, [] as [&str; 0]);
}

/// A large table: nothing is missing before the new index is there, and then it is what PostgreSQL asks; of the former
/// nothing is left.
#[tokio::test]
async fn another_language_is_indexed_beside_everybody() {
    let site = Site::new(World::with_packages("search_rebuild").await).await;
    let pool = site.world.engine.pool();
    account(&site, "Laufende Verträge", "").await;
    let many = "INSERT INTO t_demo.account (id, name, owner_id, created_at, created_by_id, updated_at, updated_by_id, version) \
        SELECT gen_random_uuid(), repeat('x', 200) || n, a.owner_id, now(), a.owner_id, now(), a.owner_id, 1 \
        FROM t_demo.account a, generate_series(1, 30000) n";
    sqlx::raw_sql(many).execute(pool).await.unwrap();
    sqlx::raw_sql("ANALYZE t_demo.account").execute(pool).await.unwrap();
    let indexes = async || -> Vec<String> {
        let text = "SELECT indexname::text FROM pg_indexes WHERE schemaname = 't_demo' AND tablename = 'account' AND indexdef LIKE '%_words%' ORDER BY 1";
        let names: Vec<String> = sqlx::query_scalar(text).fetch_all(pool).await.unwrap();
        names.into_iter().map(|name| name.split_once('_').unwrap().1.to_owned()).collect()
    };
    assert_eq!(indexes().await, ["words_none_idx"]);
    assert_eq!(found(&site, "Vertrag").await, ["Laufende Verträge"], "prefix of the folded word");
    assert_eq!(found(&site, "Vertrags").await, [] as [&str; 0]);
    // Until the new index is there it is searched as before, by the former one.
    speak(&site, "de").await;
    assert_eq!(indexes().await, ["words_none_idx"]);
    assert_eq!(found(&site, "Vertrag").await, ["Laufende Verträge"]);
    assert_eq!(found(&site, "Vertrags").await, [] as [&str; 0]);
    site.world.drain().await;
    assert_eq!(indexes().await, ["words_de_idx"]);
    assert_eq!(found(&site, "Vertrags").await, ["Laufende Verträge"]);
    let (snapshot, _) = site.world.engine.fresh_snapshot(&site.world.tenant).await.unwrap();
    let searched = Searched::of(snapshot.catalog.find_object("account").unwrap());
    let (vector, asked) =
        (searched.vector("t_demo", Some("r0")), searched.asked("t_demo", "ARRAY['vertrags']"));
    let text = format!(
        "EXPLAIN SELECT id FROM t_demo.account r0 WHERE ({vector}) @@ {asked} AND r0.deleted_at IS NULL"
    );
    let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(text)).fetch_all(pool).await.unwrap();
    assert!(plan.iter().any(|line| line.contains("words_de_idx")), "{plan:?}");
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

/// Letters may be written with their marks beside them, a mark may stand alone, and a letter may have another form.
#[tokio::test]
async fn letters_are_the_same_however_they_are_written() {
    let site = speaking("search_letters", "de").await;
    account(&site, "Hafen", "Die Vertra\u{308}ge").await;
    account(&site, "Stadt", "Der Vertrag").await;
    for text in ["Vertrages", "Verträge", "Vertra\u{308}gen", "\u{301} \u{308}Vertra\u{308}gen \u{301}"] {
        assert_eq!(found(&site, text).await, ["Hafen", "Stadt"], "{text}");
    }
    let hits = site.get("/api/v1/search?q=Vertrages").await.data(200);
    let told = hits.to_string();
    assert!(told.contains("Die <mark>Vertra\u{308}ge</mark>"), "{told}");
    for text in ["\u{301}", "\u{345}", "\u{301} \u{36f}"] {
        let asked = site.get(&format!("/api/v1/search?q={}", encoded(text))).await;
        assert_eq!(asked.problems(400), ["q empty"], "{text:?}");
    }
    for code in ["none", "el"] {
        let site = speaking(&format!("search_sigma_{code}"), code).await;
        account(&site, "ΟΔΟΣ", "Ο δρόμος").await;
        for text in ["ΟΔΟΣ", "οδος", "οδοσ", "ΔΡΟΜΟΣ", "δρόμος"] {
            assert_eq!(found(&site, text).await, ["ΟΔΟΣ"], "{code} {text}");
        }
        let hits = site.get(&format!("/api/v1/search?q={}", encoded("ΔΡΟΜΟΣ"))).await.data(200);
        assert_eq!(hits[0]["highlights"]["description"], "Ο <mark>δρόμος</mark>", "{code}");
    }
}

/// A tenant of the version before gets its functions, and finds all before and after the indexes of today are made. Those
/// of then stay until that is done, even if a node of that version took the job and found nothing to do.
#[tokio::test]
async fn a_tenant_of_before_is_brought_along() {
    let site = Site::new(World::with_packages("search_level").await).await;
    let pool = site.world.engine.pool();
    account(&site, "Höhenzug", "").await;
    let back = "UPDATE t_demo._state SET level = 8; \
        DO $$ DECLARE one regclass; BEGIN FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 't_demo'::regnamespace AND relkind = 'i' AND relname LIKE '%\\_words\\_none\\_idx' LOOP EXECUTE format('DROP INDEX %s', one); END LOOP; END $$; \
        CREATE INDEX o1_search_idx ON t_demo.account USING gin (to_tsvector('simple'::regconfig, name)); \
        DROP FUNCTION t_demo._found, t_demo._asked, t_demo._words, t_demo._folded; DELETE FROM t_demo._jobs";
    sqlx::raw_sql(back).execute(pool).await.unwrap();
    let left = async || -> i64 {
        let text = "SELECT count(*) FROM pg_indexes WHERE schemaname = 't_demo' AND indexname LIKE '%\\_search\\_idx'";
        sqlx::query_scalar(text).fetch_one(pool).await.unwrap()
    };
    site.world.engine.upgrade_schema(&site.world.tenant).await.unwrap();
    assert_eq!(left().await, 1);
    assert_eq!(found(&site, "hohenz").await, ["Höhenzug"]);
    sqlx::raw_sql("DELETE FROM t_demo._jobs").execute(pool).await.unwrap();
    assert!(site.world.engine.asks_nothing(&site.world.tenant).await.unwrap());
    site.world.drain().await;
    assert_eq!(found(&site, "hohenz").await, ["Höhenzug"]);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
    assert_eq!(left().await, 0);
}
