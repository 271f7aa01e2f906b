/**
 * `npm run conformance -- DIR [NAME]...`: holds `wherry run` and `wherry serve` to a checkout of the official
 * WebAssembly/wasi-testsuite that has its programs prebuilt (branch prod/testsuite-base). Nothing of
 * it is kept in this repository. With names, only the tests whose name contains one of them are run.
 */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { run } from "../support/wherry.ts";
import { EXPECTED_FAILURES } from "./expected.ts";
import { converse } from "./conversation.ts";
import { startEndpoints } from "./endpoints.ts";
import { type Conformance, readSuite, type Talk } from "./suite.ts";

const TIMEOUT_MS = 60_000;

/** What the tests of sockets do: on loopback, and to addresses that are nobody's, which must be told as such. */
const SOCKET_RULES: readonly string[] = [
	...["connect", "udp"].flatMap((what) => [`${what}=0.0.0.0/0:*`, `${what}=[::]/0:*`]),
	...["0.0.0.0", "[::]"].flatMap((address) => [`bind=${address}:0-65535`, `listen=${address}:0`]),
];
/** The suite's servers are on loopback; what they ask beside them is nobody's. */
const CLIENT_RULES: readonly string[] = ["connect=127.0.0.1:*", "connect=nonexistent.invalid:80"];

process.exitCode = await main(process.argv.slice(2));

async function main([folder, ...names]: readonly string[]): Promise<number> {
	if (folder === undefined || !existsSync(folder)) {
		process.stderr.write("usage: npm run conformance -- DIR [NAME]...\n");
		process.stderr.write(
			"note: DIR is a checkout of WebAssembly/wasi-testsuite, branch prod/testsuite-base\n",
		);
		return 2;
	}
	const { tests, notRun } = readSuite(resolve(folder));
	const wanted = tests.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)));
	if (wanted.length === 0) {
		process.stderr.write(`no programs under ${folder}\n`);
		return 2;
	}
	let failed = 0;
	for (const test of wanted) if (!(await report(test))) failed += 1;
	for (const [reason, count] of countBy(notRun.map((one) => one.reason)))
		process.stdout.write(`not run: ${count} ${reason}\n`);
	process.stdout.write(`${wanted.length - failed} passed, ${failed} failed\n`);
	return failed === 0 ? 0 : 1;
}

/** Runs one test and prints its line. True when it went as expected. */
async function report(test: Conformance): Promise<boolean> {
	const expected = EXPECTED_FAILURES[test.name];
	const complaints = await complaintsOf(test);
	if (complaints.length === 0 && expected === undefined) {
		process.stdout.write(`pass    ${test.name}\n`);
		return true;
	}
	if (complaints.length === 0) {
		process.stdout.write(`PASSED UNEXPECTEDLY ${test.name}: was expected to fail: ${expected}\n`);
		return false;
	}
	if (expected !== undefined) {
		process.stdout.write(`expected failure ${test.name}: ${expected}\n`);
		return true;
	}
	process.stdout.write(`FAILED  ${test.name}\n`);
	for (const line of complaints.join("\n").split("\n")) process.stdout.write(`        ${line}\n`);
	return false;
}

async function complaintsOf(test: Conformance): Promise<string[]> {
	const folder = mkdtempSync(join(tmpdir(), "wherry-conformance-"));
	try {
		return test.talk === undefined
			? complaintsIn(folder, test)
			: await complaintsOfTalk(folder, test, test.talk);
	} catch (cause) {
		return [String(cause)];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** What of the test's demands its run did not meet. The fixtures are copied: the checkout stays as it is. */
function complaintsIn(folder: string, test: Conformance): string[] {
	const words = ["run", "-i", ...grantsOf(folder, test), ...envWords(test.env), test.wasm, ...test.args];
	const { status, signal, stdout, stderr } = run(words, { stdin: test.stdin ?? "", timeout_ms: TIMEOUT_MS });
	const complaints: string[] = [];
	if (status !== test.exitCode) complaints.push(`status ${status ?? signal}, expected ${test.exitCode}`);
	if (test.stdout !== undefined && stdout.toString() !== test.stdout)
		complaints.push(`stdout ${JSON.stringify(stdout.toString())}, expected ${JSON.stringify(test.stdout)}`);
	if (test.stderr !== undefined && stderr !== test.stderr)
		complaints.push(`stderr ${JSON.stringify(stderr)}, expected ${JSON.stringify(test.stderr)}`);
	if (complaints.length > 0) complaints.push(stderr.trim());
	return complaints;
}

/** The same of a test of 0.3, which is talked to: through `wherry run` or `wherry serve`. */
async function complaintsOfTalk(folder: string, test: Conformance, talk: Talk): Promise<string[]> {
	const endpoints = await startEndpoints(talk.servers);
	const verb = talk.isService ? ["serve", "-p", "0", "--workers", "1"] : ["run", "-i"];
	const net = [...(talk.usesSockets ? SOCKET_RULES : []), ...(talk.servers.length > 0 ? CLIENT_RULES : [])];
	const grants = [...grantsOf(folder, test), ...net.flatMap((rule) => ["--net", rule])];
	try {
		return await converse(talk.operations, ({ env = {}, args = [] }) => [
			...verb,
			...grants,
			...envWords({ ...test.env, ...env, ...endpoints.env }),
			test.wasm,
			...test.args,
			...args,
		]);
	} finally {
		endpoints.close();
	}
}

function grantsOf(folder: string, { directories }: Conformance): string[] {
	return directories.flatMap(({ host, guest }, index) => {
		const copy = join(folder, String(index));
		copyFixture(host, copy);
		return ["--dir", `${copy}::${guest}`];
	});
}

function envWords(env: Readonly<Record<string, string>>): string[] {
	return Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
}

/** Copies without what an earlier run may have left behind (doc/specification.md, "Execution Preparation"). */
function copyFixture(from: string, to: string): void {
	cpSync(from, to, { recursive: true, verbatimSymlinks: true });
	for (const name of readdirSync(to, { recursive: true, encoding: "utf8" }))
		if (name.endsWith(".cleanup")) rmSync(join(to, name), { recursive: true, force: true });
}

function countBy(words: readonly string[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
	return counts;
}
