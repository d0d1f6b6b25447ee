//! The socket: requests come in until told to stop, and those in flight are finished.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::{HeaderValue, Request, StatusCode, Version, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use crate::{App, Ending, router};

/// A connection that sends no whole head for so long is closed, whether it is slow on purpose or forgotten.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// Largest head of a request in bytes; the edge refuses long addresses before that.
const MAX_HEAD: usize = 128 * 1024;
/// Requests at once on one HTTP/2 connection.
const MAX_STREAMS: u32 = 100;

/// Serves until `stop` resolves, then takes no new requests and returns when those in flight are answered and those who
/// follow something are gone.
pub async fn serve(listener: TcpListener, app: App, stop: impl Future<Output = ()>) -> io::Result<()> {
    let ending = app.ending.clone();
    let (router, builder, open) = (router(app), builder(), GracefulShutdown::new());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            () = &mut stop => break,
        };
        let (router, ending) = (router.clone(), ending.clone());
        let answering = service_fn(move |request| answer(router.clone(), (peer, ending.clone()), request));
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), answering);
        let connection = open.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection broke off");
            }
        });
    }
    drop(listener);
    ending.leave();
    ending.end();
    open.shutdown().await;
    ending.gone().await;
    Ok(())
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_HEAD);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS).max_header_list_size(128 * 1024);
    http2.keep_alive_interval(Some(HEAD_TIMEOUT));
    builder
}

async fn answer(
    router: Router,
    (peer, ending): (SocketAddr, Ending),
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    let closes = request.version() < Version::HTTP_2;
    let mut response = router.oneshot(request).await?;
    // A connection that is closed under somebody who is about to use it again fails their request; one that was said to
    // end is not used again. HTTP/2 has a word of its own for it.
    if closes && ending.has_begun() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// The next connection. What goes wrong with one (it is gone already) or for a while (too many open files) is no
/// reason to stop.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Without it the kernel holds small answers back until the last one is acknowledged.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) => {
                tracing::debug!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
