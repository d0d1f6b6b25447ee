//! Plans and revisions for people: a line a component, a line a property, the steps with their locks.

use serde_json::Value as Json;

/// What would happen, or did.
pub(in crate::commands) fn plan(answer: &Json) {
    lines(answer).iter().for_each(|line| println!("{line}"));
}

/// One revision of the history.
pub(super) fn revision(one: &Json) {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let count = one["changes"].as_array().map_or(0, Vec::len);
    println!(
        "{}\t{}\t{}\t{count} changes\t{}",
        one["revision"],
        text(&one["at"]),
        text(&one["actor"]["name"]),
        text(&one["message"])
    );
}

fn lines(answer: &Json) -> Vec<String> {
    let list = |key: &str| answer[key].as_array().cloned().unwrap_or_default();
    let text = |json: &Json, key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let mut lines = Vec::new();
    for change in list("changes") {
        let sign = match change["action"].as_str() {
            Some("create") => '+',
            Some("delete") => '-',
            _ => '~',
        };
        lines.push(format!("{sign} {}/{}", text(&change, "kind"), text(&change, "name")));
        for property in change["properties"].as_array().into_iter().flatten() {
            let value = |key: &str| property.get(key).map_or("-".to_owned(), Json::to_string);
            lines.push(format!("    {}: {} → {}", text(property, "path"), value("before"), value("after")));
        }
    }
    for merged in list("merges") {
        lines.push(format!("! {}: {}", text(&merged, "path"), text(&merged, "outcome")));
    }
    for step in list("steps").iter().filter(|step| step["lock"] != "none") {
        let parts = [text(step, "lock"), text(step, "risk"), text(step, "description")];
        lines.push(format!("  step: {}", parts.join(", ")));
    }
    for name in list("data_loss") {
        lines.push(format!("! data of {} is hidden", name.as_str().unwrap_or_default()));
    }
    if lines.is_empty() {
        lines.push("nothing changes".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plan_reads_like_a_difference() {
        let answer = json!({
            "changes": [
                { "action": "create", "kind": "fields", "name": "deal.zeal" },
                { "action": "change", "kind": "objects", "name": "deal",
                  "properties": [{ "path": "label", "before": "Deal", "after": "Case" }] },
                { "action": "delete", "kind": "roles", "name": "odd" }],
            "steps": [{ "lock": "access_exclusive", "risk": "safe", "description": "Add `deal.zeal`" }],
            "data_loss": ["deal.old"] });
        assert_eq!(
            lines(&answer),
            [
                "+ fields/deal.zeal",
                "~ objects/deal",
                "    label: \"Deal\" → \"Case\"",
                "- roles/odd",
                "  step: access_exclusive, safe, Add `deal.zeal`",
                "! data of deal.old is hidden",
            ]
        );
        assert_eq!(lines(&json!({})), ["nothing changes"]);
    }
}
