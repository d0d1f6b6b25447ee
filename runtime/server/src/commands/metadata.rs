//! `trellis metadata`: a running server's metadata as files of a folder, which may live in Git. The server compares
//! and applies; here files are read, written and told about.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::{Value as Json, json};

use crate::args::{Change, Metadata, Remote};

mod remote;
pub(super) mod told;

/// Content by path below the folder.
type Files = BTreeMap<String, Json>;

/// What `plan` answers when something would change: neither success nor failure.
const CHANGES: u8 = 2;

/// Runs one of them.
pub async fn run(command: Metadata) -> anyhow::Result<ExitCode> {
    match command {
        Metadata::Pull { dir, remote } => pull(&dir, &remote).await,
        Metadata::Plan { dir, remote, change } => plan(&dir, &remote, change).await,
        Metadata::Apply { dir, remote, change, message } => apply(&dir, &remote, (change, message)).await,
        Metadata::History { limit, remote } => history(limit, &remote).await,
        Metadata::Rollback { revision, dry_run, remote, change } => {
            rollback(revision, &remote, (dry_run, change)).await
        }
    }
}

async fn pull(dir: &Path, remote: &Remote) -> anyhow::Result<ExitCode> {
    let answer = remote::ask(remote, "GET", ("/metadata/v1/files", None)).await?;
    let files: Files =
        serde_json::from_value(answer["files"].clone()).context("the server's answer has no files")?;
    let known = read(dir).unwrap_or_default();
    let (mut written, mut removed) = (0, 0);
    for (path, json) in &files {
        if known.get(path) != Some(json) {
            write(dir, path, json)?;
            written += 1;
        }
    }
    for path in known.keys().filter(|path| !files.contains_key(*path)) {
        fs::remove_file(dir.join(path)).with_context(|| format!("cannot remove {path}"))?;
        removed += 1;
    }
    println!(
        "trellis: revision {}: {} files, {written} written, {removed} removed",
        answer["revision"],
        files.len()
    );
    Ok(ExitCode::SUCCESS)
}

async fn plan(dir: &Path, remote: &Remote, change: Change) -> anyhow::Result<ExitCode> {
    let answer = send(dir, remote, (change, None, true)).await?;
    told::plan(&answer);
    let idle = answer["changes"].as_array().is_none_or(Vec::is_empty);
    Ok(if idle { ExitCode::SUCCESS } else { ExitCode::from(CHANGES) })
}

async fn apply(
    dir: &Path,
    remote: &Remote,
    (change, message): (Change, Option<String>),
) -> anyhow::Result<ExitCode> {
    let answer = send(dir, remote, (change, message, false)).await?;
    told::plan(&answer);
    println!("trellis: applied, revision {}", answer["revision"]);
    Ok(ExitCode::SUCCESS)
}

async fn send(
    dir: &Path,
    remote: &Remote,
    (change, message, dry_run): (Change, Option<String>, bool),
) -> anyhow::Result<Json> {
    let files = read(dir)?;
    if files.is_empty() {
        bail!("{} holds no metadata; `trellis metadata pull` writes it", dir.display());
    }
    let body = json!({
        "files": files,
        "dry_run": dry_run,
        "message": message,
        "expected_revision": change.expected_revision,
        "allow_data_loss": change.allow_data_loss,
    });
    remote::ask(remote, "POST", ("/metadata/v1/files", Some(body))).await
}

async fn history(limit: u32, remote: &Remote) -> anyhow::Result<ExitCode> {
    let answer = remote::ask(remote, "GET", (&format!("/metadata/v1/revisions?limit={limit}"), None)).await?;
    answer.as_array().into_iter().flatten().for_each(told::revision);
    Ok(ExitCode::SUCCESS)
}

async fn rollback(
    revision: i64,
    remote: &Remote,
    (dry_run, change): (bool, Change),
) -> anyhow::Result<ExitCode> {
    if change.expected_revision.is_some() {
        bail!("a rollback names its revision; `--expected-revision` is for `plan` and `apply`");
    }
    let body = json!({ "dry_run": dry_run, "allow_data_loss": change.allow_data_loss });
    let path = format!("/metadata/v1/revisions/{revision}/rollback");
    let answer = remote::ask(remote, "POST", (&path, Some(body))).await?;
    told::plan(&answer);
    if !dry_run {
        println!("trellis: back to revision {revision}, as revision {}", answer["revision"]);
    }
    Ok(ExitCode::SUCCESS)
}

/// The files below a folder, all faulty ones told at once. What stands beside the folders of metadata is not ours.
fn read(dir: &Path) -> anyhow::Result<Files> {
    let mut paths = Vec::new();
    for folder in folders() {
        let inside = dir.join(folder);
        if inside.is_dir() {
            collect(&inside, &mut paths).with_context(|| format!("cannot read {}", inside.display()))?;
        }
    }
    let (mut files, mut faults) = (Files::new(), Vec::new());
    for path in paths {
        let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {name}"))?;
        if !name.ends_with(".json") {
            files.insert(name, Json::String(text));
            continue;
        }
        match serde_json::from_str(&text) {
            Ok(json) => drop(files.insert(name, json)),
            Err(error) => faults.push(format!("  {name}: {error}")),
        }
    }
    if faults.is_empty() { Ok(files) } else { bail!("these files are not JSON:\n{}", faults.join("\n")) }
}

fn folders() -> BTreeSet<&'static str> {
    metadata::Kind::ALL.map(metadata::Kind::word).into_iter().chain(["packages"]).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        match path.is_dir() {
            _ if hidden => {}
            true => collect(&path, paths)?,
            false => paths.push(path),
        }
    }
    Ok(())
}

/// One file, its keys as the server ordered them, with a line's end at its end. Paths come from a server that may not
/// be ours: they stay below the folder.
fn write(dir: &Path, path: &str, json: &Json) -> anyhow::Result<()> {
    let plain = |word: &str| !word.is_empty() && word != "." && word != ".." && !word.contains(['\\', ':']);
    let folder = path.split('/').next().is_some_and(|word| folders().contains(word));
    if !folder || !path.split('/').all(plain) {
        bail!("the server named a file that does not belong here: {path}");
    }
    let place = dir.join(path);
    let text = match json {
        Json::String(text) => text.clone(),
        json => format!("{}\n", serde_json::to_string_pretty(json)?),
    };
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(&place, text).with_context(|| format!("cannot write {}", place.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_back_as_they_were_written() {
        let dir = tempfile::tempdir().unwrap();
        let deal = json!({ "label": "Deal", "name": "deal" });
        write(dir.path(), "objects/deal.json", &deal).unwrap();
        write(dir.path(), "packages/fleet/README.md", &json!("# Fleet\n")).unwrap();
        fs::write(dir.path().join("README.md"), "mine").unwrap();
        let files = read(dir.path()).unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["objects/deal.json", "packages/fleet/README.md"]);
        assert_eq!(files["objects/deal.json"], deal);
        fs::write(dir.path().join("objects/deal.json"), "{").unwrap();
        assert!(read(dir.path()).unwrap_err().to_string().contains("objects/deal.json: EOF"));
    }

    #[test]
    fn nothing_is_written_outside_of_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        for path in
            ["../x.json", "objects/../../x.json", "/etc/x.json", "objects//x.json", "odd/x.json", "x.json"]
        {
            assert!(write(dir.path(), path, &json!({})).is_err(), "{path}");
        }
    }
}
