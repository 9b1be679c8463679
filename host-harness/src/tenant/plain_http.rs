//! Origins of a configuration that are not https: this machine's, where the operator allows loopback, and no others.

use serde_json::{Value, json};
use url::Url;

use crate::contract::{Configured, Setting, SettingProblem, SettingValue, Text};
use crate::egress::{AddressClass, Egress, Origin, literal_class};
use crate::redact;

/// How much of an origin is repeated.
const ORIGIN_BYTES: usize = 200;

/// What stands in the place of a setting's key when none holds the origin: the host's own setting.
const GRANT: &str = "egress.loopback";

/// A problem for each origin that the host would not let the engine call, for want of https. `settings` are the texts
/// that were configured.
pub(super) fn problems<'a>(
    origins: impl IntoIterator<Item = &'a str>,
    settings: &[(&str, &str)],
    egress: &Egress,
) -> Vec<SettingProblem> {
    origins.into_iter().filter_map(|origin| problem(origin, settings, egress)).collect()
}

/// `configured`, unless one of its origins has such a problem.
pub(super) fn refused(
    configured: Configured,
    settings: &[(&str, &str)],
    egress: &Egress,
) -> Result<Configured, Vec<SettingProblem>> {
    let problems = problems(configured.origins.iter().map(String::as_str), settings, egress);
    if problems.is_empty() { Ok(configured) } else { Err(problems) }
}

/// The settings whose values are texts.
pub(super) fn texts(settings: &[Setting]) -> Vec<(&str, &str)> {
    settings
        .iter()
        .filter_map(|setting| match &setting.value {
            SettingValue::Text(value) => Some((setting.key.as_str(), value.as_str())),
            SettingValue::Held => None,
        })
        .collect()
}

/// The result of `configure` as JSON, of these arguments: as of [`refused`].
pub(super) fn refused_json(result: Value, arguments: &Value, egress: &Egress) -> Value {
    let list = arguments.get("settings").unwrap_or(arguments).as_array();
    let given: Vec<(&str, &str)> = list
        .into_iter()
        .flatten()
        .filter_map(|setting| {
            Some((setting.get("key")?.as_str()?, setting.pointer("/value/text")?.as_str()?))
        })
        .collect();
    let origins = result.pointer("/ok/origins").and_then(Value::as_array).into_iter().flatten();
    let problems = problems(origins.filter_map(Value::as_str), &given, egress);
    if problems.is_empty() {
        return result;
    }
    let text = |text: &Text| json!({ "en": text.en, "zh-cn": text.zh_cn });
    let problem = |problem: &SettingProblem| {
        json!({
            "key": problem.key,
            "code": problem.code,
            "sentence": text(&problem.sentence),
            "remedy": text(&problem.remedy),
        })
    };
    json!({ "err": problems.iter().map(problem).collect::<Vec<_>>() })
}

fn problem(origin: &str, settings: &[(&str, &str)], egress: &Egress) -> Option<SettingProblem> {
    let url = Url::parse(origin).ok().filter(|url| url.scheme() == "http")?;
    let loopback = literal_class(&url) == Some(AddressClass::Loopback);
    if loopback && egress.loopback {
        return None;
    }
    let parsed = Origin::of(origin);
    let holds = |(_, value): &&(&str, &str)| parsed.is_some() && Origin::of(value) == parsed;
    let key = settings.iter().find(holds).map_or(GRANT, |(key, _)| key);
    let shown = redact::line(origin, ORIGIN_BYTES);
    let (sentence, remedy) = if loopback {
        (
            text(
                format!("{shown} is plain http to this machine, and this host does not allow loopback"),
                format!("{shown} 是连接本机的明文 http，而本宿主不允许访问回环地址"),
            ),
            text(
                "enter an https address; for a test with a server on this machine, the operator of the host sets \
                 egress.loopback = true",
                "请填写 https 地址；如需连接本机的测试服务，请由宿主的运维人员设置 egress.loopback = true",
            ),
        )
    } else {
        (
            text(format!("{shown} is plain http"), format!("{shown} 是明文 http")),
            text(
                "enter an https address: no setting of the host allows http",
                "请填写 https 地址：宿主没有允许 http 的设置",
            ),
        )
    };
    Some(SettingProblem { key: key.to_owned(), code: String::from("not-allowed"), sentence, remedy })
}

fn text(en: impl Into<String>, zh_cn: impl Into<String>) -> Text {
    Text { en: en.into(), zh_cn: zh_cn.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: [(&str, &str); 3] = [
        ("api-base-url", "http://127.0.0.1:4010/base"),
        ("endpoint", "http://api.example.com/"),
        ("corp-id", "ww1"),
    ];

    fn keys(origin: &str, loopback: bool) -> Vec<String> {
        let egress = Egress { loopback, ..Egress::default() };
        problems([origin], &SETTINGS, &egress).into_iter().map(|problem| problem.key).collect()
    }

    #[test]
    fn http_passes_to_this_machine_and_with_the_grant() {
        assert_eq!(keys("https://qyapi.weixin.qq.com", false), Vec::<String>::new());
        for origin in ["http://127.0.0.1:4010", "http://[::1]:4010", "http://localhost"] {
            assert_eq!(keys(origin, true), Vec::<String>::new(), "{origin}");
        }
        // Whatever is granted.
        for loopback in [false, true] {
            for origin in ["http://api.example.com", "http://10.0.0.1", "http://127.0.0.1.evil.example"] {
                assert_eq!(keys(origin, loopback).len(), 1, "{origin}");
            }
        }
    }

    #[test]
    fn the_setting_that_holds_the_origin_is_named() {
        assert_eq!(keys("http://127.0.0.1:4010", false), ["api-base-url"]);
        assert_eq!(keys("http://api.example.com", true), ["endpoint"]);
        assert_eq!(keys("http://localhost:1", false), ["egress.loopback"], "the engine's own");
    }
}
