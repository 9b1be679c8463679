//! What people do in the client. There is no API for any of it: a program cannot decide about a form.
//!
//! Each action names the form by its number and members by their user ids, whose case does not matter. A
//! success is written down and, if the template is ticked, sent as an event. A refusal changes nothing.

use super::FakeWeCom;
use crate::form::{ActionRefused, ChangeEvent, Form, FormStatus, Node};
use crate::journal::{ActionEntry, Entry};
use crate::state::State;

type Acted = Result<(), ActionRefused>;

impl FakeWeCom {
    /// 同意.
    ///
    /// # Errors
    /// [`ActionRefused`]: no such form or member, not the member's turn, or the form is decided.
    pub fn agree(&self, sp_no: &str, user_id: &str, speech: &str) -> Acted {
        let user_id = self.member(user_id)?;
        self.act(sp_no, |form, now| form.agree(&user_id, speech, now))
    }

    /// 驳回.
    ///
    /// # Errors
    /// As [`agree`](Self::agree).
    pub fn reject(&self, sp_no: &str, user_id: &str, speech: &str) -> Acted {
        let user_id = self.member(user_id)?;
        self.act(sp_no, |form, now| form.reject(&user_id, speech, now))
    }

    /// 办理: a handler reports the work done.
    ///
    /// # Errors
    /// As [`agree`](Self::agree); [`ActionRefused::WrongNode`] for an approver.
    pub fn carry_out(&self, sp_no: &str, user_id: &str, speech: &str) -> Acted {
        let user_id = self.member(user_id)?;
        self.act(sp_no, |form, now| form.carry_out(&user_id, speech, now))
    }

    /// 转审 of an approver, 转交 of a handler: `to` is asked instead of `from`.
    ///
    /// # Errors
    /// As [`agree`](Self::agree); [`ActionRefused::AskedAlready`] if the node waits for `to` anyway.
    pub fn transfer(&self, sp_no: &str, from: &str, to: &str) -> Acted {
        let (from, to) = (self.member(from)?, self.member(to)?);
        self.act(sp_no, |form, now| form.transfer(&from, &to, "", now))
    }

    /// 加签. With `agreeing` (13), `by` agrees and `who` is asked next; without (12), `who` is asked first and
    /// `by` again afterwards.
    ///
    /// # Errors
    /// As [`agree`](Self::agree).
    pub fn add_approver(&self, sp_no: &str, by: &str, who: &str, agreeing: bool) -> Acted {
        let (by, who) = (self.member(by)?, self.member(who)?);
        self.act(sp_no, |form, now| form.add_approver(&by, &who, agreeing, now))
    }

    /// 退回 to `to`, who agreed in an earlier node; everything from there on is asked again.
    ///
    /// # Errors
    /// As [`agree`](Self::agree); [`ActionRefused::NothingToReturnTo`] if `to` agreed nowhere before.
    pub fn send_back(&self, sp_no: &str, by: &str, to: &str, speech: &str) -> Acted {
        let (by, to) = (self.member(by)?, self.member(to)?);
        self.act(sp_no, |form, now| form.send_back(&by, &to, speech, now))
    }

    /// 添加备注, by anybody the form names.
    ///
    /// # Errors
    /// [`ActionRefused::NotInvolved`], [`ActionRefused::WrongState`] for a deleted form, no such form or
    /// member.
    pub fn comment(&self, sp_no: &str, user_id: &str, text: &str) -> Acted {
        let user_id = self.member(user_id)?;
        let id = self.lock().random.digits(19);
        self.act(sp_no, |form, now| form.comment(&user_id, text, id, now))
    }

    /// 催办, by the applicant.
    ///
    /// # Errors
    /// [`ActionRefused::WrongState`] unless the form is pending, [`ActionRefused::UnknownForm`].
    pub fn urge(&self, sp_no: &str) -> Acted {
        self.act(sp_no, |form, _now| form.urge())
    }

    /// 撤销, by the applicant before a decision.
    ///
    /// # Errors
    /// [`ActionRefused::WrongState`] unless the form is pending, [`ActionRefused::UnknownForm`].
    pub fn withdraw(&self, sp_no: &str) -> Acted {
        self.act(sp_no, |form, _now| form.withdraw())
    }

    /// 通过后撤销.
    ///
    /// # Errors
    /// [`ActionRefused::WrongState`] unless the form is approved or paid, [`ActionRefused::UnknownForm`].
    pub fn revoke(&self, sp_no: &str) -> Acted {
        self.act(sp_no, |form, _now| form.revoke())
    }

    /// 删除, by an administrator.
    ///
    /// # Errors
    /// [`ActionRefused::WrongState`] while the form is pending or once it is deleted,
    /// [`ActionRefused::UnknownForm`].
    pub fn delete(&self, sp_no: &str) -> Acted {
        self.act(sp_no, |form, _now| form.delete())
    }

    /// 支付, which follows an approval.
    ///
    /// # Errors
    /// [`ActionRefused::WrongState`] unless the form is approved, [`ActionRefused::UnknownForm`].
    pub fn mark_paid(&self, sp_no: &str) -> Acted {
        self.act(sp_no, |form, _now| form.mark_paid())
    }

    /// A member submits a form of `template_id` in the client, with the template's flow and no fields: a
    /// leave form of another product, or an access request made by hand. Gives its number.
    ///
    /// # Errors
    /// No such template or member, or a template without a flow.
    pub fn submit_foreign(&self, template_id: &str, user_id: &str) -> Result<String, ActionRefused> {
        let now = self.now();
        let mut state = self.lock();
        let form = client_form(&state, template_id, user_id, now)?;
        let sp_no = state.add_form(form, now);
        record(&mut state, &sp_no, ChangeEvent::Submitted, now);
        drop(state);
        self.shared.outbox_changed.notify_one();
        Ok(sp_no)
    }

    /// A form of `template_id` that a member submits in the client at `applied_at`, which may lie ahead: it is listed
    /// from then on. It sends no event, so that a company can be busy at no cost.
    ///
    /// # Errors
    /// As of [`submit_foreign`](Self::submit_foreign).
    pub fn seed_foreign(
        &self,
        template_id: &str,
        user_id: &str,
        applied_at: u64,
    ) -> Result<String, ActionRefused> {
        let mut state = self.lock();
        let form = client_form(&state, template_id, user_id, applied_at)?;
        Ok(state.add_form(form, applied_at))
    }

    fn act(
        &self,
        sp_no: &str,
        action: impl FnOnce(&mut Form, u64) -> Result<ChangeEvent, ActionRefused>,
    ) -> Acted {
        let now = self.now();
        let mut state = self.lock();
        let form = state.forms.iter_mut().find(|form| form.sp_no == sp_no);
        let form = form.ok_or_else(|| ActionRefused::UnknownForm { sp_no: sp_no.to_owned() })?;
        let former = form.clone();
        let event = action(form, now)?;
        state.supersede(former, now);
        record(&mut state, sp_no, event, now);
        drop(state);
        self.shared.outbox_changed.notify_one();
        Ok(())
    }

    /// The canonical spelling of a member who can take part.
    fn member(&self, user_id: &str) -> Result<String, ActionRefused> {
        let state = self.lock();
        let member = state.setup.member(user_id).filter(|member| member.can_take_part());
        member
            .map(|member| member.user_id.clone())
            .ok_or_else(|| ActionRefused::UnknownMember { user_id: user_id.to_owned() })
    }
}

fn record(state: &mut State, sp_no: &str, event: ChangeEvent, now: u64) {
    state.journal.push(Entry::Action(ActionEntry { at: now, sp_no: sp_no.to_owned(), event }));
    state.announce(sp_no, event, now);
}

fn client_form(state: &State, template_id: &str, user_id: &str, now: u64) -> Result<Form, ActionRefused> {
    let unknown = || ActionRefused::UnknownTemplate { template_id: template_id.to_owned() };
    let template = state.setup.template(template_id).ok_or_else(unknown)?;
    let member = state.setup.member(user_id).filter(|member| member.can_take_part());
    let member = member.ok_or_else(|| ActionRefused::UnknownMember { user_id: user_id.to_owned() })?;
    let flow = template.flow.as_ref().filter(|flow| !flow.nodes.is_empty());
    let flow = flow.ok_or_else(|| ActionRefused::NoFlow { template_id: template_id.to_owned() })?;
    Ok(Form {
        sp_no: String::new(),
        template_id: template.id.clone(),
        template_name: template.name.clone(),
        applicant: member.user_id.clone(),
        department: member.main_department(),
        applied_at: now,
        status: FormStatus::Pending,
        nodes: flow.nodes.iter().map(Node::new).collect(),
        contents: Vec::new(),
        summary: Vec::new(),
        comments: Vec::new(),
    })
}
