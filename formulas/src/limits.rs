//! How large a formula may be. They hold before anything recurses.

/// The limits of one formula; the defaults are those of semantics 1.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Characters of the text.
    pub characters: usize,
    /// Parentheses, calls and prefix operators inside one another.
    pub depth: usize,
    /// Levels of the tree, which `a + b + c …` makes higher too.
    pub height: usize,
    /// Nodes of the tree.
    pub nodes: usize,
    /// Characters of the SQL that it becomes, about.
    pub sql: usize,
    /// Lookups that one path follows.
    pub hops: usize,
    /// Different lookup paths that one formula follows.
    pub joins: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { characters: 8_000, depth: 64, height: 200, nodes: 2_000, sql: 32_000, hops: 5, joins: 10 }
    }
}
