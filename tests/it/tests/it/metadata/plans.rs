//! What a plan tells beside its steps: which records the change does not suit, what programs notice, who may do more or
//! less, and how long it takes; and that looking changes nothing.

use it::site::Site;

use super::*;

/// Keepers some of which are not what is asked for later; answers their ids.
async fn motley(site: &Site) -> Vec<Uuid> {
    let bea = site.world.person("bea", "administrator").await;
    put_field(&site.world, "keeper.code", json!({ "name": "code", "kind": "text" })).await.unwrap();
    put_field(&site.world, "keeper.weight", json!({ "name": "weight", "kind": "integer" })).await.unwrap();
    let records = [
        json!({ "name": "a", "code": "x", "weight": 5 }),
        json!({ "name": "b", "code": "x", "weight": -5 }),
        json!({ "name": "c", "weight": 500 }),
        json!({ "name": "d", "code": "much too long", "weight": 7 }),
        json!({ "name": "e", "code": "x", "weight": 7 }),
    ];
    let bea = site.world.again(&bea).await;
    let ids =
        site.world.run(&bea, "keeper", What::Create(records.iter().map(fields).collect())).await.unwrap().ids;
    // What is in the bin stands in nobody's way.
    site.world.run(&bea, "keeper", What::Delete(vec![ids[4]])).await.unwrap();
    ids
}

/// The records of a plan as somebody who changes metadata and reads what the role gives.
async fn offending_as(site: &Site, token: &str, changes: Json) -> Json {
    let body = json!({ "changes": changes, "dry_run": true });
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    site.ask_with("POST", "/metadata/v1/deploy", Some(body), &headers).await.data(200)["offending"].clone()
}

/// Somebody with a role of that name.
async fn with_role(site: &Site, name: &str, role: Json) -> String {
    site.world.define([(Kind::Roles, name, Some(role))]).await.unwrap();
    site.person(name, name).await
}

#[tokio::test]
async fn who_does_not_read_a_field_learns_nothing_of_it_by_plans() {
    let site = Site::new(World::zoo("plan_secret").await).await;
    let ids = motley(&site).await;
    let weight = |max: i64| {
        json!([{ "kind": "fields", "name": "keeper.weight",
        "definition": { "name": "weight", "kind": "integer", "max": max } }])
    };
    let role = |read: &str, fields: Json| json!({ "objects": { "keeper": { "read": read } }, "fields": fields, "system": ["manage_metadata"] });
    let path = "objects.keeper.fields.weight";
    let told = |count: Option<usize>, records: &[Uuid]| json!([{ "path": path, "code": "out-of-range", "count": count, "records": records }]);
    let hidden = json!({ "keeper.weight": { "read": false } });
    for (name, role) in [
        ("unread", role("none", json!({}))),
        ("owner", role("own", json!({}))),
        ("unseen", role("all", hidden)),
    ] {
        let token = with_role(&site, name, role).await;
        // The same whether there is a larger value or none.
        for max in [100, 1000] {
            let found = offending_as(&site, &token, weight(max)).await;
            assert_eq!(found, told(None, &[]), "{name} {max}");
        }
    }
    let token = with_role(&site, "reader", role("all", json!({}))).await;
    assert_eq!(offending_as(&site, &token, weight(100)).await, told(Some(1), &ids[2..3]));
    assert_eq!(offending_as(&site, &token, weight(1000)).await, json!([]));
}

#[tokio::test]
async fn who_does_not_read_a_field_learns_nothing_by_giving_it_another_kind() {
    let site = Site::new(World::zoo("retype_secret").await).await;
    let ids = motley(&site).await;
    let path = "objects.keeper.fields.code";
    let role = |read: &str, fields: Json| json!({ "objects": { "keeper": { "read": read } }, "fields": fields, "system": ["manage_metadata"] });
    let hidden = json!({ "keeper.code": { "read": false } });
    // All go over, or all but the one without a value would be lost.
    let ways = [json!({}), json!({ "keeper.code": { "up": "LEN(code)" } })];
    let turned = |convert: &Json, dry: bool| {
        json!({ "changes": [{ "kind": "fields", "name": "keeper.code",
        "definition": { "name": "code", "kind": "decimal" } }], "convert": convert, "dry_run": dry })
    };
    for (name, role) in [
        ("unread", role("none", json!({}))),
        ("owner", role("own", json!({}))),
        ("unseen", role("all", hidden)),
    ] {
        let token = with_role(&site, name, role).await;
        if name == "owner" {
            let me = site.get_as(&token, "/auth/v1/me").await.data(200)["user"]["id"].clone();
            let system = site.world.system().await;
            site.world.update(&system, "keeper", ids[1], json!({ "owner_id": me })).await.unwrap();
        }
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let before = site.world.fingerprint().await;
        for (way, convert) in ways.iter().enumerate() {
            let plan =
                site.ask_with("POST", "/metadata/v1/deploy", Some(turned(convert, true)), &headers).await;
            let plan = plan.data(200);
            let own = if (name, way) == ("owner", 0) { &ids[1..2] } else { &[] };
            let told = json!([{ "path": path, "code": "does-not-fit", "count": null, "records": own }]);
            assert_eq!(plan["offending"], told, "{name} {way}");
            assert_eq!(plan["data_loss"], json!(["keeper.code"]), "{name} {way}");
            let done =
                site.ask_with("POST", "/metadata/v1/deploy", Some(turned(convert, false)), &headers).await;
            assert_eq!(done.status, 409, "{name} {way}: {}", done.text());
        }
        assert_eq!(site.world.fingerprint().await, before);
    }
    let token = with_role(&site, "reader", role("all", json!({}))).await;
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let plan = async |way: usize| {
        let body = turned(&ways[way], true);
        site.ask_with("POST", "/metadata/v1/deploy", Some(body), &headers).await.data(200)["offending"]
            .clone()
    };
    // Values of what is in the bin go over too.
    assert_eq!(
        plan(0).await,
        json!([{ "path": path, "code": "does-not-fit", "count": 4, "records": [ids[0], ids[1], ids[3], ids[4]] }])
    );
    assert_eq!(plan(1).await, json!([]));
}

async fn plan(site: &Site, changes: Json) -> Json {
    let before = site.world.fingerprint().await;
    let body = json!({ "changes": changes, "dry_run": true });
    let plan = site.ask("POST", "/metadata/v1/deploy", Some(body)).await.data(200);
    assert_eq!(site.world.fingerprint().await, before, "a plan changes nothing");
    assert_eq!(plan["tried"]["refused"], json!([]), "{plan}");
    plan
}

#[tokio::test]
async fn records_that_a_change_does_not_suit_are_named() {
    let site = Site::new(World::zoo("plan_offending").await).await;
    let ids = motley(&site).await;
    let code = json!({ "name": "code", "kind": "text", "max_length": 8, "required": true, "unique": true });
    let weight = json!({ "name": "weight", "kind": "integer", "min": 0, "max": 100 });
    let plan = plan(
        &site,
        json!([
            { "kind": "fields", "name": "keeper.code", "definition": code },
            { "kind": "fields", "name": "keeper.weight", "definition": weight },
        ]),
    )
    .await;
    let expected = |field: &str, code: &str, records: &[Uuid]| json!({ "path": format!("objects.keeper.fields.{field}"), "code": code, "count": records.len(), "records": records });
    assert_eq!(
        plan["offending"],
        json!([
            expected("code", "required", &ids[2..3]),
            expected("code", "duplicate", &ids[..2]),
            expected("code", "too-long", &ids[3..4]),
            expected("weight", "out-of-range", &ids[1..2]),
            expected("weight", "out-of-range", &ids[2..3]),
        ])
    );
    assert_eq!(plan["data_loss"], json!([]));
    let estimates: Vec<(&Json, &Json)> = plan["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (&step["estimate"]["rows"], &step["estimate"]["takes"]))
        .collect();
    assert!(estimates.iter().all(|told| *told == (&json!(5), &json!("moment"))), "{plan}");
    assert!(!estimates.is_empty());
}

#[tokio::test]
async fn who_gains_and_loses_is_told_and_a_new_name_is_no_difference() {
    let site = Site::new(World::zoo("plan_access").await).await;
    let clerk = json!({ "label": "Clerk", "objects": { "keeper": { "read": "own", "edit": "own" } },
        "fields": { "keeper.rank": { "edit": false } }, "system": ["view_audit"] });
    site.world.define([(Kind::Roles, "clerk", Some(clerk))]).await.unwrap();
    let told = async |changes: Json| {
        let plan = plan(&site, changes).await;
        let one = |one: &Json| {
            let word = |key: &str| one[key].as_str().map(str::to_owned);
            let words =
                ["holder", "action", "object", "field", "permission", "sharing"].into_iter().filter_map(word);
            format!("{}: {} {}", words.collect::<Vec<_>>().join(" "), one["before"], one["after"])
        };
        plan["permissions"].as_array().unwrap().iter().map(one).collect::<Vec<String>>()
    };
    let wider = json!({ "label": "Clerk", "objects": { "keeper": { "read": "all", "edit": "own" } } });
    assert_eq!(
        told(json!([{ "kind": "roles", "name": "clerk", "definition": wider }])).await,
        [
            "role:clerk read keeper: \"own\" \"all\"",
            "role:clerk edit keeper.rank: false true",
            "role:clerk view_audit: true false",
        ]
    );
    let rank = site.get("/metadata/v1/fields/keeper.rank").await.data(200);
    let mut renamed = rank.clone();
    renamed["name"] = "grade".into();
    let mut keeper = site.get("/metadata/v1/objects/keeper").await.data(200);
    (keeper["name"], keeper["plural"]) = (json!("warden"), json!("wardens"));
    keeper.as_object_mut().unwrap().remove("fields");
    let changes = json!([
        { "kind": "fields", "name": "keeper.rank", "definition": renamed },
        { "kind": "objects", "name": "keeper", "definition": keeper },
    ]);
    assert_eq!(told(changes.clone()).await, [""; 0]);
    // What takes the name that is free then is new, whatever was given of the one that had it.
    let mut taken = changes.as_array().unwrap().clone();
    taken.push(
        json!({ "kind": "objects", "name": "keeper", "definition": { "plural": "keepers", "fields": [] } }),
    );
    let wider = json!({ "label": "Clerk", "objects": { "keeper": { "read": "own", "edit": "own" }, "warden": { "read": "own", "edit": "own" } },
        "fields": { "warden.grade": { "edit": false } }, "system": ["view_audit"] });
    taken.push(json!({ "kind": "roles", "name": "clerk", "definition": wider }));
    assert_eq!(
        told(json!(taken)).await,
        ["role:clerk read keeper: \"none\" \"own\"", "role:clerk edit keeper: \"none\" \"own\""]
    );
    let open = json!({ "plural": "keepers", "sharing": { "default": "read" } });
    assert_eq!(
        told(json!([{ "kind": "objects", "name": "keeper", "definition": open }])).await,
        ["keeper: \"private and managers\" \"read and managers\""]
    );
    let plan = plan(&site, changes).await;
    let noticed: Vec<(&Json, &Json)> =
        plan["api"].as_array().unwrap().iter().map(|one| (&one["name"], &one["breaking"])).collect();
    for name in ["/api/v1/wardens", "warden", "warden.grade"] {
        assert!(noticed.contains(&(&json!(name), &json!(true))), "{name}: {plan}");
    }
}

#[tokio::test]
async fn a_large_table_is_told_as_it_will_be_done() {
    let site = Site::new(World::zoo("plan_large").await).await;
    let bea = site.world.person("bea", "administrator").await;
    put_field(&site.world, "keeper.note", json!({ "name": "note", "kind": "long_text" })).await.unwrap();
    let bea = site.world.again(&bea).await;
    keepers(&site.world, &bea, 2_000).await;
    let field = || json!([{ "kind": "fields", "name": "keeper.rank", "definition": { "name": "rank", "kind": "integer", "indexed": true } }]);
    let index = |plan: &Json| {
        let steps = plan["steps"].as_array().unwrap();
        steps.iter().find(|step| step["sql"].as_str().unwrap().contains("CREATE INDEX")).unwrap().clone()
    };
    let small = index(&plan(&site, field()).await);
    assert_eq!(
        (&small["lock"], &small["risk"], &small["estimate"]["rows"]),
        (&json!("share"), &json!("scan"), &json!(2000))
    );
    let text = "INSERT INTO t_demo.keeper SELECT (jsonb_populate_record(k, jsonb_build_object('id', gen_random_uuid(), 'note', repeat('x', 1800)))).* \
                FROM t_demo.keeper k, generate_series(1, 3)";
    sqlx::query(text).execute(site.world.engine.pool()).await.unwrap();
    let large = index(&plan(&site, field()).await);
    assert_eq!((&large["lock"], &large["risk"]), (&json!("row_exclusive"), &json!("background")), "{large}");
    assert!(large["sql"].as_str().unwrap().contains("CONCURRENTLY"), "{large}");
    // As the planner takes it, which knows the pages and guesses what stands in them.
    let rows = large["estimate"]["rows"].as_i64().unwrap();
    assert!((500..500_000).contains(&rows), "{large}");
    assert_eq!(large["estimate"]["bytes"].as_i64().map(|bytes| bytes > 8 * 1024 * 1024), Some(true));
}

#[tokio::test]
async fn what_uses_what_changes_is_told_of_one_component_as_of_many() {
    let site = Site::new(World::zoo("plan_dependants").await).await;
    motley(&site).await;
    let view = json!({ "object": "keeper", "label": "Heavy", "columns": ["name", "weight"] });
    let twice = json!({ "name": "twice", "kind": "formula", "formula": "weight * 2" });
    put_field(&site.world, "keeper.twice", twice).await.unwrap();
    site.world.define([(Kind::ListViews, "keeper.heavy", Some(view))]).await.unwrap();
    let before = site.world.fingerprint().await;
    let path = "/metadata/v1/objects/keeper/fields/weight";
    // Stricter, and under another name: what uses it is told under the one of now.
    let burden = json!({ "name": "burden", "kind": "integer", "max": 100 });
    let change = json!([{ "kind": "fields", "name": "keeper.weight", "definition": burden }]);
    let many = plan(&site, change).await;
    let known = site.get("/metadata/v1/dependencies/fields/keeper.weight").await.data(200);
    let used = json!([{ "kind": "fields", "name": "keeper.twice", "at": "formula" },
        { "kind": "list-views", "name": "keeper.heavy", "at": "columns.1" }]);
    assert_eq!(known["used_by"], used);
    assert_eq!(many["dependants"], json!([{ "kind": "fields", "name": "keeper.weight", "used_by": used }]));
    let one = site.ask("PUT", &format!("{path}?dry_run=true"), Some(burden)).await.json();
    let keys = ["revision", "changes", "steps", "data_loss", "offending", "background", "comes_back_empty"];
    for key in keys.into_iter().chain(["api", "permissions", "dependants", "tried"]) {
        assert!(one[key] == many[key] && !one[key].is_null(), "{key}: {one} {many}");
    }
    assert!(["offending", "api", "steps"].iter().all(|key| one[key] != json!([])), "{one}");
    // What goes is told so too, and what comes is used by nobody.
    let gone = site.ask("DELETE", "/metadata/v1/objects/keeper/fields/code?dry_run=true", None).await.json();
    assert_eq!((&gone["data_loss"], &gone["dependants"]), (&json!(["keeper.code"]), &json!([])), "{gone}");
    let object = site.ask("DELETE", "/metadata/v1/list-views/keeper.heavy?dry_run=true", None).await.json();
    assert_eq!((&object["changes"][0]["action"], &object["dependants"]), (&json!("delete"), &json!([])));
    let new = json!([{ "kind": "fields", "name": "keeper.new", "definition": { "kind": "formula", "formula": "weight" } }]);
    assert_eq!(plan(&site, new).await["dependants"], json!([]));
    assert_eq!(site.world.fingerprint().await, before);
    let document = site.get("/api/v1/openapi.json").await.json();
    let put = "/paths/~1metadata~1v1~1objects~1{object}~1fields~1{field}/put/responses/200/content/application~1json/schema/properties";
    for place in ["/components/schemas/Applied/properties", put] {
        let told = document.pointer(place).unwrap_or_else(|| panic!("{place} is not told"));
        assert!(many.as_object().unwrap().keys().all(|key| told.get(key).is_some()), "{told}");
    }
    // What is done is told without what was foreseen.
    let done = site.ask("DELETE", "/metadata/v1/list-views/keeper.heavy", None).await.json();
    assert_eq!((&done["changes"][0]["name"], done.get("dependants")), (&json!("keeper.heavy"), None));
}
