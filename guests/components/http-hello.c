/* The smallest service: says the same thing to everybody, keeps nothing. */
#include "http.h"

EXPORT("wasi:http/incoming-handler@0.2.6#handle") void handle(handle_t request, handle_t out) {
	drop_incoming_request(request);
	struct response response = start_response(out, 200, "text/plain");
	write_text(response.stream, "Hello, world!");
	finish_response(response);
}
