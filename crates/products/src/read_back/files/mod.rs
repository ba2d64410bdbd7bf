//! Random netCDF files over everything that the writer can do.

mod kinds;
mod limits;
mod typed;

use std::collections::VecDeque;
use std::fs::File;
use std::path::Path;

use super::chance::Chance;
use super::expected::{Group, NetCdf, Value, Variable, size_of_type};
use eventscape_formats::write::{self as netcdf, Attribute, Codec, NcFile, StreamId};
use typed::{TYPES, Typed, numbers, tiles, with_type};

/// Writes the file that a seed decides; gives what kind it is and what must be read from it.
pub(super) fn write(seed: u64, path: &Path) -> (&'static str, NetCdf) {
    let mut builder = Builder::new(seed, path);
    let kind = kinds::fill(&mut builder, seed);
    (kind, builder.finish())
}

/// How a variable is stored.
enum Storage {
    InOnePiece,
    /// In chunks of so many entries of the first dimension, at once.
    Rows(usize, Codec),
    /// In chunks of this shape, one by one while other things are written.
    Stream(Vec<usize>, Codec),
}

/// A chunked variable whose chunks wait.
struct Waiting {
    id: StreamId,
    /// The group it belongs to, by its place in `open`.
    depth: usize,
    chunks: VecDeque<Vec<u8>>,
}

/// A file being written, and beside it what must be read.
struct Builder {
    chance: Chance,
    file: NcFile<File>,
    expected: NetCdf,
    /// The open groups, by their places in `expected`.
    open: Vec<usize>,
    waiting: Vec<Waiting>,
    names: usize,
}

impl Builder {
    fn new(seed: u64, path: &Path) -> Self {
        let out = File::options().read(true).write(true).create(true).truncate(true).open(path).unwrap();
        let file = NcFile::create(out, "a random file").unwrap();
        let expected = NetCdf { groups: vec![Group::default()] };
        Self { chance: Chance::new(seed), file, expected, open: vec![0], waiting: Vec::new(), names: 0 }
    }

    fn group(&mut self) -> &mut Group {
        let at = *self.open.last().unwrap();
        &mut self.expected.groups[at]
    }

    /// A new name: short or as long as netCDF-C reads, of one or several scripts.
    fn name(&mut self) -> String {
        self.names += 1;
        let number = self.names;
        match self.chance.within(0..=11) {
            0 => format!("Größe_{number}"),
            1 => format!("温度{number}"),
            2 => format!("a.b-c+d@e {number}"),
            3 => format!("_{number}"),
            4 => format!("{}{number:06}", "n".repeat(249)),
            _ => format!("v{number}"),
        }
    }

    fn attribute(&mut self, name: &str, value: Value) {
        self.file.attribute(name, given(&value)).unwrap();
        self.group().attributes.push((name.to_owned(), value));
    }

    /// A value of any type: no text, no number, one, or several.
    fn value(&mut self) -> Value {
        let kind = self.chance.pick(&TYPES);
        if kind == "S1" || self.chance.one_in(2) {
            let length = self.chance.pick(&[0, 1, 7, 8, 9, 60, 300, 5000]);
            return Value::Text(self.chance.text(length));
        }
        let count = self.chance.pick(&[0, 1, 1, 1, 2, 3, 100]);
        Value::Numbers { kind, bytes: self.chance.bytes(count * size_of_type(kind)) }
    }

    fn values(&mut self, most: usize) -> Vec<(String, Value)> {
        (0..self.chance.within(0..=most)).map(|_| (self.name(), self.value())).collect()
    }

    fn dimension(&mut self, size: usize) -> String {
        let name = self.name();
        self.named_dimension(&name, size);
        name
    }

    fn named_dimension(&mut self, name: &str, size: usize) {
        self.file.dimension(name, size).unwrap();
        self.group().dimension(name, size);
    }

    /// Values that pack well, or not at all.
    fn bytes(&mut self, kind: &str, count: usize) -> Vec<u8> {
        let size = size_of_type(kind);
        match self.chance.within(0..=3) {
            0 => vec![self.chance.number() as u8; count * size],
            1 => {
                let step = self.chance.within(1..=9);
                (0..count).flat_map(|k| ((k / step) as u64).to_le_bytes()[..size].to_vec()).collect()
            }
            _ => self.chance.bytes(count * size),
        }
    }

    fn codec(&mut self) -> Codec {
        Codec { shuffle: self.chance.one_in(2), level: self.chance.pick(&[1, 1, 4, 6, 9, 12]) }
    }

    /// Any way to store a variable of this shape.
    fn storage(&mut self, shape: &[usize]) -> Storage {
        let codec = self.codec();
        match self.chance.within(0..=2) {
            0 => Storage::InOnePiece,
            1 => Storage::Rows(self.chance.pick(&[1, 2, 3, 64, usize::MAX]), codec),
            _ if shape.is_empty() => Storage::InOnePiece,
            _ => Storage::Stream(shape.iter().map(|&n| self.chance.within(1..=n.max(1))).collect(), codec),
        }
    }

    /// Writes a variable with random values and attributes.
    fn variable(&mut self, name: &str, dims: &[&str], kind: &'static str, storage: &Storage) {
        let mut wanted = Variable::raw(name, dims, kind, Vec::new());
        let shape = self.group().shape(&wanted);
        wanted.bytes = self.bytes(kind, shape.iter().product());
        wanted.attributes = self.values(3);
        let fill = (kind != "S1" && self.chance.one_in(4)).then(|| self.chance.bytes(size_of_type(kind)));
        with_type!(kind, T => self.put::<T>(&wanted, &shape, fill.as_deref(), storage));
        if let Some(bytes) = fill {
            wanted.attributes.push(("_FillValue".to_owned(), Value::Numbers { kind, bytes }));
        }
        self.group().variables.push(wanted);
        self.breathe();
    }

    fn put<T: Typed>(&mut self, wanted: &Variable, shape: &[usize], fill: Option<&[u8]>, storage: &Storage) {
        let dims: Vec<&str> = wanted.dims.iter().map(String::as_str).collect();
        let mut variable = netcdf::Variable::of::<T>(&wanted.name, &dims);
        for (name, value) in &wanted.attributes {
            variable = variable.with(name, given(value));
        }
        if let Some(fill) = fill {
            variable = variable.fill(T::parse(fill)[0]);
        }
        match storage {
            Storage::InOnePiece => self.file.variable(variable, &T::parse(&wanted.bytes)).unwrap(),
            Storage::Rows(rows, codec) => {
                self.file.compressed(variable, *rows, *codec, &T::parse(&wanted.bytes)).unwrap();
            }
            Storage::Stream(chunk, codec) => {
                let id = self.file.start_chunks(variable, chunk, *codec).unwrap();
                let chunks = tiles(&wanted.bytes, size_of::<T>(), shape, chunk, *codec);
                self.waiting.push(Waiting { id, depth: self.open.len(), chunks });
            }
        }
    }

    /// Lets some of the chunks that wait go to the file, of any stream.
    fn breathe(&mut self) {
        for _ in 0..self.chance.within(0..=4) {
            if self.waiting.is_empty() {
                return;
            }
            let which = self.chance.within(0..=self.waiting.len() - 1);
            let Waiting { id, chunks, .. } = &mut self.waiting[which];
            if let Some(chunk) = chunks.pop_front() {
                self.file.chunk(*id, &chunk).unwrap();
            }
        }
    }

    /// Ends the streams of the innermost group, one chunk of each in turn.
    fn end_streams(&mut self) {
        let depth = self.open.len();
        let (mut own, outer): (Vec<_>, Vec<_>) = self.waiting.drain(..).partition(|stream| stream.depth == depth);
        self.waiting = outer;
        while own.iter().any(|stream| !stream.chunks.is_empty()) {
            for stream in &mut own {
                if let Some(chunk) = stream.chunks.pop_front() {
                    self.file.chunk(stream.id, &chunk).unwrap();
                }
            }
        }
        if self.chance.one_in(2) {
            own.reverse();
        }
        own.iter().for_each(|stream| self.file.finish_chunks(stream.id).unwrap());
    }

    fn open_group(&mut self, name: &str) {
        self.file.open_group(name);
        let path = self.group().join(name);
        self.expected.groups.push(Group::at(path));
        self.open.push(self.expected.groups.len() - 1);
    }

    fn close_group(&mut self) {
        self.end_streams();
        self.file.close_group().unwrap();
        self.open.pop();
    }

    fn finish(mut self) -> NetCdf {
        while self.open.len() > 1 {
            self.close_group();
        }
        self.end_streams();
        self.file.finish().unwrap();
        self.expected
    }
}

/// An attribute as the writer takes it.
fn given(value: &Value) -> Attribute {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Numbers { kind, bytes } => numbers(kind, bytes),
    }
}
