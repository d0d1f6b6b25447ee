//! `trellis serve`: the database, the first tenant with its administrator, the socket, and a good end.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api::{App, Ending, Settings};
use identity::Identity;
use tenancy::Tenants;
use tokio::net::TcpListener;

use crate::args::{Common, Serve};
use crate::background::Background;
use crate::node::{self, Node};
use crate::packages;
use crate::stop::Stop;
use crate::uploads::Uploads;

pub mod first;
pub mod wake;

/// How often the samples of the latency histogram are folded, and what tenants have used is added up.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves until told to stop.
pub async fn run(common: &Common, options: Serve) -> anyhow::Result<ExitCode> {
    let stop = Stop::listen()?;
    // Before the database, which takes longer: a port that is taken should be told at once.
    let listener = TcpListener::bind(&options.listen)
        .await
        .with_context(|| format!("cannot listen on {}", options.listen))?;
    let node = tokio::select! {
        node = Node::start(common, options.statement_timeout) => node?,
        () = stop.told() => return Ok(ExitCode::SUCCESS),
    };
    let served = serve(&node, listener, (common, &options), &stop).await;
    let stopped = node.stop().await;
    served?;
    stopped?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(
    node: &Node,
    listener: TcpListener,
    (common, options): (&Common, &Serve),
    stop: &Stop,
) -> anyhow::Result<()> {
    if let Some(url) = &options.replica_url {
        node.engine.read_from(node::replica(url, common, options.statement_timeout)?);
    }
    if let Some(warning) = node.engine.wall().await?.warning() {
        tracing::warn!("{warning}");
    }
    let (shelf, unread) = packages::Shelf::open_or_partial(node, &options.source).await?;
    if let Some(error) = unread {
        tracing::error!("nothing of the registry is offered: {error:#}");
    }
    for one in &shelf.registry.refused {
        tracing::warn!(package = one.name, version = %one.version, "not taken:\n{}", packages::lines(&one.problems));
    }
    let library = Arc::new(shelf.library);
    let uploads = Uploads::open(&common.data_dir)?;
    tokio::select! {
        prepared = first::prepare(node, options, &library) => prepared?,
        () = stop.told() => return Ok(()),
    }
    let address = listener.local_addr()?;
    // Without a public address links lead to where we listen, which is right on one's own machine.
    let here = options.outgoing.base_domain.is_none().then(|| format!("http://{address}"));
    let identity = options.outgoing.reach(&node.identity, here)?;
    let app = App {
        graphql: Default::default(),
        engine: node.engine.clone(),
        identity: identity.clone(),
        tenants: node.tenants.clone(),
        library,
        settings: Arc::new(settings(options, uploads.place.clone())),
        ending: Ending::default(),
    };
    let told = leave(app.ending.clone(), options.stop_delay, stop.clone());
    let (engine, tenants) = (&node.engine, &node.tenants);
    let background = Background::start(node, &identity, (common, options.outgoing.allow_private_targets))?;
    // What this node alone knows, because it answers.
    let folding = tokio::spawn(upkeep(tenants.clone()));
    let noting = tokio::spawn(note(identity.clone()));
    println!("trellis: listening on http://{address}");
    let serving = async {
        api::serve(listener, app, told).await?;
        engine.finish_imports().await;
        Ok(())
    };
    let served = drain(serving, options.stop_delay + options.drain, stop).await;
    background.end().await;
    folding.abort();
    noting.abort();
    write_requests(&identity).await;
    settle(tenants).await;
    served
}

fn settings(options: &Serve, upload_dir: PathBuf) -> Settings {
    Settings {
        base_domain: options.outgoing.base_domain.clone(),
        trust_proxy: options.trust_proxy,
        public_url: options.outgoing.public_url.clone(),
        max_body: options.max_body,
        max_upload: options.max_upload,
        upload_dir,
        timeout: options.timeout,
        allow_private_targets: options.outgoing.allow_private_targets,
        deletion_wait: options.deletion_wait,
        graphql: api::graphql::Limits {
            depth: options.graphql_depth,
            cost: options.graphql_cost,
            aliases: options.graphql_aliases,
            roots: options.graphql_roots,
        },
        followers: options.followers,
        ..Settings::default()
    }
}

/// Writes down what keys have asked.
async fn note(identity: Identity) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        write_requests(&identity).await;
    }
}

/// What could not be written down is forgotten: it is for looking up alone.
async fn write_requests(identity: &Identity) {
    if let Err(error) = identity.write_requests().await {
        tracing::debug!(%error, "requests of keys were not written down");
    }
}

/// Resolves when no more may be taken: told to stop, a node first lets load balancers find out.
async fn leave(ending: Ending, delay: Duration, stop: Stop) {
    stop.told().await;
    tracing::info!("stopping");
    ending.leave();
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = stop.told_again() => {}
    }
}

/// Waits for the server's end, but after the word to stop not forever.
async fn drain(
    serving: impl Future<Output = std::io::Result<()>>,
    patience: Duration,
    stop: &Stop,
) -> anyhow::Result<()> {
    let too_late = async {
        stop.told().await;
        tokio::select! {
            () = tokio::time::sleep(patience) => tracing::warn!("requests in flight are cut off"),
            () = stop.told_again() => tracing::warn!("told again: requests in flight are cut off"),
        }
    };
    tokio::select! {
        served = serving => Ok(served?),
        () = too_late => Ok(()),
    }
}

async fn upkeep(tenants: Tenants) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        api::upkeep();
        settle(&tenants).await;
    }
}

/// What could not be added up is kept for the next time.
async fn settle(tenants: &Tenants) {
    if let Err(error) = tenants.settle(chrono::Utc::now()).await {
        tracing::debug!(%error, "usage could not be added up");
    }
}
