//! The pairs of a query string, decoded strictly: what is not UTF-8 or holds a NUL is refused, not guessed.

use metadata::Problem as Detail;

/// Most parameters of one request.
const MAX_PAIRS: usize = 200;

/// Decoded names and values in their order.
pub(crate) type Pairs = Vec<(String, String)>;

/// Reads `a=1&filter[b][gte]=2`. `+` is a blank. All problems at once.
pub(crate) fn parse(query: &str) -> Result<Pairs, Vec<Detail>> {
    let mut problems = Vec::new();
    let mut pairs = Pairs::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        match (decode(name), decode(value)) {
            (Some(name), Some(value)) => pairs.push((name, value)),
            (name, _) => {
                let place = name.unwrap_or_else(|| name_as_written(part));
                problems.push(Detail::new(place, "bad-encoding", "this is not percent-encoded UTF-8 text"));
            }
        }
    }
    if pairs.len() > MAX_PAIRS {
        problems.push(Detail::new("", "too-many", format!("at most {MAX_PAIRS} parameters are allowed")));
    }
    if problems.is_empty() { Ok(pairs) } else { Err(problems) }
}

fn name_as_written(part: &str) -> String {
    part.split('=').next().unwrap_or_default().chars().take(100).collect()
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? * 16 + hex(rest.next()?)?,
            byte => byte,
        });
    }
    // PostgreSQL's text holds no NUL, so no value can mean one.
    if bytes.contains(&0) { None } else { String::from_utf8(bytes).ok() }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(query: &str) -> Vec<(String, String)> {
        parse(query).unwrap()
    }

    #[test]
    fn decodes_names_and_values() {
        assert_eq!(pairs(""), []);
        assert_eq!(pairs("a=1&&b"), [("a".into(), "1".into()), ("b".into(), String::new())]);
        assert_eq!(pairs("filter%5Ba%5D=x+y%2Bz=%C3%A9"), [("filter[a]".into(), "x y+z=é".into())]);
    }

    #[test]
    fn refuses_what_is_no_text() {
        for bad in ["a=%", "a=%2", "a=%zz", "a=%ff", "%c3=1", "a=%00", "a=%+1"] {
            let problems = parse(bad).unwrap_err();
            assert_eq!(problems[0].code, "bad-encoding", "{bad}");
        }
        let many = "a=1&".repeat(MAX_PAIRS + 1);
        assert_eq!(parse(&many).unwrap_err()[0].code, "too-many");
    }
}
