//! The values that a function's calls, branches and blocks carry.
//!
//! A call of two bytes can hand over a thousand values and give back a thousand, and so can a branch. The compiler makes
//! variables of all of them, so bytes and locals alone do not say what a function comes to.

use wasmparser::{BlockType, Catch, CompositeInnerType, FunctionBody, Operator, SubType};

use super::{Refusal, bytes};

/// How many values a function takes and gives; 0 for a type that is no function's.
#[derive(Clone, Copy, Default)]
pub(super) struct Arity {
    pub(super) parameters: u64,
    results: u64,
}

impl Arity {
    pub(super) fn of(ty: &SubType) -> Self {
        match &ty.composite_type.inner {
            CompositeInnerType::Func(function) => {
                Self { parameters: bytes(function.params().len()), results: bytes(function.results().len()) }
            }
            CompositeInnerType::Array(_) | CompositeInnerType::Struct(_) | CompositeInnerType::Cont(_) => {
                Self::default()
            }
        }
    }

    const fn both(self) -> u64 {
        self.parameters.saturating_add(self.results)
    }
}

/// What the functions of a module are.
#[derive(Default)]
pub(super) struct Signatures {
    types: Vec<Arity>,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
}

impl Signatures {
    pub(super) fn add_type(&mut self, ty: &SubType) {
        self.types.push(Arity::of(ty));
    }

    pub(super) fn add_function(&mut self, ty: u32) {
        self.functions.push(ty);
    }

    pub(super) fn functions(&self) -> usize {
        self.functions.len()
    }

    /// Of a function by its number. What there is not counts nothing: wasmtime refuses it.
    pub(super) fn of(&self, function: usize) -> Arity {
        self.functions.get(function).map(|ty| self.of_type(*ty)).unwrap_or_default()
    }

    fn of_type(&self, ty: u32) -> Arity {
        at(&self.types, ty).copied().unwrap_or_default()
    }

    fn of_callee(&self, function: u32) -> u64 {
        usize::try_from(function).map(|function| self.of(function).both()).unwrap_or_default()
    }

    fn of_block(&self, ty: BlockType) -> Arity {
        match ty {
            BlockType::Empty => Arity::default(),
            BlockType::Type(_) => Arity { parameters: 0, results: 1 },
            BlockType::FuncType(ty) => self.of_type(ty),
        }
    }
}

/// The values that one function's operators carry: of each call, of each block, and of each place that a branch leads
/// to. Each operator is read once.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other operators carry a few values, as many as their bytes"
)]
pub(super) fn carried(
    body: &FunctionBody<'_>,
    function: Arity,
    signatures: &Signatures,
) -> Result<u64, Refusal> {
    let mut sum = 0_u64;
    // What a branch to each open block carries, the function itself being the first.
    let mut labels = vec![function.results];
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let carries = match operators.read()? {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                signatures.of_callee(function_index)
            }
            Operator::CallIndirect { type_index, .. }
            | Operator::ReturnCallIndirect { type_index, .. }
            | Operator::CallRef { type_index }
            | Operator::ReturnCallRef { type_index } => signatures.of_type(type_index).both(),
            Operator::Block { blockty } | Operator::If { blockty } => {
                let arity = signatures.of_block(blockty);
                labels.push(arity.results);
                arity.both()
            }
            Operator::Loop { blockty } => {
                let arity = signatures.of_block(blockty);
                labels.push(arity.parameters);
                arity.both()
            }
            Operator::TryTable { try_table } => {
                let label = |catch: &Catch| match catch {
                    Catch::One { label, .. }
                    | Catch::OneRef { label, .. }
                    | Catch::All { label }
                    | Catch::AllRef { label } => behind(&labels, *label),
                };
                let caught = try_table.catches.iter().map(label).fold(0, u64::saturating_add);
                let arity = signatures.of_block(try_table.ty);
                labels.push(arity.results);
                arity.both().saturating_add(caught)
            }
            Operator::End => {
                labels.pop();
                0
            }
            Operator::Br { relative_depth }
            | Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. } => behind(&labels, relative_depth),
            Operator::BrTable { targets } => {
                let mut all = behind(&labels, targets.default());
                for target in targets.targets() {
                    all = all.saturating_add(behind(&labels, target?));
                }
                all
            }
            Operator::Return => function.results,
            _ => 0,
        };
        sum = sum.saturating_add(carries);
    }
    Ok(sum)
}

/// What a branch to the block so many blocks outside carries.
fn behind(labels: &[u64], depth: u32) -> u64 {
    let place = usize::try_from(depth).ok().and_then(|depth| labels.len().checked_sub(depth)?.checked_sub(1));
    place.and_then(|place| labels.get(place)).copied().unwrap_or_default()
}

fn at<T>(items: &[T], index: u32) -> Option<&T> {
    usize::try_from(index).ok().and_then(|index| items.get(index))
}
