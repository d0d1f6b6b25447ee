//! Apps are told to those whom they are for, with the lines that lead to what they see.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

/// The apps of somebody, each with its lines as `object/view: label`.
async fn apps(site: &Site, token: &str) -> Vec<(String, Vec<String>)> {
    let begun = site.get_as(token, "/metadata/v1/bootstrap").await.data(200);
    let text = |json: &Json| json.as_str().unwrap_or("-").to_owned();
    let line =
        |item: &Json| format!("{}/{}: {}", text(&item["object"]), text(&item["view"]), text(&item["label"]));
    let app = |app: &Json| (text(&app["label"]), app["items"].as_array().unwrap().iter().map(line).collect());
    begun["apps"].as_array().unwrap().iter().map(app).collect()
}

async fn put(site: &Site, kind: &str, name: &str, definition: Json) {
    site.ask("PUT", &format!("/metadata/v1/{kind}/{name}"), Some(definition)).await.data(200);
}

#[tokio::test]
async fn an_app_shows_what_leads_to_records_that_its_reader_sees() {
    let site = Site::new(World::with_packages("apps").await).await;
    let blind = json!({ "inherits": ["user"], "objects": { "lead": { "read": "none" }, "competitor": { "read": "none" } },
        "fields": { "deal.amount": { "read": false } } });
    put(&site, "roles", "blind", blind).await;
    put(&site, "roles", "gardener", json!({ "objects": {} })).await;
    let view = json!({ "object": "deal", "label": "Rich", "columns": ["name"], "filter": { "amount": { "gt": 5 } } });
    put(&site, "list-views", "deal.rich", view).await;
    let rich = json!({ "label": "Rich", "items": [{ "object": "deal", "view": "rich" }], "shared_with": [{ "role": "blind" }] });
    put(&site, "apps", "rich", rich).await;
    let (rep, blind) = (site.person("rep", "sales_rep").await, site.person("blind", "blind").await);
    let gardener = site.person("gardener", "gardener").await;
    let sales = ["deal/-: Deals", "deal/board: Pipeline", "account/-: Accounts", "contact/-: Contacts"];
    let line = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let whole = [&["lead/-: Leads"][..], &sales, &["competitor/-: Competitors", "task/-: Tasks"]].concat();
    assert_eq!(apps(&site, &rep).await, [("Sales".to_owned(), line(&whole))]);
    // The view asks for what they do not see: its line leads to the object. What they do not see at all is not there.
    let part = [&sales[..], &["task/-: Tasks"]].concat();
    let mine = [("Rich".to_owned(), line(&["deal/-: Deals"])), ("Sales".to_owned(), line(&part))];
    assert_eq!(apps(&site, &blind).await, mine);
    assert_eq!(apps(&site, &gardener).await, []);
    // Definitions are for those who write them; who sees records is not told who else sees an app.
    assert_eq!(site.get_as(&rep, "/metadata/v1/apps/rich").await.status, 404);
    assert_eq!(site.get_as(&rep, "/metadata/v1/apps").await.data(200), json!([]));
    assert_eq!(site.get("/metadata/v1/apps").await.data(200).as_array().unwrap().len(), 3);
    // A change holds for the next request.
    let off = json!({ "label": "Sales", "items": [{ "object": "deal" }], "active": false });
    put(&site, "apps", "sales", off).await;
    assert_eq!(apps(&site, &rep).await, []);
}

#[tokio::test]
async fn a_line_whose_view_is_hidden_does_not_tell_its_name() {
    let site = Site::new(World::with_packages("apps_hidden").await).await;
    put(&site, "roles", "blind", json!({ "inherits": ["user"] })).await;
    let view = json!({ "object": "deal", "label": "Rich", "columns": ["name"], "shared_with": [{ "role": "sales_rep" }] });
    put(&site, "list-views", "deal.rich", view.clone()).await;
    put(&site, "list-views", "deal.poor", view).await;
    let line = |view: &str, label: &str| json!({ "object": "deal", "view": view, "label": label });
    let plain = json!({ "object": "deal", "label": "All of them" });
    let whole =
        json!({ "label": "A", "items": [line("rich", "Layoffs 2027"), plain, line("poor", "Secret")] });
    let views = json!({ "label": "B", "items": [line("rich", "Layoffs 2027"), line("poor", "Secret")] });
    put(&site, "apps", "a", whole).await;
    put(&site, "apps", "b", views).await;
    let of =
        |all: Vec<(String, Vec<String>)>, app: &str| all.into_iter().find(|(name, _)| name == app).unwrap().1;
    let (rep, blind) = (site.person("rep", "sales_rep").await, site.person("blind", "blind").await);
    let seen = ["deal/rich: Layoffs 2027", "deal/-: All of them", "deal/poor: Secret"];
    assert_eq!(of(apps(&site, &rep).await, "A"), seen);
    assert_eq!(of(apps(&site, &blind).await, "A"), ["deal/-: All of them"]);
    assert_eq!(of(apps(&site, &blind).await, "B"), ["deal/-: Deals"]);
}
