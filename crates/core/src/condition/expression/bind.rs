//! Ties an expression to fields and brings all its parts to common units.

use super::evaluate::{BoundExpression, Number, Truth};
use super::measure::Measure;
use super::syntax::{Form, Function, Node};
use super::{Expression, wrong};
use crate::CoreError;

pub(super) fn bind(expression: &Expression, fields: &[(&str, Option<&str>)]) -> Result<BoundExpression, CoreError> {
    let mut binder = Binder { text: &expression.text, variables: Vec::new() };
    for name in &expression.variables {
        let found = fields.iter().position(|(field, _)| field == name).ok_or_else(|| {
            let available: Vec<&str> = fields.iter().map(|(field, _)| *field).collect();
            CoreError::Condition(format!(
                "the expression `{}` names the variable `{name}`; there are {}",
                super::short(&expression.text),
                available.join(", ")
            ))
        })?;
        binder.variables.push((found, Measure::of_variable(fields[found].1)));
    }
    let used = binder.variables.iter().map(|(field, _)| field + 1).max().unwrap_or(0);
    Ok(BoundExpression::new(binder.truth(&expression.root)?, used))
}

/// What a sum of temperatures is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sum {
    /// A quantity like its parts.
    Quantity,
    /// As many temperatures are taken away as there are.
    Difference,
    /// A number is taken from a temperature, or a temperature from a number.
    Unclear,
}

impl Sum {
    fn of(parts: &[(Part, bool)]) -> Self {
        let temperatures = || parts.iter().filter(|(p, _)| p.measure.is_temperature());
        let sign = |minus: &bool| if *minus { -1 } else { 1 };
        let points = || temperatures().filter(|(p, _)| !p.constant && matches!(p.measure, Measure::Unit(_)));
        let net: i32 = points().map(|(_, minus)| sign(minus)).sum();
        let mut constants = temperatures().filter(|(p, _)| p.constant);
        match (points().count(), net) {
            (0, _) => Self::Quantity,
            (_, 0) => Self::Difference,
            (_, 1) if constants.all(|(_, minus)| !minus) => Self::Quantity,
            _ if temperatures().any(|(p, _)| p.constant) => Self::Unclear,
            _ => Self::Quantity,
        }
    }
}

struct Binder<'a> {
    text: &'a str,
    /// For each variable its field and units.
    variables: Vec<(usize, Measure)>,
}

/// A number, its measure, and whether it is the same in every cell.
struct Part {
    number: Number,
    measure: Measure,
    at: usize,
    constant: bool,
}

impl Binder<'_> {
    fn truth(&self, node: &Node) -> Result<Truth, CoreError> {
        let all = |nodes: &[Node]| nodes.iter().map(|n| self.truth(n)).collect::<Result<Vec<_>, _>>();
        match &node.form {
            Form::All(nodes) => Ok(Truth::All(all(nodes)?)),
            Form::Any(nodes) => Ok(Truth::Any(all(nodes)?)),
            Form::Not(inner) => Ok(Truth::Not(Box::new(self.truth(inner)?))),
            Form::Chain(operands, signs) => {
                let (parts, _) = self.alike(operands, "compared")?;
                let mut pairs = parts.windows(2).zip(signs).map(|(pair, sign)| Truth::Compare {
                    left: pair[0].clone(),
                    sign: *sign,
                    right: pair[1].clone(),
                });
                match (pairs.len(), pairs.next()) {
                    (1, Some(only)) => Ok(only),
                    (_, first) => Ok(Truth::All(first.into_iter().chain(pairs).collect())),
                }
            }
            // the parser lets numbers in no place of a truth
            _ => Err(wrong(self.text, node.at, "this is a number; compare it with another one")),
        }
    }

    fn part(&self, node: &Node) -> Result<Part, CoreError> {
        let (number, measure) = match &node.form {
            Form::Number(value, unit) => (Number::Constant(*value), unit.clone().map_or(Measure::Bare, Measure::Unit)),
            Form::Variable(index) => {
                let (field, measure) = self
                    .variables
                    .get(*index)
                    .cloned()
                    .ok_or_else(|| wrong(self.text, node.at, "this variable is not bound"))?;
                (Number::Field(field), measure)
            }
            Form::Negative(inner) => {
                let part = self.part(inner)?;
                self.refuse_own_zero(&part, "negated")?;
                let measure = match part.measure {
                    Measure::Unit(unit) if unit.is_temperature() => Measure::Unclear(unit),
                    other => other,
                };
                (part.number.linear(-1.0, 0.0), measure)
            }
            Form::Sum(terms) => self.sum(terms)?,
            Form::Product(factors) => self.product(factors)?,
            Form::Call(function, arguments) => self.call(*function, node.at, arguments)?,
            _ => return Err(wrong(self.text, node.at, "this is true or false; a number is needed here")),
        };
        Ok(Part { number: number.folded(), measure, at: node.at, constant: node.is_constant() })
    }

    fn refuse_own_zero(&self, part: &Part, done: &str) -> Result<(), CoreError> {
        if !part.measure.has_own_zero() {
            return Ok(());
        }
        Err(wrong(
            self.text,
            part.at,
            &format!(
                "{} have a zero of their own and cannot be {done}; use kelvin, or a plain number",
                part.measure.name()
            ),
        ))
    }

    /// Brings numbers to one measure: that of the first variable with units, or of the first number with units.
    fn alike(&self, nodes: &[Node], done: &str) -> Result<(Vec<Number>, Measure), CoreError> {
        let parts = nodes.iter().map(|n| self.part(n)).collect::<Result<Vec<_>, _>>()?;
        let united = |p: &&Part| p.measure != Measure::Bare;
        let leader = parts.iter().filter(united).find(|p| !p.constant).or_else(|| parts.iter().find(united));
        let common = leader.map_or(Measure::Bare, |p| p.measure.clone());
        let numbers = parts.into_iter().map(|p| self.brought(p, &common, done)).collect::<Result<_, _>>()?;
        Ok((numbers, common))
    }

    fn brought(&self, part: Part, common: &Measure, done: &str) -> Result<Number, CoreError> {
        // a constant is converted with the care for decimals that thresholds get
        if let (Number::Constant(value), Measure::Unit(own), Measure::Unit(to) | Measure::Difference(to)) =
            (&part.number, &part.measure, common)
            && let Ok(value) = own.convert(*value, to)
        {
            return Ok(Number::Constant(value));
        }
        let (factor, summand) = part.measure.factors_to(common).ok_or_else(|| {
            wrong(
                self.text,
                part.at,
                &format!("this has {} and cannot be {done} with {}", part.measure.name(), common.name()),
            )
        })?;
        Ok(part.number.linear(factor, summand).folded())
    }

    /// Sums of °C make no sense, differences do.
    fn sum(&self, terms: &[(Node, bool)]) -> Result<(Number, Measure), CoreError> {
        let parts =
            terms.iter().map(|(n, minus)| Ok((self.part(n)?, *minus))).collect::<Result<Vec<_>, CoreError>>()?;
        let own_zeros: Vec<&Part> = parts.iter().map(|(p, _)| p).filter(|p| p.measure.has_own_zero()).collect();
        let united = parts.iter().filter(|(p, _)| p.measure != Measure::Bare).count();
        if let [part, ..] = own_zeros.as_slice()
            && united > 1
        {
            let difference = match parts.as_slice() {
                [(a, _), (b, true)] => !(a.constant || b.constant),
                _ => false,
            };
            if !difference {
                self.refuse_own_zero(
                    part,
                    "added to or subtracted from other quantities (but two variables can be subtracted)",
                )?;
            }
        }
        let kind = Sum::of(&parts);
        let leader = parts.iter().map(|(p, _)| p).filter(|p| p.measure != Measure::Bare);
        let leader = leader.clone().find(|p| !p.constant).or_else(|| leader.clone().next());
        let common = leader.map_or(Measure::Bare, |p| p.measure.clone());
        let numbers = parts
            .into_iter()
            .map(|(p, minus)| Ok((self.brought(p, &common, "added")?, minus)))
            .collect::<Result<Vec<_>, CoreError>>()?;
        let measure = match common {
            Measure::Unit(unit) if kind == Sum::Difference => Measure::Difference(unit.of_difference()),
            Measure::Unit(unit) if kind == Sum::Unclear => Measure::Unclear(unit),
            other => other,
        };
        Ok((Number::Sum(numbers), measure))
    }

    fn product(&self, factors: &[(Node, bool)]) -> Result<(Number, Measure), CoreError> {
        let mut numbers = Vec::with_capacity(factors.len());
        let mut measure = Measure::Bare;
        for (node, divide) in factors {
            let part = self.part(node)?;
            measure = measure.combined(&part.measure, *divide).ok_or_else(|| {
                let why = "a temperature with a zero of its own (°C, °F) cannot be multiplied or divided here; use data in kelvin";
                wrong(self.text, part.at, why)
            })?;
            numbers.push((part.number, *divide));
        }
        Ok((Number::Product(numbers), measure))
    }

    fn call(&self, function: Function, at: usize, arguments: &[Node]) -> Result<(Number, Measure), CoreError> {
        let (mut numbers, measure) = self.alike(arguments, "compared")?;
        Ok(match (function, numbers.len()) {
            (Function::Min, _) => (Number::Least(numbers), measure),
            (Function::Max, _) => (Number::Greatest(numbers), measure),
            (Function::Abs | Function::Sqrt, _) => {
                let only = numbers.pop().ok_or_else(|| wrong(self.text, at, "the argument is missing"))?;
                if function == Function::Abs {
                    (Number::Abs(Box::new(only)), measure)
                } else {
                    let root = match measure.unit() {
                        None => Measure::Bare,
                        Some(unit) => Measure::Unit(unit.root().ok_or_else(|| {
                            wrong(self.text, at, &format!("there is no square root of {}", measure.name()))
                        })?),
                    };
                    (Number::Sqrt(Box::new(only)), root)
                }
            }
        })
    }
}
