//! `provision`: a template made at the provider, and its settings in their place.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a scenario that cannot go on ends here")]

use command::{Ran, run};
use fake::Fake;
use serde_json::{Value, json};

#[path = "support/command.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod command;
#[path = "support/fake.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod fake;

fn provision(fake: &Fake, more: &[&str]) -> Ran {
    let arguments = ["provision", "--settings", fake.option("--settings"), "--loopback"];
    run(&[&arguments[..], more].concat())
}

fn stored(fake: &Fake) -> Value {
    serde_json::from_slice(&std::fs::read(fake.option("--settings")).unwrap()).unwrap()
}

/// Takes the template out of the settings, and puts the Secret where the file only names it.
fn without_template(fake: &Fake) -> Value {
    let mut settings = stored(fake);
    let all = settings.as_object_mut().unwrap();
    all.remove("template-id");
    all.remove("field-map");
    let secret = fake.directory.path().join("secret");
    std::fs::write(&secret, all["secret"].as_str().unwrap()).unwrap();
    all.insert("secret".to_owned(), json!({ "file": secret }));
    std::fs::write(fake.option("--settings"), settings.to_string()).unwrap();
    settings
}

#[test]
fn a_template_that_fits_is_confirmed_and_nothing_is_written() {
    let fake = Fake::start("well");
    let before = stored(&fake);
    let ran = provision(&fake, &["--write"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, "The template in the settings is confirmed. There is nothing to store.\n");
    assert_eq!(stored(&fake), before);
}

#[test]
fn a_template_is_made_its_settings_are_written_and_the_connection_works() {
    let fake = Fake::start("well");
    let before = without_template(&fake);
    let ran = provision(&fake, &["--write"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let (sentence, printed) = ran.stdout.split_once('\n').unwrap();
    assert_eq!(sentence, "The template is ready. Store these settings:");
    let printed: Value = serde_json::from_str(printed).unwrap();

    let mut expected = before;
    expected.as_object_mut().unwrap().extend(printed.as_object().unwrap().clone());
    assert_eq!(stored(&fake), expected);
    assert_eq!(printed.as_object().unwrap().keys().collect::<Vec<_>>(), ["field-map", "template-id"]);
    assert_eq!(fake.check(&[]).code, 0);
    let again = provision(&fake, &[]);
    assert!(again.stdout.contains("There is nothing to store."), "{again:?}");
}

#[test]
fn without_write_the_file_stays_and_a_repetition_is_refused_with_what_to_enter() {
    let fake = Fake::start("well");
    let before = without_template(&fake);
    assert_eq!(provision(&fake, &[]).code, 0);
    assert_eq!(stored(&fake), before);
    for (language, part) in
        [("en", "enters the id in its address"), ("zh-cn", "请管理员填写其网址中的模板 ID")]
    {
        let again = provision(&fake, &["--language", language, "--log-level", "off"]);
        assert_eq!((again.code, again.stdout.as_str()), (2, ""));
        let sentence = again.sentence();
        assert!(sentence.starts_with("provision: ") && sentence.contains("301086"), "{sentence}");
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_stays_a_link() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let fake = Fake::start("well");
    without_template(&fake);
    let file = fake.option("--settings");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let link = fake.directory.path().join("link.json");
    symlink(file, &link).unwrap();

    let ran = run(&["provision", "--settings", link.to_str().unwrap(), "--loopback", "--write"]);

    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(link.is_symlink());
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(stored(&fake)["template-id"].is_string());
}
