//! What can be wrong with a form, in words.

use crate::api::clean::shown;
use crate::template::Control;
use crate::text::{Text, text};

/// One thing wrong with a request, or between settings and template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// The name of the field or part of the request. A cell is `table[row].column`, rows counted from 0.
    pub name: String,
    /// Such as `unknown-field`, `missing`, `wrong-kind`, `wrong-option`, `wrong-format`, `too-many`.
    pub code: &'static str,
    /// What is wrong.
    pub sentence: Text,
    /// What to do.
    pub remedy: Text,
}

/// Worth telling, and no reason not to submit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionWarning {
    /// The name of the field or part of the request.
    pub name: String,
    /// `cut`, or `changed` where characters were replaced.
    pub code: &'static str,
    /// What was done.
    pub sentence: Text,
}

pub(super) const ADMINISTRATOR: Text = text(
    "the administrator compares the field map with 应用管理 > 审批 > the template and saves it again",
    "请管理员将字段映射与「应用管理 > 审批 > 对应模板」核对后重新保存",
);

impl FieldProblem {
    /// Cold, so that the many places where one is made stay small.
    #[cold]
    pub(crate) fn new(name: &str, code: &'static str, sentence: Text, remedy: Text) -> Self {
        Self { name: name.to_owned(), code, sentence, remedy }
    }
}

pub(super) fn unknown(name: &str) -> FieldProblem {
    let what = shown(name);
    FieldProblem::new(
        name,
        "unknown-field",
        Text::filled(
            format_args!("the template has no control of this name: {what}"),
            format_args!("模板中没有名为「{what}」的控件"),
        ),
        text(
            "name the field as the field map does, or by the control's id or title",
            "请使用字段映射中的名称、控件 ID 或控件标题",
        ),
    )
}

pub(super) fn ambiguous(name: &str) -> FieldProblem {
    let what = shown(name);
    FieldProblem::new(
        name,
        "ambiguous-field",
        Text::filled(
            format_args!("several controls of the template have this title: {what}"),
            format_args!("模板中有多个控件的标题为「{what}」"),
        ),
        text("name the field by the control's id, or map it", "请使用控件 ID，或在字段映射中指定"),
    )
}

pub(super) fn given_twice(name: &str, title: &str) -> FieldProblem {
    let title = shown(title);
    FieldProblem::new(
        name,
        "given-twice",
        Text::filled(
            format_args!("an earlier field fills the same control: {title}"),
            format_args!("已有其他字段填写了同一控件「{title}」"),
        ),
        text("give one field for each control", "每个控件只能对应一个字段"),
    )
}

pub(super) fn reserved(name: &str) -> FieldProblem {
    FieldProblem::new(
        name,
        "reserved-field",
        text("the field's control carries the request number", "该控件用于写入申请编号"),
        text("leave the field out; the engine fills it in", "请去掉该字段，由引擎自动填写"),
    )
}

pub(super) fn missing(name: &str, control: &Control) -> FieldProblem {
    let title = shown(control.title());
    FieldProblem::new(
        name,
        "missing",
        Text::filled(
            format_args!("the template requires a value for the control: {title}"),
            format_args!("模板要求填写控件「{title}」"),
        ),
        text("give the field a value", "请填写该字段"),
    )
}

/// `expected` and `zh_expected` say what the control takes.
pub(super) fn wrong_kind(name: &str, control: &Control, expected: (&str, &str)) -> FieldProblem {
    let (title, word) = (shown(control.title()), shown(&control.word));
    FieldProblem::new(
        name,
        "wrong-kind",
        Text::filled(
            format_args!("the control {title} of kind {word} takes {}", expected.0),
            format_args!("控件「{title}」（类型 {word}）需要{}", expected.1),
        ),
        text("give a value of the control's kind", "请按控件类型提供值"),
    )
}

pub(super) fn not_submittable(name: &str, control: &Control) -> FieldProblem {
    let (title, word) = (shown(control.title()), shown(&control.word));
    FieldProblem::new(
        name,
        "not-submittable",
        Text::filled(
            format_args!("WeCom takes no value for the control {title} of kind {word}"),
            format_args!("企业微信不接受为控件「{title}」（类型 {word}）提交值"),
        ),
        text("leave the field out", "请去掉该字段"),
    )
}

pub(super) fn wrong_format(name: &str, sentence: Text) -> FieldProblem {
    FieldProblem::new(
        name,
        "wrong-format",
        sentence,
        text("give the value in the form that the control takes", "请按控件要求的格式提供值"),
    )
}

pub(super) fn wrong_option(name: &str, option: &str, several: bool) -> FieldProblem {
    let option = shown(option);
    let sentence = if several {
        Text::filled(
            format_args!("several options of the control have this text: {option}"),
            format_args!("控件中有多个选项的文本为「{option}」"),
        )
    } else {
        Text::filled(
            format_args!("the control has no option with this key or text: {option}"),
            format_args!("控件中没有键或文本为「{option}」的选项"),
        )
    };
    FieldProblem::new(
        name,
        "wrong-option",
        sentence,
        text("give the key of one of the template's options", "请提供模板中某个选项的键"),
    )
}

pub(super) fn too_many(name: &str, limit: usize, given: usize) -> FieldProblem {
    FieldProblem::new(
        name,
        "too-many",
        Text::filled(
            format_args!("{given} given, {limit} allowed"),
            format_args!("提供了 {given} 个，最多允许 {limit} 个"),
        ),
        text("leave some out", "请减少数量"),
    )
}

pub(super) fn unmapped_account(name: &str, account_id: &str) -> FieldProblem {
    let account = shown(account_id);
    FieldProblem::new(
        name,
        "unmapped-account",
        Text::filled(
            format_args!("the account has no WeCom member: {account}"),
            format_args!("账号 {account} 没有对应的企业微信成员"),
        ),
        text("map the account first", "请先完成账号映射"),
    )
}

pub(super) fn no_rows(name: &str) -> FieldProblem {
    FieldProblem::new(
        name,
        "missing",
        text("a table needs at least one row", "明细至少需要一行"),
        text("give a row, or leave the field out", "请提供至少一行，或去掉该字段"),
    )
}

pub(super) fn missing_cell(name: &str, column: &Control) -> FieldProblem {
    let title = shown(column.title());
    FieldProblem::new(
        name,
        "missing",
        Text::filled(
            format_args!("the template requires a value in every row of the column: {title}"),
            format_args!("模板要求明细的每一行填写「{title}」列"),
        ),
        text("give every row a cell for each required column", "请为每一行填写所有必填列"),
    )
}

pub(super) fn stale_map(name: &str, id: &str) -> FieldProblem {
    let id = shown(id);
    FieldProblem::new(
        name,
        "control-missing",
        Text::filled(
            format_args!("the field map names a control that the template does not have: {id}"),
            format_args!("字段映射指向的控件在模板中不存在：{id}"),
        ),
        ADMINISTRATOR,
    )
}

pub(super) fn no_request_number() -> FieldProblem {
    FieldProblem::new(
        crate::config::REQUEST_NUMBER,
        "control-not-set",
        text("the field map names no control for the request number", "字段映射中没有指定写入申请编号的控件"),
        ADMINISTRATOR,
    )
}

pub(super) fn request_number_kind(control: &Control) -> FieldProblem {
    let (title, word) = (shown(control.title()), shown(&control.word));
    FieldProblem::new(
        crate::config::REQUEST_NUMBER,
        "wrong-kind",
        Text::filled(
            format_args!(
                "the request number needs a control of kind Text or Textarea, {title} is of kind {word}"
            ),
            format_args!("申请编号需要 Text 或 Textarea 控件，而「{title}」的类型为 {word}"),
        ),
        ADMINISTRATOR,
    )
}

pub(super) fn template_demands(name: &str, control: &Control) -> FieldProblem {
    let (title, word) = (shown(control.title()), shown(&control.word));
    FieldProblem::new(
        name,
        "not-submittable",
        Text::filled(
            format_args!(
                "the template requires {title} of kind {word}, which WeCom takes from nobody by this interface"
            ),
            format_args!("模板要求填写「{title}」（类型 {word}），但该接口无法提交此类控件"),
        ),
        text(
            "the administrator makes the control optional or removes it: 应用管理 > 审批 > the template",
            "请管理员在「应用管理 > 审批 > 对应模板」中将该控件设为非必填或移除",
        ),
    )
}

pub(crate) fn cut(name: &str, limit: usize) -> SubmissionWarning {
    SubmissionWarning {
        name: name.to_owned(),
        code: "cut",
        sentence: Text::filled(
            format_args!("the text was cut, characters kept: {limit}"),
            format_args!("文本过长，已截断为 {limit} 个字符"),
        ),
    }
}

pub(super) fn changed(name: &str) -> SubmissionWarning {
    SubmissionWarning {
        name: name.to_owned(),
        code: "changed",
        sentence: text(
            "characters that WeCom does not take here, such as line breaks, were replaced or removed",
            "企业微信在此处不接受的字符（如换行）已被替换或移除",
        ),
    }
}
