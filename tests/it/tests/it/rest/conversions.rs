//! A record becomes others: what comes out, what is refused, and what nobody gets to know by it.

use engine::{Become, Conversion};
use it::World;
use it::site::Site;
use metadata::Kind;
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

async fn make(site: &Site, plural: &str, record: Json) -> String {
    let made = site.ask("POST", &format!("/api/v1/{plural}"), Some(record)).await.data(201);
    made["id"].as_str().unwrap().to_owned()
}

fn lead() -> Json {
    json!({
        "first_name": "Ada", "last_name": "Byron", "company": "Analytical Engines", "email": "ada@engines.example",
        "status": "qualified", "industry": "engineering", "city": "London", "budget_amount": 1234.50, "mobile": "+44 20 7946 0001",
    })
}

fn path(id: &str) -> String {
    format!("/api/v1/leads/{id}/conversions/convert")
}

async fn count(site: &Site, plural: &str) -> u64 {
    let page = site.get(&format!("/api/v1/{plural}?include_total=true&limit=1")).await.json();
    page["pagination"]["total"].as_u64().unwrap()
}

#[tokio::test]
async fn a_lead_becomes_an_account_a_contact_and_a_deal() {
    let site = site("convert").await;
    let id = make(&site, "leads", lead()).await;
    let task =
        make(&site, "tasks", json!({ "title": "Call", "related_to_object": "lead", "related_to_id": id }))
            .await;
    let ways = site.get(&format!("/api/v1/leads/{id}/conversions")).await.data(200);
    let names: Vec<&str> =
        ways[0]["targets"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!((&ways[0]["name"], &ways[0]["ready"]), (&json!("convert"), &json!(true)));
    assert_eq!(names, ["account", "contact", "deal"]);
    assert_eq!(ways[0]["targets"][0]["values"]["name"], "Analytical Engines");
    assert_eq!(
        ways[0]["targets"][2]["with"],
        json!({ "account_id": "account", "primary_contact_id": "contact" })
    );

    let body = json!({ "targets": { "deal": { "values": { "name": "The engine" } } } });
    let done = site.ask("POST", &path(&id), Some(body)).await.data(200);
    let (account, contact, deal) =
        (&done["targets"]["account"], &done["targets"]["contact"], &done["targets"]["deal"]);
    assert_eq!((&account["created"], &account["data"]["billing_city"]), (&json!(true), &json!("London")));
    assert_eq!(
        (&contact["data"]["name"], &contact["data"]["account_id"]),
        (&json!("Ada Byron"), &account["id"])
    );
    assert_eq!((&deal["data"]["name"], &deal["data"]["amount"]), (&json!("The engine"), &json!(1234.5)));
    assert_eq!((&deal["data"]["account_id"], &deal["data"]["lead_id"]), (&account["id"], &json!(id)));
    let source = &done["source"];
    assert_eq!((&source["status"], &source["converted_account_id"]), (&json!("converted"), &account["id"]));
    assert!(source["converted_at"].is_string());
    let task = site.get(&format!("/api/v1/tasks/{task}")).await.data(200);
    assert_eq!((&task["related_to_object"], &task["related_to_id"]), (&json!("contact"), &contact["id"]));

    // Roll-ups count what came out and what moved, and the history tells who did it.
    let account_id = account["id"].as_str().unwrap();
    assert_eq!(site.get(&format!("/api/v1/accounts/{account_id}")).await.data(200)["open_deals"], 1);
    let contact_id = contact["id"].as_str().unwrap();
    assert_eq!(site.get(&format!("/api/v1/contacts/{contact_id}")).await.data(200)["open_tasks"], 1);
    assert_eq!(site.get(&format!("/api/v1/leads/{id}")).await.data(200)["open_tasks"], 0);
    let history = site.get(&format!("/api/v1/leads/{id}/history")).await.data(200);
    assert_eq!(history[0]["changes"]["status"], json!(["qualified", "converted"]));

    // Not twice.
    assert_eq!(site.ask("POST", &path(&id), None).await.problems(409), ["converted_at already-converted"]);
    let ways = site.get(&format!("/api/v1/leads/{id}/conversions")).await.data(200);
    assert_eq!((&ways[0]["ready"], &ways[0]["targets"]), (&json!(false), &json!([])));
    assert_eq!(count(&site, "accounts").await, 1);
}

#[tokio::test]
async fn one_that_is_there_is_found_and_taken() {
    let site = site("convert_match").await;
    let known =
        make(&site, "accounts", json!({ "name": "ANALYTICAL engines", "phone": "+44 20 7946 0000" })).await;
    make(&site, "accounts", json!({ "name": "Analytical Engines of Analytical Engines" })).await;
    let id = make(&site, "leads", lead()).await;
    let ways = site.get(&format!("/api/v1/leads/{id}/conversions")).await.data(200);
    let matches = &ways[0]["targets"][0]["matches"];
    assert_eq!(matches, &json!([{ "id": known, "name": "ANALYTICAL engines", "on": ["name"] }]));
    let body =
        json!({ "targets": { "account": { "id": known, "values": { "type": "customer" } }, "deal": null } });
    let done = site.ask("POST", &path(&id), Some(body)).await.data(200);
    assert_eq!(
        (&done["targets"]["account"]["created"], &done["targets"]["deal"]),
        (&json!(false), &Json::Null)
    );
    let account = site.get(&format!("/api/v1/accounts/{known}")).await.data(200);
    assert_eq!((&account["type"], &account["phone"]), (&json!("customer"), &json!("+442079460000")));
    assert_eq!((count(&site, "accounts").await, count(&site, "deals").await), (2, 0));
    assert_eq!(done["targets"]["contact"]["data"]["account_id"], json!(known));
}

#[tokio::test]
async fn all_that_is_wrong_is_told_and_nothing_is_kept() {
    let site = site("convert_wrong").await;
    let rule =
        json!({ "object": "deal", "when": "ISBLANK(close_date)", "message": "When?", "field": "close_date" });
    site.world.define([(Kind::ValidationRules, "deal.when", Some(rule))]).await.unwrap();
    let mut nameless = lead();
    nameless["company"] = Json::Null;
    let id = make(&site, "leads", nameless).await;
    let body = json!({ "targets": {
        "account": { "values": { "employees": -1 } }, "deal": { "values": { "amount": "much" } }, "dael": {},
    } });
    let mut found = site.ask("POST", &path(&id), Some(body)).await.problems(422);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "targets.account.values.employees out-of-range",
            "targets.account.values.name required",
            "targets.dael unknown-target",
            "targets.deal.values.amount wrong-type",
            "targets.deal.values.close_date broken-rule",
        ]
    );
    for plural in ["accounts", "contacts", "deals"] {
        assert_eq!(count(&site, plural).await, 0, "{plural}");
    }
    assert_eq!(site.get(&format!("/api/v1/leads/{id}")).await.data(200)["status"], "qualified");
    let nobody = json!({ "targets": { "account": { "id": "01990000-0000-7000-8000-000000000000" } } });
    assert_eq!(
        site.ask("POST", &path(&id), Some(nobody)).await.problems(422),
        ["targets.account.id not-found"]
    );
    let without = json!({ "targets": { "account": null } });
    assert_eq!(site.ask("POST", &path(&id), Some(without)).await.problems(422), ["targets.account required"]);
    let unqualified =
        make(&site, "leads", json!({ "last_name": "X", "company": "Y", "status": "unqualified" })).await;
    assert_eq!(site.ask("POST", &path(&unqualified), None).await.problems(422), [" not-ready"]);
    let other = format!("/api/v1/leads/{id}/conversions/other");
    assert_eq!(site.ask("POST", &other, None).await.status, 404);
}

#[tokio::test]
async fn a_trial_keeps_nothing_and_a_key_makes_it_once() {
    let site = site("convert_once").await;
    let id = make(&site, "leads", lead()).await;
    let trial = site.ask("POST", &path(&id), Some(json!({ "dry_run": true }))).await.data(200);
    assert_eq!((&trial["dry_run"], &trial["source"]["status"]), (&json!(true), &json!("converted")));
    assert_eq!(count(&site, "accounts").await, 0);
    let key = [("idempotency-key", "k1")];
    let stale = [("if-match", "\"9\"")];
    assert_eq!(site.ask_with("POST", &path(&id), None, &stale).await.status, 412);
    let first = site.ask_with("POST", &path(&id), None, &key).await;
    let again = site.ask_with("POST", &path(&id), None, &key).await;
    assert_eq!((first.status, again.status, again.text()), (200, 200, first.text()));
    assert_eq!(count(&site, "accounts").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_at_once_one_finds_it_converted() {
    let site = site("convert_race").await;
    let world = std::sync::Arc::new(site.world);
    let ada = world.person("grace", "administrator").await;
    for round in 0..5 {
        let id = world
            .create(&ada, "lead", json!({ "last_name": format!("L{round}"), "company": "C" }))
            .await
            .unwrap();
        let mut writers = JoinSet::new();
        for _ in 0..4 {
            let (world, ada) = (world.clone(), ada.clone());
            let targets = vec![("deal".to_owned(), Become::New(Vec::new()))];
            let asked = Conversion { id, name: "convert".into(), targets, if_version: None, dry_run: false };
            writers.spawn(async move { world.engine.convert(&ada, "lead", (&asked, None)).await });
        }
        let outcomes = writers.join_all().await;
        assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1, "{round} {outcomes:?}");
        let refused = outcomes.into_iter().filter_map(Result::err);
        assert!(
            refused.map(|error| it::problems(error)[0].code.clone()).all(|code| code == "already-converted")
        );
    }
    let all =
        world.read(&ada, &engine::Query { object: "account".into(), ..Default::default() }).await.unwrap();
    assert_eq!(all.as_array().unwrap().len(), 5);
}

/// What somebody may see of accounts and leads: their own, without mobile numbers.
async fn closed(site: &Site) -> String {
    let rep = json!({ "objects": {
        "lead": { "create": true, "read": "all", "edit": "own" }, "account": { "create": true, "read": "own", "edit": "own" },
        "contact": { "create": true, "read": "own", "edit": "own" }, "deal": { "read": "own" }, "task": { "read": "own" },
    }, "fields": { "lead.mobile": { "read": false }, "contact.email_opt_out": { "edit": false } } });
    site.world.define([(Kind::Roles, "closed", Some(rep))]).await.unwrap();
    site.person("mia", "closed").await
}

#[tokio::test]
async fn nobody_finds_or_takes_or_carries_what_they_may_not_see() {
    let site = site("convert_closed").await;
    let mia = closed(&site).await;
    let bearer = format!("Bearer {mia}");
    let as_mia = async |method: &str, path: &str, body: Option<Json>| {
        site.ask_with(method, path, body, &[("authorization", &bearer)]).await
    };
    let me = as_mia("GET", "/auth/v1/me", None).await.data(200)["user"]["id"].as_str().unwrap().to_owned();
    let mut hers = lead();
    hers["owner_id"] = json!(me);
    // Two worlds: in the second one an account and a contact like hers are there, and are somebody else's.
    let one = make(&site, "leads", hers.clone()).await;
    let ways = async |id: &str| as_mia("GET", &format!("/api/v1/leads/{id}/conversions"), None).await.text();
    let before = ways(&one).await;
    let hidden = make(&site, "accounts", json!({ "name": "Analytical Engines" })).await;
    make(
        &site,
        "contacts",
        json!({ "last_name": "Byron", "first_name": "Ada", "email": "ada@engines.example" }),
    )
    .await;
    assert_eq!(ways(&one).await, before);
    assert!(!before.contains("mobile"), "{before}");
    // One that she may not see is as one that never was.
    let take = async |account: &str| {
        let body = json!({ "targets": { "account": { "id": account } } });
        as_mia("POST", &path(&one), Some(body)).await.text().replace(account, "ID")
    };
    let strip = |text: String| text.split("\"request_id\"").next().unwrap_or_default().to_owned();
    let nobody = "01990000-0000-7000-8000-000000000000";
    assert_eq!(strip(take(&hidden).await), strip(take(nobody).await));
    // Deals are not hers to make.
    let body = json!({ "targets": { "deal": {} } });
    assert_eq!(as_mia("POST", &path(&one), Some(body)).await.status, 403);
    let done = as_mia("POST", &path(&one), None).await.data(200);
    let contact = done["targets"]["contact"]["id"].as_str().unwrap();
    let contact = site.get(&format!("/api/v1/contacts/{contact}")).await.data(200);
    assert_eq!((&contact["mobile"], &contact["email"]), (&Json::Null, &json!("ada@engines.example")));
    assert_eq!(contact["owner_id"], json!(me));
    // One of others is seen and not changed.
    let other = make(&site, "leads", lead()).await;
    assert_eq!(as_mia("POST", &path(&other), None).await.status, 403);
    assert_eq!(as_mia("GET", &format!("/api/v1/leads/{other}/conversions"), None).await.data(200), json!([]));
}

#[tokio::test]
async fn things_move_only_to_what_one_may_change() {
    let site = site("convert_moves").await;
    let rep = json!({ "objects": {
        "lead": { "create": true, "read": "own", "edit": "own" }, "account": { "create": true, "read": "all", "edit": "own" },
        "contact": { "create": true, "read": "all", "edit": "own" }, "deal": { "read": "own" }, "task": { "read": "own" },
    } });
    site.world.define([(Kind::Roles, "reader", Some(rep))]).await.unwrap();
    let bearer = format!("Bearer {}", site.person("mia", "reader").await);
    let as_mia = async |method: &str, path: &str, body: Option<Json>| {
        site.ask_with(method, path, body, &[("authorization", &bearer)]).await
    };
    let me = as_mia("GET", "/auth/v1/me", None).await.data(200)["user"]["id"].clone();
    let mut hers = lead();
    hers["owner_id"] = me.clone();
    let id = make(&site, "leads", hers).await;
    let others = make(&site, "accounts", json!({ "name": "Analytical Engines" })).await;
    let own = make(&site, "accounts", json!({ "name": "Analytical engines", "owner_id": me })).await;
    let contact = json!({ "last_name": "Byron", "first_name": "Ada", "email": "ada@engines.example" });
    let theirs = make(&site, "contacts", contact).await;
    let matches = async |target: usize| {
        let ways = as_mia("GET", &format!("/api/v1/leads/{id}/conversions"), None).await.data(200);
        let mut ids: Vec<String> = ways[0]["targets"][target]["matches"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort_unstable();
        ids
    };
    // Nothing points to the lead: whatever she sees can be taken.
    assert_eq!(matches(0).await, sorted([&others, &own]));
    assert_eq!(matches(1).await, std::slice::from_ref(&theirs));
    let into = |account: &str, contact: Option<&str>, dry_run: bool| {
        let mut targets = json!({ "account": { "id": account } });
        if let Some(contact) = contact {
            targets["contact"] = json!({ "id": contact });
        }
        Some(json!({ "targets": targets, "dry_run": dry_run }))
    };
    as_mia("POST", &path(&id), into(&others, Some(&theirs), true)).await.data(200);
    // A task that she does not see would move to the contact, never to the account.
    let task = json!({ "title": "Call", "related_to_object": "lead", "related_to_id": id });
    let task = make(&site, "tasks", task).await;
    assert_eq!(matches(0).await, sorted([&others, &own]));
    assert!(matches(1).await.is_empty());
    assert_eq!(as_mia("POST", &path(&id), into(&own, Some(&theirs), false)).await.status, 403);
    let done = as_mia("POST", &path(&id), into(&others, None, false)).await.data(200);
    assert_eq!(done["targets"]["account"]["id"], json!(others));
    let task = site.get(&format!("/api/v1/tasks/{task}")).await.data(200);
    assert_eq!(task["related_to_id"], done["targets"]["contact"]["id"]);
}

fn sorted(ids: [&String; 2]) -> Vec<String> {
    let mut ids = ids.map(String::clone).to_vec();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn any_object_can_be_converted_and_stay_as_it_is() {
    let site = site("convert_custom").await;
    let object = |name: &str, fields: Json| {
        (
            Kind::Objects,
            name.to_owned(),
            json!({ "name": name, "plural": format!("{name}s"), "fields": fields }),
        )
    };
    let idea = json!([
        { "name": "taken_at", "kind": "datetime" }, { "name": "size", "kind": "integer" },
        { "name": "project", "kind": "lookup", "to": "project", "inverse": "ideas" },
        { "name": "fans", "kind": "many_to_many", "to": "contact", "inverse": "ideas" },
        { "name": "about", "kind": "lookup", "to": "account", "inverse": "ideas" } ]);
    let project = json!([
        { "name": "days", "kind": "decimal", "scale": 2 }, { "name": "who", "kind": "text" },
        { "name": "team", "kind": "many_to_many", "to": "contact", "inverse": "projects" } ]);
    let convert = json!({ "object": "idea", "mark": "taken_at", "lock": true, "when": "size > 1", "targets": [{
        "name": "project", "object": "project", "link": "project", "match": [["name"]],
        "values": { "name": "name & \"!\"", "days": "size * 1.5", "team": "fans", "who": "about.name" } }] });
    let all = [object("project", project), object("idea", idea)];
    let changes = all.iter().map(|(kind, name, json)| (*kind, name.as_str(), Some(json.clone())));
    site.world.define(changes.chain([(Kind::Conversions, "idea.take", Some(convert))])).await.unwrap();
    let fan = make(&site, "contacts", json!({ "last_name": "Fan" })).await;
    let about = make(&site, "accounts", json!({ "name": "Tidewater" })).await;
    let id =
        make(&site, "ideas", json!({ "name": "Wings", "size": 3, "fans": [fan], "about_id": about })).await;
    let take = format!("/api/v1/ideas/{id}/conversions/take");
    let done = site.ask("POST", &take, None).await.data(200);
    let project = done["targets"]["project"]["id"].as_str().unwrap();
    let made = site.get(&format!("/api/v1/projects/{project}?fields=*,team.id")).await.data(200);
    assert_eq!(
        (&made["name"], &made["days"], &made["who"]),
        (&json!("Wings!"), &json!(4.5), &json!("Tidewater"))
    );
    assert_eq!(made["team"], json!([{ "id": fan }]));
    let change = site.ask("PATCH", &format!("/api/v1/ideas/{id}"), Some(json!({ "size": 4 }))).await;
    assert_eq!(change.problems(422), [" broken-rule"]);
    // What it points to may be merged with another one nevertheless.
    let into = make(&site, "accounts", json!({ "name": "Tidewater Ltd" })).await;
    let merge = format!("/api/v1/accounts/{into}/merge");
    site.ask("POST", &merge, Some(json!({ "others": [about] }))).await.data(200);
    assert_eq!(site.get(&format!("/api/v1/ideas/{id}")).await.data(200)["about_id"], json!(into));
    let small = make(&site, "ideas", json!({ "name": "Wheel", "size": 1 })).await;
    let take = format!("/api/v1/ideas/{small}/conversions/take");
    assert_eq!(site.ask("POST", &take, None).await.problems(422), [" not-ready"]);
    site.ask("PATCH", &format!("/api/v1/ideas/{small}"), Some(json!({ "size": 4 }))).await.data(200);
}
