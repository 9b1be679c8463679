//! Linear memory whose last content outlives its instance, for a test that looks into it.
#![expect(unsafe_code, reason = "wasmtime asks the host that brings memory to promise that it is sound")]

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;
use std::sync::{Arc, Mutex};

use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

/// The most that one instance may have.
const CAPACITY: usize = 32 << 20;

/// Makes memories and keeps a copy of each one's last content.
#[derive(Clone, Debug, Default)]
pub struct KeptMemory(Arc<Mutex<Vec<Vec<u8>>>>);

impl KeptMemory {
    /// The last content of every memory that is gone, oldest first.
    #[must_use]
    pub fn contents(&self) -> Vec<Vec<u8>> {
        self.0.lock().unwrap().clone()
    }
}

// SAFETY: each memory is a zeroed allocation of its own, page-aligned, of `CAPACITY` bytes. It is never moved, never
// smaller than the size it states, and freed when wasmtime drops it. There is no guard: a runtime that uses it has
// `memory_guard_size(0)`, so compiled code checks every bound itself, and a demand for a guard is refused.
unsafe impl MemoryCreator for KeptMemory {
    fn new_memory(
        &self,
        _: MemoryType,
        minimum: usize,
        _: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        if guard != 0 || minimum > CAPACITY || reserved.is_some_and(|reserved| reserved > CAPACITY) {
            return Err(format!("cannot give {minimum} of {reserved:?} bytes with a guard of {guard}"));
        }
        // SAFETY: the layout's size is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(LAYOUT) }).ok_or("out of memory")?;
        Ok(Box::new(Memory { start, size: minimum, kept: self.clone() }))
    }
}

/// `CAPACITY` bytes in whole pages.
const LAYOUT: Layout = Layout::new::<[Page; CAPACITY / 4_096]>();

#[repr(align(4096))]
struct Page(#[expect(dead_code, reason = "for its size")] [u8; 4_096]);

struct Memory {
    start: NonNull<u8>,
    size: usize,
    kept: KeptMemory,
}

// SAFETY: the allocation belongs to this value alone, and only wasmtime's store, which is one thread at a time,
// reads or writes it.
unsafe impl Send for Memory {}
// SAFETY: as above; `&Memory` gives nothing but the address.
unsafe impl Sync for Memory {}

// SAFETY: `byte_size` never passes `CAPACITY`, all of which is allocated and zeroed, and the address never changes.
unsafe impl LinearMemory for Memory {
    fn byte_size(&self) -> usize {
        self.size
    }

    fn byte_capacity(&self) -> usize {
        CAPACITY
    }

    fn grow_to(&mut self, size: usize) -> wasmtime::Result<()> {
        if size > CAPACITY {
            return Err(wasmtime::Error::msg("larger than the capacity"));
        }
        self.size = size;
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: `size` bytes from `start` are allocated and were zeroed; the instance is gone, so nobody writes.
        let content = unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.size) };
        self.kept.0.lock().unwrap().push(content.to_vec());
        // SAFETY: allocated with this layout, and freed here alone.
        unsafe { dealloc(self.start.as_ptr(), LAYOUT) };
    }
}
