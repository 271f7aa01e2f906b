import type { Frame, TrapOutcome } from "./outcome.ts";

const FRAMES_MAX = 64;

/** What a value that came out of wasm says of the trap behind it. */
export function trapOf(cause: unknown): TrapOutcome {
	if (cause instanceof WebAssembly.Exception) {
		return trap("an exception that the guest threw was not caught", cause);
	}
	if (!(cause instanceof Error)) return trap("a thrown value was not caught", {});
	return trap(isOverflow(cause) ? "call stack exhausted" : cause.message, cause);
}

export function isOverflow(cause: unknown): boolean {
	return cause instanceof RangeError && cause.message.includes("call stack");
}

function trap(reason: string, cause: object): TrapOutcome {
	return { type: "trap", reason, frames: framesOf(cause) };
}

/** `    at name (wasm://wasm/module-1a2b3c:wasm-function[7]:0x1f4)`, as V8 writes frames of wasm. */
const FRAME = /^\s+at (?:(.*) \()?wasm:\/\/.*:wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/;

function framesOf(error: { stack?: unknown }): Frame[] {
	if (typeof error.stack !== "string") return [];
	const frames: Frame[] = [];
	for (const line of error.stack.split("\n")) {
		const match = FRAME.exec(line);
		if (match === null || frames.length === FRAMES_MAX) continue;
		const [, name, index, offset] = match;
		frames.push({ name, functionIndex: Number(index), offset: Number.parseInt(offset ?? "0", 16) });
	}
	return frames;
}
