//! Two worlds that differ only in a hidden record or a hidden field answer byte for byte the same over the wire: every
//! way to read, refusals of writes, and the documents that say what there is.
//!
//! One difference cannot be hid: a value that must be unique is refused though a hidden record has it. The refusal is the
//! same for every such record.

use axum::http::Request;
use it::site::{Site, encoded};
use metadata::Kind;

use super::*;

/// A member's world: one account and one deal of the member's, one of each of somebody else's.
struct Twins {
    site: Site,
    mia: String,
    account: Uuid,
    deal: Uuid,
    other_account: Uuid,
    other_deal: Uuid,
}

fn definitions() -> Vec<(Kind, &'static str, Option<Json>)> {
    let account = json!({ "name": "account", "plural": "accounts", "fields": [
        { "name": "industry", "kind": "text", "searchable": true },
        { "name": "worth", "kind": "integer", "indexed": true } ] });
    let deal = json!({ "name": "deal", "plural": "deals", "fields": [
        { "name": "account", "kind": "lookup", "to": "account", "inverse": "deals" },
        { "name": "code", "kind": "text", "unique": true },
        { "name": "stage", "kind": "text", "searchable": true },
        { "name": "margin", "kind": "integer", "unique": true },
        { "name": "note", "kind": "text", "searchable": true } ] });
    let rights = json!({ "create": true, "read": "own", "edit": "own", "delete": "own", "export": true });
    let rep = json!({ "inherits": ["user"], "objects": { "account": rights, "deal": rights },
        "fields": { "deal.margin": { "read": false }, "deal.note": { "read": false }, "account.worth": { "read": false } } });
    let rule = json!({ "object": "deal", "when": "margin < 0", "message": "No losses", "field": "margin" });
    vec![
        (Kind::Objects, "account", Some(account)),
        (Kind::Objects, "deal", Some(deal)),
        (Kind::Roles, "rep", Some(rep)),
        (Kind::ValidationRules, "deal.no_losses", Some(rule)),
        // Words are found by their stems, and what was found is marked.
        (Kind::Settings, "search", Some(json!({ "language": "en" }))),
    ]
}

async fn twins(name: &str) -> Twins {
    let site = Site::new(World::new(name).await).await;
    site.world.define(definitions()).await.unwrap();
    let mia = site.person("mia", "rep").await;
    let me = site.get_as(&mia, "/auth/v1/me").await.data(200)["user"]["id"].clone();
    let system = site.world.system().await;
    let create = async |object: &str, record: Json| site.world.create(&system, object, record).await.unwrap();
    let account =
        create("account", json!({ "name": "Own", "industry": "retail", "worth": 5, "owner_id": me })).await;
    let other_account =
        create("account", json!({ "name": "Hidden", "industry": "energy", "worth": 6 })).await;
    let deal = json!({ "name": "Own deal", "owner_id": me, "account_id": other_account, "code": "A", "stage": "new",
        "margin": 1, "note": "secret" });
    let deal = create("deal", deal).await;
    let other =
        json!({ "name": "Hidden deal", "account_id": account, "code": "B", "stage": "won", "margin": 2 });
    let other_deal = create("deal", other).await;
    Twins { site, mia, account, deal, other_account, other_deal }
}

impl Twins {
    /// Everything that the member asks, and what comes of it.
    async fn interview(&self) -> String {
        let mut told = String::new();
        for path in self.reads() {
            let reply = self.site.get_as(&self.mia, &path).await;
            let tag = reply.header("etag");
            told += &format!(
                "\nGET {path} {} {tag} {}",
                reply.status,
                without_request(&reply.json(), &reply.text())
            );
        }
        for (method, path, body) in self.refused() {
            let bearer = format!("Bearer {}", self.mia);
            let headers = [("authorization", bearer.as_str())];
            let reply = self.site.ask_with(method, &path, Some(body.clone()), &headers).await;
            told += &format!(
                "\n{method} {path} {body} {} {}",
                reply.status,
                without_request(&reply.json(), &reply.text())
            );
        }
        told
    }

    fn reads(&self) -> Vec<String> {
        let mut paths = Vec::new();
        for list in ["deals", "accounts"] {
            for rest in [
                "include_total=true",
                "fields=*,owner.name",
                "format=csv",
                "format=ndjson&fields=name",
                "sort=-account.industry",
                "sort=account.worth",
                "sort=margin",
                "fields=margin",
                "filter[margin][gt]=0",
                "filter[account.worth][gt]=0",
                "filter[account.name][contains]=i",
                "filter[account.name][is_null]=true",
                "filter[note][search]=secret",
                "where=margin%20%3E%200",
                "where=account.industry%20%3D%20%22energy%22",
                "fields=name,deals.name,deals.account.name",
                "fields=name,account.name,account.deals.name",
                "limit=1&sort=name",
                "deleted=true",
            ] {
                paths.push(format!("/api/v1/{list}?{rest}"));
            }
            for rest in [
                "metrics=count",
                "metrics=count,sum(margin)",
                "metrics=count&group_by=margin",
                "metrics=count&group_by=stage",
                "metrics=count&group_by=account.industry",
                "metrics=count,max(account.worth)",
            ] {
                paths.push(format!("/api/v1/{list}/aggregate?{rest}"));
            }
        }
        for word in [
            "own", "owned", "hidden", "secret", "secrets", "energy", "energies", "other", "hiden", "7", "zzz",
        ] {
            paths.push(format!("/api/v1/search?q={word}"));
        }
        for id in [self.account, self.other_account, self.deal, self.other_deal] {
            for plural in ["deals", "accounts"] {
                for rest in ["", "/history", "/shares", "/states", "/transitions"] {
                    paths.push(format!("/api/v1/{plural}/{id}{rest}"));
                }
            }
        }
        for query in [
            "{ deals { total_count edges { cursor node { id name stage account { id name } } } pageInfo { endCursor } } }",
            "{ accounts { nodes { id name deals { total_count nodes { name } } } } }",
            "{ accounts { nodes { deals(first: 1) { total_count edges { cursor node { name } } pageInfo { hasNextPage endCursor } } } } }",
            "{ accounts { nodes { deals(last: 1, sort: \"-margin\") { edges { cursor } } } } }",
            "{ accounts { nodes { deals(filter: {note: {eq: \"secret\"}}) { total_count } } } }",
            "{ deals_states { total_count nodes { record_id to } } }",
            "{ deals { nodes { margin } } }",
            "{ deals(filter: {margin: {gt: 0}}) { nodes { id } } }",
            "{ deals_aggregate(group_by: [\"stage\"]) { group count } }",
            "{ __schema { types { name fields { name } inputFields { name } } } }",
        ] {
            paths.push(format!("/graphql?query={}", encoded(query)));
        }
        for list in ["deals", "accounts"] {
            paths.push(format!("/api/v1/{list}/states"));
            paths.push(format!("/api/v1/{list}/states?where=margin%20%3E%200"));
        }
        for kind in Kind::ALL {
            paths.push(format!("/metadata/v1/{}", kind.word()));
        }
        paths.push("/metadata/v1/blame/fields/deal.margin".into());
        paths.push("/auth/v1/branding".into());
        paths.push("/api/v1/openapi.json".into());
        paths.push("/metadata/v1/bootstrap".into());
        paths.push("/metadata/v1/objects/deal".into());
        paths
    }

    /// Writes that are refused, so that they change nothing.
    fn refused(&self) -> Vec<(&'static str, String, Json)> {
        let absent = Uuid::from_u128(7);
        let mut asked = Vec::new();
        for id in [self.other_deal, absent] {
            asked.push(("PATCH", format!("/api/v1/deals/{id}"), json!({ "name": "x", "nope": 1 })));
            asked.push((
                "POST",
                format!("/api/v1/deals/{id}/shares"),
                json!({ "user_id": id, "access": "read" }),
            ));
            asked.push(("POST", format!("/api/v1/deals/{id}/clone"), json!({})));
            asked.push(("POST", format!("/api/v1/deals/{}/merge", self.deal), json!({ "from": id })));
        }
        for id in [self.other_account, absent] {
            asked.push(("POST", "/api/v1/deals".into(), json!({ "name": "x", "account_id": id })));
            asked.push((
                "PATCH",
                format!("/api/v1/deals/{}", self.deal),
                json!({ "account_id": id, "nope": 1 }),
            ));
        }
        asked.push(("POST", "/api/v1/deals".into(), json!({ "name": "x", "margin": 2 })));
        asked.push(("POST", "/api/v1/deals".into(), json!({ "name": "x", "code": "A" })));
        asked.push(("POST", "/api/v1/deals".into(), json!({ "name": "x", "code": "B" })));
        asked.push(("PUT", "/api/v1/deals/by/code/B".into(), json!({ "stage": "x" })));
        asked.push(("PUT", "/api/v1/deals/by/margin/2".into(), json!({ "stage": "x" })));
        asked.push((
            "POST",
            "/api/v1/deals/mass".into(),
            json!({ "filter": { "margin": 1 }, "update": { "stage": "x" } }),
        ));
        asked
    }
}

/// A body without the id of its request.
fn without_request(json: &Json, text: &str) -> String {
    match json["request_id"].as_str() {
        Some(id) => text.replace(id, "…"),
        None => text.to_owned(),
    }
}

/// The places at which two texts of lines differ, for a reader.
fn differing(a: &str, b: &str) -> Vec<(String, String)> {
    a.lines().zip(b.lines()).filter(|(a, b)| a != b).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

#[tokio::test]
async fn what_a_hidden_record_or_field_holds_changes_no_byte_on_the_wire() {
    let twins = twins("twin_wires").await;
    let told = twins.interview().await;
    assert!(
        told.contains("Own deal") && !told.contains("Hidden deal") && !told.contains(":\"secret\""),
        "{told}"
    );
    // Straight into the tables, so that no version, time or id differs.
    for change in [
        // A hidden field of a record that is seen.
        "UPDATE t_demo.deal SET margin = 9, note = 'other 7' WHERE name = 'Own deal'",
        "UPDATE t_demo.deal SET margin = NULL, note = NULL WHERE name = 'Own deal'",
        "UPDATE t_demo.account SET worth = 7 WHERE name = 'Own'",
        "UPDATE t_demo._audit_tail SET changes = '{}' WHERE record_id IN (SELECT id FROM t_demo.deal WHERE name = 'Hidden deal')",
        // A hidden record.
        "UPDATE t_demo.account SET name = 'Other', industry = 'own', worth = NULL WHERE name = 'Hidden'",
        "UPDATE t_demo.deal SET stage = 'own', margin = 5, note = 'Own', account_id = NULL WHERE name = 'Hidden deal'",
        "UPDATE t_demo.deal SET name = 'Own', version = 9, updated_at = now() WHERE name = 'Hidden deal'",
        "INSERT INTO t_demo.deal (id, name, owner_id, created_at, created_by_id, updated_at, updated_by_id, version, code, account_id) \
         SELECT gen_random_uuid(), 'Own too', owner_id, now(), owner_id, now(), owner_id, 1, 'C', (SELECT id FROM t_demo.account WHERE name = 'Own') \
         FROM t_demo.deal WHERE code = 'B'",
        "UPDATE t_demo.deal SET deleted_at = now() WHERE code = 'C'",
        "DELETE FROM t_demo.deal WHERE code = 'C'",
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(twins.site.world.engine.pool()).await.unwrap();
        let now = twins.interview().await;
        assert!(now == told, "{change}: {:#?}", differing(&told, &now));
    }
}

#[tokio::test]
async fn what_is_refused_tells_hidden_from_absent_nowhere() {
    let twins = twins("twin_refusals").await;
    let told = async |id: Uuid| {
        let mut told = String::new();
        for (object, rest) in [
            ("deals", ""),
            ("deals", "/history"),
            ("deals", "/shares"),
            ("deals", "/states"),
            ("deals", "?fields=x"),
        ] {
            let reply = twins.site.get_as(&twins.mia, &format!("/api/v1/{object}/{id}{rest}")).await;
            told += &format!("{} {}\n", reply.status, without_request(&reply.json(), &reply.text()));
        }
        for (method, rest) in [
            ("DELETE", ""),
            ("DELETE", "?permanent=true"),
            ("POST", "/restore"),
            ("DELETE", "/shares?user_id=x"),
        ] {
            let head = Request::builder().method(method).uri(format!("/api/v1/deals/{id}{rest}"));
            let head = head.header("authorization", format!("Bearer {}", twins.mia));
            let reply = twins.site.send(head, Vec::new()).await;
            told += &format!("{method} {} {}\n", reply.status, without_request(&reply.json(), &reply.text()));
        }
        told.replace(&id.to_string(), "ID")
    };
    assert_eq!(told(twins.other_deal).await, told(Uuid::from_u128(7)).await);
}
