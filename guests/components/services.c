/*
 * A user of what a host may lend beside WASI proper:
 *   config [KEY]           wasi:config/store: a value, or all
 *   set STORE KEY VALUE    wasi:keyvalue
 *   get STORE KEY
 *   delete STORE KEY
 *   exists STORE KEY
 *   keys STORE
 *   count STORE KEY        adds one, in one step
 *   log LEVEL MESSAGE      wasi:logging; LEVEL from 0 (trace) to 5 (critical)
 */
#include "keyvalue.h"

struct config_result {
	u8 failed;
	_Alignas(4) union {
		struct {
			u8 is_some;
			struct bytes value;
		};
		struct list all;
	};
};

IMPORT("wasi:config/store@0.2.0-rc.1", "get") void config_get(const u8 *key, u32 length, struct config_result *result);
IMPORT("wasi:config/store@0.2.0-rc.1", "get-all") void config_get_all(struct config_result *result);
IMPORT("wasi:logging/logging@0.1.0-draft", "log")
void log_message(int level, const u8 *context, u32 context_length, const u8 *message, u32 length);

static int print(struct bytes line) {
	return !write_bytes(get_stdout(), join(line, text("\n")));
}

static int fail(struct bytes why) {
	write_bytes(get_stderr(), join(why, text("\n")));
	return 1;
}

static int config(struct bytes key) {
	struct config_result result;
	if (key.length > 0) {
		config_get(key.at, key.length, &result);
		if (result.failed) return fail(text("config failed"));
		return result.is_some ? print(result.value) : fail(text("no such key"));
	}
	config_get_all(&result);
	if (result.failed) return fail(text("config failed"));
	struct bytes *pairs = result.all.items;
	for (u32 i = 0; i < result.all.length; i++) print(join(join(pairs[2 * i], text("=")), pairs[2 * i + 1]));
	return 0;
}

static int log_one(struct bytes level, struct bytes message) {
	struct bytes context = text("services");
	log_message(number(level), context.at, context.length, message.at, message.length);
	return 0;
}

static int refused(u8 tag, struct bytes message) {
	return fail(tag == 0 ? text("no-such-store") : tag == 1 ? text("access-denied") : join(text("other: "), message));
}

static int count(handle_t bucket, struct bytes key) {
	struct increment_result result;
	atomics_increment(bucket, key.at, key.length, 1, &result);
	return result.failed ? refused(result.error.tag, result.error.message) : print(decimal(result.value));
}

static int keys(handle_t bucket) {
	struct bytes cursor = text("");
	for (int has_cursor = 0;;) {
		struct store_result result;
		bucket_list_keys(bucket, has_cursor, cursor.at, cursor.length, &result);
		if (result.failed) return refused(result.error.tag, result.error.message);
		for (u32 i = 0; i < result.keys.length; i++) print(((struct bytes *)result.keys.items)[i]);
		if (!result.has_cursor) return 0;
		has_cursor = 1, cursor = result.cursor;
	}
}

static int use(struct bytes verb, handle_t bucket, struct bytes key, struct bytes value) {
	struct store_result result;
	if (equals(verb, "count")) return count(bucket, key);
	if (equals(verb, "keys")) return keys(bucket);
	if (equals(verb, "set")) bucket_set(bucket, key.at, key.length, value.at, value.length, &result);
	else if (equals(verb, "delete")) bucket_delete(bucket, key.at, key.length, &result);
	else if (equals(verb, "exists")) bucket_exists(bucket, key.at, key.length, &result);
	else bucket_get(bucket, key.at, key.length, &result);
	if (result.failed) return refused(result.error.tag, result.error.message);
	if (equals(verb, "exists")) return print(text(result.exists ? "yes" : "no"));
	if (equals(verb, "get")) return result.is_some ? print(result.value) : fail(text("no such key"));
	return 0;
}

EXPORT("wasi:cli/run@0.2.6#run") int run(void) {
	struct bytes verb = argument(1), name = argument(2);
	struct store_result opened;
	if (equals(verb, "config")) return config(name);
	if (equals(verb, "log")) return log_one(name, argument(3));
	store_open(name.at, name.length, &opened);
	if (opened.failed) return refused(opened.error.tag, opened.error.message);
	return use(verb, opened.bucket, argument(3), argument(4));
}
