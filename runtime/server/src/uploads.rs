//! Where files wait for their import: a folder of this process within the data directory, which nodes may share. What
//! a process left there that died is removed by the next one.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::Context;

/// A folder that is locked as long as the value, or the process, lives.
pub struct Uploads {
    pub place: PathBuf,
    _lock: File,
}

impl Drop for Uploads {
    fn drop(&mut self) {
        // What is left is found by the next process.
        let _ = std::fs::remove_dir_all(&self.place);
    }
}

impl Uploads {
    /// A new folder; those of processes that ended go.
    pub fn open(data_dir: &Path) -> anyhow::Result<Self> {
        let all = data_dir.join("uploads");
        std::fs::create_dir_all(&all).with_context(|| format!("cannot make {}", all.display()))?;
        sweep(&all);
        // Another process may sweep a folder between its making and its lock.
        let made = (0..3).find_map(|_| Self::make(&all).ok());
        made.with_context(|| format!("cannot make a folder in {}", all.display()))
    }

    fn make(all: &Path) -> std::io::Result<Self> {
        let place = all.join(format!("{:08x}", rand::random::<u32>()));
        std::fs::create_dir(&place)?;
        let made = Self { _lock: locked(&place)?, place };
        std::fs::metadata(made.place.join("lock")).map(|_| made)
    }
}

/// The kernel frees the lock when the process ends, however it ends.
fn locked(place: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(place.join("lock"))?;
    file.try_lock()?;
    Ok(file)
}

/// Removes what nobody holds; what cannot be looked at stays.
fn sweep(all: &Path) {
    for entry in std::fs::read_dir(all).into_iter().flatten().flatten() {
        let place = entry.path();
        if !place.is_dir() {
            // Of a version that kept the files of all processes in one folder.
            let _ = std::fs::remove_file(&place);
        } else if let Ok(_lock) = locked(&place) {
            let _ = std::fs::remove_dir_all(&place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_leaves_the_first_ones_files_alone_and_a_third_removes_what_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let first = Uploads::open(folder.path()).unwrap();
        let file = first.place.join("waiting.csv");
        std::fs::write(&file, "name").unwrap();
        let second = Uploads::open(folder.path()).unwrap();
        assert!(file.exists() && second.place != first.place);
        // A process that died: the lock is gone, the file is not.
        let left = folder.path().join("uploads/dead");
        std::fs::create_dir(&left).unwrap();
        std::fs::write(left.join("waiting.csv"), "name").unwrap();
        let _third = Uploads::open(folder.path()).unwrap();
        assert!(!left.exists() && file.exists());
        drop(first);
        assert!(!file.exists());
    }
}
