//! `trellis doctor`: every tenant's tables beside its metadata.

use std::process::ExitCode;

use crate::cli::Place;
use crate::house::House;

/// Prints each difference; exit code 1 when there is any.
pub async fn run(place: &Place, only: Option<&str>) -> anyhow::Result<ExitCode> {
    let house = House::enter(place).await?;
    let outcome = examine(&house, only).await;
    house.close().await?;
    Ok(if outcome? == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(house: &House, only: Option<&str>) -> anyhow::Result<usize> {
    let tenants = match only {
        Some(slug) => vec![house.tenant(slug).await?],
        None => house.tenants.list().await?.into_iter().map(|listed| listed.tenant).collect(),
    };
    let mut count = 0;
    for tenant in tenants {
        let drifts = house.engine.doctor(&tenant).await?;
        if drifts.is_empty() {
            println!("{}: clean", tenant.slug);
        }
        for drift in &drifts {
            println!("{}: {}", tenant.slug, serde_json::to_string(drift)?);
        }
        count += drifts.len();
    }
    Ok(count)
}
