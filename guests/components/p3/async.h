/*
 * What our guests need of the asynchronous canonical ABI: tasks that wait on their own stack for one thing or several.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md says what the numbers mean.
 */
#pragma once

#include "../wasi.h"

/* What a read, write or subtask answers when it goes on behind our back. */
#define BLOCKED 0xffffffffu
enum copy_result { COMPLETED, DROPPED, CANCELLED };
enum { SUBTASK_RETURNED = 2 };
enum event_code { EVENT_SUBTASK = 1, EVENT_STREAM_READ, EVENT_STREAM_WRITE, EVENT_FUTURE_READ, EVENT_FUTURE_WRITE };
/* What a task answers when it returns: it is done, or to be called back when something of a set (`WAIT | set << 4`) happens. */
enum { EXIT = 0, WAIT = 2 };

struct event {
	u32 code;
	u32 waitable;
	u32 payload;
};

/* A stream or future made here: the writable end in the upper half, the readable one in the lower. */
#define READABLE(pair) ((handle_t)(pair))
#define WRITABLE(pair) ((handle_t)((pair) >> 32))

IMPORT("$root", "[waitable-set-new]") handle_t waitable_set_new(void);
IMPORT("$root", "[waitable-set-wait]") u32 waitable_set_wait(handle_t set, u32 *index_and_payload);
IMPORT("$root", "[waitable-set-drop]") void waitable_set_drop(handle_t set);
IMPORT("$root", "[waitable-join]") void waitable_join(handle_t waitable, handle_t set);
IMPORT("$root", "[subtask-drop]") void subtask_drop(handle_t subtask);

/* Sleeps until something of the set has happened. */
UNUSED static struct event wait_for_any(handle_t set) {
	u32 rest[2];
	u32 code = waitable_set_wait(set, rest);
	return (struct event){ code, rest[0], rest[1] };
}

/* Sleeps until one thing has happened; its payload. */
UNUSED static u32 wait_for_one(handle_t waitable) {
	handle_t set = waitable_set_new();
	waitable_join(waitable, set);
	u32 payload = wait_for_any(set).payload;
	waitable_join(waitable, 0);
	waitable_set_drop(set);
	return payload;
}

/* The answer of a read or write, slept for where it was not given at once. */
UNUSED static u32 settled(handle_t end, u32 answer) {
	return answer == BLOCKED ? wait_for_one(end) : answer;
}

/* How many items an answer speaks of, and whether the other end has gone. */
#define COUNT(answer) ((answer) >> 4)
#define IS_OVER(answer) (((answer) & 0xf) == DROPPED)
