//! `trellis serve`: the first tenant, the demo, the socket, and a clean end.

use std::sync::Arc;

use anyhow::Context as _;
use identity::{FirstAdministrator, Secret};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Place, Serve};
use crate::house::House;
use crate::{listen, packages};

/// Runs until SIGTERM or SIGINT; finishes requests in flight and stops the database.
pub async fn run(place: &Place, options: &Serve) -> anyhow::Result<()> {
    let house = House::open(place).await?;
    let outcome = open_doors(&house, options).await;
    let closed = house.close().await;
    outcome.and(closed)
}

async fn open_doors(house: &House, options: &Serve) -> anyhow::Result<()> {
    first_tenant(house, options).await?;
    let listener =
        TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    let address = listener.local_addr()?;
    let wake_ups = tokio::spawn(listen::run(house.pool.clone(), house.engine.clone(), house.tenants.clone()));
    let app = api::App {
        engine: house.engine.clone(),
        identity: house.identity.clone(),
        tenants: house.tenants.clone(),
        settings: Arc::new(api::Settings {
            base_domain: options.base_domain.clone(),
            trust_proxy: options.trust_proxy,
            max_body: options.max_body,
            ..api::Settings::default()
        }),
    };
    let stop = stop_signal()?;
    println!("trellis: listening on http://{address}");
    let outcome = api::serve(listener, app, stop).await;
    wake_ups.abort();
    Ok(outcome?)
}

/// The tenant and administrator that every installation begins with.
async fn first_tenant(house: &House, options: &Serve) -> anyhow::Result<()> {
    let tenant = house.tenants.ensure(&options.tenant, &title(&options.tenant)).await?;
    let password = options.admin_password.as_deref().map(Secret::new);
    let first = house.identity.first_administrator(&tenant, &options.admin_email, None, password).await?;
    if let FirstAdministrator::Made { email, password, .. } = first {
        println!("trellis: first administrator {email}");
        if let Some(password) = password {
            println!("trellis: password {} (shown once)", password.expose());
        }
    }
    if options.demo {
        packages::install_demo(house, &tenant).await?;
    }
    Ok(())
}

fn title(slug: &str) -> String {
    let mut letters = slug.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
