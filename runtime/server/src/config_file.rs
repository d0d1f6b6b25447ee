//! An optional TOML file of defaults: a key is a flag's name. Environment and command line win.

use std::ffi::OsString;
use std::path::PathBuf;

use config::{Config, File, FileFormat};

/// The arguments with the file's values added for flags that neither they nor the environment name.
/// A file that cannot be read ends the process with the reason: guessing would be worse.
pub fn with_defaults(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let Some(path) = find(&arguments) else { return arguments };
    let file = Config::builder().add_source(File::from(path.clone()).format(FileFormat::Toml)).build();
    let values = match file.and_then(|file| file.try_deserialize::<std::collections::BTreeMap<String, String>>()) {
        Ok(values) => values,
        Err(error) => {
            eprintln!("trellis: {}: {error}", path.display());
            std::process::exit(2);
        }
    };
    for (key, value) in values {
        let flag = format!("--{}", key.replace('_', "-"));
        let variable = format!("TRELLIS_{}", key.replace('-', "_").to_uppercase());
        let named = arguments.iter().any(|a| a.to_str().is_some_and(|a| a == flag || a.starts_with(&format!("{flag}="))));
        if named || std::env::var_os(variable).is_some() {
            continue;
        }
        match value.as_str() {
            "true" => arguments.push(flag.into()),
            "false" => {}
            value => arguments.push(format!("{flag}={value}").into()),
        }
    }
    arguments
}

fn find(arguments: &[OsString]) -> Option<PathBuf> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let text = argument.to_str().unwrap_or_default();
        if text == "--config" {
            return rest.next().map(PathBuf::from);
        }
        if let Some(path) = text.strip_prefix("--config=") {
            return Some(path.into());
        }
    }
    std::env::var_os("TRELLIS_CONFIG").map(PathBuf::from)
}
