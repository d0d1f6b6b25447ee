//! From a parsed formula to a typed expression: names become ids, types are made sure of, blanks and zones are
//! written into the tree. All problems are reported, not just the first.

mod calls;
mod coerce;
mod names;
mod operators;
mod rewriting;

use std::collections::BTreeSet;

use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::capability::Capability;
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::{Expression, Reference};
use crate::functions::FunctionRef;
use crate::limits::Limits;
use crate::parser;
use crate::print::print;
use crate::scope::{OptionLabel, Scope};
use crate::span::Span;
use crate::sql::weight;
use crate::syntax::{Kind, Node, Prefix};
use crate::types::Type;
use crate::value::Value;

pub(crate) use operators::may_be_blank;
pub(crate) use rewriting::Rewriting;

/// How blank numbers read in arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum BlankAs {
    #[default]
    Zero,
    Blank,
}

/// The zone in which days begin. Only a fixed one can be indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Zone {
    #[default]
    User,
    Tenant,
    Fixed(Tz),
}

impl Zone {
    /// `user`, `tenant`, or the IANA name of a zone; `None` when there is no such zone.
    pub fn parse(name: &str) -> Option<Zone> {
        match name {
            "user" => Some(Zone::User),
            "tenant" => Some(Zone::Tenant),
            name => name.parse().ok().map(Zone::Fixed),
        }
    }
}

/// How a formula is meant.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub blank_as: BlankAs,
    pub zone: Zone,
    /// Whether the formula runs while a record is saved, where `ISCHANGED` and the like have a meaning.
    pub saving: bool,
    /// The type that the result must have.
    pub expects: Option<Type>,
    pub limits: Limits,
}

/// A formula that has passed.
#[derive(Clone, Debug)]
pub struct Checked {
    pub expression: Expression,
    pub ty: Type,
    pub capability: Capability,
    /// Every field it reads, each once.
    pub dependencies: Vec<Reference>,
    /// Where the text names which field, so that a rename can rewrite the text.
    pub mentions: Vec<Mention>,
    /// The canonical text.
    pub canonical: String,
    pub warnings: Vec<Diagnostic>,
}

/// A field's name in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub span: Span,
    pub reference: Reference,
}

/// Parses, resolves and checks a formula.
pub fn check(text: &str, scope: &dyn Scope, options: &Options) -> Result<Checked, Vec<Diagnostic>> {
    let node = parser::parse(text, &options.limits).map_err(|problem| vec![problem])?;
    let mut checker = Checker {
        scope,
        options,
        problems: Vec::new(),
        warnings: Vec::new(),
        mentions: Vec::new(),
        joins: BTreeSet::new(),
    };
    let typed = checker.typed(&node);
    checker.check_result(&typed);
    if !checker.problems.is_empty() {
        return Err(checker.problems);
    }
    let expression = typed.expression;
    let mut dependencies = BTreeSet::new();
    expression.references(&mut |reference| {
        dependencies.insert(reference.clone());
    });
    let ty = match expression.ty() {
        Type::Integer => Type::Number,
        ty => ty,
    };
    Ok(Checked {
        ty,
        capability: expression.capability(),
        dependencies: dependencies.into_iter().collect(),
        mentions: checker.mentions,
        canonical: print(&node),
        warnings: checker.warnings,
        expression,
    })
}

/// A part with what the checker knows about it.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub expression: Expression,
    pub span: Span,
    /// The options of a picklist field.
    pub options: Option<Vec<OptionLabel>>,
    pub nullable: bool,
}

impl Typed {
    fn new(expression: Expression, span: Span) -> Typed {
        Typed { expression, span, options: None, nullable: true }
    }

    /// Stands for a part that has a problem, and is accepted everywhere so that one mistake is reported once.
    fn unknown(span: Span) -> Typed {
        Typed::new(Expression::Literal(Value::Null), span)
    }

    pub(crate) fn ty(&self) -> Type {
        self.expression.ty()
    }

    pub(crate) fn must_be(&self, wanted: Type) -> Result<(), Diagnostic> {
        let ty = self.ty();
        let fits = ty == wanted
            || ty == Type::Null
            || (wanted.is_number() && ty.is_number())
            || (wanted == Type::Text && ty == Type::Choice);
        if fits { Ok(()) } else { Err(mismatch(self, wanted.word())) }
    }

    /// Refuses an option that this picklist does not have.
    pub(crate) fn must_have(&self, option: &Typed) -> Result<(), Diagnostic> {
        let (Some(options), Expression::Literal(Value::Text(text))) = (&self.options, &option.expression)
        else {
            return Ok(());
        };
        if options.iter().any(|known| known.value == *text) {
            return Ok(());
        }
        let known: Vec<&str> = options.iter().take(8).map(|known| known.value.as_str()).collect();
        let message = format!("This picklist has no option \"{text}\".");
        let problem = Diagnostic::new(Code::UnknownOption, option.span, message);
        Err(problem.hint(format!("Its options are {}.", known.join(", "))))
    }
}

/// A part of a type that does not fit.
fn mismatch(part: &Typed, wanted: &str) -> Diagnostic {
    let message = format!("This is a {}, but a {wanted} is expected.", part.ty().word());
    let problem = Diagnostic::new(Code::Mismatch, part.span, message);
    match (part.ty(), wanted) {
        (_, "text") => problem.hint("Write TEXT(…) around it."),
        (Type::Text, "number") => problem.hint("Write VALUE(…) around it."),
        (Type::Text, "date") => problem.hint("Write DATEVALUE(…) around it."),
        (_, "true/false") => problem.hint("Compare it with something, or write NOT ISBLANK(…)."),
        _ => problem,
    }
}

struct Checker<'a> {
    scope: &'a dyn Scope,
    options: &'a Options,
    problems: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    mentions: Vec<Mention>,
    /// The lookup paths that are followed.
    joins: BTreeSet<Vec<String>>,
}

impl Checker<'_> {
    /// The typed part; a problem is noted and stands as unknown.
    fn typed(&mut self, node: &Node) -> Typed {
        self.try_typed(node).unwrap_or_else(|problem| {
            self.problems.push(problem);
            Typed::unknown(node.span)
        })
    }

    fn all_typed(&mut self, nodes: &[Node]) -> Vec<Typed> {
        nodes.iter().map(|node| self.typed(node)).collect()
    }

    fn try_typed(&mut self, node: &Node) -> Result<Typed, Diagnostic> {
        let span = node.span;
        let literal = |value| Ok(Typed::new(Expression::Literal(value), span));
        match &node.kind {
            Kind::Number(digits) => literal(Value::Number(number(digits, span)?)),
            Kind::Text(text) => literal(Value::text(text.as_str())),
            Kind::True => literal(Value::Bool(true)),
            Kind::False => literal(Value::Bool(false)),
            Kind::Null => literal(Value::Null),
            Kind::Field(segments) => self.name(segments, span),
            Kind::Call { name, name_span, arguments } => {
                let arguments = self.all_typed(arguments);
                self.call(name, *name_span, arguments, span)
            }
            Kind::List(_) => {
                let problem = Diagnostic::new(Code::UnexpectedToken, span, "A list only stands after IN.");
                Err(problem.hint("Write x IN [\"a\", \"b\"]."))
            }
            Kind::Prefix(prefix, inner) => self.prefix(*prefix, inner, span),
            Kind::Infix(operator, left, right) => {
                let (left, right) = (self.typed(left), self.typed(right));
                self.infix(*operator, left, right, span)
            }
            Kind::In { item, negated, list } => self.membership(item, *negated, list, span),
            Kind::And(parts) => Ok(Typed::new(Expression::And(self.conditions(parts)), span)),
            Kind::Or(parts) => Ok(Typed::new(Expression::Or(self.conditions(parts)), span)),
        }
    }

    fn conditions(&mut self, nodes: &[Node]) -> Vec<Expression> {
        let mut conditions = Vec::new();
        for node in nodes {
            let typed = self.typed(node);
            if let Err(problem) = typed.must_be(Type::Bool) {
                self.problems.push(problem);
            }
            conditions.push(typed.expression);
        }
        conditions
    }

    fn prefix(&mut self, prefix: Prefix, inner: &Node, span: Span) -> Result<Typed, Diagnostic> {
        let typed = self.typed(inner);
        match prefix {
            Prefix::Not => self.negation(typed, span),
            Prefix::Plus => typed.must_be(Type::Number).map(|()| typed),
            Prefix::Minus => {
                typed.must_be(Type::Number)?;
                Ok(Typed::new(self.negative(typed), span))
            }
        }
    }

    fn check_result(&mut self, typed: &Typed) {
        if weight::length(&typed.expression) > self.options.limits.sql as f64 {
            let problem = Diagnostic::new(Code::TooLarge, typed.span, "This formula becomes too much SQL.");
            self.problems.push(
                problem.hint("Move a part that it uses several times into a formula field of its own."),
            );
        }
        let Some(wanted) = self.options.expects else { return };
        if let (Err(problem), true) = (typed.must_be(wanted), self.problems.is_empty()) {
            self.problems.push(Diagnostic { code: Code::ResultType, ..problem });
        }
    }

    /// The formula's zone as an expression: a name, or what the request will tell.
    fn zone(&self) -> Expression {
        let variable = |name: &str| Expression::Variable { name: name.to_owned(), ty: Type::Text };
        match self.options.zone {
            Zone::User => variable("$User.zone"),
            Zone::Tenant => variable("$Tenant.zone"),
            Zone::Fixed(zone) => Expression::Literal(Value::text(zone.name())),
        }
    }
}

/// A call of a function that only the checker makes.
fn internal(name: &str, arguments: Vec<Expression>) -> Expression {
    match FunctionRef::named(name) {
        Some(function) => Expression::Call { function, arguments },
        // All names given to this function are in the table; a test calls each.
        None => Expression::Literal(Value::Null),
    }
}

/// At most 18 digits before the point and 12 after it.
fn number(digits: &str, span: Span) -> Result<Decimal, Diagnostic> {
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let large = whole.trim_start_matches('0').len() > 18 || decimals.len() > 12;
    match digits.parse() {
        Ok(number) if !large => Ok(number),
        _ => {
            let problem = Diagnostic::new(Code::Number, span, "This number has too many digits.");
            Err(problem.hint("Write at most 18 digits before the point and 12 after it."))
        }
    }
}

#[cfg(test)]
#[path = "check/tests.rs"]
mod tests;
