//! The document of the API: whole, exact for its caller, and true to what the routes do.

use std::collections::BTreeSet;

use it::World;
use it::herd::FIELDS;
use it::oracle::Sort;
use it::site::{Site, encoded};
use serde_json::{Value as Json, json};

async fn document(site: &Site) -> Json {
    let answer = site.get("/api/v1/openapi.json").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Every `$ref` and every operation that a link names is there.
fn dangling(document: &Json) -> Vec<String> {
    fn walk(json: &Json, visit: &mut dyn FnMut(&str, &Json)) {
        match json {
            Json::Object(map) => map.iter().for_each(|(key, value)| {
                visit(key, value);
                walk(value, visit);
            }),
            Json::Array(items) => items.iter().for_each(|item| walk(item, visit)),
            _ => {}
        }
    }
    let mut ids = BTreeSet::new();
    let mut twice = Vec::new();
    for operation in
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values())
    {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        if !ids.insert(id.clone()) {
            twice.push(id);
        }
    }
    let mut missing = twice;
    walk(document, &mut |key, value| {
        let Some(text) = value.as_str() else { return };
        if key == "$ref" && document.pointer(text.trim_start_matches('#')).is_none() {
            missing.push(text.to_owned());
        }
    });
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            for response in operation["responses"].as_object().unwrap().values() {
                for link in response["links"].as_object().into_iter().flat_map(|links| links.values()) {
                    let id = link["operationId"].as_str().unwrap();
                    if !ids.contains(id) {
                        missing.push(id.to_owned());
                    }
                }
            }
        }
    }
    missing
}

#[tokio::test]
async fn every_route_is_told() {
    let site = Site::new(World::with_packages("openapi_routes").await).await;
    let document = document(&site).await;
    assert_eq!(document["openapi"], "3.1.0");
    for route in api::routes::table() {
        let path =
            route.path.replace("{plural}", "deals").replace("/metadata/v1/{kind}", "/metadata/v1/list-views");
        let operation = &document["paths"][&path][route.method.as_str().to_ascii_lowercase()];
        assert!(operation["operationId"].is_string(), "{} {path} is not told", route.method);
        let summary = operation["summary"].as_str().unwrap();
        assert!(!summary.contains(route.method.as_str()), "say in api/src/openapi what {summary} does");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let names: BTreeSet<&str> = parameters
            .iter()
            .filter(|one| one["in"] == "path")
            .filter_map(|one| one["name"].as_str())
            .collect();
        let wanted: BTreeSet<&str> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(names, wanted, "{path}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with(['2', '3'])) && responses.contains_key("500"),
            "{path}"
        );
    }
    let kinds = document["paths"]["/metadata/v1/validation-rules/{name}"]["put"].clone();
    let body = &kinds["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(body, "#/components/schemas/ValidationRuleDefinition");
    assert_eq!(dangling(&document), [] as [String; 0]);
}

#[tokio::test]
async fn schemas_are_those_of_the_metadata() {
    let site = Site::new(World::zoo("openapi_types").await).await;
    let document = document(&site).await;
    let schemas = &document["components"]["schemas"];
    let read = &schemas["Specimen"]["properties"];
    assert_eq!(read["mood"]["enum"], json!(["calm", "wild", "shy", "old", null]));
    assert_eq!(schemas["SpecimenCreate"]["properties"]["mood"]["enum"], json!(["calm", "wild", "shy", null]));
    assert_eq!((&read["word"]["maxLength"], &read["born"]["format"]), (&json!(20), &json!("date")));
    assert_eq!((&read["version"]["readOnly"], &read["alive"]["type"]), (&json!(true), &json!("boolean")));
    assert!(schemas["SpecimenCreate"]["properties"]["code"].is_null());
    assert!(schemas["StrictCreate"]["required"].as_array().unwrap().contains(&json!("word")));
    // What a record holds is what its schema says, key by key.
    let keeper = site.ask("POST", "/api/v1/keepers", Some(json!({ "name": "Kim" }))).await.data(201);
    let record = json!({ "name": "Rex", "keeper_id": keeper["id"], "friends": [keeper["id"]], "moods": ["calm"], "weight": "1.5", "seen_at": "2026-11-20T12:00:00Z" });
    for key in record.as_object().unwrap().keys() {
        assert!(!schemas["SpecimenCreate"]["properties"][key].is_null(), "{key}");
    }
    let made = site.ask("POST", "/api/v1/specimens", Some(record)).await.data(201);
    for (key, value) in made.as_object().unwrap() {
        let words = match &read[key]["type"] {
            Json::String(word) => vec![word.as_str()],
            Json::Array(words) => words.iter().filter_map(Json::as_str).collect(),
            _ => continue,
        };
        let word = match value {
            Json::Null => "null",
            Json::Bool(_) => "boolean",
            Json::Number(number) if number.is_i64() && !words.contains(&"number") => "integer",
            Json::Number(_) => "number",
            Json::String(_) => "string",
            Json::Array(_) => "array",
            Json::Object(_) => "object",
        };
        assert!(words.contains(&word), "{key}: {value} is none of {words:?}");
    }
}

#[tokio::test]
async fn it_tells_what_the_caller_may_do() {
    let site = Site::new(World::with_packages("openapi_may").await).await;
    let mia = site.person("mia", "member").await;
    let hers = site.get_as(&mia, "/api/v1/openapi.json").await.json();
    assert_eq!(dangling(&hers), [] as [String; 0]);
    assert!(hers["paths"]["/metadata/v1/deploy"].is_null() && hers["paths"]["/admin/v1/users"].is_null());
    assert!(!hers["paths"]["/api/v1/deals"]["post"].is_null());
    // People are read by everybody and changed by nobody through this API.
    assert!(
        !hers["paths"]["/api/v1/users"]["get"].is_null() && hers["paths"]["/api/v1/users"]["post"].is_null()
    );
    let key = site
        .ask("POST", "/auth/v1/api-keys", Some(json!({ "name": "k", "scopes": ["deals:read"] })))
        .await
        .json();
    let its = site.get_as(key["key"].as_str().unwrap(), "/api/v1/openapi.json").await.json();
    let objects: BTreeSet<&str> = its["paths"]
        .as_object()
        .unwrap()
        .keys()
        .filter_map(|path| path.strip_prefix("/api/v1/")?.split('/').next())
        .collect();
    assert_eq!(
        objects,
        BTreeSet::from(["batch", "deals", "imports", "openapi.json", "recurrence", "search"])
    );
    assert!(its["paths"]["/api/v1/deals"]["post"].is_null());
}

#[tokio::test]
async fn people_read_it_as_a_page() {
    let site = Site::new(World::new("openapi_docs").await).await;
    let page = site.ask_with("GET", "/docs", None, &[("authorization", "")]).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    // The policy forbids scripts and styles in the page itself, and the page has none.
    assert!(
        !page.text().contains("<style")
            && !page.text().contains("style=")
            && !page.text().contains("onclick")
    );
    for file in page.text().split('"').filter_map(|part| part.strip_prefix("/docs/")) {
        assert_eq!(site.get(&format!("/docs/{file}")).await.status, 200, "{file}");
    }
    assert_eq!(site.get("/docs/secrets.txt").await.status, 404);
}

/// What an address takes is what its operation says, and the other way round.
#[tokio::test]
async fn what_is_told_is_taken() {
    let site = Site::new(World::with_packages("openapi_taken").await).await;
    let document = document(&site).await;
    let list = &document["paths"]["/api/v1/deals"]["get"];
    let names: Vec<&str> =
        list["parameters"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    for name in ["fields", "filter", "sort", "stage", "limit[tasks]", "sort[tasks]"] {
        assert!(names.contains(&name), "{name}");
    }
    let stage = list["parameters"].as_array().unwrap().iter().find(|one| one["name"] == "stage").unwrap();
    assert!(stage["schema"]["enum"].as_array().unwrap().contains(&json!("won")));
    let schemas = &document["components"]["schemas"];
    for path in schemas["DealPath"]["enum"].as_array().unwrap() {
        let asked = format!("/api/v1/deals?limit=1&fields={}", path.as_str().unwrap());
        assert_eq!(site.get(&asked).await.status, 200, "{asked}");
    }
    for path in schemas["DealOrder"]["enum"].as_array().unwrap() {
        let asked = format!("/api/v1/deals?limit=1&sort={}", path.as_str().unwrap());
        assert_eq!(site.get(&asked).await.status, 200, "{asked}");
    }
    let aggregate = &document["paths"]["/api/v1/deals/aggregate"]["get"]["parameters"];
    for (name, more) in [("metrics", ""), ("group_by", "&metrics=count")] {
        let told = aggregate.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
        for word in told["schema"]["items"]["enum"].as_array().unwrap() {
            let asked = format!("/api/v1/deals/aggregate?{name}={}{more}", word.as_str().unwrap());
            let answer = site.get(&asked).await;
            assert_eq!(answer.status, 200, "{asked}: {}", answer.text());
        }
    }
    // Examples are what may be sent.
    let example =
        document["paths"]["/api/v1/deals"]["post"]["requestBody"]["content"]["application/json"]["example"]
            .clone();
    site.ask("POST", "/api/v1/deals", Some(example)).await.data(201);
}

#[tokio::test]
async fn addresses_refuse_what_they_do_not_take() {
    let site = Site::new(World::with_packages("openapi_plain").await).await;
    for (method, path) in [
        ("GET", "/auth/v1/me"),
        ("GET", "/auth/v1/sessions"),
        ("POST", "/auth/v1/api-keys"),
        ("GET", "/admin/v1/teams/00000000-0000-7000-8000-00000000abcd"),
        ("POST", "/admin/v1/users"),
        ("POST", "/metadata/v1/deploy"),
        ("GET", "/metadata/v1/schemas/objects"),
        ("DELETE", "/scim/v2/Users/00000000-0000-7000-8000-00000000abcd"),
    ] {
        let answer = site.ask(method, &format!("{path}?colour=red"), Some(json!({}))).await;
        assert_eq!(answer.problems(400), ["colour unknown-parameter"], "{method} {path}");
    }
}

/// A value that such a field can be compared with, and one that it cannot.
fn values(path: &str, sort: Sort) -> (Json, Json) {
    match sort {
        Sort::Text if path == "mood" => (json!("calm"), json!("")),
        Sort::Text => (json!("a"), json!(5)),
        Sort::Number => (json!(0.5), json!("")),
        Sort::Bool => (json!(true), json!("")),
        Sort::Date => (json!("2026-11-20"), json!("")),
        Sort::Instant => (json!("last_n_days:5"), json!("")),
        Sort::Time => (json!("12:00"), json!("")),
        Sort::Id => (json!("00000000-0000-7000-8000-00000000abcd"), json!("")),
        Sort::List => (json!("a"), json!(5)),
        Sort::Document => (json!("a"), json!({ "a": 1 })),
    }
}

/// Each operator of each field that is told is taken, with null too where that is told, and no other.
#[tokio::test]
async fn conditions_are_told_exactly() {
    let site = Site::new(World::zoo("openapi_conditions").await).await;
    let document = document(&site).await;
    let resolved = |schema: &Json| match schema["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap().clone(),
        None => schema.clone(),
    };
    let filter = &document["components"]["schemas"]["SpecimenFilter"]["properties"];
    let mut wrong = Vec::new();
    for &(path, sort) in FIELDS {
        let told = resolved(&filter[path])["anyOf"][1]["properties"].clone();
        let (value, bad) = values(path, sort);
        let mut asked: Vec<(Json, bool)> = vec![
            (json!({ path: value }), true),
            (json!({ path: null }), true),
            (json!({ path: bad }), false),
        ];
        let mut operators: BTreeSet<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
        assert!(operators.contains("is_null"), "{path}");
        operators.extend(["gt", "between", "contains", "search", "has_any", "in", "eq", "colour"]);
        for operator in operators {
            let fair = |value: &Json| match operator {
                "is_null" => json!(true),
                "between" => json!([value, value]),
                "in" | "not_in" | "has_any" | "has_all" => json!([value]),
                _ => value.clone(),
            };
            let is_told = !told[operator].is_null();
            asked.push((json!({ path: { operator: fair(&value) } }), is_told));
            let one = told[operator]["anyOf"][0].get("items").unwrap_or(&told[operator]);
            let takes_null = one["type"].as_array().is_some_and(|types| types.contains(&json!("null")))
                || one["anyOf"].as_array().is_some_and(|any| any.contains(&json!({ "type": "null" })));
            if is_told && operator != "is_null" {
                asked.push((json!({ path: { operator: fair(&Json::Null) } }), takes_null));
            }
        }
        for (filter, fits) in asked {
            let place = format!("/api/v1/specimens?limit=1&filter={}", encoded(&filter.to_string()));
            let status = site.get(&place).await.status;
            if status != if fits { 200 } else { 400 } {
                wrong.push(format!("{filter}: {status}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A value that was forgotten is not a question for records without one, unless it is a text.
#[tokio::test]
async fn a_short_form_needs_its_value() {
    let site = Site::new(World::zoo("openapi_short").await).await;
    let document = document(&site).await;
    for path in ["", "/aggregate", "/states"] {
        let operation = &document["paths"][format!("/api/v1/specimens{path}")]["get"];
        let told = |name: &str| {
            let all = operation["parameters"].as_array().unwrap();
            all.iter().find(|one| one["name"] == name).unwrap()["schema"].clone()
        };
        assert_eq!(
            (&told("version")["type"], &told("keeper_id")["format"]),
            (&json!("number"), &json!("uuid"))
        );
        let ask = async |query: &str| {
            site.get(&format!(
                "/api/v1/specimens{path}?{query}{}",
                match path {
                    "/aggregate" => "&metrics=count",
                    _ => "",
                }
            ))
            .await
        };
        for (key, code) in [
            ("keeper_id", "empty"),
            ("created_by_id", "empty"),
            ("mood", "empty"),
            ("whole", "wrong-type"),
            ("price", "wrong-type"),
            ("alive", "wrong-type"),
            ("born", "invalid-date"),
            ("seen_at", "invalid-date"),
            ("fed_at", "invalid-time"),
        ] {
            let answer = ask(&format!("{key}=")).await;
            assert_eq!(answer.problems(400), [format!("filter.{key}.eq {code}")], "{path}");
        }
        for fair in ["word=", "version=0.5", "filter[version][gt]=0.5", "filter[keeper_id][is_null]=true"] {
            assert_eq!(ask(fair).await.status, 200, "{path} {fair}");
        }
    }
}

/// Entries of the log of states and counts of them are told apart, key by key.
#[tokio::test]
async fn the_log_of_states_is_told_exactly() {
    let site = Site::new(World::with_packages("openapi_states").await).await;
    let document = document(&site).await;
    site.ask("POST", "/api/v1/deals", Some(json!({ "name": "One" }))).await.data(201);
    let operation = &document["paths"]["/api/v1/deals/states"]["get"];
    let forms = &operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["data"]
        ["anyOf"];
    let keys = |json: &Json| json.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    for (query, form) in [("", &forms[0]), ("group_by=to", &forms[1]), ("group_by=to,from", &forms[1])] {
        let found = site.get(&format!("/api/v1/deals/states?{query}")).await.data(200);
        let told = &form["items"]["properties"];
        assert_eq!(keys(&found[0]), keys(told), "{query}");
        let seconds = (&found[0]["seconds_in_previous"], &told["seconds_in_previous"]["properties"]);
        match query {
            "" => assert!(seconds.0.is_null() && seconds.1.is_null(), "{found}"),
            _ => assert_eq!(keys(seconds.0), keys(seconds.1), "{found}"),
        }
    }
    let groups = operation["parameters"].as_array().unwrap().iter().find(|one| one["name"] == "group_by");
    let schema = &groups.unwrap()["schema"];
    assert_eq!((&schema["minItems"], &schema["maxItems"]), (&json!(1), &json!(5)));
    for word in schema["items"]["enum"].as_array().unwrap() {
        let asked = format!("/api/v1/deals/states?group_by={}", word.as_str().unwrap());
        site.get(&asked).await.data(200);
    }
    for (wrong, code) in
        [("from,from", "duplicate"), ("from,,to", "unknown-field"), ("", "unknown-field"), (",", "duplicate")]
    {
        let answer = site.get(&format!("/api/v1/deals/states?group_by={wrong}")).await;
        assert_eq!(answer.problems(400), [format!("group_by {code}")], "{wrong}");
    }
    // No parameter is there twice, whatever the fields are called.
    let names: Vec<&Json> =
        operation["parameters"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    let mut once =
        names.iter().filter(|name| name.is_string()).map(|name| name.as_str().unwrap()).collect::<Vec<_>>();
    let all = once.len();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), all);
}
