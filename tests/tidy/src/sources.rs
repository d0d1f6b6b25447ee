//! The text files of the repository, read once, and the few ways of looking at them that rules share.
//! It knows no rule.

use std::fs;
use std::path::Path;

/// Folders that are made by tools or by running the product, wherever they are.
const MADE: &[&str] = &["target", "node_modules", "dist", ".git", ".trellis", "results", "made"];

/// A file of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// From the top of the repository, with `/`.
    pub path: String,
    /// Empty when the file is not text.
    pub text: String,
}

impl Source {
    /// A file made up, for tests of rules.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The name up to its first dot.
    pub fn stem(&self) -> &str {
        self.name().split('.').next().unwrap_or_default()
    }

    /// The folders on the way to the file.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let end = self.path.rfind('/').unwrap_or(0);
        self.path[..end].split('/').filter(|part| !part.is_empty())
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    pub fn is_typescript(&self) -> bool {
        self.path.ends_with(".ts") || self.path.ends_with(".tsx")
    }

    /// Whether the whole file is a test or serves one.
    pub fn is_test(&self) -> bool {
        let named = ["tests", "test", "cases", "fixtures", "__tests__"];
        self.folders().any(|folder| named.contains(&folder))
            || ["tests", "test"].contains(&self.stem())
            || self.name().contains(".test.")
    }

    /// The lines of code with their numbers from 1: line comments cut off, and no Rust `#[cfg(test)]` module, which
    /// by custom ends its file.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let product = match self.text.find("#[cfg(test)]\nmod ") {
            Some(end) if self.is_rust() => &self.text[..end],
            _ => &self.text,
        };
        product.lines().enumerate().map(|(at, line)| (at + 1, without_comment(line)))
    }

    /// `path:line`, for findings.
    pub fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}

/// Cuts off a line comment. `://` is an address and not one.
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices("//").find(|(at, _)| !line[..*at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
}

/// Reads every file below `root` but what tools made.
///
/// # Panics
/// When a folder cannot be read: a rule must not pass because nothing was looked at.
pub fn load_sources(root: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    walk(root, "", &mut sources);
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn walk(folder: &Path, prefix: &str, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !MADE.contains(&name.as_str()) => {
                walk(&entry.path(), &path, sources)
            }
            Ok(kind) if kind.is_file() => {
                let text = fs::read(entry.path()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                sources.push(Source { path, text: text.unwrap_or_default() });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_has_no_comments_and_no_test_module() {
        let source =
            Source::new("a/src/b.rs", "let x = 1; // why\n\"http://x\"\n#[cfg(test)]\nmod tests {}\n");
        assert_eq!(source.code().collect::<Vec<_>>(), [(1, "let x = 1; "), (2, "\"http://x\"")]);
    }

    #[test]
    fn parts_of_a_path() {
        let source = Source::new("admin-ui/src/fields/text/cell.test.tsx", "");
        assert_eq!((source.name(), source.stem()), ("cell.test.tsx", "cell"));
        assert_eq!(source.folders().collect::<Vec<_>>(), ["admin-ui", "src", "fields", "text"]);
        assert!(source.is_test() && source.is_typescript() && !source.is_rust());
    }
}
