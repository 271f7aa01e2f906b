/** When a guest has had enough, and what is said then. */
export interface Alarm {
	readonly after_ms: number;
	/** Wall time, or the CPU time of the whole process. */
	readonly clock: "wall" | "cpu";
	/** Written to standard error as it is. */
	readonly message: string;
	readonly status: number;
}

/**
 * Ends the process when an alarm goes off, whatever the main thread is doing then: a worker watches,
 * because a guest that loops never gives the main thread back. Costs a thread (about 25 ms of CPU and
 * a few MB), so it is only started for runs with such a limit.
 */
export function watch(alarms: readonly Alarm[]): void {
	if (alarms.length === 0) return;
	const { Worker } = process.getBuiltinModule("node:worker_threads");
	const worker = new Worker(WATCHER, {
		eval: true,
		workerData: { alarms, start_ms: performance.timeOrigin + performance.now() },
		env: {},
	});
	worker.unref();
}

/**
 * The worker's code is text so that the bundle stays one file. `_exit` ends all threads at once and
 * with the status that is due; where it cannot be called, SIGKILL ends them.
 */
const WATCHER = `
const { workerData: { alarms, start_ms } } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const sleep = new Int32Array(new SharedArrayBuffer(4));
const cpu_ms = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
const left_ms = ({ clock, after_ms }) => after_ms - (clock === "cpu" ? cpu_ms() : performance.timeOrigin + performance.now() - start_ms);
let exit;
try {
	process.removeAllListeners("warning");
	process.emitWarning = () => {};
	exit = require("node:ffi").dlopen(null, { _exit: { return: "void", arguments: ["int32"] } }).functions._exit;
} catch {}
for (;;) {
	let next = Infinity;
	for (const alarm of alarms) {
		const left = left_ms(alarm);
		if (left <= 0) {
			try { writeSync(2, alarm.message); } catch {}
			if (exit !== undefined) exit(alarm.status);
			process.kill(process.pid, "SIGKILL");
		}
		// CPU time passes at most as fast as all cores let it
		next = Math.min(next, alarm.clock === "cpu" ? Math.max(left / 4, 5) : left);
	}
	Atomics.wait(sleep, 0, 0, Math.max(1, next));
}
`;
