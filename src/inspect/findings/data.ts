import { fromHex, toHex } from "../../base/hex.ts";
import { WEIGHED_BYTES } from "../../wasm/kernel/kernel.ts";
import { Patterns, type Range, type Visitor } from "../../wasm/kernel/patterns.ts";
import { SectionId } from "../../wasm/module.ts";
import type { Part } from "../programs.ts";
import type { Collector } from "./collector.ts";
import { DATA_CONSTANTS, FAMILIES } from "./crypto-families.ts";
import { isKnownCustom } from "./custom-names.ts";
import { FILE_TRACES } from "./embedded.ts";
import type { KindId } from "./kinds.ts";
import { SECRET_TRACES } from "./secrets.ts";
import { TEXT_TRACES } from "./texts.ts";
import { plainTrace, type Trace } from "./traces.ts";

/** Bits for each byte: text has some 5, code 6.5, what is compressed or random 7.9. */
const ENTROPY_MIN = 7.85;
/** Less than this in a row is not told. */
const DENSE_BYTES_MIN = 4 * WEIGHED_BYTES;
/** So many words of JavaScript, none of them farther from the last, are told as a script. */
const SCRIPT_WORDS_MIN = 64;
const SCRIPT_GAP_BYTES = 1024;
const SHOWN_BYTES = 8;

/** Told once, however often they occur. */
const TEXTS: ReadonlySet<string> = new Set<KindId>([
	"embedded-url",
	"embedded-ip-address",
	"embedded-host-name",
	"embedded-script",
	"mining-words",
]);

let patterns: Patterns<Trace> | undefined;

/** What lies in the data segments of a module, and in custom sections of unknown meaning: one pass, each byte looked at once. */
export function findInData(part: Part, collector: Collector): void {
	patterns ??= new Patterns([...constantTraces(), ...TEXT_TRACES, ...SECRET_TRACES, ...FILE_TRACES]);
	const visitor = new DataPass(part, collector);
	patterns.pass(part.binary.bytes, rangesOf(part), visitor);
	visitor.endDense();
}

function rangesOf({ scan, binary }: Part): Range[] {
	const customs = binary.sections
		.filter(({ id, name }) => id === SectionId.CUSTOM && !isKnownCustom(name))
		.map(({ contents, end }) => ({ start: contents, end }));
	return [...(scan?.data ?? []), ...customs];
}

/** The first 16 bytes of each table, as they lie in a little-endian memory. */
function constantTraces(): Trace[] {
	const tables = FAMILIES.filter(({ words }) => words.length > 1).map(({ says, bits, words }) => {
		const bytes = new DataView(new ArrayBuffer(16));
		for (let at = 0; at < 16; at += bits / 8)
			if (bits === 32) bytes.setUint32(at, Number(words[at / 4]), true);
			else bytes.setBigUint64(at, words[at / 8]!, true);
		return plainTrace("crypto-constants", new Uint8Array(bytes.buffer), says);
	});
	return [
		...tables,
		...DATA_CONSTANTS.map(([says, hex]) => plainTrace("crypto-constants", fromHex(hex)!, says)),
	];
}

class DataPass implements Visitor<Trace> {
	readonly #part: Part;
	readonly #bytes: Uint8Array;
	readonly #collector: Collector;
	#range: Range | undefined;
	/** By kind: what of the range was read up to where. */
	readonly #readTo = new Map<Trace["kind"], number>();
	#denseStart = 0;
	#denseEnd = 0;
	#words = 0;
	#firstWord = 0;

	constructor(part: Part, collector: Collector) {
		this.#part = part;
		this.#bytes = part.binary.bytes;
		this.#collector = collector;
	}

	found({ kind, read }: Trace, at: number, range: Range): void {
		if (range !== this.#range) this.#enter(range);
		const readTo = this.#readTo.get(kind) ?? range.start;
		if (at < readTo) return;
		const match = read(this.#bytes, at, range.start, range.end);
		if (match === undefined) return;
		if (kind === "javascript-word") this.#word(at, readTo);
		this.#readTo.set(kind, match.end);
		if (match.shows === undefined || kind === "javascript-word") return;
		const place = { binary: this.#part.path, offset: this.#part.start + at };
		if (TEXTS.has(kind)) this.#collector.addOnce(kind, place, match.shows);
		else this.#collector.add(kind, place, match.shows);
	}

	weighed(at: number, bits: number): void {
		if (bits < ENTROPY_MIN) return;
		if (at !== this.#denseEnd) this.endDense();
		if (this.#denseStart === this.#denseEnd) this.#denseStart = at;
		this.#denseEnd = at + WEIGHED_BYTES;
	}

	endDense(): void {
		const [start, end] = [this.#denseStart, this.#denseEnd];
		this.#denseStart = this.#denseEnd;
		if (end - start < DENSE_BYTES_MIN) return;
		const first = toHex(this.#bytes.subarray(start, start + SHOWN_BYTES));
		const place = { binary: this.#part.path, offset: this.#part.start + start };
		this.#collector.add("high-entropy-data", place, `${end - start} bytes that begin with ${first}`);
	}

	#enter(range: Range): void {
		this.#range = range;
		this.#readTo.clear();
		this.#words = 0;
	}

	#word(at: number, lastEnd: number): void {
		if (at - lastEnd > SCRIPT_GAP_BYTES) this.#words = 0;
		this.#words += 1;
		if (this.#words === 1) this.#firstWord = at;
		if (this.#words !== SCRIPT_WORDS_MIN) return;
		const place = { binary: this.#part.path, offset: this.#part.start + this.#firstWord };
		this.#collector.add("embedded-script", place, "text that reads like JavaScript");
	}
}
