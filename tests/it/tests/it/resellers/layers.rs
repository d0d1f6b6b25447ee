//! What a reseller makes of packages: said once, beneath what each tenant makes of them and above what the package says,
//! when a tenant is made, when a package comes in another version, and when it is said anew.

use engine::Tenant;
use engine::packages::Install;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Shop, wish};

mod versions;

const DEALS: &str = "/layers/deals";

/// Deals are opportunities, with more in sight.
fn opportunities() -> Json {
    json!({
        "objects": { "deal": { "label": "Opportunity", "plural_label": "Opportunities" } },
        "fields": { "deal.next_step": { "label": "Next action", "required": true } },
        "layouts": { "deal.default": { "highlights": { "with": ["amount", "next_step"] },
            "sections": [{ "label": "Outcome", "items": { "without": ["loss_reason"], "with": [{ "field": "win_reason" }, { "field": "source" }] } }] } },
        "list-views": { "deal.all": { "label": "All opportunities" } },
        "option-sets": { "deal_stage": { "options": [{ "value": "new", "color": "purple" }] } },
    })
}

impl Shop {
    /// Brings what waits to all tenants.
    async fn roll_out(&self) {
        while self.site.tenants.roll_out_next().await.unwrap() {}
    }

    /// What became of a layer in a tenant.
    async fn fate(&self, package: &str, slug: &str) -> Json {
        let all = self.ask("GET", &format!("/layers/{package}/tenants"), None).await.data(200);
        let mut all = all.as_array().unwrap().clone();
        all.retain(|one| one["slug"] == slug);
        all.pop().unwrap_or_default()
    }

    /// A component of a tenant as setup tells it.
    async fn component(&self, token: &str, place: &str) -> Json {
        self.inside(token, ("GET", &format!("/metadata/v1/{place}")), None).await.data(200)
    }

    async fn files(&self, token: &str) -> Json {
        self.inside(token, ("GET", "/metadata/v1/files"), None).await.data(200)["files"].clone()
    }
}

#[tokio::test]
async fn a_new_tenant_has_what_its_reseller_makes_of_a_package() {
    let shop = Shop::new("layer_new").await;
    assert_eq!(shop.ask("GET", "/layers", None).await.data(200), json!([]));
    let said = shop.ask("PUT", DEALS, Some(opportunities())).await.data(200);
    assert_eq!((&said["layer"], &said["problems"]), (&opportunities(), &json!([])));
    let made = shop.ask("POST", "/tenants", Some(wish("acme", &["deals"]))).await.data(201);
    assert_eq!(made["layers"], json!([{ "package": "deals", "fits": true, "kept": false, "problems": [] }]));
    let token = shop.token("acme").await;

    let deal = shop.component(&token, "objects/deal").await;
    assert_eq!((&deal["label"], &deal["plural_label"]), (&json!("Opportunity"), &json!("Opportunities")));
    let step = shop.component(&token, "objects/deal/fields/next_step").await;
    assert_eq!((&step["label"], &step["required"]), (&json!("Next action"), &json!(true)));
    let layout = shop.component(&token, "layouts/deal.default").await;
    let outcome =
        layout["sections"].as_array().unwrap().iter().find(|one| one["label"] == "Outcome").unwrap();
    let items: Vec<&Json> = outcome["items"].as_array().unwrap().iter().map(|item| &item["field"]).collect();
    assert_eq!(items, ["actual_close_date", "stage_changed_at", "win_reason", "source"]);
    assert_eq!(layout["highlights"].as_array().unwrap()[1..3], ["amount", "next_step"]);
    assert_eq!(shop.component(&token, "list-views/deal.all").await["label"], "All opportunities");
    let stages = shop.component(&token, "option-sets/deal_stage").await;
    assert_eq!(stages["options"][0]["color"], "purple");
    // It is what records are held to.
    let refused = shop.inside(&token, ("POST", "/api/v1/deals"), Some(json!({ "name": "First" }))).await;
    assert_eq!(refused.problems(422), ["next_step required"]);

    // Who says what: the package, the reseller, the tenant.
    let layers = shop.component(&token, "layers/objects/deal").await;
    assert_eq!((&layers["package"], &layers["changes"]), (&json!("deals"), &json!([])));
    // What follows from the name is not written, so there is no base.
    let label = json!({ "path": "label", "class": "tenant", "value": "Opportunity" });
    assert_eq!(layers["reseller"][0], label);
    let view = shop.component(&token, "layers/list-views/deal.all").await;
    let label =
        json!({ "path": "label", "class": "tenant", "base": "All deals", "value": "All opportunities" });
    assert_eq!((&view["reseller"], &view["changes"]), (&json!([label]), &json!([])));
    let untouched = shop.component(&token, "layers/fields/deal.amount").await;
    assert_eq!((&untouched["reseller"], &untouched["changes"]), (&json!([]), &json!([])));
    assert_eq!(shop.fate("deals", "acme").await["state"], "applied", "nobody had to bring it");

    // Who takes the own word away is back at the reseller's.
    let mine = json!({ "kind": "text", "label": "What next?", "required": true, "max_length": 255 });
    shop.inside(&token, ("PUT", "/metadata/v1/objects/deal/fields/next_step"), Some(mine)).await.data(200);
    let reset = ("DELETE", "/metadata/v1/layers/fields/deal.next_step");
    shop.inside(&token, reset, None).await.data(200);
    assert_eq!(shop.component(&token, "objects/deal/fields/next_step").await["label"], "Next action");
    let acme = shop.site.tenants.require("acme").await.unwrap();
    assert_eq!(shop.site.world.engine.doctor(&acme).await.unwrap(), []);
}

#[tokio::test]
async fn it_comes_with_a_package_that_is_installed_later() {
    let shop = Shop::new("layer_later").await;
    shop.ask("PUT", DEALS, Some(opportunities())).await.data(200);
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    let token = shop.token("acme").await;
    let install = ("POST", "/metadata/v1/packages");
    let done = shop.inside(&token, install, Some(json!({ "name": "deals" }))).await.data(201);
    assert_eq!(done["layers"][0]["fits"], true, "{done}");
    assert_eq!(shop.component(&token, "objects/deal").await["label"], "Opportunity");
    // Once more it is the same, and what comes beside another package goes under the layer.
    let again = shop.inside(&token, install, Some(json!({ "name": "deals" }))).await.data(201);
    assert_eq!(again["changes"], json!([]));
    let leads = json!({ "name": "leads", "approve": true });
    shop.inside(&token, install, Some(leads)).await.data(201);
    let layers = shop.component(&token, "layers/layouts/deal.default").await;
    assert!(!layers["reseller"].as_array().unwrap().is_empty(), "{layers}");
    shop.inside(&token, ("DELETE", "/metadata/v1/packages/leads?allow_data_loss=lead"), None).await.data(200);
    assert_eq!(shop.component(&token, "objects/deal").await["label"], "Opportunity");
    let gone =
        shop.inside(&token, ("DELETE", "/metadata/v1/packages/deals?allow_data_loss=true"), None).await;
    assert_eq!(gone.status, 200, "{}", gone.text());
    assert_eq!(shop.fate("deals", "acme").await, Json::Null);
    let back = json!({ "name": "deals", "approve": true });
    shop.inside(&token, install, Some(back)).await.data(201);
    assert_eq!(shop.component(&token, "objects/deal").await["plural_label"], "Opportunities");
}

#[tokio::test]
async fn what_is_not_a_resellers_to_say_is_refused_with_its_place() {
    let shop = Shop::new("layer_refused").await;
    let refused = async |layer: Json| shop.ask("PUT", DEALS, Some(layer)).await.problems(422);
    let classes = json!({
        "objects": { "deal": { "plural": "chances", "sharing": { "default": "read" }, "label": "Opportunity" } },
        "fields": { "deal.amount": { "kind": "integer", "unique": true, "label": "Volume" } },
        "roles": { "sales_rep": { "objects": { "deal": { "delete": "all" } }, "system": ["manage_users"] } },
        "processes": { "deal.new_business": { "transitions": [] } },
        "rolls": {},
    });
    let expected = [
        "objects.deal.plural locked",
        "objects.deal.sharing locked",
        "objects.deal.fields.amount.kind locked",
        "objects.deal.fields.amount.unique locked",
        "roles.sales_rep.objects locked",
        "roles.sales_rep.system locked",
        "processes.deal.new_business.transitions locked",
        "rolls unknown-key",
    ];
    let mut found = refused(classes).await;
    found.sort_by_key(|one| expected.iter().position(|known| known == one));
    assert_eq!(found, expected);
    // What the package has not: its components, and members of their lists.
    let absent = json!({
        "fields": { "deal.colour": { "label": "Colour" }, "account.industry": { "label": "Trade" } },
        "layouts": { "deal.default": { "highlights": { "without": ["colour"] } } },
    });
    let expected = [
        "objects.account.fields.industry not-found",
        "objects.deal.fields.colour not-found",
        "layouts.deal.default.highlights.without.0 not-found",
    ];
    assert_eq!(refused(absent).await, expected);
    // Less than the package asks for.
    let looser =
        json!({ "fields": { "deal.stage": { "required": false }, "deal.next_step": { "max_length": 20 } } });
    let expected = [
        "objects.deal.fields.next_step.max_length narrower",
        "objects.deal.fields.stage.required less-strict",
    ];
    assert_eq!(refused(looser).await, expected);
    // What is taken away is to be something that there can be.
    let nothing = json!({
        "fields": { "deal.next_step": { "helpp": null, "help": null } },
        "layouts": { "deal.default": { "sections": [{ "label": "Outcome", "colums": null }] } },
    });
    let expected = [
        "objects.deal.fields.next_step.helpp unknown-key",
        "layouts.deal.default.sections.Outcome.colums unknown-key",
    ];
    assert_eq!(refused(nothing).await, expected);
    // What would not be sound.
    let unsound = json!({ "list-views": { "deal.all": { "columns": ["name", "colour"] } }, "objects": { "deal": { "tint": "red" } } });
    let found = refused(unsound).await;
    assert!(found.iter().any(|one| one.starts_with("objects.deal.tint")), "{found:?}");
    let unsound = json!({ "list-views": { "deal.all": { "columns": ["name", "colour"] } } });
    let found = refused(unsound).await;
    assert!(found.len() == 1 && found[0].starts_with("list-views.deal.all.columns"), "{found:?}");
    // Nothing came of any of it.
    assert_eq!(shop.ask("GET", "/layers", None).await.data(200), json!([]));
    for method in ["GET", "PUT", "DELETE"] {
        let body = (method == "PUT").then(|| json!({}));
        assert_eq!(shop.ask(method, "/layers/nothing", body).await.status, 404, "{method}");
    }
    assert_eq!(shop.ask("GET", "/layers/nothing/tenants", None).await.status, 404);
}

#[tokio::test]
async fn nobody_else_sees_it() {
    let shop = Shop::new("layer_others").await;
    let other = shop.site.reseller("Other").await;
    shop.ask("PUT", DEALS, Some(opportunities())).await.data(200);
    let made =
        shop.ask_as(&other, ("POST", "/tenants"), Some(wish("beta", &["deals"])), None).await.data(201);
    assert_eq!(made["layers"], json!([]));
    shop.site.ask("POST", "/metadata/v1/packages", Some(json!({ "name": "deals" }))).await.data(201);
    shop.roll_out().await;
    let token = shop.token("beta").await;
    assert_eq!(shop.component(&token, "objects/deal").await["label"], "Deal");
    assert_eq!(
        shop.site.get("/metadata/v1/objects/deal").await.data(200)["label"],
        "Deal",
        "nobody sells it"
    );
    assert_eq!(shop.ask_as(&other, ("GET", "/layers"), None, None).await.data(200), json!([]));
    let none = shop.ask_as(&other, ("GET", DEALS), None, None).await.data(200);
    assert_eq!((&none["layer"], &none["edition"]), (&json!({}), &Json::Null));
    let told = shop.ask_as(&other, ("GET", "/layers/deals/tenants"), None, None).await.data(200);
    assert_eq!(told, json!([]));
    let preview = shop.ask("PUT", "/layers/deals?dry_run=true&tenant=beta", Some(opportunities())).await;
    assert_eq!(preview.problems(422), ["tenant unknown-tenant"]);
    // What one takes back is one's own.
    assert_eq!(shop.ask_as(&other, ("DELETE", DEALS), None, None).await.status, 204);
    assert_eq!(shop.ask("GET", DEALS, None).await.data(200)["layer"], opportunities());
}

#[tokio::test]
async fn another_word_reaches_tenants_beneath_their_own() {
    let shop = Shop::new("layer_rolled").await;
    for slug in ["acme", "beta"] {
        shop.ask("POST", "/tenants", Some(wish(slug, &["deals"]))).await.data(201);
    }
    let (acme, beta) = (shop.token("acme").await, shop.token("beta").await);
    let before = shop.files(&beta).await;
    // Acme has a word of its own for one thing, and for one that nobody else speaks of.
    let mut deal = shop.component(&acme, "objects/deal").await;
    deal.as_object_mut().unwrap().remove("fields");
    deal["label"] = "Auftrag".into();
    shop.inside(&acme, ("PUT", "/metadata/v1/objects/deal"), Some(deal)).await.data(200);
    let mut view = shop.component(&acme, "list-views/deal.lost").await;
    view["label"] = "Verloren".into();
    shop.inside(&acme, ("PUT", "/metadata/v1/list-views/deal.lost"), Some(view)).await.data(200);
    let own = shop.files(&acme).await;

    // Looked at first: what would change, and what stands in the way in one tenant, but not what that says.
    let tried = shop.ask("PUT", "/layers/deals?dry_run=true&tenant=acme", Some(opportunities())).await;
    let tried_data = tried.data(200);
    let conflict = json!({ "path": "objects.deal.label", "class": "tenant", "outcome": "kept" });
    assert_eq!(tried_data["tenant"]["conflicts"], json!([conflict]));
    assert!(!tried.text().contains("Auftrag") && !tried.text().contains("Verloren"), "{}", tried.text());
    let label = json!({ "path": "label", "class": "tenant", "value": "Opportunity" });
    let change =
        tried_data["changes"].as_array().unwrap().iter().find(|one| one["kind"] == "objects").unwrap();
    assert_eq!((&change["changes"][0], &change["definition"]["label"]), (&label, &json!("Opportunity")));
    assert_eq!(shop.files(&acme).await, own);
    assert_eq!(shop.ask("GET", "/layers", None).await.data(200), json!([]));

    let said = shop.ask("PUT", DEALS, Some(opportunities())).await.data(200);
    assert_eq!(said["tenants"], json!({ "applied": 0, "refused": 0, "waiting": 2 }));
    assert_eq!(shop.fate("deals", "acme").await["state"], "waiting");
    shop.roll_out().await;
    let told = shop.fate("deals", "acme").await;
    assert_eq!((&told["state"], &told["conflicts"]), (&json!("applied"), &json!([conflict])), "{told}");
    assert_eq!(shop.fate("deals", "beta").await["conflicts"], json!([]));
    assert_eq!(
        shop.component(&acme, "objects/deal").await["label"],
        "Auftrag",
        "the tenant's own word stays"
    );
    assert_eq!(shop.component(&acme, "objects/deal").await["plural_label"], "Opportunities");
    assert_eq!(shop.component(&acme, "list-views/deal.lost").await["label"], "Verloren");
    assert_eq!(shop.component(&beta, "objects/deal").await["label"], "Opportunity");

    // The same again is nothing; another word replaces the one before, and what is not said any more is the package's.
    let same = shop.ask("PUT", DEALS, Some(opportunities())).await.data(200);
    assert_eq!((&same["edition"], &same["tenants"]["applied"]), (&said["edition"], &json!(2)));
    let next = json!({ "objects": { "deal": { "label": "Chance" } } });
    shop.ask("PUT", DEALS, Some(next)).await.data(200);
    shop.roll_out().await;
    let deal = shop.component(&beta, "objects/deal").await;
    assert_eq!((&deal["label"], &deal["plural_label"]), (&json!("Chance"), &json!("Deals")));
    assert_eq!(shop.component(&beta, "list-views/deal.all").await["label"], "All deals");

    // Taken back, the base is back where nobody changed it.
    assert_eq!(shop.ask("DELETE", DEALS, None).await.status, 204);
    shop.roll_out().await;
    assert_eq!((shop.files(&beta).await, shop.files(&acme).await), (before, own));
    assert_eq!(shop.component(&beta, "layers/objects/deal").await["reseller"], json!([]));
    let actions: Vec<Json> = shop.ask("GET", "/events", None).await.data(200).as_array().unwrap().clone();
    let actions: Vec<&Json> = actions
        .iter()
        .map(|one| &one["action"])
        .filter(|one| one.as_str().unwrap().starts_with("layer"))
        .collect();
    assert_eq!(actions, ["layer_removed", "layer_changed", "layer_changed"]);
}

#[tokio::test]
async fn resellers_take_turns() {
    let shop = Shop::new("layer_turns").await;
    let other = shop.site.reseller("Other").await;
    for slug in ["a-one", "a-two", "a-three"] {
        shop.ask("POST", "/tenants", Some(wish(slug, &["deals"]))).await.data(201);
    }
    shop.ask_as(&other, ("POST", "/tenants"), Some(wish("b-one", &["deals"])), None).await.data(201);
    shop.ask("PUT", DEALS, Some(opportunities())).await.data(200);
    let chance = json!({ "objects": { "deal": { "label": "Chance" } } });
    shop.ask_as(&other, ("PUT", DEALS), Some(chance), None).await.data(200);
    for _ in 0..2 {
        assert!(shop.site.tenants.roll_out_next().await.unwrap());
    }
    assert_eq!(shop.component(&shop.token("b-one").await, "objects/deal").await["label"], "Chance");
    let told = shop.ask("GET", DEALS, None).await.data(200);
    assert_eq!(told["tenants"], json!({ "applied": 1, "refused": 0, "waiting": 2 }));
    shop.roll_out().await;
    let told = shop.ask("GET", "/layers/deals/tenants?limit=2", None).await.json();
    assert_eq!((&told["data"][1]["slug"], &told["data"][1]["state"]), (&json!("a-three"), &json!("applied")));
    assert_eq!(told["pagination"]["next_cursor"], "a-three");
    let rest = shop.ask("GET", "/layers/deals/tenants?limit=2&cursor=a-three", None).await.json();
    assert_eq!((&rest["data"][0]["slug"], &rest["pagination"]["has_more"]), (&json!("a-two"), &json!(false)));
}

#[tokio::test]
async fn a_tenant_keeps_its_looks_as_files_by_a_rollback_and_elsewhere() {
    let shop = Shop::new("layer_moved").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &["deals"]))).await.data(201);
    let token = shop.token("acme").await;
    let plain = shop.files(&token).await;
    shop.ask("PUT", DEALS, Some(opportunities())).await.data(200);
    shop.roll_out().await;
    let files = shop.files(&token).await;
    assert_eq!(files["packages/deals/layer.json"], opportunities());
    // Put back as they are they change nothing; in another tenant they come to the same.
    let apply = ("POST", "/metadata/v1/files");
    let body = json!({ "files": files });
    let done = shop.inside(&token, apply, Some(body.clone())).await.data(200);
    assert_eq!(done["changes"], json!([]));
    shop.site.ask(apply.0, apply.1, Some(body)).await.data(200);
    assert_eq!(shop.site.get("/metadata/v1/files").await.data(200)["files"], files);
    let layers = shop.site.get("/metadata/v1/layers/objects/deal").await.data(200);
    assert_eq!(layers["reseller"][0]["value"], "Opportunity");
    // Nobody sells that one: what lies there stays through an install, and goes when the files say so.
    let again =
        shop.site.ask("POST", "/metadata/v1/packages", Some(json!({ "name": "deals" }))).await.data(201);
    assert_eq!((&again["changes"], &again["layers"][0]["fits"]), (&json!([]), &json!(true)));
    let mut without = files.clone();
    without.as_object_mut().unwrap().remove("packages/deals/layer.json");
    shop.site.ask(apply.0, apply.1, Some(json!({ "files": without }))).await.data(200);
    assert_eq!(shop.site.get("/metadata/v1/objects/deal").await.data(200)["label"], "Deal");
    let mut wrong = files.clone();
    wrong["packages/deals/layer.json"] = json!({ "objects": { "deal": { "plural": "x" }, "none": {} } });
    let refused = shop.site.ask(apply.0, apply.1, Some(json!({ "files": wrong }))).await.problems(422);
    assert_eq!(refused, ["packages/deals/layer.json.objects.deal.plural locked"]);

    // An archive takes it along, and it lies there still when the package is installed again.
    let acme = shop.site.tenants.require("acme").await.unwrap();
    let (engine, folder) = (&shop.site.world.engine, tempfile::tempdir().unwrap());
    engine.save_archive(&acme, folder.path()).await.unwrap().write(folder.path()).unwrap();
    let copy = Tenant { id: Uuid::now_v7(), slug: "copy".into(), schema: Tenant::schema_of("copy") };
    engine.load_archive(&copy, folder.path()).await.unwrap();
    let context = engine.system_context(&copy, "test").await.unwrap();
    assert_eq!(json!(engine.metadata_files(&context).await.unwrap().1), files);
    let applied = engine.install(&context, &[it::package("deals")], Install::default()).await.unwrap();
    assert!(applied.changes.is_empty() && applied.layers[0].fits, "{:?}", applied.changes);

    // A way back takes the layer back too, and it stays so until something is said or installed anew.
    let revisions = shop.inside(&token, ("GET", "/metadata/v1/revisions"), None).await.data(200);
    let newest = revisions[0]["revision"].as_i64().unwrap();
    let back = format!("/metadata/v1/revisions/{}/rollback", newest - 1);
    shop.inside(&token, ("POST", &back), Some(json!({}))).await.data(200);
    assert_eq!(shop.files(&token).await, plain);
    shop.site.tenants.settle_layers(&acme).await.unwrap();
    shop.roll_out().await;
    assert_eq!(shop.component(&token, "objects/deal").await["label"], "Deal");
    shop.inside(&token, ("POST", "/metadata/v1/packages"), Some(json!({ "name": "deals" }))).await.data(201);
    assert_eq!(shop.files(&token).await, files);
}
