//! The units that are known.

use super::Meaning;

const LENGTH: [i8; 6] = [1, 0, 0, 0, 0, 0];
const MASS: [i8; 6] = [0, 1, 0, 0, 0, 0];
const TIME: [i8; 6] = [0, 0, 1, 0, 0, 0];
const TEMPERATURE: [i8; 6] = [0, 0, 0, 1, 0, 0];
const AMOUNT: [i8; 6] = [0, 0, 0, 0, 1, 0];
const ANGLE: [i8; 6] = [0, 0, 0, 0, 0, 1];
const SPEED: [i8; 6] = [1, 0, -1, 0, 0, 0];
const PRESSURE: [i8; 6] = [-1, 1, -2, 0, 0, 0];
const FORCE: [i8; 6] = [1, 1, -2, 0, 0, 0];
const ENERGY: [i8; 6] = [2, 1, -2, 0, 0, 0];
const POWER: [i8; 6] = [2, 1, -3, 0, 0, 0];
const NONE: [i8; 6] = [0; 6];

/// The unit of a single word, in any of its spellings.
pub(super) fn unit(word: &str) -> Option<Meaning> {
    let of = |dimensions, scale| Some(Meaning { dimensions, scale, offset: 0.0 });
    let temperature = |scale, offset| Some(Meaning { dimensions: TEMPERATURE, scale, offset });
    match word {
        "K" | "kelvin" | "Kelvin" | "kelvins" | "degK" | "deg_K" | "degrees_K" | "degree_K" | "degrees K" => {
            temperature(1.0, 0.0)
        }
        "degC" | "deg_C" | "degrees_C" | "degree_C" | "celsius" | "Celsius" | "degrees_Celsius" | "degrees_celsius"
        | "degree_Celsius" | "degree_celsius" | "degrees C" | "degrees Celsius" | "°C" | "C" => {
            temperature(1.0, 273.15)
        }
        "degF" | "deg_F" | "degrees_F" | "degree_F" | "fahrenheit" | "Fahrenheit" | "degrees_Fahrenheit" | "°F"
        | "F" => temperature(5.0 / 9.0, 459.67 * 5.0 / 9.0),
        "m" | "meter" | "meters" | "metre" | "metres" => of(LENGTH, 1.0),
        "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" => of(LENGTH, 1e3),
        "dm" => of(LENGTH, 0.1),
        "cm" | "centimeter" | "centimeters" | "centimetre" | "centimetres" => of(LENGTH, 0.01),
        "mm" | "millimeter" | "millimeters" | "millimetre" | "millimetres" => of(LENGTH, 1e-3),
        "um" | "µm" | "micron" | "microns" | "micrometer" => of(LENGTH, 1e-6),
        "nm" => of(LENGTH, 1e-9),
        "kg" | "kilogram" | "kilograms" => of(MASS, 1.0),
        "g" | "gram" | "grams" => of(MASS, 1e-3),
        "mg" => of(MASS, 1e-6),
        "ug" | "µg" => of(MASS, 1e-9),
        "s" | "sec" | "secs" | "second" | "seconds" => of(TIME, 1.0),
        "min" | "mins" | "minute" | "minutes" => of(TIME, 60.0),
        "h" | "hr" | "hrs" | "hour" | "hours" => of(TIME, 3600.0),
        "d" | "day" | "days" => of(TIME, 86_400.0),
        "knot" | "knots" | "kt" | "kts" | "kn" => of(SPEED, 1852.0 / 3600.0),
        "Pa" | "pascal" | "pascals" => of(PRESSURE, 1.0),
        "hPa" | "mb" | "mbar" | "millibar" | "millibars" => of(PRESSURE, 100.0),
        "kPa" => of(PRESSURE, 1e3),
        "bar" => of(PRESSURE, 1e5),
        "dbar" | "decibar" => of(PRESSURE, 1e4),
        "N" | "newton" | "newtons" => of(FORCE, 1.0),
        "J" | "joule" | "joules" => of(ENERGY, 1.0),
        "W" | "watt" | "watts" | "Watts" => of(POWER, 1.0),
        "mol" | "mole" | "moles" => of(AMOUNT, 1.0),
        "degree" | "degrees" | "deg" | "°" | "degrees_north" | "degrees_east" | "degree_north" | "degree_east" => {
            of(ANGLE, 1.0)
        }
        "rad" | "radian" | "radians" => of(ANGLE, 180.0 / std::f64::consts::PI),
        "1" | "dimensionless" | "fraction" | "none" | "unitless" => of(NONE, 1.0),
        "%" | "percent" => of(NONE, 0.01),
        "psu" | "PSU" | "pss" | "PSS" | "permil" | "‰" => of(NONE, 1e-3),
        "ppm" | "ppmv" => of(NONE, 1e-6),
        "ppb" | "ppbv" => of(NONE, 1e-9),
        _ => None,
    }
}
