//! Work on many things at once, with results in the order of the things.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::failure::Failure;

/// Does `work` for each item on as many threads as there are processors, and hands each result to `done` in the
/// items' order, as soon as it and all before it are there.
pub(crate) fn ordered<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut done: impl FnMut(&T, R) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if threads <= 1 {
        return items.iter().try_for_each(|item| done(item, work(item)));
    }
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    if sender.send((at, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = std::collections::BTreeMap::new();
        let mut due = 0;
        for (at, result) in &receiver {
            waiting.insert(at, result);
            while let Some(result) = waiting.remove(&due) {
                let Some(item) = items.get(due) else { break };
                if let Err(failure) = done(item, result) {
                    next.store(items.len(), Ordering::Relaxed);
                    return Err(failure);
                }
                due += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_a_failure_ends_it() {
        let items: Vec<usize> = (0..200).collect();
        let mut seen = Vec::new();
        let result = ordered(
            &items,
            |item| item * 2,
            |item, twice| {
                assert_eq!(twice, item * 2);
                seen.push(*item);
                Ok(())
            },
        );
        assert!(result.is_ok());
        assert_eq!(seen, items);
        let mut count = 0;
        let result = ordered(
            &items,
            |item| *item,
            |_, at| {
                count += 1;
                if at == 5 { Err(Failure::reported()) } else { Ok(()) }
            },
        );
        assert!(result.is_err());
        assert_eq!(count, 6);
    }
}
