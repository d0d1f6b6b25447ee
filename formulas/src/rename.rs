//! Rewriting a formula's text after fields were renamed. The meaning is in the ids; this is for the reader.

use crate::check::Mention;
use crate::expression::Reference;
use crate::limits::Limits;
use crate::span::Span;
use crate::syntax::{Kind, Node};
use crate::{parser, print};

/// The text with each mention replaced by the path that `name` gives for it, such as `account.industry`.
/// Mentions without a new name, and those that are not inside the text, stay.
pub fn renamed(text: &str, mentions: &[Mention], name: &dyn Fn(&Reference) -> Option<String>) -> String {
    let mut ordered: Vec<&Mention> = mentions.iter().collect();
    ordered.sort_by_key(|mention| mention.span.start);
    let (mut result, mut done) = (String::with_capacity(text.len()), 0);
    for mention in ordered {
        let span = mention.span;
        let (Some(before), Some(_)) = (text.get(done..span.start), text.get(span.start..span.end)) else {
            continue;
        };
        if let Some(path) = name(&mention.reference) {
            result += before;
            result += &path;
            done = span.end;
        }
    }
    result + text.get(done..).unwrap_or_default()
}

/// The text with each path of names replaced by what `name` makes of its segments, where it makes something.
/// It asks for no meaning, so it works for texts whose fields are not there any more; a text that cannot be read stays.
pub fn rewritten(text: &str, name: &dyn Fn(&[String]) -> Option<Vec<String>>) -> String {
    let Ok(node) = parser::parse(text, &Limits::default()) else { return text.to_owned() };
    let mut paths = Vec::new();
    collect(&node, &mut paths);
    paths.sort_by_key(|(span, _)| span.start);
    let (mut result, mut done) = (String::with_capacity(text.len()), 0);
    for (span, segments) in paths {
        if let Some(path) = name(segments) {
            result += &text[done..span.start];
            result += &print::path(&path);
            done = span.end;
        }
    }
    result + &text[done..]
}

fn collect<'n>(node: &'n Node, paths: &mut Vec<(Span, &'n [String])>) {
    if let Kind::Field(segments) = &node.kind {
        paths.push((node.span, segments));
    }
    node.kind.children().for_each(|child| collect(child, paths));
}

#[cfg(test)]
mod tests {
    use super::{renamed, rewritten};
    use crate::testing::checked;

    #[test]
    fn names_change_and_nothing_else_does() {
        let text = "amount/2 + LEN( {Name} ) // amount";
        let mentions = checked(text).unwrap().mentions;
        let name =
            |reference: &crate::Reference| (reference.field == "amount").then(|| "deal_size".to_owned());
        assert_eq!(renamed(text, &mentions, &name), "deal_size/2 + LEN( {Name} ) // amount");
        let mentions = checked("((amount)) * 2").unwrap().mentions;
        assert_eq!(renamed("((amount)) * 2", &mentions, &name), "((deal_size)) * 2");
    }

    #[test]
    fn paths_are_rewritten_without_a_meaning() {
        let swap = |segments: &[String]| {
            (segments[0] == "old").then(|| [&["not".to_owned()][..], &segments[1..]].concat())
        };
        assert_eq!(
            rewritten("IF(old > 1, (old.name), {Old Name}) + older", &swap),
            "IF({not} > 1, (not.name), {Old Name}) + older"
        );
        assert_eq!(rewritten("old +", &swap), "old +");
    }
}
