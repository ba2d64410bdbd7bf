//! A group that is still open, and the headers that end it.

use super::attribute::{Attribute, Attributes};
use super::variable::Variable;
use crate::write::WriteError;
use crate::write::hdf5::{
    Element, Extent, Filters, Kind, Layout, Medium, ObjectHeader, Output, ReferenceHeap, Slot, UNDEFINED, attribute,
    attribute_info, dataspace, datatype, datatype_of, fill_value, group_info, hard_link, link_info,
    reference_list_type, references_type, text_type, write_symbol_table,
};

/// Members from which a group gets a symbol table in place of link messages.
const MANY_MEMBERS: usize = 256;

/// A dimension of an open group.
pub(super) struct Dimension {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) unlimited: bool,
    /// Its number, unique in the file.
    pub(super) id: i32,
}

/// A variable whose values are in the file, and whose header is not yet.
pub(super) struct Written {
    pub(super) variable: Variable,
    pub(super) layout: Layout,
    pub(super) filters: Option<Filters>,
}

/// A group that is still open.
pub(super) struct OpenGroup {
    pub(super) name: String,
    pub(super) attributes: Attributes,
    pub(super) dimensions: Vec<Dimension>,
    pub(super) variables: Vec<Written>,
    /// Finished groups in it.
    pub(super) members: Vec<(String, u64)>,
}

/// A dataset of the group as HDF5 knows it: a dimension, a variable, or both in one.
struct Dataset<'a> {
    name: &'a str,
    /// Number of the dimension whose scale it is.
    scale_of: Option<usize>,
    written: Option<&'a Written>,
    /// The numbers of its dimensions in the group.
    dims: Vec<usize>,
}

impl OpenGroup {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            attributes: Attributes::default(),
            dimensions: Vec::new(),
            variables: Vec::new(),
            members: Vec::new(),
        }
    }

    /// The number of a dimension in this group.
    pub(super) fn dimension(&self, name: &str) -> Result<usize, WriteError> {
        self.dimensions
            .iter()
            .position(|dim| dim.name == name)
            .ok_or_else(|| WriteError::Unrepresentable(format!("group `{}` has no dimension `{name}`", self.name)))
    }

    /// The shape of a variable of this group: size of each dimension, and whether it may grow.
    pub(super) fn shape(&self, dims: &[String]) -> Result<Vec<(u64, bool)>, WriteError> {
        let sized =
            |name: &String| self.dimension(name).map(|d| (self.dimensions[d].size, self.dimensions[d].unlimited));
        dims.iter().map(sized).collect()
    }

    /// Writes the headers of everything in the group, then its own; gives its address.
    pub(super) fn close<W: Medium>(
        self,
        out: &mut Output<W>,
        heap: &mut ReferenceHeap,
        product: &str,
    ) -> Result<u64, WriteError> {
        let fail = |source| WriteError::Output { file: product.to_owned(), source };
        let datasets = self.datasets()?;
        // The headers point at each other, so they are measured first: an address takes eight bytes, whatever it is.
        let blank = vec![0; datasets.len()];
        let no_slots = vec![Slot { collection: 0, index: 0 }; self.dimensions.len()];
        let mut sizes = Vec::with_capacity(datasets.len());
        for dataset in &datasets {
            sizes.push(self.header(dataset, &datasets, &blank, &no_slots)?.len().next_multiple_of(8));
        }
        let first = out.reserve(sizes.iter().sum()).map_err(fail)?;
        let addresses: Vec<u64> = sizes
            .iter()
            .scan(first, |at, &size| {
                *at += size as u64;
                Some(*at - size as u64)
            })
            .collect();
        let mut slots = Vec::with_capacity(self.dimensions.len());
        for d in 0..self.dimensions.len() {
            let scale = datasets.iter().position(|dataset| dataset.scale_of == Some(d));
            slots.push(heap.insert(out, scale.map_or(UNDEFINED, |n| addresses[n])).map_err(fail)?);
        }
        let mut block = Vec::with_capacity(sizes.iter().sum());
        for (dataset, size) in datasets.iter().zip(&sizes) {
            let end = block.len() + size;
            block.extend_from_slice(&self.header(dataset, &datasets, &addresses, &slots)?);
            block.resize(end, 0);
        }
        out.patch(first, &block).map_err(fail)?;

        let mut links: Vec<(String, u64)> =
            datasets.iter().zip(&addresses).map(|(dataset, &at)| (dataset.name.to_owned(), at)).collect();
        drop(datasets);
        links.extend(self.members);
        close_group(links, &self.attributes, &self.name, out, product)
    }

    fn datasets(&self) -> Result<Vec<Dataset<'_>>, WriteError> {
        let mut datasets = Vec::new();
        // bare dimensions first, as netCDF writes them before the variables that need them
        for (d, dim) in self.dimensions.iter().enumerate() {
            if !self.variables.iter().any(|written| written.variable.name == dim.name) {
                datasets.push(Dataset { name: &dim.name, scale_of: Some(d), written: None, dims: vec![d] });
            }
        }
        for written in &self.variables {
            let variable = &written.variable;
            let dims = variable.dims.iter().map(|dim| self.dimension(dim)).collect::<Result<Vec<_>, _>>()?;
            let own = self.dimensions.iter().position(|dim| dim.name == variable.name);
            if own.is_some() && own.as_ref() != dims.first() {
                return Err(WriteError::Unrepresentable(format!(
                    "variable `{}` has the name of a dimension that is not its first",
                    variable.name
                )));
            }
            datasets.push(Dataset { name: &variable.name, scale_of: own, written: Some(written), dims });
        }
        Ok(datasets)
    }

    fn header(
        &self,
        dataset: &Dataset<'_>,
        all: &[Dataset<'_>],
        addresses: &[u64],
        slots: &[Slot],
    ) -> Result<Vec<u8>, WriteError> {
        let mut header = ObjectHeader::new();
        let shape: Vec<_> =
            dataset.dims.iter().map(|&d| (self.dimensions[d].size, self.dimensions[d].unlimited)).collect();
        let extent = if shape.is_empty() { Extent::Scalar } else { Extent::Simple(shape.clone()) };
        let kind = dataset.written.map_or(Kind::Placeholder, |written| written.variable.kind);
        let layout = match dataset.written {
            Some(written) => written.layout.clone(),
            None if shape.iter().any(|dim| dim.1) => {
                Layout::Chunked { index: UNDEFINED, chunk: vec![1], element: kind.size() as u32 }
            }
            None => Layout::Contiguous {
                address: UNDEFINED,
                size: shape.iter().map(|dim| dim.0).product::<u64>() * kind.size() as u64,
            },
        };
        let chunked = matches!(layout, Layout::Chunked { .. });
        header.push(dataspace(&extent))?;
        header.push(datatype(kind))?;
        header.push(fill_value(dataset.written.and_then(|written| written.variable.fill.as_deref()), chunked))?;
        header.push(layout.message())?;
        if let Some(filters) = dataset.written.and_then(|written| written.filters) {
            header.push(filters.message(kind.size()))?;
        }

        let users = self.users(dataset, all, addresses);
        let attached = dataset.scale_of.is_none() && !dataset.dims.is_empty();
        let own = dataset.written.map_or(0, |written| written.variable.attributes.0.len());
        let scale = if dataset.scale_of.is_some() { 3 } else { 0 };
        let count = own + scale + usize::from(!users.is_empty()) + 2 * usize::from(attached);
        header.push(attribute_info(count))?;

        if let Some(d) = dataset.scale_of {
            let name = match dataset.written {
                Some(written) => written.variable.name.clone(),
                None => format!("This is a netCDF dimension but not a netCDF variable.{:>10}", self.dimensions[d].size),
            };
            for (key, text) in [("CLASS", "DIMENSION_SCALE"), ("NAME", name.as_str())] {
                // the dimension scale specification wants the terminating zero
                let text = [text.as_bytes(), &[0]].concat();
                header.push(attribute(key, &text_type(text.len(), true), &Extent::Scalar, &text))?;
            }
            let id = self.dimensions[d].id.to_le_bytes();
            header.push(attribute("_Netcdf4Dimid", &datatype_of(Kind::I32), &Extent::Scalar, &id))?;
        } else if attached {
            let ids: Vec<i32> = dataset.dims.iter().map(|&d| self.dimensions[d].id).collect();
            Attribute::numbers(&ids).push_to("_Netcdf4Coordinates", &mut header)?;
        }
        if let Some(written) = dataset.written {
            for (name, value) in &written.variable.attributes.0 {
                value.push_to(name, &mut header)?;
            }
        }
        if attached {
            let mut list = Vec::with_capacity(16 * dataset.dims.len());
            for slot in dataset.dims.iter().map(|&d| slots[d]) {
                list.extend_from_slice(&1u32.to_le_bytes());
                list.extend_from_slice(&slot.collection.to_le_bytes());
                list.extend_from_slice(&slot.index.to_le_bytes());
            }
            header.push(attribute("DIMENSION_LIST", &references_type(), &Extent::list(dataset.dims.len()), &list))?;
        }
        if !users.is_empty() {
            let mut list = Vec::with_capacity(16 * users.len());
            for (address, dim) in &users {
                list.extend_from_slice(&address.to_le_bytes());
                list.extend_from_slice(&u64::from(*dim).to_le_bytes());
            }
            header.push(attribute("REFERENCE_LIST", &reference_list_type(), &Extent::list(users.len()), &list))?;
        }
        Ok(header.finish())
    }

    /// The variables that use a scale: address and which of their dimensions.
    fn users(&self, scale: &Dataset<'_>, all: &[Dataset<'_>], addresses: &[u64]) -> Vec<(u64, u32)> {
        let Some(d) = scale.scale_of else { return Vec::new() };
        let mut users = Vec::new();
        for (dataset, &address) in all.iter().zip(addresses).filter(|(dataset, _)| dataset.scale_of.is_none()) {
            let uses = dataset.dims.iter().enumerate().filter(|(_, used)| **used == d);
            users.extend(uses.map(|(place, _)| (address, place as u32)));
        }
        users
    }
}

/// Writes a group's own header; gives its address.
fn close_group<W: Medium>(
    links: Vec<(String, u64)>,
    attributes: &Attributes,
    name: &str,
    out: &mut Output<W>,
    product: &str,
) -> Result<u64, WriteError> {
    let fail = |source| WriteError::Output { file: product.to_owned(), source };
    let mut names: Vec<&str> = links.iter().map(|link| link.0.as_str()).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(WriteError::Unrepresentable(format!("group `{name}` has two members `{}`", pair[0])));
    }
    let mut header = ObjectHeader::new();
    if links.len() < MANY_MEMBERS {
        header.push(link_info(links.len()))?;
        header.push(group_info())?;
        for (order, (name, address)) in links.iter().enumerate() {
            header.push(hard_link(order, name, *address))?;
        }
    } else {
        header.push(write_symbol_table(out, links).map_err(fail)?)?;
    }
    header.push(attribute_info(attributes.0.len()))?;
    for (name, value) in &attributes.0 {
        value.push_to(name, &mut header)?;
    }
    out.append_aligned(&header.finish()).map_err(fail)
}

/// Checks that values fill a shape.
pub(super) fn check_length<T: Element>(
    variable: &Variable,
    shape: &[(u64, bool)],
    values: usize,
) -> Result<(), WriteError> {
    let cells: u64 = shape.iter().map(|dim| dim.0).product();
    if variable.kind != T::KIND || cells != values as u64 {
        return Err(WriteError::Mismatch(format!(
            "variable `{}` has {cells} cells and was given {values} values",
            variable.name
        )));
    }
    Ok(())
}
