//! Calls: the function of a name, how many arguments it takes, and of which types.

use super::operators::shown;
use super::{Checker, Rewriting, Typed, mismatch};
use crate::diagnostic::{Code, Diagnostic};
use crate::expression::Expression;
use crate::functions::choice::json_steps;
use crate::functions::text_format::check_form;
use crate::functions::{self, Accepts, Blank, Form, Function, FunctionRef, Gives, Presence};
use crate::moment::Unit;
use crate::pattern::Pattern;
use crate::span::Span;
use crate::types::Type;
use crate::value::Value;

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        name: &str,
        name_span: Span,
        arguments: Vec<Typed>,
        span: Span,
    ) -> Result<Typed, Diagnostic> {
        let function = functions::find(name).filter(|function| function.is_public()).ok_or_else(|| {
            let problem =
                Diagnostic::new(Code::UnknownFunction, name_span, format!("There is no function {name}."));
            match closest(name) {
                Some(close) => problem.hint(format!("Did you mean {close}?")),
                None => problem,
            }
        })?;
        check_count(function, &arguments, span)?;
        if let Form::Saving(_) = function.form {
            self.must_be_saving(name_span)?;
        }
        let options = arguments.first().and_then(|first| first.options.clone());
        let arguments = self.arguments(function, arguments, span)?;
        let expression = match function.form {
            Form::Rewrite(rewrite) => rewrite(&mut Rewriting { checker: self, arguments, span })?,
            _ => {
                let arguments = arguments.into_iter().map(|argument| argument.expression).collect();
                Expression::Call { function: FunctionRef(function), arguments }
            }
        };
        let options = options.filter(|_| expression.ty() == Type::Choice);
        Ok(Typed { expression, span, options, nullable: true })
    }

    /// The arguments, each checked, with those that are absent filled in.
    fn arguments(
        &mut self,
        function: &'static Function,
        given: Vec<Typed>,
        span: Span,
    ) -> Result<Vec<Typed>, Diagnostic> {
        let mut arguments = Vec::new();
        let mut given = given.into_iter();
        for (index, parameter) in function.takes.iter().enumerate() {
            let literal = |value| Some(Typed::new(Expression::Literal(value), span));
            let next = match parameter.presence {
                // A zone after an argument that is absent has no use.
                Presence::Zone if arguments.len() < index => None,
                Presence::Zone => Some(Typed::new(self.zone(), span)),
                Presence::OrNumber(number) => given.next().or_else(|| literal(Value::Number(number.into()))),
                Presence::OrText(text) => given.next().or_else(|| literal(Value::text(text))),
                _ => given.next(),
            };
            if let Some(argument) = next {
                let argument = self.argument(function, index, argument, &arguments)?;
                arguments.push(argument);
            }
        }
        for argument in given {
            let argument = self.argument(function, arguments.len(), argument, &arguments)?;
            arguments.push(argument);
        }
        Ok(self.related_moments(function, arguments))
    }

    fn argument(
        &mut self,
        function: &Function,
        index: usize,
        argument: Typed,
        before: &[Typed],
    ) -> Result<Typed, Diagnostic> {
        let Some(parameter) = function.parameter(index) else { return Ok(argument) };
        let argument = match parameter.accepts {
            Accepts::Is(wanted) => self.of_type(argument, wanted)?,
            Accepts::Moment => {
                let argument = self.read(argument, Type::DateTime)?;
                match argument.ty() {
                    Type::Date | Type::DateTime | Type::Null => argument,
                    _ => return Err(mismatch(&argument, "date")),
                }
            }
            Accepts::Ordered => {
                let first = before.first().map_or(argument.ty(), Typed::ty);
                let ordered = matches!(first, Type::Date | Type::DateTime | Type::Time | Type::Null);
                let fits = ordered || first.is_number();
                if !fits {
                    return Err(mismatch(&argument, "number"));
                }
                self.of_type(argument, first)?
            }
            Accepts::Any => argument,
            Accepts::Dated => match argument.ty() {
                Type::Date | Type::DateTime | Type::Text | Type::Choice | Type::Null => argument,
                _ => return Err(mismatch(&argument, "date")),
            },
            Accepts::Shown => Typed { expression: shown(argument.clone()), ..argument },
            Accepts::Field if matches!(argument.expression, Expression::Field(_)) => argument,
            Accepts::Field => {
                return Err(Diagnostic::new(
                    Code::NotConstant,
                    argument.span,
                    "The name of a field is expected.",
                ));
            }
            _ => {
                self.constant(function, parameter.accepts, &argument, before)?;
                argument
            }
        };
        match parameter.blank {
            Blank::Zero => Ok(Typed { expression: self.zeroed(argument.clone()), ..argument }),
            _ => Ok(argument),
        }
    }

    /// An argument of the type, through the conversions between dates, date/times and times.
    fn of_type(&self, argument: Typed, wanted: Type) -> Result<Typed, Diagnostic> {
        let argument = match wanted {
            Type::Date | Type::DateTime | Type::Time if argument.ty() == Type::Text => {
                self.read(argument, wanted)?
            }
            _ => argument,
        };
        let argument = match wanted {
            Type::Date => self.converted(argument, Type::DateTime, "DATEVALUE"),
            Type::Time => self.converted(argument, Type::DateTime, "_LOCALTIME"),
            Type::DateTime => self.to_instant(argument),
            _ => argument,
        };
        argument.must_be(wanted).map(|()| argument)
    }

    /// A text literal of the form that the parameter wants.
    fn constant(
        &self,
        function: &Function,
        accepts: Accepts,
        argument: &Typed,
        before: &[Typed],
    ) -> Result<(), Diagnostic> {
        let text = match &argument.expression {
            Expression::Literal(Value::Text(text)) => text.as_str(),
            Expression::Literal(Value::Null) => "",
            _ => {
                let problem =
                    Diagnostic::new(Code::NotConstant, argument.span, "A text in quotes is expected here.");
                return Err(problem);
            }
        };
        let first = before.first().map_or(Type::Null, Typed::ty);
        let refused = match accepts {
            Accepts::Unit => check_unit(function, text, first),
            Accepts::Pattern => check_pattern(function, text),
            Accepts::JsonPath if json_steps(text).is_none() => {
                Err("Write a path such as $.a.b[0].".to_owned())
            }
            Accepts::Format => check_form(text, first).map_err(str::to_owned),
            _ => Ok(()),
        };
        refused.map_err(|hint| {
            let message = format!("\"{text}\" has no meaning here.");
            Diagnostic::new(Code::Pattern, argument.span, message).hint(hint)
        })
    }

    /// Dates and date/times in one call: the dates become date/times.
    fn related_moments(&self, function: &Function, arguments: Vec<Typed>) -> Vec<Typed> {
        let is_moment = |index: usize| {
            let accepts = function.parameter(index).map(|parameter| parameter.accepts);
            accepts == Some(Accepts::Moment)
        };
        let instants = |(index, part): (usize, &Typed)| is_moment(index) && part.ty() == Type::DateTime;
        if !arguments.iter().enumerate().any(instants) {
            return arguments;
        }
        let convert = |(index, part)| if is_moment(index) { self.to_instant(part) } else { part };
        arguments.into_iter().enumerate().map(convert).collect()
    }
}

fn check_count(function: &Function, arguments: &[Typed], span: Span) -> Result<(), Diagnostic> {
    let (least, most) = function.arity();
    let count = arguments.len();
    let wanted = match most {
        Some(most) if count >= least && count <= most => return Ok(()),
        None if count >= least && count <= 50 => return Ok(()),
        Some(most) if most == least => format!("{least}"),
        Some(most) => format!("{least} to {most}"),
        None => format!("{least} to 50"),
    };
    let message = format!("{} takes {wanted} arguments, not {count}.", function.name);
    let hint = format!("It is {}.", function.signature());
    Err(Diagnostic::new(Code::ArgumentCount, span, message).hint(hint))
}

fn check_unit(function: &Function, word: &str, of: Type) -> Result<(), String> {
    let unit = Unit::parse(word)
        .ok_or_else(|| "Units are second, minute, hour, day, week, month, quarter and year.".to_owned())?;
    match of == Type::Date && !unit.is_of_dates() && function.gives == Gives::First {
        true => Err("A date has no time; units are day, week, month, quarter and year.".to_owned()),
        false => Ok(()),
    }
}

/// Where the matching part is the result, it must not be empty.
fn check_pattern(function: &Function, source: &str) -> Result<(), String> {
    let pattern = Pattern::new(source)?;
    match function.gives != Gives::Is(Type::Bool) && pattern.may_be_empty() {
        true => Err("This pattern matches the empty text; write + instead of *.".to_owned()),
        false => Ok(()),
    }
}

/// A known function whose name is close to the one that was written.
fn closest(name: &str) -> Option<&'static str> {
    let upper = name.to_ascii_uppercase();
    let public = functions::all().filter(|function| function.is_public());
    let near = public.map(|function| (distance(&upper, function.name), function.name)).min();
    near.filter(|(distance, _)| *distance <= 2).map(|(_, name)| name)
}

/// How many letters must change for one word to become the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(40).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(40).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = if x == *y { diagonal } else { 1 + diagonal.min(row[j]).min(row[j + 1]) };
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}
