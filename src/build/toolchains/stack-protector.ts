/**
 * What `-fstack-protector-strong` needs of a libc and wasi-libc lacks: the guard, chosen anew at each
 * start, and what is called when a buffer on the stack ran over. Weak, so that a libc that has them wins
 * nothing and loses nothing.
 */
export const STACK_PROTECTOR = `#include <stdint.h>
#include <unistd.h>

__attribute__((weak)) uintptr_t __stack_chk_guard = 0x00000aff;

__attribute__((constructor(101), no_stack_protector)) static void choose_guard(void) {
	getentropy(&__stack_chk_guard, sizeof __stack_chk_guard);
}

__attribute__((weak, noreturn)) void __stack_chk_fail(void) { __builtin_trap(); }
`;
