//! JSON-RPC 2.0, as far as MCP needs it: one message in, one document out. Parameters stay raw, so that numbers of
//! records stay what they are.

use axum::body::Body;
use axum::response::Response;
use engine::Fields;
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use crate::answer;
use crate::body;
use crate::problem::{Code, Problem};

/// What a client sent.
#[derive(Debug)]
pub(super) struct Message {
    /// Text or whole number; without it nobody waits for an answer.
    pub id: Option<Json>,
    pub method: String,
    params: Fields,
}

/// An error of the protocol.
#[derive(Debug)]
pub(super) struct Fault {
    code: i32,
    text: String,
}

impl Fault {
    fn new(code: i32, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    pub fn unknown_method(method: &str) -> Self {
        let shown: String = method.chars().take(60).collect();
        Self::new(-32601, format!("there is no method `{shown}`"))
    }

    pub fn invalid_params(text: &str) -> Self {
        Self::new(-32602, text)
    }
}

impl Message {
    /// Reads one message; several at once are of an older version and refused.
    pub fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let wrong = |text: &str| Problem::new(Code::InvalidRequest, text);
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
            return Err(wrong("send one message at a time"));
        }
        let fields = body::record(bytes)?;
        let of = |key: &str| fields.iter().find(|(known, _)| known == key).map(|(_, raw)| raw.get());
        if of("jsonrpc") != Some("\"2.0\"") {
            return Err(wrong("expected \"jsonrpc\": \"2.0\""));
        }
        let id: Option<Json> = of("id").and_then(|raw| serde_json::from_str(raw).ok());
        if id.as_ref().is_some_and(|id| !(id.is_string() || id.is_i64() || id.is_u64())) {
            return Err(wrong("an id is a text or a whole number"));
        }
        let method = of("method").and_then(|raw| serde_json::from_str::<String>(raw).ok());
        let is_answer = of("result").or(of("error")).is_some();
        let method = method.or(is_answer.then(String::new)).ok_or_else(|| wrong("expected a method"))?;
        let params = match of("params") {
            None | Some("null") => Fields::new(),
            Some(raw) => body::record(raw.as_bytes()).map_err(|_| wrong("params are an object"))?,
        };
        Ok(Self { id: id.filter(|_| !is_answer), method, params })
    }

    /// A parameter, if it is there and fits.
    pub fn param<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_str(self.raw(key)?.get()).ok()
    }

    /// A parameter as it came.
    pub fn raw(&self, key: &str) -> Option<Box<RawValue>> {
        self.params.iter().find(|(known, _)| known == key).map(|(_, raw)| raw.clone())
    }
}

/// 202: there is nothing to answer.
pub(super) fn accepted() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

/// A result; it is JSON already.
pub(super) fn answered(id: &Json, result: &[u8]) -> Response {
    let mut bytes = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":").into_bytes();
    bytes.extend_from_slice(result);
    bytes.push(b'}');
    answer::json_bytes(StatusCode::OK, bytes)
}

/// An error that answers a message.
pub(super) fn failed(id: &Json, fault: &Fault) -> Response {
    let error = json!({ "code": fault.code, "message": fault.text });
    answer::document(StatusCode::OK, &json!({ "jsonrpc": "2.0", "id": id, "error": error }))
}

/// What a tool answers: a document, as text for models and as JSON for programs.
pub(super) fn of_tool(document: &[u8], is_error: bool) -> Vec<u8> {
    let text = Json::from(String::from_utf8_lossy(document));
    let mut bytes =
        format!("{{\"content\":[{{\"type\":\"text\",\"text\":{text}}}],\"structuredContent\":").into_bytes();
    bytes.extend_from_slice(document);
    bytes.extend_from_slice(format!(",\"isError\":{is_error}}}").as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read() {
        let message = Message::read(br#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"query","arguments":{"a":1.10}}}"#).unwrap();
        assert_eq!((message.id.clone(), message.method.as_str()), (Some(json!(7)), "tools/call"));
        assert_eq!(message.param::<String>("name").as_deref(), Some("query"));
        assert_eq!(message.raw("arguments").unwrap().get(), r#"{"a":1.10}"#);
        assert!(
            Message::read(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).unwrap().id.is_none()
        );
        assert!(Message::read(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#).unwrap().id.is_none());
    }

    #[test]
    fn what_is_no_message_is_told() {
        for (body, code) in [
            ("{", Code::MalformedJson),
            ("5", Code::InvalidData),
            ("[]", Code::InvalidRequest),
            ("{}", Code::InvalidRequest),
            (r#"{"jsonrpc":"1.0","method":"ping","id":1}"#, Code::InvalidRequest),
            (r#"{"jsonrpc":"2.0","method":"ping","id":{}}"#, Code::InvalidRequest),
            (r#"{"jsonrpc":"2.0","method":"ping","id":null}"#, Code::InvalidRequest),
            (r#"{"jsonrpc":"2.0","id":1}"#, Code::InvalidRequest),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, Code::InvalidRequest),
        ] {
            assert_eq!(Message::read(body.as_bytes()).unwrap_err().code, code, "{body}");
        }
    }

    #[test]
    fn tools_answer_twice() {
        let json: Json = serde_json::from_slice(&of_tool(br#"{"data":[1.10]}"#, false)).unwrap();
        assert_eq!(
            (json["content"][0]["text"].as_str(), json["isError"].as_bool()),
            (Some("{\"data\":[1.10]}"), Some(false))
        );
    }
}
