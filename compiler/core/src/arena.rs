//! Where a connector's Plan lives while it is in memory.

use bumpalo::Bump;

/// Owns what a [`Connector`](crate::connector::Connector)'s Plan borrows.
///
/// ```
/// let arena = couplet_compiler::Arena::default();
/// ```
#[derive(Debug, Default)]
pub struct Arena(Bump);

impl Arena {
    pub(crate) fn text(&self, text: &str) -> &str {
        self.0.alloc_str(text)
    }

    pub(crate) fn slice<T: Copy>(&self, items: &[T]) -> &[T] {
        self.0.alloc_slice_copy(items)
    }

    pub(crate) fn value<T: Copy>(&self, value: T) -> &T {
        self.0.alloc(value)
    }
}
