//! Checking a pattern against the shared subset, and writing it for both engines.

use regex_syntax::ast::{
    self, Ast, ClassPerl, ClassPerlKind, ClassSet, ClassSetBinaryOpKind, ClassSetItem, Group, GroupKind,
    LiteralKind, Repetition, RepetitionKind, RepetitionRange,
};

/// Most repetitions in braces; PostgreSQL refuses more than 255.
const MOST: u32 = 200;

pub(super) struct Emitted {
    pub text: String,
    pub may_be_empty: bool,
}

pub(super) fn emit(source: &str) -> Result<Emitted, String> {
    let tree = ast::parse::ParserBuilder::new().nest_limit(30).build().parse(source);
    let tree = tree.map_err(|error| format!("This is not a pattern: {}.", error.kind()))?;
    let mut text = String::new();
    write(&tree, &mut text)?;
    let hir = regex_syntax::parse(&text).map_err(|_| "This is not a pattern.".to_owned())?;
    Ok(Emitted { text, may_be_empty: hir.properties().minimum_len() == Some(0) })
}

fn write(tree: &Ast, out: &mut String) -> Result<(), String> {
    match tree {
        Ast::Empty(_) => Ok(()),
        Ast::Literal(literal) => write_literal(literal, out),
        Ast::Dot(_) => {
            out.push_str("[^\\n]");
            Ok(())
        }
        Ast::Assertion(assertion) => write_assertion(assertion, out),
        Ast::ClassPerl(class) => {
            out.push_str(if class.negated { "[^" } else { "[" });
            out.push_str(perl(class));
            out.push(']');
            Ok(())
        }
        Ast::ClassBracketed(class) => {
            out.push_str(if class.negated { "[^" } else { "[" });
            write_set(&class.kind, out)?;
            out.push(']');
            Ok(())
        }
        Ast::Repetition(repetition) => write_repetition(repetition, out),
        Ast::Group(group) => write_group(group, out),
        Ast::Alternation(alternation) => {
            for (index, branch) in alternation.asts.iter().enumerate() {
                if index > 0 {
                    out.push('|');
                }
                if matches!(branch, Ast::Empty(_)) {
                    return Err("An alternative of a pattern is empty.".to_owned());
                }
                write(branch, out)?;
            }
            Ok(())
        }
        Ast::Concat(concat) => concat.asts.iter().try_for_each(|part| write(part, out)),
        Ast::Flags(_) => Err("Patterns have no flags.".to_owned()),
        Ast::ClassUnicode(_) => Err("Patterns have no Unicode classes; write the letters in [ ].".to_owned()),
    }
}

fn write_literal(literal: &ast::Literal, out: &mut String) -> Result<(), String> {
    let plain = matches!(literal.kind, LiteralKind::Verbatim | LiteralKind::Meta | LiteralKind::Superfluous);
    let special = matches!(literal.kind, LiteralKind::Special(_));
    if !plain && !special {
        return Err("Patterns have no numeric escapes.".to_owned());
    }
    write_letter(literal.c, out);
    Ok(())
}

/// A letter by itself, escaped alike in both engines.
fn write_letter(letter: char, out: &mut String) {
    match letter {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        _ => {
            if "\\.+*?()|[]{}^$-/#&~".contains(letter) && letter != '/' {
                out.push('\\');
            }
            out.push(letter);
        }
    }
}

fn write_assertion(assertion: &ast::Assertion, out: &mut String) -> Result<(), String> {
    match assertion.kind {
        ast::AssertionKind::StartLine | ast::AssertionKind::StartText => out.push('^'),
        ast::AssertionKind::EndLine | ast::AssertionKind::EndText => out.push('$'),
        _ => return Err("Patterns have no word boundaries.".to_owned()),
    }
    Ok(())
}

fn perl(class: &ClassPerl) -> &'static str {
    match class.kind {
        ClassPerlKind::Digit => "0-9",
        ClassPerlKind::Space => " \\t\\n\\r\\f\\v",
        ClassPerlKind::Word => "A-Za-z0-9_",
    }
}

fn write_set(set: &ClassSet, out: &mut String) -> Result<(), String> {
    match set {
        ClassSet::Item(item) => write_item(item, out),
        ClassSet::BinaryOp(operation) => Err(match operation.kind {
            ClassSetBinaryOpKind::Intersection => "Patterns have no && in [ ].".to_owned(),
            _ => "Patterns have no -- or ~~ in [ ].".to_owned(),
        }),
    }
}

fn write_item(item: &ClassSetItem, out: &mut String) -> Result<(), String> {
    match item {
        ClassSetItem::Empty(_) => Ok(()),
        ClassSetItem::Literal(literal) => write_literal(literal, out),
        ClassSetItem::Range(range) => {
            write_literal(&range.start, out)?;
            out.push('-');
            write_literal(&range.end, out)
        }
        ClassSetItem::Perl(class) if !class.negated => {
            out.push_str(perl(class));
            Ok(())
        }
        ClassSetItem::Union(union) => union.items.iter().try_for_each(|item| write_item(item, out)),
        _ => Err("This class cannot stand in [ ].".to_owned()),
    }
}

fn write_repetition(repetition: &Repetition, out: &mut String) -> Result<(), String> {
    if !repetition.greedy {
        return Err("Patterns have no lazy repetitions such as *? or +?.".to_owned());
    }
    if matches!(*repetition.ast, Ast::Assertion(_) | Ast::Repetition(_) | Ast::Empty(_)) {
        return Err("There is nothing here that could be repeated.".to_owned());
    }
    write(&repetition.ast, out)?;
    match &repetition.op.kind {
        RepetitionKind::ZeroOrOne => out.push('?'),
        RepetitionKind::ZeroOrMore => out.push('*'),
        RepetitionKind::OneOrMore => out.push('+'),
        RepetitionKind::Range(range) => write_range(range, out)?,
    }
    Ok(())
}

fn write_range(range: &RepetitionRange, out: &mut String) -> Result<(), String> {
    let (text, most) = match range {
        RepetitionRange::Exactly(count) => (format!("{{{count}}}"), *count),
        RepetitionRange::AtLeast(least) => (format!("{{{least},}}"), *least),
        RepetitionRange::Bounded(least, most) => (format!("{{{least},{most}}}"), *most),
    };
    if most > MOST {
        return Err(format!("A pattern repeats a part at most {MOST} times."));
    }
    out.push_str(&text);
    Ok(())
}

fn write_group(group: &Group, out: &mut String) -> Result<(), String> {
    match &group.kind {
        GroupKind::CaptureIndex(_) => out.push('('),
        GroupKind::NonCapturing(flags) if flags.items.is_empty() => out.push_str("(?:"),
        GroupKind::NonCapturing(_) => return Err("Patterns have no flags.".to_owned()),
        GroupKind::CaptureName { .. } => return Err("Groups of patterns have no names.".to_owned()),
    }
    write(&group.ast, out)?;
    out.push(')');
    Ok(())
}
