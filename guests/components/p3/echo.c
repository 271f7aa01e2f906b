/*
 * A service of WASI 0.3: answers a request with its own body and trailers, as they come. By path:
 *   /error   answers an error-code
 *   /trap    traps
 *   /late    traps when it has read something of the body
 *   else     the body, 64 KiB at a time
 */
#include "async.h"

#define HTTP "wasi:http/types@0.3.0"

struct stream_and_future {
	handle_t stream;
	handle_t future;
};
struct message_and_future {
	handle_t message;
	handle_t future;
};
struct maybe_text {
	u32 is_some;
	struct bytes text;
};

IMPORT(HTTP, "[constructor]fields") handle_t fields3(void);
IMPORT(HTTP, "[method]request.get-path-with-query") void path_of(handle_t, struct maybe_text *);
IMPORT(HTTP, "[static]request.consume-body") void consume_body(handle_t, handle_t read, struct stream_and_future *);
IMPORT(HTTP, "[static]response.new")
void response_new(handle_t headers, u32 has_body, handle_t body, handle_t trailers, struct message_and_future *);
/* By which of the function's streams and futures: consume-body has the future of how it was read, the body, its trailers. */
IMPORT(HTTP, "[future-new-0][static]request.consume-body") u64 read_future_new(void);
IMPORT(HTTP, "[async-lower][future-write-0][static]request.consume-body") u32 read_future_write(handle_t, const u8 *);
IMPORT(HTTP, "[future-drop-writable-0][static]request.consume-body") void read_future_drop(handle_t);
IMPORT(HTTP, "[stream-new-1][static]request.consume-body") u64 body_new(void);
IMPORT(HTTP, "[async-lower][stream-read-1][static]request.consume-body") u32 body_read(handle_t, u8 *, u32);
IMPORT(HTTP, "[async-lower][stream-write-1][static]request.consume-body") u32 body_write(handle_t, const u8 *, u32);
IMPORT(HTTP, "[stream-drop-readable-1][static]request.consume-body") void body_drop_readable(handle_t);
IMPORT(HTTP, "[stream-drop-writable-1][static]request.consume-body") void body_drop_writable(handle_t);
IMPORT(HTTP, "[future-new-2][static]request.consume-body") u64 trailers_new(void);
IMPORT(HTTP, "[async-lower][future-read-2][static]request.consume-body") u32 trailers_read(handle_t, u8 *);
IMPORT(HTTP, "[async-lower][future-write-2][static]request.consume-body") u32 trailers_write(handle_t, const u8 *);
IMPORT(HTTP, "[future-drop-readable-2][static]request.consume-body") void trailers_drop_readable(handle_t);
IMPORT(HTTP, "[future-drop-writable-2][static]request.consume-body") void trailers_drop_writable(handle_t);
/* result<response, error-code>, flat: of an error the code and what it carries. */
IMPORT("[export]wasi:http/handler@0.3.0", "[task-return]handle")
void return_response(u32 is_error, u32 response_or_code, u32, u64, u32, u32, u32, u32);

static u8 buffer[65536];
/* A result<option<trailers>, error-code>, whatever it holds. */
static u8 trailers[64] __attribute__((aligned(8)));
static const u8 ok[64] __attribute__((aligned(8)));

static u32 is(struct maybe_text path, const char *word) {
	if (!path.is_some || path.text.length != length_of(word)) return 0;
	for (u32 index = 0; index < path.text.length; index++)
		if (path.text.at[index] != (u8)word[index]) return 0;
	return 1;
}

/* Where the one request of this instance stands: what is under way, and what comes when it is done. */
static enum { READING, WRITING, TELLING, READING_TRAILERS, WRITING_TRAILERS } step;
static handle_t set, body_in, body_out, told, trailers_in, trailers_out;
static u32 got, written, is_last, traps_late;

static u32 write_on(void) {
	step = WRITING;
	return body_write(body_out, buffer + written, got - written);
}

static u32 read_on(void) {
	step = READING;
	return body_read(body_in, buffer, sizeof buffer);
}

static u32 end_body(void) {
	body_drop_readable(body_in);
	body_drop_writable(body_out);
	step = TELLING;
	return read_future_write(told, ok);
}

/* Takes the answer of one operation and begins the next one: its answer. */
static u32 next(u32 answer) {
	switch (step) {
	case READING:
		got = COUNT(answer);
		written = 0;
		is_last = IS_OVER(answer);
		return got > 0 ? write_on() : is_last ? end_body() : read_on();
	case WRITING:
		if (traps_late) __builtin_trap();
		written += COUNT(answer);
		if (IS_OVER(answer)) is_last = 1;
		else if (written < got) return write_on();
		return is_last ? end_body() : read_on();
	case TELLING:
		read_future_drop(told);
		step = READING_TRAILERS;
		return trailers_read(trailers_in, trailers);
	default:
		trailers_drop_readable(trailers_in);
		step = WRITING_TRAILERS;
		return trailers_write(trailers_out, trailers);
	}
}

/* Goes on until something has to be waited for, or all is done. */
static u32 advance(u32 answer) {
	for (;;) {
		if (answer == BLOCKED) return WAIT | (u32)set << 4;
		if (step == WRITING_TRAILERS) {
			trailers_drop_writable(trailers_out);
			return EXIT;
		}
		answer = next(answer);
	}
}

EXPORT("[async-lift]wasi:http/handler@0.3.0#handle") u32 handle(handle_t request) {
	struct maybe_text path;
	path_of(request, &path);
	if (is(path, "/trap")) __builtin_trap();
	traps_late = is(path, "/late");
	if (is(path, "/error")) {
		/* connection-refused */
		return_response(1, 6, 0, 0, 0, 0, 0, 0);
		return EXIT;
	}
	struct stream_and_future incoming;
	struct message_and_future response;
	u64 read = read_future_new(), body = body_new(), after = trailers_new();
	consume_body(request, READABLE(read), &incoming);
	response_new(fields3(), 1, READABLE(body), READABLE(after), &response);
	return_response(0, (u32)response.message, 0, 0, 0, 0, 0, 0);
	body_in = incoming.stream;
	trailers_in = incoming.future;
	body_out = WRITABLE(body);
	told = WRITABLE(read);
	trailers_out = WRITABLE(after);
	set = waitable_set_new();
	const handle_t ends[] = { body_in, body_out, told, trailers_in, trailers_out };
	for (u32 index = 0; index < sizeof ends / sizeof *ends; index++) waitable_join(ends[index], set);
	return advance(read_on());
}

EXPORT("[callback][async-lift]wasi:http/handler@0.3.0#handle")
u32 handle_callback(u32 code UNUSED, u32 index UNUSED, u32 answer) {
	return advance(answer);
}
