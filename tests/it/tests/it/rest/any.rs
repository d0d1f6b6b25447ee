//! What a lookup to several objects points to, nested in the answer: of any object, and only for those who may read it.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

/// Tasks by title, each with what it is about.
async fn site() -> Site {
    let site = Site::new(World::with_packages("any_nested").await).await;
    let make = async |plural: &str, record: Json| {
        site.ask("POST", &format!("/api/v1/{plural}"), Some(record)).await.data(201)["id"].clone()
    };
    let account = make("accounts", json!({ "name": "Acme", "industry": "retail" })).await;
    let deal = make("deals", json!({ "name": "Big", "amount": 5, "account_id": account })).await;
    let gone = make("deals", json!({ "name": "Gone" })).await;
    let about = [("a", "account", &account), ("d", "deal", &deal), ("g", "deal", &gone)];
    for (title, object, id) in about {
        make("tasks", json!({ "title": title, "related_to_object": object, "related_to_id": id })).await;
    }
    make("tasks", json!({ "title": "n" })).await;
    site.ask("DELETE", &format!("/api/v1/deals/{}", gone.as_str().unwrap()), None).await;
    site
}

fn about(found: &Json) -> Vec<String> {
    let word = |one: &Json, key: &str| one[key].as_str().unwrap_or("-").to_owned();
    let one = |task: &Json| {
        let about = &task["related_to"];
        format!("{} {} {}", word(task, "title"), word(about, "object"), word(about, "name"))
    };
    found.as_array().unwrap().iter().map(one).collect()
}

#[tokio::test]
async fn records_of_any_object_nest() {
    let site = site().await;
    let ask = async |rest: &str| site.get(&format!("/api/v1/tasks?sort=title&{rest}")).await;
    let expected = ["a account Acme", "d deal Big", "g - -", "n - -"];
    for fields in ["title,related_to", "title,related_to.name", "title,related_to.object,related_to.name"] {
        assert_eq!(about(&ask(&format!("fields={fields}")).await.data(200)), expected, "{fields}");
    }
    let all = ask("fields=title,related_to.name,related_to.owner_id,related_to.created_at").await.data(200);
    let first = &all[0]["related_to"];
    assert_eq!((&first["owner_id"], first["created_at"].is_string()), (&json!(site.ada), true), "{first}");
    let keys: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "object", "name", "owner_id", "created_at"]);
    // Named alone it stays what it was, too.
    let alone = ask("fields=related_to").await.data(200);
    assert_eq!(
        (&alone[0]["related_to_object"], &alone[0]["related_to_id"]),
        (&json!("account"), &first["id"])
    );
    // Within lists, in files and of one record.
    let deep = site.get("/api/v1/accounts?fields=tasks.title,tasks.related_to.name").await.data(200);
    assert_eq!(about(&deep[0]["tasks"]), ["a account Acme"]);
    let file = ask("fields=title,related_to.name&format=csv").await.text();
    assert!(
        file.contains("\"\"object\"\":\"\"account\"\"") && file.contains("\"\"name\"\":\"\"Acme\"\""),
        "{file}"
    );
    // What not all of them have, and what lies deeper, is refused with the place.
    for (fields, place) in [
        ("related_to.amount", "fields.related_to.amount not-common"),
        ("related_to.account.name", "fields.related_to.account not-common"),
        ("related_to.*", "fields.related_to.* not-common"),
        ("related_to.nothing", "fields.related_to.nothing not-common"),
    ] {
        assert_eq!(ask(&format!("fields={fields}")).await.problems(400), [place], "{fields}");
    }
}

#[tokio::test]
async fn what_somebody_may_not_read_is_not_there() {
    let site = site().await;
    let role = |deals: &str| {
        json!({ "label": "Clerk", "objects": { "task": { "read": "all" }, "deal": { "read": deals }, "account": { "read": "all" } },
            "fields": { "account.name": { "read": false } } })
    };
    site.ask("PUT", "/metadata/v1/roles/clerk", Some(role("own"))).await;
    site.ask("PUT", "/metadata/v1/roles/blind", Some(role("none"))).await;
    for name in ["clerk", "blind"] {
        let token = site.person(name, name).await;
        let place = "/api/v1/tasks?sort=title&fields=title,related_to.name";
        let found = site.get_as(&token, place).await.data(200);
        assert_eq!(about(&found), ["a account -", "d - -", "g - -", "n - -"], "{name}: {found}");
        // A field that they see on no account is not one that all of them have.
        let refused = site.get_as(&token, "/api/v1/tasks?fields=related_to.industry").await;
        assert_eq!(refused.problems(400), ["fields.related_to.industry not-common"], "{name}");
    }
}
