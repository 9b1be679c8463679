//! What only this module can show: that an entry's code is what runs, and for whom an entry is.

use std::sync::Mutex;

use wasmtime::Config;

use super::*;

#[derive(Default)]
struct Events(Mutex<Vec<(Level, String)>>);

impl LogSink for Events {
    fn write(&self, line: &Line) {
        self.0.lock().unwrap().push((line.level, line.event.clone()));
    }
}

impl Events {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap()).into_iter().map(|(_, event)| event).collect()
    }
}

/// A component that exports an instance of this name.
fn exporting(name: &str) -> Vec<u8> {
    wat::parse_str(format!("(component (instance $i) (export \"{name}\" (instance $i)))")).unwrap()
}

fn exports(component: &Component) -> Vec<String> {
    component.component_type().exports(component.engine()).map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn what_is_kept_is_what_is_loaded() {
    let directory = tempfile::tempdir().unwrap();
    let cache = CodeCache::open(directory.path()).unwrap();
    let (engine, log) = (Engine::default(), Events::default());
    let (asked, other) = (exporting("a:b/asked"), exporting("a:b/other"));
    let key = Key::of(Digest::of(&asked), &engine);
    let code = Component::new(&engine, &other).unwrap();
    cache.keep(&key, &directory.path().join(key.file_name()), &code).unwrap();

    let (loaded, _kept) = cache.component(&engine, &asked, &log).unwrap();

    assert_eq!(exports(&loaded), ["a:b/other"]);
    assert_eq!(log.take(), ["code-cache-hit"]);
}

#[test]
fn another_configuration_of_wasmtime_has_entries_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let cache = CodeCache::open(directory.path()).unwrap();
    let log = Events::default();
    let component = exporting("a:b/c");
    let plain = Engine::default();
    let interrupted = Engine::new(Config::new().epoch_interruption(true)).unwrap();

    for engine in [&plain, &interrupted, &plain, &interrupted] {
        cache.component(engine, &component, &log).unwrap().1.unwrap();
    }

    assert_eq!(log.take(), ["code-cache-miss", "code-cache-miss", "code-cache-hit", "code-cache-hit"]);
}

/// Even when the key says that it fits: as if a version of wasmtime forgot to change its hash.
#[test]
fn code_that_wasmtime_does_not_take_is_compiled_again() {
    let directory = tempfile::tempdir().unwrap();
    let cache = CodeCache::open(directory.path()).unwrap();
    let log = Events::default();
    let component = exporting("a:b/c");
    let interrupted = Engine::new(Config::new().epoch_interruption(true)).unwrap();
    let code = Component::new(&Engine::default(), &component).unwrap();
    let key = Key::of(Digest::of(&component), &interrupted);
    cache.keep(&key, &directory.path().join(key.file_name()), &code).unwrap();

    cache.component(&interrupted, &component, &log).unwrap().1.unwrap();
    cache.component(&interrupted, &component, &log).unwrap().1.unwrap();

    assert_eq!(log.take(), ["code-cache-entry-refused", "code-cache-hit"]);
}

#[test]
fn the_cache_keeps_no_more_than_its_number_of_entries() {
    let directory = tempfile::tempdir().unwrap();
    let cache = CodeCache::open(directory.path()).unwrap();
    let (engine, log) = (Engine::default(), Events::default());
    for number in 0..ENTRIES {
        std::fs::write(directory.path().join(format!("{number}.code")), []).unwrap();
    }
    std::fs::write(directory.path().join("somebody's own"), []).unwrap();

    cache.component(&engine, &exporting("a:b/c"), &log).unwrap().1.unwrap();
    cache.component(&engine, &exporting("a:b/c"), &log).unwrap().1.unwrap();

    assert_eq!(log.take(), ["code-cache-miss", "code-cache-hit"]);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), ENTRIES + 1);
}

#[test]
fn what_was_begun_and_never_finished_is_removed_when_the_cache_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, age: Duration| {
        let file = File::create(directory.path().join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - age).unwrap();
    };
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    file(".new-abandoned", week);
    // Another process is writing it.
    file(".new-young", Duration::ZERO);
    file("somebody's own", week);
    file("0.code", week);

    CodeCache::open(directory.path()).unwrap();

    let mut left: Vec<_> = fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, [".new-young", "0.code", "somebody's own"]);
}
