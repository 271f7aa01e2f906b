/* A service that calls another: /?url=http://127.0.0.1:8080/path answers what that one answers, or 502 and why not. */
#include "outgoing.h"

IMPORT("wasi:io/streams@0.2.6", "[method]output-stream.blocking-splice")
void blocking_splice(handle_t to, handle_t from, u64 length_max, u64 result[2]);

static void pass_on(handle_t out, handle_t answer) {
	struct word_result body, stream;
	u64 result[2];
	struct response response = start_response(out, response_status(answer), "application/octet-stream");
	response_consume(answer, &body);
	incoming_body_stream(body.value, &stream);
	do blocking_splice(response.stream, stream.value, 1 << 20, result);
	while ((u8)result[0] == 0);
	if ((u8)result[1] == 0) drop_error(result[1] >> 32);
	drop_input_stream(stream.value);
	drop_incoming_body(body.value);
	drop_incoming_response(answer);
	finish_response(response);
}

EXPORT("wasi:http/incoming-handler@0.2.6#handle") void handle(handle_t request, handle_t out) {
	forget_all();
	struct bytes url = query(path_of(request), "url=");
	drop_incoming_request(request);
	if (!starts_with(url, "http")) return respond(out, 400, text("/?url=URL\n"));
	struct answer answer = fetch(url, text(""));
	if (answer.failed) respond(out, 502, join(text(error_name(answer.error)), text("\n")));
	else pass_on(out, answer.response);
}
