//! Tenants side by side: a provider that hangs delays no tenant but its own.

use std::collections::HashMap;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::task::Poll;

/// Items by tenant. Tenants are in the order of their first item, and so are the items of each tenant.
pub(crate) fn by_tenant<T>(items: Vec<T>, tenant: impl Fn(&T) -> &str) -> Vec<Vec<T>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<T>> = Vec::new();
    for item in items {
        let next = groups.len();
        let place = *places.entry(tenant(&item).to_owned()).or_insert(next);
        match groups.get_mut(place) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// Runs all of `work`, at most `most` of it at a time, and gives what each returned, in the order in which they ended.
///
/// Whenever it is polled it polls all that runs: `most` is small, and a future need not wake anything to be polled again.
pub(crate) async fn run<F: Future>(work: impl IntoIterator<Item = F>, most: usize) -> Vec<F::Output> {
    let mut waiting = work.into_iter().fuse();
    let mut running: Vec<Pin<Box<F>>> = Vec::new();
    let mut done = Vec::new();
    poll_fn(move |context| {
        loop {
            let places = most.max(1).saturating_sub(running.len());
            running.extend(waiting.by_ref().take(places).map(Box::pin));
            let before = running.len();
            running.retain_mut(|future| match future.as_mut().poll(context) {
                Poll::Ready(output) => {
                    done.push(output);
                    false
                }
                Poll::Pending => true,
            });
            match running.len() {
                0 if before == 0 => return Poll::Ready(mem::take(&mut done)),
                still if still == before => return Poll::Pending,
                _ => {}
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn groups_keep_the_order_of_tenants_and_of_their_items() {
        let items = vec![("b", 1), ("a", 2), ("b", 3), ("c", 4), ("a", 5)];
        let groups = by_tenant(items, |(tenant, _)| tenant);
        assert_eq!(groups, [vec![("b", 1), ("b", 3)], vec![("a", 2), ("a", 5)], vec![("c", 4)]]);
    }

    #[tokio::test]
    async fn all_of_it_runs_and_never_more_than_the_limit_at_a_time() {
        let (running, most) = (Cell::new(0), Cell::new(0));
        let work = (0..10).map(|n| {
            let (running, most) = (&running, &most);
            async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                tokio::task::yield_now().await;
                running.set(running.get() - 1);
                n
            }
        });
        let mut done = run(work, 3).await;
        done.sort_unstable();
        assert_eq!(done, (0..10).collect::<Vec<_>>());
        assert_eq!(most.get(), 3);
    }
}
