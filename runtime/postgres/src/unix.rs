//! The three system calls that the standard library does not wrap. Nothing else in the crate is unsafe.
#![allow(
    unsafe_code,
    reason = "kill, geteuid and closing descriptors between fork and exec have no safe form in std"
)]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The signals that PostgreSQL gives a meaning to.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// Fast shutdown: ends sessions, writes a checkpoint.
    Fast,
    /// Immediate shutdown: no checkpoint, so the next start replays the log. Loses nothing.
    Immediate,
    /// The end, when nothing else helped.
    Kill,
}

/// Sends the signal; that the process is already gone is not an error.
pub fn send(pid: i32, signal: Signal) {
    let number = match signal {
        Signal::Fast => libc::SIGINT,
        Signal::Immediate => libc::SIGQUIT,
        Signal::Kill => libc::SIGKILL,
    };
    // Zero and negative numbers mean whole groups of processes, and are never a server.
    if pid > 1 {
        // SAFETY: kill takes plain numbers and touches no memory of ours.
        unsafe { libc::kill(pid, number) };
    }
}

/// The user that the kernel takes us for.
pub fn effective_uid() -> u32 {
    // SAFETY: geteuid has no arguments and cannot fail.
    unsafe { libc::geteuid() }
}

/// Lets nothing but standard input, output and error reach the program.
///
/// A server outlives a killed Trellis: a lock file or a listening socket that it had inherited would stay held.
pub fn close_inherited(command: &mut Command) {
    // SAFETY: the closure only makes calls that are allowed between fork and exec; it allocates nothing.
    unsafe { command.pre_exec(mark_close_on_exec) };
}

/// Marks instead of closing, because std itself reports a failing exec through such a descriptor.
fn mark_close_on_exec() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        const CLOSE_RANGE_CLOEXEC: libc::c_uint = 4;
        // SAFETY: close_range only changes flags of descriptors.
        let done = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, CLOSE_RANGE_CLOEXEC) };
        if done == 0 {
            return Ok(());
        }
    }
    // SAFETY: sysconf and fcntl take plain numbers; fcntl on a closed descriptor only answers EBADF.
    unsafe {
        let limit = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 65_536);
        for descriptor in 3..limit as libc::c_int {
            let flags = libc::fcntl(descriptor, libc::F_GETFD);
            if flags >= 0 {
                libc::fcntl(descriptor, libc::F_SETFD, flags | libc::FD_CLOEXEC);
            }
        }
    }
    Ok(())
}
