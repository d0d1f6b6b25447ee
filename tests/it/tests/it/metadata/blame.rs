//! Who has set which property: told of the last revision that did, whatever it is called by now.

use it::site::Site;

use super::*;

#[tokio::test]
async fn each_property_names_who_has_set_it_last() {
    let site = Site::new(World::zoo("blame").await).await;
    let put = async |name: &str, definition: Json, message: &str| {
        let changes = json!([{ "kind": "fields", "name": name, "definition": definition }]);
        let body = json!({ "changes": changes, "message": message });
        site.ask("POST", "/metadata/v1/deploy", Some(body)).await.data(200)["revision"].as_i64().unwrap()
    };
    let mood = |label: &str, options: Json| json!({ "name": "mood", "kind": "picklist", "label": label, "help": "How it is", "options": options });
    let made = put("keeper.mood", mood("Mood", json!([{ "value": "calm" }])), "made").await;
    let labelled = put("keeper.mood", mood("Humour", json!([{ "value": "calm" }])), "labelled").await;
    put("keeper.rank", json!({ "name": "rank", "kind": "integer", "help": "Another" }), "other").await;
    let options = json!([{ "value": "calm", "color": "blue" }, { "value": "wild" }]);
    let coloured = put("keeper.mood", mood("Humour", options.clone()), "coloured").await;
    let mut renamed = mood("Humour", options);
    (renamed["name"], renamed["help"]) = (json!("temper"), Json::Null);
    renamed.as_object_mut().unwrap().remove("help");
    let named = put("keeper.mood", renamed, "renamed").await;
    let blame = site.get("/metadata/v1/blame/fields/keeper.temper").await.data(200);
    let told: Vec<(&str, i64, &str)> = blame["properties"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            assert_eq!(one["actor"]["name"], "Ada");
            (
                one["path"].as_str().unwrap(),
                one["revision"].as_i64().unwrap(),
                one["message"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("kind", made, "made"),
            ("label", labelled, "labelled"),
            ("name", named, "renamed"),
            ("options", made, "made"),
            ("options.calm.color", coloured, "coloured"),
            ("options.wild", coloured, "coloured"),
        ]
    );
    assert_eq!(site.get("/metadata/v1/blame/fields/keeper.mood").await.status, 404);
    assert_eq!(site.get("/metadata/v1/blame/rules/keeper.temper").await.status, 404);
}
