//! XML counted byte by byte, in constant memory: tags, the largest piece that a reader would have to hold at once,
//! and what the shared texts claim to be. It says nothing about what the XML means.

/// Longest tag, in bytes.
const MAX_TAG: usize = 64 * 1024;
/// Deepest nesting of elements.
const MAX_DEPTH: usize = 100;

/// What has been seen of one part.
pub(super) struct Scan {
    /// How many tags there are.
    pub tags: u64,
    /// The largest piece so far, in bytes: a cell of a sheet, a text or tag elsewhere.
    pub longest: u64,
    /// The largest `uniqueCount` that a tag names.
    pub claimed: u64,
    is_sheet: bool,
    state: State,
    /// The bytes of the tag at hand.
    tag: Vec<u8>,
    /// Names of the open elements.
    open: Vec<Vec<u8>>,
    /// Nesting of `sheetData`, once it was there.
    data: Option<usize>,
    piece: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Text,
    /// In a tag, outside or inside of quotes.
    Tag(Option<u8>),
    /// Until its end, of which so many bytes were seen.
    Comment(usize),
    Literal(usize),
    Instruction(usize),
}

impl Scan {
    pub(super) fn new(is_sheet: bool) -> Self {
        let (tag, open) = (Vec::new(), Vec::new());
        Self {
            tags: 0,
            longest: 0,
            claimed: 0,
            is_sheet,
            state: State::Text,
            tag,
            open,
            data: None,
            piece: 0,
        }
    }

    /// Goes on with more bytes; fails with why this is no XML of a workbook.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        for &byte in bytes {
            // Neither is ever in XML; both are in encodings whose letters look like tags.
            if byte == 0 || byte == 0x1B {
                return Err("it is not UTF-8");
            }
            self.piece += 1;
            self.longest = self.longest.max(self.piece);
            self.step(byte)?;
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) -> Result<(), &'static str> {
        self.state = match self.state {
            State::Text if byte == b'<' => {
                self.end_piece();
                self.tag.clear();
                State::Tag(None)
            }
            State::Text => State::Text,
            State::Tag(None) if byte == b'>' => {
                self.end_tag()?;
                State::Text
            }
            State::Tag(quote) => return self.in_tag(byte, quote),
            State::Comment(seen) => until(b"-->", seen, byte).map_or(State::Text, State::Comment),
            State::Literal(seen) => until(b"]]>", seen, byte).map_or(State::Text, State::Literal),
            State::Instruction(seen) => until(b"?>", seen, byte).map_or(State::Text, State::Instruction),
        };
        Ok(())
    }

    fn in_tag(&mut self, byte: u8, quote: Option<u8>) -> Result<(), &'static str> {
        if self.tag.len() >= MAX_TAG {
            return Err("one of its tags is too long");
        }
        self.tag.push(byte);
        self.state = match (quote, self.tag.as_slice()) {
            (None, b"?") => State::Instruction(0),
            (None, b"!--") => State::Comment(0),
            (None, b"![CDATA[") => State::Literal(0),
            (None, [b'!', rest @ ..]) if !b"--".starts_with(rest) && !b"[CDATA[".starts_with(rest) => {
                return Err("it has a document type");
            }
            (None, _) if byte == b'"' || byte == b'\'' => State::Tag(Some(byte)),
            (Some(open), _) if byte == open => State::Tag(None),
            _ => State::Tag(quote),
        };
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), &'static str> {
        self.tags += 1;
        let name = name(&self.tag).to_vec();
        match self.tag.as_slice() {
            [b'/', ..] => {
                if self.open.pop().as_deref() != Some(name.as_slice()) {
                    return Err("its tags do not match");
                }
            }
            [.., b'/'] => self.note(&name, 0),
            _ => {
                if self.open.len() >= MAX_DEPTH {
                    return Err("its tags nest too deep");
                }
                self.note(&name, 1);
                self.open.push(name);
            }
        }
        self.end_piece();
        Ok(())
    }

    /// What the tag says about the part; `deeper` is 1 when it opens an element.
    fn note(&mut self, name: &[u8], deeper: usize) {
        if self.is_sheet && self.data.is_none() && name.ends_with(b"sheetData") {
            self.data = Some(self.open.len() + deeper);
        }
        self.claimed = self.claimed.max(claimed(&self.tag));
    }

    /// A reader lets go of what it holds at the end of a cell; outside of sheets, of a text or tag.
    fn end_piece(&mut self) {
        let is_end = !self.is_sheet || self.data.is_none_or(|data| self.open.len() <= data + 1);
        if is_end {
            self.piece = 0;
        }
    }
}

/// How much of the end was seen; `None` when all of it.
fn until(end: &[u8], seen: usize, byte: u8) -> Option<usize> {
    if byte == end[seen] {
        return (seen + 1 < end.len()).then_some(seen + 1);
    }
    // `--->` ends a comment as well.
    let repeats = seen == 2 && byte == end[0];
    Some(if repeats { 2 } else { usize::from(byte == end[0]) })
}

fn name(tag: &[u8]) -> &[u8] {
    let tag = tag.strip_prefix(b"/").unwrap_or(tag);
    let end = tag.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'/').unwrap_or(tag.len());
    &tag[..end]
}

/// The largest number that stands behind the word `uniqueCount`.
fn claimed(tag: &[u8]) -> u64 {
    const WORD: &[u8] = b"uniqueCount";
    let after = tag.windows(WORD.len()).enumerate().filter(|(_, word)| *word == WORD);
    let digits = after.map(|(at, _)| {
        let rest = tag[at + WORD.len()..].iter().skip_while(|byte| !byte.is_ascii_digit());
        rest.take_while(|byte| byte.is_ascii_digit())
            .fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    });
    digits.max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(is_sheet: bool, text: &str) -> Result<Scan, &'static str> {
        let mut scan = Scan::new(is_sheet);
        // In small pieces, as it may come.
        text.as_bytes().chunks(3).try_for_each(|chunk| scan.feed(chunk))?;
        Ok(scan)
    }

    #[test]
    fn tags_and_claims_are_counted() {
        let seen = scan(false, r#"<?xml version="1.0"?><!-- <a> ---><sst count="9" uniqueCount = '4294967295'><si><t>a &lt; b</t></si><si/></sst>"#).unwrap();
        assert_eq!((seen.tags, seen.claimed), (7, 4_294_967_295));
        let huge = scan(false, r#"<sst uniqueCount="99999999999999999999999999"/>"#).unwrap();
        assert_eq!(huge.claimed, u64::MAX);
    }

    #[test]
    fn a_cell_is_one_piece_whatever_is_in_it() {
        let text = "x".repeat(100);
        let runs = format!("<r><t>{text}</t></r>").repeat(10);
        let sheet =
            |cells: &str| format!("<worksheet><cols/><sheetData><row>{cells}</row></sheetData></worksheet>");
        let many = scan(true, &sheet(&format!("<c><v>{text}</v></c>").repeat(10))).unwrap();
        assert!(many.longest < 200, "{}", many.longest);
        let one = scan(true, &sheet(&format!("<c><is>{runs}</is></c>"))).unwrap();
        assert!(one.longest > 1000, "{}", one.longest);
        let bare = format!("<sheetData><c><is>{runs}</is></c></sheetData>");
        assert!(scan(true, &bare).unwrap().longest > 1000);
        for long in [format!("<!--{runs}-->"), format!("<![CDATA[{runs}]]>"), format!("<?x {runs}?>")] {
            let cell = scan(true, &sheet(&format!("<c><v>{long}</v></c>"))).unwrap();
            assert!(cell.longest > 1000, "{}", cell.longest);
            assert!(scan(false, &format!("<a>{long}</a>")).unwrap().longest > 1000);
        }
    }

    #[test]
    fn what_no_workbook_has_is_refused() {
        for text in [
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
            "<a></b>",
            "</a>",
            "<a>\0</a>",
            "<a>\u{1b}$B</a>",
            &"<a>".repeat(101),
            &format!("<a b=\"{}\"/>", "<".repeat(MAX_TAG)),
        ] {
            assert!(scan(false, text).is_err(), "{}", &text[..text.len().min(40)]);
        }
    }
}
