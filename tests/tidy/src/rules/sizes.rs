//! No file grows past what one reads in one go.

use crate::Finding;
use crate::sources::Source;

/// Lines of the longest file. Good files have about a hundred.
const LONGEST: usize = 600;

/// Hand-written files with more than 600 lines.
pub fn oversized_files(sources: &[Source]) -> Vec<Finding> {
    let written = sources.iter().filter(|source| is_written(source));
    written
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(source, lines)| {
            let advice =
                format!("{lines} lines, at most {LONGEST}: it is two things; give each its file and name");
            Finding::new(&source.path, advice)
        })
        .collect()
}

fn is_written(source: &Source) -> bool {
    let scripts = [".css", ".mjs", ".js", ".sh"];
    source.is_rust() || source.is_typescript() || scripts.iter().any(|ending| source.path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_too_many_is_reported() {
        let long = "x\n".repeat(LONGEST + 1);
        assert_eq!(oversized_files(&[Source::new("a.rs", &long), Source::new("b.tsx", &long)]).len(), 2);
        assert_eq!(oversized_files(&[Source::new("a.rs", "x\n".repeat(LONGEST))]), []);
        assert_eq!(oversized_files(&[Source::new("data.json", &long)]), []);
    }
}
