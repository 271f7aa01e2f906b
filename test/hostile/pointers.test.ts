/** Each pointer and each length of each function at, around and past the memory's end. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { functionNames } from "../../src/wasi/p1/functions.ts";
import { temporaryDirectory } from "../support/temporary.ts";
import { guest, run } from "../support/wherry.ts";
import { assertOurs } from "./hostile.ts";
import { CALLS, ENDING, parametersOf, PLAIN_CALLS, SET_UP, statementOf } from "./functions.ts";

const BAD_POINTERS = ["0xffffffff", "0xfffffff8", "size-1", "size", "size+1", "0x80000000", "-1"];
/** Products with 8, 32 and 48, the sizes of what is counted, are around 2^31 and 2^32. */
const BAD_LENGTHS = [
	"0xffffffff",
	"0x80000000",
	"0x7fffffff",
	"size",
	"0x20000000",
	"0x20000001",
	"0x10000000",
	"0x08000001",
	"0x05555556",
	"0x04000000",
];

/** Their buffer may be longer than what is put into it: only that has to lie in the memory. */
const FILLS_LESS = new Set(["fd_prestat_dir_name", "fd_readdir", "path_readlink"]);

interface Told {
	readonly statement: string;
	readonly answer: string;
}

/** Runs the statements in one guest, whose memory is 4 MiB, with a directory as descriptor 3. */
function tell(folder: string, statements: readonly string[]): Told[] {
	const lines = [...SET_UP, ...statements];
	const ended = run(["run", "-i", "-e", "NAME=value", "-v", `${folder}:/g`, guest("bare/wasicall")], {
		stdin: `${lines.join("\n")}\n`,
	});
	assertOurs(ended);
	const answers = ended.stdout.toString("latin1").split("\n").slice(0, -1);
	for (const answer of answers.slice(0, SET_UP.length)) assert.match(answer, / = SUCCESS/);
	assert.equal(answers.length, lines.length, `stopped at: ${lines[answers.length]}\n${ended.stderr}`);
	assert.equal(ended.status, 0, ended.stderr);
	return statements.map((statement, index) => ({ statement, answer: answers[SET_UP.length + index] ?? "" }));
}

test("the table knows every function that the host has", () => {
	const known = [...CALLS, ...PLAIN_CALLS].map((call) => parametersOf(call).name);
	assert.deepEqual([...known, ...ENDING].sort(), [...functionNames()].sort());
});

test("each call of the table is right as it stands", (context) => {
	const told = tell(
		temporaryDirectory(context),
		[...CALLS, ...PLAIN_CALLS].map((call) => statementOf(call)),
	);
	for (const { statement, answer } of told)
		assert.match(answer, / = (SUCCESS|EEXIST|ENOTSOCK|EBADF|ENOTDIR|EINVAL)$/, `${statement}: ${answer}`);
	assert.ok(told.filter(({ answer }) => answer.endsWith("SUCCESS")).length > 28, JSON.stringify(told));
});

suite("a pointer outside the memory is an errno", () => {
	for (const call of CALLS) {
		const { name, parameters } = parametersOf(call);
		test(name, (context) => {
			const statements = parameters.flatMap(({ kind }, index) =>
				kind === "pointer" ? BAD_POINTERS.map((bad) => statementOf(call, index, bad)) : [],
			);
			for (const { statement, answer } of tell(temporaryDirectory(context), statements))
				assert.match(answer, / = E\w+$/, `${statement}: ${answer}`);
		});
	}
});

suite("a length past the memory's end is an errno", () => {
	for (const call of CALLS) {
		const { name, parameters } = parametersOf(call);
		if (!parameters.some(({ kind }) => kind === "length")) continue;
		test(name, (context) => {
			const statements = parameters.flatMap(({ kind }, index) =>
				kind === "length" ? BAD_LENGTHS.map((bad) => statementOf(call, index, bad)) : [],
			);
			const fine = FILLS_LESS.has(name) ? / = (E\w+|SUCCESS)$/ : / = E\w+$/;
			for (const { statement, answer } of tell(temporaryDirectory(context), statements))
				assert.match(answer, fine, `${statement}: ${answer}`);
		});
	}
});

test("every number parameter at the ends of its range is an errno or does what it says", (context) => {
	const numbers = ["0xffffffff", "0x80000000", "0x7fffffff", "-1"];
	const ends = { number: numbers, long: [...numbers, "0x8000000000000000", "0x7fffffffffffffff"] };
	// a real disk would be filled by these two
	const costly = new Set(["fd_allocate", "fd_filestat_set_size"]);
	const statements = [...CALLS, ...PLAIN_CALLS].flatMap((call) => {
		const { name, parameters } = parametersOf(call);
		if (costly.has(name)) return [];
		return parameters.flatMap(({ kind }, index) =>
			kind === "number" || kind === "long" ? ends[kind].map((end) => statementOf(call, index, end)) : [],
		);
	});
	for (const { statement, answer } of tell(temporaryDirectory(context), statements))
		assert.match(answer, / = (SUCCESS|E\w+)$/, `${statement}: ${answer}`);
});

test("sizes and offsets beyond any file, in memory", () => {
	const huge = ["0x7fffffffffffffff", "0xffffffffffffffff", "0x20000000000000", "0x10000000000", "-1"];
	const statements = [
		"f = path_open 3 follow file creat read|write all 0",
		...huge.flatMap((number) => [
			`fd_filestat_set_size $f ${number}`,
			`fd_allocate $f 0 ${number}`,
			`fd_allocate $f ${number} 1`,
			`fd_allocate $f ${number} ${number}`,
			`fd_pwrite $f x ${number}`,
			`fd_pread $f 10 ${number}`,
			`fd_seek $f ${number} set`,
			`fd_seek $f ${number} cur`,
			`fd_seek $f ${number} end`,
			"fd_write $f x",
			"fd_seek $f 0 set",
			`fd_filestat_set_times $f ${number} ${number} atim|mtim`,
		]),
		"fd_filestat_get $f",
	];
	const ended = run(["run", "-i", "--tmpfs", "/t:size=1m", guest("bare/wasicall")], {
		stdin: `${statements.join("\n")}\n`,
	});
	assertOurs(ended);
	assert.equal(ended.status, 0, ended.stderr);
	const answers = ended.stdout.toString().trimEnd().split("\n");
	assert.equal(answers.length, statements.length);
	for (const [index, answer] of answers.entries())
		if (mustFail(statements[index] ?? ""))
			assert.match(answer, / = E\w+$/, `${statements[index]}: ${answer}`);
});

/** A hole of 2^40 bytes costs nothing; room for as many is not to be had. */
function mustFail(statement: string): boolean {
	if (statement.startsWith("fd_allocate $f 0 ")) return true;
	return /^fd_(filestat_set_size|pwrite) /.test(statement) && !statement.endsWith(" 0x10000000000");
}

suite("an iovec that leads out of the memory", () => {
	const PAIRS: readonly (readonly [pointer: string, length: string])[] = [
		["0xffffffff", "1"],
		["0xffffffff", "0xffffffff"],
		["size", "1"],
		["size-1", "2"],
		["0x80000000", "0x80000000"],
		["1", "0xffffffff"],
		["0", "size+1"],
		["4", "0xfffffffc"],
	];
	for (const call of CALLS.filter((one) => one.includes("@61000"))) {
		const { name } = parametersOf(call);
		test(name, (context) => {
			const statements = PAIRS.flatMap(([pointer, length]) => [
				`store @61000 ${pointer}`,
				`store @61004 ${length}`,
				statementOf(call),
			]);
			for (const { statement, answer } of tell(temporaryDirectory(context), statements))
				assert.match(answer, / = E\w+$|^store/, `${statement}: ${answer}`);
		});
	}

	test("one good, one bad: nothing is moved, or only the good one", (context) => {
		const statements = [
			"store @61000 @64000",
			"store @61004 16",
			"store @61008 size",
			"store @61012 16",
			"raw fd_write $file @61000 2 @0",
			"raw fd_pread $file @61000 2 0 @0",
		];
		for (const { statement, answer } of tell(temporaryDirectory(context), statements))
			assert.match(answer, / = E\w+$|^store/, `${statement}: ${answer}`);
	});
});

suite("buffers as large as the memory", () => {
	test("as many iovecs as the memory holds", (context) => {
		const statements = [
			"raw fd_write $file 0 0x80000 @0",
			"raw fd_write 2 0x200000 0x40000 @0",
			"raw fd_read $file 0x200000 0x40000 @0",
			"raw fd_pread $file 0x200000 0x40000 0 @0",
		];
		for (const { answer } of tell(temporaryDirectory(context), statements))
			assert.match(answer, / = (SUCCESS|E\w+)$/);
	});

	test("as many subscriptions as the memory holds", (context) => {
		const statements = [
			"raw poll_oneoff 0x200000 0x200000 0xa000 @0",
			"raw poll_oneoff 0x200000 0x200000 0 @0",
		];
		for (const { answer } of tell(temporaryDirectory(context), statements))
			assert.match(answer, / = (SUCCESS|E\w+)$/);
	});

	test("listing and reading into half the memory", (context) => {
		const statements = [
			"raw fd_readdir 3 0x200000 0x200000 0 @0",
			"raw random_get 0x200000 0x200000",
			"store @61000 0x200000",
			"store @61004 0x200000",
			"raw fd_pread $file @61000 1 0 @0",
			"raw fd_pwrite $file @61000 1 0 @0",
		];
		for (const { statement, answer } of tell(temporaryDirectory(context), statements))
			assert.match(answer, / = SUCCESS$/, `${statement}: ${answer}`);
	});
});

test("the memory grows between calls: its new end counts at once", (context) => {
	const statements = [
		"raw random_get size 16",
		"grow 1",
		"raw random_get size-16 16",
		"raw random_get size-15 16",
		"grow 100",
		"raw fd_filestat_get $file size-64",
		"raw fd_filestat_get $file size-63",
		"grow 65536",
		"raw random_get size-16 16",
	];
	const answers = tell(temporaryDirectory(context), statements).map(({ answer }) => answer);
	assert.deepEqual(answers, [
		"random_get = EFAULT",
		"grow = 64",
		"random_get = SUCCESS",
		"random_get = EFAULT",
		"grow = 65",
		"fd_filestat_get = SUCCESS",
		"fd_filestat_get = EFAULT",
		"grow = 4294967295",
		"random_get = SUCCESS",
	]);
});

test("clocks that never ring do not hold up the one that does", (context) => {
	// subscriptions of 48 bytes: one rings at once, the others ask for the end of time
	const at = (index: number, offset: number) => `@${63000 + 48 * index + offset}`;
	const endless = [
		["ffffffffffffffff", "0000"],
		["ffffffffffffff7f", "0000"],
		["ffffffffffffffff", "0100"],
		["0000000000000080", "0100"],
		["ffffffffffffffff", "ffff"],
	].flatMap(([timeout, flags], index) => [
		`poke ${at(index + 1, 0)} ${"00".repeat(48)}`,
		`store ${at(index + 1, 16)} 1`,
		`poke ${at(index + 1, 24)} ${timeout}`,
		`poke ${at(index + 1, 40)} ${flags}`,
	]);
	const told = tell(temporaryDirectory(context), [
		...endless,
		"raw poll_oneoff @63000 @0 6 @1024",
		"peek @1024 1",
	]);
	assert.deepEqual(
		told.slice(-2).map(({ answer }) => answer),
		["poll_oneoff = SUCCESS", "peek = SUCCESS 01"],
	);
});
