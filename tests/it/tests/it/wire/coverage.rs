//! Every route of the table, asked by nobody, by somebody without a grant and by an administrator. The table of
//! answers is generated from the table of routes, so a route that is not in `routes.txt` fails.

use std::fmt::Write;

use api::routes::{Need, Route, table};
use axum::body::Body;
use axum::http::{Method, Request};
use it::World;
use it::site::{Reply, Site};
use serde_json::json;

const NOBODY: &str = "00000000-0000-7000-8000-00000000abcd";
const EXPECTED: &str = include_str!("routes.txt");

/// The route's path with something in every place.
fn filled(path: &str, id: &str) -> String {
    let record = path.starts_with("/api/v1/{plural}");
    path.replace("{plural}", "deals")
        .replace("{id}", if record { id } else { NOBODY })
        .replace("{kind}", "objects")
        .replace("{name}", "deal")
        .replace("{object}", "deal")
        .replace("{field}", if record { "external_id" } else { "amount" })
        .replace("{value}", "x-1")
        .replace("{number}", "1")
        .replace("{domain}", "crm.acme.example")
        .replace("{file}", "nothing.js")
}

async fn ask(site: &Site, route: &Route, token: Option<&str>) -> Reply {
    let deal = json!({ "name": "Covered", "amount": 5 });
    let id = site.ask("POST", "/api/v1/deals", Some(deal)).await.data(201)["id"].as_str().unwrap().to_owned();
    let path = filled(route.path, &id);
    assert!(!path.contains('{'), "say what stands in `{}`", route.path);
    let mut request = Request::builder().method(route.method.clone()).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let is_record = ["/api/v1/{plural}", "/api/v1/{plural}/by/{field}/{value}"].contains(&route.path);
    let body = match is_record {
        _ if route.method.is_safe() || route.method == Method::DELETE => "",
        true => r#"{"name":"Covered"}"#,
        false => "{}",
    };
    request = request.header("content-type", "application/json");
    site.answer(request.body(Body::from(body)).unwrap()).await
}

/// Status, and the code of a problem.
fn shown(reply: &Reply) -> String {
    match reply.json()["code"].as_str() {
        Some(code) => format!("{} {code}", reply.status),
        None => reply.status.to_string(),
    }
}

#[tokio::test]
async fn every_route_answers_everybody_as_written_down() {
    let site = Site::new(World::with_packages("coverage").await).await;
    let ungranted = site.person("gus", "guest").await;
    let administrator = site.token_of("ada@example.com").await;
    let shop = site.reseller("Shop").await;
    let mut told = String::new();
    for route in table() {
        // A session that is ended would answer for nobody after it.
        let ends = route.path.ends_with("/logout");
        let (gus, ada) = match ends {
            true => (site.token_of("gus@example.com").await, site.token_of("ada@example.com").await),
            false => (ungranted.clone(), administrator.clone()),
        };
        let nobody = ask(&site, &route, None).await;
        let no_grant = ask(&site, &route, Some(&gus)).await;
        let granted = match route.need {
            // A tenant's administrator is nobody there.
            Need::Reseller => ask(&site, &route, Some(&shop)).await,
            _ => ask(&site, &route, Some(&ada)).await,
        };
        let place = format!("{} {}", route.method, route.path);
        for reply in [&nobody, &no_grant, &granted] {
            assert!(reply.status < 500, "{place}: {}", reply.text());
            let is_problem = reply.status >= 400;
            assert_eq!(is_problem, reply.header("content-type") == "application/problem+json", "{place}");
        }
        if route.need != Need::Nothing {
            assert_eq!(shown(&nobody), "401 unauthenticated", "{place}");
            assert!(granted.status != 401 && granted.status != 403, "{place}: {}", granted.text());
        }
        if route.need == Need::Reseller {
            assert_eq!(shown(&no_grant), "401 unauthenticated", "{place}");
        }
        if matches!(route.need, Need::Permission(_)) {
            assert_eq!(shown(&no_grant), "403 forbidden", "{place}");
        }
        let replies = [shown(&nobody), shown(&no_grant), shown(&granted)].join(" | ");
        writeln!(told, "{place} | {replies}").unwrap();
    }
    let (told, expected): (Vec<&str>, Vec<&str>) = (told.lines().collect(), EXPECTED.lines().collect());
    let new: Vec<&&str> = told.iter().filter(|line| !expected.contains(line)).collect();
    let gone: Vec<&&str> = expected.iter().filter(|line| !told.contains(line)).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "tests/it/tests/it/wire/routes.txt: method path | nobody | no grant | granted\n+ {new:#?}\n- {gone:#?}"
    );
}
