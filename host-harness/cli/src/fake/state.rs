//! The states that the fake can be in, each with one cause and one remedy.

use clap::ValueEnum;
use fake_wecom::setup::{control, member};
use fake_wecom::{ACCESS_TEMPLATE_ID, App, Secret, Setup, Visible};

/// An address that is never this machine's: it is reserved for documents (RFC 5737).
const ELSEWHERE: [u8; 4] = [203, 0, 113, 10];

/// What an administrator did in WeCom. The settings are the same in every state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    /// Everything is as the settings say.
    Well,
    /// The app's Secret was reset, and the settings have the former one.
    WrongSecret,
    /// The app got a list of trusted IPs, and this machine's address is not on it.
    AddressNotAllowed,
    /// The app was taken from Approval > API > Apps allowed to call.
    AppNotPermitted,
    /// The template lost the control for the reason.
    ControlDeleted,
    /// The test account's member was taken from the app's visible range.
    ApplicantInvisible,
}

impl State {
    /// The line of `--help`.
    pub(crate) fn story(self) -> String {
        self.to_possible_value()
            .and_then(|value| value.get_help().map(ToString::to_string))
            .unwrap_or_default()
    }

    /// Makes the example company so.
    pub(crate) fn bring_about(self, setup: &mut Setup) {
        match self {
            Self::Well => {}
            Self::WrongSecret => {
                for_each_app(setup, |app| app.secret = Secret::new("reset-by-an-administrator"))
            }
            Self::AddressNotAllowed => {
                for_each_app(setup, |app| app.trusted_addresses = Some(vec![ELSEWHERE.into()]));
            }
            Self::AppNotPermitted => for_each_app(setup, |app| app.may_use_approval = false),
            Self::ControlDeleted => {
                for template in
                    setup.templates.iter_mut().filter(|template| template.id == ACCESS_TEMPLATE_ID)
                {
                    template.controls.retain(|other| other.id != control::REASON);
                }
            }
            Self::ApplicantInvisible => for_each_app(setup, |app| {
                app.visible = Visible::members([member::LI_SI, member::WANG_WU]);
            }),
        }
    }
}

fn for_each_app(setup: &mut Setup, change: impl FnMut(&mut App)) {
    setup.apps.iter_mut().for_each(change);
}
