//! The schema as text: a type for each object that the caller sees, and what can be asked and done with it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use metadata::field_kinds::ColumnType;
use metadata::{Object, Relation};
use permissions::Action;

use super::aggregates::{is_number, is_ordered};
use super::names::Names;
use super::select::{Leaf, Seen};
use super::states;
use crate::call::Call;
use crate::rest::rights::FieldRights;

/// What does not depend on the tenant.
const FIXED: &str = r#"
"A decimal number, written exactly; accepted as number or text."
scalar Decimal
"A whole number of up to 64 bits."
scalar BigInt
"YYYY-MM-DD. Filters also take words such as today, this_month, last_n_days:30."
scalar Date
"RFC 3339 in UTC. Filters also take words such as today, this_month, last_n_days:30."
scalar DateTime
"HH:MM:SS."
scalar Time
"Any JSON value."
scalar JSON
"Anything with an id."
interface Node { id: ID! }
"Where a page stands in its list."
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
"What happened to a record: `delete` is into the recycle bin, `purge` for good."
enum ChangeAction { create update delete restore purge }
"How long records were in the state before, in seconds."
type StateSeconds { sum: BigInt avg: Decimal min: BigInt max: BigInt }
"#;

/// What the caller of a change may insist on.
const CONSENT: &str = "confirm_warnings: Boolean, process_override: Boolean";

/// Scalars with their operators in filters.
const FILTERS: &[(&str, &[&str])] = &[
    ("ID", &["eq", "ne", "in", "not_in", "is_null"]),
    (
        "String",
        &[
            "eq",
            "ne",
            "gt",
            "gte",
            "lt",
            "lte",
            "between",
            "in",
            "not_in",
            "is_null",
            "contains",
            "not_contains",
            "starts_with",
            "ends_with",
            "search",
        ],
    ),
    ("BigInt", NUMBERS),
    ("Decimal", NUMBERS),
    ("Date", NUMBERS),
    ("DateTime", NUMBERS),
    ("Time", NUMBERS),
    ("Boolean", &["eq", "ne", "is_null"]),
    ("JSON", &["is_null"]),
];

const NUMBERS: &[&str] = &["eq", "ne", "gt", "gte", "lt", "lte", "between", "in", "not_in", "is_null"];

/// The schema's text in pieces: first what does not depend on the tenant, then one for each object. The fields of the
/// root types stand with the object that they are about, so a piece changes with its object and what that points to alone.
pub(super) fn write(call: &Call, seen: &[Arc<Object>], names: &Names) -> Vec<String> {
    let mut fixed = format!(
        "{FIXED}type Query {{\n\"The record with this id, whatever it is.\"\nnode(id: ID!, fresh: Boolean): Node\n}}\n"
    );
    filters(&mut fixed);
    let objects = seen.iter().filter_map(|object| {
        let ty = names.of(&object.name)?;
        let of = Of { call, object, seen: Seen::new(call, object), ty, names };
        let mut text = String::new();
        of.record(&mut text);
        of.connection(&mut text);
        of.change(&mut text);
        of.filter(&mut text);
        of.groups(&mut text);
        if is_writable(call, object) {
            of.inputs(&mut text);
        }
        of.roots(&mut text);
        if of.tells_states() {
            states::types(&mut text, ty);
        }
        Some(text)
    });
    std::iter::once(fixed).chain(objects).collect()
}

fn filters(text: &mut String) {
    for (scalar, operators) in FILTERS {
        let _ = writeln!(text, "input {scalar}Filter {{");
        for operator in *operators {
            let ty = match *operator {
                "is_null" => "Boolean".to_owned(),
                "in" | "not_in" | "between" => format!("[{scalar}!]"),
                _ => (*scalar).to_owned(),
            };
            let _ = writeln!(text, "{operator}: {ty}");
        }
        text.push_str("}\n");
    }
    text.push_str("input ListFilter { has_any: [String!] has_all: [String!] is_null: Boolean }\n");
}

/// One object in the making.
struct Of<'s> {
    call: &'s Call,
    object: &'s Object,
    seen: Seen<'s>,
    ty: &'s str,
    names: &'s Names,
}

impl Of<'_> {
    fn record(&self, text: &mut String) {
        describe(text, self.object.description.as_deref().unwrap_or(&self.object.label));
        let _ = writeln!(text, "type {} implements Node {{", self.ty);
        let mut known = HashSet::new();
        for leaf in self.seen.leaves() {
            if known.insert(leaf.key) {
                describe(text, leaf.field.help.as_deref().unwrap_or(&leaf.field.label));
                let must = if leaf.is_never_blank() { "!" } else { "" };
                let _ = writeln!(text, "{}: {}{must}", leaf.key, scalar(leaf.ty));
            }
        }
        for (name, target) in self.to_one() {
            if known.insert(name) {
                let _ = writeln!(text, "{name}: {target}");
            }
        }
        for (relation, other) in self.to_many() {
            if known.insert(&relation.name) {
                let _ = writeln!(
                    text,
                    "{}(filter: {other}Filter, where: String, sort: [String!], first: Int, after: String, last: Int, \
                     before: String): {other}Connection!",
                    relation.name
                );
            }
        }
        text.push_str("}\n");
    }

    /// Lookups with the types that they point to.
    fn to_one(&self) -> impl Iterator<Item = (&str, &str)> {
        self.seen
            .lookups()
            .filter_map(|field| Some((field.name.as_str(), self.names.of(field.kind.target()?)?)))
    }

    /// To-many relations with the types of the other side.
    fn to_many(&self) -> impl Iterator<Item = (&Relation, &str)> {
        self.seen.relations().filter_map(|relation| Some((relation, self.names.of(&relation.object)?)))
    }

    fn connection(&self, text: &mut String) {
        let ty = self.ty;
        let _ = writeln!(
            text,
            "type {ty}Connection {{ edges: [{ty}Edge!]! nodes: [{ty}!]! pageInfo: PageInfo!\n\
             \"Whether there are more than these.\"\nhas_more: Boolean!\n\
             \"All matches.\"\ntotal_count: BigInt! }}\n\
             type {ty}Edge {{ node: {ty}! cursor: String! }}"
        );
    }

    fn change(&self, text: &mut String) {
        let ty = self.ty;
        let _ = writeln!(
            text,
            "type {ty}Change {{\n\"Where to go on from: `after`.\"\ncursor: String! action: ChangeAction! id: ID at: DateTime!\n\
             \"The record's version after it.\"\nversion: BigInt\n\"Its id and name.\"\nactor: JSON\n\
             \"Old and new value by field.\"\nchanges: JSON\n\"As it is now, unless it is in the recycle bin or gone.\"\nrecord: {ty} }}"
        );
    }

    fn filter(&self, text: &mut String) {
        let ty = self.ty;
        let _ = writeln!(text, "input {ty}Filter {{\nand: [{ty}Filter!]\nor: [{ty}Filter!]\nnot: {ty}Filter");
        let mut known = HashSet::from(["and", "or", "not"]);
        for leaf in self.seen.leaves() {
            if known.insert(leaf.key) {
                let scalar = scalar(leaf.ty);
                let scalar = if scalar.starts_with('[') { "List" } else { scalar };
                let _ = writeln!(text, "{}: {scalar}Filter", leaf.key);
            }
        }
        for (name, target) in self.to_one() {
            if known.insert(name) {
                let _ = writeln!(text, "{name}: {target}Filter");
            }
        }
        for (relation, other) in self.to_many() {
            if known.insert(&relation.name) {
                let _ = writeln!(text, "{}: {other}ListFilter", relation.name);
            }
        }
        let _ = writeln!(
            text,
            "}}\ninput {ty}ListFilter {{ some: {ty}Filter none: {ty}Filter every: {ty}Filter }}"
        );
    }

    /// Groups of an aggregate.
    fn groups(&self, text: &mut String) {
        let ty = self.ty;
        let list = |fits: fn(&Leaf<'_>) -> bool, ty: fn(&Leaf<'_>) -> &'static str| {
            let leaves = self.seen.leaves().filter(fits);
            leaves.map(|leaf| format!("{}: {}\n", leaf.key, ty(&leaf))).collect::<String>()
        };
        let numbers = list(is_number, |_| "Decimal");
        let values = list(is_ordered, |leaf| scalar(leaf.ty));
        let _ = writeln!(
            text,
            "type {ty}Group {{\n\"Values by which the records are put together.\"\ngroup: JSON!\ncount: BigInt!"
        );
        if !numbers.is_empty() {
            let _ = writeln!(text, "sum: {ty}Numbers!\navg: {ty}Numbers!");
        }
        // Every record has the time at which it was made.
        let _ = writeln!(text, "min: {ty}Values!\nmax: {ty}Values!\n}}\ntype {ty}Values {{\n{values}}}");
        if !numbers.is_empty() {
            let _ = writeln!(text, "type {ty}Numbers {{\n{numbers}}}");
        }
    }

    /// What can be written: fields, and with them new records that they point to or that point here.
    fn inputs(&self, text: &mut String) {
        let ty = self.ty;
        let rights = FieldRights::new(self.call, self.object);
        let _ = writeln!(text, "input {ty}Input {{");
        let mut known = HashSet::new();
        for leaf in self.seen.leaves().filter(|leaf| rights.writes(leaf.field)) {
            if known.insert(leaf.key) {
                let _ = writeln!(text, "{}: {}", leaf.key, scalar(leaf.ty));
            }
        }
        for field in self.seen.many_to_many().filter(|field| rights.writes(field)) {
            if known.insert(&field.name) {
                let _ = writeln!(text, "{}: [ID!]", field.name);
            }
        }
        let writable = |object: &str| {
            self.call
                .context
                .snapshot
                .catalog
                .find_object(object)
                .is_some_and(|object| is_writable(self.call, object))
        };
        for field in self.seen.lookups().filter(|field| rights.writes(field)) {
            let target = field.kind.target().filter(|target| writable(target));
            if let Some(target) = target.and_then(|target| self.names.of(target))
                && known.insert(&field.name)
            {
                let _ = writeln!(text, "{}: {target}Link", field.name);
            }
        }
        for (relation, other) in self.to_many() {
            let by_lookup = matches!(relation.link, metadata::catalog::Link::Lookup { .. });
            if by_lookup && writable(&relation.object) && known.insert(&relation.name) {
                let _ = writeln!(text, "{}: {other}Links", relation.name);
            }
        }
        let _ = writeln!(
            text,
            "}}\n\"One record: a new one, or one that is there.\"\ninput {ty}Link {{ create: {ty}Input connect: ID }}\n\
             input {ty}Links {{ create: [{ty}Input!] connect: [ID!] }}"
        );
    }

    /// Whether there is a log of states that the caller sees any of.
    fn tells_states(&self) -> bool {
        self.seen.has_states() && states::is_told(self.call, self.object)
    }

    fn roots(&self, text: &mut String) {
        let (ty, name, plural) = (self.ty, &self.object.name, &self.object.plural);
        text.push_str("type Query {\n");
        if name != "node" {
            let _ = writeln!(text, "{name}(id: ID!, fresh: Boolean): {ty}");
        }
        if plural != "node" {
            let _ = writeln!(
                text,
                "\"`fresh` computes roll-ups now that a worker brings up to date.\"\n\
                 {plural}(filter: {ty}Filter, where: String, sort: [String!], first: Int, after: String, last: Int, \
                 before: String, fresh: Boolean): {ty}Connection"
            );
        }
        if plural != "node" && self.call.context.snapshot.catalog.has_groups(self.object) {
            let _ = writeln!(
                text,
                "\"Groups are named as in REST: stage, account.industry, created_at:month.\"\n\
                 {plural}_aggregate(filter: {ty}Filter, where: String, group_by: [String!], having: JSON, \
                 sort: [String!], first: Int, fresh: Boolean): [{ty}Group!]"
            );
        }
        if self.tells_states() {
            states::roots(text, (ty, plural));
        }
        let mut mutations = String::new();
        self.mutations(&mut mutations);
        if !mutations.is_empty() {
            let _ = write!(text, "}}\ntype Mutation {{\n{mutations}");
        }
        let _ = writeln!(
            text,
            "}}\ntype Subscription {{\n\"Each change of a record, of these ids or of those that meet the filter after it, behind a cursor or from now on.\"\n\
             {name}_changed(ids: [ID!], filter: {ty}Filter, where: String, after: String): {ty}Change!\n}}"
        );
    }

    fn mutations(&self, text: &mut String) {
        let (ty, name, plural) = (self.ty, &self.object.name, &self.object.plural);
        let may = |action| !self.object.system && self.call.context.decide(action, self.object).is_allowed();
        let writes = is_writable(self.call, self.object);
        if writes && may(Action::Create) {
            let _ = writeln!(
                text,
                "create_{name}(data: {ty}Input!, {CONSENT}): {ty}\n\
                 create_{plural}(data: [{ty}Input!]!, {CONSENT}): [{ty}]\n\
                 \"The record that has the same value in the unique field `by` is changed, or a new one made.\"\n\
                 upsert_{name}(by: String!, data: {ty}Input!, {CONSENT}): {ty}"
            );
        }
        if writes && may(Action::Edit) {
            let _ =
                writeln!(text, "update_{name}(id: ID!, data: {ty}Input!, version: BigInt, {CONSENT}): {ty}");
            let rules = self.call.context.snapshot.catalog.rules(self.object);
            if rules.is_some_and(|rules| !rules.workflows.is_empty()) {
                let _ = writeln!(
                    text,
                    "\"Takes a transition of the record's process, with what it asks for.\"\n\
                     transition_{name}(id: ID!, transition: String!, data: {ty}Input, note: String, checklist: [String!], \
                     version: BigInt, {CONSENT}): {ty}"
                );
            }
        }
        if may(Action::Delete) {
            let _ = writeln!(
                text,
                "\"Into the recycle bin; answers the id.\"\n\
                 delete_{name}(id: ID!, version: BigInt, {CONSENT}): ID"
            );
        }
    }
}

/// Whether there is a field that the caller may write: a type without fields is none.
fn is_writable(call: &Call, object: &Object) -> bool {
    let rights = FieldRights::new(call, object);
    !object.system && object.fields.iter().any(|field| !field.columns.is_empty() && rights.writes(field))
}

fn describe(text: &mut String, words: &str) {
    // The escapes of JSON are escapes of GraphQL too.
    let _ = writeln!(text, "{}", serde_json::Value::from(words));
}

/// The scalar of a column.
fn scalar(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Uuid => "ID",
        ColumnType::Text | ColumnType::Sealed => "String",
        ColumnType::Bigint => "BigInt",
        ColumnType::Numeric(..) => "Decimal",
        ColumnType::Boolean => "Boolean",
        ColumnType::Date => "Date",
        ColumnType::Timestamptz => "DateTime",
        ColumnType::Time => "Time",
        ColumnType::TextArray => "[String!]",
        ColumnType::Jsonb => "JSON",
    }
}
