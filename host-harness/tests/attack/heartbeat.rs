//! Whatever a component takes to read and compile, other tasks go on meanwhile. One thread has them all here.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use host_harness::{Allocation, Digest, LoadError, Registry, RegistryError, Runtime};

use crate::{shapes, stage};

/// How often another task has its turn until `work` ends.
async fn ticks_beside<T>(work: impl Future<Output = T>) -> (usize, T) {
    let ticks = Arc::new(AtomicUsize::new(0));
    let counted = ticks.clone();
    let heart = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let done = work.await;
    heart.abort();
    (ticks.load(Ordering::Relaxed), done)
}

fn runtime() -> Runtime {
    Runtime::new(stage::limits(), &Allocation::OnDemand, stage::nowhere()).unwrap()
}

/// It compiles for a while and then does not fit: nothing of it runs, which would give way to others by itself.
fn slow() -> Vec<u8> {
    shapes::functions(5_000)
}

#[tokio::test]
async fn other_tasks_go_on_while_an_engine_is_compiled() {
    let runtime = runtime();
    let (ticks, loaded) = ticks_beside(runtime.load(&slow())).await;
    assert!(matches!(loaded, Err(LoadError::WrongContract { .. })), "{loaded:?}");
    assert!(ticks > 0);
}

#[tokio::test]
async fn other_tasks_go_on_while_a_file_is_read_and_compiled() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("slow.wasm");
    std::fs::write(&file, slow()).unwrap();
    let runtime = runtime();
    let (ticks, loaded) = ticks_beside(runtime.load_file(&file)).await;
    assert!(matches!(loaded, Err(LoadError::WrongContract { .. })), "{loaded:?}");
    assert!(ticks > 0);
}

/// Of a component that is not pinned no more than the digest is taken.
#[tokio::test]
async fn other_tasks_go_on_while_a_digest_is_taken() {
    let registry = Registry::new(runtime(), []);
    let component = shapes::padded(3 << 20);
    let digest = Digest::of(&component);
    let (ticks, loaded) = ticks_beside(registry.load(&component)).await;
    assert_eq!(loaded.unwrap_err(), RegistryError::NotPinned { digest });
    assert!(ticks > 0);
}
