//! Spellings of one unit.

/// One form for the common spellings of a unit, so that `mm/hr` and `mm h-1` are the same.
pub(crate) fn folded(units: &str) -> String {
    let lower = units.trim().to_ascii_lowercase().replace("**", "").replace('^', "");
    let plain = match lower.as_str() {
        "k" | "kelvin" | "kelvins" | "degree_k" | "degrees_k" | "degree k" | "degrees k" | "deg_k" | "degk" => "k",
        "c" | "celsius" | "degree_c" | "degrees_c" | "degree_celsius" | "degrees_celsius" | "deg_c" | "degc" => "degc",
        "" | "1" | "none" | "dimensionless" | "unitless" => "1",
        "1e-3" | "0.001" | "psu" | "g kg-1" | "g/kg" => "1e-3",
        "degree" | "degrees" | "deg" => "degree",
        "pa" | "n m-2" | "n/m2" | "pascal" => "pa",
        other => other,
    };
    plain
        .replace('/', " per ")
        .split_whitespace()
        .fold((String::new(), false), |(mut out, per), part| {
            if part == "per" {
                return (out, true);
            }
            let (name, power) = split_power(part);
            let name = match name {
                "hr" | "hour" | "hours" | "hrs" => "h",
                "sec" | "second" | "seconds" => "s",
                "day" | "days" => "d",
                "meter" | "meters" | "metre" | "metres" => "m",
                name => name,
            };
            let power = if per { -power } else { power };
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(name);
            if power != 1 {
                out.push_str(&power.to_string());
            }
            (out, false)
        })
        .0
}

/// `m-2` is `m` to the power of -2; a number alone is itself.
fn split_power(part: &str) -> (&str, i32) {
    if !part.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return (part, 1);
    }
    let at = part.find(|c: char| c == '-' || c == '+' || c.is_ascii_digit()).unwrap_or(part.len());
    let (name, power) = part.split_at(at);
    power.parse().map_or((part, 1), |p| (name, p))
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn spellings_of_one_unit_are_the_same() {
        for (a, b) in [
            ("K", "kelvin"),
            ("degree_K", "degrees K"),
            ("mm/hr", "mm h-1"),
            ("m s-1", "m/s"),
            ("m s**-1", "m s^-1"),
            ("kg m-2", "kg/m2"),
            ("N m-2", "Pa"),
            ("1e-3", "PSU"),
        ] {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
        for (a, b) in [("K", "degC"), ("mm/hr", "mm day-1"), ("Pa", "hPa"), ("m", "m s-1"), ("1", "1e-3")] {
            assert_ne!(folded(a), folded(b), "{a} {b}");
        }
    }
}
