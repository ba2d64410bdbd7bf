//! Whatever is looked for and however the job is cut in time: the products are those of the job in one piece.

use std::cell::Cell;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::chunks::files;
use crate::store::Cube;
use crate::{eventscape, said};

/// What is looked for: a condition of every kind, and both trackers.
const JOBS: [&[&str]; 16] = [
    &["--operator=lessThan", "--value=240"],
    &["--operator=between", "--value=230,250", "--fill-holes=3"],
    &["--operator=greaterThan", "--value=-28 degC", "--smooth=1"],
    &["--operator=hysteresisAbove", "--value=260,240"],
    &["--operator=hysteresisBelow", "--value=230,250", "--connectivity=4"],
    &["--operator=anomalyAbove", "--value=1"],
    &["--operator=anomalyBeyond", "--value=1.2"],
    &["--operator=anomalyEvent", "--value=1", "--tos2ca-compat"],
    &["--operator=percentileAbove", "--value=80"],
    &["--operator=percentileBeyond", "--value=75"],
    &["--operator=climatologyAbove", "--value=p60,window=11"],
    &["--operator=climatologyBeyond", "--value=0.8,window=91"],
    &["--operator=expression", "--value=a > 250 and b < 250 or a - b > 20"],
    &["--operator=lessThan", "--value=250", "--tos2ca-compat"],
    &["--tracker=aux-geoir", "--value=240", "--warm-threshold=255", "--min-steps=1"],
    &["--tracker=aux-geoir", "--value=245", "--cold-only", "--max-size=12", "--min-steps=2"],
];

/// A cube, and how it is cut.
#[derive(Clone, Debug)]
struct Case {
    cube: Cube,
    /// Scenes of a chunk.
    steps: usize,
    min_size: u32,
    threads: usize,
    /// Which chunk is made first, and named first to the stitch.
    first: usize,
}

impl Case {
    fn chunks(&self) -> usize {
        self.cube.fields.len().div_ceil(self.steps)
    }
}

/// Temperatures with gaps, in tens of kelvins: a field of each cell's own, and what changes from time to time.
fn cubes() -> impl Strategy<Value = Cube> {
    (2usize..10, 2usize..14, 2usize..16).prop_flat_map(|(ny, nx, nt)| {
        let cells = ny * nx;
        let scene = || vec(0u8..12, cells);
        (vec(0u8..4, 2 * cells), vec((scene(), scene()), nt)).prop_map(move |(base, scenes)| {
            let kelvin = |tens: u8| 220.0 + 10.0 * f32::from(tens);
            let value = |base: u8, change: u8| match change {
                0 => f32::NAN,
                1..=7 => kelvin(base),
                more => kelvin(base + more - 7),
            };
            let field = |base: &[u8], change: &[u8]| base.iter().zip(change).map(|(b, c)| value(*b, *c)).collect();
            let fields = scenes.iter().map(|(a, b)| [field(&base[..cells], a), field(&base[cells..], b)]).collect();
            Cube { ny, nx, fields }
        })
    })
}

fn cases() -> impl Strategy<Value = Case> {
    (cubes(), any::<prop::sample::Index>(), 1u32..5, 1usize..3, any::<prop::sample::Index>()).prop_map(
        |(cube, steps, min_size, threads, first)| {
            let mut case = Case { steps: 1 + steps.index(cube.fields.len()), cube, min_size, threads, first: 0 };
            case.first = first.index(case.chunks());
            case
        },
    )
}

fn run(arguments: &[String]) {
    let output = eventscape(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
}

fn assert_same(whole: &Path, other: &Path, how: &str) -> Result<(), TestCaseError> {
    let (whole, other) = (files(whole), files(other));
    prop_assert_eq!(whole.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{}", how);
    for (name, bytes) in &whole {
        prop_assert!(other[name] == *bytes, "{} differs: {}", name, how);
    }
    Ok(())
}

/// Gives the number of tracks.
fn check(job: &[&str], case: &Case) -> Result<usize, TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    case.cube.write(&at("in.zarr"));
    let phdef = |out: &str, extra: &[String]| {
        let fixed = ["phdef", "--variable=a", "--no-plots", "--quiet"].map(str::to_owned);
        let own = [
            format!("--input={}", at("in.zarr").display()),
            format!("--min-size={}", case.min_size),
            format!("--out={}", at(out).display()),
        ];
        let asked = job.iter().map(|flag| (*flag).to_owned());
        run(&fixed.into_iter().chain(own).chain(asked).chain(extra.iter().cloned()).collect::<Vec<_>>());
    };
    phdef("whole", &["--threads=1".to_owned()]);
    let whole = at("whole/1");

    let cut = format!("--chunk-steps={}", case.steps);
    phdef("cut", &[cut.clone(), format!("--threads={}", case.threads)]);
    assert_same(&whole, &at("cut/1"), "one run, cut")?;

    let mut stitch = ["stitch", "--no-plots", "--quiet"].map(str::to_owned).to_vec();
    for k in 0..case.chunks() {
        let chunk = 1 + (case.first + k) % case.chunks();
        phdef("apart", &[cut.clone(), format!("--chunk={chunk}")]);
        stitch.push(at(&format!("apart/1/chunks/{chunk:04}")).display().to_string());
    }
    stitch.push(format!("--out={}", at("joined").display()));
    run(&stitch);
    assert_same(&whole, &at("joined/1"), "chunk by chunk, stitched")?;
    let toc = std::fs::read(whole.join("1-ForTraCC-TOC.json")).unwrap();
    Ok(serde_json::from_slice::<Vec<serde_json::Value>>(&toc).unwrap().len())
}

/// Cases of each job that are tried; `PROPTEST_CASES` overrides it.
const CASES: u32 = 2;

#[test]
fn every_kind_of_job_gives_the_same_products_however_it_is_cut() {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    let tracks = Cell::new(0);
    for job in JOBS {
        let config = ProptestConfig {
            cases: asked.unwrap_or(CASES),
            failure_persistence: None,
            max_shrink_iters: 200,
            ..ProptestConfig::default()
        };
        let counted = |case: Case| check(job, &case).map(|found| tracks.set(tracks.get() + found));
        if let Err(error) = TestRunner::new(config).run(&cases(), counted) {
            panic!("{job:?}: {error}");
        }
    }
    assert!(tracks.get() > JOBS.len(), "hardly anything was found: {} tracks", tracks.get());
}
