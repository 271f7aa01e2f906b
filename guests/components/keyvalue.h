/* What our guests need of wasi:keyvalue. */
#pragma once
#include "wasi.h"

/* result<..., error> of wasi:keyvalue/store, whatever it holds: what is smaller begins at the same places. */
struct store_result {
	u8 failed;
	_Alignas(4) union {
		handle_t bucket;
		u8 exists;
		struct {
			u8 is_some;
			struct bytes value;
		};
		struct {
			struct list keys;
			u8 has_cursor;
			struct bytes cursor;
		};
		struct {
			u8 tag; /* no-such-store, access-denied, other */
			struct bytes message;
		} error;
	};
};

struct increment_result {
	u8 failed;
	_Alignas(8) union {
		s64 value;
		struct {
			u8 tag;
			struct bytes message;
		} error;
	};
};

#define STORE "wasi:keyvalue/store@0.2.0-draft2"
IMPORT(STORE, "open") void store_open(const u8 *name, u32 length, struct store_result *result);
IMPORT(STORE, "[method]bucket.get") void bucket_get(handle_t bucket, const u8 *key, u32 length, struct store_result *result);
IMPORT(STORE, "[method]bucket.set")
void bucket_set(handle_t bucket, const u8 *key, u32 length, const u8 *value, u32 value_length, struct store_result *result);
IMPORT(STORE, "[method]bucket.delete") void bucket_delete(handle_t bucket, const u8 *key, u32 length, struct store_result *result);
IMPORT(STORE, "[method]bucket.exists") void bucket_exists(handle_t bucket, const u8 *key, u32 length, struct store_result *result);
IMPORT(STORE, "[method]bucket.list-keys")
void bucket_list_keys(handle_t bucket, int has_cursor, const u8 *cursor, u32 length, struct store_result *result);
IMPORT(STORE, "[resource-drop]bucket") void drop_bucket(handle_t bucket);
IMPORT("wasi:keyvalue/atomics@0.2.0-draft2", "increment")
void atomics_increment(handle_t bucket, const u8 *key, u32 length, s64 delta, struct increment_result *result);
