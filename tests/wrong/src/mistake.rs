//! In which way an engine is wrong. Shared by the engine, which looks, and by this package, which chooses.

/// Stands before the number of the mistake in the engine's data. Nothing else in a component reads like it.
pub(crate) const MARKER: &[u8; 23] = b"wrong on purpose, with ";

macro_rules! mistakes {
    ($($name:ident = $number:literal, $about:literal;)*) => {
        /// What is wrong with an engine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mistake {
            $(#[doc = $about] $name,)*
        }

        impl Mistake {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

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
        }
    };
}

mistakes! {
    ClaimsStepsItRefuses = b"01", "Claims `explicit-steps` and refuses every such flow.";
    HidesTracking = b"02", "Exports `approval-tracking` and does not claim it.";
    GuideWithoutItsSettings = b"03", "No step of its guide fills the template.";
    HalfTranslated = b"04", "Some of its texts are English alone.";
    ForgetsItsOrigins = b"05", "Says that its configuration needs no origin.";
    ReportsTheFirstProblem = b"06", "Stops checking the settings at the first problem.";
    IgnoresUnknownKeys = b"07", "Takes settings that it does not know.";
    TakesTheLastOfTwo = b"08", "Takes a setting that is given twice.";
    TakesHeldSecrets = b"09", "Takes a held secret as text.";
    ChecksNoFormat = b"10", "Takes any text as organisation and template.";
    AnswersUnconfigured = b"11", "Answers by default values when nobody has configured it.";
    RefusesEverything = b"12", "Takes every message for a forgery.";
    AcceptsAnySignature = b"13", "Does not compare the signature.";
    ForgetsTheReceiver = b"14", "Does not look whom a message is for.";
    ReadsTheEnvelope = b"15", "Believes a status that stands beside the signed message.";
    IgnoresTheTime = b"16", "Takes a message of any age.";
    TrapsOnNonsense = b"17", "Unwraps what it parses.";
    LoopsForEver = b"18", "Looks for the end of nested lists, and passes it.";
    EatsMemory = b"19", "Copies a large body until there is no memory left.";
    TakesAnyMethod = b"20", "Does not look at the method.";
    QuotesTheEcho = b"21", "Answers the check of an address with JSON.";
    RefusesUnknownKinds = b"22", "Refuses a kind of message that it does not know.";
    GuessesTheStatus = b"23", "Takes an unknown status for an approval.";
    KeepsTheLastApprover = b"24", "Of several approvers, tells the last one alone.";
    FineKey = b"25", "Its de-duplication key covers the envelope.";
    CoarseKey = b"26", "Its de-duplication key is kind, time and person.";
    TakesForeignForms = b"27", "Tells of forms made from other templates.";
    TellsWhyItRefuses = b"28", "Answers each reason with a status of its own.";
    CallsOutInCallbacks = b"29", "Asks the provider while it reads a callback.";
    DecidesByOperation = b"30", "Takes one who agreed for an approval.";
    DropsComments = b"31", "Does not tell what an approver said.";
    KnowsYesAndNoAlone = b"32", "Knows no status but pending, approved and rejected.";
    AsksToMap = b"33", "Asks the provider in a mapping.";
    GuessesPeople = b"34", "Takes any attribute when the configured one is empty.";
    NeverConfirms = b"35", "Claims to confirm members and does not ask.";
    TakesTheInactive = b"36", "Does not look whether a member is active.";
    RemembersAbsence = b"37", "Keeps in the token cache that a member does not exist.";
    SubmitsWithoutKey = b"38", "Sends its own number in place of the key.";
    TakesAnyKey = b"39", "Does not check the key.";
    DropsUnknownFields = b"40", "Leaves out fields that the form does not have.";
    SubmitsForAnybody = b"41", "Submits in the name of an account that has no member.";
    ReportsOnePerson = b"42", "Reports the first person without a member.";
    ResendsOnDoubt = b"43", "Sends a form again when no answer comes.";
    DoubtsWithoutConnection = b"44", "Calls the outcome unknown when nothing was sent.";
    DropsTheCode = b"45", "Tells of a refusal without the provider's code.";
    FetchesEveryTime = b"46", "Fetches a token for every call.";
    NeverRenews = b"47", "Does not renew a token that is refused.";
    RenewsForEver = b"48", "Renews a token as long as it is refused.";
    NeverBlocks = b"49", "Tries a wrong credential in every call.";
    FetchesTheFirstState = b"50", "Tells of every form that it is pending.";
    InventsApprovals = b"51", "Tells of a form that does not exist.";
    FindsSomething = b"52", "Finds the newest form, whatever its key.";
    ListsNothing = b"53", "Gives an empty page, and no cursor.";
    FailsEveryCheck = b"54", "Finds a fault where there is none.";
    TrustsTheCache = b"55", "Tests a connection with the cached token.";
    LogsTheSecret = b"56", "Writes the callback secret into its log.";
    NoDigest = b"57", "Gives a fingerprint that is no digest.";
    CountsCalls = b"58", "Keeps a counter in the token cache.";
    AsksTheMachine = b"59", "Answers by how much memory it gets.";
}
