import { Errno } from "../../sys/errno.ts";
import type { Interest, Waiter } from "../../sys/waiter.ts";
import { type Libc, libc, type NativeMemory, nativeMemory } from "./libc.ts";
import { NodeListener } from "./listener.ts";
import { pause, POLLERR, POLLHUP, POLLIN, POLLOUT, PollSet } from "./poll.ts";
import { DescriptorStream } from "./stream.ts";

const FIONREAD = 0x541bn;
/** For sleeping without end where only time can be waited for. */
const DAY_NS = 86_400_000_000_000n;

/**
 * Waits on this machine. Where libc cannot be called only time can be waited for: then every
 * stream counts as ready, and reading it waits in its place.
 */
export function systemWaiter(): Waiter {
	return new NodeWaiter();
}

class NodeWaiter implements Waiter {
	/** Made when the first descriptor is waited for. */
	#set: PollSet | undefined;
	#number: NativeMemory | undefined;

	wait(interests: readonly Interest[], timeout_ns: bigint | undefined): Errno {
		if (interests.length === 0) return sleep(timeout_ns);
		const c = libc();
		if (c === undefined) return allReady(interests);
		this.#set ??= PollSet.make() as PollSet;
		const indices = fillSet(this.#set, interests);
		const isReady = indices.includes(undefined);
		const errno = this.#set.wait(isReady ? 0n : timeout_ns);
		if (errno !== Errno.SUCCESS) return errno;
		for (const [at, interest] of interests.entries()) {
			const index = indices[at];
			if (index === undefined) setReady(interest, interest.event === "read" ? POLLIN : POLLOUT);
			else setReady(interest, this.#set.happened(index));
			if (interest.ready && interest.event === "read") this.#count(c, interest);
		}
		return Errno.SUCCESS;
	}

	#count(c: Libc, interest: Interest): void {
		const fd = descriptorOf(interest);
		if (fd === undefined || interest.source.kind === "listener") return;
		this.#number ??= nativeMemory(4);
		if (c.ioctl(fd, FIONREAD, this.#number.address) === 0) {
			interest.available_bytes = this.#number.view.getInt32(0, true);
		}
	}
}

/** Adds each descriptor once, and answers each interest's index; undefined for those not of ours. */
function fillSet(set: PollSet, interests: readonly Interest[]): (number | undefined)[] {
	const known = new Map<number, number>();
	set.clear();
	return interests.map((interest) => {
		const fd = descriptorOf(interest);
		if (fd === undefined) return undefined;
		const event = interest.event === "read" ? POLLIN : POLLOUT;
		const index = known.get(fd);
		if (index === undefined) known.set(fd, set.add(fd, event));
		else set.addEvents(index, event);
		return index ?? known.get(fd);
	});
}

/** Undefined for a stream that is not the host's or is closed: it never waits, so it is ready. */
export function descriptorOf({ source }: Interest): number | undefined {
	const isOurs = source instanceof DescriptorStream || source instanceof NodeListener;
	const fd = isOurs ? source.fd : socketDescriptor(source);
	return fd !== undefined && fd >= 0 ? fd : undefined;
}

/** Sockets are known by what they have: their code is not loaded by those who have none. */
function socketDescriptor(source: Interest["source"] & { readonly fd?: number }): number | undefined {
	return source.kind === "tcp" || source.kind === "udp" ? source.fd : undefined;
}

export function setReady(interest: Interest, happened: number): void {
	const wanted = interest.event === "read" ? POLLIN | POLLHUP : POLLOUT;
	const gone = interest.event === "read" ? POLLHUP : POLLERR | POLLHUP;
	// What is neither is an error or a descriptor that is closed: the call itself will say so.
	interest.ready = (happened & ~(POLLIN | POLLOUT | POLLHUP)) !== 0 || (happened & wanted) !== 0;
	interest.hangup = interest.ready && (happened & gone) !== 0;
	interest.available_bytes = interest.ready ? 1 : 0;
}

function allReady(interests: readonly Interest[]): Errno {
	for (const interest of interests) setReady(interest, interest.event === "read" ? POLLIN : POLLOUT);
	return Errno.SUCCESS;
}

function sleep(timeout_ns: bigint | undefined): Errno {
	if (timeout_ns !== undefined) pause(timeout_ns);
	else for (;;) pause(DAY_NS);
	return Errno.SUCCESS;
}
