//! The skeleton that the assembly tiles share; each instruction set fills in how a row is loaded, stepped and stored.
//!
//! Written as assembly because it then runs at full speed in a user's unoptimized build too, where intrinsics are
//! calls and accumulators live in memory.
//!
//! Registers: `rdi` the tile, `rax` the common offset into A, `rcx` the counter of k, `rdx` where B (or C, or the table
//! of rows) is read, `r15` the step of B, and the rows of A in the eight others.

/// The register that holds the start of a row.
macro_rules! row {
    (0) => {
        "rsi"
    };
    (1) => {
        "r8"
    };
    (2) => {
        "r9"
    };
    (3) => {
        "r10"
    };
    (4) => {
        "r11"
    };
    (5) => {
        "r12"
    };
    (6) => {
        "r13"
    };
    (7) => {
        "r14"
    };
}

/// Its lower half: writing it clears the upper one.
macro_rules! row32 {
    (0) => {
        "esi"
    };
    (1) => {
        "r8d"
    };
    (2) => {
        "r9d"
    };
    (3) => {
        "r10d"
    };
    (4) => {
        "r11d"
    };
    (5) => {
        "r12d"
    };
    (6) => {
        "r13d"
    };
    (7) => {
        "r14d"
    };
}

/// A kernel: `$m` is the instruction set's table of fragments, `$p` and `$s` the suffixes of its packed and scalar
/// instructions, `$columns` is `[(full vectors) last vector]`, `$cut` says how the last one is read and written.
macro_rules! tile_kernel {
    ($features:literal, $m:ident, $t:ty, $p:literal, $s:literal, $cut:tt, [$($r:tt)*], $columns:tt) => {{
        #[target_feature(enable = $features)]
        unsafe fn kernel(tile: &mut Tile<$t>) {
            // SAFETY: the tile's addresses are valid by the contract of `Kernel`; every register that is written is
            // named below, and the upper halves of the vector registers are left clear.
            unsafe {
                core::arch::asm!(
                    $m!(mask $cut),
                    "2:",
                    "mov rdx, qword ptr [rdi + {rows}]",
                    $(
                        concat!("mov ", row32!($r), ", dword ptr [rdx + 4*", $r, "]"),
                        concat!("add ", row!($r), ", qword ptr [rdi + {a}]"),
                    )*
                    "mov rcx, qword ptr [rdi + {start}]",
                    "cmp rcx, 1",
                    "je 3f",
                    "ja 4f",
                    $($m!(zero $r $columns),)*
                    "jmp 5f",
                    "3:",
                    "mov rdx, qword ptr [rdi + {bias}]",
                    $m!(load $p $cut 0 $columns),
                    $($m!(copy $r $columns),)*
                    "jmp 5f",
                    "4:",
                    "mov rdx, qword ptr [rdi + {c}]",
                    $(
                        $m!(load $p $cut $r $columns),
                        "add rdx, qword ptr [rdi + {c_step}]",
                    )*
                    "5:",
                    "xor eax, eax",
                    "mov rdx, qword ptr [rdi + {b}]",
                    "mov r15, qword ptr [rdi + {b_step}]",
                    "mov rcx, qword ptr [rdi + {blocks}]",
                    "mov qword ptr [rdi + {blocks_left}], rcx",
                    "6:",
                    "mov rcx, qword ptr [rdi + {segments}]",
                    "mov qword ptr [rdi + {segments_left}], rcx",
                    "7:",
                    "mov rcx, qword ptr [rdi + {run}]",
                    ".p2align 5",
                    "8:",
                    $m!(b $p $cut $columns),
                    $($m!(step $p $s $r $columns),)*
                    "add rdx, r15",
                    "add rax, qword ptr [rdi + {a_step}]",
                    "dec rcx",
                    "jnz 8b",
                    "add rax, qword ptr [rdi + {a_jump}]",
                    "add rdx, qword ptr [rdi + {b_jump}]",
                    "dec qword ptr [rdi + {segments_left}]",
                    "jnz 7b",
                    "add rax, qword ptr [rdi + {a_jump2}]",
                    "dec qword ptr [rdi + {blocks_left}]",
                    "jnz 6b",
                    "cmp qword ptr [rdi + {clamp}], 0",
                    "je 9f",
                    $m!(nought),
                    $($m!(clamp $p $r $columns),)*
                    "9:",
                    "mov rdx, qword ptr [rdi + {c}]",
                    $(
                        $m!(store $p $cut $r $columns),
                        "add rdx, qword ptr [rdi + {c_step}]",
                    )*
                    "mov qword ptr [rdi + {c}], rdx",
                    "mov rdx, qword ptr [rdi + {a_tile}]",
                    "add qword ptr [rdi + {a}], rdx",
                    "mov rdx, qword ptr [rdi + {rows_tile}]",
                    "add qword ptr [rdi + {rows}], rdx",
                    "dec qword ptr [rdi + {tiles}]",
                    "jnz 2b",
                    "vzeroupper",
                    inout("rdi") (&raw mut *tile) => _,
                    a = const core::mem::offset_of!(Tile<$t>, a),
                    rows = const core::mem::offset_of!(Tile<$t>, rows),
                    b = const core::mem::offset_of!(Tile<$t>, b),
                    c = const core::mem::offset_of!(Tile<$t>, c),
                    bias = const core::mem::offset_of!(Tile<$t>, bias),
                    start = const core::mem::offset_of!(Tile<$t>, start),
                    clamp = const core::mem::offset_of!(Tile<$t>, clamp),
                    mask = const $m!(mask_field $t),
                    a_step = const core::mem::offset_of!(Tile<$t>, a_step),
                    a_jump = const core::mem::offset_of!(Tile<$t>, a_jump),
                    a_jump2 = const core::mem::offset_of!(Tile<$t>, a_jump2),
                    run = const core::mem::offset_of!(Tile<$t>, run),
                    segments = const core::mem::offset_of!(Tile<$t>, segments),
                    blocks = const core::mem::offset_of!(Tile<$t>, blocks),
                    b_step = const core::mem::offset_of!(Tile<$t>, b_step),
                    b_jump = const core::mem::offset_of!(Tile<$t>, b_jump),
                    c_step = const core::mem::offset_of!(Tile<$t>, c_step),
                    a_tile = const core::mem::offset_of!(Tile<$t>, a_tile),
                    rows_tile = const core::mem::offset_of!(Tile<$t>, rows_tile),
                    tiles = const core::mem::offset_of!(Tile<$t>, tiles),
                    segments_left = const core::mem::offset_of!(Tile<$t>, segments_left),
                    blocks_left = const core::mem::offset_of!(Tile<$t>, blocks_left),
                    out("r12") _,
                    out("r13") _,
                    out("r14") _,
                    out("r15") _,
                    clobber_abi("sysv64"),
                    options(nostack),
                );
            }
        }
        kernel
    }};
}

pub(super) use {row, row32, tile_kernel};
