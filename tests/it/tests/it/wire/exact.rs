//! Amounts of more digits than a float has, on every way in and out.

use it::World;
use it::site::{Site, encoded};
use serde_json::json;

#[tokio::test]
async fn eighteen_digits_stay_eighteen_digits() {
    let site = Site::new(World::with_packages("exact").await).await;
    let post = |text: &'static str| {
        let request = axum::http::Request::builder().method("POST").uri("/api/v1/deals");
        site.send(request.header("content-type", "application/json"), text.as_bytes().to_vec())
    };
    let made = post(r#"{"name":"Big","amount":1234567890123456.78}"#).await;
    assert!(made.text().contains(r#""amount":1234567890123456.78"#), "{}", made.text());
    let id = made.data(201)["id"].as_str().unwrap().to_owned();
    post(r#"{"name":"Near","amount":"1234567890123456.79"}"#).await.data(201);
    let place = format!("/api/v1/deals/{id}");
    site.ask("PATCH", &place, Some(json!({ "amount": "9007199254740993.01" }))).await.data(200);
    let history = site.get(&format!("{place}/history")).await.text();
    assert!(
        history.contains(r#""amount":[1234567890123456.78,9007199254740993.01]"#)
            || history.contains(r#""amount":[1234567890123456.78, 9007199254740993.01]"#),
        "{history}"
    );
    for (filter, expected) in [
        (r#"{"amount":9007199254740993.01}"#, 1),
        (r#"{"amount":9007199254740993.02}"#, 0),
        (r#"{"amount":{"eq":1234567890123456.79}}"#, 1),
        (r#"{"amount":{"gt":1234567890123456.78}}"#, 2),
        (r#"{"amount":{"gt":1234567890123456.79}}"#, 1),
        (r#"{"amount":{"in":[1234567890123456.79,5]}}"#, 1),
        (r#"{"amount":{"between":[1234567890123456.79,1234567890123456.79]}}"#, 1),
    ] {
        let found = site.get(&format!("/api/v1/deals?filter={}", encoded(filter))).await.data(200);
        assert_eq!(found.as_array().unwrap().len(), expected, "{filter}");
    }
    let brackets = site.get("/api/v1/deals?filter[amount][in]=[1234567890123456.79]").await.data(200);
    assert_eq!(brackets[0]["name"], "Near");
}

/// Numbers that no float holds, and one whose float is written in another way.
const DIGITS: &str = "12345678901234567890.10";

#[tokio::test]
async fn numbers_inside_json_stay_what_was_written() {
    let site = Site::new(World::zoo("exact_json").await).await;
    let send = async |method: &str, path: &str, text: String| {
        let request = axum::http::Request::builder().method(method).uri(path);
        site.send(request.header("content-type", "application/json"), text.into_bytes()).await
    };
    let blob = |digits: &str| format!(r#"{{"deep":[{digits},{{"n":-0.10}}],"exp":1.5e2}}"#);
    let record = format!(r#"{{"name":"s","chip":"c-1","blob":{}}}"#, blob(DIGITS));
    let made = send("POST", "/api/v1/specimens", record).await;
    let is_exact = |text: &str, digits: &str| {
        let text = text.replace(' ', "");
        assert!(text.contains(&format!("[{digits},{{\"n\":-0.10}}]")), "{digits} in {text}");
        assert!(text.contains("\"exp\":150"), "{text}");
    };
    is_exact(&made.text(), DIGITS);
    let id = made.data(201)["id"].as_str().unwrap().to_owned();
    let place = format!("/api/v1/specimens/{id}");
    let next = "0.1000000000000000000000000000000000000001";
    send("PATCH", &place, format!(r#"{{"blob":{}}}"#, blob(next))).await.data(200);
    is_exact(&site.get(&place).await.text(), next);
    let history = site.get(&format!("{place}/history")).await.text();
    is_exact(&history, DIGITS);
    is_exact(&history, next);
    // What is the same is no change, also where another field is.
    send("PATCH", &place, format!(r#"{{"word":"x","blob":{}}}"#, blob(next))).await.data(200);
    let newest = site.get(&format!("{place}/history?limit=1")).await.data(200);
    assert_eq!(newest[0]["changes"], json!({ "word": [null, "x"] }));
    is_exact(&send("POST", &format!("{place}/clone"), "{}".into()).await.text(), next);
    let upsert =
        send("PUT", "/api/v1/specimens/by/chip/c-2", format!(r#"{{"name":"u","blob":{}}}"#, blob(DIGITS)));
    is_exact(&upsert.await.text(), DIGITS);
    let many: Vec<String> = (0..3).map(|n| format!(r#"{{"name":"m{n}","blob":{}}}"#, blob(DIGITS))).collect();
    is_exact(&send("POST", "/api/v1/specimens", format!("[{}]", many.join(","))).await.text(), DIGITS);
    let operation =
        format!(r#"{{"op":"create","object":"specimen","data":{{"name":"b","blob":{}}}}}"#, blob(DIGITS));
    is_exact(
        &send("POST", "/api/v1/batch", format!(r#"{{"operations":[{operation}]}}"#)).await.text(),
        DIGITS,
    );
    let lines = site.ask_with("GET", "/api/v1/specimens?format=ndjson&where=name%3D%22u%22", None, &[]);
    is_exact(&lines.await.text(), DIGITS);
    for (number, problem) in [("1e5000", "blob out-of-range"), ("[1e-5000]", "blob out-of-range")] {
        let answer = send("POST", "/api/v1/specimens", format!(r#"{{"name":"n","blob":{number}}}"#)).await;
        assert_eq!(answer.problems(422), [problem]);
    }
}

#[tokio::test]
async fn numbers_inside_json_of_a_file_stay_what_was_written() {
    let world = World::zoo("exact_lines").await;
    let ada = world.person("ada", "administrator").await;
    let job = engine::ImportJob {
        object: "specimen".into(),
        source: engine::import::Source::Bytes(
            format!(r#"{{"name":"l","blob":{{"n":{DIGITS}}}}}"#).into_bytes(),
        ),
        format: engine::import::Format::JsonLines,
        file_name: None,
        mapping: Vec::new(),
        match_field: None,
        dry_run: false,
    };
    let import = world.engine.run_import(&ada, job).await.unwrap();
    assert_eq!((import.created, import.rejected), (1, 0), "{:?}", import.error);
    let stored: String = sqlx::query_scalar("SELECT blob::text FROM t_demo.specimen")
        .fetch_one(world.engine.pool())
        .await
        .unwrap();
    assert_eq!(stored, format!("{{\"n\": {DIGITS}}}"));
}
