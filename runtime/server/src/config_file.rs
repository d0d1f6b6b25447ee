//! An optional file of flags. What it says takes the place of a flag's default, so the environment and the
//! command line go before it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Command, CommandFactory, FromArgMatches};
use config::{Config, File, FileFormat};

use crate::args::Args;

/// Read when no other file is named.
const DEFAULT_FILE: &str = "trellis.toml";

/// The arguments of this process: command line, else environment, else file, else default.
pub fn arguments() -> anyhow::Result<Args> {
    let words: Vec<String> = std::env::args().collect();
    let settings = match named(&words) {
        Some(path) => read(&path)?,
        None if Path::new(DEFAULT_FILE).is_file() => read(Path::new(DEFAULT_FILE))?,
        None => HashMap::new(),
    };
    let command = with_defaults(Args::command(), &settings)?;
    let matches = command.get_matches_from(words);
    Args::from_arg_matches(&matches).map_err(|error| error.exit())
}

/// The file is needed before clap can run, since it changes what clap knows.
fn named(words: &[String]) -> Option<PathBuf> {
    let after = words.iter().position(|word| word == "--config").and_then(|place| words.get(place + 1));
    let joined = || words.iter().find_map(|word| word.strip_prefix("--config="));
    let given = after.map(String::as_str).or_else(joined).map(PathBuf::from);
    given.or_else(|| std::env::var_os("TRELLIS_CONFIG").map(PathBuf::from))
}

fn read(path: &Path) -> anyhow::Result<HashMap<String, String>> {
    let file = File::from(path).format(FileFormat::Toml);
    let config = Config::builder().add_source(file).build();
    let settings = config.and_then(Config::try_deserialize::<HashMap<String, String>>);
    settings.with_context(|| format!("cannot read the settings in {}", path.display()))
}

/// Sets defaults in every subcommand that has the flag. A setting that is no flag is a mistake.
fn with_defaults(mut command: Command, settings: &HashMap<String, String>) -> anyhow::Result<Command> {
    let mut unknown = Vec::new();
    for (name, value) in settings {
        let long = name.replace('_', "-");
        let (changed, found) = with_default(command, &long, value);
        command = changed;
        if !found || long == "config" {
            unknown.push(name.as_str());
        }
    }
    unknown.sort_unstable();
    match unknown.as_slice() {
        [] => Ok(command),
        names => bail!("no flag is called {} (settings file)", names.join(", ")),
    }
}

fn with_default(mut command: Command, long: &str, value: &str) -> (Command, bool) {
    let ids: Vec<clap::Id> = command
        .get_arguments()
        .filter(|arg| arg.get_long() == Some(long))
        .map(|arg| arg.get_id().clone())
        .collect();
    let mut found = !ids.is_empty();
    for id in ids {
        command = command.mut_arg(id, |arg| arg.default_value(value.to_owned()));
    }
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| {
            let (sub, below) = with_default(sub, long, value);
            found |= below;
            sub
        });
    }
    (command, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(settings: &[(&str, &str)], words: &[&str]) -> anyhow::Result<Args> {
        let settings =
            settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let matches = with_defaults(Args::command(), &settings)?.try_get_matches_from(words)?;
        Ok(Args::from_arg_matches(&matches)?)
    }

    #[test]
    fn the_file_goes_before_the_default_and_after_the_command_line() {
        let settings = [("listen", "1.1.1.1:1"), ("data_dir", "/data"), ("demo", "true")];
        let args = parse(&settings, &["trellis", "serve"]).unwrap();
        let crate::args::Command::Serve(serve) = args.command else { panic!("serve") };
        assert_eq!(
            (serve.listen.as_str(), args.common.data_dir.to_str(), serve.demo),
            ("1.1.1.1:1", Some("/data"), true)
        );
        let args = parse(&settings, &["trellis", "serve", "--listen", "2.2.2.2:2"]).unwrap();
        let crate::args::Command::Serve(serve) = args.command else { panic!("serve") };
        assert_eq!(serve.listen, "2.2.2.2:2");
    }

    #[test]
    fn a_misspelt_setting_is_a_mistake() {
        let error = parse(&[("lisen", "x"), ("config", "y")], &["trellis", "serve"]).unwrap_err();
        assert!(error.to_string().contains("config, lisen"), "{error}");
    }
}
