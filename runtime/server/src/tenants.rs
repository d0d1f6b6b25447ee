//! `trellis tenant …` and `trellis api-key …`.

use std::io::{BufRead as _, Write as _};

use identity::FirstAdministrator;

use crate::cli::{ApiKey, Place, Tenant};
use crate::house::House;

/// Tenants from the shell.
pub async fn run(place: &Place, command: Tenant) -> anyhow::Result<()> {
    let house = House::enter(place).await?;
    let outcome = match command {
        Tenant::Create { slug, name, admin } => create(&house, &slug, name.as_deref(), admin.as_deref()).await,
        Tenant::List => list(&house).await,
        Tenant::Delete { slug, yes } => delete(&house, &slug, yes).await,
    };
    outcome.and(house.close().await)
}

async fn create(house: &House, slug: &str, name: Option<&str>, admin: Option<&str>) -> anyhow::Result<()> {
    let tenant = house.tenants.create(slug, name.unwrap_or(slug)).await?;
    println!("{} {}", tenant.slug, tenant.id);
    let Some(email) = admin else { return Ok(()) };
    if let FirstAdministrator::Made { email, password, .. } =
        house.identity.first_administrator(&tenant, email, None, None).await?
    {
        println!("administrator {email}");
        if let Some(password) = password {
            println!("password {} (shown once)", password.expose());
        }
    }
    Ok(())
}

async fn list(house: &House) -> anyhow::Result<()> {
    for listed in house.tenants.list().await? {
        println!("{}\t{}", listed.tenant.slug, listed.name);
    }
    Ok(())
}

async fn delete(house: &House, slug: &str, yes: bool) -> anyhow::Result<()> {
    if !yes {
        print!("This removes `{slug}` with all its data. Type its name to go on: ");
        std::io::stdout().flush()?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        anyhow::ensure!(answer.trim() == slug, "nothing was removed");
    }
    house.tenants.delete(slug).await?;
    Ok(())
}

/// Keys from the shell.
pub async fn run_key(place: &Place, command: ApiKey) -> anyhow::Result<()> {
    let house = House::enter(place).await?;
    let ApiKey::Create { tenant, name, role } = command;
    let outcome = async {
        let tenant = house.tenant(&tenant).await?;
        let created = house.identity.create_key_for_shell(&tenant, &name, role).await?;
        println!("{}", created.key.expose());
        anyhow::Ok(())
    };
    let outcome = outcome.await;
    outcome.and(house.close().await)
}
