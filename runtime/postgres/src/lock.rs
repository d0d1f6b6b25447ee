//! One Trellis per data directory. The kernel frees the lock when the process ends, however it ends, so there are no
//! stale locks; the process id in the file is only for the message.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::Error;

/// Held as long as the value lives.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Closing the file alone would leave the lock with a program that is just being started: between its fork and its
    /// exec it has a copy of each open file.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Lock {
    /// Takes the lock `name` in `directory`, or says who has it. `data_dir` is what the message calls it.
    pub fn take(directory: &Path, name: &str, data_dir: &Path) -> Result<Lock, Error> {
        let path = directory.join(name);
        let mut options = OpenOptions::new();
        // Root may come to another user's directory and must not be led to another file by a link.
        options.read(true).write(true).create(true).truncate(false).custom_flags(libc::O_NOFOLLOW);
        let mut file = options.open(&path).map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse { data_dir: data_dir.to_owned(), pid: read_pid(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", path)(source)),
        }
        write_pid(&mut file).map_err(Error::io("write", &path))?;
        Ok(Lock { file })
    }
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_free_when_dropped_though_another_program_has_its_file() {
        let directory = std::env::temp_dir();
        let name = format!("trellis-lock-{}", std::process::id());
        let lock = Lock::take(&directory, &name, &directory).expect("free");
        assert!(matches!(Lock::take(&directory, &name, &directory), Err(Error::InUse { .. })));
        let inherited = lock.file.try_clone().expect("a copy");
        drop(lock);
        Lock::take(&directory, &name, &directory).expect("free again");
        drop(inherited);
        std::fs::remove_file(directory.join(name)).expect("removed");
    }
}
