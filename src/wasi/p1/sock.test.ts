import assert from "node:assert/strict";
import { test } from "node:test";
import { Caller, MEMORY_END, RESULT_AT } from "./caller.contract.ts";

const LISTENER = 6;

function accepted(text: string) {
	const guest = new Caller();
	const peer = guest.listener.connect();
	peer.write([new TextEncoder().encode(text)]);
	assert.equal(guest.call("sock_accept", LISTENER, 0, RESULT_AT), "SUCCESS");
	return { guest, peer, fd: guest.u32() };
}

test("a connection is accepted, read by peeking and by taking, and answered", () => {
	const { guest, peer, fd } = accepted("hello");
	const [pointer] = guest.put("?".repeat(16));
	const iovecs = guest.iovecs([pointer, 16]);
	assert.equal(guest.call("sock_recv", fd, ...iovecs, 1, RESULT_AT, RESULT_AT + 8), "SUCCESS");
	assert.equal(guest.text(pointer, guest.u32()), "hello");
	assert.equal(guest.call("sock_recv", fd, ...iovecs, 0, RESULT_AT, RESULT_AT + 8), "SUCCESS");
	assert.equal(guest.u32(), 5);
	assert.equal(guest.call("sock_recv", fd, ...iovecs, 0, RESULT_AT, RESULT_AT + 8), "EAGAIN");
	assert.equal(guest.call("sock_send", fd, ...guest.iovecs(guest.put("and back")), 0, RESULT_AT), "SUCCESS");
	const answer = new Uint8Array(16);
	assert.equal(peer.read([answer]), 8);
	assert.equal(guest.call("sock_shutdown", fd, 2), "SUCCESS");
	assert.equal(peer.read([answer]), 0, "its end has come");
});

const REFUSALS: readonly (readonly [name: string, answer: string, call: string, ...args: number[]])[] = [
	["accepting on a file", "ENOTSOCK", "sock_accept", 3, 0, RESULT_AT],
	["accepting on standard input", "ENOTSOCK", "sock_accept", 0, 0, RESULT_AT],
	["accepting on nothing", "EBADF", "sock_accept", 50, 0, RESULT_AT],
	["accepting with flags that do not exist", "EINVAL", "sock_accept", LISTENER, 1, RESULT_AT],
	["accepting outside the memory", "EFAULT", "sock_accept", LISTENER, 0, MEMORY_END],
	["accepting when nobody calls", "EAGAIN", "sock_accept", LISTENER, 0, RESULT_AT],
	["receiving on a listener", "ENOTCONN", "sock_recv", LISTENER, 0, 0, 0, RESULT_AT, RESULT_AT],
	["receiving on a directory", "ENOTSOCK", "sock_recv", 3, 0, 0, 0, RESULT_AT, RESULT_AT],
	["sending on standard output", "ENOTSOCK", "sock_send", 1, 0, 0, 0, RESULT_AT],
	["shutting a listener down", "ENOTCONN", "sock_shutdown", LISTENER, 1],
];
for (const [name, answer, call, ...args] of REFUSALS) {
	test(`${name}: ${answer}`, () => {
		assert.equal(new Caller().call(call, ...args), answer);
	});
}

test("a refused accept takes nobody from the queue", () => {
	const guest = new Caller();
	guest.listener.connect();
	assert.equal(guest.call("sock_accept", LISTENER, 0, MEMORY_END), "EFAULT");
	assert.equal(guest.listener.pending, 1);
});
