//! Who gets into a copy, and with what: a password opens no more there than where it comes from.

use identity::{CopiedPeople, Credential, Enrolled, Origin, Passwords, Secret};
use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};
use tenancy::{By, CloneWish, Slug};
use totp_rs::{Builder, Totp};

use super::{PASSWORD, make};

/// Gives Ada a second factor: her device, what she was told, and the code that confirmed it.
async fn enrol(site: &Site) -> (Totp, Enrolled, String) {
    let token = site.token_of("ada@example.com").await;
    let caller = site.identity.authenticate_fresh(Credential::Bearer(&token), None).await.unwrap();
    let password = Secret::new(PASSWORD);
    let begun = site.identity.begin_two_factor(&caller, Some(&password), &Origin::default()).await.unwrap();
    let secret = totp_rs::Secret::try_from_base32(begun.secret.expose()).unwrap();
    let device = Builder::new().with_secret(secret).build().unwrap();
    let code = shown(&device, 0);
    let enrolled = site.identity.confirm_two_factor(&caller, &code).await.unwrap();
    (device, enrolled, code)
}

/// What the device shows so many seconds from now.
fn shown(device: &Totp, later: i64) -> String {
    device.generate(u64::try_from(chrono::Utc::now().timestamp() + later).unwrap()).to_string()
}

async fn sign_in(site: &Site, password: &str, code: Option<&str>) -> Reply {
    let mut body = json!({ "tenant": "try", "email": "ada@example.com", "password": password });
    if let Some(code) = code {
        body["totp"] = json!(code);
    }
    site.ask("POST", "/auth/v1/login", Some(body)).await
}

/// Asks for the metadata of the site's tenant, with these people.
async fn ask(site: &Site, people: CopiedPeople) {
    let source = site.tenants.find_listed(site.world.tenant.id).await.unwrap().unwrap();
    let wish = CloneWish {
        slug: Slug::parse("try").unwrap(),
        name: None,
        cut: engine::archive::Cut::Metadata,
        mask_emails: false,
        people: json!(people),
        user: None,
    };
    site.tenants.ask_clone(&source, wish, By::Operator).await.unwrap();
}

#[tokio::test]
async fn with_a_password_comes_the_second_factor() {
    let site = Site::new(World::new("clone_factor").await).await;
    let (device, enrolled, used) = enrol(&site).await;
    let bearer = format!("Bearer {}", enrolled.session.token.expose());
    let headers = [("authorization", bearer.as_str())];
    let wish = json!({ "slug": "try" });
    site.ask_with("POST", "/admin/v1/sandboxes", Some(wish), &headers).await.data(202);
    assert!(make(&site).await);
    let without = sign_in(&site, PASSWORD, None).await;
    assert_eq!((without.status, &without.json()["code"]), (401, &json!("totp-required")));
    let replayed = sign_in(&site, PASSWORD, Some(&used)).await;
    assert_eq!(replayed.status, 401, "a code that was taken there is taken here");
    let recovery = enrolled.recovery_codes[0].expose();
    assert_eq!(sign_in(&site, PASSWORD, Some(recovery)).await.status, 401, "those stay behind");
    // The next one, which a device that goes before shows already.
    let next = sign_in(&site, PASSWORD, Some(&shown(&device, 30))).await;
    assert_eq!(next.status, 200, "{}", next.text());
    // It is another secret in another tenant: nobody moves rows from one to the other.
    let text = "select count(distinct secret), count(*) from platform.second_factors";
    let found: (i64, i64) = sqlx::query_as(text).fetch_one(site.world.engine.pool()).await.unwrap();
    assert_eq!(found, (2, 2));
}

#[tokio::test]
async fn whose_password_is_another_one_there_needs_no_device_of_here() {
    let site = Site::new(World::new("clone_named").await).await;
    enrol(&site).await;
    let other = Secret::new("another horse");
    let people = CopiedPeople {
        passwords: Passwords::All,
        admin: Some(site.identity.copied_admin("ada@example.com", None, &other).await.unwrap()),
        ..CopiedPeople::default()
    };
    ask(&site, people).await;
    assert!(make(&site).await);
    assert_eq!(sign_in(&site, PASSWORD, None).await.status, 401);
    assert_eq!(sign_in(&site, "another horse", None).await.status, 200);
}

#[tokio::test]
async fn who_has_no_password_is_told_before_a_copy_is_made() {
    let site = Site::new(World::new("clone_unsaid").await).await;
    let ben = format!("Bearer {}", site.person("ben", "administrator").await);
    let gone = "delete from platform.credentials where user_id <> $1";
    sqlx::query(gone).bind(site.ada).execute(site.world.engine.pool()).await.unwrap();
    let headers = [("authorization", ben.as_str())];
    let wish = json!({ "slug": "No!", "scope": "half" });
    let reply = site.ask_with("POST", "/admin/v1/sandboxes", Some(wish), &headers).await;
    assert_eq!(reply.problems(422), ["slug invalid", "scope unknown-value", " no-password"]);
    assert_eq!(site.get("/admin/v1/sandboxes").await.data(200), Json::Array(Vec::new()));
}
