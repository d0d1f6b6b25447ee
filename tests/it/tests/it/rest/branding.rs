//! What a tenant looks like: set by who shapes it, told to whoever is about to sign in, and to nobody else's people.

use axum::http::Request;
use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

const ADMIN: &str = "/admin/v1/branding";
const LOGO: &str = "data:image/png;base64,iVBORw0KGgoAAA==";

/// Asked without any credential.
async fn told(site: &Site, query: &str) -> Json {
    let path = format!("/auth/v1/branding{query}");
    site.send(Request::get(path), Vec::new()).await.data(200)
}

/// As setup is told of a tenant whose reseller has set nothing, or that has none.
fn own(looks: &Json) -> Json {
    let mut told = looks.clone();
    told["defaults"] = json!({ "name": null, "accent": null, "logo": null });
    told
}

#[tokio::test]
async fn looks_are_told_before_signing_in_and_set_by_who_shapes_the_tenant() {
    let site = Site::new(World::new("branding").await).await;
    let none = json!({ "name": null, "accent": null, "logo": null });
    assert_eq!(told(&site, "").await, none);
    assert_eq!(site.get(ADMIN).await.data(200), own(&none));
    let looks = json!({ "name": "Acme", "accent": "#0F766E", "logo": LOGO });
    let set = site.ask("PATCH", ADMIN, Some(looks)).await.data(200);
    let looks = json!({ "name": "Acme", "accent": "#0f766e", "logo": LOGO });
    assert_eq!(set, own(&looks));
    assert_eq!(told(&site, "").await, looks);
    // Who has it already is told that alone.
    let first = site.send(Request::get("/auth/v1/branding"), Vec::new()).await;
    let tag = first.headers["etag"].clone();
    let again = Request::get("/auth/v1/branding").header("if-none-match", tag);
    assert_eq!(site.send(again, Vec::new()).await.status, 304);
    let query = format!("?tenant={}", site.world.tenant.slug);
    // A tenant that is not there looks like one that says nothing, to the letter; so does what cannot be one.
    site.tenants.create("plain-branding", "Plain").await.unwrap();
    let look = async |word: &str| {
        let reply = site.send(Request::get(format!("/auth/v1/branding?tenant={word}")), Vec::new()).await;
        (reply.status, reply.header("etag").to_owned(), reply.json())
    };
    let plain = look("plain-branding").await;
    assert_eq!((plain.0, &plain.2["data"]), (200, &none));
    let long = "a".repeat(3000);
    for word in ["nobody", "%01", "..%2F", "%F0%9F%98%80", "", "www", &long] {
        assert_eq!(look(word).await, plain, "{word}");
    }
    for word in ["%00", "demo%00", "%FF"] {
        assert_eq!(look(word).await.0, 400, "{word}: no address has this, whoever there is");
    }
    // All problems at once, and nothing changes.
    let wrong =
        json!({ "name": "", "accent": "red; }", "logo": "https://elsewhere.example/x.png", "css": "*{}" });
    let problems = site.ask("PATCH", ADMIN, Some(wrong)).await.problems(422);
    for path in ["name invalid", "accent invalid", "logo invalid", "css unknown-key"] {
        assert!(problems.iter().any(|one| one == path), "{path}: {problems:?}");
    }
    assert_eq!(told(&site, &query).await, looks);
    // Null takes away what is named alone.
    let left = site.ask("PATCH", ADMIN, Some(json!({ "logo": null }))).await.data(200);
    assert_eq!(left, own(&json!({ "name": "Acme", "accent": "#0f766e", "logo": null })));
    let rows = site.get("/admin/v1/audit-log?object=branding").await.data(200);
    let changes: Vec<&Json> = rows.as_array().unwrap().iter().map(|row| &row["changes"]).collect();
    assert_eq!(changes.len(), 2, "{rows}");
    assert_eq!(changes[1]["accent"], json!([null, "#0f766e"]));
    assert!(!rows.to_string().contains("iVBOR"), "{rows}");
    let member = site.person("member", "user").await;
    assert_eq!(site.get_as(&member, ADMIN).await.status, 403);
}

#[tokio::test]
async fn the_looks_of_one_tenant_are_not_those_of_another() {
    let site = Site::new(World::new("branding_other").await).await;
    let slug = site.world.tenant.slug.clone();
    site.tenants.create("other-branding", "Other").await.unwrap();
    site.ask("PATCH", ADMIN, Some(json!({ "name": "Acme" }))).await.data(200);
    assert_eq!(told(&site, &format!("?tenant={slug}")).await["name"], "Acme");
    assert_eq!(told(&site, "?tenant=other-branding").await["name"], Json::Null);
    // Two tenants, and nothing says which one is meant.
    assert_eq!(told(&site, "").await["name"], Json::Null);
}

#[tokio::test]
async fn a_browser_that_keeps_the_page_as_an_app_gets_that_of_the_host() {
    let site = Site::new(World::new("branding_app").await).await;
    let asked = async |host: &str, tag: &str| {
        let request = Request::get("/auth/v1/branding/manifest").header("host", host);
        site.send(request.header("if-none-match", tag), Vec::new()).await
    };
    let plain = asked("localhost", "").await;
    assert_eq!(plain.header("content-type"), "application/manifest+json");
    assert_eq!(
        (&plain.json()["name"], &plain.json()["icons"][0]["src"]),
        (&json!("Trellis"), &json!("/icon.svg"))
    );
    let looks = json!({ "name": "Acme Instruments", "accent": "#0F766E", "logo": LOGO });
    site.ask("PATCH", ADMIN, Some(looks)).await.data(200);
    let own = asked("localhost", plain.header("etag")).await;
    let app = own.json();
    assert_eq!(
        (own.status, &app["name"], &app["short_name"]),
        (200, &json!("Acme Instruments"), &json!("Acme Instrum"))
    );
    assert_eq!(
        (&app["theme_color"], &app["icons"]),
        (
            &json!("#0f766e"),
            &json!([
                { "src": LOGO, "sizes": "any", "type": "image/png", "purpose": "any" }
            ])
        )
    );
    assert_eq!(asked("localhost", own.header("etag")).await.status, 304);
    // With a second tenant at the same address nobody knows whose it is.
    site.tenants.create("second-app", "Second").await.unwrap();
    assert_eq!(asked("localhost", own.header("etag")).await.json()["name"], "Trellis");
}
