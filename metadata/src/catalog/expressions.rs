//! Expressions in definitions: their text checked against the catalog, names become stable ids.
//!
//! Everything that holds a formula (formula fields, defaults, rules, roll-up filters, sharing criteria, conditions of
//! layouts) goes through [`Catalog::check_expression`]. It does not decide who may read what: a definition is its
//! author's, and is read with the system's authority.

use std::collections::BTreeSet;
use std::sync::Arc;

use formulas::{
    Capability, Diagnostic, Expression, OptionLabel, Options, Reference, Scope, Target, Type, Unknown,
};

use super::{Catalog, Computed, Field, Object, computed};
use crate::field_kinds::FieldKind;
use crate::problem::Problem;
use crate::suggest;

/// An expression that has passed.
#[derive(Clone, Debug)]
pub struct Checked {
    /// As it was written.
    pub text: String,
    /// By stable ids; it reads stored columns only, so it serves SQL and memory alike.
    pub expression: Expression,
    pub ty: Type,
    /// Whether it can be in an index, in queries, or only in memory.
    pub capability: Capability,
    /// The fields that its text speaks of, lookups on the way among them.
    pub uses: BTreeSet<FieldName>,
    /// The text as it should be written.
    pub canonical: String,
    pub warnings: Vec<Problem>,
}

/// A field by the names of today.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName {
    pub object: String,
    pub field: String,
}

impl Catalog {
    /// What a text in the formula language means for records of `object`.
    ///
    /// # Errors
    /// Every problem, each with its span in the text and an empty path: say where the text stands with
    /// [`Problem::under`].
    pub fn check_expression(
        &self,
        object: &Object,
        text: &str,
        options: &Options,
    ) -> Result<Checked, Vec<Problem>> {
        let formulas = |_: &Object, field: &Field| field.computed.clone();
        let names = Names { catalog: self, object, formulas: &formulas };
        let checked = names.check(Text { text, options })?;
        let find = |id: &str| self.formulas.get(id).cloned();
        let expression = computed::inlined(checked.expression, &find);
        Ok(Checked { capability: expression.capability(), expression, ..checked })
    }

    /// The expression with formula fields replaced by what they compute, as [`Catalog::check_expression`] answers it.
    #[must_use]
    pub fn inlined(&self, expression: Expression) -> Expression {
        computed::inlined(expression, &|id| self.formulas.get(id).cloned())
    }

    /// Notes the field of a reference and the lookups that lead to it.
    fn note(&self, object: &Object, reference: &Reference, uses: &mut BTreeSet<FieldName>) {
        let mut here = Some(object);
        for id in reference.path.iter().chain([&reference.field]) {
            let Some(object) = here else { return };
            let Some(field) = object.find_field_by_id(id) else { return };
            uses.insert(FieldName { object: object.name.clone(), field: field.name.clone() });
            here = self.target_of(field);
        }
    }

    /// The object that a to-one relation of one target leads to.
    fn target_of(&self, field: &Field) -> Option<&Object> {
        self.find_object(field.kind.target()?).map(AsRef::as_ref)
    }
}

/// Problems of a text, with their places in it.
pub fn problems(found: Vec<Diagnostic>) -> Vec<Problem> {
    let told = |diagnostic: Diagnostic| {
        let problem = Problem::new("", diagnostic.code.as_str(), diagnostic.message).within(diagnostic.span);
        if diagnostic.hint.is_empty() { problem } else { problem.hint(diagnostic.hint) }
    };
    found.into_iter().map(told).collect()
}

/// A text and how it is meant.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub text: &'t str,
    pub options: &'t Options,
}

/// The names that a text may use, seen from one object: fields by name, key or label, along to-one relations.
pub(super) struct Names<'c> {
    pub catalog: &'c Catalog,
    pub object: &'c Object,
    /// What a formula field computes; nothing when it has a problem of its own.
    pub formulas: &'c dyn Fn(&Object, &Field) -> Option<Arc<Computed>>,
}

impl Names<'_> {
    /// What a text means. References to formula fields stay as they are.
    pub(super) fn check(&self, Text { text, options }: Text<'_>) -> Result<Checked, Vec<Problem>> {
        let checked = formulas::check(text, self, options).map_err(problems)?;
        let mut uses = BTreeSet::new();
        checked.dependencies.iter().for_each(|used| self.catalog.note(self.object, used, &mut uses));
        Ok(Checked {
            text: text.to_owned(),
            expression: checked.expression,
            ty: checked.ty,
            capability: checked.capability,
            uses,
            canonical: checked.canonical,
            warnings: problems(checked.warnings),
        })
    }

    /// What a field is in an expression; nothing for relations to many records.
    fn target(&self, object: &Object, field: &Field, path: Vec<String>) -> Option<Target> {
        let ty = match &field.kind {
            FieldKind::Formula(_) => (self.formulas)(object, field).map_or(Type::Null, |found| found.ty),
            kind => kind.behaviour().ty(),
        };
        let reference = Reference { path, field: field.id.clone(), ty };
        let target = Target { reference, nullable: ty != Type::Bool, options: options_of(field) };
        (ty != Type::Ids).then_some(target)
    }
}

impl Scope for Names<'_> {
    fn field(&self, segments: &[String]) -> Result<Target, Unknown> {
        let (mut here, mut path) = (self.object, Vec::new());
        for (at, segment) in segments.iter().enumerate() {
            let field = word_of(here, segment).ok_or_else(|| unknown(here, at, segment))?;
            if at + 1 == segments.len() {
                if field.encrypted {
                    let reason = Some(field.encrypted_reason(here));
                    return Err(Unknown { at, reason, ..Unknown::default() });
                }
                return self.target(here, field, path).ok_or_else(|| unknown(here, at, segment));
            }
            here = self.catalog.target_of(field).ok_or(Unknown { at: at + 1, ..Unknown::default() })?;
            path.push(field.id.clone());
        }
        Err(Unknown::default())
    }
}

fn word_of<'o>(object: &'o Object, word: &str) -> Option<&'o Field> {
    let by_key = || object.find_key(word).filter(|(field, column)| Some(*column) == field.columns.last());
    let by_label = || object.fields.iter().find(|field| field.label.eq_ignore_ascii_case(word));
    object.find_field(word).or_else(|| by_key().map(|(field, _)| field)).or_else(by_label)
}

fn unknown(object: &Object, at: usize, word: &str) -> Unknown {
    let names = object.fields.iter().map(|field| field.name.as_str());
    let suggestion = suggest::nearest(word, names).map(str::to_owned);
    Unknown { at, suggestion, reason: None }
}

/// The options of a picklist as a scope tells them; none for other kinds.
pub fn options_of(field: &Field) -> Option<Vec<OptionLabel>> {
    field.kind.choices()?;
    let label = |value: &str, label: &Option<String>| label.clone().unwrap_or_else(|| value.to_owned());
    let options = field.options.iter().map(|option| OptionLabel {
        value: option.value.clone(),
        label: label(&option.value, &option.label),
    });
    Some(options.collect())
}
