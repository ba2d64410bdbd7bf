//! Attributes of HDF5 objects: those that users see, and those that tie dimensions together.

use hdf5_reader::messages::datatype::{Datatype, StringPadding, StringSize, VarLenKind};

use crate::read::{Attribute, Attributes};

/// The attributes by which netCDF-4 and the dimension scales of HDF5 tie dimensions and variables together.
#[derive(Debug, Default)]
pub(super) struct Internal {
    /// The data set is a dimension scale.
    pub(super) is_scale: bool,
    /// The data set only stands for a dimension.
    pub(super) without_variable: bool,
    /// `_Netcdf4Dimid`.
    pub(super) dimid: Option<i64>,
    /// `_Netcdf4Coordinates`: the dimensions of a coordinate variable of several dimensions, by their `dimid`.
    pub(super) coordinates: Vec<i64>,
    /// The raw references of `DIMENSION_LIST`.
    pub(super) dimension_list: Option<Vec<u8>>,
}

/// The value of the `NAME` of a dimension without variable starts so.
const WITHOUT_VARIABLE: &str = "This is a netCDF dimension but not a netCDF variable";

/// Splits attributes. `resolve` gets bytes from the global heap. A failure tells the attribute and the reason.
pub(super) fn split(
    found: &[hdf5_reader::Attribute],
    resolve: impl Fn(&[u8]) -> hdf5_reader::error::Result<Vec<u8>>,
    offset_size: u8,
) -> Result<(Attributes, Internal), String> {
    let mut visible = Attributes::new();
    let mut internal = Internal::default();
    for attribute in found {
        let name = attribute.name.as_str();
        match name {
            "DIMENSION_LIST" => {
                internal.dimension_list = Some(attribute.raw_data.clone());
                continue;
            }
            "REFERENCE_LIST" | "_NCProperties" | "_nc3_strict" | "DIMENSION_LABELS" => continue,
            _ => {}
        }
        let value =
            value(attribute, &resolve, offset_size).map_err(|reason| format!("attribute `{name}`: {reason}"))?;
        // A type that netCDF cannot express (compound, reference, …) is not an attribute that anybody here asks for.
        let Some(value) = value else {
            tracing::debug!(attribute = name, datatype = ?attribute.datatype, "type of attribute not supported");
            continue;
        };
        match (name, &value) {
            ("CLASS", Attribute::Text(text)) if text == "DIMENSION_SCALE" => internal.is_scale = true,
            ("NAME", Attribute::Text(text)) if text.starts_with(WITHOUT_VARIABLE) => internal.without_variable = true,
            ("_Netcdf4Dimid", Attribute::Integers(ids)) => internal.dimid = ids.first().copied(),
            ("_Netcdf4Coordinates", Attribute::Integers(ids)) => internal.coordinates.clone_from(ids),
            ("CLASS" | "NAME" | "_Netcdf4Dimid" | "_Netcdf4Coordinates", _) => {}
            _ => {
                visible.insert(name.to_owned(), value);
            }
        }
    }
    Ok((visible, internal))
}

fn value(
    attribute: &hdf5_reader::Attribute,
    resolve: &impl Fn(&[u8]) -> hdf5_reader::error::Result<Vec<u8>>,
    offset_size: u8,
) -> Result<Option<Attribute>, String> {
    let plain = |e: hdf5_reader::error::Error| e.to_string();
    let narrow = |v: Vec<i64>| Attribute::Integers(v);
    macro_rules! integers {
        ($t:ty) => {
            narrow(attribute.read_1d::<$t>().map_err(plain)?.into_iter().map(i64::from).collect())
        };
    }
    Ok(Some(match &attribute.datatype {
        Datatype::FixedPoint { size: 1, signed: true, .. } => integers!(i8),
        Datatype::FixedPoint { size: 1, signed: false, .. } => integers!(u8),
        Datatype::FixedPoint { size: 2, signed: true, .. } => integers!(i16),
        Datatype::FixedPoint { size: 2, signed: false, .. } => integers!(u16),
        Datatype::FixedPoint { size: 4, signed: true, .. } => integers!(i32),
        Datatype::FixedPoint { size: 4, signed: false, .. } => integers!(u32),
        Datatype::FixedPoint { size: 8, signed: true, .. } => integers!(i64),
        Datatype::FixedPoint { size: 8, signed: false, .. } => {
            Attribute::Unsigned(attribute.read_1d::<u64>().map_err(plain)?)
        }
        Datatype::FloatingPoint { size: 4, .. } => Attribute::Floats32(attribute.read_1d::<f32>().map_err(plain)?),
        Datatype::FloatingPoint { size: 8, .. } => Attribute::Floats(attribute.read_1d::<f64>().map_err(plain)?),
        Datatype::Enum { base, .. } => {
            let integers = hdf5_reader::Attribute { datatype: (**base).clone(), ..attribute.clone() };
            return value(&integers, resolve, offset_size);
        }
        datatype => match texts(attribute, datatype, resolve, offset_size)? {
            Some(mut texts) if texts.len() <= 1 => Attribute::Text(texts.pop().unwrap_or_default()),
            Some(texts) => Attribute::Texts(texts),
            None => return Ok(None),
        },
    }))
}

fn texts(
    attribute: &hdf5_reader::Attribute,
    datatype: &Datatype,
    resolve: &impl Fn(&[u8]) -> hdf5_reader::error::Result<Vec<u8>>,
    offset_size: u8,
) -> Result<Option<Vec<String>>, String> {
    let raw = attribute.raw_data.as_slice();
    let count = usize::try_from(attribute.num_elements().map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    if count == 0 {
        return Ok(is_text(datatype).then(Vec::new));
    }
    match datatype {
        Datatype::String { size: StringSize::Fixed(len), padding, .. } => {
            let len = *len as usize;
            if len == 0 {
                return Ok(Some(vec![String::new()]));
            }
            if raw.len() / len < count {
                return Err(format!("{count} texts of {len} bytes do not fit {} bytes", raw.len()));
            }
            Ok(Some(raw.chunks_exact(len).take(count).map(|text| fixed_text(text, *padding)).collect()))
        }
        text if is_text(text) => {
            if let Some(texts) = &attribute.decoded_strings {
                return Ok(Some(texts.iter().map(|text| text.trim_end_matches('\0').to_owned()).collect()));
            }
            // The library gives up on text that is not UTF-8; real files have degree signs in Latin-1.
            let reference = 4 + usize::from(offset_size) + 4;
            if raw.len() != reference.saturating_mul(count) {
                return Ok(Some(vec![heap_text(raw)]));
            }
            raw.chunks_exact(reference)
                .map(|entry| resolve(entry).map(|bytes| heap_text(&bytes)).map_err(|e| e.to_string()))
                .collect::<Result<_, _>>()
                .map(Some)
        }
        _ => Ok(None),
    }
}

fn is_text(datatype: &Datatype) -> bool {
    match datatype {
        Datatype::String { .. } => true,
        Datatype::VarLen { base, kind: VarLenKind::String, .. } => base.is_vlen_string_base(),
        _ => false,
    }
}

/// The padding of texts of fixed length; `None` for other types.
pub(super) fn text_padding(datatype: &Datatype) -> Option<StringPadding> {
    match datatype {
        Datatype::String { size: StringSize::Fixed(_), padding, .. } => Some(*padding),
        _ => None,
    }
}

/// A text of fixed length without its padding. Bytes that are not UTF-8 become U+FFFD.
pub(super) fn fixed_text(bytes: &[u8], padding: StringPadding) -> String {
    let end = match padding {
        StringPadding::NullTerminate => bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len()),
        StringPadding::NullPad => bytes.iter().rposition(|b| *b != 0).map_or(0, |last| last + 1),
        StringPadding::SpacePad => bytes.iter().rposition(|b| *b != b' ' && *b != 0).map_or(0, |last| last + 1),
    };
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// A text of the global heap.
pub(super) fn heap_text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}
