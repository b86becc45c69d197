//! Types that hold themselves: boxed where that ends, rejected where it does not.

use super::roles::named;
use crate::connector::{Item, ItemKind, Presence, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::lower::Cx;
use crate::source::Span;

/// Puts a `Box` on every edge that may end within a circle of types, and reports circles that have none: no value
/// could ever be of such a type. Gives whether there are none.
pub(super) fn break_cycles(items: &mut [Item], spans: &[Span], cx: &mut Cx<'_, '_>) -> bool {
    let held: Vec<Vec<usize>> = items.iter().map(|item| edges(item, items, false)).collect();
    let component = components(&held);
    for (index, item) in items.iter_mut().enumerate() {
        let mine = component[index];
        let circular = |ty: &Type| inline(ty).is_some_and(|target| component[target] == mine);
        match &mut item.kind {
            ItemKind::Struct(members, _) => {
                for member in members.iter_mut().filter(|member| member.presence != Presence::Required) {
                    if circular(&member.ty) {
                        boxed(&mut member.ty);
                    }
                }
            }
            ItemKind::Union(variants) => {
                for variant in variants.iter_mut().filter(|variant| circular(&variant.ty)) {
                    boxed(&mut variant.ty);
                }
            }
            _ => {}
        }
    }
    let forced: Vec<Vec<usize>> = items.iter().map(|item| edges(item, items, true)).collect();
    let component = components(&forced);
    let mut sizes = vec![0; items.len()];
    component.iter().for_each(|of| sizes[*of] += 1);
    let mut told = vec![false; items.len()];
    for index in 0..items.len() {
        let of = component[index];
        if (sizes[of] > 1 || forced[index].contains(&index)) && !std::mem::replace(&mut told[of], true) {
            let name = items[index].ident.as_str();
            let message = format!("every `{name}` holds another one, without an end");
            let help = "make a member of the circle `optional` or a list; a name for an array of itself needs an object in between";
            cx.report(Diagnostic::new(Code::TYPE_HOLDS_ITSELF, message, spans[index]).help(help));
        }
    }
    !told.contains(&true)
}

fn boxed(ty: &mut Type) {
    let inner = std::mem::replace(ty, Type::Bool);
    *ty = match inner {
        Type::Option(inner) => Type::Option(Box::new(Type::Boxed(inner))),
        inner => Type::Boxed(Box::new(inner)),
    };
}

/// The items that an item holds in itself. `forced` leaves out what may be absent, and adds what a mere name may
/// not do: lead back to itself.
fn edges(item: &Item, items: &[Item], forced: bool) -> Vec<usize> {
    match &item.kind {
        ItemKind::Struct(members, _) => members
            .iter()
            .filter(|member| !forced || member.presence == Presence::Required)
            .filter_map(|member| inline(&member.ty))
            .collect(),
        ItemKind::Enum(_) => Vec::new(),
        ItemKind::Union(variants) if !forced => {
            variants.iter().filter_map(|variant| inline(&variant.ty)).collect()
        }
        ItemKind::Union(_) => Vec::new(),
        ItemKind::Alias(ty) => {
            let alias = |index: &usize| matches!(items[*index].kind, ItemKind::Alias(_));
            inline(ty).or_else(|| named(ty).filter(|index| forced && alias(index))).into_iter().collect()
        }
    }
}

/// The item that lies within a value of that type, and not behind a list, a map or a box.
fn inline(ty: &Type) -> Option<usize> {
    match ty {
        Type::Named(index) => Some(*index),
        Type::Option(inner) | Type::Maybe(inner) => inline(inner),
        _ => None,
    }
}

/// The strongly connected component of each node (Tarjan's algorithm, without recursion).
fn components(edges: &[Vec<usize>]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let count = edges.len();
    let (mut index, mut low, mut component) = (vec![NEW; count], vec![0; count], vec![NEW; count]);
    let (mut stack, mut next, mut found) = (Vec::new(), 0, 0);
    for root in 0..count {
        if index[root] != NEW {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((node, edge)) = work.pop() {
            if edge == 0 {
                index[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
            }
            if let Some(&target) = edges[node].get(edge) {
                work.push((node, edge + 1));
                if index[target] == NEW {
                    work.push((target, 0));
                } else if component[target] == NEW {
                    low[node] = low[node].min(index[target]);
                }
                continue;
            }
            if low[node] == index[node] {
                while let Some(member) = stack.pop() {
                    component[member] = found;
                    if member == node {
                        break;
                    }
                }
                found += 1;
            }
            if let Some((parent, _)) = work.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
        }
    }
    component
}
