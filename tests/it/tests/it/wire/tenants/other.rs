//! Another tenant with something of every kind, all of it with one mark.

use std::collections::BTreeMap;

use axum::http::Request;
use engine::Tenant;
use engine::packages::Install;
use identity::{Origin, Secret};
use it::package;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

/// In every text that is theirs.
pub const MARK: &str = "Zzsecret";

/// What the other tenant has.
pub struct Other {
    pub(super) tenant: Tenant,
    token: String,
    pub deal: String,
    pub account: String,
    pub vault: String,
    pub user: String,
    /// A place in a list of deals.
    pub cursor: String,
    /// A copy that is asked for.
    pub clone: String,
    /// Ids of everything: records, people, teams, sessions, keys, imports, the tenant, copies, consents; and of its
    /// reseller's: webhooks, deliveries, certificates.
    pub ids: Vec<String>,
}

impl Other {
    pub async fn of(site: &Site) -> Self {
        let engine = &site.world.engine;
        let tenant = site.tenants.create("other", "Other").await.unwrap();
        let context = engine.system_context(&tenant, "test").await.unwrap();
        let packages = ["accounts", "leads", "deals", "tasks"].map(package);
        engine.install(&context, &packages, Install::default()).await.unwrap();
        let password = Secret::new("correct horse");
        let (email, name) = ("zz@example.com", format!("{MARK} Person"));
        let made =
            site.identity.first_administrator(&tenant, email, Some(&name), Some(password.clone())).await;
        made.unwrap();
        let session = site.identity.login(&tenant, email, &password, Origin::default()).await.unwrap();
        let token = session.token.expose().to_owned();
        let (deal, account, vault, user, cursor, clone) = Default::default();
        let ids = vec![tenant.id.to_string()];
        let mut other = Self { tenant, token, deal, account, vault, user, cursor, clone, ids };
        other.furnish(site).await;
        other.equip(site).await;
        other.sell(site).await;
        other
    }

    async fn furnish(&mut self, site: &Site) {
        let field = json!({ "name": "zz_secret", "kind": "text", "label": MARK });
        let vault = json!({ "name": "zz_vault", "plural": "zz_vaults", "label": MARK, "fields": [field] });
        self.ask(site, "PUT", "/metadata/v1/objects/zz_vault", vault).await;
        self.ask(site, "PUT", "/metadata/v1/roles/zz_secret", json!({ "label": MARK, "objects": {} })).await;
        let named = || json!({ "name": MARK });
        self.vault = self.made(site, "/api/v1/zz_vaults", named()).await;
        self.account = self.made(site, "/api/v1/accounts", named()).await;
        self.deal =
            self.made(site, "/api/v1/deals", json!({ "name": MARK, "account_id": self.account })).await;
        self.made(site, "/api/v1/deals", named()).await;
        self.made(site, "/api/v1/tasks", json!({ "title": MARK })).await;
        let person = json!({ "email": "zy@example.com", "name": MARK, "roles": ["user"] });
        self.user = self.made(site, "/admin/v1/users", person).await;
        let team = json!({ "name": "zz_secret", "label": MARK, "members": [self.user] });
        self.made(site, "/admin/v1/teams", team).await;
        self.made(site, "/auth/v1/views", json!({ "object": "deal", "label": MARK, "columns": ["name"] }))
            .await;
        let key = self.ask(site, "POST", "/auth/v1/api-keys", named()).await.json();
        self.ids.push(key["id"].as_str().unwrap().to_owned());
        let sessions = self.get(site, "/auth/v1/sessions").await.data(200);
        self.ids.push(sessions[0]["id"].as_str().unwrap().to_owned());
        let page = self.get(site, "/api/v1/deals?limit=1").await.json();
        self.cursor = page["pagination"]["next_cursor"].as_str().unwrap().to_owned();
        let once = [("authorization", self.bearer()), ("idempotency-key", "zz-key".into())];
        let once = once.each_ref().map(|(name, value)| (*name, value.as_str()));
        site.ask_with("POST", "/api/v1/deals", Some(json!({ "name": "Mine" })), &once).await.data(201);
        self.import(site).await;
    }

    /// A file with a row that is good and one that is not.
    async fn import(&mut self, site: &Site) {
        let request =
            Request::builder().method("POST").uri("/api/v1/deals/import").header("content-type", "text/csv");
        let request = request.header("authorization", self.bearer());
        let file = format!("name,amount\n{MARK},1\n{MARK},many\n");
        let started = site.send(request, file.into_bytes()).await.data(202);
        let path = format!("/api/v1/imports/{}", started["id"].as_str().unwrap());
        for _ in 0..100_000 {
            let status = self.get(site, &path).await.data(200)["status"].clone();
            if status == "done" {
                self.ids.push(started["id"].as_str().unwrap().to_owned());
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("the import does not end");
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    pub(super) async fn ask(&self, site: &Site, method: &str, path: &str, body: Json) -> Reply {
        let reply = site.ask_with(method, path, Some(body), &[("authorization", &self.bearer())]).await;
        assert!(reply.status < 300, "{method} {path}: {}", reply.text());
        reply
    }

    pub(super) async fn get(&self, site: &Site, path: &str) -> Reply {
        site.get_as(&self.token, path).await
    }

    /// Something new of theirs; its id.
    pub(super) async fn made(&mut self, site: &Site, path: &str, body: Json) -> String {
        let id = self.ask(site, "POST", path, body).await.data(201)["id"].as_str().unwrap().to_owned();
        self.ids.push(id.clone());
        id
    }

    /// All that is in the tenant's tables, as a digest of each; what the platform knows of it too.
    pub async fn all(&self, site: &Site) -> BTreeMap<String, Option<String>> {
        let pool = site.world.engine.pool();
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = $1";
        let tables: Vec<String> =
            sqlx::query_scalar(tables).bind(&self.tenant.schema).fetch_all(pool).await.unwrap();
        let mut found = BTreeMap::new();
        for table in tables {
            let text = format!(
                "SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM \"{}\".\"{table}\" t",
                self.tenant.schema
            );
            let digest = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(pool).await.unwrap();
            found.insert(table, digest);
        }
        let own = [
            "credentials",
            "sessions",
            "api_keys",
            "support_access",
            "support_requests",
            "sign_in_providers",
        ];
        let own = own.map(|table| (table, "tenant_id = $1"));
        // Nobody else has any of these.
        let all = ["clones", "webhooks", "webhook_deliveries", "certificates", "_jobs"]
            .map(|table| (table, "$1 IS NOT NULL"));
        for (table, which) in own.into_iter().chain(all).chain([("tenants", "id = $1")]) {
            let text = format!(
                "SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM platform.{table} t WHERE {which}"
            );
            let digest = sqlx::query_scalar(AssertSqlSafe(text)).bind(self.tenant.id).fetch_one(pool).await;
            found.insert(format!("platform.{table}"), digest.unwrap());
        }
        found
    }
}
