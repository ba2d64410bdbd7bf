//! The tree of an expression. Sums, products and chains are flat, so that its depth is that of the parentheses.

use crate::units::Unit;

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Number,
    Truth,
}

/// A part of an expression and the byte of the text where it begins.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) form: Form,
}

#[derive(Clone, Debug)]
pub(super) enum Form {
    Number(f64, Option<Unit>),
    /// Index into the expression's variables.
    Variable(usize),
    Negative(Box<Node>),
    /// Terms, and whether each is subtracted.
    Sum(Vec<(Node, bool)>),
    /// Factors, and whether each divides.
    Product(Vec<(Node, bool)>),
    Call(Function, Vec<Node>),
    /// `a < b <= c`: one sign fewer than operands.
    Chain(Vec<Node>, Vec<Sign>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Abs,
    Sqrt,
    Min,
    Max,
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "abs" => Self::Abs,
            "sqrt" => Self::Sqrt,
            "min" => Self::Min,
            "max" => Self::Max,
            _ => return None,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Node {
    pub(super) fn kind(&self) -> Type {
        match self.form {
            Form::Chain(..) | Form::All(_) | Form::Any(_) | Form::Not(_) => Type::Truth,
            _ => Type::Number,
        }
    }

    /// The units of the numbers in it.
    pub(super) fn units<'n>(&'n self, found: &mut Vec<&'n Unit>) {
        match &self.form {
            Form::Number(_, unit) => found.extend(unit),
            Form::Variable(_) => {}
            Form::Negative(of) | Form::Not(of) => of.units(found),
            Form::Sum(parts) | Form::Product(parts) => parts.iter().for_each(|(p, _)| p.units(found)),
            Form::Call(_, parts) | Form::Chain(parts, _) | Form::All(parts) | Form::Any(parts) => {
                parts.iter().for_each(|p| p.units(found));
            }
        }
    }

    /// Whether its value is the same in every cell.
    pub(super) fn is_constant(&self) -> bool {
        match &self.form {
            Form::Number(..) => true,
            Form::Variable(_) => false,
            Form::Negative(of) | Form::Not(of) => of.is_constant(),
            Form::Sum(parts) | Form::Product(parts) => parts.iter().all(|(p, _)| p.is_constant()),
            Form::Call(_, parts) | Form::Chain(parts, _) | Form::All(parts) | Form::Any(parts) => {
                parts.iter().all(Self::is_constant)
            }
        }
    }
}
