//! In which way an engine is wrong. Shared by the engine, which looks, and by this package, which chooses.

/// Stands before the number of the mistake in the engine's data. Nothing else in a component reads like it.
pub(crate) const MARKER: &[u8; 23] = b"wrong on purpose, with ";

macro_rules! mistakes {
    ($($name:ident = $number:literal, $about:literal, [$($case:literal),+];)*) => {
        /// What is wrong with an engine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mistake {
            $(#[doc = $about] $name,)*
        }

        impl Mistake {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As it is written here.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            /// Two digits, never `00`.
            #[must_use]
            pub const fn number(self) -> [u8; 2] {
                match self {
                    $(Self::$name => *$number,)*
                }
            }

            /// What it does, in a sentence.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$name => $about,)*
                }
            }

            /// The cases that must catch it. Others may as well.
            #[must_use]
            pub const fn meant_for(self) -> &'static [&'static str] {
                match self {
                    $(Self::$name => &[$($case),+],)*
                }
            }
        }
    };
}

mistakes! {
    ClaimsStepsItRefuses = b"01", "Claims `explicit-steps` and refuses every such flow.", ["submit-steps"];
    HidesTracking = b"02", "Exports `approval-tracking` and does not claim it.", ["describe-capabilities"];
    GuideWithoutItsSettings = b"03", "No step of its guide fills the directory attribute.", ["describe-complete"];
    HalfTranslated = b"04", "Some of its texts are English alone.", ["always-both-languages"];
    ForgetsItsOrigins = b"05", "Says that its configuration needs no origin.", ["configure-sound"];
    ReportsTheFirstProblem = b"06", "Stops checking the settings at the first problem.",
        ["configure-missing", "configure-all-mistakes"];
    IgnoresUnknownKeys = b"07", "Takes settings that it does not know.", ["configure-unknown-key"];
    TakesTheLastOfTwo = b"08", "Takes a setting that is given twice.", ["configure-twice"];
    TakesHeldSecrets = b"09", "Takes a held secret as text.", ["configure-held"];
    ChecksNoFormat = b"10", "Takes any text as organisation and template.", ["configure-mistakes"];
    AnswersUnconfigured = b"11", "Answers by default values when nobody has configured it.",
        ["unconfigured", "unconfigured-tracking", "unconfigured-diagnostics"];
    RefusesEverything = b"12", "Takes every message for a forgery.", ["callback-genuine"];
    AcceptsAnySignature = b"13", "Does not compare the signature.",
        ["callback-unsigned", "callback-forged", "callback-altered", "callback-address-forged"];
    ForgetsTheReceiver = b"14", "Does not look whom a message is for.", ["callback-other-receiver"];
    ReadsTheEnvelope = b"15", "Believes a status that stands beside the signed message.",
        ["callback-envelope"];
    IgnoresTheTime = b"16", "Takes a message of any age.", ["callback-stale"];
    TrapsOnNonsense = b"17", "Unwraps what it parses.", ["callback-hostile", "always-alive"];
    LoopsForEver = b"18", "Looks for the end of nested lists, and passes it.",
        ["callback-bomb", "always-within-limits"];
    EatsMemory = b"19", "Copies a large body until there is no memory left.", ["callback-huge"];
    TakesAnyMethod = b"20", "Does not look at the method.", ["callback-method"];
    QuotesTheEcho = b"21", "Answers the check of an address with JSON.", ["callback-address"];
    RefusesUnknownKinds = b"22", "Refuses a kind of message that it does not know.",
        ["callback-unknown-kind"];
    GuessesTheStatus = b"23", "Takes an unknown status for an approval.", ["callback-unknown-status"];
    KeepsTheLastApprover = b"24", "Of several approvers, tells the last one alone.", ["callback-lists"];
    FineKey = b"25", "Its de-duplication key covers the envelope.", ["callback-same-news"];
    CoarseKey = b"26", "Its de-duplication key is kind, time and person.", ["callback-other-news"];
    TakesForeignForms = b"27", "Tells of forms made from other templates.", ["callback-foreign"];
    TellsWhyItRefuses = b"28", "Answers each reason with a status of its own.", ["callback-refusals-alike"];
    CallsOutInCallbacks = b"29", "Asks the provider while it reads a callback.", ["always-pure"];
    DecidesByOperation = b"30", "Takes one who agreed for an approval.", ["life-partial"];
    DropsComments = b"31", "Does not tell what an approver said.", ["track-words"];
    KnowsYesAndNoAlone = b"32", "Knows no status but pending, approved and rejected.",
        ["life-withdrawn", "life-revoked", "life-deleted"];
    AsksToMap = b"33", "Asks the provider in a mapping.", ["person-mapped"];
    GuessesPeople = b"34", "Takes any attribute when the configured one is empty.", ["person-attribute"];
    NeverConfirms = b"35", "Claims to confirm members and does not ask.", ["person-confirmed"];
    TakesTheInactive = b"36", "Does not look whether a member is active.", ["person-gone"];
    RemembersAbsence = b"37", "Keeps in the token cache that a member does not exist.",
        ["person-joins", "always-forgetful"];
    SubmitsWithoutKey = b"38", "Sends its own number in place of the key.", ["submit-sound"];
    TakesAnyKey = b"39", "Does not check the key.", ["submit-key"];
    DropsUnknownFields = b"40", "Leaves out fields that the form does not have.", ["submit-fields"];
    SubmitsForAnybody = b"41", "Submits in the name of an account that has no member.", ["submit-unmapped"];
    ReportsOnePerson = b"42", "Reports the first person without a member.", ["submit-unmapped-all"];
    ResendsOnDoubt = b"43", "Sends a form again when no answer comes.",
        ["submit-lost", "submit-busy", "submit-garbled"];
    DoubtsWithoutConnection = b"44", "Calls the outcome unknown when nothing was sent.",
        ["submit-unreachable"];
    DropsTheCode = b"45", "Tells of a refusal without the provider's code.", ["submit-refused"];
    FetchesEveryTime = b"46", "Fetches a token for every call.", ["token-shared", "token-tenants"];
    NeverRenews = b"47", "Does not renew a token that is refused.", ["token-dies"];
    RenewsForEver = b"48", "Renews a token as long as it is refused.", ["token-refused"];
    NeverBlocks = b"49", "Tries a wrong credential in every call.", ["token-blocked"];
    FetchesTheFirstState = b"50", "Tells of every form that it is pending.", ["track-fetch"];
    InventsApprovals = b"51", "Tells of a form that does not exist.", ["track-unknown"];
    FindsSomething = b"52", "Finds the newest form, whatever its key.", ["track-lost"];
    ListsNothing = b"53", "Gives an empty page, and no cursor.", ["track-list"];
    FailsEveryCheck = b"54", "Finds a fault where there is none.", ["check-well"];
    TrustsTheCache = b"55", "Tests a connection with the cached token.", ["check-cached"];
    LogsTheSecret = b"56", "Writes the callback secret into its log.", ["always-secret"];
    NoDigest = b"57", "Gives a fingerprint that is no digest.", ["always-bounded"];
    CountsCalls = b"58", "Keeps a counter in the token cache.", ["always-forgetful"];
    AsksTheMachine = b"59", "Answers by how much memory it gets.", ["always-same"];
    StopsAtTheFirstPage = b"60", "Gives the first page of a list, and no cursor.", ["track-pages"];
    GoesRoundInCircles = b"61", "Gives the cursor of the first page with every page.", ["track-pages"];
    NamesNoSuchSetting = b"62", "Provisions a setting that it does not know.",
        ["provision-confirmed", "provision-made"];
    MakesAnotherTemplate = b"63", "Makes a template whenever it is asked, under another name when it has to.",
        ["provision-confirmed", "provision-made"];
    TellsOfAnotherTemplate = b"64", "Provisions another template than the one that it made.",
        ["provision-made"];
    ConfirmsNobody = b"65", "Submits without asking whether applicant and approvers are active.",
        ["submit-inactive", "submit-inactive-approver"];
    ConfirmsTheApplicantAlone = b"66", "Submits without asking whether the approvers are active.",
        ["submit-inactive-approver"];
    SubmitsWithoutTemplate = b"67", "Submits a form of no template when none is set.",
        ["submit-without-template"];
    CallsDriftARefusal = b"68", "Tells of a template that is gone as of a form that is refused.",
        ["submit-template-gone"];
    CallsOutInConfigure = b"69", "Asks the provider while it is configured.", ["always-pure"];
    SavesWhatIsNotThere = b"70", "Gives an image before it is configured.", ["unconfigured-image"];
    RefusesItsImage = b"71", "Takes no image back, not even its own.", ["image-own"];
    TakesAnyImage = b"72", "Takes any bytes for an image.", ["image-strange"];
    TrapsOnAStrangeImage = b"73", "Traps when it gets what is no image.", ["image-strange", "always-alive"];
    TakesALongerImage = b"76", "Takes its image with something behind it.", ["image-own"];
    ForgetsWhatItSaves = b"75", "Is not configured any more once it has given its image.", ["always-same"];
    ImageWithoutTheTemplate = b"74", "Leaves a setting out of its image.", ["always-same"];
    PatternForOldReaders = b"77", "Describes a pattern that the flag `v` does not take.", ["describe-patterns"];
    PatternTooNarrow = b"78", "Describes a pattern that refuses what it takes itself.", ["describe-patterns"];
    NamesNoApplicant = b"79", "Tells of approvals without their applicant.", ["always-filled"];
}

/// What an engine may leave out and still be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Omission {
    /// The interface `engine-diagnostics`, and the capability with it.
    Diagnostics,
    /// The capability `explicit-steps`: requests with steps are refused.
    ExplicitSteps,
}

impl Omission {
    /// What stands in the place of a mistake's digits.
    #[must_use]
    pub const fn sign(self) -> [u8; 2] {
        match self {
            Self::Diagnostics => *b"-d",
            Self::ExplicitSteps => *b"-s",
        }
    }
}
