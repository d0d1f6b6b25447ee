//! The `trellis` binary: configuration, wiring, subcommands. What the product does is in the rooms.

use std::process::ExitCode;

use clap::Parser;

mod cli;
mod config_file;
mod doctor;
mod house;
mod listen;
mod packages;
mod serve;
mod tenants;

fn main() -> ExitCode {
    let arguments = config_file::with_defaults(std::env::args_os().collect());
    let cli = cli::Cli::parse_from(arguments);
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("TRELLIS_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,postgres=info")),
        )
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("trellis: {error:#}");
    ExitCode::FAILURE
}

async fn run(cli: cli::Cli) -> anyhow::Result<ExitCode> {
    use cli::Command;
    match cli.command {
        Command::Serve(options) => serve::run(&cli.place, &options).await?,
        Command::Migrate => house::House::open(&cli.place).await?.close().await?,
        Command::Tenant(command) => tenants::run(&cli.place, command).await?,
        Command::ApiKey(command) => tenants::run_key(&cli.place, command).await?,
        Command::Package(command) => packages::run(&cli.place, command).await?,
        Command::Doctor { tenant } => return doctor::run(&cli.place, tenant.as_deref()).await,
    }
    Ok(ExitCode::SUCCESS)
}
