//! What is another tenant's is not there, on any route, and is told in the words of what never was: records, people,
//! teams, sessions, keys, imports, jobs, copies, ways to sign in, consents, names of metadata, cursors, and what bodies
//! point to; what is another reseller's neither. The routes are those of the table, so a new one is asked too.

mod other;
mod rival;

use api::routes::{Need, Route, table};
use axum::http::Method;
use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

use other::{MARK, Other};
use rival::JOB;

const NEVER: &str = "00000000-0000-7000-8000-00000000abcd";
const NO_NAME: &str = "qq_never";

/// What a route takes, so that it gets as far as the record; `None` where that is not known here.
fn body_of(site: &Site, route: &Route) -> Option<Json> {
    let words = |path: &str| path.trim_start_matches('/').replace('/', " ");
    let patch = |op: Json| json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [op] });
    Some(match (route.method.as_str(), words(route.path).as_str()) {
        ("PATCH", "api v1 {plural} {id}") => json!({ "name": "Mine now" }),
        ("POST", path) if path.ends_with("merge") => {
            json!({ "others": ["00000000-0000-7000-8000-00000000ef01"] })
        }
        ("POST", path) if path.ends_with("shares") => json!({ "user_id": site.ada, "access": "read" }),
        ("POST", path) if path.contains("{id} conversions") => json!({}),
        ("POST", path) if path.starts_with("api v1 {plural} {id}") => json!({ "name": "Mine now" }),
        ("PATCH", "admin v1 users {id}") => json!({ "name": "Mine now" }),
        ("POST", "admin v1 users {id} invite") => json!({}),
        ("PATCH", "admin v1 teams {id}" | "auth v1 views {id}") => json!({ "label": "Mine now" }),
        ("PUT", "scim v2 Users {id}") => json!({ "userName": "mine@example.com", "displayName": "Mine" }),
        ("PATCH", "scim v2 Users {id}") => {
            patch(json!({ "op": "replace", "path": "active", "value": false }))
        }
        ("PUT", "scim v2 Groups {id}") => json!({ "displayName": "mine" }),
        ("PATCH", "scim v2 Groups {id}") => {
            patch(json!({ "op": "replace", "path": "displayName", "value": "mine" }))
        }
        ("PATCH", "reseller v1 tenants {id}") => json!({ "name": "Mine now" }),
        (_, path) if path.starts_with("reseller v1 tenants {id} ") => json!({}),
        _ => return None,
    })
}

/// The route's path about one thing.
fn filled(site: &Site, route: &Route, (plural, id, name): (&str, &str, &str)) -> String {
    let path = route.path.replace("{plural}", plural).replace("{id}", id).replace("{number}", "1");
    // The kind, object and field are there: it is the last word that is not ours.
    let path = path.replace("{kind}", "objects").replace("{object}", "deal").replace("{value}", id);
    let path = path.replace("{field}", if route.path.contains("/by/") { "external_id" } else { name });
    let path = path.replace("{name}", name).replace("{file}", name).replace("{domain}", "crm.acme.example");
    let shares = route.path.ends_with("/shares") && route.method == Method::DELETE;
    if shares && plural != "{plural}" { format!("{path}?user_id={}", site.ada) } else { path }
}

/// What was told, apart from what the request itself said.
fn told(reply: &Reply, words: &[&str]) -> String {
    let mut body = reply.json();
    body["request_id"] = Json::Null;
    let text = words.iter().fold(body.to_string(), |text, word| text.replace(word, "…"));
    format!("{} {text}", reply.status)
}

/// Asks about what is the other's and about what never was: no difference may be told.
async fn compare(site: &Site, route: &Route, key: &str, (theirs, never): ([&str; 3], [&str; 3])) {
    let mut answers = Vec::new();
    let known = body_of(site, route);
    let is_name = theirs[..2] == never[..2];
    let bodiless = route.method == Method::GET || route.method == Method::DELETE;
    for [plural, id, name] in [theirs, never] {
        let path = filled(site, route, (plural, id, name));
        let body = (!bodiless).then(|| known.clone().unwrap_or_else(|| json!({})));
        let bearer = format!("Bearer {key}");
        let reply = site.ask_with(route.method.as_str(), &path, body, &[("authorization", &bearer)]).await;
        let text = reply.text();
        assert!(!text.contains(MARK), "{} {path}: {text}", route.method);
        assert!(
            reply.status >= 400 && reply.status < 500,
            "{} {path}: {} {text}",
            route.method,
            reply.status
        );
        // A name that is not there may also be told as a part of what is asked for.
        let is_plain = bodiless && !is_name || known.is_some();
        assert!(reply.status == 404 || !is_plain, "{} {path}: {text}", route.method);
        answers.push(told(&reply, &[plural, id, name]));
    }
    assert_eq!(answers[0], answers[1], "{} {}", route.method, route.path);
}

#[tokio::test]
async fn what_is_another_tenants_is_not_there_on_any_route() {
    let site = Site::new(World::with_packages("foreign").await).await;
    let other = Other::of(&site).await;
    let before = other.all(&site).await;
    let ada = site.token_of("ada@example.com").await;
    let shop = site.reseller("Shop").await;
    let mut asked = 0;
    for route in table().iter().filter(|route| route.path.contains('{') && route.need != Need::Nothing) {
        let key = if route.need == Need::Reseller { &shop } else { &ada };
        if route.path.contains("{id}") {
            for id in &other.ids {
                compare(&site, route, key, (["deals", id, "win"], ["deals", NEVER, "win"])).await;
                asked += 1;
            }
        }
        if route.path.contains("{plural}") {
            let theirs = ["zz_vaults", other.vault.as_str(), "win"];
            compare(&site, route, key, (theirs, ["qq_nevers", other.vault.as_str(), "win"])).await;
            asked += 1;
        }
        // What is put under a name is made where it is not there.
        let names = !route.path.starts_with("/api/") && route.method != Method::PUT;
        if names && (route.path.contains("{name}") || route.path.contains("{field}")) {
            for name in ["zz_vault", "zz_secret", "zz_pack", "zz-provider"] {
                compare(&site, route, key, (["deals", NEVER, name], ["deals", NEVER, NO_NAME])).await;
                asked += 1;
            }
        }
    }
    assert!(asked > 300, "{asked}");
    bodies(&site, &other).await;
    questions(&site, &other).await;
    lists(&site, &other, (&ada, &shop)).await;
    assert_eq!(other.all(&site).await, before, "something of the other tenant was changed");
}

/// What bodies point to: refused as what never was.
async fn bodies(site: &Site, other: &Other) {
    let Other { deal, account, user, clone, .. } = other;
    let graphql = |text: String| ("POST", "/graphql", json!({ "query": text }));
    let tool = |name: &str, arguments: Json| {
        let params = json!({ "name": name, "arguments": arguments });
        ("POST", "/mcp", json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }))
    };
    let with = |id: &str, theirs: bool| {
        let or = |own: &str| if theirs { id.to_owned() } else { own.to_owned() };
        let (deal, account, user) = (or(deal), or(account), or(user));
        let job = |action: &'static str, kind: &str, subject: &str| {
            ("POST", action, json!({ "kind": kind, "subject": or(subject) }))
        };
        vec![
            ("POST", "/api/v1/deals", json!({ "name": "d", "account_id": account })),
            ("POST", "/api/v1/deals", json!({ "name": "d", "owner_id": user })),
            (
                "POST",
                "/api/v1/tasks",
                json!({ "title": "t", "related_to_object": "deal", "related_to_id": deal }),
            ),
            (
                "POST",
                "/api/v1/batch",
                json!({ "operations": [{ "op": "delete", "object": "deal", "id": deal }] }),
            ),
            ("POST", "/api/v1/deals/mass", json!({ "ids": [deal], "data": { "name": "Mine now" } })),
            ("POST", "/admin/v1/teams", json!({ "name": "mine", "label": "Mine", "members": [user] })),
            (
                "POST",
                "/admin/v1/users",
                json!({ "email": "m@example.com", "name": "M", "roles": ["user"], "manager_id": user }),
            ),
            (
                "POST",
                "/admin/v1/access/simulate",
                json!({ "user_id": user, "object": "deal", "record": deal }),
            ),
            job("/admin/v1/jobs/retry", "of_a_later_version", JOB),
            job("/admin/v1/jobs/drop", "of_a_later_version", JOB),
            job("/admin/v1/jobs/retry", "clone", clone),
            job("/admin/v1/jobs/drop", "clone", clone),
            graphql(format!("{{ deal(id: \"{deal}\") {{ name }} }}")),
            graphql(format!("{{ node(id: \"{deal}\") {{ id }} }}")),
            graphql(format!(
                "{{ deals(filter: {{ account_id: {{ eq: \"{account}\" }} }}) {{ edges {{ node {{ id }} }} }} }}"
            )),
            graphql(format!(
                "mutation {{ update_deal(id: \"{deal}\", data: {{ name: \"Mine now\" }}) {{ id }} }}"
            )),
            graphql(format!("mutation {{ delete_deal(id: \"{deal}\") {{ id }} }}")),
            tool("query", json!({ "object": "deal", "filter": { "id": { "eq": deal } } })),
            tool("update", json!({ "object": "deal", "id": deal, "data": { "name": "Mine now" } })),
        ]
    };
    for (place, (theirs, never)) in with("", false).into_iter().zip(with(NEVER, true)).enumerate() {
        let mut answers = Vec::new();
        for (method, path, body) in [theirs, never] {
            let same = [("x-request-id", "same")];
            let reply = site.ask_with(method, path, Some(body.clone()), &same).await;
            assert!(!reply.text().contains(MARK), "{path} {body}: {}", reply.text());
            answers.push(told(&reply, &[deal, account, user, clone, JOB, NEVER]));
        }
        assert_eq!(answers[0], answers[1], "{place}");
    }
}

/// Lists of what one has: nothing of theirs is in them, whoever asks.
async fn lists(site: &Site, other: &Other, (ada, shop): (&str, &str)) {
    let inside = ["sandboxes", "support-access", "sign-in-providers", "jobs", "users", "teams", "branding"];
    let inside = inside.map(|list| (ada, format!("/admin/v1/{list}")));
    let own = [
        "tenants",
        "clones",
        "webhooks",
        "events",
        "certificates",
        "usage",
        "commission",
        "branding",
        "layers",
    ];
    let own = own.map(|list| (shop, format!("/reseller/v1/{list}")));
    for (key, path) in inside.into_iter().chain(own) {
        let reply = site.get_as(key, &path).await;
        let text = reply.text();
        assert!(reply.status == 200 && !text.contains(MARK) && !text.contains(JOB), "{path}: {text}");
        assert!(!other.ids.iter().any(|id| text.contains(id.as_str())), "{path}: {text}");
    }
}

/// What stands in addresses: cursors of the other tenant lead nowhere, and nothing is found by its ids and words.
async fn questions(site: &Site, other: &Other) {
    let Other { deal, user, cursor, .. } = other;
    for path in [
        format!("/api/v1/deals?cursor={cursor}"),
        format!("/api/v1/deals?cursor={cursor}&sort=name"),
        format!("/api/v1/accounts?cursor={cursor}"),
        format!("/api/v1/deals?filter[id][eq]={deal}"),
        format!("/api/v1/deals?filter[owner_id][eq]={user}"),
        format!("/api/v1/search?q={MARK}"),
        "/api/v1/deals/changes?since=0".to_owned(),
        "/api/v1/deals/changes?since=99999999".to_owned(),
        format!("/admin/v1/audit-log?record_id={deal}"),
        format!("/admin/v1/audit-log?user_id={user}"),
        format!("/admin/v1/audit-log?cursor={cursor}"),
        "/admin/v1/audit-log?limit=1000".to_owned(),
        "/admin/v1/login-history?limit=1000".to_owned(),
        format!("/admin/v1/access/explain?user={user}&object=deal&record={deal}&action=read"),
        format!("/admin/v1/access/who?object=deal&record={deal}"),
        format!("/admin/v1/record-shares?user_id={user}"),
        "/scim/v2/Users".to_owned(),
        "/scim/v2/Groups".to_owned(),
        "/metadata/v1/bootstrap".to_owned(),
        "/metadata/v1/files".to_owned(),
        "/api/v1/openapi.json".to_owned(),
    ] {
        let reply = site.get(&path).await;
        let text = reply.text();
        assert!(reply.status < 500 && !text.contains(MARK), "{path}: {} {text}", reply.status);
        let names_theirs = [deal, user].iter().any(|id| text.contains(id.as_str()) && reply.status == 200);
        assert!(!names_theirs, "{path}: {text}");
    }
    // The same key under the same words is another tenant's word.
    let body = json!({ "name": "Mine" });
    let reply = site.ask_with("POST", "/api/v1/deals", Some(body), &[("idempotency-key", "zz-key")]).await;
    assert_ne!(reply.data(201)["id"], deal.as_str());
}
