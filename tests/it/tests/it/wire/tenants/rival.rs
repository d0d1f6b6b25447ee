//! What the other tenant has beside its records: work that is left, copies, ways to sign in, a reseller whom it lets in; and
//! what that reseller has of its own.

use it::site::Site;
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

use super::other::{MARK, Other};

/// Subject of a job of theirs that is dead.
pub const JOB: &str = "zz_job";

/// The reseller of the other tenant.
pub struct Rival(String);

impl Rival {
    async fn ask(&self, site: &Site, (method, path): (&str, &str), body: Option<Json>) -> Json {
        let bearer = format!("Bearer {}", self.0);
        let path = format!("/reseller/v1{path}");
        let reply = site.ask_with(method, &path, body, &[("authorization", &bearer)]).await;
        assert!(reply.status < 300, "{method} {path}: {}", reply.text());
        if reply.text().is_empty() { Json::Null } else { reply.json()["data"].clone() }
    }
}

fn word(json: &Json) -> String {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text")).to_owned()
}

impl Other {
    /// Work that is left, a copy that is asked for, and a provider of sign-in.
    pub(super) async fn equip(&mut self, site: &Site) {
        let job = format!(
            "INSERT INTO \"{}\"._jobs (kind, subject, queued_at, place, not_before, error, dead_at) \
             VALUES ('of_a_later_version', '{JOB}', now(), 1, 'infinity', '{MARK}', now())",
            self.tenant.schema
        );
        sqlx::query(AssertSqlSafe(job)).execute(site.world.engine.pool()).await.unwrap();
        let provider = json!({ "name": "zz-provider", "label": MARK, "issuer": "https://login.example.com",
            "client_id": "c", "client_secret": MARK });
        self.ask(site, "POST", "/admin/v1/sign-in-providers", provider).await;
        let copy = json!({ "slug": "zz-box", "name": MARK, "scope": "metadata" });
        let copy = self.ask(site, "POST", "/admin/v1/sandboxes", copy).await.json()["data"].clone();
        self.clone = word(&copy["id"]);
        self.ids.extend([word(&copy["id"]), word(&copy["tenant"]["id"])]);
    }

    /// A reseller that asks for access and gets it, with everything that a reseller has.
    pub(super) async fn sell(&mut self, site: &Site) {
        let reseller = site.tenants.create_reseller(MARK).await.unwrap();
        let key = site.identity.create_reseller_key(reseller).await.unwrap();
        let rival = Rival(key.expose().to_owned());
        let sold = "UPDATE platform.tenants SET reseller_id = $1 WHERE id = $2";
        let sold = sqlx::query(sold).bind(reseller).bind(self.tenant.id);
        sold.execute(site.world.engine.pool()).await.unwrap();
        let sam = json!({ "email": "sam@shop.example", "name": MARK, "reason": MARK });
        rival.ask(site, ("POST", "/tenants/other/support-requests"), Some(sam)).await;
        let access = self.get(site, "/admin/v1/support-access").await.data(200);
        self.ids.push(word(&access["asked"]["id"]));
        self.made(site, "/admin/v1/support-access", json!({ "reason": MARK })).await;

        rival.ask(site, ("PUT", "/branding"), Some(json!({ "name": MARK }))).await;
        let layer = json!({ "objects": { "deal": { "label": MARK } } });
        rival.ask(site, ("PUT", "/layers/deals"), Some(layer)).await;
        let hook = json!({ "url": format!("https://hooks.example.com/{MARK}") });
        let hook = word(&rival.ask(site, ("POST", "/webhooks"), Some(hook)).await["id"]);
        rival.ask(site, ("POST", &format!("/webhooks/{hook}/ping")), None).await;
        let sent = rival.ask(site, ("GET", &format!("/webhooks/{hook}/deliveries")), None).await;
        let copy = json!({ "slug": "zz-try", "name": MARK, "scope": "metadata" });
        let copy = rival.ask(site, ("POST", "/tenants/other/clone"), Some(copy)).await;
        let admin = json!({ "email": "zx@example.com", "name": MARK, "password": "correct horse" });
        let gone = json!({ "slug": "zz-gone", "name": MARK, "packages": [], "admin": admin });
        rival.ask(site, ("POST", "/tenants"), Some(gone)).await;
        rival.ask(site, ("DELETE", "/tenants/zz-gone?permanent=true"), None).await;
        let certificates = rival.ask(site, ("GET", "/certificates"), None).await;
        let ids = [&sent[0]["id"], &copy["id"], &copy["tenant"]["id"], &certificates[0]["id"]];
        self.ids.push(hook);
        self.ids.extend(ids.into_iter().chain([&certificates[0]["tenant_id"]]).map(word));
    }
}
