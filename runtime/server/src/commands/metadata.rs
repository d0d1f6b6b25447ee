//! `trellis metadata`: a running server's metadata as files of a folder, which may live in Git. The server compares
//! and applies; here files are read, written and told about.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::{Value as Json, json};

use crate::args::{Change, Metadata, Remote};

mod remote;
pub(super) mod told;

/// Content by path below the folder.
type Files = BTreeMap<String, Json>;

/// Which files the last `pull` wrote: no other file is ever removed.
const PULLED: &str = ".trellis-files.json";

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
    let (written, removed) = keep(dir, &files)?;
    println!(
        "trellis: revision {}: {} files, {written} written, {removed} removed",
        answer["revision"],
        files.len()
    );
    Ok(ExitCode::SUCCESS)
}

/// Makes the folder hold these files; how many were written, and how many of those pulled before removed.
fn keep(dir: &Path, files: &Files) -> anyhow::Result<(usize, usize)> {
    let before = pulled(dir)?;
    let mut written = 0;
    for (path, json) in files {
        written += usize::from(write(dir, path, json)?);
    }
    let gone: Vec<&String> = before.iter().filter(|path| !files.contains_key(*path)).collect();
    for path in &gone {
        remove(dir, path)?;
    }
    let list = serde_json::to_string_pretty(&files.keys().collect::<Vec<_>>())?;
    fs::write(dir.join(PULLED), format!("{list}\n")).with_context(|| format!("cannot write {PULLED}"))?;
    for path in paths(dir)?.iter().filter(|path| !files.contains_key(*path)) {
        println!("  left alone, for it was not pulled: {path} (`apply` would send it)");
    }
    Ok((written, gone.len()))
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

/// The paths that the last pull into this folder wrote.
fn pulled(dir: &Path) -> anyhow::Result<Vec<String>> {
    match fs::read(dir.join(PULLED)) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).with_context(|| format!("{PULLED} is not a list of paths"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {PULLED}")),
    }
}

/// The files below a folder, all faulty ones told at once. What stands beside the folders of metadata is not ours.
fn read(dir: &Path) -> anyhow::Result<Files> {
    let (mut files, mut faults) = (Files::new(), Vec::new());
    for name in paths(dir)? {
        let text = fs::read_to_string(dir.join(&name)).with_context(|| format!("cannot read {name}"))?;
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

/// What stands in the folders of metadata, as the server names it.
fn paths(dir: &Path) -> anyhow::Result<Vec<String>> {
    let mut paths = Vec::new();
    for folder in folders() {
        let inside = dir.join(folder);
        if inside.is_dir() {
            collect(&inside, &mut paths).with_context(|| format!("cannot read {}", inside.display()))?;
        }
    }
    let name = |path: &PathBuf| path.strip_prefix(dir).unwrap_or(path).to_string_lossy().replace('\\', "/");
    Ok(paths.iter().map(name).collect())
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

/// One file, its keys as the server ordered them, with a line's end at its end; whether it was another before.
fn write(dir: &Path, path: &str, json: &Json) -> anyhow::Result<bool> {
    let place = place(dir, path)?;
    let text = match json {
        Json::String(text) => text.clone(),
        json => format!("{}\n", serde_json::to_string_pretty(json)?),
    };
    if fs::read(&place).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(false);
    }
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    fs::write(&place, text).with_context(|| format!("cannot write {}", place.display()))?;
    Ok(true)
}

fn remove(dir: &Path, path: &str) -> anyhow::Result<()> {
    match fs::remove_file(place(dir, path)?) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {path}"))
        }
        _ => Ok(()),
    }
}

/// Where a file stands. Paths come from a server that may not be ours: they stay below the folder.
fn place(dir: &Path, path: &str) -> anyhow::Result<PathBuf> {
    let plain = |word: &str| !word.is_empty() && word != "." && word != ".." && !word.contains(['\\', ':']);
    let folder = path.split('/').next().is_some_and(|word| folders().contains(word));
    if !folder || !path.split('/').all(plain) {
        bail!("the server named a file that does not belong here: {path}");
    }
    Ok(dir.join(path))
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
    fn only_what_was_pulled_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("roles/web")).unwrap();
        fs::write(dir.path().join("roles/web/tasks.yml"), "- mine").unwrap();
        let files = |names: &[&str]| -> Files {
            names.iter().map(|name| ((*name).to_owned(), json!({ "name": name }))).collect()
        };
        assert_eq!(keep(dir.path(), &files(&["objects/deal.json", "objects/lead.json"])).unwrap(), (2, 0));
        assert_eq!(keep(dir.path(), &files(&["objects/deal.json"])).unwrap(), (0, 1));
        assert_eq!(paths(dir.path()).unwrap(), ["objects/deal.json", "roles/web/tasks.yml"]);
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
