/* A library for `--invoke`: a function for each kind of type, that answers what it was given, and some that compute. */
#include "wasi.h"

#define VALUES "wherry:guests/values@1.0.0#"
#define ECHO(name, type) EXPORT(VALUES "echo-" #name) type echo_##name(type value) { return value; }

ECHO(bool, int)
ECHO(u8, int)
ECHO(s8, int)
ECHO(u16, int)
ECHO(s16, int)
ECHO(u32, int)
ECHO(s32, int)
ECHO(u64, s64)
ECHO(s64, s64)
ECHO(f32, float)
ECHO(f64, double)
ECHO(char, int)
ECHO(colour, int)
ECHO(access, int)
ECHO(empty, int)

#define NEW(type, ...) ({ type *made = allocate(sizeof(type), _Alignof(type)); *made = (type)__VA_ARGS__; made; })

EXPORT(VALUES "echo-string") struct bytes *echo_string(u8 *at, u32 length) {
	return NEW(struct bytes, {at, length});
}

EXPORT(VALUES "echo-bytes") struct bytes *echo_bytes(u8 *at, u32 length) {
	return NEW(struct bytes, {at, length});
}

EXPORT(VALUES "echo-strings") struct list *echo_strings(void *items, u32 length) {
	return NEW(struct list, {items, length});
}

struct pair {
	u8 first;
	struct bytes second;
};

EXPORT(VALUES "echo-tuple") struct pair *echo_tuple(int first, u8 *at, u32 length) {
	return NEW(struct pair, {first, {at, length}});
}

EXPORT(VALUES "echo-option") struct pair *echo_option(int is_some, u8 *at, u32 length) {
	return NEW(struct pair, {is_some, {at, length}});
}

struct nested {
	u8 outer;
	_Alignas(4) u8 inner;
	u32 value;
};

EXPORT(VALUES "echo-nested") struct nested *echo_nested(int outer, int inner, u32 value) {
	return NEW(struct nested, {outer, inner, value});
}

EXPORT(VALUES "echo-result") struct pair *echo_result(int failed, u8 *at_or_value, u32 length) {
	return NEW(struct pair, {failed, {at_or_value, length}});
}

struct point {
	int x, y;
};

EXPORT(VALUES "echo-point") struct point *echo_point(int x, int y) {
	return NEW(struct point, {x, y});
}

struct shape {
	u8 tag;
	union {
		s64 circle; /* the bits of the f64 */
		struct point square;
	};
};

EXPORT(VALUES "echo-shape") struct shape *echo_shape(int tag, s64 bits_or_word, int second) {
	struct shape *made = NEW(struct shape, {tag, {bits_or_word}});
	if (tag == 1 || tag == 2) made->square = (struct point){bits_or_word, second};
	return made;
}

/* ---- a resource ---- */

IMPORT("[export]wherry:guests/values@1.0.0", "[resource-new]counter") handle_t counter_new(u32 *state);

EXPORT(VALUES "[constructor]counter") handle_t counter(u32 start) {
	return counter_new(NEW(u32, {start}));
}

EXPORT(VALUES "[method]counter.next") u32 counter_next(u32 *state) {
	return (*state)++;
}

/* ---- what computes ---- */

EXPORT(VALUES "greet") struct bytes *greet(u8 *at, u32 length, u32 times) {
	struct bytes line = join(join(text("hello, "), (struct bytes){at, length}), text("! "));
	struct bytes all = text("");
	for (u32 i = 0; i < times; i++) all = join(all, line);
	return NEW(struct bytes, {all.at, all.length > 0 ? all.length - 1 : 0});
}

/* Called when the result of greet has been read. */
EXPORT("cabi_post_" VALUES "greet") void greet_post(UNUSED struct bytes *result) {
	forget_all();
}

EXPORT(VALUES "sum") s64 sum(s64 *numbers, u32 length) {
	s64 sum = 0;
	for (u32 i = 0; i < length; i++) sum += numbers[i];
	return sum;
}

EXPORT(VALUES "divide") struct pair *divide(int dividend, int divisor) {
	if (divisor == 0) return NEW(struct pair, {1, text("division by zero")});
	return NEW(struct pair, {0, {(u8 *)(dividend / divisor), 0}});
}

EXPORT(VALUES "nothing") void nothing(void) {}

EXPORT(VALUES "trap") void trap(void) {
	__builtin_trap();
}

EXPORT("add") int add(int a, int b) {
	return a + b;
}
