//! Sharing and restriction rules as the catalog's definitions mean them: conditions by stable ids, roles with those
//! that inherit them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use metadata::catalog::{Catalog, Object};
use metadata::definitions::sharing_rule::{Access, People, condition_options};

use crate::reach::{Level, Party, Rule, Test};

/// Rules by object, each with whom it is for.
pub(crate) type Rules = HashMap<String, Vec<(Party, Arc<Rule>)>>;

/// The active sharing rules.
pub(crate) fn sharing(catalog: &Catalog, lineage: &BTreeMap<String, BTreeSet<String>>) -> Rules {
    let mut rules = Rules::new();
    for (name, rule) in catalog.parts.sharing_rules.iter().filter(|(_, rule)| rule.active) {
        let Some(object) = catalog.find_object(&rule.object) else { continue };
        let test = match (&rule.when, &rule.owned_by) {
            (Some(when), _) => condition(catalog, object, when),
            (None, Some(people)) => party(people).map(|party| owned_by(party, lineage)),
            (None, None) => None,
        };
        let level = if rule.access == Access::Edit { Level::Edit } else { Level::Read };
        if let (Some(test), Some(party)) = (test, party(&rule.share_with)) {
            let rule = Rule { name: name.clone(), level, test };
            rules.entry(object.name.clone()).or_default().push((party, Arc::new(rule)));
        }
    }
    rules
}

/// The active restriction rules.
pub(crate) fn restrictions(catalog: &Catalog) -> Rules {
    let mut rules = Rules::new();
    for (name, rule) in catalog.parts.restriction_rules.iter().filter(|(_, rule)| rule.active) {
        let Some(object) = catalog.find_object(&rule.object) else { continue };
        // A rule that cannot be read keeps everything: the catalog lets none through.
        let never = || Test::When(formulas::Expression::never());
        let test = condition(catalog, object, &rule.when).unwrap_or_else(never);
        let party = party(&rule.applies_to).unwrap_or(Party::Everyone);
        let rule = Rule { name: name.clone(), level: Level::Full, test };
        rules.entry(object.name.clone()).or_default().push((party, Arc::new(rule)));
    }
    rules
}

fn condition(catalog: &Catalog, object: &Object, text: &str) -> Option<Test> {
    let checked = catalog.check_expression(object, text, &condition_options()).ok()?;
    Some(Test::When(checked.expression))
}

fn party(people: &People) -> Option<Party> {
    match people {
        People { everyone: true, .. } => Some(Party::Everyone),
        People { user: Some(id), .. } => Some(Party::User(*id)),
        People { team: Some(name), .. } => Some(Party::Team(name.clone())),
        People { role: Some(name), .. } => Some(Party::Role(name.clone())),
        _ => None,
    }
}

fn owned_by(party: Party, lineage: &BTreeMap<String, BTreeSet<String>>) -> Test {
    let Party::Role(name) = &party else { return Test::OwnedBy(party) };
    let heirs = lineage.iter().filter(|(_, roles)| roles.contains(name)).map(|(heir, _)| heir.clone());
    Test::OwnedByRoles(heirs.collect())
}
