//! From tokens to the tree, by recursive descent.

use super::scan::{Token, scan};
use super::syntax::{Form, Function, Node, Type};
use super::wrong;
use crate::CoreError;

/// Deepest nesting of parentheses, calls and signs: hostile input must not exhaust the stack.
const MAX_DEPTH: usize = 64;

/// The tree and the names of the variables.
pub(super) fn parse(text: &str) -> Result<(Node, Vec<String>), CoreError> {
    let mut parser = Parser { text, tokens: scan(text)?, next: 0, depth: 0, variables: Vec::new() };
    let root = parser.any()?;
    match parser.tokens.get(parser.next) {
        None => Ok((root, parser.variables)),
        Some((at, Token::Close)) => Err(wrong(text, *at, "this bracket closes nothing")),
        Some((at, _)) => Err(wrong(text, *at, "an operator (`and`, `or`, `<`, `+`, …) is missing before this")),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
    variables: Vec<String>,
}

impl Parser<'_> {
    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.len(), |(at, _)| *at)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn take(&mut self, wanted: &Token) -> bool {
        let found = self.peek() == Some(wanted);
        self.next += usize::from(found);
        found
    }

    fn wrong(&self, at: usize, why: &str) -> CoreError {
        wrong(self.text, at, why)
    }

    fn expect(&self, node: &Node, wanted: Type, of: &str) -> Result<(), CoreError> {
        if node.kind() == wanted {
            return Ok(());
        }
        Err(self.wrong(
            node.at,
            &match wanted {
                Type::Number => format!("{of} takes numbers, this is true or false"),
                Type::Truth => format!("{of} takes comparisons, this is a number; compare it with another one"),
            },
        ))
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Result<T, CoreError>) -> Result<T, CoreError> {
        if self.depth == MAX_DEPTH {
            return Err(self.wrong(self.at(), &format!("it is nested more than {MAX_DEPTH} deep")));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn any(&mut self) -> Result<Node, CoreError> {
        self.junction(&Token::Or, "`or`", Form::Any, |p| p.junction(&Token::And, "`and`", Form::All, Self::not))
    }

    fn junction(
        &mut self,
        word: &Token,
        name: &str,
        form: fn(Vec<Node>) -> Form,
        part: fn(&mut Self) -> Result<Node, CoreError>,
    ) -> Result<Node, CoreError> {
        let at = self.at();
        let first = part(self)?;
        if self.peek() != Some(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take(word) {
            parts.push(part(self)?);
        }
        parts.iter().try_for_each(|p| self.expect(p, Type::Truth, name))?;
        Ok(Node { at, form: form(parts) })
    }

    fn not(&mut self) -> Result<Node, CoreError> {
        let at = self.at();
        if !self.take(&Token::Not) {
            return self.chain();
        }
        let inner = self.deeper(Self::not)?;
        self.expect(&inner, Type::Truth, "`not`")?;
        Ok(Node { at, form: Form::Not(Box::new(inner)) })
    }

    fn chain(&mut self) -> Result<Node, CoreError> {
        let at = self.at();
        let first = self.sum()?;
        let (mut parts, mut signs) = (vec![first], Vec::new());
        while let Some(Token::Compare(sign)) = self.peek() {
            signs.push(*sign);
            self.next += 1;
            parts.push(self.sum()?);
        }
        if signs.is_empty() {
            return parts.pop().ok_or_else(|| self.wrong(at, "something is missing"));
        }
        parts.iter().try_for_each(|p| self.expect(p, Type::Number, "a comparison"))?;
        Ok(Node { at, form: Form::Chain(parts, signs) })
    }

    fn sum(&mut self) -> Result<Node, CoreError> {
        self.series([Token::Plus, Token::Minus], "a sum", Form::Sum, Self::product)
    }

    fn product(&mut self) -> Result<Node, CoreError> {
        self.series([Token::Times, Token::Over], "a product", Form::Product, Self::signed)
    }

    fn series(
        &mut self,
        [plain, inverse]: [Token; 2],
        name: &str,
        form: fn(Vec<(Node, bool)>) -> Form,
        part: fn(&mut Self) -> Result<Node, CoreError>,
    ) -> Result<Node, CoreError> {
        let at = self.at();
        let first = part(self)?;
        let mut parts = vec![(first, false)];
        loop {
            let inverted = self.peek() == Some(&inverse);
            if !inverted && self.peek() != Some(&plain) {
                break;
            }
            self.next += 1;
            parts.push((part(self)?, inverted));
        }
        if parts.len() > 1 {
            parts.iter().try_for_each(|(p, _)| self.expect(p, Type::Number, name))?;
            return Ok(Node { at, form: form(parts) });
        }
        parts.pop().map(|(only, _)| only).ok_or_else(|| self.wrong(at, "something is missing"))
    }

    fn signed(&mut self) -> Result<Node, CoreError> {
        let at = self.at();
        if self.take(&Token::Plus) {
            return self.deeper(Self::signed);
        }
        if !self.take(&Token::Minus) {
            return self.operand();
        }
        // -38 degC is a temperature, not the negative of one
        if let Some(Token::Number(value, unit)) = self.peek() {
            let form = Form::Number(-value, unit.clone());
            self.next += 1;
            return Ok(Node { at, form });
        }
        let inner = self.deeper(Self::signed)?;
        self.expect(&inner, Type::Number, "`-`")?;
        Ok(Node { at, form: Form::Negative(Box::new(inner)) })
    }

    fn operand(&mut self) -> Result<Node, CoreError> {
        let at = self.at();
        let Some(token) = self.peek().cloned() else {
            return Err(self.wrong(at, "a number, a variable or a bracket is missing"));
        };
        self.next += 1;
        match token {
            Token::Number(value, unit) => Ok(Node { at, form: Form::Number(value, unit) }),
            Token::Open => {
                let inner = self.deeper(Self::any)?;
                self.close(at)?;
                Ok(inner)
            }
            Token::Name(name) if self.peek() == Some(&Token::Open) => self.call(at, &name),
            Token::Name(name) => {
                let index = self.variables.iter().position(|v| *v == name).unwrap_or_else(|| {
                    self.variables.push(name);
                    self.variables.len() - 1
                });
                Ok(Node { at, form: Form::Variable(index) })
            }
            _ => Err(self.wrong(at, "a number, a variable or a bracket is expected here")),
        }
    }

    fn close(&mut self, opened: usize) -> Result<(), CoreError> {
        if self.take(&Token::Close) {
            return Ok(());
        }
        Err(self.wrong(opened, "this bracket is not closed, or an operator is missing inside it"))
    }

    fn call(&mut self, at: usize, name: &str) -> Result<Node, CoreError> {
        let function = Function::named(name).ok_or_else(|| {
            self.wrong(at, &format!("there is no function `{name}`; known are abs, sqrt, min and max"))
        })?;
        let opened = self.at();
        self.next += 1;
        let mut arguments = vec![self.deeper(Self::any)?];
        while self.take(&Token::Comma) {
            arguments.push(self.deeper(Self::any)?);
        }
        self.close(opened)?;
        arguments.iter().try_for_each(|a| self.expect(a, Type::Number, name))?;
        match (function, arguments.len()) {
            (Function::Abs | Function::Sqrt, n) if n != 1 => {
                Err(self.wrong(at, &format!("{name} takes one argument, not {n}")))
            }
            (Function::Min | Function::Max, 1) => Err(self.wrong(at, &format!("{name} takes two arguments or more"))),
            _ => Ok(Node { at, form: Form::Call(function, arguments) }),
        }
    }
}
