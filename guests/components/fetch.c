/*
 * A client of HTTP: fetch URL [BODY]
 * Prints the body of the response, and its status and every redirect on standard error. Follows up to five redirects.
 */
#include "outgoing.h"

static void say(const char *what, struct bytes value) {
	write_bytes(get_stderr(), join(join(text(what), value), text("\n")));
}

static void print_body(handle_t response) {
	struct word_result body, stream;
	struct bytes piece;
	handle_t out = get_stdout();
	response_consume(response, &body);
	incoming_body_stream(body.value, &stream);
	for (u32 start = heap_used; read_some(stream.value, 1 << 16, &piece); heap_used = start) write_bytes(out, piece);
	drop_input_stream(stream.value);
	drop_incoming_body(body.value);
}

EXPORT("wasi:cli/run@0.2.6#run") int run(void) {
	struct bytes url = argument(1), content = argument(2);
	for (u32 redirects = 0; redirects <= 5; redirects++) {
		struct answer answer = fetch(url, content);
		if (answer.failed) return say("failed: ", text(error_name(answer.error))), 1;
		int status = response_status(answer.response);
		say("status ", decimal(status));
		if (status < 300 || status > 399) return print_body(answer.response), status >= 400;
		url = header_of(answer.response, "location");
		drop_incoming_response(answer.response);
		say("redirected to ", url);
	}
	return 1;
}
