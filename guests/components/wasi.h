/*
 * What our guests need of the canonical ABI and of WASI 0.2, and no more: C without a libc.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md says how values lie in memory.
 * Memory is handed out and never taken back: forget_all() begins anew, at the start of a call from outside.
 */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;
/* An index into the table of handles of this instance. */
typedef int handle_t;

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name), used))
#define UNUSED __attribute__((unused))

/* A string or a list<u8>, as it lies in memory. */
struct bytes {
	u8 *at;
	u32 length;
};

/* ---- memory ---- */

extern u8 __heap_base;
static u32 heap_used;

static void *allocate(u32 size, u32 alignment) {
	u32 start = ((u32)&__heap_base + heap_used + alignment - 1) & ~(alignment - 1);
	u32 end = start + size;
	u32 pages = __builtin_wasm_memory_size(0);
	if (end < start) __builtin_trap();
	if (end > pages << 16) {
		u32 more = (end - (pages << 16) + 0xffff) >> 16;
		if (__builtin_wasm_memory_grow(0, more) == (u32)-1) __builtin_trap();
	}
	heap_used = end - (u32)&__heap_base;
	return (void *)start;
}

EXPORT("cabi_realloc") void *cabi_realloc(void *old, u32 old_size, u32 alignment, u32 size) {
	u8 *fresh = allocate(size, alignment);
	u32 kept = old_size < size ? old_size : size;
	if (kept > 0) __builtin_memcpy(fresh, old, kept);
	return fresh;
}

UNUSED static void forget_all(void) {
	heap_used = 0;
}

/* ---- text ---- */

UNUSED static u32 length_of(const char *text) {
	u32 length = 0;
	while (text[length] != 0) length++;
	return length;
}

UNUSED static struct bytes text(const char *text) {
	return (struct bytes){(u8 *)text, length_of(text)};
}

UNUSED static int equals(struct bytes a, const char *b) {
	if (a.length != length_of(b)) return 0;
	for (u32 i = 0; i < a.length; i++)
		if (a.at[i] != (u8)b[i]) return 0;
	return 1;
}

UNUSED static int starts_with(struct bytes a, const char *b) {
	u32 length = length_of(b);
	return a.length >= length && equals((struct bytes){a.at, length}, b);
}

/* Where `mark` first is, or the length. */
UNUSED static u32 find(struct bytes in, u8 mark) {
	u32 at = 0;
	while (at < in.length && in.at[at] != mark) at++;
	return at;
}

UNUSED static struct bytes from(struct bytes all, u32 start) {
	if (start > all.length) start = all.length;
	return (struct bytes){all.at + start, all.length - start};
}

UNUSED static struct bytes until(struct bytes all, u32 end) {
	return (struct bytes){all.at, end < all.length ? end : all.length};
}

/* The digits at the start. */
UNUSED static u64 number(struct bytes digits) {
	u64 value = 0;
	for (u32 i = 0; i < digits.length && digits.at[i] >= '0' && digits.at[i] <= '9'; i++)
		value = value * 10 + (digits.at[i] - '0');
	return value;
}

UNUSED static struct bytes decimal(u64 value) {
	u8 *end = (u8 *)allocate(20, 1) + 20, *at = end;
	do *--at = '0' + value % 10;
	while ((value /= 10) > 0);
	return (struct bytes){at, end - at};
}

UNUSED static struct bytes join(struct bytes a, struct bytes b) {
	u8 *at = allocate(a.length + b.length, 1);
	__builtin_memcpy(at, a.at, a.length);
	__builtin_memcpy(at + a.length, b.at, b.length);
	return (struct bytes){at, a.length + b.length};
}

/* ---- wasi:io ---- */

/* result<list<u8>, stream-error>, and result<_, stream-error> in its first three words. */
struct stream_result {
	u8 failed;
	union {
		struct bytes bytes;
		struct {
			u8 tag; /* 0: last-operation-failed, 1: closed */
			handle_t error;
		} error;
	};
};

IMPORT("wasi:io/poll@0.2.6", "[method]pollable.block") void pollable_block(handle_t pollable);
IMPORT("wasi:io/poll@0.2.6", "[method]pollable.ready") int pollable_ready(handle_t pollable);
IMPORT("wasi:io/poll@0.2.6", "[resource-drop]pollable") void drop_pollable(handle_t pollable);
IMPORT("wasi:io/streams@0.2.6", "[method]input-stream.blocking-read")
void stream_blocking_read(handle_t stream, u64 length_max, struct stream_result *result);
IMPORT("wasi:io/streams@0.2.6", "[method]output-stream.blocking-write-and-flush")
void stream_blocking_write_and_flush(handle_t stream, const u8 *at, u32 length, struct stream_result *result);
IMPORT("wasi:io/streams@0.2.6", "[resource-drop]input-stream") void drop_input_stream(handle_t stream);
IMPORT("wasi:io/streams@0.2.6", "[resource-drop]output-stream") void drop_output_stream(handle_t stream);
IMPORT("wasi:io/error@0.2.6", "[resource-drop]error") void drop_error(handle_t error);

UNUSED static void wait_for(handle_t pollable) {
	pollable_block(pollable);
	drop_pollable(pollable);
}

/* Writes all, by pieces of at most 4096 bytes as the call demands. Whether it went out. */
UNUSED static int write_bytes(handle_t stream, struct bytes rest) {
	while (rest.length > 0) {
		struct bytes piece = until(rest, 4096);
		struct stream_result result;
		stream_blocking_write_and_flush(stream, piece.at, piece.length, &result);
		if (result.failed) {
			if (result.error.tag == 0) drop_error(result.error.error);
			return 0;
		}
		rest = from(rest, piece.length);
	}
	return 1;
}

UNUSED static int write_text(handle_t stream, const char *what) {
	return write_bytes(stream, text(what));
}

/* Reads what is there, at least a byte; whether there was any: at the end and at an error there is none. */
UNUSED static int read_some(handle_t stream, u32 length_max, struct bytes *into) {
	struct stream_result result;
	stream_blocking_read(stream, length_max, &result);
	if (result.failed) {
		if (result.error.tag == 0) drop_error(result.error.error);
		return 0;
	}
	*into = result.bytes;
	return result.bytes.length > 0;
}

/* ---- wasi:cli, wasi:clocks, wasi:random ---- */

struct list {
	void *items;
	u32 length;
};

struct datetime {
	u64 seconds;
	u32 nanoseconds;
};

IMPORT("wasi:cli/stdin@0.2.6", "get-stdin") handle_t get_stdin(void);
IMPORT("wasi:cli/stdout@0.2.6", "get-stdout") handle_t get_stdout(void);
IMPORT("wasi:cli/stderr@0.2.6", "get-stderr") handle_t get_stderr(void);
IMPORT("wasi:cli/environment@0.2.6", "get-arguments") void get_arguments(struct list *strings);
IMPORT("wasi:cli/environment@0.2.6", "get-environment") void get_environment(struct list *pairs);
IMPORT("wasi:cli/exit@0.2.6", "exit") void wasi_exit(int failed);
IMPORT("wasi:clocks/monotonic-clock@0.2.6", "now") u64 monotonic_now(void);
IMPORT("wasi:clocks/monotonic-clock@0.2.6", "resolution") u64 monotonic_resolution(void);
IMPORT("wasi:clocks/monotonic-clock@0.2.6", "subscribe-duration") handle_t subscribe_duration(u64 duration_ns);
IMPORT("wasi:clocks/wall-clock@0.2.6", "now") void wall_now(struct datetime *now);
IMPORT("wasi:random/random@0.2.6", "get-random-bytes") void get_random_bytes(u64 length, struct bytes *bytes);
IMPORT("wasi:random/random@0.2.6", "get-random-u64") u64 get_random_u64(void);

UNUSED static void sleep_ms(u64 duration_ms) {
	wait_for(subscribe_duration(duration_ms * 1000000));
}

/* The argument at this place, 0 being the program's name; empty when there is none. */
UNUSED static struct bytes argument(u32 index) {
	struct list all;
	get_arguments(&all);
	return index < all.length ? ((struct bytes *)all.items)[index] : text("");
}
