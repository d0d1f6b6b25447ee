//! `fields=name,account.name,tasks.title` becomes a tree of selections; `limit[tasks]` and `sort[tasks]` are
//! hung on its branches.

use engine::{Nested, Paged, Selection, SortKey};
use metadata::Problem as Detail;

/// Most names in `fields`.
const MAX_FIELDS: usize = 500;
/// Most characters of one path, far beyond what can nest.
const MAX_PATH: usize = 300;

/// Reads the list of paths.
pub(super) fn selections(text: &str) -> Result<Vec<Selection>, Detail> {
    let mut tree = Vec::new();
    for (count, path) in text.split(',').enumerate() {
        let path = path.trim();
        if count >= MAX_FIELDS {
            return Err(Detail::new("fields", "too-many", format!("at most {MAX_FIELDS} fields at once")));
        }
        if path.split('.').any(str::is_empty) || path.len() > MAX_PATH {
            return Err(Detail::new(
                "fields",
                "bad-path",
                format!("`{}` is not a path of names", shown(path)),
            ));
        }
        select(&mut tree, path);
    }
    Ok(tree)
}

fn shown(path: &str) -> String {
    path.chars().take(60).collect()
}

fn select(tree: &mut Vec<Selection>, path: &str) {
    match path.split_once('.') {
        None if find(tree, path).is_none() => tree.push(Selection::Field(path.to_owned())),
        // A relation named alone beside its fields adds its name.
        None => select(&mut branch(tree, path).fields, "name"),
        Some((relation, rest)) => select(&mut branch(tree, relation).fields, rest),
    }
}

fn find<'t>(tree: &'t mut [Selection], name: &str) -> Option<&'t mut Nested> {
    tree.iter_mut().find_map(|selection| match selection {
        Selection::Nested(nested) if nested.relation == name => Some(nested),
        _ => None,
    })
}

/// The branch called `name`; one that stood there as a plain name becomes a branch.
fn branch<'t>(tree: &'t mut Vec<Selection>, name: &str) -> &'t mut Nested {
    let found = tree.iter().position(|selection| match selection {
        Selection::Nested(nested) | Selection::Paged(Paged { nested, .. }) => nested.relation == name,
        Selection::Field(field) => field == name,
    });
    let mut fields = Vec::new();
    let place = found.unwrap_or(tree.len());
    match tree.get(place) {
        None => tree.push(nested(name, fields)),
        Some(Selection::Nested(_) | Selection::Paged(_)) => {}
        Some(Selection::Field(_)) => {
            fields.push(Selection::Field("name".into()));
            tree[place] = nested(name, fields);
        }
    }
    match &mut tree[place] {
        Selection::Nested(branch) | Selection::Paged(Paged { nested: branch, .. }) => branch,
        Selection::Field(_) => unreachable!("made a branch just now"),
    }
}

fn nested(name: &str, fields: Vec<Selection>) -> Selection {
    Selection::Nested(Nested {
        relation: name.to_owned(),
        alias: None,
        fields,
        sort: Vec::new(),
        limit: None,
        filter: None,
    })
}

/// The branch at a path such as `tasks` or `account.deals`.
pub(super) fn find_branch<'t>(tree: &'t mut [Selection], path: &str) -> Option<&'t mut Nested> {
    match path.split_once('.') {
        None => find(tree, path),
        Some((first, rest)) => find_branch(&mut find(tree, first)?.fields, rest),
    }
}

/// Whether any relation is answered along.
pub(crate) fn nests(tree: &[Selection]) -> bool {
    tree.iter().any(|selection| matches!(selection, Selection::Nested(_)))
}

/// Reads `-amount,name`.
pub(super) fn sort_keys(text: &str, place: &str) -> Result<Vec<SortKey>, Detail> {
    let keys: Vec<SortKey> = text.split(',').map(|key| sort_key(key.trim())).collect();
    if keys.iter().any(|key| key.path.split('.').any(str::is_empty)) {
        return Err(Detail::new(
            place,
            "bad-path",
            "expected names separated by commas, such as `-amount,name`",
        ));
    }
    if keys.len() > 10 {
        return Err(Detail::new(place, "too-many", "at most 10 sort keys"));
    }
    Ok(keys)
}

fn sort_key(key: &str) -> SortKey {
    match key.strip_prefix('-') {
        Some(path) => SortKey { path: path.to_owned(), descending: true },
        None => SortKey { path: key.to_owned(), descending: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in one line: `name account(name owner(name))`.
    fn print(tree: &[Selection]) -> String {
        let one = |selection: &Selection| match selection {
            Selection::Field(name) => name.clone(),
            Selection::Nested(nested) => format!("{}({})", nested.relation, print(&nested.fields)),
            Selection::Paged(paged) => format!("{}[…]", paged.nested.relation),
        };
        tree.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn paths_become_a_tree() {
        let cases = [
            ("name, amount", "name amount"),
            ("name,name", "name name"),
            ("*,account.name", "* account(name)"),
            ("account.name,amount,account.owner.name", "account(name owner(name)) amount"),
            ("tasks,tasks.title", "tasks(name title)"),
            ("tasks.title,tasks", "tasks(title name)"),
        ];
        for (text, expected) in cases {
            assert_eq!(print(&selections(text).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_path() {
        for bad in
            ["", "a,,b", ".a", "a.", "a..b", ",", &"a.".repeat(200), &format!("{}x", "a,".repeat(MAX_FIELDS))]
        {
            assert_eq!(selections(bad).unwrap_err().path, "fields", "{bad}");
        }
    }

    #[test]
    fn branches_are_found_by_path() {
        let mut tree = selections("account.deals.name,tasks.title").unwrap();
        assert_eq!(find_branch(&mut tree, "account.deals").unwrap().relation, "deals");
        assert!(find_branch(&mut tree, "deals").is_none());
    }

    #[test]
    fn sort_keys_have_a_direction() {
        let keys = sort_keys("-amount, account.name", "sort").unwrap();
        assert_eq!((keys[0].path.as_str(), keys[0].descending), ("amount", true));
        assert_eq!((keys[1].path.as_str(), keys[1].descending), ("account.name", false));
        for bad in ["", "-", "a,,b", "a,b,c,d,e,f,g,h,i,j,k"] {
            assert!(sort_keys(bad, "sort").is_err(), "{bad}");
        }
    }
}
