//! Values that a job file may write in more than one way.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A text, or a number where a text is meant: `value = 235` and `value = "235 K"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TextOrNumber {
    /// `235`
    Integer(i64),
    /// `235.5`
    Number(f64),
    /// `"235 K"`
    Text(String),
}

impl TextOrNumber {
    /// As text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Integer(i) => i.to_string(),
            Self::Number(x) => x.to_string(),
            Self::Text(t) => t.clone(),
        }
    }
}

impl From<&str> for TextOrNumber {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// One text or several: `input = "a.nc"` and `input = ["a.nc", "b.nc"]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Texts {
    /// One, or several separated by commas.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Texts {
    /// The texts as given.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        match self {
            Self::One(t) => vec![t.clone()],
            Self::Many(v) => v.clone(),
        }
    }

    /// The texts, cut at commas, trimmed, without empty ones.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.list().iter().flat_map(|t| t.split(',')).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()
    }
}

/// A box as `[W, S, E, N]` or `"W,S,E,N"`, degrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum BoxText {
    /// Four numbers.
    Numbers([f64; 4]),
    /// A text of four numbers with commas.
    Text(String),
}

impl BoxText {
    /// West, south, east, north.
    ///
    /// # Errors
    /// Says which part is not a number, or how many there are.
    pub fn numbers(&self) -> Result<[f64; 4], String> {
        match self {
            Self::Numbers(n) => Ok(*n),
            Self::Text(text) => {
                let parts: Vec<f64> = text
                    .split(',')
                    .map(|p| p.trim().parse::<f64>().map_err(|_| format!("`{}` is not a number", p.trim())))
                    .collect::<Result<_, _>>()?;
                <[f64; 4]>::try_from(parts)
                    .map_err(|p| format!("it has {} numbers; a box is west,south,east,north", p.len()))
            }
        }
    }
}

/// Parses a size in bytes: `512MB`, `2GiB`, `1000000`.
///
/// # Errors
/// Says what a size looks like.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let trimmed = text.trim();
    let split = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(split);
    let factor: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0_f64.powi(4),
        _ => return Err(format!("`{text}` is not a size; write it as 512MB, 2GiB or a number of bytes")),
    };
    match number.parse::<f64>() {
        Ok(n) if n.is_finite() && n * factor < 9e18 => Ok((n * factor) as u64),
        _ => Err(format!("`{text}` is not a size; write it as 512MB, 2GiB or a number of bytes")),
    }
}
