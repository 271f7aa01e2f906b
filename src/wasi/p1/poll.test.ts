import assert from "node:assert/strict";
import { test } from "node:test";
import { Caller, CREAT, RESULT_AT } from "./caller.contract.ts";

const IN = 0x1000;
const OUT = 0x2000;
const CLOCK = 0;
const FD_READ = 1;
const FD_WRITE = 2;

interface Subscription {
	readonly userdata: bigint;
	readonly type: number;
	readonly fd?: number;
	readonly clock?: number;
	readonly timeout_ns?: bigint;
	readonly absolute?: boolean;
}

function poll(guest: Caller, subscriptions: readonly Subscription[]): { answer: string; events: string[] } {
	for (const [index, { userdata, type, fd, clock, timeout_ns, absolute }] of subscriptions.entries()) {
		const at = IN + index * 48;
		guest.memory.bytes.fill(0, at, at + 48);
		guest.memory.setU64(at, userdata);
		guest.memory.setU8(at + 8, type);
		guest.memory.setU32(at + 16, fd ?? clock ?? 0);
		guest.memory.setU64(at + 24, timeout_ns ?? 0n);
		guest.memory.setU16(at + 40, absolute === true ? 1 : 0);
	}
	const answer = guest.call("poll_oneoff", IN, OUT, subscriptions.length, RESULT_AT);
	if (answer !== "SUCCESS") return { answer, events: [] };
	const events = Array.from({ length: guest.u32() }, (_, index) => {
		const at = OUT + index * 32;
		return `${guest.u64(at)}:${guest.memory.getU16(at + 8)}:${guest.memory.getU8(at + 10)}:${guest.u64(at + 16)}`;
	});
	return { answer, events };
}

test("a relative timer rings when its time has passed", () => {
	const guest = new Caller();
	const before = guest.clocks.monotonic_ns();
	const { events } = poll(guest, [{ userdata: 7n, type: CLOCK, clock: 1, timeout_ns: 5_000_000n }]);
	assert.deepEqual(events, ["7:0:0:0"]);
	assert.equal(guest.clocks.monotonic_ns() - before, 5_000_000n);
});

test("an absolute timer in the past rings at once", () => {
	const guest = new Caller();
	const before = guest.clocks.realtime_ns();
	const { events } = poll(guest, [{ userdata: 1n, type: CLOCK, clock: 0, timeout_ns: 5n, absolute: true }]);
	assert.deepEqual(events, ["1:0:0:0"]);
	assert.equal(guest.clocks.realtime_ns(), before);
});

test("of two timers the shorter one rings alone", () => {
	const guest = new Caller();
	const { events } = poll(guest, [
		{ userdata: 1n, type: CLOCK, clock: 1, timeout_ns: 9_000n },
		{ userdata: 2n, type: CLOCK, clock: 1, timeout_ns: 3_000n },
	]);
	assert.deepEqual(events, ["2:0:0:0"]);
});

test("input that is there comes before any timer", () => {
	const guest = new Caller({ input: "four" });
	const { events } = poll(guest, [
		{ userdata: 1n, type: CLOCK, clock: 1, timeout_ns: 9_000_000_000n },
		{ userdata: 2n, type: FD_READ, fd: 0 },
	]);
	assert.deepEqual(events, ["2:0:1:4"]);
});

test("a file is ready, with what is left of it", () => {
	const guest = new Caller();
	const fd = Number(guest.open(3, "file", CREAT));
	guest.call("fd_write", fd, ...guest.iovecs(guest.put("123456")), RESULT_AT);
	guest.call("fd_seek", fd, 2n, 0, RESULT_AT);
	const { events } = poll(guest, [
		{ userdata: 1n, type: FD_READ, fd },
		{ userdata: 2n, type: FD_WRITE, fd },
	]);
	assert.deepEqual(events, ["1:0:1:4", "2:0:2:1"]);
});

test("what cannot be waited for says so in its own event", () => {
	const guest = new Caller();
	const { events } = poll(guest, [
		{ userdata: 1n, type: FD_READ, fd: 99 },
		{ userdata: 2n, type: CLOCK, clock: 9 },
		{ userdata: 3n, type: 77 },
		{ userdata: 4n, type: FD_READ, fd: 3 },
	]);
	assert.deepEqual(events, ["1:8:1:0", "2:28:0:0", "3:28:0:0", "4:8:1:0"]);
});

test("a listener with a caller is ready", () => {
	const guest = new Caller();
	guest.listener.connect();
	assert.deepEqual(poll(guest, [{ userdata: 1n, type: FD_READ, fd: 6 }]).events, ["1:0:1:1"]);
});

test("nothing to wait for, or more than can be: EINVAL", () => {
	const guest = new Caller();
	assert.equal(poll(guest, []).answer, "EINVAL");
	assert.equal(guest.call("poll_oneoff", IN, OUT, 0xffffffff | 0, RESULT_AT), "EINVAL");
});

test("wasi_unstable lays a timer out with one field more, and counts whence from CUR", () => {
	const guest = new Caller();
	guest.memory.bytes.fill(0, IN, IN + 56);
	guest.memory.setU64(IN, 5n);
	guest.memory.setU32(IN + 24, 1);
	guest.memory.setU64(IN + 32, 1000n);
	assert.equal(guest.callOf("wasi_unstable", "poll_oneoff", IN, OUT, 1, RESULT_AT), "SUCCESS");
	assert.equal(guest.u64(OUT), 5n);
	const fd = Number(guest.open(3, "file", CREAT));
	guest.call("fd_write", fd, ...guest.iovecs(guest.put("12345")), RESULT_AT);
	for (const [whence, offset, position] of [
		[2, 1n, 1n], // SET
		[0, 1n, 2n], // CUR
		[1, -2n, 3n], // END
	] as const) {
		assert.equal(guest.callOf("wasi_unstable", "fd_seek", fd, offset, whence, RESULT_AT), "SUCCESS");
		assert.equal(guest.u64(), position);
	}
	assert.equal(guest.callOf("wasi_unstable", "fd_filestat_get", fd, 0x3000), "SUCCESS");
	assert.equal(guest.u64(0x3018), 5n);
	assert.equal(guest.text(0x3038, 4), "????");
});
