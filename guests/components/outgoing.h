/* What our clients need of wasi:http 0.2. */
#pragma once
#include "http.h"

/* option<result<result<own<incoming-response>, error-code>>>. */
struct future_result {
	u8 is_some;
	_Alignas(8) u8 already_taken;
	_Alignas(8) struct http_result response;
};

IMPORT(TYPES, "[constructor]outgoing-request") handle_t new_outgoing_request(handle_t headers);
IMPORT(TYPES, "[method]outgoing-request.set-method")
int request_set_method(handle_t request, int tag, const u8 *other, u32 other_length);
IMPORT(TYPES, "[method]outgoing-request.set-scheme")
int request_set_scheme(handle_t request, int is_some, int tag, const u8 *other, u32 other_length);
IMPORT(TYPES, "[method]outgoing-request.set-authority")
int request_set_authority(handle_t request, int is_some, const u8 *at, u32 length);
IMPORT(TYPES, "[method]outgoing-request.set-path-with-query")
int request_set_path(handle_t request, int is_some, const u8 *at, u32 length);
IMPORT(TYPES, "[method]outgoing-request.body") void outgoing_request_body(handle_t request, struct word_result *body);
IMPORT(TYPES, "[method]future-incoming-response.subscribe") handle_t future_subscribe(handle_t future);
IMPORT(TYPES, "[method]future-incoming-response.get") void future_get(handle_t future, struct future_result *result);
IMPORT(TYPES, "[resource-drop]future-incoming-response") void drop_future(handle_t future);
IMPORT(TYPES, "[method]incoming-response.status") int response_status(handle_t response);
IMPORT(TYPES, "[method]incoming-response.headers") handle_t response_headers(handle_t response);
IMPORT(TYPES, "[method]incoming-response.consume") void response_consume(handle_t response, struct word_result *body);
IMPORT(TYPES, "[resource-drop]incoming-response") void drop_incoming_response(handle_t response);
IMPORT("wasi:http/outgoing-handler@0.2.6", "handle")
void send_request(handle_t request, int has_options, handle_t options, struct http_result *future);

/* By the tag of error-code. */
static const char *const ERROR_NAMES[] = {
	"DNS-timeout",
	"DNS-error",
	"destination-not-found",
	"destination-unavailable",
	"destination-IP-prohibited",
	"destination-IP-unroutable",
	"connection-refused",
	"connection-terminated",
	"connection-timeout",
	"connection-read-timeout",
	"connection-write-timeout",
	"connection-limit-reached",
	"TLS-protocol-error",
	"TLS-certificate-error",
	"TLS-alert-received",
	"HTTP-request-denied",
};

UNUSED static const char *error_name(u8 tag) {
	return tag < sizeof ERROR_NAMES / sizeof *ERROR_NAMES ? ERROR_NAMES[tag] : "another error";
}

/* What came of a request: a response, or the tag of an error. */
struct answer {
	u8 failed, error;
	handle_t response;
};

enum { GET = 0, POST = 2 };

UNUSED static void send_body(handle_t body, struct bytes what) {
	struct word_result stream;
	struct http_result result;
	outgoing_body_write(body, &stream);
	write_bytes(stream.value, what);
	drop_output_stream(stream.value);
	outgoing_body_finish(body, 0, 0, &result);
}

UNUSED static handle_t make_request(struct bytes url, int method) {
	int is_https = starts_with(url, "https://");
	struct bytes rest = from(url, is_https ? 8 : 7), authority = until(rest, find(rest, '/'));
	struct bytes path = authority.length == rest.length ? text("/") : from(rest, authority.length);
	handle_t request = new_outgoing_request(new_fields());
	int wrong = request_set_method(request, method, 0, 0) | request_set_scheme(request, 1, is_https, 0, 0);
	wrong |= request_set_authority(request, 1, authority.at, authority.length);
	wrong |= request_set_path(request, 1, path.at, path.length);
	if (wrong) __builtin_trap();
	return request;
}

/* A request to an absolute URL, http or https; with a body it is a POST. Waits for the response's head. */
UNUSED static struct answer fetch(struct bytes url, struct bytes content) {
	handle_t request = make_request(url, content.length > 0 ? POST : GET);
	struct word_result body = {1, 0};
	if (content.length > 0) outgoing_request_body(request, &body);
	struct http_result sent;
	send_request(request, 0, 0, &sent);
	if (sent.failed) return (struct answer){1, sent.error.tag, 0};
	if (!body.failed) send_body(body.value, content);
	wait_for(future_subscribe(sent.value));
	struct future_result got;
	future_get(sent.value, &got);
	drop_future(sent.value);
	if (!got.is_some || got.already_taken) __builtin_trap();
	if (got.response.failed) return (struct answer){1, got.response.error.tag, 0};
	return (struct answer){0, 0, got.response.value};
}

/* The first value of a header; empty when there is none. */
UNUSED static struct bytes header_of(handle_t response, const char *name) {
	struct list values;
	handle_t headers = response_headers(response);
	fields_get(headers, (const u8 *)name, length_of(name), &values);
	drop_fields(headers);
	return values.length > 0 ? *(struct bytes *)values.items : text("");
}
