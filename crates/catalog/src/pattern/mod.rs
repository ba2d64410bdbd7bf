//! File names that carry a date: `{YYYY}/{DDD}/merg_{YYYY}{MM}{DD}{HH}_4km-pixel.nc4`.
//!
//! The part before the last `/` is the directory by date, the rest the file's name. Fields in braces are digits of the
//! date (`YYYY MM DD DDD HH mm SS`); `{digits}` is any run of digits and `*` any run of characters, for what the date
//! does not tell (production stream, version).

mod date;
mod parse;

pub use date::NameDate;

use eventscape_core::Timestamp;

/// Longer names match nothing; keeps the matching of wildcards cheap on hostile names.
const LONGEST_NAME: usize = 512;

/// One piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(String),
    Field(Field),
    Digits,
    Any,
}

/// A part of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Field {
    Year,
    Month,
    Day,
    DayOfYear,
    Hour,
    Minute,
    Second,
}

impl Field {
    fn width(self) -> usize {
        match self {
            Self::Year => 4,
            Self::DayOfYear => 3,
            _ => 2,
        }
    }
}

/// How the granules of a collection are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern {
    text: String,
    directory: Vec<Token>,
    /// How many directories the pattern names.
    directory_depth: usize,
    name: Vec<Token>,
}

impl NamePattern {
    /// The pattern as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the directories depend on the date.
    #[must_use]
    pub fn has_dated_directory(&self) -> bool {
        self.directory.iter().any(|t| matches!(t, Token::Field(_)))
    }

    /// Whether the name holds parts that the date does not tell, so that a listing is needed to find a granule.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.name.iter().any(|t| matches!(t, Token::Any | Token::Digits))
    }

    /// The directory of the granule that begins at a time, without slashes at its ends; empty if there is none.
    #[must_use]
    pub fn directory(&self, time: Timestamp) -> String {
        render(&self.directory, time)
    }

    /// The name of the granule that begins at a time; parts that the date does not tell are written `*`.
    #[must_use]
    pub fn name(&self, time: Timestamp) -> String {
        render(&self.name, time)
    }

    /// The directories and the name of the granule that begins at a time.
    #[must_use]
    pub fn path(&self, time: Timestamp) -> String {
        let (folder, name) = (self.directory(time), self.name(time));
        if folder.is_empty() { name } else { format!("{folder}/{name}") }
    }

    /// What tells the granule that begins at a time from others: its name, with its directories where they hold the year.
    #[must_use]
    pub fn label(&self, time: Timestamp) -> String {
        if self.has_dated_name() { self.name(time) } else { self.path(time) }
    }

    fn has_dated_name(&self) -> bool {
        self.name.contains(&Token::Field(Field::Year))
    }

    /// The date that a file's path carries, or `None` where the path is not of this pattern.
    ///
    /// A name with a year in it dates the file wherever it lies. Where the year is in the directories, the last ones of
    /// the path must be those of the pattern.
    #[must_use]
    pub fn date(&self, path: &str) -> Option<NameDate> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut fields = Vec::new();
        if name.len() > LONGEST_NAME || !match_tokens(&self.name, name.as_bytes(), &mut fields) {
            return None;
        }
        if !self.has_dated_name() {
            let folder = last_folders(folder, self.directory_depth)?;
            if folder.len() > LONGEST_NAME || !match_tokens(&self.directory, folder.as_bytes(), &mut fields) {
                return None;
            }
        }
        NameDate::from_fields(&fields)
    }
}

/// The last `depth` directories of a path without its file; `None` where it has fewer.
fn last_folders(folder: &str, depth: usize) -> Option<&str> {
    let before = folder.rmatch_indices('/').map(|(at, _)| at + 1).chain([0]).nth(depth.checked_sub(1)?)?;
    folder.get(before..).filter(|last| last.split('/').count() == depth)
}

/// Matches all of `bytes`, collecting the fields. Leaves `fields` as it was on failure.
fn match_tokens(tokens: &[Token], bytes: &[u8], fields: &mut Vec<(Field, u32)>) -> bool {
    let Some((token, rest)) = tokens.split_first() else { return bytes.is_empty() };
    match token {
        Token::Literal(text) => {
            bytes.strip_prefix(text.as_bytes()).is_some_and(|tail| match_tokens(rest, tail, fields))
        }
        Token::Field(field) => {
            let Some((head, tail)) = bytes.split_at_checked(field.width()) else { return false };
            let Some(value) = number(head) else { return false };
            if fields.iter().any(|(f, v)| f == field && *v != value) {
                return false;
            }
            fields.push((*field, value));
            let matched = match_tokens(rest, tail, fields);
            if !matched {
                fields.pop();
            }
            matched
        }
        Token::Digits => {
            let run = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            (1..=run).rev().any(|n| match_tokens(rest, bytes.get(n..).unwrap_or_default(), fields))
        }
        Token::Any => (0..=bytes.len()).any(|n| match_tokens(rest, bytes.get(n..).unwrap_or_default(), fields)),
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, b| b.is_ascii_digit().then(|| sum * 10 + u32::from(b - b'0')))
}

fn render(tokens: &[Token], time: Timestamp) -> String {
    let civil = time.civil();
    let mut out = String::new();
    for token in tokens {
        match token {
            Token::Literal(text) => out.push_str(text),
            Token::Digits | Token::Any => out.push('*'),
            Token::Field(field) => {
                let value = match field {
                    Field::Year => i64::from(civil.year),
                    Field::Month => i64::from(civil.month),
                    Field::Day => i64::from(civil.day),
                    Field::DayOfYear => date::day_of_year(time.calendar(), civil.year, civil.month, civil.day),
                    Field::Hour => i64::from(civil.hour),
                    Field::Minute => i64::from(civil.minute),
                    Field::Second => i64::from(civil.second),
                };
                out.push_str(&format!("{value:0width$}", width = field.width()));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use eventscape_core::time::{Calendar, Civil, Precision};

    fn at(year: i32, month: u8, day: u8, hour: u8, minute: u8) -> Timestamp {
        let civil = Civil { year, month, day, hour, minute, second: 0, micros: 0 };
        Timestamp::from_civil(Calendar::Standard, civil).unwrap()
    }

    #[test]
    fn a_name_is_written_and_read_back() {
        let pattern = NamePattern::parse("{YYYY}/{DDD}/merg_{YYYY}{MM}{DD}{HH}_4km-pixel.nc4").unwrap();
        let time = at(2020, 1, 4, 7, 0);
        assert_eq!(pattern.directory(time), "2020/004");
        assert_eq!(pattern.name(time), "merg_2020010407_4km-pixel.nc4");
        let date = pattern.date("merg_2020010407_4km-pixel.nc4").unwrap();
        assert_eq!((date.start(), date.precision()), (time, Precision::Time));
    }

    #[test]
    fn what_the_date_does_not_tell_is_a_wildcard() {
        let pattern = NamePattern::parse("{YYYY}/{MM}/MERRA2_{digits}.inst1_2d_int_Nx.{YYYY}{MM}{DD}.nc4").unwrap();
        assert!(pattern.has_wildcard());
        assert_eq!(pattern.name(at(2020, 9, 4, 0, 0)), "MERRA2_*.inst1_2d_int_Nx.20200904.nc4");
        for stream in ["100", "400", "401"] {
            let date = pattern.date(&format!("MERRA2_{stream}.inst1_2d_int_Nx.20200904.nc4")).unwrap();
            assert_eq!(date.start(), at(2020, 9, 4, 0, 0));
        }
        assert!(pattern.date("MERRA2_400.inst1_2d_int_Nx.20200904.nc4.cdl").is_none());
        assert!(pattern.date("MERRA2_.inst1_2d_int_Nx.20200904.nc4").is_none());
        assert!(pattern.date("MERRA2_400.inst1_2d_lfo_Nx.20200904.nc4").is_none());
    }

    #[test]
    fn names_with_impossible_dates_do_not_match() {
        let pattern = NamePattern::parse("a{YYYY}{MM}{DD}.nc").unwrap();
        assert!(pattern.date("a20200230.nc").is_none());
        assert!(pattern.date("a20201301.nc").is_none());
        assert!(pattern.date("a2020010.nc").is_none());
        assert!(pattern.date(&"a".repeat(10_000)).is_none());
    }

    #[test]
    fn a_day_of_the_year_is_a_date() {
        let pattern = NamePattern::parse("x{YYYY}{DDD}.nc").unwrap();
        assert_eq!(pattern.date("x2020366.nc").unwrap().start(), at(2020, 12, 31, 0, 0));
        assert!(pattern.date("x2021366.nc").is_none());
    }

    #[test]
    fn a_day_in_the_directories_dates_a_name_with_an_hour() {
        let pattern = NamePattern::parse("hrrr.{YYYY}{MM}{DD}/conus/hrrr.t{HH}z.grib2").unwrap();
        assert_eq!(pattern.directory(at(2020, 3, 1, 6, 0)), "hrrr.20200301/conus");
        for root in ["", "s3://bucket/", "/archive/hrrr/"] {
            let date = pattern.date(&format!("{root}hrrr.20200301/conus/hrrr.t06z.grib2")).unwrap();
            assert_eq!((date.start(), date.precision()), (at(2020, 3, 1, 6, 0), Precision::Time));
        }
        for path in ["hrrr.t06z.grib2", "conus/hrrr.t06z.grib2", "hrrr.20200301/hrrr.t06z.grib2"] {
            assert!(pattern.date(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_field_that_is_given_twice_must_agree() {
        let pattern = NamePattern::parse("{YYYY}_{YYYY}{MM}.nc").unwrap();
        assert!(pattern.date("2020_202001.nc").is_some());
        assert!(pattern.date("2021_202001.nc").is_none());
    }
}
