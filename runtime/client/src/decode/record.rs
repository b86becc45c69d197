//! Objects with known members.

use std::{cell::RefCell, collections::BTreeMap, sync::OnceLock};

use super::{Decoder, Encoder, Misfit, Slot};

/// Up to so many members are looked for one by one.
const FEW: usize = 16;

/// The members of a type, in the order of its slots.
#[derive(Debug)]
pub struct Shape {
    members: &'static [Member],
    /// The places of many members, in the order of their names; made when first needed.
    sorted: OnceLock<Box<[usize]>>,
}

/// A member: its name on the wire, and whether it may be absent.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    name: &'static str,
    optional: bool,
}

/// A member that always stands.
#[must_use]
pub const fn required(name: &'static str) -> Member {
    Member { name, optional: false }
}

/// A member that may be absent.
#[must_use]
pub const fn optional(name: &'static str) -> Member {
    Member { name, optional: true }
}

impl Shape {
    /// The members, in the order of the slots.
    #[must_use]
    pub const fn new(members: &'static [Member]) -> Self {
        Self { members, sorted: OnceLock::new() }
    }

    /// The place of a name. Members mostly come in the order in which they are declared: so it is looked for first where
    /// it is expected, a little further on, and only then everywhere.
    fn place(&self, name: &str, expected: usize) -> Option<usize> {
        let ahead = self.members.get(expected..)?.iter().take(FEW / 4);
        if let Some(found) = ahead.clone().position(|member| member.name == name) {
            return Some(expected + found);
        }
        if self.members.len() <= FEW {
            return self.members.iter().position(|member| member.name == name);
        }
        let sorted = self.sorted.get_or_init(|| {
            let mut places: Vec<usize> = (0..self.members.len()).collect();
            places.sort_by_key(|place| self.members[*place].name);
            places.into_boxed_slice()
        });
        let found = sorted.binary_search_by(|place| self.members[*place].name.cmp(name)).ok()?;
        sorted.get(found).copied()
    }
}

/// Members beyond the known ones.
pub trait More {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// What stands there is not of their type.
    fn read(&mut self, name: &str, decoder: &mut Decoder<'_>) -> Result<(), Misfit>;

    /// Writes them all.
    fn write(&self, encoder: &mut Encoder<'_>);
}

impl<T: Slot> More for BTreeMap<String, T> {
    fn read(&mut self, name: &str, decoder: &mut Decoder<'_>) -> Result<(), Misfit> {
        let mut value = T::empty();
        value.set(decoder)?;
        self.insert(name.to_owned(), value);
        Ok(())
    }

    fn write(&self, encoder: &mut Encoder<'_>) {
        for (name, value) in self {
            encoder.key(name);
            value.put(encoder);
        }
    }
}

/// Reads an object into slots.
///
/// # Errors
///
/// What stands there is no object, lacks a required member, or has one of another type.
pub fn read_record(
    slots: &mut [&mut dyn Slot],
    shape: &Shape,
    mut more: Option<&mut dyn More>,
    decoder: &mut Decoder<'_>,
) -> Result<(), Misfit> {
    let start = decoder.at();
    let mut few = [0_u64; 2];
    let mut many = Vec::new();
    let seen: &mut [u64] = if shape.members.len() <= 128 {
        &mut few
    } else {
        many.resize(shape.members.len().div_ceil(64), 0_u64);
        &mut many
    };
    let mut expected = 0;
    let keep = more.is_some();
    // The name of a further member, from when it is read until its value is.
    let further = RefCell::new(String::new());
    decoder.object(
        &mut |name| {
            let found = shape.place(name, expected);
            match found {
                Some(place) => expected = place + 1,
                None if keep => name.clone_into(&mut further.borrow_mut()),
                None => {}
            }
            found
        },
        &mut |found, decoder| match found {
            Some(place) => {
                let (word, bit) = (&mut seen[place / 64], 1 << (place % 64));
                let again = *word & bit != 0;
                *word |= bit;
                match slots.get_mut(place) {
                    Some(slot) => {
                        if again {
                            slot.clear();
                        }
                        slot.set(decoder).map_err(|misfit| misfit.in_member(shape.members[place].name))
                    }
                    None => decoder.skip(),
                }
            }
            None => match more.as_deref_mut() {
                Some(more) => {
                    let name = further.take();
                    more.read(&name, decoder).map_err(|misfit| misfit.in_member(&name))
                }
                None => decoder.skip(),
            },
        },
    )?;
    for (place, member) in shape.members.iter().enumerate() {
        if !member.optional && seen[place / 64] & (1 << (place % 64)) == 0 {
            return Err(Misfit::new(format!("the member `{}` is missing", member.name), start));
        }
    }
    Ok(())
}

/// Writes an object from slots.
pub fn write_record(slots: &[&dyn Slot], shape: &Shape, more: Option<&dyn More>, encoder: &mut Encoder<'_>) {
    encoder.open('{');
    for (slot, member) in slots.iter().zip(shape.members) {
        if !(member.optional && slot.is_absent()) {
            encoder.key(member.name);
            slot.put(encoder);
        }
    }
    if let Some(more) = more {
        more.write(encoder);
    }
    encoder.close('}');
}
