//! `trellis import`: a file becomes records, with its progress on the screen and its rejected rows beside it.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use engine::Context;
use engine::import::{Format, Import as Running, ImportJob, Source, Status};

use crate::args::{Common, Import};
use crate::node::Node;

/// The exit code when the import came to its end and some rows were rejected.
const SOME_REJECTED: u8 = 3;
/// How often progress is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// Imports one file to its end.
pub async fn run(common: &Common, options: Import) -> anyhow::Result<ExitCode> {
    super::with_node(common, async |node| import(node, &options).await).await
}

async fn import(node: &Node, options: &Import) -> anyhow::Result<ExitCode> {
    let tenant = node.tenant(options.tenant.as_deref()).await?;
    let context = node.engine.system_context(&tenant, "trellis import").await?;
    let started = node.engine.import(&context, job(&context, options)?, None).await.map_err(super::told)?;
    let ended = follow(node, &context, started).await?;
    if ended.rejected > 0 {
        let path = options.rejects.clone().unwrap_or_else(|| rejects_path(&options.file));
        write_rejects(node, &context, (&ended, &path)).await?;
        println!("trellis: rejected rows with their reasons are in {}", path.display());
    }
    let Running { total, created, updated, rejected, .. } = &ended;
    let checked = if ended.dry_run { " (checked only, nothing written)" } else { "" };
    println!("trellis: {total} rows: {created} created, {updated} updated, {rejected} rejected{checked}");
    match ended.error {
        Some(error) => anyhow::bail!("the import could not go on: {error}"),
        None if ended.rejected > 0 => Ok(ExitCode::from(SOME_REJECTED)),
        None => Ok(ExitCode::SUCCESS),
    }
}

fn job(context: &Context, options: &Import) -> anyhow::Result<ImportJob> {
    let name = options.file.display().to_string();
    let format = Format::from_file_name(&name)
        .with_context(|| format!("{name} ends in neither .csv, .jsonl nor .xlsx"))?;
    let catalog = &context.snapshot.catalog;
    let object = catalog.find_object(&options.object).or_else(|| catalog.find_plural(&options.object));
    Ok(ImportJob {
        object: object.with_context(|| format!("there is no object `{}`", options.object))?.name.clone(),
        source: Source::Path(options.file.clone()),
        format,
        file_name: options.file.file_name().map(|name| name.to_string_lossy().into_owned()),
        mapping: options.map.clone(),
        match_field: options.r#match.clone(),
        dry_run: options.dry_run,
    })
}

async fn follow(node: &Node, context: &Context, started: Running) -> anyhow::Result<Running> {
    let mut import = started;
    let on_screen = std::io::stderr().is_terminal();
    while matches!(import.status, Status::Queued | Status::Running) {
        tokio::time::sleep(LOOK).await;
        import = status(node, context, &import).await?;
        if on_screen {
            eprint!("\r{} of {} rows", import.processed, import.total);
        }
    }
    if on_screen {
        eprintln!();
    }
    Ok(import)
}

/// The metadata may change meanwhile; then the question is asked in a new context.
async fn status(node: &Node, context: &Context, import: &Running) -> anyhow::Result<Running> {
    match node.engine.import_status(context, import.id).await {
        Err(engine::Error::Outdated(_)) => {
            let context = node.engine.system_context(context.tenant(), "trellis import").await?;
            Ok(node.engine.import_status(&context, import.id).await?)
        }
        found => Ok(found?),
    }
}

fn rejects_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".rejects.csv");
    name.into()
}

async fn write_rejects(
    node: &Node,
    context: &Context,
    (import, path): (&Running, &Path),
) -> anyhow::Result<()> {
    let context = node.engine.system_context(context.tenant(), "trellis import").await?;
    let mut rejects = node.engine.import_rejects(&context, import.id).await?;
    let mut file = fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    while let Some(piece) = rejects.next().await? {
        file.write_all(&piece)?;
    }
    Ok(())
}
