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
        let takes = step["estimate"]["takes"].as_str().filter(|takes| *takes != "moment");
        let takes = takes.map(|takes| format!(" ({takes}, {} rows)", step["estimate"]["rows"]));
        lines.push(format!("  step: {}{}", parts.join(", "), takes.unwrap_or_default()));
    }
    for hint in list("hints") {
        lines.push(format!("? {}: {}", text(&hint, "path"), text(&hint, "message")));
        lines.extend(hint["hint"].as_str().map(|way| format!("    {way}")));
    }
    lines.extend(foreseen(answer));
    for name in list("data_loss") {
        lines.push(format!("! data of {} is hidden", name.as_str().unwrap_or_default()));
    }
    for name in list("comes_back_empty") {
        let name = name.as_str().unwrap_or_default();
        lines.push(format!("! {name} comes back empty: what it held is purged"));
    }
    if lines.is_empty() {
        lines.push("nothing changes".to_owned());
    }
    lines
}

/// What others notice of a change that is only looked at: programs, people by their roles, and records.
pub(in crate::commands) fn foreseen(answer: &Json) -> Vec<String> {
    let list = |key: &str| answer[key].as_array().cloned().unwrap_or_default();
    let word = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let mut lines = Vec::new();
    for one in list("api") {
        let sign = if one["breaking"] == true { "! breaks programs:" } else { "  programs notice:" };
        lines.push(format!("{sign} {} {}: {}", word(&one["what"]), word(&one["name"]), word(&one["text"])));
    }
    for one in list("permissions") {
        let parts =
            ["holder", "action", "object", "field", "permission", "rule", "sharing"].map(|key| one.get(key));
        let parts: Vec<String> = parts.into_iter().flatten().map(word).collect();
        lines.push(format!(
            "  permission: {}: {} → {}",
            parts.join(" "),
            word(&one["before"]),
            word(&one["after"])
        ));
    }
    for one in list("dependants") {
        let users = one["used_by"].as_array().into_iter().flatten();
        let users: Vec<String> =
            users.map(|user| format!("{}/{}", word(&user["kind"]), word(&user["name"]))).collect();
        lines.push(format!(
            "  {}/{} is used by {}",
            word(&one["kind"]),
            word(&one["name"]),
            users.join(", ")
        ));
    }
    for one in list("offending") {
        let records: Vec<String> = one["records"].as_array().into_iter().flatten().map(word).collect();
        let count =
            one["count"].as_u64().map_or("not counted".to_owned(), |count| format!("{count} records"));
        let line =
            format!("! {}: {}: {count} {}", word(&one["path"]), word(&one["code"]), records.join(", "));
        lines.push(line.trim_end().to_owned());
    }
    lines.extend(tried(&answer["tried"]));
    lines
}

/// What came of trying the steps; that all went well goes without saying.
fn tried(tried: &Json) -> Vec<String> {
    let list = |key: &str| tried[key].as_array().cloned().unwrap_or_default();
    let text = |json: &Json, key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let refused = list("refused");
    let refused = refused.iter().map(|one| {
        format!(
            "! {}: {}: {}: {}",
            text(one, "path"),
            text(one, "code"),
            text(one, "step"),
            text(one, "message")
        )
    });
    let untried = list("untried");
    // What a job does is told as such with its step.
    let untried = untried.iter().filter(|one| one["reason"] != "background");
    refused
        .chain(untried.map(|one| format!("  not tried: {} ({})", text(one, "step"), text(one, "reason"))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_others_notice_is_told_after_the_steps() {
        let answer = json!({
            "steps": [{ "lock": "row_exclusive", "risk": "background", "description": "Fill it",
                        "estimate": { "rows": 1_000_000, "bytes": 9, "takes": "minutes" } }],
            "api": [{ "what": "field", "name": "deal.price", "breaking": true, "text": "it is decimal in place of text" },
                    { "what": "route", "name": "/api/v1/cars", "breaking": false, "text": "the route is new" }],
            "permissions": [{ "holder": "role:rep", "action": "read", "object": "deal", "before": "none", "after": "own" },
                            { "holder": "role:rep", "permission": "view_audit", "before": false, "after": true }],
            "dependants": [{ "kind": "fields", "name": "deal.price", "used_by": [{ "kind": "list-views", "name": "deal.mine", "at": "columns.1" },
                             { "kind": "fields", "name": "deal.total", "at": "formula" }] }],
            "offending": [{ "path": "objects.deal.fields.price", "code": "required", "count": 2, "records": ["a", "b"] },
                          { "path": "objects.deal.fields.code", "code": "duplicate", "count": null, "records": [] }],
            "tried": { "steps": 3, "refused": [{ "path": "objects.deal", "code": "step-refused", "step": "Create it", "message": "it is there" }],
                       "untried": [{ "step": "Index it", "reason": "refused" }, { "step": "Fill it", "reason": "background" }] } });
        assert_eq!(
            lines(&answer),
            [
                "  step: row_exclusive, background, Fill it (minutes, 1000000 rows)",
                "! breaks programs: field deal.price: it is decimal in place of text",
                "  programs notice: route /api/v1/cars: the route is new",
                "  permission: role:rep read deal: none → own",
                "  permission: role:rep view_audit: false → true",
                "  fields/deal.price is used by list-views/deal.mine, fields/deal.total",
                "! objects.deal.fields.price: required: 2 records a, b",
                "! objects.deal.fields.code: duplicate: not counted",
                "! objects.deal: step-refused: Create it: it is there",
                "  not tried: Index it (refused)",
            ]
        );
    }

    #[test]
    fn a_plan_reads_like_a_difference() {
        let answer = json!({
            "changes": [
                { "action": "create", "kind": "fields", "name": "deal.zeal" },
                { "action": "change", "kind": "objects", "name": "deal",
                  "properties": [{ "path": "label", "before": "Deal", "after": "Case" }] },
                { "action": "delete", "kind": "roles", "name": "odd" }],
            "steps": [{ "lock": "access_exclusive", "risk": "safe", "description": "Add `deal.zeal`" }],
            "data_loss": ["deal.old"], "comes_back_empty": ["deal.margin"],
            "hints": [{ "path": "fields/deal.cost.json", "code": "maybe-renamed", "message": "was this a rename?", "hint": "say so" }] });
        assert_eq!(
            lines(&answer),
            [
                "+ fields/deal.zeal",
                "~ objects/deal",
                "    label: \"Deal\" → \"Case\"",
                "- roles/odd",
                "  step: access_exclusive, safe, Add `deal.zeal`",
                "? fields/deal.cost.json: was this a rename?",
                "    say so",
                "! data of deal.old is hidden",
                "! deal.margin comes back empty: what it held is purged",
            ]
        );
        assert_eq!(lines(&json!({})), ["nothing changes"]);
    }
}
