/** Takes views of programs in a thread of its own, whose memory is limited and which can be ended from outside. */
import { parentPort } from "node:worker_threads";
import { type View, viewsOf } from "./inspect-views.ts";

export interface Asked {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly older: Uint8Array<ArrayBuffer>;
}

export interface Answered {
	readonly views: readonly View[];
	/** Microseconds that this thread computed. */
	readonly cpu_us: number;
	/** Anything but a fault that was thrown. */
	readonly thrown: string | undefined;
}

parentPort?.on("message", ({ bytes, older }: Asked) => {
	// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
	void answer(bytes, older).then((answered) => parentPort?.postMessage(answered));
});

async function answer(bytes: Uint8Array<ArrayBuffer>, older: Uint8Array<ArrayBuffer>): Promise<Answered> {
	const before = process.threadCpuUsage();
	let views: readonly View[] = [];
	let thrown: string | undefined;
	try {
		views = await viewsOf(bytes, older);
	} catch (error) {
		thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
	}
	const { user, system } = process.threadCpuUsage(before);
	return { views, cpu_us: user + system, thrown };
}
