//! A body that is a file: written to disk as it comes, never held in memory.

use std::fs;
use std::path::{Path, PathBuf};

use axum::body::Body;
use futures_util::StreamExt;
use tokio::fs::OpenOptions;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::{cut_off, too_large};
use crate::problem::{Code, Problem};

/// A file of ours that is removed unless somebody takes it over.
pub(crate) struct Upload {
    path: PathBuf,
    taken: bool,
}

impl Upload {
    /// Writes a body into a new private file in `folder`, which is made if missing.
    pub async fn write(body: Body, folder: &Path, limit: u64) -> Result<Self, Problem> {
        tokio::fs::create_dir_all(folder).await.map_err(|error| unwritable(&error))?;
        let upload = Self { path: folder.join(format!("{}.upload", Uuid::now_v7())), taken: false };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options.open(&upload.path).await.map_err(|error| unwritable(&error))?;
        let (mut stream, mut size) = (body.into_data_stream(), 0);
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(cut_off)?;
            size += chunk.len() as u64;
            if size > limit {
                return Err(too_large(limit));
            }
            file.write_all(&chunk).await.map_err(|error| unwritable(&error))?;
        }
        file.flush().await.map_err(|error| unwritable(&error))?;
        Ok(upload)
    }

    /// Hands the file over to somebody who removes it.
    pub fn take(mut self) -> PathBuf {
        self.taken = true;
        self.path.clone()
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.taken {
            // Not made yet, or gone: nothing to remove.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn unwritable(error: &std::io::Error) -> Problem {
    tracing::error!(%error, "an upload cannot be written");
    Problem::new(Code::Unavailable, "the file cannot be stored right now")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn uploads_are_kept_only_when_taken() {
        let folder = std::env::temp_dir().join(format!("trellis-upload-{}", Uuid::now_v7()));
        let path = Upload::write(Body::from("a,b\n1,2\n"), &folder, 100).await.unwrap().take();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\n1,2\n");
        fs::remove_file(path).unwrap();
        drop(Upload::write(Body::from("a"), &folder, 100).await.unwrap());
        assert_eq!(
            Upload::write(Body::from("too long"), &folder, 3).await.err().map(|problem| problem.code),
            Some(Code::TooLarge)
        );
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fs::remove_dir(folder).unwrap();
    }
}
