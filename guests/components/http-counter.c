/* A service that counts its requests in the key-value store 'visits', which all its instances share. */
#include "http.h"
#include "keyvalue.h"

EXPORT("wasi:http/incoming-handler@0.2.6#handle") void handle(handle_t request, handle_t out) {
	struct bytes name = text("visits"), key = text("all");
	struct store_result opened;
	struct increment_result counted;
	drop_incoming_request(request);
	store_open(name.at, name.length, &opened);
	if (!opened.failed) atomics_increment(opened.bucket, key.at, key.length, 1, &counted);
	struct response response = start_response(out, opened.failed || counted.failed ? 503 : 200, "text/plain");
	write_bytes(response.stream, opened.failed || counted.failed ? text("no store") : decimal(counted.value));
	finish_response(response);
}
