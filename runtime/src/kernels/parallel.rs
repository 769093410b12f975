//! A small pool of threads that the heavy operations share.
//!
//! An operation is cut into tasks by its sizes alone, never by the number of threads, and each task writes what is its
//! own: so the results are the same bits at any number of threads. Nothing is allocated for a call. A call from within
//! a task, or while another thread has the pool, runs its tasks one after the other.

use super::isa::{self, Isa};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The most threads that the pool takes.
const MAX_THREADS: usize = 256;
/// How often a thread looks for news before it sleeps: some 50 µs, the pause between two operations of a pass.
const PATIENCE: u32 = 1 << 11;

/// The number of threads wanted; 0 until somebody asks.
static THREADS: AtomicUsize = AtomicUsize::new(0);
static POOL: Pool = Pool {
    busy: AtomicBool::new(false),
    ticket: AtomicU64::new(IDLE),
    call: AtomicPtr::new(core::ptr::null_mut()),
    context: AtomicPtr::new(core::ptr::null_mut()),
    tasks: AtomicUsize::new(0),
    pending: AtomicUsize::new(0),
    sleepers: AtomicUsize::new(0),
    caller_sleeps: AtomicBool::new(false),
    spawned: AtomicUsize::new(0),
    lock: Mutex::new(()),
    work: Condvar::new(),
    done: Condvar::new(),
    panic: Mutex::new(None),
};

/// The lower half of a ticket in which no task is to be had.
const IDLE: u64 = u32::MAX as u64;

struct Pool {
    /// Whether a call has the pool.
    busy: AtomicBool,
    /// The number of the call (upper half) and of its next task (lower half). To take a task is to exchange the whole
    /// ticket, so a thread that wakes up late cannot take a task of a call that it does not know.
    ticket: AtomicU64,
    /// The running call's function and what it is called with.
    call: AtomicPtr<()>,
    context: AtomicPtr<()>,
    tasks: AtomicUsize,
    /// Tasks that have not ended.
    pending: AtomicUsize,
    /// Workers that sleep.
    sleepers: AtomicUsize,
    caller_sleeps: AtomicBool,
    /// Workers that have been made.
    spawned: AtomicUsize,
    lock: Mutex<()>,
    work: Condvar,
    done: Condvar,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

/// The number of threads that heavy operations run on: what [`set_threads`] said, or else the environment variable
/// `FORMWORK_NUM_THREADS`, or else what the machine offers.
pub fn threads() -> usize {
    match THREADS.load(Ordering::Relaxed) {
        0 => {
            let asked = std::env::var("FORMWORK_NUM_THREADS").ok().and_then(|n| n.trim().parse().ok());
            let threads = asked
                .filter(|&n: &usize| n > 0)
                .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
                .unwrap_or(1)
                .min(MAX_THREADS);
            // Somebody may have set it meanwhile.
            match THREADS.compare_exchange(0, threads, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => threads,
                Err(set) => set,
            }
        }
        n => n,
    }
}

/// Sets the number of threads that heavy operations run on, the calling one included; 0 is taken as 1. Results do not
/// depend on it.
///
/// ```
/// formwork::set_threads(1);
/// assert_eq!(formwork::threads(), 1);
/// ```
pub fn set_threads(n: usize) {
    THREADS.store(n.clamp(1, MAX_THREADS), Ordering::Relaxed);
}

/// Runs `f(0)`, …, `f(tasks - 1)`, each once, on several threads if `parallel`, and returns when all have ended.
///
/// # Panics
///
/// If a task does, with the first such panic, once all tasks have ended.
pub(crate) fn for_each<F: Fn(usize) + Sync>(tasks: usize, parallel: bool, f: &F) {
    run(tasks, parallel, call::<F>, (&raw const *f).cast());
}

/// What does not depend on the closure, once for all of them: every closure costs its user's build little.
fn run(tasks: usize, parallel: bool, call: Call, context: *const ()) {
    if tasks < 2
        || tasks >= IDLE as usize
        || !parallel
        || threads() < 2
        || POOL.busy.swap(true, Ordering::Acquire)
    {
        for task in 0..tasks {
            // SAFETY: `call` is for what `context` points to, which `for_each` borrows until this returns.
            unsafe { call(context, task) };
        }
        return;
    }
    match isa::forced() {
        None => POOL.run(tasks, threads() - 1, call, context),
        Some(isa) => {
            let held = Held { isa, call, context };
            POOL.run(tasks, threads() - 1, call_held, (&raw const held).cast());
        }
    }
    let panic = lock(&POOL.panic).take();
    POOL.busy.store(false, Ordering::Release);
    if let Some(panic) = panic {
        resume_unwind(panic);
    }
}

type Call = unsafe fn(*const (), usize);

/// A call whose thread is held to an instruction set, to which the others are held, too.
struct Held {
    isa: Isa,
    call: Call,
    context: *const (),
}

/// Calls as the `Held` says that `context` points to.
unsafe fn call_held(context: *const (), task: usize) {
    // SAFETY: `run` made the pointer from a `Held` that lives until all tasks have ended, as does what it calls with.
    unsafe {
        let held = &*context.cast::<Held>();
        isa::with_isa(held.isa, || (held.call)(held.context, task));
    }
}

/// Calls the closure that `context` points to.
unsafe fn call<F: Fn(usize)>(context: *const (), task: usize) {
    // SAFETY: `for_each` made the pointer from a reference to an `F` that lives until all tasks have ended.
    unsafe { (*context.cast::<F>())(task) };
}

/// A lock that survives a panic elsewhere: nothing is ever left half done under these.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    fn run(&'static self, tasks: usize, workers: usize, call: Call, context: *const ()) {
        self.spawn(workers);
        self.call.store(call as *mut (), Ordering::Relaxed);
        self.context.store(context.cast_mut(), Ordering::Relaxed);
        self.tasks.store(tasks, Ordering::Relaxed);
        self.pending.store(tasks, Ordering::Relaxed);
        let number = (self.ticket.load(Ordering::Relaxed) >> 32).wrapping_add(1) << 32;
        self.ticket.store(number, Ordering::SeqCst);
        if self.sleepers.load(Ordering::SeqCst) > 0 {
            drop(lock(&self.lock));
            self.work.notify_all();
        }
        self.take_tasks();
        // No more tasks are to be had; late workers see so too.
        self.ticket.store(number | IDLE, Ordering::SeqCst);
        for _ in 0..PATIENCE {
            if self.pending.load(Ordering::Acquire) == 0 {
                return;
            }
            core::hint::spin_loop();
        }
        let mut guard = lock(&self.lock);
        self.caller_sleeps.store(true, Ordering::SeqCst);
        while self.pending.load(Ordering::SeqCst) != 0 {
            guard = self.done.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        self.caller_sleeps.store(false, Ordering::SeqCst);
    }

    /// Makes workers up to `wanted`; if the machine gives no more, those that there are do the work.
    fn spawn(&'static self, wanted: usize) {
        for worker in self.spawned.load(Ordering::Relaxed)..wanted {
            let made = std::thread::Builder::new()
                .name(format!("formwork {}", worker + 1))
                .spawn(move || self.work(worker));
            if made.is_err() {
                return;
            }
            self.spawned.store(worker + 1, Ordering::Relaxed);
        }
    }

    /// Takes tasks of the running call until there are none.
    fn take_tasks(&self) {
        let mut ticket = self.ticket.load(Ordering::SeqCst);
        loop {
            let task = (ticket & IDLE) as usize;
            let tasks = self.tasks.load(Ordering::Relaxed);
            let (call, context) = (self.call.load(Ordering::Relaxed), self.context.load(Ordering::Relaxed));
            if task >= tasks || task == IDLE as usize {
                return;
            }
            match self.ticket.compare_exchange_weak(ticket, ticket + 1, Ordering::SeqCst, Ordering::SeqCst) {
                Ok(_) => {}
                Err(now) => {
                    ticket = now;
                    continue;
                }
            }
            // SAFETY: the ticket still had the call's number, and the call cannot end before this task has: so `call`
            // and `context` are that call's, a function of this type and its closure.
            let outcome = catch_unwind(AssertUnwindSafe(|| unsafe {
                let call = core::mem::transmute::<*mut (), Call>(call);
                call(context, task);
            }));
            if let Err(payload) = outcome {
                lock(&self.panic).get_or_insert(payload);
            }
            if self.pending.fetch_sub(1, Ordering::SeqCst) == 1 && self.caller_sleeps.load(Ordering::SeqCst) {
                drop(lock(&self.lock));
                self.done.notify_all();
            }
            ticket = self.ticket.load(Ordering::SeqCst);
        }
    }

    /// What a worker does all its life.
    fn work(&self, worker: usize) {
        loop {
            let seen = self.ticket.load(Ordering::SeqCst) >> 32;
            if worker + 1 < threads() {
                self.take_tasks();
                for _ in 0..PATIENCE {
                    if self.ticket.load(Ordering::Relaxed) >> 32 != seen {
                        break;
                    }
                    core::hint::spin_loop();
                }
            }
            let mut guard = lock(&self.lock);
            self.sleepers.fetch_add(1, Ordering::SeqCst);
            while self.ticket.load(Ordering::SeqCst) >> 32 == seen {
                guard = self.work.wait(guard).unwrap_or_else(PoisonError::into_inner);
            }
            self.sleepers.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// A place that tasks write to, each its own part.
pub(crate) struct Shared<T>(*mut T);

// SAFETY: a pointer to plain scalars; who dereferences it answers for the parts being apart.
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Shared<T> {}

impl<T> Shared<T> {
    /// The place of a slice.
    pub fn new(slice: &mut [T]) -> Self {
        Shared(slice.as_mut_ptr())
    }

    /// A place that is only read.
    pub fn of(start: *const T) -> Self {
        Shared(start.cast_mut())
    }

    /// Its first element.
    pub fn get(self) -> *mut T {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pool has one size for the whole process, so what changes it runs as one test.
    #[test]
    fn every_task_runs_once_whatever_the_threads() {
        for threads in [1, 2, 5, 2] {
            set_threads(threads);
            for tasks in [0, 1, 2, 3, 64, 1000] {
                let counts: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
                for round in 1..=20 {
                    for_each(tasks, true, &|task| {
                        counts[task].fetch_add(1, Ordering::Relaxed);
                    });
                    assert!(counts.iter().all(|c| c.load(Ordering::Relaxed) == round), "{threads} {tasks}");
                }
            }
            let inner = AtomicUsize::new(0);
            for_each(7, true, &|_| {
                for_each(5, true, &|_| {
                    inner.fetch_add(1, Ordering::Relaxed);
                });
            });
            assert_eq!(inner.into_inner(), 35);
            let caught = catch_unwind(|| {
                for_each(9, true, &|task| assert!(task != 4, "on purpose"));
            });
            assert!(caught.is_err());
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let sum = AtomicUsize::new(0);
                        for _ in 0..50 {
                            for_each(10, true, &|task| {
                                sum.fetch_add(task, Ordering::Relaxed);
                            });
                        }
                        assert_eq!(sum.into_inner(), 50 * 45);
                    });
                }
            });
        }
    }
}
