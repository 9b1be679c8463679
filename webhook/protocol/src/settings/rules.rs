//! One rule for each setting, and what is said when a value does not follow it.

use crate::approval_engine::SettingField;
use crate::signature::{Key, KeyError};
use crate::text::{shown, text};
use crate::types::Text;

const ENDPOINT_BYTES: usize = 2_048;
const NAME_BYTES: usize = 64;

/// Why a value is not taken.
pub(super) struct Unfit {
    pub(super) code: &'static str,
    pub(super) sentence: Text,
    pub(super) remedy: Text,
}

/// A URL that requests may go to, and its origin.
pub(super) fn endpoint(url: &str) -> Result<(String, String), Unfit> {
    let wrong = |en: &str, zh_cn: &str| Unfit {
        code: "wrong-format",
        sentence: text(en, zh_cn),
        remedy: text(
            "enter an absolute URL such as https://approvals.example.com/webhook",
            "请填写完整的 URL，例如 https://approvals.example.com/webhook",
        ),
    };
    if url.len() > ENDPOINT_BYTES || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong(
            "the endpoint has blanks, letters beyond ASCII or more than 2,048 characters",
            "接口地址包含空格、非 ASCII 字符或超过 2048 个字符",
        ));
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(wrong("the endpoint has no scheme", "接口地址缺少协议"));
    };
    // URLs end up in logs: what is secret or varies belongs into the signed body.
    if rest.contains(['?', '#']) {
        return Err(wrong("the endpoint has a query or a fragment", "接口地址不能包含查询参数或片段"));
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    let name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let sound_host = match address {
        Some(address) => address.bytes().all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte)),
        None => host.bytes().all(name),
    };
    if host.is_empty() || !sound_host || port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return Err(wrong("the endpoint names no host and port", "接口地址的主机名或端口有误"));
    }
    let loopback = host == "localhost" || host == "127.0.0.1" || host == "[::1]";
    if !(scheme == "https" || scheme == "http" && loopback) {
        return Err(Unfit {
            code: "not-allowed",
            sentence: text("the endpoint is not https", "接口地址不是 https"),
            remedy: text(
                "serve the endpoint over https; plain http is for loopback alone",
                "请使用 https；http 仅限本机回环地址",
            ),
        });
    }
    let default = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default).unwrap_or(authority).to_ascii_lowercase();
    Ok((url.to_owned(), format!("{scheme}://{authority}")))
}

/// The application's name.
pub(super) fn application(name: &str) -> Result<String, Unfit> {
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.len() <= NAME_BYTES && name.bytes().all(sound) {
        return Ok(name.to_owned());
    }
    Err(Unfit {
        code: "wrong-format",
        sentence: text(
            "the application is not 1 to 64 characters of A-Z a-z 0-9 . _ -",
            "应用标识必须为 1 至 64 个字符（A-Z a-z 0-9 . _ -）",
        ),
        remedy: text("agree on another name with your approval system", "请与审批系统约定其他名称"),
    })
}

/// A signing secret.
pub(super) fn secret(value: &str) -> Result<Key, Unfit> {
    let (code, sentence) = match Key::parse(value) {
        Ok(key) => return Ok(key),
        Err(KeyError::Base64) => {
            ("wrong-character", text("the secret is not base64", "密钥不是有效的 Base64"))
        }
        Err(KeyError::Length(bytes)) => (
            "wrong-length",
            text(
                format!("the secret has {bytes} bytes, and 24 to 64 are needed"),
                format!("密钥为 {bytes} 字节，应为 24 至 64 字节"),
            ),
        ),
    };
    let remedy = text(
        "copy it again from where it was generated, or generate another one",
        "请从生成处重新复制，或重新生成",
    );
    Err(Unfit { code, sentence, remedy })
}

/// The name of a directory attribute.
pub(super) fn attribute(name: &str) -> Result<String, Unfit> {
    if name.len() <= NAME_BYTES && name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(name.to_owned());
    }
    Err(Unfit {
        code: "wrong-format",
        sentence: text(
            "the attribute is not 1 to 64 visible ASCII characters",
            "属性名必须为 1 至 64 个可见 ASCII 字符",
        ),
        remedy: text("enter the attribute as the directory spells it", "请按用户目录中的写法填写属性名"),
    })
}

/// The change of the secret is no change.
pub(super) fn same_secret() -> Unfit {
    Unfit {
        code: "inconsistent",
        sentence: text("the previous secret is the current one", "旧密钥与当前密钥相同"),
        remedy: text(
            "clear the previous secret, or enter the former value",
            "请清空旧密钥，或填写更换前的值",
        ),
    }
}

/// A required setting that is not there.
pub(super) fn missing(field: &SettingField) -> Unfit {
    let (label, place) = (&field.label, &field.place);
    Unfit {
        code: "missing",
        sentence: text(format!("{} is missing", label.en), format!("缺少{}", label.zh_cn)),
        remedy: text(
            format!("enter it; where to find it: {}", place.en),
            format!("请填写；获取方式：{}", place.zh_cn),
        ),
    }
}

/// A key that `describe` does not list.
pub(super) fn unknown_key(key: &str) -> Unfit {
    let name = shown(key, 80);
    Unfit {
        code: "unknown-key",
        sentence: text(format!("there is no setting {name}"), format!("没有名为 {name} 的设置项")),
        remedy: text("remove it, or correct its name", "请删除该项或更正名称"),
    }
}

/// A key that was there before.
pub(super) fn duplicate_key(key: &str) -> Unfit {
    Unfit {
        code: "duplicate-key",
        sentence: text(format!("{key} is given twice"), format!("{key} 重复")),
        remedy: text("the platform gives each setting once", "平台应确保每个设置项只出现一次"),
    }
}

/// A setting that the host held back.
pub(super) fn without_value(key: &str) -> Unfit {
    Unfit {
        code: "wrong-format",
        sentence: text(format!("{key} came without its value"), format!("{key} 未传入值")),
        remedy: text(
            "the platform passes the value: no setting of this engine is held",
            "平台应传入该值：本引擎没有托管密钥",
        ),
    }
}
