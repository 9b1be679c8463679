use std::alloc::System;
use std::cell::Cell;
use std::mem;

use proptest::prelude::*;

use super::*;

mod drawn;

/// The system's memory, up to a limit.
struct Limited {
    left: Cell<usize>,
    given: Cell<Vec<(*mut u8, Layout)>>,
}

impl Limited {
    fn new(bytes: usize) -> Self {
        Self { left: Cell::new(bytes), given: Cell::default() }
    }
}

// SAFETY: it is the system's, kept until the end.
unsafe impl Memory for Limited {
    fn fresh(&self, bytes: usize) -> Option<(*mut u8, usize)> {
        let size = bytes.max(4_096);
        self.left.set(self.left.get().checked_sub(size)?);
        let layout = Layout::from_size_align(size, ALIGNMENT).ok()?;
        // SAFETY: the size is not 0.
        let start = unsafe { System.alloc(layout) };
        if start.is_null() {
            return None;
        }
        let mut given = self.given.take();
        given.push((start, layout));
        self.given.set(given);
        Some((start, size))
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        for (start, layout) in self.given.take() {
            // SAFETY: that is how it was allocated.
            unsafe { System.dealloc(start, layout) };
        }
    }
}

fn heap(bytes: usize) -> Heap<Limited> {
    // SAFETY: each test has its own, in its thread.
    unsafe { Heap::new(Limited::new(bytes)) }
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 1).unwrap()
}

/// A block somebody holds, full of a byte of its own.
struct Held {
    start: *mut u8,
    size: usize,
    mark: u8,
}

impl Held {
    fn fill(self) -> Self {
        // SAFETY: the block has `size` bytes.
        unsafe { self.start.write_bytes(self.mark, self.size) };
        self
    }

    fn is_whole(&self, of: usize) -> bool {
        // SAFETY: the block has `size` bytes, all of them written, and `of` is no more.
        unsafe { std::slice::from_raw_parts(self.start, of) }.iter().all(|byte| *byte == self.mark)
    }
}

#[derive(Clone, Debug)]
enum Act {
    Take(usize),
    Resize(usize, usize),
    Give(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let size = prop_oneof![4 => 1_usize..100, 2 => 1_usize..1_500, 1 => 1_usize..10_000];
    let act = prop_oneof![
        3 => size.clone().prop_map(Act::Take),
        2 => (any::<usize>(), size).prop_map(|(which, size)| Act::Resize(which, size)),
        2 => any::<usize>().prop_map(Act::Give),
    ];
    prop::collection::vec(act, 1..200)
}

proptest! {
    #![proptest_config(drawn::cases(256))]

    #[test]
    fn a_block_keeps_what_is_written_into_it_whatever_happens_to_others(acts in acts()) {
        let heap = heap(1 << 30);
        let mut held: Vec<Held> = Vec::new();
        for (mark, act) in (0_u8..=255).cycle().zip(acts) {
            match act {
                Act::Take(size) => {
                    // SAFETY: the size is not 0.
                    let start = unsafe { heap.alloc(layout(size)) };
                    prop_assert_eq!(start.addr() % ALIGNMENT, 0);
                    prop_assert!(!start.is_null());
                    held.push(Held { start, size, mark }.fill());
                }
                Act::Resize(which, size) if !held.is_empty() => {
                    let at = which % held.len();
                    let old = &held[at];
                    // SAFETY: the block is held, with this layout; the size is not 0.
                    let start = unsafe { heap.realloc(old.start, layout(old.size), size) };
                    let moved = Held { start, size, mark: old.mark };
                    prop_assert!(moved.is_whole(old.size.min(size)));
                    held[at] = Held { mark, ..moved }.fill();
                }
                Act::Give(which) if !held.is_empty() => {
                    let block = held.swap_remove(which % held.len());
                    prop_assert!(block.is_whole(block.size));
                    // SAFETY: the block was held, with this layout.
                    unsafe { heap.dealloc(block.start, layout(block.size)) };
                }
                Act::Resize(..) | Act::Give(_) => {}
            }
        }
        prop_assert!(held.iter().all(|block| block.is_whole(block.size)));
    }
}

#[test]
fn a_freed_block_is_the_next_of_its_class() {
    let heap = heap(4_096);
    // SAFETY: sizes are not 0, and what is freed was allocated so.
    unsafe {
        let first = heap.alloc(layout(20));
        heap.dealloc(first, layout(20));
        assert_ne!(heap.alloc(layout(16)), first);
        assert_eq!(heap.alloc(layout(32)), first);
    }
}

#[test]
fn a_long_block_does_not_take_the_place_of_what_is_left() {
    let heap = heap(1 << 20);
    // SAFETY: sizes are not 0.
    unsafe {
        let first = heap.alloc(layout(20));
        assert!(!heap.alloc(layout(5_000)).is_null());
        assert_eq!(heap.alloc(layout(20)).addr(), first.addr() + 32);
        // The second of these has no room there, and leaves more of the next memory than the first has left of that.
        assert!(!heap.alloc(layout(2_000)).is_null());
        let second = heap.alloc(layout(2_000));
        assert_eq!(heap.alloc(layout(20)).addr(), second.addr() + 2_048);
    }
}

#[test]
fn a_class_is_as_long_as_its_longest_and_the_classes_are_dense() {
    let mut last = 0;
    for size in 1..=(1 << 20) {
        let (class, block) = class(size).unwrap();
        assert!(block >= size && block % ALIGNMENT == 0);
        assert!(block < 2 * size || block == ALIGNMENT);
        assert!(class == last || class == last + 1, "{size}");
        last = class;
    }
    assert_eq!(class(1 << 30), Some((CLASSES - 1, 1 << 30)));
    assert_eq!(class((1 << 30) + 1), None);
}

#[test]
fn without_memory_there_is_no_block_and_the_old_one_stays() {
    let heap = heap(4_096);
    // SAFETY: sizes are not 0, and what is moved was allocated so.
    unsafe {
        let block = Held { start: heap.alloc(layout(4_000)), size: 4_000, mark: 7 }.fill();
        assert!(heap.alloc(layout(1)).is_null());
        assert!(heap.realloc(block.start, layout(4_000), 5_000).is_null());
        assert!(heap.alloc(layout(4_000)).is_null(), "the old block was freed");
        assert!(block.is_whole(4_000));
    }
}

#[test]
fn a_stricter_alignment_than_any_is_refused() {
    let heap = heap(4_096);
    // SAFETY: the size is not 0.
    assert!(unsafe { heap.alloc(Layout::from_size_align(1, 2 * ALIGNMENT).unwrap()) }.is_null());
    assert!(mem::align_of::<u128>() <= ALIGNMENT);
}
