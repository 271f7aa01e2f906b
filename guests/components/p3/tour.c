/*
 * A command of WASI 0.3: what it does is its first argument.
 *   cat                       standard input to standard output
 *   timers                    three timers at once, and a read of standard input that nobody answers
 *   file NAME                 a file of the first directory to standard output
 *   connect A.B.C.D PORT      sends a line and prints what comes back
 *   hurry TEXT                prints it, and is over without waiting for what becomes of it
 *   fail                      answers the error of its result
 */
#include "async.h"

struct bytes_list {
	struct bytes *at;
	u32 length;
};
IMPORT("wasi:cli/environment@0.3.0", "get-arguments") void arguments3(struct bytes_list *);
IMPORT("[export]wasi:cli/run@0.3.0", "[task-return]run") void return_run(u32 is_error);

struct stream_and_future {
	handle_t stream;
	handle_t future;
};

#define STDIN "wasi:cli/stdin@0.3.0"
IMPORT(STDIN, "read-via-stream") void stdin_read(struct stream_and_future *);
IMPORT(STDIN, "[stream-new-0]read-via-stream") u64 stream_new(void);
IMPORT(STDIN, "[async-lower][stream-read-0]read-via-stream") u32 stream_read(handle_t, u8 *, u32);
IMPORT(STDIN, "[async-lower][stream-write-0]read-via-stream") u32 stream_write(handle_t, const u8 *, u32);
IMPORT(STDIN, "[stream-drop-readable-0]read-via-stream") void stream_drop_readable(handle_t);
IMPORT(STDIN, "[stream-drop-writable-0]read-via-stream") void stream_drop_writable(handle_t);
IMPORT(STDIN, "[async-lower][future-read-1]read-via-stream") u32 cli_future_read(handle_t, u8 *);
IMPORT(STDIN, "[future-drop-readable-1]read-via-stream") void cli_future_drop(handle_t);
IMPORT("wasi:cli/stdout@0.3.0", "write-via-stream") handle_t stdout_write(handle_t);
IMPORT("wasi:clocks/monotonic-clock@0.3.0", "[async-lower]wait-for") u32 start_wait(u64 nanoseconds);

#define FILES "wasi:filesystem/types@0.3.0"
struct directory {
	handle_t descriptor;
	struct bytes name;
};
struct directories {
	struct directory *at;
	u32 length;
};
IMPORT("wasi:filesystem/preopens@0.3.0", "get-directories") void get_directories(struct directories *);
struct opened {
	u32 is_error;
	u32 descriptor_or_code;
	u32 rest[4];
};
IMPORT(FILES, "[method]descriptor.open-at")
void open_at(handle_t, u32 path_flags, const u8 *, u32, u32 open_flags, u32 flags, struct opened *);
IMPORT(FILES, "[method]descriptor.read-via-stream") void file_read(handle_t, u64 offset, struct stream_and_future *);
IMPORT(FILES, "[resource-drop]descriptor") void drop_descriptor(handle_t);

#define SOCKETS "wasi:sockets/types@0.3.0"
IMPORT(SOCKETS, "[static]tcp-socket.create") void tcp_create(u32 family, struct opened *);
/* The address flat: an ipv4 one in the places that both kinds share. */
IMPORT(SOCKETS, "[method]tcp-socket.connect")
void tcp_connect(handle_t, u32 kind, u32 port, u32, u32, u32, u32, u32, u32, u32, u32, u32, u32, struct opened *);
IMPORT(SOCKETS, "[method]tcp-socket.send") handle_t tcp_send(handle_t, handle_t);
IMPORT(SOCKETS, "[method]tcp-socket.receive") void tcp_receive(handle_t, struct stream_and_future *);

static u8 buffer[65536];
static handle_t output;
static handle_t output_ended;

static u32 write_all(handle_t stream, const u8 *bytes, u32 length) {
	while (length > 0) {
		u32 answer = settled(stream, stream_write(stream, bytes, length));
		bytes += COUNT(answer);
		length -= COUNT(answer);
		if (IS_OVER(answer)) return 0;
	}
	return 1;
}

static void open_output(void) {
	u64 ends = stream_new();
	output_ended = stdout_write(READABLE(ends));
	output = WRITABLE(ends);
}

/* Whether all of it was written. */
static u32 close_output(void) {
	u8 result[8];
	stream_drop_writable(output);
	settled(output_ended, cli_future_read(output_ended, result));
	cli_future_drop(output_ended);
	return result[0] == 0;
}

static void print(const char *text) {
	write_all(output, (const u8 *)text, length_of(text));
}

static void print_number(u32 number) {
	char digits[12];
	u32 at = sizeof digits;
	digits[--at] = 0;
	do digits[--at] = '0' + number % 10;
	while ((number /= 10) > 0);
	print(digits + at);
}

static void copy_to_output(handle_t stream) {
	for (;;) {
		u32 answer = settled(stream, stream_read(stream, buffer, sizeof buffer));
		if (COUNT(answer) > 0 && !write_all(output, buffer, COUNT(answer))) break;
		if (IS_OVER(answer)) break;
	}
	stream_drop_readable(stream);
}

static u32 cat(void) {
	u8 result[8];
	struct stream_and_future input;
	stdin_read(&input);
	copy_to_output(input.stream);
	settled(input.future, cli_future_read(input.future, result));
	cli_future_drop(input.future);
	return result[0];
}

static u32 timers(void) {
	static const u32 delays_ms[] = { 500, 250, 20 };
	handle_t set = waitable_set_new();
	struct stream_and_future input;
	stdin_read(&input);
	/* of this one nothing is ever heard */
	if (stream_read(input.stream, buffer, 1) == BLOCKED) waitable_join(input.stream, set);
	handle_t tasks[3];
	for (u32 index = 0; index < 3; index++) {
		tasks[index] = (handle_t)(start_wait(delays_ms[index] * 1000000ull) >> 4);
		waitable_join(tasks[index], set);
	}
	for (u32 left = 3; left > 0;) {
		struct event event = wait_for_any(set);
		if (event.code != EVENT_SUBTASK || event.payload != SUBTASK_RETURNED) continue;
		for (u32 index = 0; index < 3; index++)
			if ((u32)tasks[index] == event.waitable) {
				print_number(delays_ms[index]);
				print("\n");
			}
		waitable_join((handle_t)event.waitable, 0);
		subtask_drop((handle_t)event.waitable);
		left -= 1;
	}
	return 0;
}

static u32 failed(const char *what, u32 code) {
	print(what);
	print(": error-code ");
	print_number(code & 0xff);
	print("\n");
	return 1;
}

static u32 file(struct bytes name) {
	struct directories given;
	struct opened opened;
	struct stream_and_future content;
	get_directories(&given);
	open_at(given.at[0].descriptor, 0, name.at, name.length, 0, 1, &opened);
	if (opened.is_error & 1) return failed("open", opened.descriptor_or_code);
	file_read((handle_t)opened.descriptor_or_code, 0, &content);
	/* the stream goes on without it */
	drop_descriptor((handle_t)opened.descriptor_or_code);
	copy_to_output(content.stream);
	return 0;
}

static u32 number_in(struct bytes text, u32 *at) {
	u32 number = 0;
	while (*at < text.length && text.at[*at] >= '0' && text.at[*at] <= '9') number = number * 10 + text.at[(*at)++] - '0';
	*at += 1;
	return number;
}

static u32 connect(struct bytes address, struct bytes port) {
	struct opened opened;
	struct stream_and_future received;
	u32 at = 0, first = 0, part[4];
	for (u32 index = 0; index < 4; index++) part[index] = number_in(address, &at);
	tcp_create(0, &opened);
	if (opened.is_error & 1) return failed("create", opened.descriptor_or_code);
	handle_t socket = (handle_t)opened.descriptor_or_code;
	tcp_connect(socket, 0, number_in(port, &first), part[0], part[1], part[2], part[3], 0, 0, 0, 0, 0, 0, &opened);
	if (opened.is_error & 1) return failed("connect", opened.descriptor_or_code);
	u64 ends = stream_new();
	tcp_send(socket, READABLE(ends));
	tcp_receive(socket, &received);
	write_all(WRITABLE(ends), (const u8 *)"ping\n", 5);
	stream_drop_writable(WRITABLE(ends));
	copy_to_output(received.stream);
	return 0;
}

static u32 is(struct bytes text, const char *word) {
	if (text.length != length_of(word)) return 0;
	for (u32 index = 0; index < text.length; index++)
		if (text.at[index] != (u8)word[index]) return 0;
	return 1;
}

static u32 act(struct bytes_list arguments) {
	struct bytes *words = arguments.at;
	if (arguments.length < 2) return failed("no argument", 0);
	if (is(words[1], "cat")) return cat();
	if (is(words[1], "timers")) return timers();
	if (is(words[1], "file") && arguments.length == 3) return file(words[2]);
	if (is(words[1], "connect") && arguments.length == 4) return connect(words[2], words[3]);
	return 1;
}

EXPORT("[async-lift]wasi:cli/run@0.3.0#run") u32 run(void) {
	struct bytes_list arguments;
	arguments3(&arguments);
	open_output();
	if (arguments.length == 3 && is(arguments.at[1], "hurry")) {
		write_all(output, arguments.at[2].at, arguments.at[2].length);
		return_run(0);
		return EXIT;
	}
	u32 is_error = act(arguments);
	if (!close_output()) is_error = 1;
	return_run(is_error);
	return EXIT;
}

EXPORT("[callback][async-lift]wasi:cli/run@0.3.0#run") u32 run_callback(u32 code UNUSED, u32 index UNUSED, u32 payload UNUSED) {
	__builtin_trap();
}
