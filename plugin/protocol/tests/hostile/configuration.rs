//! Settings, and the image of a configuration.

use wecom_protocol::config::image::{restore, save};
use wecom_protocol::settings::{Value, read};

/// Settings: `key=value` in each line, `key` alone for one that the host holds.
///
/// They are refused with reasons, or make a configuration whose image is as good as they are.
pub fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let setting = |line: &str| match line.split_once('=') {
        Some((key, value)) => (key.to_owned(), Value::Text(value.to_owned())),
        None => (line.to_owned(), Value::Held),
    };
    let settings: Vec<_> = text.lines().map(setting).collect();
    match read(&settings) {
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason: {settings:?}");
            for problem in &problems {
                let sound = |text: &str| !text.trim().is_empty();
                let texts = [&problem.sentence, &problem.remedy];
                assert!(texts.iter().all(|text| sound(&text.en) && sound(&text.zh_cn)), "{problem:?}");
            }
        }
        Ok(configured) => {
            assert_eq!(restore(&save(&configured.config)).as_ref(), Some(&configured.config));
            assert_eq!(read(&settings), Ok(configured));
        }
    }
}

/// An image, or what is said to be one: taken only when it is what would be saved.
pub fn image(bytes: &[u8]) {
    if let Some(config) = restore(bytes) {
        assert_eq!(save(&config), bytes);
    }
}
