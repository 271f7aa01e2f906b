import { toHex } from "../base/hex.ts";
import { Sha256 } from "../oci/sha256.ts";
import { lastingName, pairsOf } from "./lasting-name.ts";
import { NormalBodies } from "./normal-body.ts";
import type { Part } from "./programs.ts";
import { commonName } from "./rust/plain-name.ts";
import type { Scan } from "./scan.ts";
import { functionName } from "./text/names.ts";

/** What became of the functions of a program. */
export interface FunctionChanges {
	readonly same: number;
	/** Of those that changed: only constants, addresses and the like did. */
	readonly numbersOnly: number;
	readonly changed: number;
	readonly added: number;
	readonly removed: number;
	readonly old_bytes: number;
	readonly new_bytes: number;
	/** Those that changed most, in bytes, and those behind them where only numbers did; all but the same ones, up to a limit. */
	readonly list: readonly FunctionChange[];
	/** More than are listed. */
	readonly more: number;
}

export interface FunctionChange {
	readonly change: "added" | "removed" | "changed" | "numbers only";
	/** `BinaryReport.path` of the module it is in; of a removed one, in the old program. */
	readonly binary: string;
	readonly function: number;
	readonly name: string | undefined;
	/** Where it was in the old program, where it is in both. */
	readonly was: { readonly binary: string; readonly function: number } | undefined;
	/** 0: it was not there. */
	readonly old_bytes: number;
	/** 0: it is not there any more. */
	readonly new_bytes: number;
}

/** So many functions are listed; all are counted. */
const LISTED_MAX = 500;

/** A function of either program. */
interface Body {
	readonly scan: Scan;
	readonly binary: string;
	readonly entry: number;
	readonly index: number;
	readonly name: string | undefined;
	readonly size_bytes: number;
	readonly hash: number;
	readonly shape: number;
	mate: Body | undefined;
	/** No other of either program has it. */
	readonly id: number;
	/** Of all that it does; made when it is first asked for. */
	digest: string | undefined;
}

/**
 * Compares the functions of all modules: matched by name, then by what they do, then by the opcodes alone. Numbers that linkers give
 * out, of functions and types, do not count; that a body calls other functions than it did, does. Linear in the bytes of both.
 */
export function compareFunctions(old: readonly Part[], now: readonly Part[]): FunctionChanges {
	const types = new Map<string, number>();
	const normal = new NormalBodies(types);
	const ids = { next: 0 };
	const before = bodiesOf(old, normal, ids);
	const after = bodiesOf(now, normal, ids);
	// several may have one name, such as those that are made from one template
	matchBy(before, after, ({ name, hash }) =>
		name === undefined ? undefined : `${hash} ${stableName(name)}`,
	);
	matchBy(before, after, ({ name }) => stableName(name));
	matchBy(before, after, ({ name }) => (name === undefined ? undefined : commonName(name)));
	matchBy(before, after, ({ hash }) => hash);
	matchBy(before, after, ({ shape }) => shape);
	const callees = new Callees(new NormalBodies(types), before, after);
	const changes: FunctionChange[] = [];
	let same = 0;
	for (const body of after) {
		const { mate } = body;
		const change = mate === undefined ? "added" : compareBodies(mate, body, normal, callees);
		if (change === undefined) same += 1;
		else changes.push(changeOf(change, body, mate));
	}
	for (const body of before)
		if (body.mate === undefined)
			changes.push({ ...changeOf("removed", body, body), new_bytes: 0, was: undefined });
	return { ...countChanges(changes), same, old_bytes: sizeOf(before), new_bytes: sizeOf(after) };
}

function countChanges(
	changes: readonly FunctionChange[],
): Omit<FunctionChanges, "same" | "old_bytes" | "new_bytes"> {
	const count = (kind: FunctionChange["change"]) => changes.filter(({ change }) => change === kind).length;
	const weight = ({ old_bytes, new_bytes }: FunctionChange) => Math.abs(new_bytes - old_bytes);
	const isMinor = ({ change }: FunctionChange) => Number(change === "numbers only");
	const list = changes
		.toSorted((a, b) => isMinor(a) - isMinor(b) || weight(b) - weight(a))
		.slice(0, LISTED_MAX);
	return {
		numbersOnly: count("numbers only"),
		changed: count("changed"),
		added: count("added"),
		removed: count("removed"),
		list,
		more: changes.length - list.length,
	};
}

function changeOf(
	change: FunctionChange["change"],
	{ binary, index, name, size_bytes }: Body,
	mate: Body | undefined,
): FunctionChange {
	const was = mate === undefined ? undefined : { binary: mate.binary, function: mate.index };
	const old_bytes = mate?.size_bytes ?? 0;
	return { change, binary, function: index, name, was, old_bytes, new_bytes: size_bytes };
}

function sizeOf(bodies: readonly Body[]): number {
	return bodies.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
}

function bodiesOf(parts: readonly Part[], normal: NormalBodies, ids: { next: number }): Body[] {
	return parts.flatMap(({ scan, path }) => {
		if (scan === undefined) return [];
		const imported = scan.module.importedFunctions;
		return Array.from(scan.bodyStart, (start, entry): Body => {
			const index = imported + entry;
			const { hash, shape } = normal.read(scan, entry);
			const name = functionName(scan, index);
			const size_bytes = (scan.bodyEnd[entry] ?? 0) - start;
			return {
				scan,
				binary: path,
				entry,
				index,
				name,
				size_bytes,
				hash,
				shape,
				mate: undefined,
				id: ids.next++,
				digest: undefined,
			};
		});
	});
}

/** Without the hash that rustc puts behind each name, which each build of a crate changes: linkers may have undone the rest. */
function stableName(name: string | undefined): string | undefined {
	return name?.replace(/::h[0-9a-f]{16}$/, "");
}

/** Pairs bodies of one key, in their order, that have no mate yet. */
function matchBy(
	old: readonly Body[],
	now: readonly Body[],
	keyOf: (body: Body) => string | number | undefined,
): void {
	const waiting = new Map<string | number, Body[]>();
	for (const body of old.toReversed()) {
		const key = body.mate === undefined ? keyOf(body) : undefined;
		if (key === undefined) continue;
		const others = waiting.get(key);
		if (others === undefined) waiting.set(key, [body]);
		else others.push(body);
	}
	for (const body of now) {
		const key = body.mate === undefined ? keyOf(body) : undefined;
		const mate = key === undefined ? undefined : waiting.get(key)?.pop();
		if (mate === undefined) continue;
		body.mate = mate;
		mate.mate = body;
	}
}

/** What calls lead to, in both programs. */
class Callees {
	readonly #of = new Map<Scan, Body[]>();
	readonly #pairs = new Map<Scan, Map<Scan, ReadonlyMap<string, string>>>();
	readonly #normal: NormalBodies;

	constructor(normal: NormalBodies, ...programs: readonly (readonly Body[])[]) {
		this.#normal = normal;
		for (const body of programs.flat()) {
			const bodies = this.#of.get(body.scan);
			if (bodies === undefined) this.#of.set(body.scan, [body]);
			else bodies.push(body);
		}
	}

	/** An import by its names; a function by its mate, or by a body that is no different and calls the same. */
	isSame(old: Scan, oldIndex: number, now: Scan, index: number): boolean {
		const before = this.#at(old, oldIndex);
		const after = this.#at(now, index);
		const renamed = this.#renamed(old, now);
		if (typeof before === "string") return before === after || renamed.get(before) === after;
		if (typeof after === "string") return false;
		if (before === undefined || after === undefined) return before === after;
		if (after.mate === before) return true;
		// the hash is quick, and anybody can make two bodies of one
		return after.hash === before.hash && this.#digestOf(after) === this.#digestOf(before, renamed);
	}

	/** Imports of the old one that have another version or hash in their names now. */
	#renamed(old: Scan, now: Scan): ReadonlyMap<string, string> {
		const known = this.#pairs.get(old) ?? new Map<Scan, ReturnType<typeof renamedImports>>();
		this.#pairs.set(old, known);
		const pairs = known.get(now) ?? renamedImports(importNames(old), importNames(now));
		known.set(now, pairs);
		return pairs;
	}

	#at(scan: Scan, index: number): Body | string | undefined {
		const { importedFunctions: imported } = scan.module;
		if (index >= imported) return this.#of.get(scan)?.[index - imported];
		return importNames(scan)[index];
	}

	/** Of its bytes, and of what it calls: a function that has a mate is the same as its mate. */
	#digestOf(body: Body, renamed?: ReadonlyMap<string, string>): string {
		if (body.digest !== undefined) return body.digest;
		const { bytes, calls } = this.#normal.read(body.scan, body.entry);
		const sum = new Sha256().update(bytes);
		const called = calls.map((index) => this.#keyOf(body, index, renamed)).join();
		body.digest = toHex(sum.update(new TextEncoder().encode(called)).digest());
		return body.digest;
	}

	#keyOf(caller: Body, index: number, renamed?: ReadonlyMap<string, string>): string {
		const callee = this.#at(caller.scan, index);
		if (callee === caller) return "itself";
		if (callee === undefined) return "nothing";
		if (typeof callee === "string") return renamed?.get(callee) ?? callee;
		return String(Math.min(callee.id, callee.mate?.id ?? callee.id));
	}
}

function renamedImports(old: readonly string[], now: readonly string[]): ReadonlyMap<string, string> {
	const [before, after] = [new Set(old), new Set(now)];
	const gone = [...before].filter((names) => !after.has(names));
	const added = [...after].filter((names) => !before.has(names));
	const pairs = pairsOf(gone, added, (names) =>
		JSON.stringify((JSON.parse(names) as string[]).map(lastingName)),
	);
	return new Map(pairs.map((pair) => [pair.old, pair.new]));
}

const known = new WeakMap<Scan, string[]>();

function importNames(scan: Scan): string[] {
	const names =
		known.get(scan) ??
		scan.module.imports.flatMap(({ type, module, name }) =>
			type.kind === "function" ? [JSON.stringify([module, name])] : [],
		);
	known.set(scan, names);
	return names;
}

function compareBodies(
	old: Body,
	now: Body,
	normal: NormalBodies,
	callees: Callees,
): "changed" | "numbers only" | undefined {
	const before = normal.read(old.scan, old.entry);
	const bytes = before.bytes.slice();
	const after = normal.read(now.scan, now.entry);
	const calls =
		before.calls.length === after.calls.length &&
		before.calls.every((index, at) => callees.isSame(old.scan, index, now.scan, after.calls[at] ?? 0));
	if (!calls) return "changed";
	if (isSame(bytes, after.bytes)) return undefined;
	return before.shape === after.shape ? "numbers only" : "changed";
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
	return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
