//! Cuts the cells that meet the condition out of a row, as bits (see [`crate::lanes::bits`]).

#[cfg(target_arch = "x86_64")]
mod avx2;
mod departure;
mod interval;
mod rule;

pub(crate) use interval::Interval;
pub(crate) use rule::{RowBits, RowInput, Rule, RuleScratch};
