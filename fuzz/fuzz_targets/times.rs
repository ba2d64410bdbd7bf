//! CF time units with their counts, and times as users write them.
#![no_main]

use eventscape_core::Timestamp;
use eventscape_core::time::{Calendar, TimeUnits};
use libfuzzer_sys::fuzz_target;

const CALENDARS: [Calendar; 6] = [
    Calendar::Standard,
    Calendar::ProlepticGregorian,
    Calendar::Julian,
    Calendar::NoLeap,
    Calendar::AllLeap,
    Calendar::Day360,
];

/// What is shown of a time is read again as the same.
fn comes_back(time: Timestamp) {
    let _ = (time.stamp(), time.civil(), time.day_of_year());
    let shown = time.to_string();
    match Timestamp::parse(&shown, time.calendar()) {
        Ok((again, _)) => assert_eq!(again.micros(), time.micros(), "{shown} {}", time.calendar().name()),
        // years of more than four digits, or before the first, are shown but not asked for
        Err(_) => assert!(!(1..=9999).contains(&time.civil().year), "{shown} {}", time.calendar().name()),
    }
}

fuzz_target!(|bytes: &[u8]| {
    let (count, text) = bytes.split_first_chunk::<8>().unwrap_or((&[0; 8], bytes));
    for text in [bytes, text] {
        let Ok(text) = std::str::from_utf8(text) else { continue };
        for calendar in CALENDARS {
            if let Ok((time, _)) = Timestamp::parse(text, calendar) {
                comes_back(time);
            }
            if let Ok(time) = Timestamp::parse_last(text, calendar) {
                comes_back(time);
            }
            let Ok(units) = TimeUnits::parse(text, calendar) else { continue };
            for time in [units.decode_i64(i64::from_le_bytes(*count)), units.decode_f64(f64::from_le_bytes(*count))] {
                if let Ok(time) = time {
                    comes_back(time);
                }
            }
        }
    }
});
