import assert from "node:assert/strict";
import { test } from "node:test";
import { assemble } from "./bpf.ts";
import { runFilter } from "./testing/bpf-machine.ts";
import { callConditions } from "./call-conditions.ts";
import { type FilterRequest, filterTree } from "./seccomp-filter.ts";
import { type Architecture, type Rule, syscallNumber, type SyscallName, eachSyscall } from "./syscalls.ts";

const OWN_PROCESS = 4711;
const AUDIT = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;

const NOTHING = {
	architecture: "x64",
	process: OWN_PROCESS,
	writes: false,
	listeners: false,
	sockets: false,
	listening: false,
} as const;
const ARCHITECTURES = ["x64", "arm64"] as const;

/** struct seccomp_data */
function call(audit: number, number: number, args: readonly bigint[]): DataView {
	const data = new DataView(new ArrayBuffer(64));
	data.setUint32(0, number, true);
	data.setUint32(4, audit, true);
	data.setBigUint64(8, 0x1234_5678_9abcn, true);
	for (const [index, arg] of args.entries()) data.setBigUint64(16 + index * 8, BigInt.asUintN(64, arg), true);
	return data;
}

/** Answers what the filter for a request says of a call; undefined where there is no such call. */
function filterFor(request: FilterRequest) {
	const program = assemble(filterTree(request));
	return (name: SyscallName, args: readonly bigint[] = []) => {
		const number = syscallNumber(name, request.architecture);
		return number === undefined
			? undefined
			: runFilter(program, call(AUDIT[request.architecture], number, args));
	};
}

interface Grant {
	readonly title: string;
	readonly grant: {
		readonly writes: boolean;
		readonly listeners: boolean;
		readonly sockets: boolean;
		readonly listening?: boolean;
	};
	/** What each rule comes to, for calls whose arguments break every condition. */
	readonly answers: Readonly<Record<Rule, number>>;
}

const none = {
	always: ALLOW,
	some: EPERM,
	writing: EPERM,
	connected: EPERM,
	"connected-some": EPERM,
	sockets: EPERM,
	"sockets-some": EPERM,
	listening: EPERM,
};
const refused = { never: EPERM, absent: ENOSYS };
const GRANTS: readonly Grant[] = [
	{
		title: "no grants",
		grant: { writes: false, listeners: false, sockets: false },
		answers: { ...none, ...refused },
	},
	{
		title: "a writable place",
		grant: { writes: true, listeners: false, sockets: false },
		answers: { ...none, writing: ALLOW, ...refused },
	},
	{
		title: "listeners",
		grant: { writes: false, listeners: true, sockets: false },
		answers: { ...none, connected: ALLOW, ...refused },
	},
	{
		title: "sockets",
		grant: { writes: false, listeners: false, sockets: true },
		answers: { ...none, connected: ALLOW, sockets: ALLOW, ...refused },
	},
	{
		title: "sockets that listen",
		grant: { writes: false, listeners: false, sockets: true, listening: true },
		answers: { ...none, connected: ALLOW, sockets: ALLOW, listening: ALLOW, ...refused },
	},
];

const BREAKING = [0xffff_ff00n, 0xffff_ff00n, 0xffff_ff00n, 0xffff_ff00n, 1n, 0n];

for (const architecture of ARCHITECTURES)
	for (const { title, grant, answers } of GRANTS)
		test(`${architecture}: with ${title} every call answers by its rule`, () => {
			const answer = filterFor({ ...NOTHING, ...grant, architecture });
			eachSyscall(architecture, (name, _number, rule) => {
				assert.equal(answer(name, BREAKING), answers[rule], name);
			});
		});

const high = (low: bigint) => (1n << 32n) | low;

/** Calls that are allowed with certain arguments, with all of them granted. */
const CONDITIONAL: readonly (readonly [title: string, name: SyscallName, args: readonly bigint[], number])[] =
	[
		["a signal to ourselves", "kill", [4711n, 15n], ALLOW],
		["a signal to another", "kill", [4712n, 15n], EPERM],
		["a signal to our group", "kill", [0n, 15n], EPERM],
		["a signal to everyone", "kill", [-1n, 15n], EPERM],
		["a signal to a group by our number", "kill", [-4711n, 15n], EPERM],
		["an id whose high half the kernel drops", "kill", [high(4711n), 15n], ALLOW],
		["a signal to a thread of ours", "tgkill", [4711n, 4715n, 6n], ALLOW],
		["a signal to a thread of another", "tgkill", [1n, 1n, 6n], EPERM],
		["a thread as glibc makes it", "clone", [0x3d0f00n], ALLOW],
		["a thread as musl makes it", "clone", [0x7d0f00n], ALLOW],
		["a fork", "clone", [0x0120_0011n], EPERM],
		["a vfork", "clone", [0x4111n], EPERM],
		["a thread that waits like a vfork", "clone", [0x3d4f00n], EPERM],
		["a thread in a new user namespace", "clone", [0x1000_0000n | 0x3d0f00n], EPERM],
		["a thread with a pidfd", "clone", [0x3d0f00n | 0x1000n], EPERM],
		["a terminal's modes", "ioctl", [0n, 0x5401n], ALLOW],
		["a terminal's size", "ioctl", [0n, 0x5413n], ALLOW],
		["typing into the terminal", "ioctl", [0n, 0x5412n], EPERM],
		["typing into the terminal, high bits set", "ioctl", [0n, high(0x5412n)], EPERM],
		["pasting into the console", "ioctl", [0n, 0x541cn], EPERM],
		["descriptor flags", "fcntl", [1n, 3n], ALLOW],
		["who gets a descriptor's signals", "fcntl", [1n, 8n], EPERM],
		["a thread's name", "prctl", [15n], ALLOW],
		["changing what one may dump", "prctl", [4n, 1n], EPERM],
		["keeping capabilities", "prctl", [8n, 1n], EPERM],
		["reading our limit", "prlimit64", [0n, 3n, 0n, 0x7fffn], ALLOW],
		["changing our limit", "prlimit64", [0n, 3n, 0x7fffn, 0n], EPERM],
		["changing our limit from high memory", "prlimit64", [0n, 3n, 1n << 32n, 0n], EPERM],
		["reading another's limit", "prlimit64", [1n, 3n, 0n, 0x7fffn], EPERM],
		["sending on a connection", "sendto", [5n, 1n, 1n, 0x4000n, 0n], ALLOW],
		["sending elsewhere", "sendto", [5n, 1n, 1n, 0n, 1n << 40n], EPERM],
		["connecting by sending", "sendto", [5n, 1n, 1n, 0x2000_0000n, 0n], EPERM],
		["a message on a connection", "sendmsg", [5n, 1n, 0x4000n], ALLOW],
		["connecting by a message", "sendmsg", [5n, 1n, 0x2000_4000n], EPERM],
	];

for (const architecture of ARCHITECTURES)
	for (const [title, name, args, expected] of CONDITIONAL)
		test(`${architecture}: ${title} is ${expected === ALLOW ? "allowed" : "refused"}`, () => {
			const answer = filterFor({ ...NOTHING, architecture, writes: true, listeners: true });
			assert.equal(answer(name, args), expected);
		});

test("every call with a rule of conditions has some", () => {
	const conditions = callConditions(OWN_PROCESS, false);
	eachSyscall("x64", (name, _number, rule) => {
		assert.equal(conditions.has(name), rule.endsWith("some"), name);
	});
});

function numbersOf(architecture: Architecture): number[] {
	const numbers: number[] = [];
	eachSyscall(architecture, (_name, number) => numbers.push(number));
	return numbers;
}

for (const architecture of ARCHITECTURES) {
	const program = assemble(filterTree({ ...NOTHING, architecture }));
	const other: Architecture = architecture === "x64" ? "arm64" : "x64";

	test(`${architecture}: a call of another architecture ends the process`, () => {
		for (const audit of [AUDIT[other], 0x4000_0003, 0x4000_0028, 0])
			assert.equal(runFilter(program, call(audit, 0, [])), KILL_PROCESS);
	});

	test(`${architecture}: calls that have no name here do not exist`, () => {
		const known = new Set<number>(numbersOf(architecture));
		for (let unnamed = 0; unnamed < 1024; unnamed += 1)
			if (!known.has(unnamed))
				assert.equal(runFilter(program, call(AUDIT[architecture], unnamed, [])), ENOSYS, `${unnamed}`);
		for (const number of [0x4000_0000, 0x4000_0000 + 1, 0x7fff_ffff, 0xffff_ffff])
			assert.equal(runFilter(program, call(AUDIT[architecture], number, [])), ENOSYS, `${number}`);
	});

	test(`${architecture}: no two names share a number`, () => {
		const numbers = numbersOf(architecture);
		assert.equal(new Set(numbers).size, numbers.length);
	});
}
