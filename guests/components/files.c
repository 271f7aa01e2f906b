/*
 * A user of files:
 *   cat PATH         prints a file
 *   size PATH        prints how long it is
 *   list PATH        prints the names in a directory, a line each
 *   write PATH TEXT  makes or replaces a file
 *   remove PATH      removes one
 *   machine          uses clocks, random bytes and variables, and prints whether all were there
 * Paths are absolute; they are looked for in the directory that was given with the longest name.
 */
#include "wasi.h"

#define FOLLOW 1
#define CREATE 1
#define DIRECTORY 2
#define TRUNCATE 8
#define READ 1
#define WRITE 2

/* result<own<...>, error-code> */
struct opened {
	u8 failed;
	_Alignas(4) union {
		handle_t handle;
		u8 error;
	};
};

struct instant {
	u8 known;
	_Alignas(8) struct datetime time;
};

/* result<descriptor-stat, error-code> */
struct stat_result {
	u8 failed;
	_Alignas(8) union {
		u8 error;
		struct {
			u8 type;
			u64 link_count, size;
			struct instant accessed, modified, changed;
		};
	};
};

/* result<option<directory-entry>, error-code> */
struct entry_result {
	u8 failed;
	_Alignas(4) union {
		u8 error;
		struct {
			u8 there;
			_Alignas(4) u8 type;
			struct bytes name;
		};
	};
};

/* result<_, error-code> */
struct done {
	u8 failed, error;
};

struct preopen {
	handle_t directory;
	struct bytes name;
};

#define TYPES "wasi:filesystem/types@0.2.6"
IMPORT("wasi:filesystem/preopens@0.2.6", "get-directories") void get_directories(struct list *preopens);
IMPORT(TYPES, "[method]descriptor.open-at")
void open_at(handle_t directory, u32 path_flags, u8 *path, u32 length, u32 open_flags, u32 flags, struct opened *result);
IMPORT(TYPES, "[method]descriptor.read-via-stream") void read_via(handle_t file, u64 offset, struct opened *result);
IMPORT(TYPES, "[method]descriptor.write-via-stream") void write_via(handle_t file, u64 offset, struct opened *result);
IMPORT(TYPES, "[method]descriptor.read-directory") void read_directory(handle_t directory, struct opened *result);
IMPORT(TYPES, "[method]descriptor.stat-at")
void stat_at(handle_t directory, u32 path_flags, u8 *path, u32 length, struct stat_result *result);
IMPORT(TYPES, "[method]descriptor.unlink-file-at")
void unlink_at(handle_t directory, u8 *path, u32 length, struct done *result);
IMPORT(TYPES, "[method]directory-entry-stream.read-directory-entry")
void read_entry(handle_t stream, struct entry_result *result);
IMPORT(TYPES, "[resource-drop]descriptor") void drop_descriptor(handle_t file);
IMPORT(TYPES, "[resource-drop]directory-entry-stream") void drop_entries(handle_t stream);

static const char *const ERRORS[] = {
	"access", "would-block", "already", "bad-descriptor", "busy", "deadlock", "quota", "exist", "file-too-large",
	"illegal-byte-sequence", "in-progress", "interrupted", "invalid", "io", "is-directory", "loop", "too-many-links",
	"message-size", "name-too-long", "no-device", "no-entry", "no-lock", "insufficient-memory", "insufficient-space",
	"not-directory", "not-empty", "not-recoverable", "unsupported", "no-tty", "no-such-device", "overflow",
	"not-permitted", "pipe", "read-only", "invalid-seek", "text-file-busy", "cross-device",
};

static int fail(const char *what, u8 error) {
	handle_t out = get_stderr();
	write_text(out, what);
	write_text(out, ": ");
	write_text(out, ERRORS[error]);
	write_text(out, "\n");
	return 1;
}

static int begins_with(struct bytes path, struct bytes name) {
	for (u32 i = 0; i < name.length; i++)
		if (i == path.length || path.at[i] != name.at[i]) return 0;
	return 1;
}

/* The directory that a path lies in, by the longest name; what is left of the path goes to `rest`. */
static handle_t directory_of(struct bytes path, struct bytes *rest) {
	struct list all;
	get_directories(&all);
	struct preopen *preopens = all.items, *best = 0;
	for (u32 i = 0; i < all.length; i++) {
		struct bytes name = preopens[i].name;
		if (begins_with(path, name) && (best == 0 || name.length > best->name.length)) best = &preopens[i];
	}
	if (best == 0) __builtin_trap();
	*rest = from(path, best->name.length);
	while (rest->length > 0 && rest->at[0] == '/') *rest = from(*rest, 1);
	if (rest->length == 0) *rest = text(".");
	return best->directory;
}

static int open_file(struct bytes path, u32 open_flags, u32 flags, struct opened *file) {
	struct bytes rest;
	handle_t directory = directory_of(path, &rest);
	open_at(directory, FOLLOW, rest.at, rest.length, open_flags, flags, file);
	return file->failed ? fail("open", file->error) : 0;
}

static int cat(struct bytes path) {
	struct opened file, stream;
	struct bytes piece;
	if (open_file(path, 0, READ, &file)) return 1;
	read_via(file.handle, 0, &stream);
	if (stream.failed) return fail("read", stream.error);
	handle_t out = get_stdout();
	for (u32 start = heap_used; read_some(stream.handle, 1 << 16, &piece); heap_used = start) write_bytes(out, piece);
	drop_input_stream(stream.handle);
	drop_descriptor(file.handle);
	return 0;
}

static int size(struct bytes path) {
	struct bytes rest;
	struct stat_result stat;
	handle_t directory = directory_of(path, &rest);
	stat_at(directory, FOLLOW, rest.at, rest.length, &stat);
	if (stat.failed) return fail("stat", stat.error);
	handle_t out = get_stdout();
	write_bytes(out, decimal(stat.size));
	return !write_text(out, "\n");
}

static int list(struct bytes path) {
	struct opened directory, entries;
	struct entry_result entry;
	if (open_file(path, DIRECTORY, READ, &directory)) return 1;
	read_directory(directory.handle, &entries);
	if (entries.failed) return fail("list", entries.error);
	handle_t out = get_stdout();
	for (;;) {
		read_entry(entries.handle, &entry);
		if (entry.failed) return fail("list", entry.error);
		if (!entry.there) break;
		write_bytes(out, entry.name);
		write_text(out, "\n");
	}
	drop_entries(entries.handle);
	drop_descriptor(directory.handle);
	return 0;
}

static int write(struct bytes path, struct bytes content) {
	struct opened file, stream;
	if (open_file(path, CREATE | TRUNCATE, WRITE, &file)) return 1;
	write_via(file.handle, 0, &stream);
	if (stream.failed) return fail("write", stream.error);
	int written = write_bytes(stream.handle, content);
	drop_output_stream(stream.handle);
	drop_descriptor(file.handle);
	return !written;
}

static int remove(struct bytes path) {
	struct bytes rest;
	struct done result;
	handle_t directory = directory_of(path, &rest);
	unlink_at(directory, rest.at, rest.length, &result);
	return result.failed ? fail("remove", result.error) : 0;
}

static int machine(void) {
	struct datetime now;
	struct bytes random;
	struct list variables;
	wall_now(&now);
	get_random_bytes(16, &random);
	get_environment(&variables);
	sleep_ms(1);
	int all = now.seconds > 0 && random.length == 16 && monotonic_now() > 0;
	write_text(get_stdout(), all ? "all there\n" : "something is missing\n");
	return !all;
}

EXPORT("wasi:cli/run@0.2.6#run") int run(void) {
	struct bytes verb = argument(1), path = argument(2);
	if (equals(verb, "cat")) return cat(path);
	if (equals(verb, "size")) return size(path);
	if (equals(verb, "list")) return list(path);
	if (equals(verb, "write")) return write(path, argument(3));
	if (equals(verb, "remove")) return remove(path);
	if (equals(verb, "machine")) return machine();
	write_text(get_stderr(), "cat | size | list | write | remove PATH, or machine\n");
	return 1;
}
