/*
 * A user of sockets:
 *   connect HOST:PORT TEXT   connects (to each address of a name, until one answers), sends a line, prints what comes back
 *   resolve NAME             prints the addresses of a name
 *   listen ADDRESS:PORT      takes one connection, sends back what comes
 */
#include "wasi.h"

/* result<_, error-code> */
struct done {
	u8 failed, error;
};

/* result<own<...>, error-code>, and with as many words as there are: streams of a connection. */
struct made {
	u8 failed;
	_Alignas(4) union {
		handle_t handles[3];
		u8 error;
	};
};

/* result<option<ip-address>, error-code> */
struct next_address {
	u8 failed;
	_Alignas(2) union {
		u8 error;
		struct {
			u8 is_some;
			_Alignas(2) u8 is_v6;
			_Alignas(2) union {
				u8 v4[4];
				u16 v6[8];
			};
		};
	};
};

/* ip-socket-address, flat: of IPv4 the first five words. */
struct address {
	int is_v6;
	int words[11];
};

#define TCP "wasi:sockets/tcp@0.2.6"
#define FLAT_ADDRESS int is_v6, int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k
#define SPREAD(x) (x).is_v6, (x).words[0], (x).words[1], (x).words[2], (x).words[3], (x).words[4], (x).words[5], \
	(x).words[6], (x).words[7], (x).words[8], (x).words[9], (x).words[10]

IMPORT("wasi:sockets/instance-network@0.2.6", "instance-network") handle_t instance_network(void);
IMPORT("wasi:sockets/ip-name-lookup@0.2.6", "resolve-addresses")
void resolve_addresses(handle_t network, const u8 *name, u32 length, struct made *stream);
IMPORT("wasi:sockets/ip-name-lookup@0.2.6", "[method]resolve-address-stream.resolve-next-address")
void resolve_next_address(handle_t stream, struct next_address *next);
IMPORT("wasi:sockets/ip-name-lookup@0.2.6", "[method]resolve-address-stream.subscribe")
handle_t resolve_subscribe(handle_t stream);
IMPORT("wasi:sockets/tcp-create-socket@0.2.6", "create-tcp-socket") void create_tcp_socket(int family, struct made *socket);
IMPORT(TCP, "[method]tcp-socket.start-bind")
void start_bind(handle_t socket, handle_t network, FLAT_ADDRESS, struct done *done);
IMPORT(TCP, "[method]tcp-socket.finish-bind") void finish_bind(handle_t socket, struct done *done);
IMPORT(TCP, "[method]tcp-socket.start-listen") void start_listen(handle_t socket, struct done *done);
IMPORT(TCP, "[method]tcp-socket.finish-listen") void finish_listen(handle_t socket, struct done *done);
IMPORT(TCP, "[method]tcp-socket.accept") void accept(handle_t socket, struct made *accepted);
IMPORT(TCP, "[method]tcp-socket.start-connect")
void start_connect(handle_t socket, handle_t network, FLAT_ADDRESS, struct done *done);
IMPORT(TCP, "[method]tcp-socket.finish-connect") void finish_connect(handle_t socket, struct made *streams);
IMPORT(TCP, "[method]tcp-socket.subscribe") handle_t tcp_subscribe(handle_t socket);
IMPORT(TCP, "[method]tcp-socket.shutdown") void tcp_shutdown(handle_t socket, int type, struct done *done);
IMPORT(TCP, "[resource-drop]tcp-socket") void drop_tcp_socket(handle_t socket);

enum { WOULD_BLOCK = 8, SHUTDOWN_SEND = 1 };

static const char *const ERROR_NAMES[] = {
	"unknown", "access-denied", "not-supported", "invalid-argument", "out-of-memory", "timeout", "concurrency-conflict",
	"not-in-progress", "would-block", "invalid-state", "new-socket-limit", "address-not-bindable", "address-in-use",
	"remote-unreachable", "connection-refused", "connection-reset", "connection-aborted", "datagram-too-large",
	"name-unresolvable", "temporary-resolver-failure", "permanent-resolver-failure",
};

static int fail(const char *doing, u8 error) {
	write_bytes(get_stderr(), join(join(text(doing), text(": ")), join(text(ERROR_NAMES[error]), text("\n"))));
	return 1;
}

/* 127.0.0.1 only in this form; whether it is one. */
static int parse_v4(struct bytes host, struct address *into) {
	*into = (struct address){0, {0}};
	for (u32 i = 1; i <= 4; i++) {
		struct bytes part = until(host, find(host, '.'));
		if (part.length == 0 || part.at[0] < '0' || part.at[0] > '9') return 0;
		into->words[i] = number(part);
		host = from(host, part.length + 1);
	}
	return host.length == 0;
}

static struct address address_of(const struct next_address *next) {
	struct address address = {next->is_v6, {0}};
	if (next->is_v6) for (u32 i = 0; i < 8; i++) address.words[i + 2] = next->v6[i];
	else for (u32 i = 0; i < 4; i++) address.words[i + 1] = next->v4[i];
	return address;
}

/* ---- connect ---- */

static int talk(struct made connection, handle_t socket, struct bytes line) {
	struct bytes piece;
	struct done done;
	write_bytes(connection.handles[1], join(line, text("\n")));
	tcp_shutdown(socket, SHUTDOWN_SEND, &done);
	while (read_some(connection.handles[0], 4096, &piece)) write_bytes(get_stdout(), piece);
	drop_input_stream(connection.handles[0]);
	drop_output_stream(connection.handles[1]);
	drop_tcp_socket(socket);
	return 0;
}

/* Whether it connected; what hindered it is said. */
static int connect(handle_t network, struct address address, u16 port, struct bytes line) {
	struct made socket, streams;
	struct done done;
	address.words[0] = port;
	create_tcp_socket(address.is_v6, &socket);
	if (socket.failed) return fail("create-tcp-socket", socket.error);
	start_connect(socket.handles[0], network, SPREAD(address), &done);
	if (done.failed) return fail("start-connect", done.error);
	do wait_for(tcp_subscribe(socket.handles[0])), finish_connect(socket.handles[0], &streams);
	while (streams.failed && streams.error == WOULD_BLOCK);
	if (streams.failed) return fail("finish-connect", streams.error);
	return talk(streams, socket.handles[0], line);
}

/* The next address of a name, waited for. */
static struct next_address next_of(handle_t stream) {
	struct next_address next;
	do wait_for(resolve_subscribe(stream)), resolve_next_address(stream, &next);
	while (next.failed && next.error == WOULD_BLOCK);
	return next;
}

static int connect_to(handle_t network, struct bytes target, struct bytes line) {
	struct bytes host = until(target, find(target, ':'));
	u16 port = number(from(target, host.length + 1));
	struct address address;
	if (parse_v4(host, &address)) return connect(network, address, port, line);
	struct made stream;
	resolve_addresses(network, host.at, host.length, &stream);
	if (stream.failed) return fail("resolve-addresses", stream.error);
	for (;;) {
		struct next_address next = next_of(stream.handles[0]);
		if (next.failed) return fail("resolve-next-address", next.error);
		if (!next.is_some) return 1;
		if (connect(network, address_of(&next), port, line) == 0) return 0;
	}
}

/* ---- resolve ---- */

static struct bytes hexadecimal(u16 value) {
	u8 *digits = allocate(4, 1);
	for (u32 i = 0; i < 4; i++) digits[i] = "0123456789abcdef"[value >> (12 - 4 * i) & 15];
	return (struct bytes){digits, 4};
}

static void print_address(const struct next_address *next) {
	struct bytes line = text("");
	if (next->is_v6) for (u32 i = 0; i < 8; i++) line = join(join(line, text(i > 0 ? ":" : "")), hexadecimal(next->v6[i]));
	else for (u32 i = 0; i < 4; i++) line = join(join(line, text(i > 0 ? "." : "")), decimal(next->v4[i]));
	write_bytes(get_stdout(), join(line, text("\n")));
}

static int resolve(handle_t network, struct bytes name) {
	struct made stream;
	resolve_addresses(network, name.at, name.length, &stream);
	if (stream.failed) return fail("resolve-addresses", stream.error);
	for (;;) {
		struct next_address next = next_of(stream.handles[0]);
		if (next.failed) return fail("resolve-next-address", next.error);
		if (!next.is_some) return 0;
		print_address(&next);
	}
}

/* ---- listen ---- */

static int echo_one(handle_t listener) {
	struct made accepted;
	struct bytes piece;
	do wait_for(tcp_subscribe(listener)), accept(listener, &accepted);
	while (accepted.failed && accepted.error == WOULD_BLOCK);
	if (accepted.failed) return fail("accept", accepted.error);
	while (read_some(accepted.handles[1], 4096, &piece)) write_bytes(accepted.handles[2], piece);
	drop_input_stream(accepted.handles[1]);
	drop_output_stream(accepted.handles[2]);
	drop_tcp_socket(accepted.handles[0]);
	return 0;
}

static int listen(handle_t network, struct bytes target) {
	struct made socket;
	struct done done;
	struct address address;
	struct bytes host = until(target, find(target, ':'));
	if (!parse_v4(host, &address)) return fail("listen", 3);
	address.words[0] = number(from(target, host.length + 1));
	create_tcp_socket(0, &socket);
	if (socket.failed) return fail("create-tcp-socket", socket.error);
	start_bind(socket.handles[0], network, SPREAD(address), &done);
	if (!done.failed) finish_bind(socket.handles[0], &done);
	if (done.failed) return fail("bind", done.error);
	start_listen(socket.handles[0], &done);
	if (!done.failed) finish_listen(socket.handles[0], &done);
	if (done.failed) return fail("listen", done.error);
	write_text(get_stdout(), "listening\n");
	return echo_one(socket.handles[0]);
}

EXPORT("wasi:cli/run@0.2.6#run") int run(void) {
	handle_t network = instance_network();
	struct bytes verb = argument(1);
	if (equals(verb, "connect")) return connect_to(network, argument(2), argument(3));
	if (equals(verb, "resolve")) return resolve(network, argument(2));
	if (equals(verb, "listen")) return listen(network, argument(2));
	write_text(get_stderr(), "connect HOST:PORT TEXT | resolve NAME | listen ADDRESS:PORT\n");
	return 1;
}
