//! Texts that nobody would write: mutations of ones that somebody would, and very deep and long ones. Whatever comes
//! in, there is an answer, its spans lie within the text, and it comes at once.

use std::time::{Duration, Instant};

use super::parse;
use crate::limits::Limits;
use crate::print::print;
use crate::syntax::Node;
use crate::testing::checked;

const CASES: &str = include_str!("../../../cases/functions.txt");
const SEED: u64 = 20_261_121;
const ROUNDS: usize = 40_000;
/// What mutations put in: all that means something to the lexer, and letters of several bytes.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "{{",
    "}}",
    "}",
    "\"",
    "'",
    "\\",
    "\\n",
    "//",
    "/*",
    "*/",
    ",",
    ";",
    ".",
    "..",
    "=",
    "==",
    "<>",
    "!=",
    "<=",
    "&&",
    "||",
    "&",
    "|",
    "!",
    "-",
    "+",
    "*",
    "/",
    "%",
    "^",
    "1",
    "1.5",
    ".5",
    "1e5",
    "0xff",
    "99999999999999999999",
    "AND",
    "or",
    "NOT",
    "in",
    "NULL",
    "TRUE",
    "$User.id",
    "$Prior.",
    "amount",
    "IF(",
    "é",
    "日本",
    "🜁",
    "\0",
    "\u{202e}",
    " ",
    "\n",
    "\u{a0}",
    "_",
    "$",
    "#",
    "@",
    "`",
    "~",
    "?",
];

/// SplitMix64, as elsewhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }
}

fn spans_lie_within(node: &Node, text: &str) {
    assert!(text.get(node.span.start..node.span.end).is_some(), "{:?} in {text:?}", node.span);
    node.kind.children().for_each(|child| spans_lie_within(child, text));
}

/// Parses, and checks what can be said of any answer.
fn survive(text: &str) {
    match parse(text, &Limits::default()) {
        Ok(node) => {
            spans_lie_within(&node, text);
            let canonical = print(&node);
            let again = parse(&canonical, &Limits { characters: 100_000, ..Limits::default() });
            assert_eq!(again.map(|node| print(&node)).ok(), Some(canonical), "{text:?}");
        }
        Err(problem) => {
            assert!(text.get(problem.span.start..problem.span.end).is_some(), "{problem:?} in {text:?}");
            assert!(!problem.message.is_empty());
        }
    }
    for problem in checked(text).err().unwrap_or_default() {
        assert!(text.get(problem.span.start..problem.span.end).is_some(), "{problem:?} in {text:?}");
    }
}

#[test]
fn mutations_of_good_texts_are_answered() {
    println!("seed {SEED}");
    let mut random = Random(SEED);
    let cases: Vec<&str> = CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    for _ in 0..ROUNDS {
        let mut letters: Vec<char> = cases[random.below(cases.len())].chars().collect();
        for _ in 0..=random.below(6) {
            let at = random.below(letters.len() + 1);
            match random.below(4) {
                0 => drop(letters.drain(at..(at + random.below(4)).min(letters.len()))),
                1 => {
                    let other: Vec<char> = cases[random.below(cases.len())].chars().collect();
                    let from = random.below(other.len());
                    letters.splice(at..at, other[from..].iter().copied());
                }
                _ => drop(letters.splice(at..at, PIECES[random.below(PIECES.len())].chars())),
            }
        }
        survive(&letters.into_iter().collect::<String>());
    }
}

#[test]
fn depth_and_length_are_answered_at_once() {
    // Milliseconds each; the bounds leave room for a machine that does much else, and none for quadratic work.
    let begun = Instant::now();
    for piece in [
        "(", "[", "{", "-", "!", "NOT ", "IF(", "1+", "a.", "1=", "\"", "/*", "a AND ", "'", "^", "{{",
        "ABS(-",
    ] {
        for count in [65, 1_000, 100_000] {
            survive(&piece.repeat(count));
            survive(&format!("{}1{}", piece.repeat(count), ")".repeat(count)));
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    let parentheses = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let begun = Instant::now();
    // Also where the length is allowed: the depth alone ends it.
    let problem = parse(&parentheses, &Limits { characters: 1_000_000, ..Limits::default() }).unwrap_err();
    assert_eq!(problem.code.as_str(), "F020", "{problem:?}");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}
