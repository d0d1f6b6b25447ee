//! One request to a running server, and what it refuses told with paths and hints.

use std::fmt::Write as _;

use anyhow::{Context, bail};
use reqwest::{Client, Method};
use serde_json::Value as Json;

use crate::args::Remote;

/// `data` of the answer.
pub(super) async fn ask(
    remote: &Remote,
    method: &str,
    (path, body): (&str, Option<Json>),
) -> anyhow::Result<Json> {
    let url = format!("{}{path}", remote.url.trim_end_matches('/'));
    let method: Method = method.parse()?;
    let client = Client::builder().build().context("there is no way to ask")?;
    let mut request = client.request(method, &url).bearer_auth(&remote.token);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().await.with_context(|| format!("{url} does not answer"))?;
    let status = answer.status();
    let text = answer.text().await.with_context(|| format!("the answer of {url} broke off"))?;
    let json: Json = serde_json::from_str(&text).unwrap_or_default();
    if status.is_success() && json.get("data").is_some() {
        return Ok(json["data"].clone());
    }
    if json.get("title").is_none() {
        bail!("{url} answered {status} and does not seem to be Trellis");
    }
    bail!("{}", refusal(&json))
}

/// A problem document for people.
fn refusal(json: &Json) -> String {
    let word = |json: &Json, key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let mut text = format!("{} ({})", word(json, "detail"), word(json, "code"));
    for error in json["errors"].as_array().into_iter().flatten() {
        let hint = error["hint"].as_str().map(|hint| format!(" ({hint})")).unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = write!(text, "\n  {}: {}{hint}", word(error, "path"), word(error, "message"));
    }
    if json["code"] == "data-loss" {
        text.push_str("\n  say --allow-data-loss NAME for what may be hidden");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_refusal_says_where_and_what_to_do() {
        let told = refusal(
            &json!({ "title": "Invalid", "detail": "the data is wrong", "code": "invalid-data",
            "errors": [{ "path": "fields.deal.x.kind", "message": "no such kind", "hint": "did you mean `text`?" }] }),
        );
        let expected =
            "the data is wrong (invalid-data)\n  fields.deal.x.kind: no such kind (did you mean `text`?)";
        assert_eq!(told, expected);
    }
}
