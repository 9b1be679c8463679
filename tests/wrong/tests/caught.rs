//! The kit bites: each engine that is wrong on purpose fails the cases meant for it, each case fails some engine, and
//! the same engine without a mistake passes them all.

use wrong_engines::{Mistake, run};

#[tokio::test]
async fn the_engine_without_a_mistake_passes_every_case() {
    let trial = run(&[]).await.unwrap();
    assert!(trial.sound.passed(), "{}", trial.sound);
    assert_eq!(trial.sound.not_applicable().collect::<Vec<_>>(), Vec::<&str>::new());
}

/// Which case catches which engine is kept, so that a case that loses its bite shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_engine_is_caught_and_every_case_catches_one() {
    let trial = run(Mistake::ALL).await.unwrap();
    let row =
        |tried: &wrong_engines::Tried| format!("{}: {}\n", tried.mistake.name(), tried.caught_by.join(" "));
    let rows: String = trial.tried.iter().map(row).collect();
    assert!(trial.passed(), "{trial}");
    assert_eq!(trial.toothless, Some(Vec::new()));
    insta::assert_snapshot!("every_wrong_engine_is_caught_and_every_case_catches_one", rows);
}
