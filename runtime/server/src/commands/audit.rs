//! `trellis audit …`: whether the audit log is what was sealed.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use engine::audit::chain::{Fault, Head, Hex, SealKey, Verified};
use engine::audit::verify_file;

use crate::args::{Audit, Common};
use crate::{audit_heads, audit_key};

/// Fails when something is not what was sealed.
pub async fn run(common: &Common, command: Audit) -> anyhow::Result<ExitCode> {
    match command {
        Audit::Verify { tenant, file, key, head } => {
            let trusted = trusted(common, key)?;
            let outcome = match file {
                Some(file) => in_file(&file, (&trusted, &head))?,
                None => in_database(common, (tenant.as_deref(), &trusted, head)).await?,
            };
            Ok(tell(outcome, !trusted.is_empty()))
        }
        Audit::Export { tenant, out } => {
            super::with_node(common, async |node| {
                let tenant = node.tenant(tenant.as_deref()).await?;
                let file = File::create(&out).with_context(|| format!("cannot write {}", out.display()))?;
                let mut file = BufWriter::new(file);
                let rows = node.engine.export_chain(&tenant, &mut file).await?;
                file.flush()?;
                println!("{rows} rows are in {}", out.display());
                Ok(ExitCode::SUCCESS)
            })
            .await
        }
    }
}

/// The keys that may have signed: those that are named, and this node's own.
fn trusted(common: &Common, mut named: Vec<Hex>) -> anyhow::Result<Vec<Hex>> {
    named.extend(audit_key::find(common)?.as_ref().map(SealKey::public));
    Ok(named)
}

fn in_file(file: &Path, known: (&[Hex], &[Head])) -> anyhow::Result<Result<Verified, Fault>> {
    let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    verify_file(&mut BufReader::new(opened), known).with_context(|| format!("cannot read {}", file.display()))
}

async fn in_database(
    common: &Common,
    (tenant, trusted, mut heads): (Option<&str>, &[Hex], Vec<Head>),
) -> anyhow::Result<Result<Verified, Fault>> {
    let mut found = None;
    super::with_node(common, async |node| {
        let tenant = node.tenant(tenant).await?;
        heads.extend(audit_heads::load(common, tenant.id)?);
        println!("heads that are kept elsewhere: {}", heads.len());
        found = Some(node.engine.verify_audit_with(&tenant, (trusted, &heads)).await?);
        Ok(ExitCode::SUCCESS)
    })
    .await?;
    found.context("nothing was verified")
}

fn tell(outcome: Result<Verified, Fault>, is_checked: bool) -> ExitCode {
    let found = match outcome {
        Ok(found) => found,
        Err(fault) => {
            println!("tampered with: {fault}");
            return ExitCode::FAILURE;
        }
    };
    println!("sound: {} rows up to {} in {} blocks", found.rows, found.last_seq, found.blocks);
    println!("hash: {}", found.hash);
    for key in &found.keys {
        let checked = if is_checked { "trusted" } else { "not compared with any: name yours with --key" };
        println!("signed for: {key} ({checked})");
    }
    if found.purged_through > 0 {
        println!("rows up to {} were removed when their time was over", found.purged_through);
    }
    if found.unsealed > 0 {
        println!("not sealed yet: {} rows, of which nothing is said", found.unsealed);
    }
    ExitCode::SUCCESS
}
