//! The `trellis` binary: reads its arguments, wires the rooms together, runs one subcommand.
//!
//! Reading order: [`args`] (every flag), [`config_file`] (the same from a file), [`node`] (the rooms on one
//! database), [`serve`] (the server), [`workers`] (what is done later), [`commands`] (everything else).

mod args;
mod audit_heads;
mod audit_key;
mod background;
mod commands;
mod config_file;
mod key_file;
mod master_key;
mod node;
mod packages;
mod registry;
mod serve;
mod stop;
mod uploads;
mod workers;

use std::io::IsTerminal;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use args::{Args, Command};

/// A request is made of hundreds of small pieces; the C library's allocator takes a fifth of its time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match config_file::arguments() {
        Ok(args) => start(args),
        Err(error) => failed(&error),
    }
}

/// What is logged. The text of statements tells how a tenant's data is made: not even a slow one is shown to whoever has
/// not asked for it by name.
fn filter(words: &str) -> Result<EnvFilter, tracing_subscriber::filter::ParseError> {
    EnvFilter::try_new(format!("sqlx::query=off,{words}"))
}

fn start(args: Args) -> ExitCode {
    let filter = filter(&args.common.log).or_else(|_| filter("info")).unwrap_or_default();
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(run(args)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    }
}

async fn run(Args { common, command }: Args) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve(options) => serve::run(&common, options).await,
        Command::Work(options) => commands::work::run(&common, options).await,
        Command::Migrate => commands::migrate::run(&common).await,
        Command::Tenant(command) => commands::tenant::run(&common, command).await,
        Command::Reseller(command) => commands::reseller::run(&common, command).await,
        Command::ApiKey(command) => commands::api_key::run(&common, command).await,
        Command::Metadata(command) => commands::metadata::run(command).await,
        Command::Package(command) => commands::package::run(&common, command).await,
        Command::Import(options) => commands::import::run(&common, options).await,
        Command::Doctor(options) => commands::doctor::run(&common, options).await,
        Command::Audit(command) => commands::audit::run(&common, command).await,
        Command::Jobs(command) => commands::jobs::run(&common, command).await,
        Command::Keys(command) => commands::keys::run(&common, command).await,
    }
}

/// Why nothing came of it, with all causes, for the person at the terminal.
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("trellis: {error:#}");
    ExitCode::FAILURE
}
