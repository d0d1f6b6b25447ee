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
