use proptest::prelude::*;

use super::*;

const CALENDARS: [Calendar; 6] = [
    Calendar::Standard,
    Calendar::ProlepticGregorian,
    Calendar::Julian,
    Calendar::NoLeap,
    Calendar::AllLeap,
    Calendar::Day360,
];

type Row = (String, String, i64, i32, u8, u8, u8, u8, u8, u32);

#[test]
fn thousands_of_instants_decode_as_cftime_decodes_them() {
    let text = include_str!("../../../../fixtures/time/cftime.json");
    let rows: Vec<Row> = serde_json::from_str(text).unwrap();
    assert!(rows.len() > 2000);
    for (calendar, units, value, year, month, day, hour, minute, second, micros) in rows {
        let units = TimeUnits::parse(&units, calendar.parse().unwrap()).unwrap();
        let expected = Civil { year, month, day, hour, minute, second, micros };
        assert_eq!(units.decode_i64(value).unwrap().civil(), expected, "{units:?} {value}");
        assert_eq!(units.decode_f64(value as f64).unwrap().civil(), expected);
    }
}

#[test]
fn times_of_users_are_understood_in_many_spellings() {
    for (text, expected) in [
        ("2015", "2015-01-01T00:00:00Z"),
        ("2015-08", "2015-08-01T00:00:00Z"),
        ("2015-08-12", "2015-08-12T00:00:00Z"),
        ("2015-08-12Z", "2015-08-12T00:00:00Z"),
        ("2015-08-12T06:30", "2015-08-12T06:30:00Z"),
        ("2015-08-12 06:30:15.25Z", "2015-08-12T06:30:15.250000Z"),
        ("2015-08-12T06:30+02:00", "2015-08-12T04:30:00Z"),
        ("2015-08-12T24:00", "2015-08-13T00:00:00Z"),
        ("201508120630", "2015-08-12T06:30:00Z"),
        ("20150812", "2015-08-12T00:00:00Z"),
        ("20150812T063000Z", "2015-08-12T06:30:00Z"),
        ("20150812T0630", "2015-08-12T06:30:00Z"),
        ("20150812 06", "2015-08-12T06:00:00Z"),
        ("20150812T063000.5+0200", "2015-08-12T04:30:00.500000Z"),
        ("2015-08-12_06:30:00", "2015-08-12T06:30:00Z"),
        ("2015-08-12 06:30:00 0:00", "2015-08-12T06:30:00Z"),
        ("2015-08-12 06:30:00 2:00", "2015-08-12T04:30:00Z"),
        ("2015-08-12 06:30:00.0 +0000 UTC", "2015-08-12T06:30:00Z"),
        ("2015-08-12 06:30:00 -6:00", "2015-08-12T12:30:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("1990-1-1", "1990-01-01T00:00:00Z"),
    ] {
        let (time, _) = Timestamp::parse(text, Calendar::Standard).unwrap();
        assert_eq!(time.to_string(), expected, "{text}");
    }
    let last = |text| Timestamp::parse_last(text, Calendar::Standard).unwrap().to_string();
    assert_eq!(last("2016-02"), "2016-02-29T23:59:59.999999Z");
    assert_eq!(last("2016"), "2016-12-31T23:59:59.999999Z");
    assert_eq!(last("2016-02-03"), "2016-02-03T23:59:59.999999Z");
    assert_eq!(last("2016-02-03T12:00"), "2016-02-03T12:00:00Z");
}

#[test]
fn what_is_no_time_is_refused_with_a_hint() {
    for text in [
        "",
        "yesterday",
        "2015-13-01",
        "2015-02-29",
        "2015-08-12T25:00",
        "2015-08-12T06:30:61",
        "1582-10-10",
        "9-9-9-9",
    ] {
        let error = Timestamp::parse(text, Calendar::Standard).unwrap_err().to_string();
        assert!(error.contains("not a time") || error.contains("there is no"), "{text}: {error}");
    }
    for (units, part) in [
        ("months since 2000-01-01", "no fixed length"),
        ("days", "not understood"),
        ("fortnights since 2000-01-01", "unit `fortnights`"),
        ("days since never", "not a time"),
    ] {
        let error = TimeUnits::parse(units, Calendar::Standard).unwrap_err().to_string();
        assert!(error.contains(part), "{units}: {error}");
    }
    let units = TimeUnits::parse("days since 2000-01-01", Calendar::Standard).unwrap();
    for value in [f64::NAN, f64::INFINITY, 1e300, -1e18, 9e14] {
        assert!(units.decode_f64(value).is_err(), "{value}");
    }
    assert!(units.decode_i64(i64::MAX).is_err());
}

#[test]
fn units_of_time_have_the_length_that_their_calendar_gives_them() {
    let decoded = |units: &str, calendar: Calendar, count: f64| {
        TimeUnits::parse(units, calendar).unwrap().decode_f64(count).unwrap().to_string()
    };
    let epoch = |unit: &str| format!("{unit} since 2000-01-01");
    assert_eq!(decoded(&epoch("months"), Calendar::Day360, 14.0), "2001-03-01T00:00:00Z");
    assert_eq!(decoded(&epoch("years"), Calendar::Day360, 1.5), "2001-07-01T00:00:00Z");
    assert_eq!(decoded(&epoch("years"), Calendar::NoLeap, 5.0), "2005-01-01T00:00:00Z");
    assert_eq!(decoded(&epoch("common_years"), Calendar::Standard, 1.0), "2000-12-31T00:00:00Z");
    assert_eq!(decoded(&epoch("weeks"), Calendar::Standard, 2.0), "2000-01-15T00:00:00Z");
    let nanoseconds = "nanoseconds since 1970-01-01";
    assert_eq!(decoded(nanoseconds, Calendar::Standard, 1_577_836_800_000_000_000.0), "2020-01-01T00:00:00Z");
    let units = TimeUnits::parse(nanoseconds, Calendar::Standard).unwrap();
    assert_eq!(units.decode_i64(1_577_838_600_000_001_000).unwrap().to_string(), "2020-01-01T00:30:00.000001Z");
    assert_eq!(units.decode_i64(-1_500).unwrap().micros(), -1);
    for calendar in [Calendar::Standard, Calendar::NoLeap, Calendar::Julian] {
        assert!(TimeUnits::parse(&epoch("months"), calendar).is_err());
    }
}

#[test]
fn a_day_has_one_number_in_its_year() {
    let (time, _) = Timestamp::parse("2016-12-31", Calendar::Standard).unwrap();
    assert_eq!(time.day_of_year(), 366);
    assert_eq!(Timestamp::parse("2016-03-01", Calendar::NoLeap).unwrap().0.day_of_year(), 60);
}

#[test]
fn years_beyond_reason_are_refused_and_not_overflowed() {
    for text in ["999999-01-01", "-999999-01-01", "999999", "100000-01-01T00:00"] {
        for calendar in CALENDARS {
            let error = Timestamp::parse(text, calendar).unwrap_err().to_string();
            assert!(error.contains("out of range"), "{text}: {error}");
            assert!(Timestamp::parse_last(text, calendar).is_err());
        }
    }
    assert!(Timestamp::parse_last("99999-11", Calendar::Standard).is_ok());
    assert!(!Timestamp::from_micros(Calendar::Standard, i64::MIN).in_range());
}

#[test]
fn instants_of_two_calendars_have_no_order() {
    let of = |calendar, day: &str| Timestamp::parse(day, calendar).unwrap().0;
    let (a, b) = (of(Calendar::Julian, "2020-01-04"), of(Calendar::Standard, "2020-01-05"));
    assert!(a.compare(b).unwrap_err().to_string().contains("julian calendar"));
    assert_eq!(a.in_calendar(Calendar::Standard).unwrap().compare(b), Ok(Ordering::Less));
}

#[test]
fn times_are_rounded_to_steps_from_an_origin() {
    let time = |text: &str| Timestamp::parse(text, Calendar::Standard).unwrap().0;
    let origin = time("2020-01-01T00:15");
    for (from, to) in [("00:29:59.999990", "00:15"), ("00:30:00", "00:45"), ("00:44:59.9", "00:45"), ("00:15", "00:15")]
    {
        let day = |clock: &str| time(&format!("2020-01-01T{clock}"));
        assert_eq!(day(from).rounded(1800, origin), day(to), "{from}");
    }
    assert_eq!(time("1969-12-31T23:59:58.5").unix_seconds(), -1.5);
}

proptest! {
    #[test]
    fn dates_and_days_are_each_others_inverse(days in -3_000_000i64..3_000_000, which in 0usize..6) {
        let calendar = CALENDARS[which];
        let (year, month, day) = calendar.civil_from_days(days);
        prop_assert_eq!(calendar.days_from_civil(year, month, day), Some(days));
    }

    #[test]
    fn what_is_printed_is_read_back(micros in -60_000_000_000_000_000i64..60_000_000_000_000_000, which in 0usize..6) {
        let time = Timestamp::from_micros(CALENDARS[which], micros);
        prop_assume!((0..=9999).contains(&time.civil().year));
        prop_assert_eq!(Timestamp::parse(&time.to_string(), CALENDARS[which]).unwrap().0, time);
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text in "\\PC{0,40}", digits in "[-0-9T:+Z. ]{0,30}", which in 0usize..6) {
        for text in [&text, &digits] {
            let _ = Timestamp::parse(text, CALENDARS[which]);
            let _ = Timestamp::parse_last(text, CALENDARS[which]);
            let _ = TimeUnits::parse(&format!("days since {text}"), CALENDARS[which]);
            let _ = TimeUnits::parse(text, CALENDARS[which]);
        }
    }
}

#[test]
fn absurd_offsets_are_refused_without_a_panic() {
    for text in [
        "2015-08-12T06:5\r08-157777777777777777",
        "2015-08-12T06:00+9223372036854775807",
        "2015-08-12T06:00+aé1",
        "2015-08-12T06:00+19:00",
        "2015-08-12T06:00-01:60",
    ] {
        assert!(Timestamp::parse(text, Calendar::Standard).is_err(), "{text:?}");
    }
}
