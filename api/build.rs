//! Says which folder of pages goes into the binary: the built UI, or an empty one. It never builds the UI itself,
//! so that Rust alone is enough for `cargo build`.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let built = here.join("../admin-ui/dist");
    // Cargo can only watch what exists; without this folder each build would look like the first one.
    if here.join("../admin-ui").is_dir() {
        fs::create_dir_all(&built)?;
        println!("cargo:rerun-if-changed={}", built.display());
    } else {
        println!("cargo:rerun-if-changed=build.rs");
    }
    let folder = if built.join("index.html").is_file() { built.canonicalize()? } else { empty()? };
    println!("cargo:rustc-env=TRELLIS_UI={}", folder.display());
    Ok(())
}

fn empty() -> io::Result<PathBuf> {
    let folder = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("no-ui");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
