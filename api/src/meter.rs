//! How many requests of which route ended how, and how long they took: the text of `GET /metrics`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use http::{Method, StatusCode};
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "trellis_http_requests_total";
const DURATION: &str = "trellis_http_request_duration_seconds";
/// Bounds of the latency histogram in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// A method and how requests with it ended.
type Ending = (&'static str, StatusCode);

/// What the requests of one route that ended one way are counted with.
struct Meter {
    took: Histogram,
    count: Counter,
}

thread_local! {
    /// By route: to look a meter up by its labels costs more than to count with it.
    static METERS: RefCell<HashMap<String, HashMap<Ending, Meter>>> = RefCell::default();
}

/// One recorder a process, whatever the number of routers.
fn handle() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE.get_or_init(install).as_ref()
}

fn install() -> Option<PrometheusHandle> {
    let builder =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(DURATION.into()), &BUCKETS).ok()?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    metrics::describe_counter!(REQUESTS, "Requests by method, route and status.");
    metrics::describe_histogram!(
        DURATION,
        metrics::Unit::Seconds,
        "Time from the request's head to the answer's."
    );
    Some(handle)
}

/// Counts one request. Addresses without a route are counted together, so that nobody can fill the memory.
pub(crate) fn note(method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
    if handle().is_none() {
        return;
    }
    let (route, ending) = (route.unwrap_or("none"), (known(method), status));
    METERS.with_borrow_mut(|meters| {
        let meter = match meters.get(route).and_then(|endings| endings.get(&ending)) {
            Some(meter) => meter,
            None => {
                let endings = meters.entry(route.to_owned()).or_default();
                endings.entry(ending).or_insert_with(|| Meter::new(route, ending))
            }
        };
        meter.took.record(took.as_secs_f64());
        meter.count.increment(1);
    });
}

impl Meter {
    fn new(route: &str, (method, status): Ending) -> Self {
        let (route, status) = (route.to_owned(), status.as_u16().to_string());
        Self {
            took: metrics::histogram!(DURATION, "method" => method, "route" => route.clone()),
            count: metrics::counter!(REQUESTS, "method" => method, "route" => route, "status" => status),
        }
    }
}

fn known(method: &Method) -> &'static str {
    const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
    METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// Everything that was counted, as Prometheus reads it.
pub(crate) fn text() -> String {
    handle().map(PrometheusHandle::render).unwrap_or_default()
}

/// Folds samples into the histograms. To be called every few seconds, or they pile up until somebody asks.
pub fn upkeep() {
    if let Some(handle) = handle() {
        handle.run_upkeep();
    }
}
