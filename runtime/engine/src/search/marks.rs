//! The part of a text where the words are, as safe HTML: everything is escaped but our own `<mark>`.

use super::is_of_word;

/// Characters shown before the first word, and altogether.
const BEFORE: usize = 60;
const LENGTH: usize = 200;

/// The text around its first match with all matches marked; `None` where there is none. A match begins with one of the
/// words, or is one of those by which it was found.
pub(super) fn marked(text: &str, (words, found): (&[String], &[String])) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let words: Vec<String> = words.iter().map(|word| word.chars().map(letter).collect()).collect();
    let matches: Vec<(usize, usize)> =
        runs(&chars).filter(|run| is_match(&chars[run.0..run.1], (&words, found))).collect();
    let first = matches.first()?.0;
    let start = first.saturating_sub(BEFORE);
    let start = if chars.len() <= LENGTH { 0 } else { start };
    let end = chars.len().min(start + LENGTH);
    let mut html = String::with_capacity(end - start + 16);
    if start > 0 {
        html.push('…');
    }
    let mut at = start;
    for (from, to) in matches.into_iter().filter(|(from, _)| (start..end).contains(from)) {
        escape(&mut html, &chars[at..from]);
        html.push_str("<mark>");
        escape(&mut html, &chars[from..to]);
        html.push_str("</mark>");
        at = to;
    }
    escape(&mut html, &chars[at.min(end)..end.max(at.min(end))]);
    if end < chars.len() {
        html.push('…');
    }
    Some(html)
}

/// Where words begin and end.
fn runs(chars: &[char]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + chars[at..].iter().position(|c| is_of_word(*c))?;
        let to =
            chars[from..].iter().position(|c| !is_of_word(*c)).map_or(chars.len(), |length| from + length);
        at = to;
        Some((from, to))
    })
}

fn is_match(run: &[char], (words, found): (&[String], &[String])) -> bool {
    let run: String = run.iter().flat_map(|c| c.to_lowercase()).map(letter).collect();
    words.iter().any(|word| run.starts_with(word.as_str())) || found.contains(&run)
}

/// The two small sigmas are one letter.
fn letter(c: char) -> char {
    if c == 'ς' { 'σ' } else { c }
}

fn escape(html: &mut String, chars: &[char]) {
    for c in chars {
        match c {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(*c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(text: &str, words: &[&str]) -> Option<String> {
        marked(text, (&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), &[]))
    }

    #[test]
    fn words_are_marked_by_their_beginnings() {
        assert_eq!(
            mark("Tidewater tides, low TIDE", &["tide"]).unwrap(),
            "<mark>Tidewater</mark> <mark>tides</mark>, low <mark>TIDE</mark>"
        );
        assert_eq!(mark("Ünal & Söhne", &["söh"]).unwrap(), "Ünal &amp; <mark>Söhne</mark>");
        assert_eq!(mark("low tide", &["ide"]), None);
        assert_eq!(mark("ΟΔΟΣ", &["οδος"]).unwrap(), "<mark>ΟΔΟΣ</mark>");
    }

    #[test]
    fn other_forms_are_marked_whole() {
        let html =
            marked("Verträge, Vertrag", (&["vertrags".into()], &["verträge".into(), "vertrag".into()]));
        assert_eq!(html.unwrap(), "<mark>Verträge</mark>, <mark>Vertrag</mark>");
    }

    #[test]
    fn nothing_of_the_text_is_html() {
        let html = mark("<script>alert('x')</script> \"tide\" <mark>", &["tide", "script"]).unwrap();
        assert_eq!(
            html,
            "&lt;<mark>script</mark>&gt;alert(&#39;x&#39;)&lt;/<mark>script</mark>&gt; &quot;<mark>tide</mark>&quot; &lt;mark&gt;"
        );
    }

    #[test]
    fn long_texts_are_shown_in_part() {
        let text = format!("{}tide{}", "x ".repeat(500), " y".repeat(500));
        let html = mark(&text, &["tide"]).unwrap();
        assert!(html.starts_with('…') && html.ends_with('…') && html.contains("<mark>tide</mark>"), "{html}");
        assert!(html.chars().count() < LENGTH + 20);
        // A word across the end is marked whole.
        let text = format!("tide {}{}", "x ".repeat(95), "tide".repeat(30));
        assert!(mark(&text, &["tide"]).unwrap().contains("<mark>tidetide"));
    }
}
