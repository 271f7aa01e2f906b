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
	return architecture === "x64" ? x64Code() : arm64Code();
}

function x64Code(): ThreadCode {
	const code = [
		[0xf3, 0x0f, 0x1e, 0xfa], //                     endbr64
		[0xb8, 0xba, 0x00, 0x00, 0x00], //               mov eax, 186          ; gettid
		[0x0f, 0x05], //                                 syscall
		[0x50], //                                       push rax
		[0x48, 0x8d, 0x0d, "data"], //                   lea rcx, [rip + data]
		[0x48, 0x8b, 0x41, 0x08], //                     mov rax, [rcx + 8]
		[0x48, 0x8b, 0x79, 0x10], //                     mov rdi, [rcx + 16]
		[0x48, 0x8b, 0x71, 0x18], //                     mov rsi, [rcx + 24]
		[0x48, 0x8b, 0x51, 0x20], //                     mov rdx, [rcx + 32]
		[0x4c, 0x8b, 0x51, 0x28], //                     mov r10, [rcx + 40]
		[0x4c, 0x8b, 0x41, 0x30], //                     mov r8, [rcx + 48]
		[0x4c, 0x8b, 0x49, 0x38], //                     mov r9, [rcx + 56]
		[0x0f, 0x05], //                                 syscall               ; loses rcx and r11
		[0x5f], //                                       pop rdi               ; the thread id
		[0x48, 0x8d, 0x0d, "data"], //                   lea rcx, [rip + data]
		[0xba, 0x01, 0x00, 0x00, 0x00], //               mov edx, 1
		[0xf0, 0x0f, 0xc1, 0x11], //                     lock xadd [rcx], edx
		[0x81, 0xfa, ...little(RESULTS_MAX)], //         cmp edx, RESULTS_MAX
		[0x73, 0x0f], //                                 jae done
		[0xc1, 0xe2, 0x04], //                           shl edx, 4            ; RESULT_SIZE_bytes
		[0x48, 0x8d, 0x4c, 0x11, RESULTS_OFFSET], //     lea rcx, [rcx + rdx + 64]
		[0x48, 0x89, 0x41, 0x08], //                     mov [rcx + 8], rax
		[0x48, 0x89, 0x39], //                           mov [rcx], rdi
		[0xc3], //                                 done: ret
	] as const;
	const restorer = [
		[0xb8, 0x0f, 0x00, 0x00, 0x00], //               mov eax, 15           ; rt_sigreturn
		[0x0f, 0x05], //                                 syscall
	];
	const handler = linked(code);
	return { bytes: Uint8Array.from([...handler, ...restorer.flat()]), restorerOffset: handler.length };
}

/** The bytes, with each "data" replaced by the distance from the instruction's end to the data. */
function linked(instructions: readonly (readonly (number | "data")[])[]): number[] {
	const bytes: number[] = [];
	for (const instruction of instructions)
		for (const byte of instruction)
			if (byte === "data") bytes.push(...little(DATA_OFFSET - (bytes.length + 4)));
			else bytes.push(byte);
	return bytes;
}

function arm64Code(): ThreadCode {
	const words = [
		0xd2801648, //       mov x8, #178             ; gettid
		0xd4000001, //       svc #0
		0xaa0003e7, //       mov x7, x0               ; the thread id; svc changes x0 alone
		0x1007ffa6, //       adr x6, data             ; from here, 12 bytes into the code
		0xf94004c8, //       ldr x8, [x6, #8]
		0xa94104c0, //       ldp x0, x1, [x6, #16]
		0xa9420cc2, //       ldp x2, x3, [x6, #32]
		0xa94314c4, //       ldp x4, x5, [x6, #48]
		0xd4000001, //       svc #0
		0x885f7cc1, // next: ldxr w1, [x6]
		0x11000422, //       add w2, w1, #1
		0x88037cc2, //       stxr w3, w2, [x6]
		0x35ffffa3, //       cbnz w3, next
		0x713e803f, //       cmp w1, #4000            ; RESULTS_MAX
		0x540000a2, //       b.hs done
		0x8b0110c6, //       add x6, x6, x1, lsl #4   ; RESULT_SIZE_bytes
		0xf90024c0, //       str x0, [x6, #72]
		0x910100c6, //       add x6, x6, #64          ; RESULTS_OFFSET
		0xc89ffcc7, //       stlr x7, [x6]
		0xd65f03c0, // done: ret
	];
	return { bytes: Uint8Array.from(words.flatMap(little)), restorerOffset: undefined };
}

function little(word: number): number[] {
	return [word & 0xff, (word >>> 8) & 0xff, (word >>> 16) & 0xff, (word >>> 24) & 0xff];
}
