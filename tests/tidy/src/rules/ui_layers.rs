//! Imports in the UI flow one way: `lib, components → catalog, api, fields → features → app`, and no feature
//! imports a feature.

use crate::Finding;
use crate::sources::Source;

const TOP: &str = "admin-ui/src/";

/// The folders of `admin-ui/src` from the ground up; those on one line may import each other.
const LAYERS: &[&[&str]] = &[&["lib", "components"], &["catalog", "api", "fields"], &["features"], &["app"]];

/// Imports that point up, or from one feature to another.
pub fn upward_imports(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.is_typescript() && !source.is_test()) {
        let Some(from) = source.path.strip_prefix(TOP) else { continue };
        for (line, code) in source.code() {
            let target = imported(code).and_then(|specifier| resolved(from, specifier));
            let advice = target.and_then(|target| wrong_way(from, &target));
            findings.extend(advice.map(|advice| Finding::new(source.at(line), advice)));
        }
    }
    findings
}

fn wrong_way(from: &str, target: &str) -> Option<String> {
    let (mine, theirs) = (layer(from)?, layer(target)?);
    if theirs > mine {
        return Some(format!(
            "`{from}` imports `{target}`, which is above it: lib, components → catalog, api, fields → features → app"
        ));
    }
    let feature = |path: &str| path.split('/').nth(1).map(str::to_owned);
    let crosses =
        from.starts_with("features/") && target.starts_with("features/") && feature(from) != feature(target);
    crosses.then(|| {
        format!("`{from}` imports `{target}`: features never import each other; move it down a layer")
    })
}

fn layer(path: &str) -> Option<usize> {
    let folder = path.split_once('/')?.0;
    LAYERS.iter().position(|layer| layer.contains(&folder))
}

/// The specifier of an `import … from "x"`, `export … from "x"` or `import("x")`.
fn imported(code: &str) -> Option<&str> {
    let (_, after) = code
        .split_once("from ")
        .or_else(|| code.split_once("import("))
        .or_else(|| code.split_once("import "))?;
    let quote = after.chars().next().filter(|letter| ['"', '\''].contains(letter))?;
    after[1..].split(quote).next()
}

/// A specifier as a path below `admin-ui/src`; `None` for an npm package.
fn resolved(from: &str, specifier: &str) -> Option<String> {
    if let Some(absolute) = specifier.strip_prefix("@/").or_else(|| specifier.strip_prefix("~/")) {
        return Some(absolute.to_owned());
    }
    specifier.starts_with('.').then_some(())?;
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in specifier.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, code: &str) -> usize {
        upward_imports(&[Source::new(path, code)]).len()
    }

    #[test]
    fn an_import_upward_is_reported() {
        assert_eq!(found("admin-ui/src/lib/date.ts", "import { Page } from '../features/records/page';"), 1);
        assert_eq!(found("admin-ui/src/fields/text/cell.tsx", "const x = import(\"@/app/router\");"), 1);
    }

    #[test]
    fn a_feature_that_imports_a_feature_is_reported() {
        assert_eq!(
            found("admin-ui/src/features/setup/page.tsx", "import { x } from \"../records/page\";"),
            1
        );
        assert_eq!(found("admin-ui/src/features/setup/page.tsx", "import { x } from \"./form\";"), 0);
    }

    #[test]
    fn downward_and_npm_imports_pass() {
        assert_eq!(
            found("admin-ui/src/app/main.tsx", "import { Page } from \"../features/records/page\";"),
            0
        );
        assert_eq!(found("admin-ui/src/lib/date.ts", "import React from \"react\";"), 0);
    }
}
