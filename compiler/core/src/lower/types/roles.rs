//! Where each type is used: in what callers give, in what answers hold.

use crate::connector::{Item, ItemKind, Type};
use crate::lower::Uses;

/// Marks every type that the uses reach.
pub(super) fn tell(items: &mut [Item], uses: &Uses) {
    let inputs = reach(items, &uses.inputs);
    let outputs = reach(items, &uses.outputs);
    for (item, (input, output)) in items.iter_mut().zip(inputs.into_iter().zip(outputs)) {
        item.role.input = input;
        item.role.output = output;
    }
}

fn reach(items: &[Item], roots: &[Type]) -> Vec<bool> {
    let mut seen = vec![false; items.len()];
    let mut open: Vec<usize> = roots.iter().filter_map(named).collect();
    while let Some(index) = open.pop() {
        if std::mem::replace(&mut seen[index], true) {
            continue;
        }
        match &items[index].kind {
            ItemKind::Struct(members, more) => {
                open.extend(members.iter().filter_map(|member| named(&member.ty)));
                open.extend(more.iter().filter_map(named));
            }
            ItemKind::Enum(_) => {}
            ItemKind::Union(variants) => {
                open.extend(variants.iter().filter_map(|variant| named(&variant.ty)))
            }
            ItemKind::Alias(ty) => open.extend(named(ty)),
        }
    }
    seen
}

/// The item that a type names, however deep.
pub(super) fn named(ty: &Type) -> Option<usize> {
    match ty {
        Type::Named(index) => Some(*index),
        Type::List(inner)
        | Type::Map(inner)
        | Type::Option(inner)
        | Type::Maybe(inner)
        | Type::Boxed(inner) => named(inner),
        _ => None,
    }
}
