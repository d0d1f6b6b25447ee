//! Views that people keep for themselves: held to what they see, seen by nobody else, and true after what changes.

use it::World;
use it::site::{Reply, Site};
use metadata::Change;
use serde_json::{Value as Json, json};

const VIEWS: &str = "/auth/v1/views";

async fn ask_as(site: &Site, token: &str, method: &str, path: &str, body: Option<Json>) -> Reply {
    site.ask_with(method, path, body, &[("authorization", &format!("Bearer {token}"))]).await
}

/// A role that reads and edits all deals but not every field of them.
fn role(fields: Json) -> Json {
    let all = json!({ "create": true, "read": "all", "edit": "all", "delete": "all" });
    json!({ "label": "Seller", "inherits": [], "objects": { "deal": all }, "fields": fields })
}

async fn put_role(site: &Site, fields: Json) {
    let put = site.ask("PUT", "/metadata/v1/roles/seller", Some(role(fields))).await;
    assert!(put.status < 300, "{}", put.text());
}

fn view(label: &str) -> Json {
    json!({ "object": "deal", "label": label, "columns": ["name", "amount"], "sort": ["-amount"],
        "filter": { "and": [{ "amount": { "gte": 1000 } }, { "stage": { "ne": "lost" } }] }, "where": "amount < 9000000" })
}

async fn labels(site: &Site, token: &str) -> Vec<String> {
    let views = site.get_as(token, VIEWS).await.data(200);
    views.as_array().unwrap().iter().map(|view| view["label"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_view_is_kept_renamed_placed_chosen_and_ended_by_its_owner_alone() {
    let site = Site::new(World::with_packages("own_views").await).await;
    put_role(&site, json!({})).await;
    let (ada, ben) = (site.person("anna", "seller").await, site.person("ben", "seller").await);
    let mut ids = Vec::new();
    for label in ["First", "Second", "Third"] {
        let made = ask_as(&site, &ada, "POST", VIEWS, Some(view(label))).await;
        assert!(made.header("location").starts_with("/auth/v1/views/"));
        let made = made.data(201);
        assert_eq!((&made["sort"], &made["left_out"]), (&json!(["-amount"]), &json!([])));
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let of = |at: usize| format!("{VIEWS}/{}", ids[at]);
    ask_as(&site, &ada, "PATCH", &of(2), Some(json!({ "position": 0, "label": " Last " }))).await.data(200);
    assert_eq!(labels(&site, &ada).await, ["Last", "First", "Second"]);
    ask_as(&site, &ada, "PATCH", &of(2), Some(json!({ "position": 99 }))).await.data(200);
    assert_eq!(labels(&site, &ada).await, ["First", "Second", "Last"]);
    let grouped = json!({ "group_by": "stage", "filter": null, "display": "board" });
    let changed = ask_as(&site, &ada, "PATCH", &of(0), Some(grouped)).await.data(200);
    assert_eq!((&changed["group_by"], &changed["filter"]), (&json!("stage"), &Json::Null));
    // Nobody else sees, changes or ends it, administrators no more than others.
    let administrator = site.token_of("ada@example.com").await;
    for other in [&ben, &administrator] {
        assert!(labels(&site, other).await.is_empty());
        assert_eq!(ask_as(&site, other, "PATCH", &of(0), Some(json!({ "label": "Mine" }))).await.status, 404);
        assert_eq!(ask_as(&site, other, "DELETE", &of(0), None).await.status, 404);
        let choice = json!({ "view": ids[0] });
        let chosen = ask_as(&site, other, "PUT", "/auth/v1/default-views/deal", Some(choice)).await;
        assert_eq!(chosen.problems(422), ["view unknown-view"]);
    }
    // What a list opens with: an own view, one of everybody's, none.
    let choose = async |view: Json| {
        let body = json!({ "view": view });
        ask_as(&site, &ada, "PUT", "/auth/v1/default-views/deal", Some(body)).await.status
    };
    assert_eq!(choose(json!(ids[0])).await, 204);
    let began = site.get_as(&ada, "/metadata/v1/bootstrap").await;
    let (tag, began) = (began.header("etag").to_owned(), began.data(200));
    assert_eq!(began["default_views"], json!({ "deal": ids[0] }));
    assert_eq!(began["own_views"].as_array().unwrap().len(), 3);
    assert_eq!(choose(json!("nothing_like_it")).await, 422);
    ask_as(&site, &ada, "DELETE", &of(0), None).await;
    let again = site.get_as(&ada, "/metadata/v1/bootstrap").await;
    assert_ne!(again.header("etag"), tag);
    assert_eq!(again.data(200)["default_views"], json!({}));
    // It is told that there are views, and not what they look for.
    let rows = site.get("/admin/v1/audit-log?object=view").await.data(200);
    assert!(rows.to_string().contains("First") && !rows.to_string().contains("1000"), "{rows}");
}

#[tokio::test]
async fn what_is_hidden_from_the_owner_is_left_out_and_comes_back() {
    let site = Site::new(World::with_packages("own_views_hidden").await).await;
    put_role(&site, json!({})).await;
    let ada = site.person("anna", "seller").await;
    let made = ask_as(&site, &ada, "POST", VIEWS, Some(view("Large"))).await.data(201);
    let place = format!("{VIEWS}/{}", made["id"].as_str().unwrap());
    put_role(&site, json!({ "deal.amount": { "read": false, "edit": false } })).await;
    let shown = site.get_as(&ada, VIEWS).await.data(200)[0].clone();
    assert_eq!(shown["columns"], json!(["name"]));
    assert_eq!(shown["filter"], json!({ "and": [{ "stage": { "ne": "lost" } }] }));
    assert_eq!(shown["left_out"], json!(["columns", "sort", "filter", "where"]));
    assert!(!shown.to_string().contains("amount"), "{shown}");
    // A new name takes nothing away from what waits.
    ask_as(&site, &ada, "PATCH", &place, Some(json!({ "label": "Largest" }))).await.data(200);
    // A hidden field and one that is not there are refused in the same words.
    let refused = async |name: &str| {
        let mut wish = view("Other");
        wish["columns"] = json!([name]);
        wish["sort"] = json!([name]);
        wish["group_by"] = json!(name);
        wish["filter"] = json!({ name: { "gte": 1 } });
        wish["where"] = json!(format!("{name} > 1"));
        let reply = ask_as(&site, &ada, "POST", VIEWS, Some(wish)).await;
        assert_eq!(reply.status, 422);
        let mut problem = reply.json();
        problem["request_id"] = Json::Null;
        // A hint is of what is seen and sounds alike, which depends on the word.
        let errors = problem["errors"].as_array_mut().unwrap();
        errors.iter_mut().for_each(|error| drop(error.as_object_mut().unwrap().shift_remove("hint")));
        problem.to_string().replace(name, "it")
    };
    assert_eq!(refused("amount").await, refused("amoant").await);
    put_role(&site, json!({})).await;
    let back = site.get_as(&ada, VIEWS).await.data(200)[0].clone();
    assert_eq!(
        (&back["filter"], &back["where"], &back["label"]),
        (&made["filter"], &made["where"], &json!("Largest"))
    );
    // Whose object is hidden altogether has no such view until it is shown again.
    let none = json!({ "label": "Seller", "inherits": [], "objects": {} });
    assert!(site.ask("PUT", "/metadata/v1/roles/seller", Some(none)).await.status < 300);
    assert_eq!(site.get_as(&ada, VIEWS).await.data(200), json!([]));
    assert_eq!(ask_as(&site, &ada, "PATCH", &place, Some(json!({ "label": "x" }))).await.status, 404);
}

/// What stays in sight and what is weighted by, in views for everybody as in one's own.
#[tokio::test]
async fn pins_and_weights_are_kept_and_hidden_with_their_fields() {
    let site = Site::new(World::with_packages("views_weighed").await).await;
    put_role(&site, json!({})).await;
    let ada = site.person("anna", "seller").await;
    let said = json!({ "object": "deal", "label": "Weighed", "columns": ["name", "stage", "amount"], "pinned": ["amount"],
        "display": "board", "group_by": "stage", "weight_by": "probability" });
    let made = ask_as(&site, &ada, "POST", VIEWS, Some(said.clone())).await.data(201);
    let place = format!("{VIEWS}/{}", made["id"].as_str().unwrap());
    site.ask("PUT", "/metadata/v1/list-views/deal.weighed", Some(said.clone())).await.data(200);
    let shared = async || {
        let told = site.get_as(&ada, "/metadata/v1/bootstrap").await.data(200);
        let views = told["list_views"].as_array().unwrap().clone();
        views.into_iter().find(|view| view["name"] == "deal.weighed").unwrap()
    };
    for view in [&made, &shared().await] {
        assert_eq!((&view["pinned"], &view["weight_by"]), (&said["pinned"], &said["weight_by"]), "{view}");
    }
    // A wrong one is refused at its place, wherever it is said.
    for (key, value, expected) in [
        ("weight_by", json!("stage"), "weight_by wrong-kind"),
        ("weight_by", json!("probabilty"), "weight_by unknown-field"),
        ("pinned", json!(["amuont"]), "pinned.0 unknown-field"),
    ] {
        let mut wish = said.clone();
        wish[key] = value;
        let own = ask_as(&site, &ada, "PATCH", &place, Some(json!({ key: wish[key] }))).await;
        assert_eq!(own.problems(422), [expected]);
        let shared = site.ask("PUT", "/metadata/v1/list-views/deal.weighed", Some(wish)).await;
        assert_eq!(shared.problems(422), [format!("list-views.deal.weighed.{expected}")]);
    }
    let hidden = json!({ "read": false, "edit": false });
    put_role(&site, json!({ "deal.amount": hidden, "deal.probability": hidden })).await;
    let own = site.get_as(&ada, VIEWS).await.data(200)[0].clone();
    assert_eq!(own["left_out"], json!(["columns", "pinned", "weight_by"]), "{own}");
    for view in [own, shared().await] {
        assert!(!view.to_string().contains("amount") && view.get("weight_by").is_none(), "{view}");
    }
    let refused = ask_as(&site, &ada, "PATCH", &place, Some(json!({ "weight_by": "probability" }))).await;
    assert_eq!(refused.problems(422), ["weight_by unknown-field"]);
    put_role(&site, json!({})).await;
    let nothing = json!({ "weight_by": "none", "pinned": null });
    let weighed = ask_as(&site, &ada, "PATCH", &place, Some(nothing)).await.data(200);
    assert_eq!((&weighed["weight_by"], weighed.get("pinned")), (&json!("none"), None), "{weighed}");
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_kept() {
    let site = Site::new(World::with_packages("own_views_wrong").await).await;
    let wrong = json!({ "object": "deal", "label": " ", "columns": "name", "colour": "red", "shared_with": [{ "everyone": true }] });
    let problems = site.ask("POST", VIEWS, Some(wrong)).await.problems(422);
    for expected in ["label required", "shared_with unknown-key", "columns wrong-type", "colour unknown-key"]
    {
        assert!(problems.iter().any(|problem| problem == expected), "{expected}: {problems:?}");
    }
    let other = json!({ "object": "nothing", "label": "x", "columns": [] });
    assert_eq!(site.ask("POST", VIEWS, Some(other)).await.problems(422), ["object unknown-object"]);
    for (key, value, expected) in [
        ("position", json!(-1), "position wrong-type"),
        ("filter", json!({ "stage": { "is": 1 } }), "filter.stage.is unknown-operator"),
        ("label", json!("a\u{0}b"), "label required"),
        ("columns", json!(["name.name.name"]), "columns.0 unknown-field"),
        ("where", json!("amount >"), "where syntax"),
    ] {
        let mut wish = view("x");
        wish[key] = value;
        let problems = site.ask("POST", VIEWS, Some(wish)).await.problems(422);
        let place = expected.split(' ').next().unwrap();
        assert!(problems.iter().any(|problem| problem.starts_with(place)), "{expected}: {problems:?}");
    }
    let mut huge = view("x");
    huge["filter"] = json!({ "name": { "in": vec!["x".repeat(90); 400] } });
    assert!(site.ask("POST", VIEWS, Some(huge)).await.problems(422).contains(&" too-large".to_owned()));
    let mut deep = json!({ "amount": 1 });
    for _ in 0..60 {
        deep = json!({ "not": deep });
    }
    let mut wish = view("x");
    wish["filter"] = deep;
    assert_eq!(site.ask("POST", VIEWS, Some(wish)).await.status, 422);
    assert_eq!(site.get(VIEWS).await.data(200), json!([]));
    // There is an end to how many one person keeps.
    for at in 0..200 {
        site.ask("POST", VIEWS, Some(view(&format!("View {at}")))).await.data(201);
    }
    assert_eq!(site.ask("POST", VIEWS, Some(view("One more"))).await.problems(422), [" too-many"]);
}

#[tokio::test]
async fn views_follow_names_and_never_keep_what_is_encrypted() {
    let site = Site::new(World::with_packages("own_views_follow").await).await;
    let secret =
        json!({ "name": "ssn", "kind": "text", "label": "SSN", "encrypted": true, "blind_index": true });
    assert!(site.ask("PUT", "/metadata/v1/objects/deal/fields/ssn", Some(secret)).await.status < 300);
    let mut open = view("x");
    open["filter"] = json!({ "ssn": { "eq": "078-05-1120" } });
    let problems = site.ask("POST", VIEWS, Some(open)).await.problems(422);
    assert!(problems.iter().any(|problem| problem == "filter encrypted"), "{problems:?}");
    let number = json!({ "name": "size", "kind": "integer", "label": "Size" });
    assert!(
        site.ask("PUT", "/metadata/v1/objects/deal/fields/size", Some(number.clone())).await.status < 300
    );
    let wish = json!({ "object": "deal", "label": "Sized", "columns": ["size"], "sort": ["-size"],
        "filter": { "or": [{ "size": { "gt": 1 } }, { "not": { "size": { "is_null": true } } }] }, "where": "size < 5" });
    site.ask("POST", VIEWS, Some(wish)).await.data(201);
    let mut renamed = number;
    renamed["name"] = json!("bulk");
    let change = Change { kind: metadata::Kind::Fields, name: "deal.size".into(), definition: Some(renamed) };
    site.ask("POST", "/metadata/v1/deploy", Some(json!({ "changes": [change] }))).await.data(200);
    let shown = site.get(VIEWS).await.data(200)[0].clone();
    assert_eq!(shown["left_out"], json!([]), "{shown}");
    assert_eq!(shown["columns"], json!(["bulk"]));
    assert_eq!(shown["where"], json!("bulk < 5"));
    assert_eq!(shown["filter"]["or"][1]["not"], json!({ "bulk": { "is_null": true } }));
}

/// However many come at once, nobody keeps more than there is room for.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_place_is_taken_once() {
    let site = std::sync::Arc::new(Site::new(World::with_packages("views_room").await).await);
    let view = |label: String| Some(json!({ "object": "deal", "label": label, "columns": ["name"] }));
    for at in 0..198 {
        site.ask("POST", VIEWS, view(format!("v{at}"))).await.data(201);
    }
    let mut all = tokio::task::JoinSet::new();
    for at in 0..12 {
        let (site, view) = (site.clone(), view(format!("last{at}")));
        all.spawn(async move { site.ask("POST", VIEWS, view).await.status });
    }
    let told = all.join_all().await;
    let made = told.iter().filter(|status| **status == 201).count();
    assert!(told.iter().all(|status| [201, 422, 503].contains(status)), "{told:?}");
    assert_eq!(made, 2, "{told:?}");
    assert_eq!(site.get(VIEWS).await.data(200).as_array().unwrap().len(), 200);
}

/// Who has it all already costs one look at what they keep, and is told of whatever changes there.
#[tokio::test]
async fn what_is_kept_is_looked_at_once_for_who_has_it_already() {
    let site = Site::new(World::with_packages("views_tag").await).await;
    let bootstrap = "/metadata/v1/bootstrap";
    let tag = async || site.get(bootstrap).await.header("etag").to_owned();
    let mut tags = vec![tag().await];
    let view = json!({ "object": "deal", "label": "Mine", "columns": ["name"], "where": "amount > 1" });
    let made = site.ask("POST", VIEWS, Some(view)).await.data(201);
    tags.push(tag().await);
    let place = format!("{VIEWS}/{}", made["id"].as_str().unwrap());
    site.ask("PATCH", &place, Some(json!({ "label": "Ours" }))).await.data(200);
    tags.push(tag().await);
    site.ask("DELETE", &place, None).await;
    tags.push(tag().await);
    assert_eq!(tags[0], tags[3]);
    let distinct: std::collections::BTreeSet<&String> = tags.iter().collect();
    assert_eq!(distinct.len(), 3, "{tags:?}");
    let known = [("if-none-match", tags[0].as_str())];
    assert_eq!(site.ask_with("GET", bootstrap, None, &known).await.status, 304);
    // Somebody else's are nobody's business.
    let mia = site.person("mia", "member").await;
    let other = json!({ "object": "deal", "label": "Hers", "columns": ["name"] });
    ask_as(&site, &mia, "POST", VIEWS, Some(other)).await.data(201);
    assert_eq!(tag().await.rsplit_once('-').unwrap().1, tags[0].rsplit_once('-').unwrap().1);
}
