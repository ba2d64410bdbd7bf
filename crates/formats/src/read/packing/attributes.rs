//! From a variable's attributes to its packing.

use super::limits::{Limit, is_unpacked, limit};
use super::numbers::{default_fill, held_by, meant, read as numbers_of};
use super::spelling::{Found, Meaning, find, unclear};
use super::{Attribute, Factor, Number, Packing, Remark, ScalarType, Unpacking, Unusable, Variable};

/// Texts that say that there is no number.
const NOTHING: [&str; 5] = ["", "none", "n/a", "na", "null"];

pub(super) fn read(variable: &Variable) -> Result<Unpacking, Unusable> {
    let packing = Packing::none(variable.scalar);
    if !variable.scalar.is_numeric() {
        return Ok(Unpacking { packing, remarks: Vec::new() });
    }
    let mut reader = Reader { variable, scalar: variable.scalar, packing, remarks: Vec::new() };
    reader.unsigned();
    reader.factors()?;
    reader.missing();
    reader.limits();
    Ok(Unpacking { packing: reader.packing, remarks: reader.remarks })
}

struct Reader<'v> {
    variable: &'v Variable,
    /// The type that stored numbers are taken for.
    scalar: ScalarType,
    packing: Packing,
    remarks: Vec<Remark>,
}

impl<'v> Reader<'v> {
    fn followed(&mut self, text: String) {
        self.remarks.push(Remark { ignored: false, text });
    }

    fn ignored(&mut self, text: String) {
        self.remarks.push(Remark { ignored: true, text });
    }

    fn unsigned(&mut self) {
        let signed = [ScalarType::I8, ScalarType::I16, ScalarType::I32, ScalarType::I64].contains(&self.scalar);
        let said = self.variable.attribute("_Unsigned").and_then(Attribute::text);
        self.packing.unsigned = signed && said.is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
        self.scalar = self.packing.interpreted(self.variable.scalar);
    }

    fn factors(&mut self) -> Result<(), Unusable> {
        let scale = self.factor(Meaning::Scale)?;
        let offset = self.factor(Meaning::Offset)?;
        if scale.is_some_and(|(f, _)| f.as_f64() == 0.0) {
            return Err(self.unusable("its scale is 0"));
        }
        // `offset` alone may be anything, from a time to a place
        let offset = match (scale, offset) {
            (None, Some((factor, found))) if !found.own => {
                if factor.as_f64() != 0.0 {
                    let text = format!(
                        "`{}` {} of `{}` is not followed: without a scale it may mean something else than an offset of its values",
                        found.name,
                        factor.as_f64(),
                        self.variable.path
                    );
                    self.ignored(text);
                }
                None
            }
            (_, offset) => offset,
        };
        let (scale, offset) = (scale.map(|(f, _)| f), offset.map(|(f, _)| f));
        self.packing.set_factors(scale, offset, self.scalar);
        for (name, number) in unclear(self.variable) {
            let text = format!(
                "`{name}` {number} of `{}` is not followed: whether it multiplies or divides is nowhere written down; the values are \
                 those without it",
                self.variable.path
            );
            self.ignored(text);
        }
        Ok(())
    }

    /// A scale or an offset; integers and texts count as float64.
    fn factor(&mut self, meaning: Meaning) -> Result<Option<(Factor, Found<'v>)>, Unusable> {
        let mut chosen: Option<(Factor, Found<'v>)> = None;
        for found in find(self.variable, meaning) {
            let said = found.attribute.text().map(|t| t.trim().to_ascii_lowercase());
            if said.is_some_and(|text| NOTHING.contains(&text.as_str())) {
                continue;
            }
            let factor = one_factor(found.attribute).ok_or_else(|| {
                self.unusable(&format!("its `{}` ({}) is not one finite number", found.name, shown(found.attribute)))
            })?;
            match chosen {
                None => {
                    if !found.own || found.attribute.text().is_some() {
                        let how = if found.own { "is a text" } else { "is not CF's name" };
                        let text = format!(
                            "`{}` {} of `{}` {how}; it is followed",
                            found.name,
                            factor.as_f64(),
                            self.variable.path
                        );
                        self.followed(text);
                    }
                    chosen = Some((factor, found));
                }
                Some((first, kept)) if first.as_f64() != factor.as_f64() => {
                    let text = format!(
                        "`{}` {} of `{}` is not followed, since there is `{}` {}",
                        found.name,
                        factor.as_f64(),
                        self.variable.path,
                        kept.name,
                        first.as_f64()
                    );
                    self.ignored(text);
                }
                Some(_) => {}
            }
        }
        Ok(chosen)
    }

    fn missing(&mut self) {
        let mut has_fill = false;
        let mut fills = Vec::new();
        for found in find(self.variable, Meaning::Missing) {
            let (held, told) = self.held(found);
            if found.name == "_FillValue" {
                has_fill = !held.is_empty();
                fills = held;
            } else {
                if told && !found.own && !held.is_empty() {
                    let text = format!(
                        "`{}` {} of `{}` is not CF's name; it is followed",
                        found.name,
                        shown(found.attribute),
                        self.variable.path
                    );
                    self.followed(text);
                }
                self.packing.missing.extend(held);
            }
        }
        if has_fill {
            self.packing.missing.extend(fills);
        } else if self.variable.fill.is_some() && self.scalar.size() > 1 {
            // what the library writes is of the stored type, also where it is read as unsigned
            let default = default_fill(self.variable.scalar);
            self.packing.missing.extend(default.and_then(|fill| held_by(fill, self.scalar, self.packing.unsigned)));
        }
        let mut once: Vec<Number> = Vec::with_capacity(self.packing.missing.len());
        for number in self.packing.missing.drain(..) {
            if !once.contains(&number) {
                once.push(number);
            }
        }
        self.packing.missing = once;
    }

    /// The missing values of an attribute as the stored type holds them, and whether all were understood.
    fn held(&mut self, found: Found<'v>) -> (Vec<Number>, bool) {
        let path = &self.variable.path;
        let Some(numbers) = numbers_of(found.attribute) else {
            let text =
                format!("`{}` `{}` of `{path}` is no number and not followed", found.name, shown(found.attribute));
            self.ignored(text);
            return (Vec::new(), false);
        };
        let mut held = Vec::with_capacity(numbers.len());
        let mut all = true;
        for number in numbers {
            let fits = meant(number, self.scalar, self.packing.unsigned);
            if fits.is_empty() {
                all = false;
                let text = format!(
                    "`{}` {} of `{path}` is no number of the stored type ({:?}), so no cell has it",
                    found.name,
                    number.as_f64(),
                    self.scalar
                );
                self.ignored(text);
            }
            held.extend(fits);
        }
        (held, all)
    }

    fn limits(&mut self) {
        let range = find(self.variable, Meaning::Range).into_iter().find_map(|found| {
            let numbers = numbers_of(found.attribute).filter(|n| n.len() == 2);
            if numbers.is_none() {
                let text = format!(
                    "`{}` `{}` of `{}` is not two numbers and not followed",
                    found.name,
                    shown(found.attribute),
                    self.variable.path
                );
                self.ignored(text);
            }
            numbers.map(|numbers| (found, numbers))
        });
        if let Some((found, numbers)) = range {
            for (number, lower) in numbers.into_iter().zip([true, false]) {
                self.limit(found, number, lower);
            }
        } else {
            for (meaning, lower) in [(Meaning::Minimum, true), (Meaning::Maximum, false)] {
                let Some(found) = find(self.variable, meaning).into_iter().next() else { continue };
                match numbers_of(found.attribute).as_deref() {
                    Some([number]) => self.limit(found, *number, lower),
                    _ => {
                        let text = format!(
                            "`{}` `{}` of `{}` is not one number and not followed",
                            found.name,
                            shown(found.attribute),
                            self.variable.path
                        );
                        self.ignored(text);
                    }
                }
            }
        }
        if let (Some(low), Some(high)) = (self.packing.valid_min, self.packing.valid_max)
            && is_above(low, high)
        {
            let text = format!(
                "the valid limits of `{}` are not followed: the lower one is above the upper one, so no value would be valid",
                self.variable.path
            );
            self.ignored(text);
            (self.packing.valid_min, self.packing.valid_max) = (None, None);
        }
    }

    fn limit(&mut self, found: Found<'v>, number: Number, lower: bool) {
        let path = &self.variable.path;
        let unpacked = is_unpacked(number, &self.packing, self.scalar);
        match limit(number, lower, &self.packing, self.scalar) {
            Limit::Low(low) => self.packing.valid_min = Some(low),
            Limit::High(high) => self.packing.valid_max = Some(high),
            Limit::Idle => {}
            Limit::Impossible => {
                let text = format!(
                    "`{}` {} of `{path}` is not followed: no number of the stored type ({:?}) would be valid",
                    found.name,
                    number.as_f64(),
                    self.scalar
                );
                self.ignored(text);
            }
        }
        if unpacked && (lower || found.name != "valid_range") {
            let text = format!(
                "`{}` of `{path}` is of a wider type than its packed numbers, and so taken in unpacked units",
                found.name
            );
            self.followed(text);
        }
    }

    fn unusable(&self, why: &str) -> Unusable {
        Unusable(format!(
            "the numbers of `{}` cannot be unpacked: {why}; correct it in the file, for example with              `ncatted -a scale_factor,{},o,d,0.01 FILE`",
            self.variable.path,
            self.variable.name()
        ))
    }
}

/// The one finite number of an attribute; several that are equal are one.
fn one_factor(attribute: &Attribute) -> Option<Factor> {
    let numbers = numbers_of(attribute)?;
    let (first, others) = numbers.split_first()?;
    let finite = first.as_f64().is_finite() && others.iter().all(|n| n.as_f64() == first.as_f64());
    finite.then_some(match first {
        Number::Float32(x) => Factor::F32(*x),
        other => Factor::F64(other.as_f64()),
    })
}

fn is_above(low: Number, high: Number) -> bool {
    match (low, high) {
        (Number::Integer(a), Number::Integer(b)) => a > b,
        (Number::Unsigned(a), Number::Unsigned(b)) => a > b,
        (a, b) => a.as_f64() > b.as_f64(),
    }
}

/// An attribute as people write it.
fn shown(attribute: &Attribute) -> String {
    match attribute {
        Attribute::Text(text) => text.chars().take(40).collect(),
        Attribute::Texts(texts) => texts.join(", ").chars().take(40).collect(),
        numbers => numbers.numbers().iter().take(4).map(ToString::to_string).collect::<Vec<_>>().join(", "),
    }
}
