let sleeper: Int32Array<SharedArrayBuffer> | undefined;

/** Lets this thread sleep. */
export function pause(duration_ms: number): void {
	sleeper ??= new Int32Array(new SharedArrayBuffer(4));
	Atomics.wait(sleeper, 0, 0, duration_ms);
}

/** A clock that never goes back. `performance` would be loaded for it, which takes 1 ms. */
export function now_ms(): number {
	const [seconds, nanoseconds] = process.hrtime();
	return seconds * 1e3 + nanoseconds / 1e6;
}
