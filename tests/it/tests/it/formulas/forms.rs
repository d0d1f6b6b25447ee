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
