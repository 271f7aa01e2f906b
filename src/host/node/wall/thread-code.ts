/**
 * The machine code of the signal handler that makes a system call in the thread it interrupts.
 *
 * The code lies at the start of a mapping, its data `DATA_OFFSET` bytes after it (so that on pages of
 * up to 64 KiB one can be executable and the other writable), and finds the data relative to itself.
 *
 *     data + 0    u32   how many results were written, counted atomically
 *     data + 8    u64   the call's number
 *     data + 16   u64   its six arguments
 *     data + 64   RESULTS_MAX times: u64 thread id, i64 result; the id is written last
 *
 * It touches no memory but these and its own stack, calls nothing, and leaves errno alone.
 */
import type { Architecture } from "./syscalls.ts";

export const DATA_OFFSET = 0x10000;
export const DATA_SIZE_bytes = 0x10000;
export const RESULTS_OFFSET = 64;
export const RESULT_SIZE_bytes = 16;
export const RESULTS_MAX = 4000;

export interface ThreadCode {
	readonly bytes: Uint8Array;
	/** Where a signal's handler returns to, or undefined where the kernel brings its own. */
	readonly restorerOffset: number | undefined;
}

/** The code for a processor; laid out as above. */
export function threadCode(architecture: Architecture): ThreadCode {
	return architecture === "x64"
		? { bytes: Buffer.from(X64.join(""), "hex"), restorerOffset: X64_RESTORER_OFFSET }
		: { bytes: Buffer.from(ARM64.join(""), "hex"), restorerOffset: undefined };
}

const X64_RESTORER_OFFSET = 0x5a;
/** Bytes in their order. DATA_OFFSET, RESULTS_OFFSET, RESULT_SIZE_bytes and RESULTS_MAX are part of it. */
const X64 = [
	"f30f1efa", //          00  endbr64
	"b8ba000000", //        04  mov eax, 186          ; gettid
	"0f05", //              09  syscall
	"50", //                0b  push rax
	"488d0dedff0000", //    0c  lea rcx, [rip + 0xffed]  ; data
	"488b4108", //          13  mov rax, [rcx + 8]
	"488b7910", //          17  mov rdi, [rcx + 16]
	"488b7118", //          1b  mov rsi, [rcx + 24]
	"488b5120", //          1f  mov rdx, [rcx + 32]
	"4c8b5128", //          23  mov r10, [rcx + 40]
	"4c8b4130", //          27  mov r8, [rcx + 48]
	"4c8b4938", //          2b  mov r9, [rcx + 56]
	"0f05", //              2f  syscall               ; loses rcx and r11
	"5f", //                31  pop rdi               ; the thread id
	"488d0dc7ff0000", //    32  lea rcx, [rip + 0xffc7]  ; data
	"ba01000000", //        39  mov edx, 1
	"f00fc111", //          3e  lock xadd [rcx], edx
	"81faa00f0000", //      42  cmp edx, 4000         ; RESULTS_MAX
	"730f", //              48  jae done
	"c1e204", //            4a  shl edx, 4            ; RESULT_SIZE_bytes
	"488d4c1140", //        4d  lea rcx, [rcx + rdx + 64]  ; RESULTS_OFFSET
	"48894108", //          52  mov [rcx + 8], rax
	"488939", //            56  mov [rcx], rdi
	"c3", //                59  done: ret
	"b80f000000", //        5a  mov eax, 15           ; rt_sigreturn
	"0f05", //              5f  syscall
];

/** Little-endian words in their order. */
const ARM64 = [
	"481680d2", //  00  mov x8, #178             ; gettid
	"010000d4", //  04  svc #0
	"e70300aa", //  08  mov x7, x0               ; the thread id; svc changes x0 alone
	"a6ff0710", //  0c  adr x6, #0xfff4          ; data
	"c80440f9", //  10  ldr x8, [x6, #8]
	"c00441a9", //  14  ldp x0, x1, [x6, #16]
	"c20c42a9", //  18  ldp x2, x3, [x6, #32]
	"c41443a9", //  1c  ldp x4, x5, [x6, #48]
	"010000d4", //  20  svc #0
	"c17c5f88", //  24  next: ldxr w1, [x6]
	"22040011", //  28  add w2, w1, #1
	"c27c0388", //  2c  stxr w3, w2, [x6]
	"a3ffff35", //  30  cbnz w3, next
	"3f803e71", //  34  cmp w1, #4000            ; RESULTS_MAX
	"a2000054", //  38  b.hs done
	"c610018b", //  3c  add x6, x6, x1, lsl #4   ; RESULT_SIZE_bytes
	"c02400f9", //  40  str x0, [x6, #72]
	"c6000191", //  44  add x6, x6, #64          ; RESULTS_OFFSET
	"c7fc9fc8", //  48  stlr x7, [x6]
	"c0035fd6", //  4c  done: ret
];
