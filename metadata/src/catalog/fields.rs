//! One field: its definition → what it means. Options, default, columns, and what its kind allows.

use super::names::{is_standard, label, name_problem};
use super::resolve::{MAX_OPTIONS, too_many};
use super::{Column, Field};
use crate::definitions::field::{Common, FieldDefinition};
use crate::definitions::{Component, Definitions};
use crate::field_kinds::picklist::Choice;
use crate::field_kinds::rollup::Mode;
use crate::field_kinds::{ColumnType, FieldKind};
use crate::input::Input;
use crate::problem::Problem;
use crate::suggest;

/// Longest text that an index takes in any script.
const MAX_INDEXED: u32 = 600;

/// Columns of a field in its object's table; the JSON keys are the same words.
pub(crate) fn columns_of(name: &str, kind: &FieldKind) -> Vec<Column> {
    let column = |(suffix, ty): (&str, _)| {
        let word = format!("{name}{suffix}");
        Column { key: word.clone(), name: word, ty }
    };
    kind.behaviour().columns().into_iter().map(column).collect()
}

/// The columns of an encrypted field hold ciphertext.
fn sealed(encrypted: bool, mut columns: Vec<Column>) -> Vec<Column> {
    let texts = columns.iter_mut().filter(|column| encrypted && column.ty == ColumnType::Text);
    texts.for_each(|column| column.ty = ColumnType::Sealed);
    columns
}

/// The field that a definition means; its problems are added with paths below the object's.
pub(super) fn resolve_field(
    component: &Component<FieldDefinition>,
    all: &Definitions,
    object_path: &str,
    problems: &mut Vec<Problem>,
) -> Field {
    let FieldDefinition { common, kind } = &component.definition;
    let path = format!("{object_path}.fields.{}", common.name);
    problems.extend(name_problem(format!("{path}.name"), &common.name));
    if is_standard(&common.name) {
        let problem = Problem::new(
            format!("{path}.name"),
            "reserved-name",
            format!("every record has `{}`", common.name),
        );
        problems.push(problem.hint("choose another name; how records are named is said by `name_field`"));
    }
    let mut found = kind.behaviour().check();
    found.extend(common_problems(common, kind));
    found.extend(super::encrypted::problems(common, kind));
    let options = options(kind, all, &mut found);
    let mut field = plain(component, options);
    default(&mut field, common, &mut found);
    problems.extend(found.into_iter().map(|problem| problem.under(&path)));
    field
}

fn plain(component: &Component<FieldDefinition>, options: Vec<Choice>) -> Field {
    let FieldDefinition { common, kind } = &component.definition;
    let number = matches!(kind, FieldKind::Autonumber(_));
    let computed = matches!(kind, FieldKind::Formula(_) | FieldKind::Rollup(_));
    Field {
        id: component.id.clone(),
        name: common.name.clone(),
        label: common.label.clone().unwrap_or_else(|| label(&common.name)),
        help: common.help.clone(),
        required: common.required || matches!(kind, FieldKind::MasterDetail(_)),
        unique: common.unique || number,
        indexed: common.indexed,
        searchable: common.searchable,
        sensitive: common.sensitive,
        encrypted: common.encrypted,
        blind_index: common.blind_index,
        default: None,
        default_formula: None,
        kind: kind.clone(),
        options,
        targets: Vec::new(),
        columns: sealed(common.encrypted, columns_of(&common.name, kind)),
        computed: None,
        standard: false,
        read_only: number || computed,
        rollup: None,
        package: component.package.clone(),
    }
}

/// A field as its definition alone tells it: without options, targets and checks. For comparing.
pub fn bare_field(component: &Component<FieldDefinition>) -> Field {
    let mut field = plain(component, Vec::new());
    if matches!(field.kind, FieldKind::Boolean(_)) {
        default(&mut field, &component.definition.common, &mut Vec::new());
    }
    field
}

/// What the kind does not allow of the common settings.
fn common_problems(common: &Common, kind: &FieldKind) -> Vec<Problem> {
    use FieldKind as K;
    let mut problems = Vec::new();
    if matches!(kind, K::Formula(_) | K::Rollup(_)) {
        let on =
            [("required", common.required), ("unique", common.unique), ("searchable", common.searchable)];
        let on = on.into_iter().filter(|(_, on)| *on);
        let word = kind.name();
        let told =
            |(setting, _)| Problem::new(setting, "not-allowed", format!("a {word} cannot be {setting}"));
        return on.map(told).chain(unkept(common, kind)).collect();
    }
    let long = matches!(kind, K::LongText(_) | K::RichText(_));
    let listy =
        matches!(kind, K::MultiPicklist(_) | K::Tags(_) | K::Json(_) | K::AnyLookup(_) | K::ManyToMany(_));
    let wide = matches!(kind, K::Text(text) if text.max_length > MAX_INDEXED) || matches!(kind, K::Url(_));
    if common.unique && (long || listy || wide || matches!(kind, K::Boolean(_))) {
        problems.push(not_here("unique", kind, wide));
    }
    if common.unique && common.default.is_some() {
        problems.push(Problem::new(
            "default",
            "not-allowed",
            "a unique field takes no default: the second record would break it",
        ));
    }
    if common.indexed && (long || wide || matches!(kind, K::ManyToMany(_))) {
        problems.push(not_here("indexed", kind, wide));
    }
    problems
}

/// An index over what is computed when it is read.
fn unkept(common: &Common, kind: &FieldKind) -> Option<Problem> {
    let FieldKind::Rollup(rollup) = kind else { return None };
    let hint = match rollup.function.needs_all() {
        true => "leave it out; it can be sorted and filtered all the same",
        false => "let its `mode` be `immediate` or `deferred`",
    };
    let text = "nothing is stored of an `on_read` roll-up that could be indexed";
    let is_unkept = common.indexed && rollup.mode() == Mode::OnRead;
    is_unkept.then(|| Problem::new("indexed", "not-allowed", text).hint(hint))
}

fn not_here(setting: &str, kind: &FieldKind, wide: bool) -> Problem {
    let problem = Problem::new(
        setting,
        "not-allowed",
        format!("a `{}` field of this size cannot be {setting}", kind.name()),
    );
    match wide {
        true => problem.hint(format!("a `text` field of max_length {MAX_INDEXED} or less can")),
        false if setting == "indexed" => problem.hint("use `searchable` for long text"),
        false => problem,
    }
}

/// The options of a picklist, from the field itself or from its set.
fn options(kind: &FieldKind, all: &Definitions, problems: &mut Vec<Problem>) -> Vec<Choice> {
    let Some((own, set)) = kind.choices() else { return Vec::new() };
    if own.len() > MAX_OPTIONS {
        problems.push(too_many("options".into(), "options", MAX_OPTIONS));
    }
    let Some(name) = set else { return own.to_vec() };
    match all.parts.option_sets.get(name).filter(|set| !set.retired) {
        Some(set) => set.definition.options.clone(),
        None => {
            let problem =
                Problem::new("option_set", "unknown-option-set", format!("there is no option set `{name}`"));
            let live = all.parts.option_sets.iter().filter(|(_, set)| !set.retired);
            let hint = suggest::hint(name, live.map(|(name, _)| name.as_str()));
            problems.push(problem.hint(hint.unwrap_or_else(|| "put the option set first".into())));
            Vec::new()
        }
    }
}

/// Reads the default as a value of the field.
fn default(field: &mut Field, common: &Common, problems: &mut Vec<Problem>) {
    let Some(json) = &common.default else { return };
    use FieldKind as K;
    if matches!(
        field.kind,
        K::ManyToMany(_) | K::AnyLookup(_) | K::Autonumber(_) | K::Formula(_) | K::Rollup(_)
    ) {
        let text = format!("a `{}` field takes no default", field.kind.name());
        problems.push(Problem::new("default", "not-allowed", text));
        return;
    }
    if super::defaults::text(json).is_some() {
        return;
    }
    let text = json.to_string();
    let parsed = match json {
        serde_json::Value::String(text) => field.parse(&Input::Text(text.as_str().into())),
        _ => field.parse(&Input::from_json(&text)),
    };
    match parsed {
        Ok(value) => field.default = Some(value),
        Err(fault) => problems.push(fault.at("default")),
    }
}
