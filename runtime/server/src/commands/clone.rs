//! `trellis tenant clone`: asks for a copy, and makes it here unless another node is faster.

use std::time::Duration;

use anyhow::{Context as _, bail};
use identity::{CopiedPeople, Passwords, Secret};
use serde_json::json;
use tenancy::{By, CloneJob, CloneWish, Slug};

use super::refused;
use crate::args::{Clone, Common};
use crate::node::Node;
use crate::workers::make_clone;

/// Records of each object in a sample when nothing is said.
const RECORDS: u32 = 100;
/// How often it is asked how far another node is.
const LOOK: Duration = Duration::from_millis(500);

/// Makes one and tells how it goes.
pub async fn run(node: &Node, common: &Common, wish: Clone) -> anyhow::Result<()> {
    let listed = node.tenants.list().await?.into_iter().find(|listed| listed.tenant.slug == wish.slug);
    let source = listed
        .filter(tenancy::Listed::is_whole)
        .with_context(|| format!("there is no tenant `{}`", wish.slug))?;
    if wish.records.is_some() && wish.scope != "sample" {
        bail!("only a sample has so many records: --scope sample");
    }
    let mut people = CopiedPeople { passwords: passwords(&wish.passwords), ..CopiedPeople::default() };
    if wish.mask_emails && people.passwords == Passwords::All {
        bail!(
            "nobody knows the address to sign in with where addresses are masked: --passwords administrators"
        );
    }
    let made_up = wish.admin.as_ref().map(|_| Secret::new_password());
    if let Some((email, password)) = wish.admin.as_ref().zip(made_up.as_ref()) {
        people.admin = Some(node.identity.copied_admin(email, None, password).await?);
    }
    people.unmasked = node.identity.addresses_kept(&source.tenant, &people).await?;
    let records = wish.records.unwrap_or(RECORDS);
    let cut = tenancy::clones::cut(&wish.scope, records).context("there is no such scope")?;
    let asked = CloneWish {
        slug: Slug::parse(&wish.copy)?,
        name: wish.name,
        cut,
        mask_emails: wish.mask_emails,
        people: json!(people),
        user: None,
    };
    let clone = node.tenants.ask_clone(&source, asked, By::Operator).await.map_err(refused)?;
    let done = follow(node, common, clone).await?;
    println!(
        "trellis: the tenant {} is made of {} with {} rows",
        done.slug,
        wish.slug,
        done.rows.unwrap_or_default()
    );
    println!("trellis: it sends no mails and does nothing by time until that is switched on");
    match wish.admin.zip(made_up) {
        Some((email, password)) => {
            println!("trellis: {email} may sign in with the password {}", password.expose());
        }
        None if passwords(&wish.passwords) == Passwords::None => {
            println!("trellis: nobody can sign in to it: --admin and --passwords say who may");
        }
        None => {}
    }
    Ok(())
}

fn passwords(word: &str) -> Passwords {
    match word {
        "administrators" => Passwords::Administrators,
        "all" => Passwords::All,
        _ => Passwords::None,
    }
}

/// Until it is done, here or elsewhere.
async fn follow(node: &Node, common: &Common, mut clone: CloneJob) -> anyhow::Result<CloneJob> {
    let mut told = None;
    loop {
        make_clone((&node.tenants, &node.identity), &common.data_dir).await?;
        clone = node.tenants.find_clone(clone.id).await?.context("the copy was forgotten")?;
        match clone.status.as_str() {
            "done" => return Ok(clone),
            "failed" => bail!("the copy has failed: {}", clone.error.unwrap_or_default()),
            _ => {
                if clone.error.is_some() && clone.error != told {
                    eprintln!("trellis: it is tried again: {}", clone.error.as_deref().unwrap_or_default());
                    told.clone_from(&clone.error);
                }
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}
