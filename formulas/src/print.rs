//! The one canonical spelling of a parsed formula. Parsing it again gives the same tree.

use crate::functions;
use crate::parser::RESERVED;
use crate::syntax::{Infix, Kind, Node, Prefix};

const OR: u8 = 1;
const AND: u8 = 2;
const COMPARISON: u8 = 3;
const UNARY: u8 = 7;
const ATOM: u8 = 9;

/// The canonical text of a parsed formula.
pub fn print(node: &Node) -> String {
    let mut out = String::new();
    write(node, 0, &mut out);
    out
}

/// A path of names, with braces where a name needs them.
pub fn path(segments: &[String]) -> String {
    let mut out = String::new();
    write_path(segments, &mut out);
    out
}

/// Writes the node, with parentheses where it binds less tightly than `least`.
fn write(node: &Node, least: u8, out: &mut String) {
    let open = strength(&node.kind) < least;
    if open {
        out.push('(');
    }
    write_kind(&node.kind, out);
    if open {
        out.push(')');
    }
}

fn strength(kind: &Kind) -> u8 {
    match kind {
        Kind::Or(_) => OR,
        Kind::And(_) => AND,
        Kind::In { .. } | Kind::Prefix(Prefix::Not, _) => COMPARISON,
        Kind::Prefix(..) => UNARY,
        Kind::Infix(operator, ..) => operator.strength(),
        _ => ATOM,
    }
}

fn write_kind(kind: &Kind, out: &mut String) {
    match kind {
        Kind::Number(digits) => out.push_str(digits),
        Kind::Text(text) => write_text(text, out),
        Kind::True => out.push_str("TRUE"),
        Kind::False => out.push_str("FALSE"),
        Kind::Null => out.push_str("NULL"),
        Kind::Field(segments) => write_path(segments, out),
        Kind::Call { name, arguments, .. } => write_call(name, arguments, out),
        Kind::List(items) => write_between(items, ('[', ']'), out),
        Kind::Prefix(Prefix::Not, inner) => {
            out.push_str("NOT ");
            write(inner, COMPARISON, out);
        }
        Kind::Prefix(prefix, inner) => {
            out.push(if *prefix == Prefix::Minus { '-' } else { '+' });
            write(inner, ATOM, out);
        }
        Kind::Infix(operator, left, right) => write_infix(*operator, left, right, out),
        Kind::In { item, negated, list } => {
            write(item, COMPARISON + 1, out);
            out.push_str(if *negated { " NOT IN " } else { " IN " });
            write(list, ATOM, out);
        }
        Kind::And(parts) => write_joined(parts, " AND ", AND + 1, out),
        Kind::Or(parts) => write_joined(parts, " OR ", OR + 1, out),
    }
}

fn write_infix(operator: Infix, left: &Node, right: &Node, out: &mut String) {
    // A comparison or a power beside its like needs parentheses on both sides.
    let alone = operator.is_comparison() || operator == Infix::Power;
    write(left, operator.strength() + u8::from(alone), out);
    out.push(' ');
    out.push_str(operator.symbol());
    out.push(' ');
    write(right, operator.strength() + 1, out);
}

fn write_joined(parts: &[Node], word: &str, least: u8, out: &mut String) {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push_str(word);
        }
        write(part, least, out);
    }
}

fn write_call(name: &str, arguments: &[Node], out: &mut String) {
    match functions::find(name) {
        Some(function) => out.push_str(function.name),
        None => out.push_str(name),
    }
    write_between(arguments, ('(', ')'), out);
}

fn write_between(items: &[Node], (open, close): (char, char), out: &mut String) {
    out.push(open);
    write_joined(items, ", ", 0, out);
    out.push(close);
}

fn write_path(segments: &[String], out: &mut String) {
    for (index, segment) in segments.iter().enumerate() {
        if index > 0 {
            out.push('.');
        }
        match is_plain(segment) && !(segments.len() == 1 && is_reserved(segment)) {
            true => out.push_str(segment),
            false => {
                out.push('{');
                out.push_str(segment);
                out.push('}');
            }
        }
    }
}

fn is_plain(segment: &str) -> bool {
    let mut letters = segment.chars();
    let first = letters.next().is_some_and(|letter| letter.is_alphabetic() || letter == '_' || letter == '$');
    first && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}

fn is_reserved(segment: &str) -> bool {
    RESERVED.iter().any(|word| word.eq_ignore_ascii_case(segment))
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            _ => out.push(letter),
        }
    }
    out.push('"');
}
