//! What a job should be told of its input.

use std::fmt;

use eventscape_formats::Remark;
use serde::{Deserialize, Serialize};

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// The result may be incomplete.
    Warning,
}

/// What a notice is about. The names (`granule-missing`, …) are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoticeCode {
    /// A granule that the collection should have in the span is not there.
    GranuleMissing,
    /// The same file was named twice.
    GranuleRepeated,
    /// A file in a folder is not one of the collection's granules, or no data at all.
    FileIgnored,
    /// Two granules have a step of the same time.
    TimeRepeated,
    /// The scenes are not in the order of their times, as was asked for.
    TimeUnsorted,
    /// A time in the file is not the one that its name tells.
    TimeUnexpected,
    /// Steps are missing between two times.
    TimeGap,
    /// The units are not those of the catalogue.
    UnitsUnexpected,
    /// A threshold is converted by more than its unit: water by its density.
    UnitsConverted,
    /// The span reaches beyond the collection's dates of validity.
    OutsideValidity,
    /// The file repeats its first meridian at the end; the repetition is left out.
    MeridianRepeated,
    /// The dates are taken on another calendar than the file says.
    CalendarRelabelled,
    /// An attribute is followed though its name, type or place is unusual.
    AttributeFollowed,
    /// An attribute that bears on the result is not followed.
    AttributeIgnored,
    /// Scenes without a single value.
    NoValue,
    /// Outlines, or times of them, that cannot be used.
    OutlineLeftOut,
    /// Outlines that are used otherwise than they are written.
    OutlineChanged,
    /// Cells that belong to several given phenomena.
    OutlinesOverlap,
}

impl NoticeCode {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GranuleMissing => "granule-missing",
            Self::GranuleRepeated => "granule-repeated",
            Self::FileIgnored => "file-ignored",
            Self::TimeRepeated => "time-repeated",
            Self::TimeUnsorted => "time-unsorted",
            Self::TimeUnexpected => "time-unexpected",
            Self::TimeGap => "time-gap",
            Self::UnitsUnexpected => "units-unexpected",
            Self::UnitsConverted => "units-converted",
            Self::OutsideValidity => "outside-validity",
            Self::MeridianRepeated => "meridian-repeated",
            Self::CalendarRelabelled => "calendar-relabelled",
            Self::AttributeFollowed => "attribute-followed",
            Self::AttributeIgnored => "attribute-ignored",
            Self::NoValue => "no-value",
            Self::OutlineLeftOut => "outline-left-out",
            Self::OutlineChanged => "outline-changed",
            Self::OutlinesOverlap => "outlines-overlap",
        }
    }
}

/// Something that a job should be told of its input; nothing is put right silently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about.
    pub code: NoticeCode,
    /// A sentence for people.
    pub message: String,
    /// The granule, time or variable concerned (of several the first).
    pub subject: String,
}

impl Notice {
    pub(crate) fn warning(code: NoticeCode, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, code, message: message.into(), subject: subject.into() }
    }

    pub(crate) fn of_remark(remark: &Remark, subject: &str) -> Self {
        let text = remark.text.clone();
        match remark.ignored {
            true => Self::warning(NoticeCode::AttributeIgnored, subject, text),
            false => Self::info(NoticeCode::AttributeFollowed, subject, text),
        }
    }

    pub(crate) fn info(code: NoticeCode, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Info, code, message: message.into(), subject: subject.into() }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

/// The first few of many names, and how many more there are.
pub(crate) fn some_of<T: fmt::Display>(names: &[T]) -> String {
    const SHOWN: usize = 4;
    let mut text: Vec<String> = names.iter().take(SHOWN).map(ToString::to_string).collect();
    if names.len() > SHOWN {
        text.push(format!("… ({} in all)", names.len()));
    }
    text.join(", ")
}
