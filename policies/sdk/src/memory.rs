//! Memory inside the module: handed out upwards, given back when the instance is gone.
//!
//! An instance lives for one decision, so an allocator that never frees is right, and the fastest there is. What the
//! gateway pays for a fresh instance is the pages that it touched, and above all growing its memory (a system call):
//! so the first memory is a static that a decision does not outgrow.

#![expect(unsafe_code, reason = "an allocator is unsafe by nature; each line says why it is sound")]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::cell::{Cell, UnsafeCell};

const PAGE: usize = 65_536;
/// Enough for a decision on a few kilobytes of text; a batch or a large row grows the memory.
const FIRST: usize = 64 * 1024;
/// Growing costs the same for one page as for several.
const GROWTH_PAGES: usize = 8;

#[repr(align(16))]
struct First(UnsafeCell<[u8; FIRST]>);

// SAFETY: WebAssembly without the threads proposal has one thread, and the gateway switches that proposal off.
unsafe impl Sync for First {}

static FIRST_MEMORY: First = First(UnsafeCell::new([0; FIRST]));

struct Upwards {
    /// The next free address; 0 before the first allocation.
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: as above, there is one thread.
unsafe impl Sync for Upwards {}

#[global_allocator]
static ALLOCATOR: Upwards = Upwards { next: Cell::new(0), end: Cell::new(0) };

impl Upwards {
    /// Makes room, in new pages if need be, and hands it out.
    #[cold]
    fn refill(&self, layout: Layout) -> Option<usize> {
        if self.end.get() == 0 {
            let start = FIRST_MEMORY.0.get() as usize;
            self.next.set(start);
            self.end.set(start + FIRST);
            if let Some(taken) = self.take(layout) {
                return Some(taken);
            }
        }
        let wanted = layout.size().checked_add(layout.align())?;
        let pages = wanted.div_ceil(PAGE).max(GROWTH_PAGES);
        let top = memory_size(0) * PAGE;
        if memory_grow(0, pages) == usize::MAX {
            return None;
        }
        if self.end.get() != top {
            self.next.set(top);
        }
        self.end.set(top + pages * PAGE);
        self.take(layout)
    }

    /// Hands out the next free memory; nothing when there is not enough.
    #[inline]
    fn take(&self, layout: Layout) -> Option<usize> {
        // Alignments are powers of two. A division, which `next_multiple_of` makes, would be most of this function.
        let start = self.next.get().checked_add(layout.align() - 1)? & !(layout.align() - 1);
        let end = start.checked_add(layout.size())?;
        if end > self.end.get() {
            return None;
        }
        self.next.set(end);
        Some(start)
    }
}

// SAFETY: every address handed out lies in `FIRST_MEMORY` or in pages that this allocator grew, is aligned, and is not
// handed out again unless it was the last one and was given back.
unsafe impl GlobalAlloc for Upwards {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match self.take(layout).or_else(|| self.refill(layout)) {
            Some(start) => start as *mut u8,
            None => core::ptr::null_mut(),
        }
    }

    #[inline]
    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        if address as usize + layout.size() == self.next.get() {
            self.next.set(address as usize);
        }
    }

    #[inline]
    unsafe fn realloc(&self, address: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = address as usize;
        if start + layout.size() == self.next.get() && size <= self.end.get().saturating_sub(start) {
            self.next.set(start + size);
            return address;
        }
        if size <= layout.size() {
            return address;
        }
        // SAFETY: the caller promises that `size`, rounded up to the alignment, does not overflow.
        let layout_after = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        // SAFETY: the size is not zero, as the caller promises.
        let moved = unsafe { self.alloc(layout_after) };
        if !moved.is_null() {
            // SAFETY: both are as long as what is copied, and `alloc` never hands out what is still in use.
            unsafe { core::ptr::copy_nonoverlapping(address, moved, layout.size()) };
        }
        moved
    }
}
