/* A service of files: GET reads the file at the path of the request, PUT makes or replaces it by the path's `text=`. */
#include "http.h"

#define FOLLOW 1
#define CREATE 1
#define TRUNCATE 8
#define READ 1
#define WRITE 2
#define PUT 3

/* result<own<...>, error-code> */
struct opened {
	u8 failed;
	_Alignas(4) union {
		handle_t handle;
		u8 error;
	};
};

struct preopen {
	handle_t directory;
	struct bytes name;
};

#define FILES "wasi:filesystem/types@0.2.6"
IMPORT("wasi:filesystem/preopens@0.2.6", "get-directories") void get_directories(struct list *preopens);
IMPORT(FILES, "[method]descriptor.open-at")
void open_at(handle_t directory, u32 path_flags, u8 *path, u32 length, u32 open_flags, u32 flags, struct opened *result);
IMPORT(FILES, "[method]descriptor.read-via-stream") void read_via(handle_t file, u64 offset, struct opened *result);
IMPORT(FILES, "[method]descriptor.write-via-stream") void write_via(handle_t file, u64 offset, struct opened *result);
IMPORT(FILES, "[resource-drop]descriptor") void drop_descriptor(handle_t file);

/* In the first directory that was given: its path is not looked at. */
static int open_file(struct bytes path, u32 open_flags, u32 flags, struct opened *file) {
	struct list all;
	struct bytes name = from(path, 1);
	get_directories(&all);
	if (all.length == 0) return 0;
	open_at(((struct preopen *)all.items)->directory, FOLLOW, name.at, name.length, open_flags, flags, file);
	return !file->failed;
}

static void answer_file(handle_t out, struct bytes path) {
	struct opened file, stream;
	struct bytes piece;
	if (!open_file(path, 0, READ, &file)) return respond(out, 404, text("not there\n"));
	read_via(file.handle, 0, &stream);
	struct response response = start_response(out, 200, "text/plain");
	for (u32 start = heap_used; read_some(stream.handle, 1 << 16, &piece); heap_used = start)
		write_bytes(response.stream, piece);
	drop_input_stream(stream.handle);
	drop_descriptor(file.handle);
	finish_response(response);
}

static void keep_file(handle_t out, struct bytes path, struct bytes content) {
	struct opened file, stream;
	if (!open_file(path, CREATE | TRUNCATE, WRITE, &file)) return respond(out, 403, text("not allowed\n"));
	write_via(file.handle, 0, &stream);
	write_bytes(stream.handle, content);
	drop_output_stream(stream.handle);
	drop_descriptor(file.handle);
	respond(out, 200, text("kept\n"));
}

EXPORT("wasi:http/incoming-handler@0.2.6#handle") void handle(handle_t request, handle_t out) {
	struct method method;
	struct bytes path = path_of(request);
	request_method(request, &method);
	drop_incoming_request(request);
	if (method.tag == PUT) keep_file(out, path_only(path), query(path, "text="));
	else answer_file(out, path_only(path));
}
