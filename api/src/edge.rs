//! What holds for every request, whatever it asks: its id, limits on its head, a caught panic, security headers,
//! compression, the meters, and problems written as documents.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use crate::meter;
use crate::problem::{Code, Problem};
use crate::{Settings, answer};

mod headers;

/// Longest path with query, in bytes: a filter may name hundreds of ids.
const MAX_URI: usize = 32 * 1024;
/// Most headers of a request.
const MAX_HEADERS: usize = 64;
/// Smallest body worth compressing, in bytes.
const COMPRESS_ABOVE: u64 = 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id by which a request is found in answers, logs and history.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub Arc<str>);

/// Puts the edge around the routes.
pub(crate) fn around(routes: Router, settings: Arc<Settings>) -> Router {
    let worthwhile = SizeAbove::new(COMPRESS_ABOVE)
        .and(NotForContentType::IMAGES)
        // Events must not wait until there is enough to compress.
        .and(NotForContentType::SSE)
        .and(NotForContentType::const_new("font/"));
    // The fastest level: on lists of records it saves four fifths, and better ones cost more than they bring.
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worthwhile);
    let routes = routes.layer(compression).layer(middleware::from_fn_with_state(settings, pass));
    // Without a word about their state handlers and layers would be put together anew for each request.
    routes.with_state(())
}

async fn pass(State(settings): State<Arc<Settings>>, request: Request<Body>, next: Next) -> Response {
    let started = Instant::now();
    let (mut head, body) = request.into_parts();
    let id = RequestId(id_of(&head.headers).into());
    head.extensions.insert(id.clone());
    let (method, https) = (head.method.clone(), settings.is_https(&head));
    let route = head.extensions.get::<MatchedPath>().cloned();
    let answered = match check(&head) {
        Ok(()) => AssertUnwindSafe(next.run(Request::from_parts(head, body))).catch_unwind().await,
        Err(problem) => Ok(IntoResponse::into_response(problem)),
    };
    let answered = answered.unwrap_or_else(|_| {
        tracing::error!(request_id = &*id.0, "a handler panicked");
        IntoResponse::into_response(Problem::internal())
    });
    let mut response = finished(answered, &id);
    headers::secure(response.headers_mut(), https);
    meter::note(&method, route.as_ref().map(MatchedPath::as_str), response.status(), started.elapsed());
    response
}

/// Problems become documents here, where the request id is known.
fn finished(mut response: Response, id: &RequestId) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        // Who is asked to come again is counted and not written down: there may be thousands in a second.
        if problem.code.status().is_server_error() && problem.code != Code::Busy {
            tracing::error!(
                request_id = &*id.0,
                code = problem.code.word(),
                detail = problem.detail,
                "a request failed"
            );
        }
        // What was said beside it holds: what is allowed instead, of which version it is.
        let mut said = std::mem::take(response.headers_mut());
        response = problem.render(&id.0);
        said.extend(std::mem::take(response.headers_mut()));
        *response.headers_mut() = said;
    }
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

fn check(head: &http::request::Parts) -> Result<(), Problem> {
    let length = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    if length > MAX_URI {
        return Err(Problem::new(Code::UriTooLong, format!("an address has at most {MAX_URI} bytes")));
    }
    if head.headers.len() > MAX_HEADERS {
        return Err(Problem::new(
            Code::HeadersTooLarge,
            format!("a request has at most {MAX_HEADERS} headers"),
        ));
    }
    Ok(())
}

/// The caller's own id if it is harmless in logs, else a new one.
fn id_of(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        (1..=128).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    given.filter(harmless).map_or_else(new_id, str::to_owned)
}

/// Of this moment and the thread's own generator: nobody guesses anything with it, and the system's would be asked by
/// every request.
fn new_id() -> String {
    let millis = u64::try_from(Utc::now().timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid().to_string()
}

/// A method that an address does not take; which it takes stands in `Allow`, and OPTIONS asks for nothing else.
pub(crate) async fn wrong_method(method: Method, uri: Uri) -> Response {
    let mut response = match method {
        Method::OPTIONS => answer::no_content(),
        _ => Problem::new(Code::MethodNotAllowed, format!("this address does not take {method}"))
            .into_response(),
    };
    if is_only_read(uri.path()) {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET,HEAD"));
    }
    response
}

/// Whether an address of records is one of users, who are written through routes of their own.
fn is_only_read(path: &str) -> bool {
    let rest = path.strip_prefix("/api/v1/users");
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && rest.rfind('/') == Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tower::ServiceExt;

    fn proxied() -> Arc<Settings> {
        Arc::new(Settings { trust_proxy: true, ..Settings::default() })
    }

    async fn answer(request: http::request::Builder) -> (u16, HeaderMap, serde_json::Value) {
        let routes = Router::new()
            .route("/fine", get(async || "fine"))
            .route("/api/v1/{plural}", get(async || "list").post(async || "made"))
            .route("/long", get(async || ([("content-type", "application/json")], "[1,2,3]".repeat(1000))))
            .route("/panic", get(async || -> &'static str { panic!("secret") }))
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(wrong_method);
        let response = around(routes, proxied()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        (head.status.as_u16(), head.headers, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn every_refusal_is_a_document() {
        let cases = [("/fine", "POST", 405), ("/none", "GET", 404), ("/panic", "GET", 500)];
        for (path, method, expected) in cases {
            let (status, headers, body) = answer(Request::builder().uri(path).method(method)).await;
            assert_eq!(
                (status, &headers["content-type"]),
                (expected, &HeaderValue::from_static("application/problem+json"))
            );
            assert_eq!(body["status"], expected);
            assert_eq!(headers["x-request-id"].to_str().unwrap(), body["request_id"]);
            assert!(!body.to_string().contains("secret"));
        }
        let (_, headers, _) = answer(Request::builder().uri("/fine").method("POST")).await;
        assert_eq!(headers["allow"], "GET,HEAD");
        let (status, headers, _) = answer(Request::builder().uri("/fine").method("OPTIONS")).await;
        assert_eq!((status, &headers["allow"]), (204, &HeaderValue::from_static("GET,HEAD")));
        for (path, allow) in [("/api/v1/deals", "GET,HEAD,POST"), ("/api/v1/users", "GET,HEAD")] {
            for method in ["OPTIONS", "TRACE"] {
                let (_, headers, _) = answer(Request::builder().uri(path).method(method)).await;
                assert_eq!(headers["allow"], allow, "{method} {path}");
            }
        }
    }

    #[tokio::test]
    async fn heads_have_limits() {
        let (status, _, body) =
            answer(Request::builder().uri(format!("/fine?{}", "x".repeat(MAX_URI)))).await;
        assert_eq!((status, body["code"].as_str()), (414, Some("uri-too-long")));
        let many = (0..=MAX_HEADERS)
            .fold(Request::builder().uri("/fine"), |request, n| request.header(format!("x-{n}"), "1"));
        assert_eq!(answer(many).await.0, 431);
    }

    #[tokio::test]
    async fn harmless_ids_are_kept() {
        let (_, headers, _) = answer(Request::builder().uri("/fine").header("x-request-id", "abc-1")).await;
        assert_eq!(headers["x-request-id"], "abc-1");
        for bad in ["", "a b", "<script>", &"x".repeat(129)] {
            let (_, headers, _) = answer(Request::builder().uri("/fine").header("x-request-id", bad)).await;
            assert_eq!(headers["x-request-id"].len(), 36, "{bad}");
        }
    }

    #[tokio::test]
    async fn long_answers_are_compressed_for_those_who_can() {
        let (_, headers, _) =
            answer(Request::builder().uri("/long").header("accept-encoding", "gzip, br")).await;
        assert_eq!(headers["content-encoding"], "br");
        let (_, headers, _) = answer(Request::builder().uri("/long")).await;
        assert!(!headers.contains_key("content-encoding"));
    }

    #[tokio::test]
    async fn every_answer_is_guarded() {
        let (_, headers, _) = answer(Request::builder().uri("/fine")).await;
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["cache-control"], "no-store");
        assert!(!headers.contains_key("strict-transport-security"));
        // Data is no page, which may at least load what is ours.
        let allows =
            |headers: &HeaderMap| headers["content-security-policy"].to_str().unwrap().contains("'self'");
        assert!(allows(&headers));
        for path in ["/long", "/none"] {
            assert!(!allows(&answer(Request::builder().uri(path)).await.1), "{path}");
        }
        let (_, headers, _) =
            answer(Request::builder().uri("/fine").header("x-forwarded-proto", "https")).await;
        assert!(headers.contains_key("strict-transport-security"));
    }
}
