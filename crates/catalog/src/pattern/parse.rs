//! Reading a pattern.

use super::{Field, NamePattern, Token};

/// More would make matching slow on hostile names.
const MOST_WILDCARDS: usize = 4;

impl NamePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Says which part of it cannot be understood, and what would be.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (folders, name) = text.rsplit_once('/').unwrap_or(("", text));
        let directory_depth = folders.split('/').filter(|f| !f.is_empty()).count();
        let (directory, name) = (tokens(folders)?, tokens(name)?);
        let is_wild = |t: &&Token| matches!(t, Token::Any | Token::Digits);
        if directory.iter().any(|t| is_wild(&t)) {
            return Err(format!("`{text}` has a wildcard in its directories; only the file's name may have one"));
        }
        if name.iter().filter(is_wild).count() > MOST_WILDCARDS {
            return Err(format!("`{text}` has more than {MOST_WILDCARDS} wildcards"));
        }
        let in_name = name.contains(&Token::Field(Field::Year));
        // a name without a year is dated together with its directories
        let has = |field| {
            let field = Token::Field(field);
            name.contains(&field) || (!in_name && directory.contains(&field))
        };
        if !has(Field::Year) {
            return Err(format!("`{text}` has no {{YYYY}}"));
        }
        let by_day = has(Field::DayOfYear) || (has(Field::Month) && has(Field::Day));
        let gapless = (!has(Field::Day) || has(Field::Month))
            && (!has(Field::Hour) || by_day)
            && (!has(Field::Minute) || has(Field::Hour))
            && (!has(Field::Second) || has(Field::Minute));
        if !gapless {
            return Err(format!("`{text}` has a fine part of the date without the coarser one before it"));
        }
        if text.starts_with('/') || text.split('/').any(|part| matches!(part, "." | "..")) {
            return Err(format!("`{text}` must be relative to the collection's folder, without `.` and `..`"));
        }
        Ok(Self { text: text.to_owned(), directory, directory_depth, name })
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let token = match c {
            '*' => {
                rest = rest.get(1..).unwrap_or_default();
                Token::Any
            }
            '{' => {
                let Some((field, tail)) = rest.get(1..).and_then(|r| r.split_once('}')) else {
                    return Err(format!("`{text}` has a `{{` without its `}}`"));
                };
                rest = tail;
                field_token(field)?
            }
            '}' => return Err(format!("`{text}` has a `}}` without its `{{`")),
            _ => {
                literal.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
        };
        if !literal.is_empty() {
            tokens.push(Token::Literal(std::mem::take(&mut literal)));
        }
        tokens.push(token);
    }
    if !literal.is_empty() {
        tokens.push(Token::Literal(literal));
    }
    Ok(tokens)
}

fn field_token(field: &str) -> Result<Token, String> {
    Ok(Token::Field(match field {
        "YYYY" => Field::Year,
        "MM" => Field::Month,
        "DD" => Field::Day,
        "DDD" => Field::DayOfYear,
        "HH" => Field::Hour,
        "mm" => Field::Minute,
        "SS" => Field::Second,
        "digits" => return Ok(Token::Digits),
        _ => {
            return Err(format!(
                "`{{{field}}}` is not a field; known are {{YYYY}} {{MM}} {{DD}} {{DDD}} (day of the year) {{HH}} {{mm}} \
                 (minute) {{SS}} {{digits}}, and * for anything"
            ));
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_patterns_are_refused_with_the_reason() {
        let wrong = [
            ("{YYY}.nc", "is not a field"),
            ("{YYYY.nc", "without its `}`"),
            ("a}{YYYY}.nc", "without its `{`"),
            ("a.nc", "no {YYYY}"),
            ("{YYYY}{DD}.nc", "fine part"),
            ("{YYYY}{MM}{HH}.nc", "fine part"),
            ("*/{YYYY}.nc", "directories"),
            ("*a*b*c*d*{YYYY}.nc", "more than"),
            ("../{YYYY}.nc", "relative"),
        ];
        for (text, reason) in wrong {
            let error = NamePattern::parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
