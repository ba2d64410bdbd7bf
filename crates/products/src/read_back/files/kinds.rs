//! The kinds of files: mostly small ones of everything, and a fixed share at the limits of the writer and of HDF5.

use super::{Builder, Codec, Storage, TYPES, Value};

/// So many variables a dimension can list: 16 bytes each in one attribute, after what comes before them.
pub(super) const MOST_VARIABLES: usize = (65_535 - 9 - 15 - 116 - 20) / 16;

/// Fills a file; what it is like depends on the seed alone, and seeds in a row give all kinds.
pub(super) fn fill(b: &mut Builder, seed: u64) -> &'static str {
    match seed % 32 {
        0 | 1 => many_groups(b),
        2 => many_variables(b, seed % 320 == 2),
        3..=5 => chunks_at_the_splits_of_the_index(b),
        6..=9 => sizes_around_what_is_held(b),
        10 => long_attributes(b),
        11 => deep_groups(b),
        12 => many_dimensions(b),
        13 => many_cells(b),
        _ => {
            everything(b, 3);
            "a small file of everything"
        }
    }
}

/// The root group: attributes, dimensions, variables, and groups of the same.
fn everything(b: &mut Builder, depth: usize) {
    for (name, value) in b.values(4) {
        b.attribute(&name, value);
    }
    let dims: Vec<(String, usize)> = (0..b.chance.within(0..=4))
        .map(|_| {
            let size = b.chance.pick(&[0, 1, 1, 2, 3, 5, 8, 17, 65]);
            (b.dimension(size), size)
        })
        .collect();
    // coordinate variables, some of further dimensions
    for (dim, _) in &dims {
        if b.chance.one_in(2) {
            let further = b.chance.pick(&dims.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
            let own = [dim.as_str(), further];
            let rank = if b.chance.one_in(4) { 2 } else { 1 };
            any_variable(b, dim, &own[..rank]);
        }
    }
    for _ in 0..b.chance.within(0..=5) {
        let rank = if dims.is_empty() { 0 } else { b.chance.within(0..=4) };
        let mut own: Vec<&str> =
            (0..rank).map(|_| b.chance.pick(&dims.iter().map(|d| d.0.as_str()).collect::<Vec<_>>())).collect();
        // few enough for chunks of one cell
        while own.iter().map(|dim| dims.iter().find(|d| d.0 == *dim).unwrap().1).product::<usize>() > 10_000 {
            own.pop();
        }
        let name = b.name();
        any_variable(b, &name, &own);
    }
    if depth > 0 {
        for _ in 0..b.chance.pick(&[0, 0, 1, 2, 3]) {
            let name = b.name();
            b.open_group(&name);
            everything(b, depth - 1);
            b.close_group();
        }
    }
}

fn any_variable(b: &mut Builder, name: &str, dims: &[&str]) {
    let kind = b.chance.pick(&TYPES);
    let shape: Vec<usize> = {
        let group = b.group();
        dims.iter().map(|dim| group.dimensions.iter().find(|(name, _)| name == dim).unwrap().1).collect()
    };
    let storage = b.storage(&shape);
    b.variable(name, dims, kind, &storage);
}

/// Groups on both sides of where links become a symbol table, and of where its tree gets another level.
fn many_groups(b: &mut Builder) -> &'static str {
    let count = b.chance.pick(&[253, 254, 255, 256, 257, 300, 511, 512, 513, 1000, 2049]);
    let rows = b.dimension(3);
    b.variable("before", &[&rows], "f8", &Storage::InOnePiece);
    for number in 0..count {
        // the table is sorted by name, so names do not come in that order
        b.open_group(&format!("{:04}", (number * 7919) % 10_000));
        if number % 3 == 0 {
            let size = b.chance.within(0..=3);
            let dim = b.dimension(size);
            any_variable(b, "values", &[&dim]);
        }
        b.close_group();
    }
    "many groups"
}

/// Many variables on one dimension, which lists them all.
fn many_variables(b: &mut Builder, as_many_as_fit: bool) -> &'static str {
    if as_many_as_fit {
        b.named_dimension("x", 1);
        (0..MOST_VARIABLES).for_each(|k| b.variable(&format!("{k}"), &["x"], "i1", &Storage::InOnePiece));
        return "as many variables on one dimension as it can list";
    }
    let count = b.chance.pick(&[20, 120, 253, 254, 255, 256, 257, 400]);
    b.named_dimension("x", 4);
    if b.chance.one_in(2) {
        b.variable("x", &["x"], "f4", &Storage::InOnePiece);
    }
    for number in 0..count {
        let dims = if number % 5 == 0 { &["x", "x"][..] } else { &["x"][..] };
        any_variable(b, &format!("on_x_{number}"), dims);
    }
    "many variables on one dimension"
}

/// Numbers of chunks around those at which a node of the B-tree is full, streams side by side.
fn chunks_at_the_splits_of_the_index(b: &mut Builder) -> &'static str {
    for _ in 0..b.chance.within(1..=3) {
        let chunks = b.chance.pick(&[1, 2, 63, 64, 65, 127, 128, 129, 1000, 4095, 4096, 4097]);
        let codec = b.codec();
        let kind = b.chance.pick(&TYPES);
        let name = b.name();
        if b.chance.one_in(2) {
            let rows = b.chance.within(1..=5);
            let over = b.chance.within(0..=rows - 1);
            let dim = b.dimension(chunks * rows - over);
            let storage =
                if b.chance.one_in(2) { Storage::Rows(rows, codec) } else { Storage::Stream(vec![rows], codec) };
            b.variable(&name, &[&dim], kind, &storage);
        } else {
            // a grid of chunks, the last ones hanging over
            let across = b.chance.pick(&[1, 2, 3, 7]);
            let (down, across) = (chunks.div_ceil(across), across);
            let (y, x) = (b.dimension(2 * down - 1), b.dimension(3 * across - 2));
            b.variable(&name, &[&y, &x], kind, &Storage::Stream(vec![2, 3], codec));
        }
    }
    "numbers of chunks at the splits of the index"
}

/// Blocks on both sides of what the writer holds back before it writes, in one piece and packed.
fn sizes_around_what_is_held(b: &mut Builder) -> &'static str {
    for _ in 0..b.chance.within(2..=6) {
        let limit: usize = b.chance.pick(&[64 << 10, 512 << 10, 512 << 10, 1 << 20, 1 << 20, 2 << 20]);
        let kind = b.chance.pick(&TYPES);
        let size = super::size_of_type(kind);
        let count = (limit / size + b.chance.within(0..=40)).saturating_sub(20 + b.chance.pick(&[0, 0, 0, 48, 1000]));
        let dim = b.dimension(count);
        let name = b.name();
        let codec = b.codec();
        let storage = match b.chance.within(0..=3) {
            0 => Storage::Rows(usize::MAX, codec),
            1 => Storage::Stream(vec![b.chance.within(count / 3..=count)], codec),
            _ => Storage::InOnePiece,
        };
        b.variable(&name, &[&dim], kind, &storage);
        if b.chance.one_in(2) {
            let name = b.name();
            any_variable(b, &name, &[]);
        }
    }
    "sizes around what the writer holds"
}

/// Attributes up to the longest that HDF5 holds in a header, several in one.
fn long_attributes(b: &mut Builder) -> &'static str {
    // 65535 bytes of a message without what comes before the text or the numbers; the name and its end are in it too
    let (longest_text, longest_list) = (65_535 - 9 - 1 - 8 - 4, 65_535 - 9 - 1 - 20 - 20);
    let dim = b.dimension(2);
    for number in 0..b.chance.within(1..=5) {
        let name = format!("a{number}");
        let value = if b.chance.one_in(2) {
            let length = b.chance.pick(&[4096, 65_000, longest_text - 1 - name.len(), longest_text - name.len()]);
            Value::Text(b.chance.text(length))
        } else {
            let count = (longest_list - name.len()) / 8 - b.chance.pick(&[0, 1, 4000]);
            Value::Numbers { kind: "f8", bytes: b.chance.bytes(8 * count) }
        };
        b.attribute(&name, value);
    }
    b.variable("x", &[&dim], "i2", &Storage::InOnePiece);
    "long attributes"
}

fn deep_groups(b: &mut Builder) -> &'static str {
    for _ in 0..b.chance.within(1..=60) {
        let name = b.name();
        b.open_group(&name);
        if b.chance.one_in(3) {
            everything(b, 0);
        }
    }
    "deep groups"
}

/// A variable of as many dimensions as HDF5 takes, and many dimensions that nothing uses.
fn many_dimensions(b: &mut Builder) -> &'static str {
    let rank = b.chance.pick(&[5, 16, 31, 32]);
    let dims: Vec<String> = (0..rank).map(|k| b.dimension(if k % 8 == 0 { 2 } else { 1 })).collect();
    let dims: Vec<&str> = dims.iter().map(String::as_str).collect();
    any_variable(b, "of_many_dimensions", &dims);
    for _ in 0..b.chance.within(0..=300) {
        let size = b.chance.within(0..=1000);
        b.dimension(size);
    }
    "many dimensions"
}

/// Half a million to four million cells.
fn many_cells(b: &mut Builder) -> &'static str {
    let (ny, nx) = (b.chance.within(700..=2000), b.chance.within(700..=2000));
    let (y, x) = (b.dimension(ny), b.dimension(nx));
    b.variable("small", &[&y], "f8", &Storage::InOnePiece);
    let codec = Codec { level: 1, ..b.codec() };
    let kind = b.chance.pick(&["i1", "i2", "i4", "f4", "f8"]);
    let storage = match b.chance.within(0..=2) {
        0 => Storage::InOnePiece,
        1 => Storage::Rows(b.chance.within(1..=ny), codec),
        _ => Storage::Stream(vec![512.min(ny), 512.min(nx)], codec),
    };
    b.variable("cells", &[&y, &x], kind, &storage);
    b.variable("after", &[&x], "f8", &Storage::InOnePiece);
    "many cells"
}
