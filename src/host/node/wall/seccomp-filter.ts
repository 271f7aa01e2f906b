/** The rules on system calls as a seccomp filter. Pure. */
import type { Tree } from "./bpf.ts";
import { callConditions, type Condition } from "./call-conditions.ts";
import { type Architecture, type Rule, type SyscallName, syscallNumber, eachSyscall } from "./syscalls.ts";

export interface FilterRequest {
	readonly architecture: Architecture;
	/** Our own process: the only one that may be signalled. */
	readonly process: number;
	/** Whether any granted place is writable; else nothing may be made, renamed, removed or dated. */
	readonly writes: boolean;
	/** Whether listeners were granted: connections may then be accepted and used, never made. */
	readonly listeners: boolean;
	/** Whether sockets may be made: of TCP and UDP, and of nothing else. */
	readonly sockets: boolean;
	/** Whether these may listen. */
	readonly listening: boolean;
}

// linux/seccomp.h; the errno of a refusal stands in its low 16 bits
const ALLOW: Tree = { answer: 0x7fff_0000 };
const KILL_PROCESS: Tree = { answer: 0x8000_0000 };
const REFUSE: Tree = { answer: 0x0005_0001 }; // EPERM
const ABSENT: Tree = { answer: 0x0005_0026 }; // ENOSYS

// struct seccomp_data: u32 number, u32 architecture, u64 instruction pointer, u64 arguments[6]
const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;
const ARGUMENTS_OFFSET = 16;

const AUDIT_ARCHITECTURE: Readonly<Record<Architecture, number>> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };

/**
 * The decision on one call. A call of another architecture (int 0x80 on x86-64) ends the process; the
 * calls of x32 have numbers that no rule names, so they answer ENOSYS.
 */
export function filterTree(request: FilterRequest): Tree {
	const verdicts = verdictsByNumber(request);
	return {
		load: ARCHITECTURE_OFFSET,
		next: {
			test: "equal",
			value: AUDIT_ARCHITECTURE[request.architecture],
			yes: { load: NUMBER_OFFSET, next: search(verdicts, rangeStarts(verdicts)) },
			no: KILL_PROCESS,
		},
	};
}

/** Allows everything but one call, which is refused. */
export function refusalTree(name: SyscallName, architecture: Architecture): Tree {
	const value = syscallNumber(name, architecture) ?? 0;
	return { load: NUMBER_OFFSET, next: { test: "equal", value, yes: REFUSE, no: ALLOW } };
}

/** What happens to each call, by its number; those left out are absent. */
function verdictsByNumber(request: FilterRequest): Tree[] {
	const conditions = callConditions(request.process, request.sockets);
	const verdicts: Tree[] = [];
	eachSyscall(request.architecture, (name, number, rule) => {
		verdicts[number] = verdictOf(rule, request, conditions.get(name));
	});
	return verdicts;
}

function verdictOf(rule: Rule, request: FilterRequest, conditions: readonly Condition[] = []): Tree {
	switch (rule) {
		case "always":
			return ALLOW;
		case "some":
			return onlyIf(conditions);
		case "writing":
			return request.writes ? ALLOW : REFUSE;
		case "connected":
			return request.listeners || request.sockets ? ALLOW : REFUSE;
		case "connected-some":
			return request.listeners || request.sockets ? onlyIf(conditions) : REFUSE;
		case "sockets":
			return request.sockets ? ALLOW : REFUSE;
		case "listening":
			return request.listening ? ALLOW : REFUSE;
		case "sockets-some":
			return request.sockets ? onlyIf(conditions) : REFUSE;
		case "never":
			return REFUSE;
		case "absent":
			return ABSENT;
	}
}

function onlyIf(conditions: readonly Condition[]): Tree {
	return conditions.reduceRight((next, condition) => conditionTree(condition, next), ALLOW);
}

function conditionTree(condition: Condition, yes: Tree): Tree {
	const load = ARGUMENTS_OFFSET + condition.argument * 8;
	if ("isZero" in condition) {
		const highToo: Tree = { load: load + 4, next: { test: "equal", value: 0, yes, no: REFUSE } };
		return { load, next: { test: "equal", value: 0, yes: highToo, no: REFUSE } };
	}
	if ("isOneOf" in condition) return { load, next: oneOf(condition.isOneOf, yes) };
	if ("hasBits" in condition)
		return { load, next: { test: "anyBits", value: condition.hasBits, yes, no: REFUSE } };
	return { load, next: { test: "anyBits", value: condition.lacksBits, yes: REFUSE, no: yes } };
}

function oneOf(values: readonly number[], yes: Tree): Tree {
	return values.reduceRight<Tree>((no, value) => ({ test: "equal", value, yes, no }), REFUSE);
}

/** Every number whose verdict is not that of the number before, up to the first after all. */
function rangeStarts(verdicts: readonly Tree[]): number[] {
	const starts: number[] = [];
	for (let number = 0; number <= verdicts.length; number += 1)
		if (number === 0 || verdicts[number] !== verdicts[number - 1]) starts.push(number);
	return starts;
}

/** A binary search: about seven comparisons. Kernels from 5.11 on remember what is always allowed. */
function search(verdicts: readonly Tree[], starts: readonly number[], from = 0, until = starts.length): Tree {
	const middle = (from + until) >> 1;
	const value = starts[middle] ?? 0;
	if (middle === from) return verdicts[value] ?? ABSENT;
	const yes = search(verdicts, starts, middle, until);
	return { test: "atLeast", value, yes, no: search(verdicts, starts, from, middle) };
}
