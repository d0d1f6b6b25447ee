//! The parsed text of a formula: names as written, no types yet.

use crate::span::Span;

/// One node of the parsed text.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub span: Span,
    /// Whether the text has parentheses around it, which makes `(a = b) = c` legal.
    pub parenthesised: bool,
    /// Levels of the tree from here down.
    pub height: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Decimal digits as written.
    Number(String),
    Text(String),
    True,
    False,
    Null,
    /// The segments of a path, such as `account` and `name`.
    Field(Vec<String>),
    Call {
        name: String,
        name_span: Span,
        arguments: Vec<Node>,
    },
    List(Vec<Node>),
    Prefix(Prefix, Box<Node>),
    Infix(Infix, Box<Node>, Box<Node>),
    In {
        item: Box<Node>,
        negated: bool,
        list: Box<Node>,
    },
    /// Two or more operands of AND.
    And(Vec<Node>),
    Or(Vec<Node>),
}

impl Kind {
    /// The direct parts.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        match self {
            Kind::Number(_) | Kind::Text(_) | Kind::True | Kind::False | Kind::Null | Kind::Field(_) => {
                Box::new(std::iter::empty())
            }
            Kind::Call { arguments: nodes, .. } | Kind::List(nodes) | Kind::And(nodes) | Kind::Or(nodes) => {
                Box::new(nodes.iter())
            }
            Kind::Prefix(_, inner) => Box::new(std::iter::once(&**inner)),
            Kind::Infix(_, left, right) | Kind::In { item: left, list: right, .. } => {
                Box::new([&**left, &**right].into_iter())
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    Minus,
    Plus,
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Infix {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Concat,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
}

impl Infix {
    /// The canonical spelling.
    pub fn symbol(self) -> &'static str {
        match self {
            Infix::Eq => "=",
            Infix::Ne => "<>",
            Infix::Lt => "<",
            Infix::Le => "<=",
            Infix::Gt => ">",
            Infix::Ge => ">=",
            Infix::Concat => "&",
            Infix::Add => "+",
            Infix::Subtract => "-",
            Infix::Multiply => "*",
            Infix::Divide => "/",
            Infix::Modulo => "%",
            Infix::Power => "^",
        }
    }

    /// How tightly the operator binds; see the grammar in the crate's documentation.
    pub(crate) fn strength(self) -> u8 {
        match self {
            Infix::Eq | Infix::Ne | Infix::Lt | Infix::Le | Infix::Gt | Infix::Ge => 3,
            Infix::Concat => 4,
            Infix::Add | Infix::Subtract => 5,
            Infix::Multiply | Infix::Divide | Infix::Modulo => 6,
            Infix::Power => 8,
        }
    }

    pub(crate) fn is_comparison(self) -> bool {
        self.strength() == 3
    }
}
