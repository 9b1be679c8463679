//! A disk that fails when a test says so.
//!
//! SQLite reads and writes through a table of C functions, its VFS. The one here stands in front of the system's own, and is
//! the default of this process: what is tested opens its file as always. Each folder has its own faults, so that tests do
//! not meet each other's.
#![allow(unsafe_code, reason = "SQLite takes a file system as C functions and in no other way")]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, LazyLock, Mutex, Once, PoisonError};

use libsqlite3_sys as ffi;

/// What SQLite does to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Open,
    Read,
    Write,
    Truncate,
    Sync,
    /// Gets memory that processes share: the `-shm` file grows.
    Share,
}

/// Every kind, and the code with which it fails.
pub(crate) const KINDS: [(Kind, c_int); 6] = [
    (Kind::Open, ffi::SQLITE_CANTOPEN),
    (Kind::Read, ffi::SQLITE_IOERR_READ),
    (Kind::Write, ffi::SQLITE_FULL),
    (Kind::Truncate, ffi::SQLITE_IOERR_TRUNCATE),
    (Kind::Sync, ffi::SQLITE_IOERR_FSYNC),
    (Kind::Share, ffi::SQLITE_IOERR_SHMSIZE),
];

/// What goes wrong in one folder.
#[derive(Default)]
pub(crate) struct Disk(Mutex<State>);

#[derive(Default)]
struct State {
    plan: Option<Plan>,
    seen: usize,
    failed: usize,
}

#[derive(Clone, Copy)]
struct Plan {
    kind: Kind,
    nth: usize,
    lasts: bool,
    code: c_int,
}

impl Disk {
    /// The faults of a folder, which has none to begin with.
    pub(crate) fn of(folder: &Path) -> Arc<Self> {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(register);
        let disk = Arc::new(Self::default());
        lock(&DISKS).insert(folder.to_owned(), disk.clone());
        disk
    }

    /// From here on the nth of this kind fails, counted from 0; with `lasts` all after it as well.
    pub(crate) fn fail(&self, kind: Kind, nth: usize, lasts: bool, code: c_int) {
        *lock(&self.0) = State { plan: Some(Plan { kind, nth, lasts, code }), seen: 0, failed: 0 };
    }

    /// Nothing fails any more. How much has.
    pub(crate) fn heal(&self) -> usize {
        std::mem::take(&mut *lock(&self.0)).failed
    }

    /// The code to fail with.
    fn meets(&self, kind: Kind) -> Option<c_int> {
        let mut state = lock(&self.0);
        let plan = state.plan.filter(|plan| plan.kind == kind)?;
        let number = state.seen;
        state.seen += 1;
        let fails = number == plan.nth || (plan.lasts && number > plan.nth);
        state.failed += usize::from(fails);
        fails.then_some(plan.code)
    }
}

static DISKS: LazyLock<Mutex<HashMap<PathBuf, Arc<Disk>>>> = LazyLock::new(Mutex::default);

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The disk that a file is on; `None` outside of every test's folder.
fn disk_of(file: &CStr) -> Option<Arc<Disk>> {
    let folder = Path::new(file.to_str().ok()?).parent()?;
    lock(&DISKS).get(folder).cloned()
}

/// A VFS: SQLite's table, copied from the system's, with another `xOpen`.
#[repr(C)]
struct FailingVfs {
    base: ffi::sqlite3_vfs,
    system: *mut ffi::sqlite3_vfs,
}

/// An open file, in memory that SQLite allocates. The system's own follows it.
#[repr(C)]
struct FailingFile {
    base: ffi::sqlite3_file,
    /// From `Arc::into_raw`, or null.
    disk: *const Disk,
}

fn register() {
    // SAFETY: SQLite's default VFS lives as long as the process and is not null on a system with files. Ours is a copy of
    // it in memory that is never freed, which SQLite demands of a registered VFS. The copied functions use their first
    // argument for `pAppData` and `mxPathname` alone, and both are copied.
    let registered = unsafe {
        let system = ffi::sqlite3_vfs_find(ptr::null());
        let mut base = *system;
        base.szOsFile += c_int::try_from(size_of::<FailingFile>()).unwrap();
        base.zName = c"failing-disk".as_ptr();
        base.pNext = ptr::null_mut();
        base.xOpen = Some(open);
        let failing = Box::leak(Box::new(FailingVfs { base, system }));
        ffi::sqlite3_vfs_register(&mut failing.base, 1)
    };
    assert_eq!(registered, ffi::SQLITE_OK);
}

/// The system's file behind ours.
///
/// # Safety
/// `file` is one that SQLite has allocated with our `szOsFile`.
unsafe fn system_file(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: `szOsFile` has room for both, one behind the other, and the size of ours is a multiple of its alignment,
    // that of a pointer, which is what the system's needs.
    unsafe { file.cast::<FailingFile>().add(1).cast() }
}

/// The code with which this step of `file` fails.
///
/// # Safety
/// `file` was opened by [`open`].
unsafe fn fault(file: *mut ffi::sqlite3_file, kind: Kind) -> Option<c_int> {
    // SAFETY: `open` has written the disk, and `close` frees it last of all.
    let disk = unsafe { (*file.cast::<FailingFile>()).disk.as_ref() };
    disk.and_then(|disk| disk.meets(kind))
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite calls this with the VFS that `register` has made, with a file of `szOsFile` bytes, and with a name
    // that is null or a text which outlives the file. SQLite closes a file only when its methods are not null.
    unsafe {
        let own = file.cast::<FailingFile>();
        (*own).base.pMethods = ptr::null();
        (*own).disk = ptr::null();
        let disk = if name.is_null() { None } else { disk_of(CStr::from_ptr(name)) };
        if let Some(code) = disk.as_ref().and_then(|disk| disk.meets(Kind::Open)) {
            return code;
        }
        let system = (*vfs.cast::<FailingVfs>()).system;
        let behind = system_file(file);
        let code = (*system).xOpen.unwrap()(system, name, behind, flags, out_flags);
        if code == ffi::SQLITE_OK {
            (*own).disk = disk.map_or(ptr::null(), Arc::into_raw);
            (*own).base.pMethods = &raw const METHODS.0;
        }
        code
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the file is open, and SQLite does not use it after this call. The disk came from `Arc::into_raw`.
    unsafe {
        let behind = system_file(file);
        let code = (*(*behind).pMethods).xClose.unwrap()(behind);
        let disk = (*file.cast::<FailingFile>()).disk;
        if !disk.is_null() {
            drop(Arc::from_raw(disk));
        }
        code
    }
}

/// A function that asks the disk first, if there is a kind, and then the system's.
macro_rules! pass_on {
    ($($name:ident $method:ident($($argument:ident: $type:ty),*) $(fails as $kind:ident)?;)*) => {
        $(unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file, $($argument: $type),*) -> c_int {
            // SAFETY: the file is open. Its arguments are SQLite's own, given on to the function that they are for.
            unsafe {
                $(if let Some(code) = fault(file, Kind::$kind) {
                    return code;
                })?
                let behind = system_file(file);
                (*(*behind).pMethods).$method.unwrap()(behind, $($argument),*)
            }
        })*
    };
}

pass_on! {
    read xRead(to: *mut c_void, bytes: c_int, from: i64) fails as Read;
    truncate xTruncate(bytes: i64) fails as Truncate;
    sync xSync(flags: c_int) fails as Sync;
    file_size xFileSize(bytes: *mut i64);
    lock_file xLock(level: c_int);
    unlock_file xUnlock(level: c_int);
    check_reserved_lock xCheckReservedLock(is_locked: *mut c_int);
    file_control xFileControl(operation: c_int, argument: *mut c_void);
    sector_size xSectorSize();
    device_characteristics xDeviceCharacteristics();
    shm_map xShmMap(page: c_int, bytes: c_int, extend: c_int, to: *mut *mut c_void) fails as Share;
    shm_lock xShmLock(offset: c_int, count: c_int, flags: c_int);
    shm_unmap xShmUnmap(delete: c_int);
    fetch xFetch(from: i64, bytes: c_int, to: *mut *mut c_void);
    unfetch xUnfetch(from: i64, page: *mut c_void);
}

/// A write that fails has written its first half, as a full disk does.
unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    bytes: c_int,
    to: i64,
) -> c_int {
    // SAFETY: as in `pass_on`; half of the bytes are some of them.
    unsafe {
        let fault = fault(file, Kind::Write);
        let behind = system_file(file);
        let bytes = if fault.is_some() { bytes / 2 } else { bytes };
        let code = (*(*behind).pMethods).xWrite.unwrap()(behind, from, bytes, to);
        fault.unwrap_or(code)
    }
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as in `pass_on`.
    unsafe {
        let behind = system_file(file);
        (*(*behind).pMethods).xShmBarrier.unwrap()(behind);
    }
}

/// The functions of every file.
struct Methods(ffi::sqlite3_io_methods);

// SAFETY: a table of functions that is never written.
unsafe impl Sync for Methods {}

static METHODS: Methods = Methods(ffi::sqlite3_io_methods {
    iVersion: 3,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock_file),
    xUnlock: Some(unlock_file),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: Some(fetch),
    xUnfetch: Some(unfetch),
});
