import { errnoName } from "../../sys/errno.ts";
import { FdFlags, FstFlags, flagNames, LookupFlags, OFlags, RiFlags, SdFlags } from "./flags.ts";
import type { Context, HostCall, HostFunction, Param } from "./function.ts";
import { Rights } from "./rights.ts";
import { readForTrace } from "./text.ts";

/** Takes one line per call, without its newline, and the same call in parts. */
export type TraceSink = (line: string, call: TracedCall) => void;

/** A call in parts, all values in the words of the line: docs/trace.md. */
export interface TracedCall {
	/** `wasi_snapshot_preview1`, `wasi:cli/stdout`, or the resource that it was made on. */
	readonly interface: string;
	readonly function: string;
	readonly arguments: readonly string[];
	/** Undefined: it is not over, or it failed. */
	readonly result?: string;
	/** What preview1 answered. */
	readonly errno?: string;
	/** What a component was answered instead of a result. */
	readonly error?: string;
	/** It failed for want of a grant. */
	readonly denied: boolean;
}

const DENIED: ReadonlySet<string> = new Set(["NOTCAPABLE", "ROFS", "ACCES", "PERM"]);

/**
 * The same host function, telling each call: `path_open(fd=3, path="etc/passwd", ...) = ENOTCAPABLE`,
 * and after a success what was stored through its result pointers. Only made when tracing is on, so
 * that it costs nothing when it is off.
 */
export function traced(host: HostFunction, sink: TraceSink): HostFunction {
	const call: HostCall = (context, ...args: Value[]) => {
		context.memory.refresh();
		const words = argumentsAsText(host.params, args, context);
		const line = `${host.name}(${words.join(", ")})`;
		const parts = { interface: "wasi_snapshot_preview1", function: host.name, arguments: words };
		if (host.returns === "nothing") sink(line, { ...parts, denied: false });
		const errno = host.call(context, ...args) ?? 0;
		const results = errno === 0 ? resultsAsText(host.params, args, context) : [];
		const name = errnoName(errno);
		sink([`${line} = ${name}`, ...results].join(" "), {
			...parts,
			...(errno === 0 ? { result: results.join(" ") } : {}),
			errno: name,
			denied: DENIED.has(name),
		});
		return errno;
	};
	return { ...host, call };
}

type Value = number | bigint;

function argumentsAsText(params: readonly Param[], args: readonly Value[], context: Context): string[] {
	const words: string[] = [];
	forEachParam(params, args, ([name, type], values) => {
		if (!type.startsWith("->")) words.push(`${name}=${valueAsText(type, values, context)}`);
	});
	return words;
}

function resultsAsText(params: readonly Param[], args: readonly Value[], { memory }: Context): string[] {
	const words: string[] = [];
	memory.refresh();
	forEachParam(params, args, ([name, type], [pointer]) => {
		if (typeof pointer !== "number") return;
		if ((type === "->fd" || type === "->u32") && memory.has(pointer, 4)) {
			words.push(`${name}=${memory.getU32(pointer)}`);
		}
		if (type === "->u64" && memory.has(pointer, 8)) words.push(`${name}=${memory.getU64(pointer)}`);
	});
	return words;
}

/** Walks the parameters with the one or two wasm values that each stands for. */
function forEachParam(
	params: readonly Param[],
	args: readonly Value[],
	each: (param: Param, values: readonly Value[]) => void,
): void {
	let at = 0;
	for (const param of params) {
		const count = param[1] === "string" || param[1] === "buffer" || param[1] === "iovs" ? 2 : 1;
		each(param, args.slice(at, at + count));
		at += count;
	}
}

function valueAsText(type: Param[1], [first = 0, second = 0]: readonly Value[], context: Context): string {
	switch (type) {
		case "string":
			return JSON.stringify(readForTrace(context.memory, Number(first), Number(second)) ?? "<outside>");
		case "iovs":
			return `[${Number(second) >>> 0}]`;
		case "buffer":
			return `<${Number(second) >>> 0} bytes>`;
		case "rights":
			return rightsAsText(BigInt.asUintN(64, BigInt(first)));
		case "fdflags":
			return flagNames(FdFlags, Number(first));
		case "oflags":
			return flagNames(OFlags, Number(first));
		case "lookupflags":
			return flagNames(LookupFlags, Number(first));
		case "fstflags":
			return flagNames(FstFlags, Number(first));
		case "riflags":
			return flagNames(RiFlags, Number(first));
		case "sdflags":
			return flagNames(SdFlags, Number(first));
		case "clockid":
			return ["realtime", "monotonic", "process_cpu", "thread_cpu"][Number(first)] ?? String(first);
		case "whence":
			return ["set", "cur", "end"][Number(first)] ?? String(first);
		case "u64":
			return String(BigInt.asUintN(64, BigInt(first)));
		case "s64":
			return String(first);
		default:
			return String(Number(first) >>> 0);
	}
}

/** Most programs ask for nearly all rights: what is said is only whether they read and write. */
function rightsAsText(rights: bigint): string {
	const names = [
		[Rights.FD_READ, "read"],
		[Rights.FD_WRITE, "write"],
		[Rights.FD_READDIR, "readdir"],
	] as const;
	const asked = names.filter(([bit]) => (rights & bit) !== 0n).map(([, name]) => name);
	return asked.length === 0 ? "0" : asked.join("|");
}
