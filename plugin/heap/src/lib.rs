//! An allocator for an instance that lives for one call.
//!
//! An instance allocates a few hundred short texts, is used once and thrown away with its memory. So blocks come in
//! classes of sizes, a freed one waits in its class's list, and nothing is ever merged or given back: both
//! directions take a few instructions. A general allocator spends a tenth of a callback on keeping memory tidy for a
//! tomorrow that does not come.
//!
//! What it costs is room: a block has 16 bytes at least and is up to twice as long as was asked for, what one class has
//! freed no other one gets, and when more memory is fetched, the shorter of the two rests is lost. The host's limit of
//! memory bounds that.
#![expect(unsafe_code, reason = "a global allocator hands out raw memory: `GlobalAlloc` is an unsafe trait")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::ptr;

/// Where blocks come from.
///
/// # Safety
/// What [`fresh`](Self::fresh) gives is valid for reads and writes as long as the heap lives, aligned to [`ALIGNMENT`], as
/// long as it says, no shorter than was asked for, and given once. `fresh` does not use the heap, and does not unwind.
pub unsafe trait Memory {
    /// At least `bytes` of memory, and how much it is. `None` when there is no more.
    fn fresh(&self, bytes: usize) -> Option<(*mut u8, usize)>;
}

/// What every block is aligned to. No type of the engine asks for more; a request that does gets null.
pub const ALIGNMENT: usize = 16;

/// Up to here, classes are [`ALIGNMENT`] apart.
const FINE: usize = 512;

/// Classes that are [`ALIGNMENT`] apart.
const FINE_CLASSES: usize = FINE / ALIGNMENT;

/// And one for each power of two beyond, up to 1 GiB. A longer block is refused: no host grants an engine that much.
const CLASSES: usize = FINE_CLASSES + 21;

/// The class of a size, and how long its blocks are. `None` for a size beyond all.
#[inline(always)]
const fn class(size: usize) -> Option<(usize, usize)> {
    if size <= FINE {
        let steps = size.saturating_sub(1) / ALIGNMENT;
        return Some((steps, (steps + 1) * ALIGNMENT));
    }
    let Some(block) = size.checked_next_power_of_two() else { return None };
    let doublings = (block / FINE).ilog2() as usize;
    if doublings <= CLASSES - FINE_CLASSES { Some((FINE_CLASSES + doublings - 1, block)) } else { None }
}

/// The allocator.
#[derive(Debug)]
pub struct Heap<M> {
    memory: M,
    state: UnsafeCell<State>,
}

#[derive(Debug)]
struct State {
    /// Of each class the block that was freed last. It begins with the address of the one before.
    freed: [*mut u8; CLASSES],
    /// Fresh memory.
    next: *mut u8,
    left: usize,
}

// SAFETY: whoever made it promised that one thread at a time uses it.
unsafe impl<M: Send> Sync for Heap<M> {}

impl<M> Heap<M> {
    /// A heap that has not asked for memory.
    ///
    /// # Safety
    /// One thread at a time uses it.
    #[must_use]
    pub const unsafe fn new(memory: M) -> Self {
        let state = State { freed: [ptr::null_mut(); CLASSES], next: ptr::null_mut(), left: 0 };
        Self { memory, state: UnsafeCell::new(state) }
    }
}

impl<M: Memory> Heap<M> {
    /// Cuts a block off fresh memory. Where there is not enough left, more is fetched, and the longer of the two rests is
    /// what the next block is cut off.
    fn cut(&self, state: &mut State, block: usize) -> *mut u8 {
        let (start, length, other) = if state.left < block {
            let Some((start, length)) = self.memory.fresh(block) else { return ptr::null_mut() };
            (start, length, state.left)
        } else {
            (state.next, state.left, 0)
        };
        let left = length - block;
        if left >= other {
            // SAFETY: the memory goes on for `length`, which is no shorter than the block.
            state.next = unsafe { start.add(block) };
            state.left = left;
        }
        start
    }
}

// SAFETY: a block is cut once from memory that nobody else has, and is in a list only while nobody has it. Its class, and
// with it its length, follows from the layout alone, which is the same when it is freed. One thread at a time calls;
// `realloc` holds no reference to the state while it calls the others, and `Memory::fresh` does not use the heap.
//
// Each `Vec`, `String` and drop calls these. Inlined there they would be kilobytes of the component.
unsafe impl<M: Memory> GlobalAlloc for Heap<M> {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some((class, block)) = class(layout.size()) else { return ptr::null_mut() };
        if layout.align() > ALIGNMENT {
            return ptr::null_mut();
        }
        // SAFETY: one thread at a time, and the reference ends with the call.
        let state = unsafe { &mut *self.state.get() };
        let Some(freed) = state.freed.get_mut(class) else { return ptr::null_mut() };
        let first = *freed;
        if first.is_null() {
            return self.cut(state, block);
        }
        // SAFETY: a freed block begins with the address of the one before, which `dealloc` wrote.
        *freed = unsafe { first.cast::<*mut u8>().read() };
        first
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let Some((class, _)) = class(layout.size()) else { return };
        // SAFETY: one thread at a time, and the reference ends with the call.
        let state = unsafe { &mut *self.state.get() };
        let Some(freed) = state.freed.get_mut(class) else { return };
        // SAFETY: the block is the caller's to give, aligned, and longer than an address.
        unsafe { block.cast::<*mut u8>().write(*freed) };
        *freed = block;
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if class(layout.size()) == class(size) {
            return block;
        }
        // SAFETY: the caller promises that `size` is not 0 and fits; the alignment is that of a layout.
        let longer = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: the new block is apart from the old one, and both hold at least as much as is copied.
        unsafe {
            let moved = self.alloc(longer);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

#[cfg(test)]
mod tests;
