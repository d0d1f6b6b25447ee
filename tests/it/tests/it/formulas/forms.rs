//! What forms are told to evaluate themselves: conditions in the names that records have, with who asks written into
//! them, and of nothing that the caller may not read.

use it::site::Site;

use super::*;

fn condition(field: &str, definition: Json) -> Json {
    let mut definition = definition;
    definition["object"] = json!("deal");
    definition["field"] = json!(field);
    json!({"kind": "field-conditions", "name": format!("deal.{field}_form"), "definition": definition})
}

async fn site() -> Site {
    let site = Site::new(World::new("formula_forms").await).await;
    let mut changes: Vec<Json> = objects()
        .into_iter()
        .map(|change| json!({"kind": change.kind.word(), "name": change.name, "definition": change.definition}))
        .collect();
    changes.extend([
        condition("amount", json!({"visible": "NOT ISBLANK(account_id)", "required": "monthly > 5"})),
        condition("seats", json!({"required": "account.size > 1", "read_only": "HASROLE('administrator')"})),
        condition(
            "close_date",
            json!({"read_only": "close_date < TODAY() AND owner_id = $User.id", "enforce": "layout"}),
        ),
    ]);
    let clerk = json!({"label": "Clerk", "objects": {"deal": {"create": true, "read": "all", "edit": "all"}},
        "fields": {"deal.amount": {"read": false}}});
    changes.push(json!({"kind": "roles", "name": "clerk", "definition": clerk}));
    let section =
        |visible: &str| json!({"label": visible, "visible": visible, "items": [{"field": "seats"}]});
    let sections = json!([section("seats > 1"), section("account.size > 1"), section("NOT ISBLANK(amount)")]);
    let layout = json!({"object": "deal", "sections": sections});
    changes.push(json!({"kind": "layouts", "name": "deal.sized", "definition": layout}));
    site.ask("POST", "/metadata/v1/deploy", Some(json!({ "changes": changes }))).await.data(200);
    site
}

#[tokio::test]
async fn forms_are_told_what_their_person_may_know() {
    let site = site().await;
    let forms = site.get("/metadata/v1/bootstrap").await.data(200)["forms"].clone();
    let of = |forms: &Json, field: &str| {
        let all = forms["deal"].as_array().unwrap().iter();
        all.clone().find(|one| one["field"] == field).cloned()
    };
    let amount = of(&forms, "amount").unwrap();
    let visible = json!({"not": {"is_blank": {"field": {"field": "account_id", "ty": "id"}}}});
    assert_eq!(amount["visible"], visible, "keys of records, not ids of fields");
    let required = amount["required"].to_string();
    assert!(required.contains(r#""field":"amount""#), "formulas are spelled out: {required}");
    // What stands in other records is the server's.
    let seats = of(&forms, "seats").unwrap();
    assert_eq!((&seats["required"], &seats["read_only"]), (&Json::Null, &json!({"literal": {"bool": true}})));
    let close = of(&forms, "close_date").unwrap()["read_only"].to_string();
    assert!(close.contains("TODAY") && close.contains(&site.ada.to_string()), "{close}");
    let clerk = site.person("mia", "clerk").await;
    let forms = site.get_as(&clerk, "/metadata/v1/bootstrap").await.data(200)["forms"].clone();
    assert!(of(&forms, "amount").is_none(), "{forms}");
    assert_eq!(of(&forms, "seats").unwrap()["read_only"], json!({"literal": {"bool": false}}));
    assert!(!forms.to_string().contains("amount"), "{forms}");
}

#[tokio::test]
async fn pages_are_told_when_a_section_is_shown() {
    let site = site().await;
    let sections = |answer: &Json| {
        let layout = answer["layouts"].as_array().unwrap().iter().find(|one| one["name"] == "deal.sized");
        layout.unwrap()["sections"].as_array().unwrap().clone()
    };
    let all = sections(&site.get("/metadata/v1/bootstrap").await.data(200));
    let seats = json!({"field": {"field": "seats", "ty": "integer"}});
    let condition = all[0]["condition"].to_string();
    assert!(condition.contains(&seats.to_string()), "keys of records, not ids of fields: {condition}");
    assert_eq!(all[1]["condition"], Json::Null, "what stands in other records is the server's");
    assert_eq!(all[1]["visible"], "account.size > 1");
    // Who sees neither accounts nor the amount does not hear of the sections that depend on them.
    let clerk = site.person("mia", "clerk").await;
    let hers = sections(&site.get_as(&clerk, "/metadata/v1/bootstrap").await.data(200));
    assert_eq!(hers.len(), 1, "{hers:?}");
    // What is kept of a layout is what was written.
    let kept = site.get("/metadata/v1/layouts/deal.sized").await.data(200);
    assert_eq!(kept["sections"][0].get("condition"), None);
}
