//! Rewriting a formula's text after fields were renamed. The meaning is in the ids; this is for the reader.

use crate::check::Mention;
use crate::expression::Reference;

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

#[cfg(test)]
mod tests {
    use super::renamed;
    use crate::testing::checked;

    #[test]
    fn names_change_and_nothing_else_does() {
        let text = "amount/2 + LEN( {Name} ) // amount";
        let mentions = checked(text).unwrap().mentions;
        let name =
            |reference: &crate::Reference| (reference.field == "amount").then(|| "deal_size".to_owned());
        assert_eq!(renamed(text, &mentions, &name), "deal_size/2 + LEN( {Name} ) // amount");
    }
}
