//! `trellis serve`: the database, the first tenant with its administrator, the socket, and a good end.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api::{App, Ending, Settings};
use identity::{Identity, MailSettings};
use tenancy::Tenants;
use tokio::net::TcpListener;

use crate::args::{Common, Serve};
use crate::audit_key;
use crate::node::{self, Node, lone_connection};
use crate::packages;
use crate::stop::Stop;
use crate::uploads::Uploads;
use crate::workers;

pub mod first;
pub mod wake;

/// How often the samples of the latency histogram are folded, and what tenants have used is added up.
const UPKEEP: Duration = Duration::from_secs(5);

/// How often the outbox is looked into.
const POSTING: Duration = Duration::from_secs(15);

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
    node.engine.seal_with(audit_key::load_or_make(common)?);
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
    let identity = node.identity.clone().with_mail(mail(options, address))?;
    let identity = identity.with_private_targets(options.allow_private_targets);
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
    let ear = lone_connection(node.database.connect_options());
    let (engine, tenants) = (&node.engine, &node.tenants);
    let (tell, news) = tokio::sync::mpsc::channel(16);
    let waking = (!common.database_pooled)
        .then(|| tokio::spawn(wake::run(ear.clone(), engine.clone(), tenants.clone(), tell)));
    let working = tokio::spawn(workers::run(engine.clone(), tenants.clone(), news));
    let kept = (common.audit_retention, common.audit_heads.clone());
    let sealing = tokio::spawn(workers::seal(engine.clone(), tenants.clone(), kept));
    let ending = tokio::spawn(workers::end(tenants.clone()));
    let cloning = tokio::spawn(workers::clone(tenants.clone(), identity.clone(), common.data_dir.clone()));
    let telling = tokio::spawn(workers::tell(tenants.clone(), options.allow_private_targets));
    let folding = tokio::spawn(upkeep(tenants.clone()));
    let tidying = tokio::spawn(first::tidy((node.engine.clone(), identity.clone()), node.tenants.clone()));
    let noting = tokio::spawn(note(identity.clone()));
    let posting = tokio::spawn(post(identity.clone()));
    println!("trellis: listening on http://{address}");
    let serving = async {
        api::serve(listener, app, told).await?;
        engine.finish_imports().await;
        Ok(())
    };
    let served = drain(serving, options.stop_delay + options.drain, stop).await;
    waking.iter().for_each(tokio::task::JoinHandle::abort);
    working.abort();
    sealing.abort();
    ending.abort();
    cloning.abort();
    telling.abort();
    folding.abort();
    posting.abort();
    noting.abort();
    write_requests(&identity).await;
    tidying.abort();
    ear.close().await;
    settle(tenants).await;
    served
}

fn settings(options: &Serve, upload_dir: PathBuf) -> Settings {
    Settings {
        base_domain: options.base_domain.clone(),
        trust_proxy: options.trust_proxy,
        public_url: options.public_url.clone(),
        max_body: options.max_body,
        max_upload: options.max_upload,
        upload_dir,
        timeout: options.timeout,
        allow_private_targets: options.allow_private_targets,
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

/// Without a public address links lead to where we listen, which is right on one's own machine.
fn mail(options: &Serve, address: std::net::SocketAddr) -> MailSettings {
    let here = || options.base_domain.is_none().then(|| format!("http://{address}"));
    MailSettings {
        smtp_url: options.smtp_url.clone(),
        from: options.mail_from.clone(),
        public_url: options.public_url.clone().or_else(here),
        base_domain: options.base_domain.clone(),
    }
}

/// Carries what could not be carried at once.
async fn post(identity: Identity) {
    let mut ticks = tokio::time::interval(POSTING);
    loop {
        ticks.tick().await;
        if let Err(error) = identity.deliver().await {
            tracing::warn!(%error, "the outbox could not be read");
        }
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
