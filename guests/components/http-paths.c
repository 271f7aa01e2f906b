/*
 * A service that does by path what services do wrong, or at length:
 *   /                 says hello
 *   /count            how many requests this instance has had, this one included
 *   /loop             never ends
 *   /trap             traps before it answers; /trap-late within its body
 *   /silent           returns without an answer
 *   /status?code=418  answers with this status
 *   /wait?ms=100      answers after this time
 *   /big?bytes=1000   a body of this many bytes, by pieces
 *   /drip?ms=10&n=5   n lines, this time between them
 *   /grow?mib=64      takes this much memory
 *   /headers          what headers came, a line each
 *   /echo             the body that came, by pieces as it comes
 *   /length           how many bytes came
 */
#include "http.h"

IMPORT("wasi:io/streams@0.2.6", "[method]output-stream.blocking-splice")
void blocking_splice(handle_t to, handle_t from, u64 length_max, u64 result[2]);

static u32 requests;

static void loop(void) {
	for (volatile u32 i = 0;; i++) {}
}

static void big(struct response response, u64 left) {
	static u8 piece[4096];
	for (u32 i = 0; i < sizeof piece; i++) piece[i] = 'a' + i % 26;
	for (; left > 0; left -= left < sizeof piece ? left : sizeof piece)
		if (!write_bytes(response.stream, (struct bytes){piece, left < sizeof piece ? left : sizeof piece})) return;
}

static void drip(struct response response, u64 pause_ms, u64 count) {
	for (u64 i = 0; i < count; i++) {
		if (i > 0) sleep_ms(pause_ms);
		if (!write_bytes(response.stream, join(decimal(i), text("\n")))) return;
	}
}

static void grow(u64 size_mib) {
	for (u64 i = 0; i < size_mib; i++) ((volatile u8 *)allocate(1 << 20, 1))[0] = 1;
}

static void list_headers(struct response response, handle_t request) {
	struct {
		struct bytes name, value;
	} *items;
	struct list entries;
	handle_t headers = request_headers(request);
	fields_entries(headers, &entries);
	items = entries.items;
	for (u32 i = 0; i < entries.length; i++)
		write_bytes(response.stream, join(join(items[i].name, text(": ")), join(items[i].value, text("\n"))));
	drop_fields(headers);
}

struct incoming {
	handle_t body, stream;
};

static struct incoming body_of(handle_t request) {
	struct word_result body, stream;
	request_consume(request, &body);
	incoming_body_stream(body.value, &stream);
	return (struct incoming){body.value, stream.value};
}

static void drop_body(struct incoming body) {
	drop_input_stream(body.stream);
	drop_incoming_body(body.body);
}

/* Spliced: the bytes never come into this memory. */
static void echo(struct response response, handle_t request) {
	struct incoming body = body_of(request);
	u64 result[2];
	do blocking_splice(response.stream, body.stream, 1 << 20, result);
	while ((u8)result[0] == 0);
	if ((u8)result[1] == 0) drop_error(result[1] >> 32);
	drop_body(body);
}

static u64 length_of_body(handle_t request) {
	struct incoming body = body_of(request);
	struct bytes piece;
	u64 length = 0;
	for (u32 start = heap_used; read_some(body.stream, 1 << 16, &piece); heap_used = start) length += piece.length;
	drop_body(body);
	return length;
}

/* Those whose body is written step by step. */
static void streamed(handle_t out, handle_t request, struct bytes path, struct bytes name) {
	struct response response = start_response(out, 200, "text/plain");
	if (equals(name, "/big")) big(response, number(query(path, "bytes=")));
	if (equals(name, "/drip")) drip(response, number(query(path, "ms=")), number(query(path, "n=")));
	if (equals(name, "/headers")) list_headers(response, request);
	if (equals(name, "/echo")) echo(response, request);
	if (equals(name, "/trap-late")) {
		write_text(response.stream, "begun");
		__builtin_trap();
	}
	finish_response(response);
}

static int is_streamed(struct bytes name) {
	return equals(name, "/big") || equals(name, "/drip") || equals(name, "/headers") || equals(name, "/echo")
		|| equals(name, "/trap-late");
}

EXPORT("wasi:http/incoming-handler@0.2.6#handle") void handle(handle_t request, handle_t out) {
	forget_all();
	requests++;
	struct bytes path = path_of(request), name = path_only(path);
	if (equals(name, "/loop")) loop();
	if (equals(name, "/trap")) __builtin_trap();
	if (equals(name, "/silent")) return;
	if (equals(name, "/wait")) sleep_ms(number(query(path, "ms=")));
	if (equals(name, "/grow")) grow(number(query(path, "mib=")));
	if (is_streamed(name)) streamed(out, request, path, name);
	else if (equals(name, "/count")) respond(out, 200, join(decimal(requests), text("\n")));
	else if (equals(name, "/length")) respond(out, 200, join(decimal(length_of_body(request)), text("\n")));
	else if (equals(name, "/status")) respond(out, number(query(path, "code=")), text("as asked\n"));
	else if (equals(name, "/") || equals(name, "/wait") || equals(name, "/grow")) respond(out, 200, text("hello\n"));
	else respond(out, 404, text("no such path\n"));
	drop_incoming_request(request);
}
