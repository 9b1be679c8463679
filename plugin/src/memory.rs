//! An allocator that begins inside the memory an instance starts with.
//!
//! The standard library's takes every byte with `memory.grow`, and each growth is a system call in the host that
//! makes its threads queue. An ordinary call fits into the 2 MiB of `--initial-memory`.

use core::arch::wasm32;
use core::cell::UnsafeCell;
use core::ptr;
use std::alloc::{GlobalAlloc, Layout};

use dlmalloc::{Allocator, Dlmalloc};

const PAGE: usize = 65_536;

unsafe extern "C" {
    /// Where the linker's data ends.
    static __heap_base: u8;
}

/// Hands out what lies between the end of the data and the end of memory, then grows.
struct Pages {
    begun: UnsafeCell<bool>,
}

// SAFETY: `alloc` gives each byte away once: first the rest of the initial memory, then pages that `memory.grow` has
// just added. Nothing is ever given back, so the other functions refuse. `pagesize` is wasm's.
unsafe impl Allocator for Pages {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        // SAFETY: wasm32-unknown-unknown has one thread, and dlmalloc does not re-enter its allocator.
        let begun = unsafe { &mut *self.begun.get() };
        if !*begun {
            *begun = true;
            let base = (&raw const __heap_base).addr().next_multiple_of(16);
            let end = wasm32::memory_size(0).saturating_mul(PAGE);
            if end > base && end - base >= size {
                return (memory_at(base), end - base, 0);
            }
        }
        let pages = size.div_ceil(PAGE);
        match wasm32::memory_grow(0, pages) {
            usize::MAX => (ptr::null_mut(), 0, 0),
            before => (memory_at(before * PAGE), pages * PAGE, 0),
        }
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE
    }
}

/// The linear memory at an address. It is real, and no object of Rust's made it: its provenance is the host's, which
/// no pointer here has. So it counts as exposed, as memory from outside the program does.
fn memory_at(address: usize) -> *mut u8 {
    ptr::with_exposed_provenance_mut(address)
}

/// The engine's allocator.
struct Heap(UnsafeCell<Dlmalloc<Pages>>);

// SAFETY: wasm32-unknown-unknown has one thread.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap =
    Heap(UnsafeCell::new(Dlmalloc::new_with_allocator(Pages { begun: UnsafeCell::new(false) })));

impl Heap {
    /// The one reference to the allocator.
    ///
    /// # Safety
    /// No other reference that this gave is alive: one call of dlmalloc at a time, and none from inside another.
    #[expect(clippy::mut_from_ref, reason = "the caller promises that this reference is the only one")]
    unsafe fn inner(&self) -> &mut Dlmalloc<Pages> {
        // SAFETY: the caller promises that this reference is the only one.
        unsafe { &mut *self.0.get() }
    }
}

// Each `Vec`, `String` and drop calls these. Inlined there they are 5 KB of the component, and no faster.
//
// SAFETY: dlmalloc keeps the contract of `GlobalAlloc`; sizes and alignments are passed on unchanged.
unsafe impl GlobalAlloc for Heap {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are dlmalloc's. There is one thread, and dlmalloc calls nothing but `Pages`, so
        // the reference is the only one.
        unsafe { self.inner().malloc(layout.size(), layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.inner().calloc(layout.size(), layout.align()) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { self.inner().free(block, layout.size(), layout.align()) }
    }

    #[inline(never)]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        unsafe { self.inner().realloc(block, layout.size(), layout.align(), size) }
    }
}
