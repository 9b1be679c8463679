//! The host's own problems with settings: what it does not give to the engine, in both languages.

use crate::contract::{Description, SettingProblem, Text};

/// A key that the engine does not list.
pub(super) fn unknown(key: &str, Description { id, version, .. }: &Description) -> SettingProblem {
    SettingProblem {
        key: key.to_owned(),
        code: String::from("unknown-key"),
        sentence: Text {
            en: format!(
                "the engine {id} {version} has no such setting, so its value is not passed to the engine"
            ),
            zh_cn: format!("引擎 {id} {version} 没有此设置项，其值不会传给引擎"),
        },
        remedy: Text {
            en: String::from("correct the key, or remove the setting"),
            zh_cn: String::from("请更正键名，或删除此设置项"),
        },
    }
}

/// A held value that the engine wants to be passed.
pub(super) fn held(key: &str, Description { id, version, .. }: &Description) -> SettingProblem {
    SettingProblem {
        key: key.to_owned(),
        code: String::from("held"),
        sentence: Text {
            en: format!(
                "the value was stored as a secret that no engine sees, and the engine {id} {version} does not describe \
                 it as one: the value is neither passed to the engine nor put into its requests"
            ),
            zh_cn: format!(
                "该值保存时声明为引擎不可见的密钥，而引擎 {id} {version} 未将其声明为此类密钥：\
                 该值既不会传给引擎，也不会放入其请求"
            ),
        },
        remedy: Text {
            en: String::from(
                "ask the operator to activate a version that describes it as held; if this engine may see a secret, \
                 remove the setting and enter a new value",
            ),
            zh_cn: String::from(
                "请运维人员启用将其声明为主机保管密钥的引擎版本；如允许此引擎看到密钥，请删除此设置项后填写新值",
            ),
        },
    }
}
