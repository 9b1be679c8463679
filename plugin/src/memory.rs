//! The engine's memory: what an instance starts with, then more.
//!
//! The standard library's allocator takes every byte with `memory.grow`, and each growth is a system call in the host that
//! makes its threads queue. An ordinary call fits into the 768 KiB of `--initial-memory`.
#![expect(
    unsafe_code,
    reason = "the linker's symbol, the promise of `Memory` and the one thread that `Heap::new` asks for"
)]

use core::arch::wasm32;
use core::cell::Cell;
use core::ptr;

use wecom_heap::{ALIGNMENT, Heap, Memory};

const PAGE: usize = 65_536;

unsafe extern "C" {
    /// Where the linker's data ends.
    static __heap_base: u8;
}

/// Hands out what lies between the end of the data and the end of memory, then grows.
struct Pages {
    begun: Cell<bool>,
}

// SAFETY: each byte is given once: first the rest of the initial memory, behind all data, then pages that `memory.grow` has
// just added. Memory never shrinks.
unsafe impl Memory for Pages {
    fn fresh(&self, bytes: usize) -> Option<(*mut u8, usize)> {
        if !self.begun.replace(true) {
            let base = (&raw const __heap_base).addr().next_multiple_of(ALIGNMENT);
            let left = wasm32::memory_size(0).saturating_mul(PAGE).saturating_sub(base);
            if left >= bytes {
                return Some((memory_at(base), left));
            }
        }
        let pages = bytes.div_ceil(PAGE);
        match wasm32::memory_grow(0, pages) {
            usize::MAX => None,
            before => Some((memory_at(before * PAGE), pages * PAGE)),
        }
    }
}

/// The linear memory at an address. It is real, and no object of Rust's made it: its provenance is the host's, which
/// no pointer here has. So it counts as exposed, as memory from outside the program does.
fn memory_at(address: usize) -> *mut u8 {
    ptr::with_exposed_provenance_mut(address)
}

// SAFETY: wasm32-unknown-unknown has one thread.
#[global_allocator]
static HEAP: Heap<Pages> = unsafe { Heap::new(Pages { begun: Cell::new(false) }) };
