//! The vocabulary: what a case may ask of a provider.

use serde::Deserialize;

/// What a protocol may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Callbacks name the organisation they are for.
    Receiver,
    /// A message comes in an envelope that nobody signs.
    Envelope,
    /// The provider checks an address before it sends news there.
    AddressCheck,
    /// Forms of other products reach the same address.
    ForeignForms,
    /// Other kinds of message reach the same address.
    OtherKinds,
    /// More than one approver.
    SeveralApprovers,
    /// The applicant can take a form back.
    Withdrawal,
    /// An approval can be taken back after it was given.
    Revocation,
    /// A form can be deleted.
    Deletion,
    /// Requests carry an access token that the provider hands out and may refuse.
    Tokens,
    /// The provider knows its members, and whether they are active.
    Members,
    /// The form has known fields, and no others.
    KnownFields,
    /// Forms are made from templates that the provider keeps.
    Templates,
    /// An engine can make such a template.
    TemplateMaking,
    /// A secret goes into requests as it is, so that the host can hold it back and put it in itself.
    HeldSecrets,
}

/// A kind of request to the callback address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Letter {
    /// What the provider has to tell about what happened.
    News,
    /// An approval was given.
    Genuine,
    /// The same news again, in a new envelope.
    Retry,
    /// Another approval of the same member in the same second.
    OtherApproval,
    /// A later change of the same approval.
    OtherChange,
    /// Without a signature, or with an empty one.
    Unsigned,
    /// Signed by somebody else.
    Forged,
    /// Sound, and for another organisation.
    OtherReceiver,
    /// [`Genuine`](Self::Genuine), and other facts in the part of the envelope that nobody signs.
    DressedUp,
    /// [`Genuine`](Self::Genuine), a day too old and a day too new.
    Stale,
    /// Every change of one byte of the part that is signed.
    Altered,
    /// Sound seal and signature, and nonsense inside.
    Hostile,
    /// Sound seal and signature, and a message that is small and hard to read: entities, deep nesting.
    Bomb,
    /// A body larger than any message.
    Huge,
    /// A kind of message that the engine has no use for.
    UnknownKind,
    /// A status and an operation that nobody has heard of.
    UnknownStatus,
    /// A form of another product.
    Foreign,
    /// A form of another product that has next to nothing in it.
    ForeignAndBare,
    /// The check of an address.
    AddressCheck,
    /// The same by somebody else.
    ForgedAddressCheck,
    /// A method that no provider uses.
    WrongMethod,
    /// A form whose first step has nobody.
    NoApprover,
    /// A form whose first step has one member.
    OneApprover,
    /// A form whose first step has three members.
    ThreeApprovers,
}

/// An account of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Person {
    /// Mapped to an active member.
    Mapped,
    /// The attribute is empty.
    Empty,
    /// The attribute is empty, and every other attribute, id and name would fit.
    Decoy,
    /// The attribute has two values.
    Several,
    /// Mapped to nobody, as when a member has left.
    Unknown,
    /// Mapped to a member who is not active.
    Inactive,
}

/// A request to submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Draft {
    /// All is well.
    Sound,
    /// With a flow built from accounts.
    WithSteps,
    /// Two fields that the form does not have.
    UnknownFields,
    /// The applicant's attribute is empty.
    UnmappedApplicant,
    /// Applicant and an approver without a member.
    UnmappedPeople,
    /// The applicant is a member who is not active.
    InactiveApplicant,
    /// With a flow built from accounts, one of whom is a member who is not active.
    InactiveApprover,
}

/// Something that happens at the provider's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// One of two approvers of the newest form agrees.
    FirstAgrees,
    /// The other one does.
    SecondAgrees,
    /// Whoever has to, agrees to the newest form.
    Approved,
    /// An approver says no.
    Rejected,
    /// The applicant takes the form back.
    Withdrawn,
    /// The approval is taken back.
    Revoked,
    /// The form is deleted.
    Deleted,
    /// All access tokens die.
    TokensDie,
    /// Whatever token comes is refused.
    TokensRefused,
    /// The credential is changed, so that the host's is wrong.
    CredentialChanges,
    /// Submissions are refused, with a code of the provider's own.
    SubmissionsRefused,
    /// Submissions take effect and the answer is lost.
    AnswersLost,
    /// Submissions are answered with 503 and take no effect.
    Busy,
    /// Submissions are answered with a page for people.
    Garbled,
    /// No connection.
    Unreachable,
    /// All is well again.
    Well,
    /// [`Person::Unknown`] becomes a member.
    MemberJoins,
    /// The template of the settings is deleted.
    TemplateGone,
    /// Several times as many forms are submitted as the provider lists at once.
    ManyForms,
}

/// What a provider knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The number of the newest form.
    NewestForm,
    /// A number that a form could have, and none has.
    NoForm,
    /// The key that the newest form carries.
    NewestKey,
    /// The member of [`Person::Mapped`].
    MappedMember,
    /// The code that [`Turn::SubmissionsRefused`] refuses with.
    RefusalCode,
    /// What the approver says in [`Turn::Rejected`].
    RejectionComment,
}
