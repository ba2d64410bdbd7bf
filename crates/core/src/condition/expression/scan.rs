//! From text to words, numbers (with their units) and signs.

use super::syntax::Sign;
use super::wrong;
use crate::CoreError;
use crate::units::Unit;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64, Option<Unit>),
    Name(String),
    And,
    Or,
    Not,
    Compare(Sign),
    Plus,
    Minus,
    Times,
    Over,
    Open,
    Close,
    Comma,
}

/// The tokens, each with the byte where it begins.
pub(super) fn scan(text: &str) -> Result<Vec<(usize, Token)>, CoreError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(first) = rest.chars().next() else { break };
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, length) = match first {
            '0'..='9' | '.' => number(text, at)?,
            '`' => quoted(text, at)?,
            _ if first.is_alphabetic() || first == '_' => {
                let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
                (word(&rest[..length]), length)
            }
            _ => sign(rest).ok_or_else(|| wrong(text, at, &format!("`{first}` means nothing here")))?,
        };
        tokens.push((at, token));
        at += length;
    }
    Ok(tokens)
}

fn word(word: &str) -> Token {
    match word {
        "and" | "AND" => Token::And,
        "or" | "OR" => Token::Or,
        "not" | "NOT" => Token::Not,
        _ => Token::Name(word.to_owned()),
    }
}

fn sign(rest: &str) -> Option<(Token, usize)> {
    // longest first
    const SIGNS: [(&str, Token); 20] = [
        ("<=", Token::Compare(Sign::LessOrEqual)),
        (">=", Token::Compare(Sign::GreaterOrEqual)),
        ("==", Token::Compare(Sign::Equal)),
        ("!=", Token::Compare(Sign::NotEqual)),
        ("&&", Token::And),
        ("||", Token::Or),
        ("<", Token::Compare(Sign::Less)),
        (">", Token::Compare(Sign::Greater)),
        ("≤", Token::Compare(Sign::LessOrEqual)),
        ("≥", Token::Compare(Sign::GreaterOrEqual)),
        ("≠", Token::Compare(Sign::NotEqual)),
        ("=", Token::Compare(Sign::Equal)),
        ("!", Token::Not),
        ("+", Token::Plus),
        ("-", Token::Minus),
        ("*", Token::Times),
        ("/", Token::Over),
        ("(", Token::Open),
        (")", Token::Close),
        (",", Token::Comma),
    ];
    SIGNS.into_iter().find(|(sign, _)| rest.starts_with(sign)).map(|(sign, token)| (token, sign.len()))
}

fn quoted(text: &str, at: usize) -> Result<(Token, usize), CoreError> {
    let inner = &text[at + 1..];
    match inner.find('`') {
        Some(0) => Err(wrong(text, at, "there is no name between the quotes")),
        Some(length) => Ok((Token::Name(inner[..length].to_owned()), length + 2)),
        None => Err(wrong(text, at, "the closing quote is missing")),
    }
}

fn number(text: &str, at: usize) -> Result<(Token, usize), CoreError> {
    let rest = &text[at..];
    let length = number_length(rest);
    let value = rest[..length].parse::<f64>().ok().filter(|v| v.is_finite());
    let value =
        value.ok_or_else(|| wrong(text, at, &format!("`{}` is not a finite number", &rest[..length.max(1)])))?;
    let after = &rest[length..];
    let gap = after.len() - after.trim_start().len();
    match unit_length(&after[gap..]) {
        0 => {
            if after[gap..].starts_with(starts_unit)
                && !matches!(word(first_word(&after[gap..])), Token::And | Token::Or)
            {
                return Err(wrong(
                    text,
                    at + length + gap,
                    &format!(
                        "`{}` is not a unit that is known; write `*` between a number and a variable",
                        first_word(&after[gap..])
                    ),
                ));
            }
            Ok((Token::Number(value, None), length))
        }
        unit => Ok((Token::Number(value, Some(Unit::parse(&after[gap..gap + unit]))), length + gap + unit)),
    }
}

/// Digits, a point, digits, and an exponent where digits follow it.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut at = digits(0);
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let from = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if digits(from) > from {
            at = digits(from);
        }
    }
    at
}

fn starts_unit(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '°' | '%' | '‰')
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !(starts_unit(c) || c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    &text[..end]
}

/// Length of the longest unit that is known at the beginning of a text: words with exponents (`s-1`, `m^2`, `s**-1`), with
/// spaces or `/` between them.
fn unit_length(text: &str) -> usize {
    const LONGEST: usize = 60;
    let mut best = 0;
    let mut at = 0;
    loop {
        let word = unit_word(&text[at..]);
        if word == 0 || at + word > LONGEST || matches!(self::word(first_word(&text[at..])), Token::And | Token::Or) {
            return best;
        }
        at += word;
        if Unit::parse(&text[..at]).is_known() && !is_call(&text[at..]) {
            best = at;
        }
        let rest = &text[at..];
        let inner = rest.trim_start();
        let inner = inner.strip_prefix('/').map_or(inner, str::trim_start);
        at += rest.len() - inner.len();
        if inner.len() == rest.len() {
            return best;
        }
    }
}

/// `min(` after a number is the function.
fn is_call(rest: &str) -> bool {
    rest.trim_start().starts_with('(')
}

/// Length of `m`, `s-1`, `m2`, `s^-1`, `s**-1`, `degrees_C`.
fn unit_word(text: &str) -> usize {
    let base = text.find(|c: char| !(starts_unit(c) || c == '_')).unwrap_or(text.len());
    if base == 0 || !text.starts_with(starts_unit) {
        return 0;
    }
    let rest = &text[base..];
    let mark = if rest.starts_with("**") { 2 } else { usize::from(rest.starts_with('^')) };
    let sign = usize::from(rest[mark..].starts_with(['-', '+']));
    let digits = rest[mark + sign..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 { base } else { base + mark + sign + digits }
}
