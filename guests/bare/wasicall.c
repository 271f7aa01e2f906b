/*
 * wasicall: makes raw calls of wasi_snapshot_preview1, as a script on standard input tells it, one
 * statement a line, and prints one line for each before it reads the next. For tests that need to
 * say exactly what a guest asks for, with no libc in between.
 *
 *   [NAME =] FUNCTION WORD...   d = path_open 3 follow sub/file creat|trunc read|write all 0
 *   raw FUNCTION NUMBER...      every parameter as the number it is, pointers included
 *   poke NUMBER HEX             writes bytes at an address
 *   store NUMBER NUMBER         writes a number as 4 bytes at an address
 *   peek NUMBER LENGTH          prints bytes as hex
 *   grow PAGES                  memory.grow
 *   trap                        unreachable
 *
 * A number is decimal, 0x hex, $NAME, a flag's name (several with |), @N (N bytes into a 64 KiB
 * scratch area), or size, size-N, size+N (the memory's bytes). In strings %HH is a byte and '' is the
 * empty one. Answers: "FUNCTION = SUCCESS value" or "FUNCTION = ENOENT".
 *
 * No libc; build.ts beside it says how it is built.
 */
#include <stdint.h>

typedef int32_t i32;
typedef int64_t i64;
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

/* ---- every function of preview1, with its wasm type as letters: i = i32, l = i64 ---- */

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))
#define DECLARE(name, ...) WASI(name) i32 name(__VA_ARGS__);
DECLARE(args_get, i32, i32)
DECLARE(args_sizes_get, i32, i32)
DECLARE(environ_get, i32, i32)
DECLARE(environ_sizes_get, i32, i32)
DECLARE(clock_res_get, i32, i32)
DECLARE(clock_time_get, i32, i64, i32)
DECLARE(fd_advise, i32, i64, i64, i32)
DECLARE(fd_allocate, i32, i64, i64)
DECLARE(fd_close, i32)
DECLARE(fd_datasync, i32)
DECLARE(fd_fdstat_get, i32, i32)
DECLARE(fd_fdstat_set_flags, i32, i32)
DECLARE(fd_fdstat_set_rights, i32, i64, i64)
DECLARE(fd_filestat_get, i32, i32)
DECLARE(fd_filestat_set_size, i32, i64)
DECLARE(fd_filestat_set_times, i32, i64, i64, i32)
DECLARE(fd_pread, i32, i32, i32, i64, i32)
DECLARE(fd_prestat_get, i32, i32)
DECLARE(fd_prestat_dir_name, i32, i32, i32)
DECLARE(fd_pwrite, i32, i32, i32, i64, i32)
DECLARE(fd_read, i32, i32, i32, i32)
DECLARE(fd_readdir, i32, i32, i32, i64, i32)
DECLARE(fd_renumber, i32, i32)
DECLARE(fd_seek, i32, i64, i32, i32)
DECLARE(fd_sync, i32)
DECLARE(fd_tell, i32, i32)
DECLARE(fd_write, i32, i32, i32, i32)
DECLARE(path_create_directory, i32, i32, i32)
DECLARE(path_filestat_get, i32, i32, i32, i32, i32)
DECLARE(path_filestat_set_times, i32, i32, i32, i32, i64, i64, i32)
DECLARE(path_link, i32, i32, i32, i32, i32, i32, i32)
DECLARE(path_open, i32, i32, i32, i32, i32, i64, i64, i32, i32)
DECLARE(path_readlink, i32, i32, i32, i32, i32, i32)
DECLARE(path_remove_directory, i32, i32, i32)
DECLARE(path_rename, i32, i32, i32, i32, i32, i32)
DECLARE(path_symlink, i32, i32, i32, i32, i32)
DECLARE(path_unlink_file, i32, i32, i32)
DECLARE(poll_oneoff, i32, i32, i32, i32)
DECLARE(proc_raise, i32)
DECLARE(sched_yield, void)
DECLARE(random_get, i32, i32)
DECLARE(sock_accept, i32, i32, i32)
DECLARE(sock_recv, i32, i32, i32, i32, i32, i32)
DECLARE(sock_send, i32, i32, i32, i32, i32)
DECLARE(sock_shutdown, i32, i32)
WASI(proc_exit) void proc_exit(i32);

/* How a statement's words become parameters, and what is printed of the answer:
 *   n: a number          p: a string, as pointer and length
 *   w: a string, as one ciovec          r: a length, as one iovec of that many bytes
 *   b: a length, as pointer and length  o: nothing; a pointer to 64 bytes for the answer
 *   a: nothing; a pointer to a large area */
struct function {
	const char *name;
	const char *words;
	char answer; /* - nothing, 4 u32, 8 u64, s filestat, f fdstat, p prestat, t text of answered length,
	                n text of given length, d directory entries, a argument-like list sizes */
	i32 (*call)(const i64 *v);
};

#define V(i) v[i]
#define C0(f) static i32 call_##f(const i64 *v) { (void)v; return f(); }
#define C1(f) static i32 call_##f(const i64 *v) { return f(V(0)); }
#define C2(f) static i32 call_##f(const i64 *v) { return f(V(0), V(1)); }
#define C3(f) static i32 call_##f(const i64 *v) { return f(V(0), V(1), V(2)); }
#define C4(f) static i32 call_##f(const i64 *v) { return f(V(0), V(1), V(2), V(3)); }
#define C5(f) static i32 call_##f(const i64 *v) { return f(V(0), V(1), V(2), V(3), V(4)); }
#define C6(f) static i32 call_##f(const i64 *v) { return f(V(0), V(1), V(2), V(3), V(4), V(5)); }
#define C7(f) static i32 call_##f(const i64 *v) { return f(V(0), V(1), V(2), V(3), V(4), V(5), V(6)); }
#define C9(f) \
	static i32 call_##f(const i64 *v) { return f(V(0), V(1), V(2), V(3), V(4), V(5), V(6), V(7), V(8)); }
C2(args_get) C2(args_sizes_get) C2(environ_get) C2(environ_sizes_get) C2(clock_res_get) C3(clock_time_get)
C4(fd_advise) C3(fd_allocate) C1(fd_close) C1(fd_datasync) C2(fd_fdstat_get) C2(fd_fdstat_set_flags)
C3(fd_fdstat_set_rights) C2(fd_filestat_get) C2(fd_filestat_set_size) C4(fd_filestat_set_times) C5(fd_pread)
C2(fd_prestat_get) C3(fd_prestat_dir_name) C5(fd_pwrite) C4(fd_read) C5(fd_readdir) C2(fd_renumber)
C4(fd_seek) C1(fd_sync) C2(fd_tell) C4(fd_write) C3(path_create_directory) C5(path_filestat_get)
C7(path_filestat_set_times) C7(path_link) C9(path_open) C6(path_readlink) C3(path_remove_directory)
C6(path_rename) C5(path_symlink) C3(path_unlink_file) C4(poll_oneoff) C1(proc_raise) C0(sched_yield)
C2(random_get) C3(sock_accept) C6(sock_recv) C5(sock_send) C2(sock_shutdown)
static i32 call_proc_exit(const i64 *v) { proc_exit(V(0)); return 0; }

#define F(name, words, answer) { #name, words, answer, call_##name }
static const struct function FUNCTIONS[] = {
	F(args_get, "aa", '-'), F(args_sizes_get, "oo", '4'),
	F(environ_get, "aa", 'e'), F(environ_sizes_get, "oo", '4'),
	F(clock_res_get, "no", '8'), F(clock_time_get, "nno", '8'),
	F(fd_advise, "nnnn", '-'), F(fd_allocate, "nnn", '-'), F(fd_close, "n", '-'), F(fd_datasync, "n", '-'),
	F(fd_fdstat_get, "no", 'f'), F(fd_fdstat_set_flags, "nn", '-'), F(fd_fdstat_set_rights, "nnn", '-'),
	F(fd_filestat_get, "no", 's'), F(fd_filestat_set_size, "nn", '-'), F(fd_filestat_set_times, "nnnn", '-'),
	F(fd_pread, "nrno", 't'), F(fd_prestat_get, "no", 'p'), F(fd_prestat_dir_name, "nb", 'n'),
	F(fd_pwrite, "nwno", '4'), F(fd_read, "nro", 't'), F(fd_readdir, "nbno", 'd'), F(fd_renumber, "nn", '-'),
	F(fd_seek, "nnno", '8'), F(fd_sync, "n", '-'), F(fd_tell, "no", '8'), F(fd_write, "nwo", '4'),
	F(path_create_directory, "np", '-'), F(path_filestat_get, "nnpo", 's'),
	F(path_filestat_set_times, "nnpnnn", '-'), F(path_link, "nnpnp", '-'), F(path_open, "nnpnnnno", '4'),
	F(path_readlink, "npbo", 't'), F(path_remove_directory, "np", '-'), F(path_rename, "npnp", '-'),
	F(path_symlink, "pnp", '-'), F(path_unlink_file, "np", '-'), F(poll_oneoff, "nnno", '4'),
	F(proc_exit, "n", '-'), F(proc_raise, "n", '-'), F(sched_yield, "", '-'), F(random_get, "b", '-'),
	F(sock_accept, "nno", '4'), F(sock_recv, "nrnoo", 't'), F(sock_send, "nwno", '4'),
	F(sock_shutdown, "nn", '-'),
};
#define COUNT(list) (sizeof(list) / sizeof(list[0]))

static const char *const ERRNOS[] = {
	"SUCCESS", "E2BIG", "EACCES", "EADDRINUSE", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EAGAIN", "EALREADY", "EBADF",
	"EBADMSG", "EBUSY", "ECANCELED", "ECHILD", "ECONNABORTED", "ECONNREFUSED", "ECONNRESET", "EDEADLK",
	"EDESTADDRREQ", "EDOM", "EDQUOT", "EEXIST", "EFAULT", "EFBIG", "EHOSTUNREACH", "EIDRM", "EILSEQ",
	"EINPROGRESS", "EINTR", "EINVAL", "EIO", "EISCONN", "EISDIR", "ELOOP", "EMFILE", "EMLINK", "EMSGSIZE",
	"EMULTIHOP", "ENAMETOOLONG", "ENETDOWN", "ENETRESET", "ENETUNREACH", "ENFILE", "ENOBUFS", "ENODEV",
	"ENOENT", "ENOEXEC", "ENOLCK", "ENOLINK", "ENOMEM", "ENOMSG", "ENOPROTOOPT", "ENOSPC", "ENOSYS",
	"ENOTCONN", "ENOTDIR", "ENOTEMPTY", "ENOTRECOVERABLE", "ENOTSOCK", "ENOTSUP", "ENOTTY", "ENXIO",
	"EOVERFLOW", "EOWNERDEAD", "EPERM", "EPIPE", "EPROTO", "EPROTONOSUPPORT", "EPROTOTYPE", "ERANGE", "EROFS",
	"ESPIPE", "ESRCH", "ESTALE", "ETIMEDOUT", "ETXTBSY", "EXDEV", "ENOTCAPABLE",
};

static const struct { const char *name; i64 value; } SYMBOLS[] = {
	{ "follow", 1 },
	{ "creat", 1 }, { "directory", 2 }, { "excl", 4 }, { "trunc", 8 },
	{ "append", 1 }, { "dsync", 2 }, { "nonblock", 4 }, { "rsync", 8 }, { "sync", 16 },
	{ "read", 1 << 1 }, { "write", 1 << 6 }, { "readdir", 1 << 14 }, { "all", 0x1fffffff },
	{ "atim", 1 }, { "atim_now", 2 }, { "mtim", 4 }, { "mtim_now", 8 },
	{ "set", 0 }, { "cur", 1 }, { "end", 2 },
};

/* ---- the areas it works in ---- */

#define LINE_MAX 131072
#define LARGE_MAX 1048576
#define VARIABLES_MAX 64

static char line[LINE_MAX];
static char text[LINE_MAX];  /* strings with their escapes undone */
static u32 text_used;
static u8 large[LARGE_MAX];
static u8 large2[65536];
static u8 scratch[65536];
static u8 answers[2][64];
static u32 answers_used;
static u32 vectors[8][2];
static u32 vectors_used;
static struct { char name[32]; i64 value; } variables[VARIABLES_MAX];
static u32 variables_used;

/* clang makes calls of these out of copies and initialisers */
void *memset(void *to, int value, unsigned long length) {
	u8 *bytes = to;
	for (unsigned long i = 0; i < length; i++) bytes[i] = (u8)value;
	return to;
}
void *memcpy(void *to, const void *from, unsigned long length) {
	for (unsigned long i = 0; i < length; i++) ((u8 *)to)[i] = ((const u8 *)from)[i];
	return to;
}

static int same(const char *a, const char *b) {
	while (*a && *a == *b) a++, b++;
	return *a == *b;
}

static u32 length_of(const char *a) {
	u32 length = 0;
	while (a[length]) length++;
	return length;
}

/* ---- printing: a buffer, written whole at each line's end ---- */

static char out[65536];
static u32 out_used;

static void flush(void) {
	u32 done = 0;
	while (done < out_used) {
		u32 vector[2] = { (u32)(out + done), out_used - done };
		u32 moved = 0;
		if (fd_write(1, (i32)vector, 1, (i32)&moved) != 0 || moved == 0) proc_exit(99);
		done += moved;
	}
	out_used = 0;
}

static void put(char c) {
	if (out_used == sizeof out) flush();
	out[out_used++] = c;
}

static void puts_(const char *s) {
	while (*s) put(*s++);
}

static void put_number(u64 n) {
	char digits[20];
	int count = 0;
	do digits[count++] = (char)('0' + n % 10); while ((n /= 10) != 0);
	while (count > 0) put(digits[--count]);
}

static void put_hex(u8 b) {
	put("0123456789abcdef"[b >> 4]);
	put("0123456789abcdef"[b & 15]);
}

static void put_quoted(const u8 *bytes, u32 length) {
	put('"');
	for (u32 i = 0; i < length; i++) {
		u8 b = bytes[i];
		if (b < 0x20 || b == '%' || b == '"' || b == 0x7f) { put('%'); put_hex(b); }
		else put((char)b);
	}
	put('"');
}

/* ---- reading ---- */

static char in[65536];
static u32 in_used, in_at;

/* One line without its end; 0 at the end of the input. */
static int read_line(void) {
	u32 used = 0;
	for (;;) {
		if (in_at == in_used) {
			u32 vector[2] = { (u32)in, sizeof in };
			u32 moved = 0;
			if (fd_read(0, (i32)vector, 1, (i32)&moved) != 0 || moved == 0) { line[used] = 0; return used > 0; }
			in_used = moved;
			in_at = 0;
		}
		char c = in[in_at++];
		if (c == '\n') { line[used] = 0; return 1; }
		if (used < LINE_MAX - 1) line[used++] = c;
	}
}

static char *cursor;

/* The next word, ended by a NUL; an empty one at the line's end. */
static char *word(void) {
	while (*cursor == ' ') cursor++;
	char *start = cursor;
	while (*cursor && *cursor != ' ') cursor++;
	if (*cursor) *cursor++ = 0;
	return start;
}

static void fail(const char *what, const char *which) {
	puts_("wasicall: ");
	puts_(what);
	puts_(": ");
	puts_(which);
	put('\n');
	flush();
	proc_exit(98);
}

static int digit(char c) {
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	if (c >= 'A' && c <= 'F') return c - 'A' + 10;
	return -1;
}

static i64 plain_number(const char *s) {
	int negative = *s == '-';
	if (*s == '-' || *s == '+') s++;
	u64 base = 10, value = 0;
	if (s[0] == '0' && s[1] == 'x') base = 16, s += 2;
	if (!*s) fail("not a number", s);
	for (; *s; s++) {
		int d = digit(*s);
		if (d < 0 || (u64)d >= base) fail("not a number", s);
		value = value * base + (u64)d;
	}
	return negative ? -(i64)value : (i64)value;
}

static i64 number(char *s) {
	if (*s == '$') {
		for (u32 i = 0; i < variables_used; i++)
			if (same(variables[i].name, s + 1)) return variables[i].value;
		return 4294967295u; /* an opening that failed: what is done with it fails with EBADF */
	}
	if (*s == '@') return (i64)(u32)scratch + plain_number(s + 1);
	if (s[0] == 's' && s[1] == 'i' && s[2] == 'z' && s[3] == 'e')
		return (i64)__builtin_wasm_memory_size(0) * 65536 + (s[4] ? plain_number(s + 4) : 0);
	if (digit(*s) >= 0 && *s <= '9') return plain_number(s);
	if (*s == '-') return plain_number(s);
	i64 value = 0;
	while (*s) {
		char *end = s;
		while (*end && *end != '|') end++;
		char last = *end;
		*end = 0;
		u32 i = 0;
		while (i < COUNT(SYMBOLS) && !same(SYMBOLS[i].name, s)) i++;
		if (i == COUNT(SYMBOLS)) fail("not a number", s);
		value |= SYMBOLS[i].value;
		s = last ? end + 1 : end;
	}
	return value;
}

/* The word's bytes with escapes undone, in `text`; a NUL is put behind them. */
static u32 string(const char *s, u32 *length) {
	u32 start = text_used;
	if (!same(s, "''"))
		for (; *s; s++) {
			if (*s == '%' && digit(s[1]) >= 0 && digit(s[2]) >= 0) {
				text[text_used++] = (char)(digit(s[1]) * 16 + digit(s[2]));
				s += 2;
			} else text[text_used++] = *s;
		}
	*length = text_used - start;
	text[text_used++] = 0;
	return (u32)(text + start);
}

static u32 vector_of(u32 at, u32 length) {
	u32 *vector = vectors[vectors_used++];
	vector[0] = at;
	vector[1] = length;
	return (u32)vector;
}

/* ---- one statement ---- */

static u32 read_u32(const u8 *at) { return at[0] | at[1] << 8 | at[2] << 16 | (u32)at[3] << 24; }
static u64 read_u64(const u8 *at) { return read_u32(at) | (u64)read_u32(at + 4) << 32; }

static const char *file_type(u8 type) {
	static const char *const names[] = { "unknown", "block", "character", "directory", "file", "dgram", "stream", "symlink" };
	return type < COUNT(names) ? names[type] : "?";
}

static void put_entries(u32 used) {
	u32 at = 0;
	put('[');
	while (at + 24 <= used) {
		u32 length = read_u32(large + at + 16);
		if (at + 24 + length > used) break;
		if (at) put(' ');
		put_quoted(large + at + 24, length);
		put(':');
		puts_(file_type(large[at + 20]));
		at += 24 + length;
	}
	put(']');
}

static void put_environment(void) {
	put('[');
	/* the first pointers lead into the second area; a NUL ends each */
	for (u32 i = 0; i < 1000; i++) {
		u32 at = read_u32(large + 4 * i);
		if (at < (u32)large2 || at >= (u32)large2 + sizeof large2) break;
		if (i) put(' ');
		put_quoted((const u8 *)at, length_of((const char *)at));
	}
	put(']');
}

static void put_answer(const struct function *f, u32 given) {
	const u8 *a = answers[0];
	if (f->answer == '-') return;
	put(' ');
	switch (f->answer) {
	case '4': put_number(read_u32(a)); break;
	case '8': put_number(read_u64(a)); break;
	case 's': puts_(file_type(a[16])); puts_(" size "); put_number(read_u64(a + 32)); break;
	case 'f': puts_(file_type(a[0])); puts_(" flags "); put_number((u64)(a[2] | a[3] << 8)); break;
	case 'p': puts_("length "); put_number(read_u32(a + 4)); break;
	case 't': put_quoted(large, read_u32(a) < LARGE_MAX ? read_u32(a) : 0); break;
	case 'n': put_quoted(large, given < LARGE_MAX ? given : 0); break;
	case 'd': put_entries(read_u32(a) < given ? read_u32(a) : given); break;
	case 'e': put_environment(); break;
	}
}

static i64 raw_values[16];

static void call(const struct function *f, int raw, const char *assign) {
	u32 count = 0, given = 0;
	i64 *v = raw_values;
	if (raw)
		for (char *w = word(); *w && count < 16; w = word()) v[count++] = number(w);
	else
		for (const char *kind = f->words; *kind; kind++) {
			u32 length = 0;
			if (*kind == 'n') v[count++] = number(word());
			else if (*kind == 'p') { v[count] = string(word(), &length); v[count + 1] = length; count += 2; }
			else if (*kind == 'w') { u32 at = string(word(), &length); v[count++] = vector_of(at, length); v[count++] = 1; }
			else if (*kind == 'r') { given = (u32)number(word()); v[count++] = vector_of((u32)large, given); v[count++] = 1; }
			else if (*kind == 'b') { given = (u32)number(word()); v[count++] = (u32)large; v[count++] = given; }
			else if (*kind == 'a') { v[count] = count == 0 ? (u32)large : (u32)large2; count++; }
			else v[count++] = (u32)answers[answers_used++];
		}
	i32 errno_ = f->call(v);
	puts_(f->name);
	puts_(" = ");
	if (errno_ >= 0 && errno_ < (i32)COUNT(ERRNOS)) puts_(ERRNOS[errno_]);
	else { puts_("errno "); put_number((u32)errno_); }
	if (errno_ == 0 && !raw) put_answer(f, given);
	if (assign && variables_used < VARIABLES_MAX) {
		u32 length = length_of(assign);
		if (length > 31) fail("name too long", assign);
		u32 i = 0;
		while (i < variables_used && !same(variables[i].name, assign)) i++;
		if (i == variables_used) variables_used++;
		memcpy(variables[i].name, assign, length + 1);
		variables[i].value = errno_ == 0 ? read_u32(answers[0]) : 4294967295u;
	}
}

static void poke(u8 *at, const char *hex) {
	for (; digit(hex[0]) >= 0 && digit(hex[1]) >= 0; hex += 2) *at++ = (u8)(digit(hex[0]) * 16 + digit(hex[1]));
	puts_("poke = SUCCESS");
}

static void store(u8 *at, u32 value) {
	for (u32 i = 0; i < 4; i++) at[i] = (u8)(value >> (8 * i));
	puts_("store = SUCCESS");
}

static void peek(const u8 *at, u32 length) {
	puts_("peek = SUCCESS ");
	for (u32 i = 0; i < length; i++) put_hex(at[i]);
}

static void statement(void) {
	cursor = line;
	text_used = answers_used = vectors_used = 0;
	memset(answers, 0, sizeof answers);
	char *first = word();
	if (!*first || *first == '#') return;
	const char *assign = 0;
	if (cursor[0] == '=' && cursor[1] == ' ') { assign = first; word(); first = word(); }
	int raw = same(first, "raw");
	if (raw) first = word();
	if (same(first, "poke")) { char *at = word(); poke((u8 *)(u32)number(at), word()); }
	else if (same(first, "store")) { char *at = word(); store((u8 *)(u32)number(at), (u32)number(word())); }
	else if (same(first, "peek")) { char *at = word(); peek((u8 *)(u32)number(at), (u32)number(word())); }
	else if (same(first, "trap")) { __builtin_trap(); }
	else if (same(first, "grow")) { puts_("grow = "); put_number((u32)__builtin_wasm_memory_grow(0, (u32)number(word()))); }
	else {
		u32 i = 0;
		while (i < COUNT(FUNCTIONS) && !same(FUNCTIONS[i].name, first)) i++;
		if (i == COUNT(FUNCTIONS)) fail("no such function", first);
		call(&FUNCTIONS[i], raw, assign);
	}
	put('\n');
	flush();
}

__attribute__((export_name("_start"))) void _start(void) {
	while (read_line()) statement();
}
