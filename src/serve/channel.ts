import { objectIn } from "../base/json-line.ts";
import { isSnapshot, type Snapshot } from "./metrics.ts";

/** What a supervisor says to a worker: a letter a line. */
export type Order =
	/** Are you there? Answered with the numbers. */
	| "ask"
	/** Accept nothing more; end when what is under way is done. */
	| "drain";

/** What a worker says. It runs guests: nothing it says is believed without a look. */
export type Report =
	| { readonly type: "ready"; readonly port: number }
	| { readonly type: "numbers"; readonly numbers: Snapshot }
	/** Something that everybody is to be told once, whichever worker it comes from. */
	| { readonly type: "once"; readonly text: string }
	/** Something that a guest used, for whoever learns from the service. */
	| { readonly type: "used"; readonly text: string }
	/** It cannot start: the error, as it is to be printed. */
	| { readonly type: "failed"; readonly text: string; readonly exit: number };

/** A line is no longer. */
export const LINE_BYTES_MAX = 64 * 1024;

const ORDERS: ReadonlyMap<string, Order> = new Map([
	["ask", "ask"],
	["drain", "drain"],
]);

export function parseOrder(line: string): Order | undefined {
	return ORDERS.get(line);
}

/** Undefined: that is no report. */
export function parseReport(line: string): Report | undefined {
	const value = objectIn(line);
	if (value === undefined) return undefined;
	const { type, port, numbers, text, exit } = value;
	if (type === "ready" && isWithin(port, 65_535)) return { type, port };
	if (type === "numbers" && isSnapshot(numbers)) return { type, numbers };
	if ((type === "once" || type === "used") && typeof text === "string") return { type, text };
	if (type === "failed" && typeof text === "string" && isWithin(exit, 255)) return { type, text, exit };
	return undefined;
}

function isWithin(value: unknown, max: number): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

/** Splits what comes into lines. One that is too long is nobody's we know: `onTooLong`. */
export class LineReader {
	readonly #onLine: (line: string) => void;
	readonly #onTooLong: () => void;
	#rest = "";

	constructor(onLine: (line: string) => void, onTooLong: () => void) {
		this.#onLine = onLine;
		this.#onTooLong = onTooLong;
	}

	take(text: string): void {
		const lines = (this.#rest + text).split("\n");
		this.#rest = lines.pop() ?? "";
		for (const line of lines) this.#onLine(line);
		if (this.#rest.length > LINE_BYTES_MAX) {
			this.#rest = "";
			this.#onTooLong();
		}
	}
}
