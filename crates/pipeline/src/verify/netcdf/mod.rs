//! netCDF products: the structure of the file, then every variable of every group, read and decoded.
//!
//! Compressed chunks carry a checksum of zlib, so that one that is read is what was written. Values that lie in the file as they
//! are carry none: coordinates, bounds, and all of the reference's mask file. Each of these is held against what it must be.

mod axes;
mod curated;
mod flat;
mod interpolated;
mod mask_output;
mod masks;
mod navigation;
mod stationary;
mod times;
mod tracks;

use std::cell::RefCell;
use std::collections::HashSet;

use eventscape_formats::write::check_structure;
use eventscape_formats::{ArrayData, Granule, Hyperslab, OpenOptions, Variable};
use eventscape_io::stores::ByteReader;

use super::blocks::blocks_of;
use super::content::Content;
use super::facts::Facts;
use super::finding::{Checked, Faults, Trouble};
use super::product::Asked;

/// Bytes that are fetched at a time while the structure is walked, from object to object.
const PAGE: u64 = 16 << 10;

/// Looks at a netCDF product; gives what it says of its job.
pub(super) fn check(asked: &Asked<'_>, faults: &mut Faults) -> Checked<Facts> {
    let mut file = ByteReader::new(asked.source.clone()).with_block(PAGE);
    let structure = check_structure(&mut file).map_err(|fault| Trouble::at("", fault));
    // what can be read all the same tells which variables are hurt
    faults.take(structure)?;
    let granule = Granule::open(asked.source.clone(), &OpenOptions::default())?;
    let mut nc = Nc { granule, asked, read: RefCell::default() };
    let told = match asked.content {
        Content::Tos2caMasks => mask_output::check(&nc, faults),
        Content::Masks => masks::check(&nc, faults),
        Content::Tracks => tracks::check(&nc, faults),
        Content::Stationary => stationary::check(&nc, faults),
        Content::Curated => curated::check(&nc, faults),
        Content::Interpolated => interpolated::check(&nc, faults),
        _ => flat::check(&nc, faults),
    };
    let told = faults.take(told)?;
    nc.read_the_rest(faults)?;
    Ok(told.unwrap_or_default())
}

/// What the numbers of the tracks are called: now, and in release 0.1.
const TRACK_IDS: [&str; 2] = ["track_id", "event_id"];

/// A file that is being looked at.
struct Nc<'a> {
    granule: Granule,
    asked: &'a Asked<'a>,
    /// Paths of the variables that were read whole.
    read: RefCell<HashSet<String>>,
}

impl Nc<'_> {
    /// A variable that must be there.
    fn variable(&self, path: &str) -> Checked<&Variable> {
        let missing = |_| Trouble::at(path, "the variable is not there");
        self.granule.variable(path).map_err(missing).and_then(|found| match found.path == path {
            true => Ok(found),
            false => Err(Trouble::at(path, "the variable is not there")),
        })
    }

    /// The variable with the numbers of the tracks.
    fn track_ids(&self) -> Checked<&'static str> {
        let there = TRACK_IDS.into_iter().find(|path| self.has(path));
        there.ok_or_else(|| Trouble::at(TRACK_IDS[0], "the variable is not there"))
    }

    fn has(&self, path: &str) -> bool {
        self.variable(path).is_ok()
    }

    /// Reads some of a variable.
    fn slab(&self, path: &str, slab: &Hyperslab) -> Checked<ArrayData> {
        self.asked.going.check()?;
        let array = self.granule.read(path, slab).map_err(|error| {
            // told once
            self.is_read(path);
            match Trouble::from(error) {
                Trouble::Fault(fault) => {
                    let named = format!("variable `{path}`: ");
                    Trouble::at(path, fault.problem.strip_prefix(&named).unwrap_or(&fault.problem))
                }
                stopped => stopped,
            }
        })?;
        Ok(array.data)
    }

    /// Reads a variable block by block, in row-major order.
    fn blocks(&self, path: &str, mut each: impl FnMut(&Hyperslab, ArrayData) -> Checked<()>) -> Checked<()> {
        for slab in blocks_of(self.variable(path)?) {
            each(&slab, self.slab(path, &slab)?)?;
        }
        self.is_read(path);
        Ok(())
    }

    fn is_read(&self, path: &str) {
        self.read.borrow_mut().insert(path.to_owned());
    }

    /// All values of a variable as float64.
    fn reals(&self, path: &str) -> Checked<Vec<f64>> {
        let slab = Hyperslab::all(&self.variable(path)?.shape());
        let values = self.slab(path, &slab)?.to_f64();
        self.is_read(path);
        values.ok_or_else(|| Trouble::at(path, "it holds no numbers"))
    }

    /// All values of a variable of whole numbers.
    fn integers(&self, path: &str) -> Checked<Vec<i64>> {
        let slab = Hyperslab::all(&self.variable(path)?.shape());
        let values = self.slab(path, &slab)?.to_i64();
        self.is_read(path);
        values.ok_or_else(|| Trouble::at(path, "it holds no whole numbers"))
    }

    /// The shape of a variable, which must have so many dimensions.
    fn shape<const RANK: usize>(&self, path: &str) -> Checked<[u64; RANK]> {
        let shape = self.variable(path)?.shape();
        let why = || Trouble::at(path, format!("it has the shape {shape:?}, not one of {RANK} dimensions"));
        shape.as_slice().try_into().map_err(|_| why())
    }

    /// Reads what nobody has looked at, to see that it can be decoded.
    fn read_the_rest(&mut self, faults: &mut Faults) -> Checked<()> {
        let read = self.read.take();
        for variable in self.granule.variables() {
            if !read.contains(&variable.path) {
                faults.take(self.blocks(&variable.path, |_, _| Ok(())))?;
            }
        }
        Ok(())
    }
}
