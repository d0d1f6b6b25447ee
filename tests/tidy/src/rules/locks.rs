//! Lock files say which versions, not which server: they work with every registry that holds them.

use crate::Finding;
use crate::sources::Source;

/// npm lock files and settings that name an address. Cargo's own index is Cargo's business.
pub fn addresses_in_locks(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let sign = match source.name() {
            "package-lock.json" => "\"resolved\": \"http",
            ".npmrc" => "registry=",
            _ => continue,
        };
        let hit = source.text.lines().enumerate().find(|(_, line)| line.trim_start().starts_with(sign));
        findings.extend(hit.map(|(at, _)| {
            let advice = "names a registry: put `omit-lockfile-registry-resolved=true` in .npmrc, lock again";
            Finding::new(source.at(at + 1), advice)
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_reported() {
        let lock =
            Source::new("admin-ui/package-lock.json", "{\n  \"resolved\": \"https://registry/x.tgz\"\n}");
        let rc = Source::new("admin-ui/.npmrc", "registry=https://mirror\n");
        assert_eq!(addresses_in_locks(&[lock, rc]).len(), 2);
    }

    #[test]
    fn a_lock_without_addresses_passes() {
        let lock = Source::new("admin-ui/package-lock.json", "{\n  \"integrity\": \"sha512-x\"\n}");
        let rc = Source::new("admin-ui/.npmrc", "omit-lockfile-registry-resolved=true\n");
        assert_eq!(addresses_in_locks(&[lock, rc]), []);
    }
}
