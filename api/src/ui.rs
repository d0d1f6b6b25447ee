//! The embedded pages: files of the built UI as Vite and its compressor left them, and one page for every address
//! that a person may have typed or kept. Built without a UI, `/` says how to build it.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::answer;
use crate::problem::Problem;

/// `admin-ui/dist`, or an empty folder when it is not built; `build.rs` chooses.
#[derive(RustEmbed)]
#[folder = "$TRELLIS_UI"]
struct Files;

/// Where programs ask; a page there would only confuse them.
const NOT_PAGES: [&str; 9] =
    ["api", "auth", "metadata", "admin", "reseller", "assets", "graphql", "mcp", "scim"];
const NOT_BUILT: &str = include_str!("ui/not_built.html");

/// What is at no route: a file, the page, or nothing.
pub(crate) async fn page(request: Request<Body>) -> Response {
    let (method, path, headers) = (request.method(), request.uri().path(), request.headers());
    if method != Method::GET && method != Method::HEAD {
        return Problem::not_found().into_response();
    }
    let name = path.trim_start_matches('/');
    if let Some(response) = file(name, headers) {
        return response;
    }
    if !is_page(name, headers) {
        return Problem::not_found().into_response();
    }
    file("index.html", headers).unwrap_or_else(|| html(StatusCode::OK, Body::from(NOT_BUILT)))
}

/// One of the pages that have addresses of their own.
pub(crate) fn named(name: &str, headers: &HeaderMap) -> Response {
    file(name, headers).unwrap_or_else(|| html(StatusCode::OK, Body::from(NOT_BUILT)))
}

fn is_page(name: &str, headers: &HeaderMap) -> bool {
    let first = name.split('/').next().unwrap_or_default();
    let accepts = |value: &HeaderValue| {
        value.to_str().is_ok_and(|value| value.contains("text/html") || value.contains("*/*"))
    };
    let wants = headers.get(header::ACCEPT).is_none_or(accepts);
    // A missing picture is missing, whatever the browser would take.
    let is_file = name.rsplit('/').next().is_some_and(|last| last.contains('.'));
    wants && (name.is_empty() || (!NOT_PAGES.contains(&first) && !is_file))
}

fn file(name: &str, headers: &HeaderMap) -> Option<Response> {
    if name.is_empty() || name.ends_with(".br") || name.ends_with(".gz") {
        return None;
    }
    let plain = Files::get(name)?;
    let tag = tag(&plain);
    if answer::is_known(headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()), &tag) {
        return Some(finished(StatusCode::NOT_MODIFIED, Body::empty(), (name, &tag)));
    }
    let (encoding, found) =
        encoded(name, headers).map_or((None, plain), |(encoding, file)| (Some(encoding), file));
    let mut response = finished(StatusCode::OK, Body::from(found.data.into_owned()), (name, &tag));
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// The best form that the browser takes and the build has left beside the file.
fn encoded(name: &str, headers: &HeaderMap) -> Option<(&'static str, EmbeddedFile)> {
    let accepted = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let takes = |encoding: &str| {
        accepted.split(',').any(|item| {
            item.split(';').next().is_some_and(|word| word.trim() == encoding) && !item.contains("q=0")
        })
    };
    let forms = [("br", "br"), ("gzip", "gz")].into_iter().filter(|(encoding, _)| takes(encoding));
    forms.filter_map(|(encoding, ending)| Some((encoding, Files::get(&format!("{name}.{ending}"))?))).next()
}

fn finished(status: StatusCode, body: Body, (name, tag): (&str, &str)) -> Response {
    let mut response = html(status, body);
    let headers = response.headers_mut();
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let text = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    // The names of assets change with what is in them; the page that names them is asked for each time.
    let keep = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    for (header, value) in
        [(header::CONTENT_TYPE, text.as_str()), (header::CACHE_CONTROL, keep), (header::ETAG, tag)]
    {
        HeaderValue::from_str(value).into_iter().for_each(|value| drop(headers.insert(&header, value)));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn html(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let short: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{short}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants_page(path: &str, accept: &str) -> bool {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_str(accept).unwrap())]);
        is_page(path, &headers)
    }

    #[test]
    fn people_get_the_page_and_programs_do_not() {
        let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
        for path in ["", "deals", "deals/0199", "setup/objects/deal", "sign-in"] {
            assert!(wants_page(path, browser), "{path}");
        }
        for path in [
            "api/v1/none",
            "auth/v1/none",
            "metadata/v1/none/none/none",
            "assets/app.js",
            "favicon.ico",
            "admin/v1/none",
            "reseller/v1/none",
        ] {
            assert!(!wants_page(path, browser), "{path}");
        }
        assert!(!wants_page("deals", "application/json"));
    }

    #[tokio::test]
    async fn other_methods_and_missing_assets_are_not_found() {
        let ask = async |method: Method, path: &str| {
            page(Request::builder().method(method).uri(path).body(Body::empty()).unwrap())
                .await
                .status()
                .as_u16()
        };
        assert_eq!(ask(Method::GET, "/").await, 200);
        assert_eq!(ask(Method::POST, "/").await, 404);
        assert_eq!(ask(Method::GET, "/assets/none.js").await, 404);
        assert_eq!(ask(Method::GET, "/../Cargo.toml").await, 404);
    }
}
