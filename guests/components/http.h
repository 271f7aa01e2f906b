/* What our services need of wasi:http 0.2. */
#pragma once
#include "wasi.h"

/* result<own<...>> and option<...>: a tag and one word. */
struct word_result {
	u8 failed;
	handle_t value;
};

/* result<_, error-code>, and result<own<...>, error-code>. */
struct http_result {
	u8 failed;
	_Alignas(8) union {
		handle_t value;
		struct {
			u8 tag;
			_Alignas(8) u8 payload[24];
		} error;
	};
};

struct optional_text {
	u8 is_some;
	struct bytes text;
};

struct method {
	u8 tag;
	struct bytes other;
};

#define TYPES "wasi:http/types@0.2.6"
IMPORT(TYPES, "[constructor]fields") handle_t new_fields(void);
IMPORT(TYPES, "[method]fields.append")
void fields_append(handle_t fields, const u8 *name, u32 name_length, const u8 *value, u32 value_length, u8 *result);
IMPORT(TYPES, "[method]fields.get") void fields_get(handle_t fields, const u8 *name, u32 name_length, struct list *values);
IMPORT(TYPES, "[method]fields.entries") void fields_entries(handle_t fields, struct list *entries);
IMPORT(TYPES, "[resource-drop]fields") void drop_fields(handle_t fields);
IMPORT(TYPES, "[method]incoming-request.method") void request_method(handle_t request, struct method *method);
IMPORT(TYPES, "[method]incoming-request.path-with-query") void request_path(handle_t request, struct optional_text *path);
IMPORT(TYPES, "[method]incoming-request.headers") handle_t request_headers(handle_t request);
IMPORT(TYPES, "[method]incoming-request.consume") void request_consume(handle_t request, struct word_result *body);
IMPORT(TYPES, "[resource-drop]incoming-request") void drop_incoming_request(handle_t request);
IMPORT(TYPES, "[method]incoming-body.stream") void incoming_body_stream(handle_t body, struct word_result *stream);
IMPORT(TYPES, "[resource-drop]incoming-body") void drop_incoming_body(handle_t body);
IMPORT(TYPES, "[constructor]outgoing-response") handle_t new_outgoing_response(handle_t headers);
IMPORT(TYPES, "[method]outgoing-response.set-status-code") int response_set_status(handle_t response, int status);
IMPORT(TYPES, "[method]outgoing-response.body") void response_body(handle_t response, struct word_result *body);
IMPORT(TYPES, "[method]outgoing-body.write") void outgoing_body_write(handle_t body, struct word_result *stream);
IMPORT(TYPES, "[static]outgoing-body.finish")
void outgoing_body_finish(handle_t body, int has_trailers, handle_t trailers, struct http_result *result);
/* result<outgoing-response, error-code>, flat: of the error we only ever give the tag, or internal-error with a text. */
IMPORT(TYPES, "[static]response-outparam.set")
void outparam_set(handle_t out, int failed, int value, int a, u64 b, int c, int d, int e, int f);

/* A response that has begun. */
struct response {
	handle_t body, stream;
};

UNUSED static void add_field(handle_t fields, const char *name, struct bytes value) {
	u8 result[2];
	fields_append(fields, (const u8 *)name, length_of(name), value.at, value.length, result);
	if (result[0] != 0) __builtin_trap();
}

UNUSED static struct response start_response(handle_t out, int status, const char *type) {
	handle_t headers = new_fields();
	add_field(headers, "content-type", text(type));
	handle_t response = new_outgoing_response(headers);
	response_set_status(response, status);
	struct word_result body, stream;
	response_body(response, &body);
	outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
	outgoing_body_write(body.value, &stream);
	return (struct response){body.value, stream.value};
}

UNUSED static void finish_response(struct response response) {
	struct http_result result;
	drop_output_stream(response.stream);
	outgoing_body_finish(response.body, 0, 0, &result);
}

UNUSED static void respond(handle_t out, int status, struct bytes what) {
	struct response response = start_response(out, status, "text/plain");
	write_bytes(response.stream, what);
	finish_response(response);
}

/* The path with its query, or "/". */
UNUSED static struct bytes path_of(handle_t request) {
	struct optional_text path;
	request_path(request, &path);
	return path.is_some ? path.text : text("/");
}

/* The value of `name=` (say "ms=") in the query of a path; empty when there is none. */
UNUSED static struct bytes query(struct bytes path, const char *name) {
	struct bytes rest = from(path, find(path, '?') + 1);
	while (rest.length > 0) {
		struct bytes one = until(rest, find(rest, '&'));
		if (starts_with(one, name)) return from(one, length_of(name));
		rest = from(rest, one.length + 1);
	}
	return rest;
}

UNUSED static struct bytes path_only(struct bytes path) {
	return until(path, find(path, '?'));
}
