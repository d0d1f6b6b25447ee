//! `Trellis-Version`: programs that say names of before a rename, everywhere where records are, and who they are.

use it::World;
use it::site::{Reply, Site, encoded};
use serde_json::{Value as Json, json};

const KEY: &str = "authorization";

/// Firms and their offers; then `amount` becomes `total`, `firm` becomes `customer`, and another field is called
/// `amount`. Answers the revision before that.
async fn renamed(name: &str) -> (Site, String) {
    let site = Site::new(World::new(name).await).await;
    let put = async |path: &str, definition: Json| {
        site.ask("PUT", &format!("/metadata/v1/{path}"), Some(definition)).await.data(200)
    };
    put("objects/firm", json!({ "name": "firm", "plural": "firms", "fields": [] })).await;
    let amount = json!({ "name": "amount", "kind": "decimal", "precision": 12, "scale": 2, "indexed": true });
    let firm = json!({ "name": "firm", "kind": "lookup", "to": "firm", "inverse": "offers" });
    let fields = json!([
        amount, firm,
        { "name": "code", "kind": "text", "unique": true },
        { "name": "zebra", "kind": "text" },
        { "name": "twice", "kind": "formula", "formula": "amount * 2" },
    ]);
    put(
        "objects/offer",
        json!({ "name": "offer", "plural": "offers", "sharing": { "default": "read" }, "fields": fields }),
    )
    .await;
    let sum =
        json!({ "name": "worth", "kind": "rollup", "of": "offers", "function": "sum", "field": "amount" });
    put("fields/firm.worth", sum).await;
    let rule =
        json!({ "object": "offer", "when": "amount < 0", "message": "Less than nothing", "field": "amount" });
    put("validation-rules/offer.positive", rule).await;
    let role = json!({ "label": "Clerk", "inherits": ["user"], "objects": {
            "offer": { "create": true, "read": "all", "edit": "all", "delete": "all" }, "firm": { "read": "all" } },
        "fields": { "offer.zebra": { "read": false, "edit": false } } });
    put("roles/clerk", role).await;
    it::trade::drain(&site.world.engine, &site.world.tenant).await;
    let before = site.get("/metadata/v1/revisions?limit=1").await.data(200)[0]["revision"].to_string();
    let field = |name: &str, definition: Json| (format!("fields/offer.{name}"), definition);
    let other = |mut definition: Json, name: &str| {
        definition["name"] = name.into();
        definition
    };
    for (path, definition) in [
        field("amount", other(amount, "total")),
        field("firm", other(firm, "customer")),
        field("zebra", json!({ "name": "yak", "kind": "text" })),
        field("amount", json!({ "name": "amount", "kind": "text" })),
    ] {
        put(&path, definition).await;
    }
    (site, before)
}

/// A request in the names of a version.
async fn old(site: &Site, version: &str, (method, path): (&str, &str), body: Option<Json>) -> Reply {
    site.ask_with(method, path, body, &[("trellis-version", version)]).await
}

#[tokio::test]
async fn old_names_are_said_and_understood_everywhere() {
    let (site, version) = renamed("former").await;
    let old = async |method, path: &str, body| old(&site, &version, (method, path), body).await;
    let firm = old("POST", "/api/v1/firms", Some(json!({ "name": "Tidewater" }))).await.data(201);
    let body = json!({ "name": "One", "amount": 10.5, "firm_id": firm["id"], "code": "a" });
    let reply = old("POST", "/api/v1/offers", Some(body)).await;
    assert_eq!(reply.header("trellis-version"), version);
    let one = reply.data(201);
    assert_eq!(
        (&one["amount"], &one["firm_id"], one["twice"].as_f64()),
        (&json!(10.5), &firm["id"], Some(21.0))
    );
    assert!(one.get("total").is_none() && one.get("customer_id").is_none(), "{one}");
    assert_eq!(one["amount_new"], json!(null), "what took the name has another one");
    // The same record in today's names, in the same columns.
    let id = one["id"].as_str().unwrap();
    let path = format!("/api/v1/offers/{id}");
    let now = site.get(&path).await.data(200);
    assert_eq!(
        (&now["total"], &now["customer_id"], &now["amount"]),
        (&json!(10.5), &firm["id"], &json!(null))
    );
    site.ask("PATCH", &path, Some(json!({ "amount": "words" }))).await.data(200);
    let one = old("PATCH", &path, Some(json!({ "amount": 12 }))).await.data(200);
    assert_eq!((&one["amount"], &one["amount_new"]), (&json!(12.0), &json!("words")));
    old("PUT", "/api/v1/offers/by/code/b", Some(json!({ "name": "Two", "amount": 3 }))).await.data(201);
    for (query, expected) in [
        ("filter[amount][gte]=10".to_owned(), json!(["One"])),
        ("amount=3".to_owned(), json!(["Two"])),
        (format!("filter={}", encoded(r#"{"firm_id":{"is_null":true}}"#)), json!(["Two"])),
        (format!("where={}", encoded("amount > 5 AND firm.name = \"Tidewater\"")), json!(["One"])),
        ("sort=amount".to_owned(), json!(["Two", "One"])),
        ("sort=-amount".to_owned(), json!(["One", "Two"])),
    ] {
        let found = old("GET", &format!("/api/v1/offers?{query}"), None).await.data(200);
        let names: Vec<&Json> = found.as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(json!(names), expected, "{query}");
    }
    // Nested from both sides, grouped, and as a file.
    let nested = old("GET", &format!("{path}?fields=amount,firm.name"), None).await.data(200);
    assert_eq!((&nested["amount"], &nested["firm"]["name"]), (&json!(12.0), &json!("Tidewater")));
    let from = format!("/api/v1/firms/{}?fields=worth,offers.amount", firm["id"].as_str().unwrap());
    let parent = old("GET", &from, None).await.data(200);
    assert_eq!((&parent["worth"], &parent["offers"][0]["amount"]), (&json!(12.0), &json!(12.0)));
    let sums = old("GET", "/api/v1/offers/aggregate?metrics=sum(amount)&group_by=firm_id", None).await;
    assert!(sums.data(200).to_string().contains("12"), "{}", sums.text());
    let csv = old("GET", "/api/v1/offers?format=csv&fields=name,amount,firm_id", None).await;
    let head = csv.text().lines().next().unwrap_or_default().to_lowercase();
    assert!(head.contains("amount") && head.contains("firm") && !head.contains("total"), "{head}");
    let operations = json!({ "operations": [
        { "op": "create", "object": "offer", "data": { "name": "Three", "amount": 1, "firm_id": firm["id"] } },
        { "op": "update", "object": "offer", "id": id, "data": { "amount": 2 } } ] });
    let done = old("POST", "/api/v1/batch", Some(operations)).await.data(200);
    assert_eq!((&done[0]["data"]["amount"], &done[1]["data"]["amount"]), (&json!(1.0), &json!(2.0)));
    let history = old("GET", &format!("{path}/history"), None).await.data(200);
    assert_eq!(history[0]["changes"], json!({ "amount": [12.0, 2.0] }), "{history}");
    // What a parent counts is still what its records hold.
    let worth = site.get(&from.replace("offers.amount", "offers.total")).await.data(200);
    assert_eq!(worth["worth"], 3.0);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn errors_and_the_document_speak_the_names_of_the_version() {
    let (site, version) = renamed("former_errors").await;
    let old = async |method, path: &str, body| old(&site, &version, (method, path), body).await;
    let wrong = old("POST", "/api/v1/offers", Some(json!({ "name": "x", "amount": -1 }))).await;
    assert_eq!(wrong.problems(422).len(), 1);
    assert!(wrong.text().contains("\"amount\"") && !wrong.text().contains("total"), "{}", wrong.text());
    let wrong =
        old("POST", "/api/v1/offers", Some(json!({ "name": "x", "amount": "much", "total": 1 }))).await;
    let problems = wrong.problems(422);
    assert!(problems.iter().any(|one| one.starts_with("amount ")), "{problems:?}");
    assert!(problems.iter().any(|one| one.starts_with("total unknown")), "{problems:?}");
    assert_eq!(old("GET", "/api/v1/offers?filter[total][gt]=1", None).await.status, 400);
    assert_eq!(
        site.get("/api/v1/offers?filter[firm.name][eq]=x").await.status,
        400,
        "without it names are those of now"
    );
    let document = old("GET", "/api/v1/openapi.json", None).await.json();
    let fields = &document["components"]["schemas"]["Offer"]["properties"];
    assert_eq!(document["info"]["version"], json!(version));
    assert!(
        fields["firm_id"].is_object() && fields["total"].is_null() && fields["customer_id"].is_null(),
        "{fields}"
    );
    let today = site.get("/api/v1/openapi.json").await.json();
    assert!(today["components"]["schemas"]["Offer"]["properties"]["total"].is_object());
    let query = json!({ "query": "{ offers(where: \"amount >= 0\", sort: [\"-amount\"]) { edges { node { amount firm { name } } } } }" });
    let told = old("POST", "/graphql", Some(query.clone())).await;
    assert_eq!((told.status, &told.json()["errors"]), (200, &json!(null)), "{}", told.text());
    let told = site.ask("POST", "/graphql", Some(query)).await;
    assert!(!told.json()["errors"].is_null(), "{}", told.text());
    // Versions that are none.
    for version in ["soon", "-1", "999999", "2026-99-01", ""] {
        let refused = site.ask_with("GET", "/api/v1/offers", None, &[("trellis-version", version)]).await;
        assert_eq!(refused.problems(400), ["Trellis-Version unknown-version"], "{version}");
    }
    let import = old("POST", "/api/v1/offers/import", Some(json!({}))).await;
    assert_eq!(import.problems(400), ["Trellis-Version not-versioned"]);
    // Metadata has no former names, whoever asks how.
    let path = "/metadata/v1/fields/offer.total";
    assert_eq!(old("GET", path, None).await.data(200)["name"], "total");
    let label = json!({ "name": "total", "kind": "decimal", "precision": 12, "scale": 2, "indexed": true, "label": "In all" });
    assert_eq!(old("PUT", path, Some(label)).await.data(200)["name"], "total");
}

#[tokio::test]
async fn who_says_old_names_is_told_so_and_counted() {
    let (site, version) = renamed("former_counted").await;
    let old_get = async |path: &str| old(&site, &version, ("GET", path), None).await;
    // Nothing of it in what was asked and answered.
    let plain = old_get("/api/v1/firms").await;
    assert_eq!((plain.header("trellis-version"), plain.header("deprecation")), (version.as_str(), ""));
    for path in ["/api/v1/offers?fields=name,amount", "/api/v1/offers", "/api/v1/firms?fields=offers.amount"]
    {
        let told = old_get(path).await;
        assert!(
            told.header("deprecation").starts_with('@') && told.header("sunset").ends_with("GMT"),
            "{path}"
        );
    }
    assert_eq!(old_get("/api/v1/offers?fields=name").await.header("deprecation"), "");
    assert_eq!(site.get("/api/v1/offers").await.header("trellis-version"), "");
    let told = site.get("/metadata/v1/former-names").await.data(200);
    let requests = |old: &str| {
        let all = told.as_array().unwrap();
        all.iter().find(|one| one["old"] == *old).map(|one| one["requests"].as_i64().unwrap())
    };
    assert_eq!((requests("offer.amount"), requests("offer.firm")), (Some(3), Some(1)), "{told}");
    let used_by = &told[0]["used_by"][0];
    assert_eq!((&used_by["actor"]["name"], used_by["version"].to_string()), (&json!("Ada"), version.clone()));
    // A key has a version of its own, which a request may overrule.
    let wish =
        json!({ "name": "nightly", "version": version.parse::<i64>().unwrap(), "scopes": ["offers:read"] });
    let made = site.ask("POST", "/auth/v1/api-keys", Some(wish)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let key = format!("Bearer {}", made.json()["key"].as_str().unwrap());
    let pinned = site.ask_with("GET", "/api/v1/offers?fields=amount", None, &[(KEY, &key)]).await;
    assert_eq!((pinned.status, pinned.header("trellis-version")), (200, version.as_str()));
    let now = site.get("/metadata/v1/revisions?limit=1").await.data(200)[0]["revision"].to_string();
    let headers = [(KEY, key.as_str()), ("trellis-version", now.as_str())];
    assert_eq!(site.ask_with("GET", "/api/v1/offers?fields=total", None, &headers).await.status, 200);
    let told = site.get("/metadata/v1/former-names").await.data(200);
    assert!(told.to_string().contains(made.json()["id"].as_str().unwrap()), "{told}");
    // A version that there is not is refused when the key is made.
    let wrong = json!({ "name": "nightly", "version": 999_999 });
    let refused = site.ask("POST", "/auth/v1/api-keys", Some(wrong)).await;
    assert_eq!(refused.problems(422), ["version unknown-version"]);
    let wrong = json!({ "name": "nightly", "version": "soon" });
    assert_eq!(site.ask("POST", "/auth/v1/api-keys", Some(wrong)).await.problems(422), ["version invalid"]);
}

#[tokio::test]
async fn what_is_hidden_is_hidden_under_its_old_name() {
    let (site, version) = renamed("former_hidden").await;
    let body = json!({ "name": "One", "zebra": "s3cret", "amount": 1 });
    let one = old(&site, &version, ("POST", "/api/v1/offers"), Some(body)).await.data(201);
    assert_eq!(one["zebra"], "s3cret");
    let token = format!("Bearer {}", site.person("cleo", "clerk").await);
    let ask = async |method: &str, path: &str, body: Option<Json>| {
        site.ask_with(method, path, body, &[(KEY, &token), ("trellis-version", &version)]).await
    };
    let all = ask("GET", "/api/v1/offers", None).await;
    assert_eq!(all.data(200)[0]["amount"], 1.0);
    for word in ["zebra", "s3cret", "yak"] {
        assert!(!all.text().contains(word), "{}", all.text());
    }
    for query in [
        "fields=zebra",
        "fields=yak",
        "filter[zebra][eq]=s3cret",
        "sort=zebra",
        "where=zebra%20%3D%20%22s3cret%22",
    ] {
        let refused = ask("GET", &format!("/api/v1/offers?{query}"), None).await;
        assert_eq!(refused.status, 400, "{query}: {}", refused.text());
        let unknown =
            ask("GET", &format!("/api/v1/offers?{}", query.replace("zebra", "nothing")), None).await;
        assert_eq!(unknown.status, 400, "{query}");
    }
    let document = ask("GET", "/api/v1/openapi.json", None).await.text();
    assert!(document.contains("amount") && !document.contains("zebra") && !document.contains("yak"));
    // Nor does the count of names tell that there was one.
    ask("POST", "/api/v1/offers", Some(json!({ "name": "zebra" }))).await.data(201);
    let told = site.get("/metadata/v1/former-names").await.data(200).to_string();
    assert!(!told.contains("Cleo") && told.contains("offer.zebra") && told.contains("cleo"), "{told}");
    let of_zebra = site.get("/metadata/v1/former-names").await.data(200);
    let uses = of_zebra.as_array().unwrap().iter().find(|one| one["old"] == "offer.zebra").unwrap();
    assert!(!uses["used_by"].to_string().contains("cleo"), "{uses}");
}

#[tokio::test]
async fn objects_answer_at_their_old_place_and_keys_keep_to_what_they_were_given() {
    let (site, version) = renamed("former_objects").await;
    let put = async |path: &str, definition: Json| {
        site.ask("PUT", &format!("/metadata/v1/{path}"), Some(definition)).await.data(200)
    };
    put("objects/offer", json!({ "name": "quote", "plural": "quotes", "sharing": { "default": "read" } }))
        .await;
    // Somebody else takes the words.
    put("objects/offer", json!({ "name": "offer", "plural": "offers", "fields": [] })).await;
    site.ask("POST", "/api/v1/offers", Some(json!({ "name": "another thing" }))).await.data(201);
    let made =
        old(&site, &version, ("POST", "/api/v1/offers"), Some(json!({ "name": "One", "amount": 4 }))).await;
    let id = made.data(201)["id"].clone();
    assert_eq!(made.header("location"), format!("/api/v1/offers/{}", id.as_str().unwrap()));
    assert_eq!(site.get("/api/v1/quotes").await.data(200)[0]["total"], 4.0);
    let found = old(&site, &version, ("GET", "/api/v1/offers"), None).await.data(200);
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &id), "{found}");
    assert_eq!(site.get("/api/v1/offers").await.data(200)[0]["name"], "another thing");
    let operation =
        json!({ "operations": [{ "op": "update", "object": "offer", "id": id, "data": { "amount": 5 } }] });
    let done = old(&site, &version, ("POST", "/api/v1/batch"), Some(operation)).await.data(200);
    assert_eq!((&done[0]["object"], &done[0]["data"]["amount"]), (&json!("offer"), &json!(5.0)));
    let query = json!({ "query": "{ offers { edges { node { amount } } } }" });
    let refused = old(&site, &version, ("POST", "/graphql"), Some(query)).await;
    assert_eq!(refused.problems(400), ["Trellis-Version not-versioned"]);
    // A key that was given the new `offers` reads no quotes by calling them that.
    for (scope, may) in [("offers:read", false), ("quotes:read", true)] {
        let wish = json!({ "name": "k", "scopes": [scope] });
        let key = site.ask("POST", "/auth/v1/api-keys", Some(wish)).await.json();
        let key = format!("Bearer {}", key["key"].as_str().unwrap());
        let headers = [(KEY, key.as_str()), ("trellis-version", version.as_str())];
        let reply = site.ask_with("GET", "/api/v1/offers", None, &headers).await;
        assert_eq!(reply.status == 200, may, "{scope}: {}", reply.text());
    }
}

#[tokio::test]
async fn days_are_versions_and_old_ones_end() {
    let (site, version) = renamed("former_days").await;
    let move_by = async |days: i32| {
        let text = format!("UPDATE t_demo._revisions SET made_at = made_at - make_interval(days => {days})");
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(site.world.engine.pool()).await.unwrap();
        // Other nodes know nothing of this one's memory.
        let label = json!({ "name": "firm", "plural": "firms", "label": format!("Firm {days}") });
        site.ask("PUT", "/metadata/v1/objects/firm", Some(label)).await.data(200);
    };
    let day = |days: i64| (chrono::Utc::now() - chrono::TimeDelta::days(days)).format("%Y-%m-%d").to_string();
    let ask = async |version: &str| {
        site.ask_with("GET", "/api/v1/offers?fields=name,amount", None, &[("trellis-version", version)]).await
    };
    move_by(100).await;
    let today = ask(&day(0)).await;
    assert_eq!((today.status, today.header("deprecation")), (200, ""), "`amount` is the text of now");
    assert_eq!(ask(&version).await.status, 200);
    // Before all of it there was nothing that could have another name.
    assert_eq!(ask(&day(200)).await.header("trellis-version"), "0");
    move_by(300).await;
    let refused = ask(&version).await;
    assert_eq!(refused.problems(400), ["Trellis-Version unknown-version"]);
    let text = refused.text();
    assert!(text.contains("not answered any more"), "{text}");
    assert!(!text.contains("total") && !text.contains("customer") && !text.contains("yak"), "{text}");
}

#[tokio::test]
async fn refusals_and_tags_are_of_their_version_too() {
    let (site, version) = renamed("former_tags").await;
    let old = async |method, path: &str, body| old(&site, &version, (method, path), body).await;
    let refused = old("GET", "/api/v1/offers?filter[amount][near]=1", None).await;
    assert_eq!((refused.status, refused.header("trellis-version")), (400, version.as_str()));
    assert!(refused.headers.get_all("vary").iter().any(|value| value == "Trellis-Version"));
    assert!(refused.header("deprecation").starts_with('@'), "{:?}", refused.headers);
    let told = site.get("/metadata/v1/former-names").await.data(200);
    assert_eq!((&told[0]["old"], &told[0]["requests"]), (&json!("offer.amount"), &json!(1)), "{told}");
    assert_eq!(told.as_array().unwrap().len(), 1, "nothing was answered: {told}");
    // What was read under other names is another text, of the same record.
    let one = old("POST", "/api/v1/offers", Some(json!({ "name": "One", "amount": 1 }))).await.data(201);
    let path = format!("/api/v1/offers/{}", one["id"].as_str().unwrap());
    let then = old("GET", &path, None).await.header("etag").to_owned();
    let now = site.get(&path).await.header("etag").to_owned();
    assert_eq!((then.as_str(), now.as_str()), (format!("\"1-{version}\"").as_str(), "\"1\""));
    let known = |tag: &str| [("if-none-match".to_owned(), tag.to_owned())];
    for (tag, is_former, status) in
        [(&then, true, 304), (&now, true, 200), (&then, false, 200), (&now, false, 304)]
    {
        let mut headers: Vec<(&str, &str)> = Vec::new();
        let tag = known(tag);
        headers.extend(tag.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        if is_former {
            headers.push(("trellis-version", &version));
        }
        assert_eq!(site.ask_with("GET", &path, None, &headers).await.status, status, "{tag:?} {is_former}");
    }
    let headers = [("if-match", then.as_str()), ("trellis-version", version.as_str())];
    site.ask_with("PATCH", &path, Some(json!({ "amount": 2 })), &headers).await.data(200);
    let late = site.ask_with("PATCH", &path, Some(json!({ "amount": 3 })), &headers).await;
    assert_eq!(late.status, 412, "{}", late.text());
    // The document tells of it.
    let document = site.get("/api/v1/openapi.json").await.json();
    let list = &document["paths"]["/api/v1/offers"]["get"];
    let parameter = json!({ "$ref": "#/components/parameters/version" });
    assert!(list["parameters"].as_array().unwrap().contains(&parameter));
    assert!(list["responses"]["200"]["headers"]["Deprecation"].is_object());
    assert!(
        !document["paths"]["/metadata/v1/deploy"]["post"]["parameters"].to_string().contains("version\"")
    );
}
