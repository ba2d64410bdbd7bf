//! The grammar of UDUNITS: products, quotients, powers, brackets, numbers and shifted zeros.

use super::meaning::Meaning;
use super::names;

/// Brackets lie at most so deep in each other.
const DEEPEST: usize = 8;

/// What a text means; `None` where it is not understood.
pub(super) fn parse(text: &str) -> Option<Meaning> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let meaning = parser.shifted()?;
    (parser.at == tokens.len()).then_some(meaning)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number(f64),
    Word(String),
    /// An exponent, written at its base.
    Power(i8),
    Times,
    Divided,
    Open,
    Close,
    At,
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let text = text.replace(['{', '}'], "").replace("**", "^");
    let mut tokens = Vec::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let after_base = matches!(tokens.last(), Some(Token::Word(_) | Token::Close | Token::Number(_)));
        if first.is_whitespace() {
            rest = rest.trim_start();
            if after_base && !rest.is_empty() {
                tokens.push(Token::Times);
            }
            continue;
        }
        let signed_digits =
            || rest.strip_prefix(['-', '+']).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        let (token, length) = match first {
            '^' => power(&rest[1..]).map(|(token, length)| (token, length + 1))?,
            '-' | '+' if after_base && signed_digits() => power(rest)?,
            '²' | '³' | '¹' | '⁻' | '⁰' | '⁴'..='⁹' => raised(rest)?,
            '0'..='9' if matches!(tokens.last(), Some(Token::Word(_) | Token::Close)) => power(rest)?,
            '0'..='9' => number(rest)?,
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) && !after_base => number(rest)?,
            // `s -1` is meant for `s-1`, `m-s` is a product
            '-' if tokens.last() == Some(&Token::Times) || signed_digits() => return None,
            '.' | '*' | '·' | '×' | '⋅' | '-' => (Token::Times, first.len_utf8()),
            '/' => (Token::Divided, 1),
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '@' => (Token::At, 1),
            _ => word(rest)?,
        };
        if matches!(token, Token::Open | Token::Word(_) | Token::Number(_))
            && matches!(tokens.last(), Some(Token::Word(_) | Token::Close | Token::Number(_) | Token::Power(_)))
        {
            tokens.push(Token::Times);
        }
        // a sign of a product or quotient takes the place of the space before it
        if matches!(token, Token::Times | Token::Divided | Token::At | Token::Close)
            && tokens.last() == Some(&Token::Times)
        {
            tokens.pop();
        }
        tokens.push(token);
        rest = &rest[length..];
    }
    Some(tokens)
}

/// `-2`, `+2`, `2`, `(-2)` after a base.
fn power(text: &str) -> Option<(Token, usize)> {
    let inner = text.strip_prefix('(').unwrap_or(text);
    let opened = text.len() - inner.len();
    let sign = usize::from(inner.starts_with(['-', '+']));
    let digits = inner[sign..].bytes().take_while(u8::is_ascii_digit).count();
    let exponent: i8 = inner[..sign + digits].parse().ok()?;
    if opened > 0 && !inner[sign + digits..].starts_with(')') {
        return None;
    }
    Some((Token::Power(exponent), sign + digits + 2 * opened))
}

/// `²`, `⁻¹`.
fn raised(text: &str) -> Option<(Token, usize)> {
    let digit = |c: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|d| d == c).and_then(|d| i8::try_from(d).ok());
    let negative = text.starts_with('⁻');
    let (mut exponent, mut length) = (0i8, if negative { '⁻'.len_utf8() } else { 0 });
    let digits = text[length..].chars().map_while(|c| digit(c).map(|d| (d, c.len_utf8())));
    for (digit, bytes) in digits.collect::<Vec<_>>() {
        exponent = exponent.checked_mul(10)?.checked_add(digit)?;
        length += bytes;
    }
    (exponent != 0).then_some((Token::Power(if negative { -exponent } else { exponent }), length))
}

fn number(text: &str) -> Option<(Token, usize)> {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut end = digits(0);
    let fraction = bytes.get(end) == Some(&b'.');
    // `10.m` is a product of a number, `1.e-5` and `1.5` are numbers
    if fraction && bytes.get(end + 1).is_none_or(|b| b.is_ascii_digit() || matches!(b, b'e' | b'E' | b' ')) {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        if digits(sign) > sign {
            end = digits(sign);
        }
    }
    let value: f64 = text.get(..end)?.parse().ok()?;
    value.is_finite().then_some((Token::Number(value), end))
}

/// Letters and what belongs to names: `_`, signs of degree, percent and permil; digits only inside (`cmH2O`).
fn word(text: &str) -> Option<(Token, usize)> {
    let belongs = |c: char| c.is_alphabetic() || matches!(c, '_' | '°' | '%' | '‰' | '\'' | '"' | 'µ' | '℃' | '℉');
    let mut end = 0;
    loop {
        let letters = text[end..].find(|c: char| !belongs(c)).map_or(text.len(), |n| end + n);
        if letters == end {
            break;
        }
        end = letters;
        let digits = text[end..].bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && text[end + digits..].starts_with(belongs) && is_name(&text[..end], &text[end..]) {
            end += digits;
        } else {
            break;
        }
    }
    let word = text.get(..end).filter(|w| !w.is_empty())?;
    let token = match word {
        "per" | "PER" => Token::Divided,
        "from" | "after" | "since" | "ref" => Token::At,
        _ => Token::Word(word.to_owned()),
    };
    Some((token, end))
}

/// `cmH2O` and its like are names that hold a digit; in `m2s` the digit is an exponent.
fn is_name(letters: &str, rest: &str) -> bool {
    letters.ends_with('H') && rest.starts_with("2O")
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn next_is(&mut self, token: &Token) -> bool {
        let is = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(is);
        is
    }

    /// A product, and the zero that it counts from.
    fn shifted(&mut self) -> Option<Meaning> {
        let unit = self.product()?;
        if !self.next_is(&Token::At) {
            return Some(unit);
        }
        match self.tokens.get(self.at) {
            Some(Token::Number(by)) => {
                self.at += 1;
                unit.shifted(*by)
            }
            _ => None,
        }
    }

    fn product(&mut self) -> Option<Meaning> {
        let mut product = match self.tokens.get(self.at) {
            // `/s` is one per second
            Some(Token::Divided) => Meaning::ONE,
            _ => self.power()?,
        };
        loop {
            if self.next_is(&Token::Times) {
                product = product.times(self.power()?)?;
            } else if self.next_is(&Token::Divided) {
                self.next_is(&Token::Times);
                product = product.times(self.power()?.power(-1)?)?;
            } else {
                return Some(product);
            }
        }
    }

    fn power(&mut self) -> Option<Meaning> {
        let base = self.base()?;
        match self.tokens.get(self.at) {
            Some(Token::Power(exponent)) => {
                self.at += 1;
                base.power(*exponent)
            }
            _ => Some(base),
        }
    }

    fn base(&mut self) -> Option<Meaning> {
        let token = self.tokens.get(self.at)?;
        self.at += 1;
        match token {
            Token::Number(value) => Meaning::number(*value),
            Token::Word(word) => self.word(word),
            Token::Open if self.depth < DEEPEST => {
                self.depth += 1;
                let inner = self.shifted()?;
                self.depth -= 1;
                self.next_is(&Token::Close).then_some(inner)
            }
            _ => None,
        }
    }

    fn word(&self, word: &str) -> Option<Meaning> {
        match names::of_producers(word) {
            // their meanings are UDUNITS' own words
            Some(means) if self.depth < DEEPEST => {
                let tokens = tokens(means)?;
                Parser { tokens: &tokens, at: 0, depth: DEEPEST }.product()
            }
            _ => names::of_udunits(word),
        }
    }
}
