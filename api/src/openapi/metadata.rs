//! Objects, fields and everything else that makes the tenant. Routes of any kind are told for each kind, with the
//! schema of its definitions.

use metadata::Kind;
use metadata::ddl::Doing;
use metadata::diff::Otherwise;
use serde_json::{Value as Json, json};

use super::auth::limit;
use super::definitions;
use super::operation::Operation;
use super::shape::{
    anything, by_name, count, data, flag, id, list, nullable, one_of, reference, shown, taken, text, time,
    who, word,
};

/// Schemas that these routes share.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let step = json!({
        "sql": text(), "lock": text(), "rewrite": flag(), "risk": text(), "does": reference("Act"), "description": text(),
    });
    let act = shown(json!({ "code": one_of(Doing::CODES), "name": text() }));
    let takes = one_of(&["moment", "seconds", "minutes", "hours"]);
    let estimate = shown(json!({ "rows": count(), "bytes": count(), "takes": takes }));
    let touched = json!({ "action": text(), "kind": one_of(&Kind::ALL.map(Kind::word)), "name": text() });
    let revision = json!({
        "revision": count(), "at": time(), "actor": who(), "message": nullable(text()), "changes": list(reference("Touched")),
    });
    let merged = shown(json!({ "path": text(), "class": text(), "outcome": text() }));
    let package = json!({
        "name": text(), "label": text(), "description": text(), "version": text(), "requires": by_name(text()),
        "optional": by_name(text()), "parts": list(text()),
        "installed": flag(), "installed_version": nullable(text()), "installed_at": nullable(time()), "is_newer": flag(), "signer": nullable(text()),
    });
    let retype = json!({
        "field": text(), "kind": text(), "next": anything(), "former": anything(), "state": one_of(&["looking", "filling", "ready", "kept", "indexing", "failed"]),
        "revision": count(), "done": nullable(count()), "total": nullable(count()), "error": nullable(text()), "kept_until": nullable(time()),
        "code": text(), "records": nullable(list(id())),
    });
    let offending =
        json!({ "path": text(), "code": text(), "count": nullable(count()), "records": list(id()) });
    let passed_over =
        json!({ "package": text(), "with": text(), "reason": one_of(&["version", "publisher"]) });
    let dependants = json!({ "kind": one_of(&Kind::ALL.map(Kind::word)), "name": text(), "used_by": list(reference("Use")) });
    let used = json!({ "kind": one_of(&Kind::ALL.map(Kind::word)), "name": text(), "at": text() });
    vec![
        ("Step", planned(shown(step), json!({ "estimate": estimate }))),
        ("Act", planned(act, json!({ "other": text(), "former": text() }))),
        ("Touched", shown(touched)),
        ("Applied", applied(json!({}))),
        ("Dependants", shown(dependants)),
        ("Revision", shown(revision)),
        ("Merged", merged),
        (
            "Layered",
            shown(
                json!({ "package": text(), "fits": flag(), "kept": flag(), "problems": list(reference("ProblemDetail")) }),
            ),
        ),
        ("Package", shown(package)),
        ("Use", shown(used)),
        ("Retype", shown(retype)),
        ("Offending", shown(offending)),
        ("Tried", tried()),
        ("Noticed", noticed()),
        ("PassedOver", planned(shown(passed_over), json!({ "range": text(), "installed": text() }))),
    ]
}

/// What a change did, or would do, behind what else is answered.
fn applied(mut keys: Json) -> Json {
    for (key, shape) in [
        ("revision", count()),
        ("changes", list(reference("Touched"))),
        ("steps", list(reference("Step"))),
        ("data_loss", list(text())),
        ("offending", list(reference("Offending"))),
        ("background", list(text())),
        ("comes_back_empty", list(text())),
    ] {
        keys[key] = shape;
    }
    let foreseen = json!({
        "api": list(reference("Noticed")), "permissions": list(permitted()), "dependants": list(reference("Dependants")),
        "tried": reference("Tried"),
    });
    planned(shown(keys), foreseen)
}

/// What came of trying the steps of a plan.
fn tried() -> Json {
    let refused = shown(
        json!({ "path": text(), "code": text(), "message": text(), "step": text(), "does": reference("Act") }),
    );
    let reasons = one_of(&["background", "refused", "too-long", "unavailable", "not-asked"]);
    let untried = shown(json!({ "step": text(), "does": reference("Act"), "reason": reasons }));
    shown(json!({ "steps": count(), "refused": list(refused), "untried": list(untried) }))
}

/// What is told besides of what is only looked at.
fn planned(mut shape: Json, more: Json) -> Json {
    if let (Json::Object(known), Json::Object(more)) = (&mut shape["properties"], more) {
        known.extend(more);
    }
    shape
}

/// A property, and the revision that has set it last.
fn blamed() -> Json {
    shown(json!({
        "path": text(), "revision": count(), "at": time(), "actor": who(), "message": nullable(text()),
    }))
}

/// Who has said a former name.
fn spoken() -> Json {
    shown(json!({
        "actor": who(), "key": nullable(id()), "version": count(), "requests": count(), "first_at": time(), "last_at": time(),
    }))
}

/// What programs notice of a change.
fn noticed() -> Json {
    let parts = json!({ "before": text(), "after": text(), "options": list(text()) });
    let differs = planned(shown(json!({ "code": one_of(&Otherwise::CODES) })), parts);
    shown(json!({
        "action": one_of(&["create", "change", "delete"]), "what": one_of(&["route", "type", "field", "relation"]),
        "name": text(), "breaking": flag(), "text": text(), "differences": list(differs),
    }))
}

/// What roles and rules give otherwise.
fn permitted() -> Json {
    let words = json!({
        "holder": text(), "object": text(), "field": text(), "permission": text(), "rule": text(), "sharing": text(),
        "action": text(),
    });
    planned(shown(json!({ "before": anything(), "after": anything() })), words)
}

/// The body of a deployment.
pub(super) fn deployment() -> Json {
    let change = taken(
        &["kind", "name", "definition"],
        json!({ "kind": one_of(&Kind::ALL.map(Kind::word)), "name": word(), "definition": { "type": ["object", "null"], "description": "null takes it away; its schema is that of the kind" } }),
    );
    let formulas = taken(&[], json!({ "up": text(), "down": text() }));
    taken(&["changes"], options(json!({ "changes": list(change), "convert": by_name(formulas) })))
}

/// What every change may say besides.
fn options(properties: Json) -> Json {
    let mut properties = properties;
    properties["message"] = text();
    properties["expected_revision"] = json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX });
    properties["dry_run"] = flag();
    properties["try_steps"] = json!({ "type": "boolean", "default": true, "description": "With dry_run: whether the steps are tried" });
    properties["allow_data_loss"] = loss();
    properties
}

/// `true`, or the names of what may be lost.
fn loss() -> Json {
    json!({ "oneOf": [flag(), list(text())] })
}

pub(super) fn operation(method: &str, path: &str, operation: Operation) -> Operation {
    let rest = path.trim_start_matches("/metadata/v1/");
    match rest.split('/').next().unwrap_or_default() {
        "revisions" => revisions(method, rest, operation),
        "retypes" => operation
            .says("Fields that change their kind or become unique in the background, or have done so lately")
            .answers(200, "Each with how far it is", data(list(reference("Retype")))),
        "former-names" => operation
            .says("Names of before a rename that requests have said, under `Trellis-Version`, and who said them")
            .answers(200, "Each name with its uses, the latest first", data(list(shown(json!({ "old": text(), "new": text(), "requests": count(), "used_by": list(spoken()) }))))),
        "packages" => packages(method, operation),
        "layers" => layers(method, operation),
        "blame" => operation
            .says("Who has set which property of a component last")
            .values("kind", &Kind::ALL.map(Kind::word))
            .answers(200, "The properties that it has", data(shown(json!({ "kind": text(), "name": text(), "properties": list(blamed()) })))),
        "files" => files(method, operation),
        "formulas" => formulas(rest, operation),
        "deploy" => operation
            .says("Many changes at once, all or nothing")
            .body(deployment())
            .example(json!({ "changes": [{ "kind": "option-sets", "name": "region", "definition": { "label": "Region", "options": [{ "value": "emea" }] } }], "dry_run": true }))
            .answers(200, "What was done, or would be", data(reference("Applied"))),
        "bootstrap" => operation
            .says("Everything that a user interface needs to begin")
            .query("language", "Labels are told in this language, as far as there are translations", json!({ "type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$" }))
            .header("If-None-Match", "The answer that is there already")
            .answers(200, "All of it", data(shown(json!({ "revision": count(), "user": json!({ "type": "object" }), "objects": list(json!({ "type": "object" })) }))))
            .tells(200, "ETag", "Its version")
            .answers_nothing(304, "What the caller has is still true"),
        "schemas" => operation
            .says("The JSON Schema of a kind's definitions")
            .values("kind", &Kind::ALL.map(Kind::word))
            .answers_json(200, "The schema", "application/schema+json", json!({ "type": "object" })),
        "dependencies" => operation
            .says("What uses a component, and what it uses")
            .values("kind", &Kind::ALL.map(Kind::word))
            .answers(200, "Both", data(shown(json!({ "kind": text(), "name": text(), "uses": list(reference("Use")), "used_by": list(reference("Use")) })))),
        "objects" => one(method, Kind::Fields, operation),
        _ => operation,
    }
}

/// A route of one kind: `/metadata/v1/list-views` and what is below it.
pub(super) fn of_kind(method: &str, kind: Kind, rest: &str, operation: Operation) -> Operation {
    if rest.is_empty() {
        return operation.says(&format!("All {}", kind.word().replace('-', " "))).answers(
            200,
            "As far as the caller may know of them",
            data(list(definition(kind))),
        );
    }
    one(method, kind, operation)
}

/// What is answered has more than what is written: ids, packages, what was found out.
fn definition(kind: Kind) -> Json {
    json!({ "type": "object", "description": format!("As in {}, with what was found out", definitions::name(kind)) })
}

fn one(method: &str, kind: Kind, operation: Operation) -> Operation {
    let changed = |component: Json| applied(json!({ "data": component }));
    match method {
        "GET" => operation.says("One component").answers(
            200,
            "As far as the caller may know of it",
            data(definition(kind)),
        ),
        "PUT" => change(operation.says("Puts one component; another name in it renames it"))
            .body(reference(&definitions::name(kind)))
            .answers(200, "The component, and what was done", changed(nullable(definition(kind)))),
        _ => change(operation.says("Retires an object or field, removes anything else")).answers(
            200,
            "What was done",
            changed(json!({ "type": "null" })),
        ),
    }
}

/// Parameters of a change of one component.
fn change(operation: Operation) -> Operation {
    operation
        .query("message", "What the change is for", text())
        .query("expected_revision", "Refuse when the metadata is at another revision", count_of_64_bits())
        .query("dry_run", "Show what would happen, change nothing", flag())
        .query("try_steps", "With dry_run: false leaves the steps untried", flag())
        .query("allow_data_loss", "true, or names of what may be lost, separated by commas", text())
}

fn count_of_64_bits() -> Json {
    json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX })
}

fn revisions(method: &str, rest: &str, operation: Operation) -> Operation {
    match (method, rest) {
        ("GET", "revisions") => operation
            .says("Who changed the metadata when")
            .query("limit", "How many at most", limit(200))
            .query(
                "before",
                "Only revisions before this one",
                json!({ "type": "integer", "minimum": 1, "maximum": i64::MAX }),
            )
            .answers(200, "The newest first", data(list(reference("Revision")))),
        ("GET", _) => {
            let more = shown(json!({ "before": anything(), "after": anything(), "steps": anything() }));
            operation.says("One revision, with what it changed").answers(
                200,
                "The revision",
                data(json!({ "allOf": [reference("Revision"), more] })),
            )
        }
        _ => operation
            .says("Back to a revision, as a new one")
            .optional_body(taken(&[], options(json!({}))))
            .example(json!({ "dry_run": true }))
            .answers(200, "What was done, or would be", data(reference("Applied"))),
    }
}

fn outcome() -> Json {
    let part = shown(json!({ "package": text(), "with": text(), "comes": flag() }));
    let more = json!({
        "merges": list(reference("Merged")), "conflicts": list(reference("Merged")), "grants": list(text()),
        "parts": list(part), "passed_over": list(reference("PassedOver")), "notes": list(text()), "layers": list(reference("Layered")),
    });
    json!({ "allOf": [reference("Applied"), shown(more)] })
}

fn packages(method: &str, operation: Operation) -> Operation {
    let wish = json!({
        "name": text(), "version": text(), "source": { "type": "object", "description": "Its files by path, JSON as it is and other files as text" },
        "samples": flag(), "dry_run": flag(), "take": list(text()), "allow_data_loss": loss(),
        "expected_revision": json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX }), "approve": loss(),
        "allow_downgrade": flag(), "allow_other_publisher": flag(), "without_layer": flag(),
    });
    let answer = || {
        let more = json!({ "installed": list(text()), "consent": list(json!({ "type": "object" })) });
        data(json!({ "allOf": [outcome(), shown(more)] }))
    };
    match method {
        "GET" => operation.says("What can be installed and what is").answers(
            200,
            "Packages by name",
            data(list(reference("Package"))),
        ),
        "POST" => operation
            .says("Installs or upgrades a package, with what it requires")
            .body(taken(&[], wish))
            .example(json!({ "name": "tasks", "dry_run": true }))
            .answers(201, "What was done", answer())
            .answers(200, "What would be done (dry_run)", answer()),
        _ => operation
            .says("Removes a package's layer")
            .query("dry_run", "Show what would happen, change nothing", flag())
            .query("try_steps", "With dry_run: false leaves the steps untried", flag())
            .query("allow_data_loss", "true, or names of what may be lost, separated by commas", text())
            .query("approve", "true, or names of grants of others that stand alone then", text())
            .query("message", "Why, for the history", text())
            .query("expected_revision", "Refuse when the metadata has moved on from it", count())
            .answers(200, "What was done, or would be", data(outcome())),
    }
}

fn layers(method: &str, operation: Operation) -> Operation {
    let operation = operation.values("kind", &Kind::ALL.map(Kind::word));
    if method == "GET" {
        let differences = || list(json!({ "type": "object" }));
        let layers = json!({ "package": text(), "base": anything(), "removed": flag(), "reseller": differences(), "changes": differences() });
        return operation.says("What is the package's, what its reseller's and what the tenant's").answers(
            200,
            "The layers",
            data(shown(layers)),
        );
    }
    change(operation.says("Takes the tenant's layer away")).answers(
        200,
        "What was done, or would be",
        data(outcome()),
    )
}

fn files(method: &str, operation: Operation) -> Operation {
    let files = || by_name(anything());
    if method == "GET" {
        return operation.says("All metadata as files, one a component").answers(
            200,
            "The files by path",
            data(shown(json!({ "revision": count(), "files": files() }))),
        );
    }
    let more =
        shown(json!({ "merges": list(reference("Merged")), "hints": list(reference("ProblemDetail")) }));
    operation
        .says("Makes the metadata what the files say")
        .body(taken(&["files"], options(json!({ "files": files() }))))
        .answers(200, "What was done, or would be", data(json!({ "allOf": [reference("Applied"), more] })))
}

fn formulas(rest: &str, operation: Operation) -> Operation {
    if rest == "formulas/functions" {
        let function = json!({
            "name": text(), "aliases": list(text()), "group": text(), "signature": text(), "gives": text(),
            "capability": anything(), "doc": text(),
        });
        return operation.says("All functions of the formula language").answers(
            200,
            "The functions",
            data(list(shown(function))),
        );
    }
    let question = json!({
        "object": text(), "formula": text(), "expects": one_of(&["text", "number", "boolean", "date", "datetime", "time", "id"]),
        "blank_as": one_of(&["zero", "blank"]), "tz": text(), "saving": flag(), "record": id(),
    });
    operation
        .says("What a formula means, or all that is wrong with it")
        .body(taken(&["object", "formula"], question))
        .answers(200, "Whether it is valid, and what it is", data(shown(json!({ "valid": flag() }))))
}
