//! Labels in another language: a package brings them, a tenant says its own, and nobody is told of what they do not
//! see.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

/// A package with texts in German.
fn fleet(german: &Json) -> Json {
    let car = json!({ "plural": "cars", "label": "Car", "plural_label": "Cars", "fields": [
        { "name": "plate", "kind": "text", "label": "Plate", "help": "As on the car" },
        { "name": "worth", "kind": "integer", "label": "Secret worth" },
        { "name": "fuel", "kind": "picklist", "label": "Fuel", "options": [{ "value": "gas", "label": "Gas" }] }] });
    json!({ "source": {
        "manifest.json": { "name": "fleet", "version": "1.0.0", "label": "Fleet" },
        "objects/car.json": car, "i18n/de.json": german,
        "list-views/car.all.json": { "object": "car", "label": "All cars", "columns": ["name", "plate"] },
    } })
}

fn german() -> Json {
    json!({
        "texts": { "All cars": "Alle Autos", "Plate": "Schild", "Secret worth": "Geheimer Wert", "Car": "Wagen" },
        "objects": { "car": { "label": "Auto", "plural_label": "Autos",
            "fields": { "plate": { "help": "Wie am Auto" }, "fuel": { "options": { "gas": "Erdgas" } } } } },
    })
}

async fn stage(name: &str) -> Site {
    let site = Site::new(World::new(name).await).await;
    site.ask("POST", "/metadata/v1/packages", Some(fleet(&german()))).await.data(201);
    site
}

/// The car as it is told in a language.
async fn car(site: &Site, token: Option<&str>, language: &str) -> (Json, String) {
    let path = format!("/metadata/v1/bootstrap{language}");
    let reply = match token {
        Some(token) => site.get_as(token, &path).await,
        None => site.get(&path).await,
    };
    let text = reply.text().to_owned();
    let begun = reply.data(200);
    (begun["objects"].as_array().unwrap().iter().find(|one| one["name"] == "car").unwrap().clone(), text)
}

fn field<'j>(car: &'j Json, name: &str) -> &'j Json {
    car["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap()
}

#[tokio::test]
async fn what_is_told_by_name_goes_before_what_is_told_by_text() {
    let site = stage("translations").await;
    let (german, _) = car(&site, None, "?language=de-AT").await;
    assert_eq!((&german["label"], &german["plural_label"]), (&json!("Auto"), &json!("Autos")));
    let plate = field(&german, "plate");
    assert_eq!((&plate["label"], &plate["help"]), (&json!("Schild"), &json!("Wie am Auto")));
    assert_eq!(field(&german, "fuel")["options"][0]["label"], "Erdgas");
    let begun = site.get("/metadata/v1/bootstrap?language=de").await.data(200);
    let view = begun["list_views"].as_array().unwrap().iter().find(|view| view["name"] == "car.all").unwrap();
    assert_eq!((&view["label"], &view["written"]), (&json!("Alle Autos"), &json!("All cars")));
    assert_eq!(begun["languages"], json!(["de"]));
    // As it is written without a language, and in one that nobody has said anything in.
    for language in ["", "?language=fr"] {
        assert_eq!(car(&site, None, language).await.0["label"], "Car", "{language}");
    }
    // Definitions are told as they are written, whatever is asked for.
    assert_eq!(site.get("/metadata/v1/objects/car").await.data(200)["label"], "Car");
    site.get("/metadata/v1/bootstrap?language=Deutsch!").await.problems(400);
}

#[tokio::test]
async fn a_tenants_own_texts_go_before_those_of_a_package_and_follow_a_new_name() {
    let site = stage("translations_own").await;
    let colour = "/metadata/v1/objects/car/fields/colour";
    site.ask("PUT", colour, Some(json!({ "kind": "text", "label": "Colour" }))).await.data(200);
    let own = json!({ "locale": "de", "objects": { "car": { "label": "Karre",
        "fields": { "plate": { "label": "Nummer" }, "colour": { "label": "Farbe" } } } } });
    site.ask("PUT", "/metadata/v1/translations/own_de", Some(own)).await.data(200);
    let (told, _) = car(&site, None, "?language=de").await;
    assert_eq!((&told["label"], &told["plural_label"]), (&json!("Karre"), &json!("Autos")));
    assert_eq!(field(&told, "plate")["label"], "Nummer");
    site.ask("PUT", colour, Some(json!({ "name": "paint", "kind": "text", "label": "Colour" })))
        .await
        .data(200);
    let (told, _) = car(&site, None, "?language=de").await;
    assert_eq!(field(&told, "paint")["label"], "Farbe");
    // What it speaks of may go; it is passed over then.
    site.ask("DELETE", "/metadata/v1/objects/car/fields/paint", None).await.data(200);
    assert_eq!(car(&site, None, "?language=de").await.0["label"], "Karre");
    let off = json!({ "locale": "de", "active": false, "objects": { "car": { "label": "Karre" } } });
    site.ask("PUT", "/metadata/v1/translations/own_de", Some(off)).await.data(200);
    assert_eq!(car(&site, None, "?language=de").await.0["label"], "Auto");
}

#[tokio::test]
async fn nobody_reads_the_texts_of_what_they_do_not_see() {
    let site = stage("translations_seen").await;
    let role = json!({ "inherits": ["user"], "objects": { "car": { "read": "all" } },
        "fields": { "car.worth": { "read": false } } });
    site.ask("PUT", "/metadata/v1/roles/blind", Some(role)).await.data(200);
    let blind = site.person("blind", "blind").await;
    let (told, whole) = car(&site, Some(&blind), "?language=de").await;
    assert_eq!(told["label"], "Auto");
    assert!(!whole.contains("Geheimer Wert") && !whole.contains("Secret worth"), "{whole}");
    let listed = site.get_as(&blind, "/metadata/v1/translations").await;
    assert_eq!(listed.data(200), json!([]));
    assert_eq!(site.get_as(&blind, "/metadata/v1/translations/fleet_de").await.status, 404);
}

#[tokio::test]
async fn texts_that_cannot_be_are_told_with_their_place() {
    let site = Site::new(World::new("translations_wrong").await).await;
    let put =
        async |json: Json| site.ask("PUT", "/metadata/v1/translations/x", Some(json)).await.problems(422);
    assert_eq!(put(json!({ "locale": "Deutsch" })).await, ["translations.x.locale bad-value"]);
    assert_eq!(
        put(json!({ "locale": "de", "texts": { "Car": " " } })).await,
        ["translations.x.texts.Car required"]
    );
    let other = json!({ "locale": "fr", "texts": {} });
    let problems = site.ask("POST", "/metadata/v1/packages", Some(fleet(&other))).await.problems(422);
    assert_eq!(problems, ["source.i18n/de.json.locale wrong-name"]);
    // The texts alone will do.
    let flat = fleet(&json!({ "Car": "Auto" }));
    site.ask("POST", "/metadata/v1/packages", Some(flat)).await.data(201);
    assert_eq!(car(&site, None, "?language=de").await.0["label"], "Auto");
}
