//! Where it is measured, and what else goes on there.

use std::fs;
use std::thread::available_parallelism;

/// One line for the head of the tables.
pub(crate) fn description() -> String {
    let threads = available_parallelism().map_or(0, usize::from);
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| model(&text).map(str::to_owned));
    let load = fs::read_to_string("/proc/loadavg").ok();
    let load = load.as_deref().and_then(|text| text.split_whitespace().next()).unwrap_or("unknown");
    format!(
        "{}, {threads} threads, {}; load {load}",
        model.unwrap_or_else(|| String::from(std::env::consts::ARCH)),
        cryptography()
    )
}

fn model(cpuinfo: &str) -> Option<&str> {
    let line = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"))?;
    Some(line.trim_start_matches([' ', '\t', ':']))
}

/// What the native program with hardware cryptography can use.
#[cfg(target_arch = "x86_64")]
fn cryptography() -> &'static str {
    match (is_x86_feature_detected!("aes"), is_x86_feature_detected!("sha")) {
        (true, true) => "with instructions for AES and SHA",
        (true, false) => "with instructions for AES, none for SHA",
        (false, true) => "with instructions for SHA, none for AES",
        (false, false) => "without instructions for cryptography",
    }
}

/// What the native program with hardware cryptography can use.
#[cfg(not(target_arch = "x86_64"))]
const fn cryptography() -> &'static str {
    "instructions for cryptography unknown"
}

#[cfg(test)]
mod tests {
    use super::model;

    #[test]
    fn the_model_is_what_stands_behind_the_colon() {
        assert_eq!(model("processor\t: 0\nmodel name\t: EPYC 9B45\nmodel\t: 1\n"), Some("EPYC 9B45"));
        assert_eq!(model("processor\t: 0\n"), None);
    }
}
