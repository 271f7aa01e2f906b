import { Errno } from "../../sys/errno.ts";
import type { Interest } from "../../sys/waiter.ts";
import type { Open } from "../descriptors.ts";
import type { Guest } from "../guest.ts";
import { isClock, readClock } from "./clock.ts";
import { type Context, hostFunction } from "./function.ts";
import type { GuestMemory } from "./memory.ts";

/** More subscriptions than descriptors and a few clocks make no sense; it bounds what is kept. */
const SUBSCRIPTIONS_MAX = 65_536;
const EVENT_BYTES = 32;
const ABSTIME = 1;
const HANGUP = 1;

const EventType = { CLOCK: 0, FD_READ: 1, FD_WRITE: 2 } as const;
type EventType = (typeof EventType)[keyof typeof EventType];

/** Where the fields of a `$subscription` lie: preview1 dropped a field that wasi_unstable had. */
export interface SubscriptionLayout {
	readonly bytes: number;
	readonly clock: number;
	readonly timeout: number;
	readonly flags: number;
}

const PREVIEW1: SubscriptionLayout = { bytes: 48, clock: 16, timeout: 24, flags: 40 };

interface Event {
	readonly userdata: bigint;
	readonly type: EventType;
	readonly errno: Errno;
	readonly bytes: number;
	readonly hangup: boolean;
}

interface Timer {
	readonly userdata: bigint;
	readonly deadline_ns: bigint;
	readonly clock: number;
}

interface Waiting {
	readonly userdata: bigint;
	readonly type: EventType;
	readonly interest: Interest;
}

/** What the subscriptions of one call come to. */
interface Plan {
	/** Known without waiting: bad descriptors, files, clocks that do not exist. */
	readonly ready: Event[];
	readonly timers: Timer[];
	readonly waiting: Waiting[];
}

export const poll_oneoff = pollOneoff(PREVIEW1);

export function pollOneoff(layout: SubscriptionLayout) {
	return hostFunction(
		"poll_oneoff",
		[
			["in", "pointer"],
			["out", "pointer"],
			["nsubscriptions", "u32"],
			["nevents", "->u32"],
		],
		(context, input: number, output: number, count: number, result: number) => {
			const { guest, memory } = context;
			const number = count >>> 0;
			if (number === 0 || number > SUBSCRIPTIONS_MAX) return Errno.INVAL;
			if (!memory.has(input, number * layout.bytes) || !memory.has(output, number * EVENT_BYTES)) {
				return Errno.FAULT;
			}
			if (!memory.has(result, 4)) return Errno.FAULT;
			const plan = planOf(context, layout, input >>> 0, number);
			const events = happened(guest, plan);
			for (const [index, event] of events.entries()) {
				putEvent(memory, (output >>> 0) + index * EVENT_BYTES, event);
			}
			memory.setU32(result, events.length);
			return Errno.SUCCESS;
		},
	);
}

function planOf({ guest, memory }: Context, layout: SubscriptionLayout, input: number, count: number): Plan {
	const plan: Plan = { ready: [], timers: [], waiting: [] };
	for (let index = 0; index < count; index += 1) {
		addSubscription(plan, guest, memory, input + index * layout.bytes, layout);
	}
	return plan;
}

function addSubscription(
	plan: Plan,
	guest: Guest,
	memory: GuestMemory,
	at: number,
	layout: SubscriptionLayout,
): void {
	const userdata = memory.getU64(at);
	const type = memory.getU8(at + 8);
	if (type === EventType.CLOCK) addTimer(plan, guest, memory, at, layout, userdata);
	else if (type === EventType.FD_READ || type === EventType.FD_WRITE) {
		addDescriptor(plan, guest, memory.getU32(at + 16), type, userdata);
	} else plan.ready.push(plainEvent(userdata, EventType.CLOCK, Errno.INVAL));
}

function addTimer(
	plan: Plan,
	guest: Guest,
	memory: GuestMemory,
	at: number,
	layout: SubscriptionLayout,
	userdata: bigint,
): void {
	const clock = memory.getU32(at + layout.clock);
	if (!isClock(clock)) {
		plan.ready.push(plainEvent(userdata, EventType.CLOCK, Errno.INVAL));
		return;
	}
	const timeout = memory.getU64(at + layout.timeout);
	const absolute = (memory.getU16(at + layout.flags) & ABSTIME) !== 0;
	const now = readClock(guest.world.clocks, clock);
	plan.timers.push({ userdata, clock, deadline_ns: absolute ? timeout : now + timeout });
}

function addDescriptor(plan: Plan, guest: Guest, fd: number, type: EventType, userdata: bigint): void {
	const open = guest.world.descriptors.get(fd);
	if (open === undefined) {
		plan.ready.push(plainEvent(userdata, type, Errno.BADF));
		return;
	}
	if (open.kind === "listener") guest.world.uses?.listened("poll_oneoff");
	const source = sourceOf(open);
	if (source === undefined) {
		plan.ready.push(readyFile(open, type, userdata));
		return;
	}
	const interest: Interest = {
		source,
		event: type === EventType.FD_READ ? "read" : "write",
		ready: false,
		hangup: false,
		available_bytes: 0,
	};
	plan.waiting.push({ userdata, type, interest });
}

function sourceOf(open: Open): Interest["source"] | undefined {
	if (open.kind === "listener") return open.listener;
	return open.kind === "stream" || open.kind === "connection" ? open.stream : undefined;
}

/** Files are always ready; what is left of one is known. */
function readyFile(open: Open, type: EventType, userdata: bigint): Event {
	if (open.kind !== "file") return plainEvent(userdata, type, Errno.BADF);
	if (type === EventType.FD_WRITE) return { ...plainEvent(userdata, type, Errno.SUCCESS), bytes: 1 };
	const stat = open.file.stat();
	const left = typeof stat === "number" ? 0 : Number(stat.size_bytes) - (open.position ?? 0);
	return { ...plainEvent(userdata, type, Errno.SUCCESS), bytes: Math.max(0, left) };
}

/** Waits until at least one thing has happened, and says everything that has. */
function happened(guest: Guest, plan: Plan): Event[] {
	const interests = plan.waiting.map(({ interest }) => interest);
	for (;;) {
		const remaining = remainingTime(guest, plan);
		const timeout = plan.ready.length > 0 ? 0n : remaining;
		const errno = guest.world.waiter.wait(interests, timeout);
		if (errno !== Errno.SUCCESS)
			return plan.waiting.map(({ userdata, type }) => plainEvent(userdata, type, errno));
		const events = [...plan.ready, ...rungTimers(guest, plan), ...readyDescriptors(plan)];
		if (events.length > 0) return events;
	}
}

/** Until the first timer rings, not less than zero; undefined without timers. */
function remainingTime(guest: Guest, plan: Plan): bigint | undefined {
	let shortest: bigint | undefined;
	for (const { clock, deadline_ns } of plan.timers) {
		const left = deadline_ns - readClock(guest.world.clocks, clock);
		if (shortest === undefined || left < shortest) shortest = left;
	}
	return shortest !== undefined && shortest < 0n ? 0n : shortest;
}

function rungTimers(guest: Guest, plan: Plan): Event[] {
	return plan.timers
		.filter(({ clock, deadline_ns }) => readClock(guest.world.clocks, clock) >= deadline_ns)
		.map(({ userdata }) => plainEvent(userdata, EventType.CLOCK, Errno.SUCCESS));
}

function readyDescriptors(plan: Plan): Event[] {
	return plan.waiting
		.filter(({ interest }) => interest.ready)
		.map(({ userdata, type, interest }) => ({
			userdata,
			type,
			errno: Errno.SUCCESS,
			bytes: interest.available_bytes,
			hangup: interest.hangup,
		}));
}

function plainEvent(userdata: bigint, type: EventType, errno: Errno): Event {
	return { userdata, type, errno, bytes: 0, hangup: false };
}

/** preview1 `$event`: 32 bytes. */
function putEvent(memory: GuestMemory, at: number, { userdata, type, errno, bytes, hangup }: Event): void {
	memory.bytes.fill(0, at, at + EVENT_BYTES);
	memory.setU64(at, userdata);
	memory.setU16(at + 8, errno);
	memory.setU8(at + 10, type);
	memory.setU64(at + 16, BigInt(bytes));
	memory.setU16(at + 24, hangup ? HANGUP : 0);
}
