//! Parameters of queries: which an endpoint has, for requests and for the OpenAPI document alike.

use axum::http::Uri;
use serde_json::{Value, json};

use super::problem::Problem;
use super::query::Query;

/// A parameter of a query.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
}

/// What a parameter's value is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Any text that is not empty; read by the endpoint.
    Text,
    /// A whole number from this on; one above what an endpoint gives counts as the most.
    Whole(u32),
    /// How many of something: from 1 on, so many if absent, so many at the most, whatever is asked for.
    Limit(u32, u32),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Several of these words, with commas or each in a parameter of its own.
    Words(&'static [&'static str]),
    /// Numbers with commas, so many at the least and at the most.
    Numbers(usize, usize),
}

/// The parameter that tells the format of an answer in JSON.
pub(super) const FORMAT: Parameter =
    Parameter::new("f", Kind::OneOf(&["json"]), "format of the answer; there is `json`");

impl Parameter {
    pub(super) const fn new(name: &'static str, kind: Kind, meaning: &'static str) -> Self {
        Self { name, meaning, kind, is_required: false }
    }

    pub(super) const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    /// As the OpenAPI document has it.
    pub(super) fn document(&self) -> Value {
        let mut value =
            json!({ "name": self.name, "in": "query", "description": self.meaning, "schema": self.schema() });
        if let Value::Object(map) = &mut value {
            if self.is_required {
                map.insert("required".to_owned(), true.into());
            }
            map.insert("style".to_owned(), "form".into());
            map.insert("explode".to_owned(), matches!(self.kind, Kind::Words(_)).into());
        }
        value
    }

    fn schema(&self) -> Value {
        match self.kind {
            Kind::Text => json!({ "type": "string", "minLength": 1 }),
            // more may be asked for, and the most is given
            Kind::Limit(usual, most) => json!({ "type": "integer", "minimum": 1, "maximum": most, "default": usual }),
            Kind::Whole(least) => json!({ "type": "integer", "minimum": least }),
            Kind::OneOf(words) => json!({ "type": "string", "enum": words }),
            Kind::Words(words) => {
                json!({ "type": "array", "minItems": 1, "items": { "type": "string", "enum": words } })
            }
            Kind::Numbers(least, most) => {
                json!({ "type": "array", "minItems": least, "maxItems": most, "items": { "type": "number" } })
            }
        }
    }

    /// Refuses values that are not of the kind.
    fn check(&self, values: &[String]) -> Result<(), Problem> {
        let name = self.name;
        let wrong = |text: &str, what: String| {
            let text: String = text.chars().take(64).collect();
            Err(Problem::bad(format!("{name}: `{text}` is {what}")))
        };
        if values.len() > 1 && !matches!(self.kind, Kind::Words(_)) {
            return Err(Problem::bad(format!("the parameter `{name}` is given twice")));
        }
        for text in values {
            match self.kind {
                Kind::Text if text.is_empty() => return Err(Problem::bad(format!("{name}: it is empty"))),
                Kind::Text => {}
                Kind::Whole(_) | Kind::Limit(..) => {
                    let least = if let Kind::Whole(least) = self.kind { least } else { 1 };
                    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
                    // more digits than a number has are a large number
                    if !digits || text.parse::<u32>().is_ok_and(|number| number < least) {
                        return wrong(text, format!("no whole number from {least} on"));
                    }
                }
                Kind::OneOf(words) if !words.contains(&text.as_str()) => {
                    return wrong(text, format!("not known here; there are {}", words.join(", ")));
                }
                Kind::OneOf(_) => {}
                Kind::Words(words) => {
                    if let Some(word) = text.split(',').find(|word| !words.contains(word)) {
                        return wrong(word, format!("not known here; there are {}", words.join(", ")));
                    }
                }
                Kind::Numbers(least, most) => {
                    let numbers = text.split(',').map(|n| n.trim().parse::<f64>().ok().filter(|n| n.is_finite()));
                    let count = numbers.collect::<Option<Vec<_>>>().map_or(0, |found| found.len());
                    if !(least..=most).contains(&count) {
                        return wrong(text, format!("not {least} to {most} numbers with commas"));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Reads the query of a request by the parameters of its endpoint. Unknown ones are errors (OGC API).
pub(super) fn read(uri: &Uri, known: impl Iterator<Item = Parameter> + Clone) -> Result<Query, Problem> {
    let query = Query::of(uri);
    for (name, values) in query.all() {
        let Some(parameter) = known.clone().find(|parameter| parameter.name == name) else {
            let names: Vec<&str> = known.clone().map(|parameter| parameter.name).collect();
            let there_are = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let name: String = name.chars().take(64).collect();
            return Err(Problem::bad(format!("`{name}` is no parameter of this; there are: {there_are}")));
        };
        parameter.check(values)?;
    }
    match known.clone().find(|parameter| parameter.is_required && query.text(parameter.name).is_none()) {
        Some(missing) => Err(Problem::bad(format!("give `{}`: {}", missing.name, missing.meaning))),
        None => Ok(query),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Parameter; 5] = [
        Parameter::new("limit", Kind::Limit(10, 100), ""),
        Parameter::new("status", Kind::Words(&["a", "b"]), ""),
        Parameter::new("bbox", Kind::Numbers(4, 6), ""),
        Parameter::new("datetime", Kind::Text, ""),
        FORMAT,
    ];

    #[test]
    fn values_are_of_their_kinds() {
        for (query, is_fine) in [
            ("", true),
            ("limit=1&status=a,b&bbox=1,2,3,4&datetime=..%2F2015&f=json", true),
            ("status=a&status=b", true),
            ("limit=99999999999999999999", true),
            ("limit=0", false),
            ("limit=-1", false),
            ("limit=x", false),
            ("limit=", false),
            ("limit=1&limit=1", false),
            ("status=", false),
            ("status=a,c", false),
            ("bbox=1,2,3", false),
            ("bbox=1,2,3,nan", false),
            ("bbox=1,2,3,4,5,6,7", false),
            ("datetime=", false),
            ("f=html", false),
            ("colour=red", false),
        ] {
            let uri: Uri = format!("/jobs?{query}").parse().unwrap();
            assert_eq!(read(&uri, ALL.into_iter()).is_ok(), is_fine, "{query}");
        }
        let query =
            read(&"/?limit=5000&status=a&status=b,a&bbox=1,2,-3.5,4".parse().unwrap(), ALL.into_iter()).unwrap();
        assert_eq!(query.whole("limit", 10, 100), 100);
        assert_eq!(query.words("status"), ["a", "b", "a"]);
        assert_eq!(query.numbers("bbox"), Some(vec![1.0, 2.0, -3.5, 4.0]));
        assert_eq!(query.whole("offset", 10, 100), 10);
        let needed = [Parameter::new("jobID", Kind::Whole(1), "number of the job").required()];
        assert!(read(&"/".parse().unwrap(), needed.into_iter()).is_err());
    }
}
